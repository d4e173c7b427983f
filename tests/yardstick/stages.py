"""Which folders of MicroPython's tests run, on which board, and with which wires."""

from pathlib import Path
from typing import NamedTuple


class Stage(NamedTuple):
    """A folder of scripts on a board.

    same: how many print what they should, at least. wires: pins that the scripts' first lines want joined.
    """

    folder: str
    board: str
    same: int
    wires: tuple[str, ...] = ()


STAGES = (
    Stage("basics", "pico", 512),
    Stage("extmod", "pico", 123),
    Stage("extmod_hardware", "pico", 3, ("GP0=GP1",)),
    Stage("extmod_hardware", "esp32", 4, ("GPIO4=GPIO5",)),
    Stage("extmod_hardware", "pyboard", 2, ("X1=X2",)),
    Stage("float", "pico", 62),
    Stage("import", "pico", 26),
    Stage("io", "pico", 13),
    Stage("micropython", "pico", 58),
    Stage("misc", "pico", 3),
    Stage("ports/esp32", "esp32", 2),
    Stage("ports/rp2", "pico", 6),
    Stage("ports/stm32", "pyboard", 19),
    Stage("ports/stm32_hardware", "pyboard", 1),
    Stage("stress", "pico", 7),
    Stage("thread", "pico", 27),
    Stage("unicode", "pico", 15),
)

LEFT_OUT = (
    "basics/string_tstring",  # not in Python before 3.14
    "extmod/btree", "extmod/websocket",  # no such module here
    "extmod/ssl_", "extmod/tls_", "micropython/builtin_execfile",  # have tests of their own
    "basics/memoryview_slice_size", "micropython/extreme_exc", "stress/recursive_iternext",  # fill memory
    "micropython/heapalloc_fail", "micropython/heap_lock",  # want a heap that can be locked
    "micropython/import_mpy",  # machine code and bytecode
    "thread/stress_",  # take minutes
    "ports/esp32/resolve_on_connect",  # wants a network
)  # fmt: skip
"""What begins so is not run."""


def runs(stage: Stage, script: Path) -> bool:
    """Whether a script of a folder is run."""
    return not f"{stage.folder}/{script.stem}".startswith(LEFT_OUT)
