"""What is typed at a board's USB serial port: how much of it waits, and the character that stops the script."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from machine_compat.interpreter.terminal import Input
from machine_compat.mock.usb.cdc_acm import SerialPort
from machine_compat.simulation import SimulatedBoard

Typist = Callable[..., tuple[SimulatedBoard, SerialPort]]

LOOP = """
import sys, time
print("up")
try:
    while True:
        {turn}
except KeyboardInterrupt:
    print("stopped")
print("left", repr(sys.stdin.read({left})))
"""
TURNS = ["time.sleep_ms(10)", "time.sleep(1000)", "pass", "time.ticks_ms()", "sys.stdin.read(1)"]


@pytest.fixture
def typist(tmp_path: Path) -> Iterator[Typist]:
    """Runs a script on a board whose serial port somebody has open."""
    boards: list[SimulatedBoard] = []

    def run(script: str, name: str = "pico") -> tuple[SimulatedBoard, SerialPort]:
        (tmp_path / "main.py").write_text(script)
        board = SimulatedBoard(name)
        boards.append(board)
        host = board.usb
        board.run_on(ms=300)
        port = host.serial(board.gadget)
        board.run(tmp_path / "main.py", ms=300)
        port = port if port.open else host.serial(board.gadget)
        board.run_on(ms=50)
        return board, port

    yield run
    for board in boards:
        board.close()


# ---- the interrupt character


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.parametrize("name", ["pico", "pyboard"])
def test_ctrl_c_stops_the_script_wherever_it_is(typist: Typist, name: str, turn: str) -> None:
    board, port = typist(LOOP.format(turn=turn, left=0), name)
    port.write(b"\x03")
    board.run_on(ms=50)
    assert board.finished
    assert board.output == "up\nstopped\nleft ''\n"
    assert port.read() == b"up\r\nstopped\r\nleft ''\r\n"


def test_it_drops_what_was_typed_before_and_keeps_what_comes_after(typist: Typist) -> None:
    board, port = typist(LOOP.format(turn="time.sleep_ms(10)", left=5))
    port.write(b"before")
    board.run_on(ms=20)
    port.write(b"this\x03too\x03after")
    board.run_on(ms=50)
    assert board.output == "up\nstopped\nleft 'after'\n"


def test_a_script_that_does_not_catch_it_ends_at_its_own_terminal(typist: Typist) -> None:
    board, port = typist("import time\ntime.sleep(1000)\n")
    port.write(b"\x03")
    board.run_on(ms=50)
    assert board.finished
    shown = port.read().decode()
    assert shown.startswith("Traceback (most recent call last):\r\n")
    assert shown.endswith("KeyboardInterrupt: \r\n")
    assert 'main.py", line 2' in shown


def test_it_is_another_character_or_none(typist: Typist) -> None:
    script = """
import micropython, sys
micropython.kbd_intr({char})
try:
    print(repr(sys.stdin.read(3)))
except KeyboardInterrupt:
    print("stopped")
"""
    for char, output in ((-1, "'\\x03\\x04\\x05'"), (4, "stopped"), (3, "stopped"), (7, "'\\x03\\x04\\x05'")):
        board, port = typist(script.format(char=char))
        port.write(b"\x03\x04\x05")
        board.run_on(ms=50)
        assert board.output == f"{output}\n"


def test_what_was_typed_while_it_was_off_does_not_stop_the_script_later(typist: Typist) -> None:
    script = """
import micropython, sys, time
micropython.kbd_intr(-1)
time.sleep_ms(500)
micropython.kbd_intr(3)
print(repr(sys.stdin.read(2)))
"""
    board, port = typist(script)
    port.write(b"\x03")
    board.run_on(ms=300)
    port.write(b"x")
    board.run_on(ms=100)
    assert board.output == "'\\x03x'\n"


def test_it_waits_while_interrupts_are_off(typist: Typist) -> None:
    script = """
import machine, time
began = time.ticks_ms()
try:
    state = machine.disable_irq()
    time.sleep_us(500_000)
    machine.enable_irq(state)
    time.sleep(1)
except KeyboardInterrupt:
    machine.enable_irq(state)
    print((time.ticks_ms() - began) // 100)
"""
    board, port = typist(script)
    port.write(b"\x03")
    board.run_on(ms=500)
    assert board.output == "5\n"


@pytest.mark.parametrize("name", ["pico", "pyboard"])
def test_without_a_script_it_is_a_key_like_any_other(typist: Typist, name: str) -> None:
    script = """
from machine import Timer
Timer(-1).init(period=10, callback=lambda timer: print("tick"))
"""
    board, port = typist(script, name)
    assert board.power.standing_by
    port.write(b"\x03\x03")
    board.run_on(ms=100)
    assert board.power.standing_by
    assert board.output.count("tick") > 30
    board.power_off()
    board.run_on(ms=100)
    with SimulatedBoard(name) as idle:
        host = idle.usb
        idle.run_on(ms=300)
        host.serial(idle.gadget).write(b"\x03")
        idle.run_on(ms=100)
        assert idle.output == ""


def test_the_last_moment_of_a_script(typist: Typist) -> None:
    """Ctrl-C that is on its way when the script ends stops nothing, and nobody else."""
    for us in range(0, 3000, 100):
        board, port = typist("import time\ntime.sleep_ms(400)\nprint('end')\n")
        board.run_on(ms=48)
        port.write(b"\x03")
        board.run_on(ms=us / 1000)
        board.run_on(ms=100)
        assert board.output == "end\n" or "KeyboardInterrupt" in board.output
        assert board.finished


# ---- how much waits


@pytest.mark.parametrize(("name", "kept"), [("pico", 511), ("esp32s3", 259), ("xiao_samd21", 127)])
def test_what_the_script_does_not_read_waits_with_the_host(typist: Typist, name: str, kept: int) -> None:
    script = """
import sys, time
time.sleep_ms(1000)
got = ""
while len(got) < 3000:
    got += sys.stdin.read(100)
print(got == "0123456789" * 300)
"""
    board, port = typist(script, name)
    port.write(b"0123456789" * 300)
    board.run_on(ms=400)
    stdin = board.board.stdin
    assert isinstance(stdin, Input)
    assert stdin.keyboard.waiting == kept
    assert port.out_waiting == 3000
    board.run_on(ms=1000)
    assert port.out_waiting == 0
    assert board.output == "True\n"


def test_ctrl_c_behind_a_full_buffer_is_not_seen(typist: Typist) -> None:
    """As on a board, whose stdin ring takes one byte after the other."""
    script = """
import sys, time
try:
    time.sleep_ms(1000)
    print(len(sys.stdin.read(600)))
except KeyboardInterrupt:
    print("stopped")
"""
    board, port = typist(script)
    port.write(b"x" * 560 + b"\x03")
    board.run_on(ms=400)
    assert board.output == ""
    board.run_on(ms=1000)
    assert board.output == "stopped\n"


def test_a_soft_reset_keeps_what_was_typed(typist: Typist) -> None:
    script = """
import machine, sys, time
print(machine.reset_cause())
time.sleep_ms(500)
if sys.stdin.read(1) == "r":
    machine.soft_reset()
print(sys.stdin.readline())
"""
    board, port = typist(script)
    port.write(b"rest\r")
    board.run_on(ms=1500)
    assert board.output.splitlines()[2:] == ["st", ""]
