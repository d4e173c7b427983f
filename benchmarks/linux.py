"""The Linux backend beside the libraries it stands beside, on the same nodes of the bench's kernel, in one run."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import gpiod
import spidev
from gpiod.line import Direction, Edge, Value
from smbus2 import SMBus, i2c_msg

from benchmarks import blinka
from benchmarks.measure import Result
from machine_compat.board import Board, use
from machine_compat.interpreter.direct import open_board
from machine_compat.interpreter.life import Life, Program
from tests.bench.rig import Rig
from tests.linux.board import profile_on

ROUNDS = 15
CALL_AIM, BLINKA_AIM, INTERRUPT_AIM = 1.25, 1, 2
CHIP, REGISTER, COUNT = 0x76, 0x88, 14
DATA = bytes(4096)
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


def run() -> list[Result]:
    with ExitStack() as stack:
        rig = stack.enter_context(Rig("bme280@i2c1:0x76", latches=(22, 23, blinka.PIN), wires=(("GPIO5", "GPIO6"),)))
        board = stack.enter_context(closing(open_board(profile_on(rig))))
        stack.callback(use, use(board))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        machine: Any = Life(board, Program(folder / "main.py")).loader.load("machine")
        rows = [*pin(rig, machine), i2c(machine), spi(machine), *beside_blinka(machine)]
        return [*rows, interrupt(rig, board, machine)]


def beside(
    what: str, ours: Callable[[], object], theirs: Callable[[], object], calls: int, aim: float = CALL_AIM
) -> Result:
    """How much longer ours takes than theirs: the best of rounds taken in turn."""
    best = [float("inf"), float("inf")]
    for _ in range(ROUNDS):
        for index, call in enumerate((ours, theirs)):
            start = time.perf_counter()
            for _ in range(calls):
                call()
            best[index] = min(best[index], time.perf_counter() - start)
    return Result("linux", what, best[0] / best[1], aim, "x")


def pin(rig: Rig, machine: Any) -> list[Result]:
    ours = machine.Pin(22, machine.Pin.OUT)
    with gpiod.request_lines(rig.gpiochip, {23: gpiod.LineSettings(direction=Direction.OUTPUT)}) as theirs:
        return [
            beside(
                "Pin.value(1), beside gpiod's set_value",
                lambda: ours.value(1),
                lambda: theirs.set_value(23, Value.ACTIVE),
                300,
            ),
            beside("Pin.value(), beside gpiod's get_value", ours.value, lambda: theirs.get_value(23), 300),
        ]


def i2c(machine: Any) -> Result:
    bus, buffer = machine.I2C(1), bytearray(COUNT)

    def theirs() -> bytes:
        write, read = i2c_msg.write(CHIP, [REGISTER]), i2c_msg.read(CHIP, COUNT)
        other.i2c_rdwr(write, read)
        return bytes(read)

    with SMBus(1) as other:
        what = "readfrom_mem_into of 14 bytes, beside smbus2's i2c_rdwr"
        return beside(what, lambda: bus.readfrom_mem_into(CHIP, REGISTER, buffer), theirs, 30)


def spi(machine: Any) -> Result:
    bus = machine.SPI(0, 10_000_000)
    with closing(spidev.SpiDev(0, 0)) as other:
        other.max_speed_hz = 10_000_000
        what = "SPI.write of 4,096 bytes, beside spidev's writebytes2"
        return beside(what, lambda: bus.write(DATA), lambda: other.writebytes2(DATA), 10)


def beside_blinka(machine: Any) -> list[Result]:
    """The same calls beside Adafruit Blinka's, as programs make them."""
    pin, i2c, spi = machine.Pin(22, machine.Pin.OUT), machine.I2C(1), machine.SPI(0, 10_000_000)
    buffer = bytearray(COUNT)
    with blinka.opened(CHIP, REGISTER, COUNT, DATA) as theirs:
        return [
            beside(f"{what}, beside Blinka's {call}", ours, other, calls, BLINKA_AIM)
            for what, call, ours, other, calls in (
                ("Pin.value(1)", "DigitalInOut.value", lambda: pin.value(1), theirs.write_pin, 300),
                ("Pin.value()", "DigitalInOut.value", pin.value, theirs.read_pin, 300),
                (
                    "readfrom_mem_into",
                    "writeto_then_readfrom",
                    lambda: i2c.readfrom_mem_into(CHIP, REGISTER, buffer),
                    theirs.read_registers,
                    30,
                ),
                ("SPI.write", "SPI.write", lambda: spi.write(DATA), theirs.write_spi, 10),
            )
        ]


# ---- interrupts


def interrupt(rig: Rig, board: Board, machine: Any) -> Result:
    """From the kernel's timestamp of an edge to the first line of what it calls; the median of many."""
    theirs, ours = median(bare(rig)), median(handled(rig, board, machine))
    return Result("linux", "Pin.irq's latency, beside a loop of gpiod's", ours / theirs, INTERRUPT_AIM, "x")


@contextmanager
def pulses(rig: Rig) -> Iterator[None]:
    """Another process that moves the wire."""
    with subprocess.Popen([sys.executable, "-c", PULSES, rig.gpiochip]) as process:
        yield
    if process.returncode:
        raise RuntimeError("what moves the wire has failed")


def bare(rig: Rig) -> list[int]:
    """How late gpiod's own loop is, in ns, edge by edge."""
    late: list[int] = []
    settings = gpiod.LineSettings(direction=Direction.INPUT, edge_detection=Edge.BOTH)
    with gpiod.request_lines(rig.gpiochip, {6: settings}) as request, pulses(rig):
        while len(late) < EDGES:
            request.wait_edge_events(None)
            late += [time.monotonic_ns() - event.timestamp_ns for event in request.read_edge_events()]
    return late


def handled(rig: Rig, board: Board, machine: Any) -> list[int]:
    """How late a handler of Pin.irq is, in ns, edge by edge, while the script sleeps."""
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
