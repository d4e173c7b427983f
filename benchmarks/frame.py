"""A 320 x 240 x 16 bit frame to a parallel display: WR pulsed for each of 153,600 bytes through `Pin.value`."""

from benchmarks.measure import Result, seconds
from machine_compat.simulation import SimulatedBoard

BYTES = 320 * 240 * 2


class Empty:
    def value(self, level: int) -> None:
        """What a call costs that does nothing."""


def push(pin: Empty) -> None:
    for _ in range(BYTES):
        pin.value(0)
        pin.value(1)


def run() -> list[Result]:
    with SimulatedBoard("pico") as board:
        machine = board.machine
        wr = machine.Pin(2, machine.Pin.OUT, value=1)
        empty = seconds(lambda: push(Empty()))
        frame = seconds(lambda: push(wr))
        assert len(board.pin("GP2").edges) >= 2 * BYTES
    return [
        Result("frame", "307,200 x Pin.value, beside an empty Python method", frame / empty, 6, "x"),
        Result("frame", "the frame", frame * 1e3, 70, "ms"),
    ]
