"""This file states what a rewritten script may do that CPython forbids, but for stores, private names and source."""

import asyncio
import builtins
import subprocess
import sys
import traceback
import types
from collections.abc import Callable
from typing import Any

import pytest

from machine_compat.interpreter.rewrite import compile_script, hooks
from machine_compat.oserror import os_error


def run(source: str | bytes, idle: Callable[[], None] = lambda: None, **names: object) -> dict[str, Any]:
    """The module dict of a script after it ran."""
    module: dict[str, Any] = {"__builtins__": {**vars(builtins), **hooks(idle)}, "__name__": "script", **names}
    exec(compile_script(source, "script.py"), module)
    return module


def lines_of(code: types.CodeType) -> list[int]:
    return sorted({line for _, _, line in code.co_lines() if line})


class Stop(Exception):
    """Raised by an idle function to leave an endless loop."""


def stop_after(turns: int) -> Callable[[], None]:
    left = iter(range(turns))

    def idle() -> None:
        if next(left, None) is None:
            raise Stop

    return idle


# OSError


def test_oserror_with_a_number_is_a_boards() -> None:
    error = run("error = OSError(19)")["error"]
    assert type(error) is OSError
    assert (error.errno, error.args, str(error)) == (19, (19,), "[Errno 19] ENODEV")


def test_a_scripts_own_oserror_is_a_boards() -> None:
    made = run(
        """
class Failed(OSError):
    "A sensor's own."
class Told(Failed):
    def __init__(self, number, more):
        super().__init__(number)
        self.more = more
class Other(OSError):
    def __str__(self):
        return "own text"
errors = Failed(5), Failed(), Failed("text"), Failed(5, "bus 0"), Failed(99), Told(110, 1), Other(5)
doc = Failed.__doc__
"""
    )
    shown = [(error.errno, str(error)) for error in made["errors"]]
    assert shown == [
        (5, "[Errno 5] EIO"),
        (None, ""),
        ("text", "text"),
        (5, "[Errno 5] EIO: bus 0"),
        (99, "99"),
        (110, "[Errno 110] ETIMEDOUT"),
        (5, "own text"),
    ]
    assert made["doc"] == "A sensor's own."
    made["errors"][0].errno = 9
    assert (made["errors"][0].errno, made["errors"][0].args) == (9, (5,))
    assert isinstance(made["errors"][5], OSError)


def test_oserror_of_a_number_without_a_name_reads_as_the_number() -> None:
    error = run("error = OSError(16)")["error"]
    assert (error.errno, error.args, str(error)) == (16, (16,), "16")


def test_oserror_number_of_a_missing_file_stays_an_oserror() -> None:
    error = os_error(2)
    assert type(error) is OSError
    assert str(error) == "[Errno 2] ENOENT"


def test_raised_oserror_is_caught_by_its_name() -> None:
    script = """
try:
    raise OSError(110)
except OSError as error:
    caught = error.errno
"""
    assert run(script)["caught"] == 110


def test_other_uses_of_oserror_keep_their_meaning() -> None:
    script = """
text = OSError("sensor")
none = OSError()
try:
    raise OSError
except OSError as error:
    bare = error
"""
    module = run(script)
    assert module["text"].args == ("sensor",)
    assert module["text"].errno == "sensor"
    assert module["none"].args == module["bare"].args == ()


def test_oserror_with_a_number_and_a_text_is_a_boards() -> None:
    script = """
two = OSError(2, "no such file")
pair = OSError(*(110, "no answer"))
strange = OSError(1234, "no answer")
three = OSError(5, "a", "b")
"""
    module = run(script)
    errors = [module[name] for name in ("two", "pair", "strange", "three")]
    assert [type(error) for error in errors] == [OSError] * 4
    assert [error.errno for error in errors] == [2, 110, 1234, 5]
    assert [error.args[1] for error in errors] == ["no such file", "no answer", "no answer", "a"]
    assert str(module["two"]) == "[Errno 2] ENOENT: no such file"
    assert str(module["pair"]) == "[Errno 110] ETIMEDOUT: no answer"
    assert str(module["three"]) == "(5, 'a', 'b')"
    assert repr(module["pair"]) == "OSError(110, 'no answer')"


def test_a_scripts_own_oserror_is_called_as_it_is() -> None:
    script = """
class OSError(Exception):
    pass
outer = OSError(19)
def f(OSError):
    return OSError(19)
inner = f(str)
"""
    module = run(script)
    assert type(module["outer"]) is module["OSError"]
    assert module["inner"] == "19"


# Loops


@pytest.mark.parametrize("loop", ["while True: pass", "while 1: pass", "while not flag: pass", "while True: continue"])
def test_idle_runs_at_every_turn_of_a_while_loop(loop: str) -> None:
    with pytest.raises(Stop) as caught:
        run(f"flag = False\n\n{loop}\n", stop_after(5))
    frames = traceback.extract_tb(caught.tb)
    assert [frame.lineno for frame in frames if frame.filename == "script.py"] == [3]


def test_idle_runs_before_the_body_and_not_in_for_loops() -> None:
    turns: list[int] = []
    script = "done = []\nwhile len(done) < 3:\n    done.append(len(turns))\nelse:\n    for i in range(9): i\n"
    assert run(script, lambda: turns.append(0), turns=turns)["done"] == [1, 2, 3]
    assert len(turns) == 3


def test_a_flag_set_while_idling_ends_the_loop() -> None:
    flags: list[int] = []
    assert run("while not flags: pass\nended = True", lambda: flags.append(1), flags=flags)["ended"]


def test_while_loops_of_coroutines_and_generators() -> None:
    turns: list[int] = []
    script = """
def count(n):
    while n:
        yield n
        n -= 1
async def main():
    n = 0
    while n < 3:
        await sleep(0)
        n += 1
    buf = bytearray(2)
    async def value(): return 0x155
    buf[await value() & 1] = await value()
    return n, buf
numbers = list(count(4))
"""
    module = run(script, lambda: turns.append(0), sleep=asyncio.sleep)
    assert module["numbers"] == [4, 3, 2, 1]
    assert asyncio.run(module["main"]()) == (3, b"\0\x55")
    assert len(turns) == 7


# Arguments


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("(-2).to_bytes(2, 'little', True)", b"\xfe\xff"),
        ("(2).to_bytes(2, 'big', False)", b"\0\2"),
        ("(2).to_bytes(2, 'big')", b"\0\2"),
        ("int.to_bytes(-2, 2, 'big', True)", b"\xff\xfe"),
        ("int.to_bytes(2, 2, 'big')", b"\0\2"),
        # MicroPython takes it, and looks away.
        ("int.from_bytes(b'\\xfe\\xff', 'little', True)", 0xFFFE),
        ("int.from_bytes(b'\\xfe\\xff', 'little')", 0xFFFE),
    ],
)
def test_signed_may_be_positional(expression: str, value: object) -> None:
    assert run(f"value = {expression}")["value"] == value


def test_a_scripts_own_to_bytes_takes_its_own_arguments() -> None:
    script = "class Packet:\n    def to_bytes(self, a, b, c): return a, b, c\nvalue = Packet().to_bytes(1, 2, 3)\n"
    assert run(script)["value"] == (1, 2, 3)


def test_annotations_are_never_evaluated() -> None:
    assert run("def f(x: missing[1]) -> 1 / 0:\n    y: missing = x\n    return y\nz: 1 / 0 = f(3)")["z"] == 3


# Board assembler


def test_board_assembler_is_left_alone() -> None:
    script = """
def asm_pio(**options): return lambda function: function
class rp2: asm_pio = asm_pio
class micropython:
    def asm_thumb(function): return function
@rp2.asm_pio(set_init=1)
def blink():
    while x: OSError(1)
@asm_pio()
def wait():
    a[b()] = c()
@micropython.asm_thumb
def add(r0, r1):
    data[r0 + 1] = r1()
"""
    module = run(script)
    plain: dict[str, Any] = {}
    exec(compile(script, "script.py", "exec"), plain)
    for name in ("blink", "wait", "add"):
        assert module[name].__code__.co_code == plain[name].__code__.co_code
        assert module[name].__code__.co_names == plain[name].__code__.co_names


# Tracebacks


def test_lines_are_the_scripts() -> None:
    script = """
class Chip:
    "doc"
    def __init__(self, buf):
        self.__buf = buf
        while len(self.__buf) < 3:
            self.__buf[
                len(buf) - 1
            ] = max(
                1,
                2)
            self.__buf[0], x = 1, 2
            for self.__buf[0] in (1, 2):
                raise OSError(5)
        with open("x") as self.__buf[0], open("y") as y:
            self.__buf[0] += 1
"""

    def every(code: types.CodeType) -> list[tuple[str, list[int]]]:
        inner = [entry for value in code.co_consts if isinstance(value, types.CodeType) for entry in every(value)]
        return [(code.co_qualname, lines_of(code)), *inner]

    assert every(compile_script(script, "x")) == every(compile(script, "x", "exec"))


def test_a_traceback_shows_the_script_alone() -> None:
    script = "def f():\n    while True:\n        raise OSError(19)\n\nf()\n"
    with pytest.raises(OSError, match="ENODEV") as caught:
        run(script)
    frames = traceback.extract_tb(caught.tb)[2:]
    assert [(frame.filename, frame.lineno, frame.name) for frame in frames] == [
        ("script.py", 5, "<module>"),
        ("script.py", 3, "f"),
    ]


def test_the_makers_of_oserror_need_no_interpreter() -> None:
    program = "import sys, machine_compat.oserror as o; o.os_error(5); print([m for m in sys.modules if 'interp' in m])"
    printed = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
    assert "machine_compat.interpreter" not in printed
