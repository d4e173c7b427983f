"""This file holds the Linux backend to what the libraries it stands beside take, as ratios measured in one run."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import gpiod
import pytest
import spidev
from gpiod.line import Direction, Edge, Value
from smbus2 import SMBus, i2c_msg

from machine_compat.board import Board, use
from machine_compat.interpreter.direct import open_board
from machine_compat.interpreter.life import Life, Program
from tests.bench.rig import Rig
from tests.linux.board import profile_on

ROUNDS = 15


def report(what: str, ours_ns: int, theirs_ns: int) -> None:
    """Tell, with pytest -rP, what was measured."""
    line = f"{what}: {ours_ns / 1e3:.1f} us, theirs {theirs_ns / 1e3:.1f} us, ratio {ours_ns / theirs_ns:.2f}"
    sys.stdout.write(f"{line}\n")


def ratio(ours: Callable[[], object], theirs: Callable[[], object], calls: int) -> float:
    """How much longer ours takes than theirs: the best of rounds taken in turn."""
    best = [float("inf"), float("inf")]
    for _ in range(ROUNDS):
        for index, call in enumerate((ours, theirs)):
            start = time.perf_counter()
            for _ in range(calls):
                call()
            best[index] = min(best[index], time.perf_counter() - start)
    report("call", *(round(taken / calls * 1e9) for taken in best))
    return best[0] / best[1]


@pytest.fixture
def rig() -> Iterator[Rig]:
    with Rig("bme280@i2c1:0x76", latches=(22, 23), wires=(("GPIO5", "GPIO6"),)) as plugged:
        yield plugged


@pytest.fixture
def board(rig: Rig) -> Iterator[Board]:
    with closing(open_board(profile_on(rig))) as there:
        before = use(there)
        yield there
        use(before)


@pytest.fixture
def machine(board: Board, tmp_path: Path) -> Any:
    return Life(board, Program(tmp_path / "main.py")).loader.load("machine")


def test_a_pin_beside_gpiod(rig: Rig, machine: Any) -> None:
    pin = machine.Pin(22, machine.Pin.OUT)
    config = {23: gpiod.LineSettings(direction=Direction.OUTPUT)}
    with gpiod.request_lines(rig.gpiochip, config) as request:
        assert ratio(lambda: pin.value(1), lambda: request.set_value(23, Value.ACTIVE), 300) <= 1.25
        assert ratio(pin.value, lambda: request.get_value(23), 300) <= 1.25


def test_i2c_beside_smbus2(rig: Rig, machine: Any) -> None:
    i2c, buffer = machine.I2C(1), bytearray(14)

    def theirs() -> bytes:
        write, read = i2c_msg.write(0x76, [0x88]), i2c_msg.read(0x76, 14)
        bus.i2c_rdwr(write, read)
        return bytes(read)

    with SMBus(1) as bus:
        assert ratio(lambda: i2c.readfrom_mem_into(0x76, 0x88, buffer), theirs, 30) <= 1.25
        assert bytes(buffer) == theirs()


def test_spi_beside_spidev(rig: Rig, machine: Any) -> None:
    spi, data = machine.SPI(0, 10_000_000), bytes(4096)
    theirs = spidev.SpiDev(0, 0)
    theirs.max_speed_hz = 10_000_000
    with closing(theirs):
        assert ratio(lambda: spi.write(data), lambda: theirs.writebytes2(data), 10) <= 1.25


EDGES = 300
PULSES = f"""
import sys, time, gpiod
from gpiod.line import Direction, Value
settings = gpiod.LineSettings(direction=Direction.OUTPUT)
with gpiod.request_lines(sys.argv[1], {{5: settings}}) as line:
    for number in range({EDGES}):
        time.sleep(0.003)
        line.set_value(5, Value.INACTIVE if number % 2 else Value.ACTIVE)
"""


@contextmanager
def pulses(rig: Rig) -> Iterator[None]:
    """Another process that moves the wire."""
    with subprocess.Popen([sys.executable, "-c", PULSES, rig.gpiochip]) as process:
        yield
    assert process.returncode == 0


def bare(rig: Rig) -> list[int]:
    """How late gpiod's own loop is, edge by edge."""
    late: list[int] = []
    settings = gpiod.LineSettings(direction=Direction.INPUT, edge_detection=Edge.BOTH)
    with gpiod.request_lines(rig.gpiochip, {6: settings}) as request, pulses(rig):
        while len(late) < EDGES:
            request.wait_edge_events(None)
            late += [time.monotonic_ns() - event.timestamp_ns for event in request.read_edge_events()]
    return late


def handled(rig: Rig, board: Board, machine: Any) -> list[int]:
    """How late a handler of Pin.irq is, edge by edge, while the script sleeps."""
    late: list[int] = []
    times: list[int] = []
    key = machine.Pin(6, machine.Pin.IN)
    edge = key._edge

    def noted(kind: object, time_ns: int) -> None:
        times.append(time_ns)
        edge(kind, time_ns)

    key._edge = noted
    key.irq(lambda pin: late.append(board.clock.now_ns() - times[len(late)]), hard=True)
    with pulses(rig):
        while len(late) < EDGES:
            board.sleep_ns(50_000_000)
    key.irq(None)
    return late


def test_an_interrupt_beside_a_loop_of_gpiods(rig: Rig, board: Board, machine: Any) -> None:
    """From the kernel's timestamp of an edge to the first line of what it calls; the median of many."""
    theirs, ours = sorted(bare(rig))[EDGES // 2], sorted(handled(rig, board, machine))[EDGES // 2]
    report("interrupt", ours, theirs)
    assert ours <= 2 * theirs
