"""A run leaves nothing behind in the process."""

import builtins
import contextvars
import sys
import threading
import time

import pytest

from machine_compat.simulation import SimulatedBoard
from tests.simulation.make import DRIVER, Write


def state_of_the_process() -> dict[str, object]:
    return {
        "modules": {name: id(module) for name, module in sys.modules.items() if name.split(".")[0] in WATCHED},
        "builtins": dict(vars(builtins)),
        "time": dict(vars(time)),
        "sys": {name: id(getattr(sys, name)) for name in ("stdin", "stdout", "stderr", "excepthook", "argv")},
        "path": list(sys.path),
        "meta_path": list(sys.meta_path),
        "path_hooks": list(sys.path_hooks),
        "threads": set(threading.enumerate()),
        "trace": (sys.gettrace() is None, sys.getprofile()),
        "context": dict(contextvars.copy_context()),
        "recursion": sys.getrecursionlimit(),
    }


WATCHED = (
    "machine", "pyb", "micropython", "utime", "time", "sys", "os", "gc", "asyncio", "json", "random", "struct",
    "array", "collections", "select", "lamp", "counter", "neopixel", "framebuf", "builtins", "io", "__main__", "errno",
)  # fmt: skip

BUSY = """
    import array, asyncio, collections, errno, gc, io, json, machine, micropython, os, random, select, struct
    import framebuf, neopixel, lamp, sys, utime, _thread
    from machine import Pin, Timer, UART

    sys.path.append("/lib")
    sys.argv.append("more")
    time = utime
    open = print
    OSError(19)

    Timer(-1).init(period=5, callback=lambda timer: None)
    Pin(14, Pin.IN).irq(lambda pin: None)
    UART(0, 9600).write(b"x")

    async def work():
        await asyncio.sleep_ms(5)

    asyncio.run(work())
    _thread.start_new_thread(lambda: utime.sleep_ms(500), ())
    {end}
"""


@pytest.mark.parametrize("end", ["utime.sleep_ms(50)", "1 / 0", "sys.exit(2)", "machine.reset()", "while True: pass"])
def test_a_run_leaves_nothing_behind_in_this_process(write: Write, end: str) -> None:
    write(DRIVER, "lamp.py")
    script = write(BUSY.format(end=end))

    def once() -> None:
        board = SimulatedBoard("pico")
        try:
            board.run(script, ms=100)
        except ZeroDivisionError:
            assert end == "1 / 0"
        board.import_module("lamp", script.parent)
        board.close()

    once()
    before = state_of_the_process()
    once()
    after = state_of_the_process()
    for name, value in before.items():
        assert after[name] == value, name
    assert not {"machine", "micropython", "lamp", "utime", "neopixel"} & set(sys.modules)
