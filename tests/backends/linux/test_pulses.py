"""Pulses are measured by the times of edges, whether those were there before or come while they are waited for."""

import pytest

from machine_compat.backends.linux.clock import LinuxClock
from machine_compat.backends.linux.pulses import Edges, PulseMeter

US = 1_000


class Wire(LinuxClock):
    """A wire whose edges come at given times, and the clock that waits for them; both begin at 0."""

    def __init__(self, *edges: tuple[int, int]) -> None:
        super().__init__()
        self.close()
        self.coming = [(us * US, level) for us, level in edges]
        self.now = 0

    def now_ns(self) -> int:
        return self.now

    def wait_for(self, fd: int | None, deadline_ns: int | None) -> bool:
        assert deadline_ns is not None
        self.now = max(self.now, min(deadline_ns, self.coming[0][0] if self.coming else deadline_ns))
        return bool(self.coming) and self.coming[0][0] <= self.now

    def taken(self) -> Edges:
        here = [edge for edge in self.coming if edge[0] <= self.now]
        del self.coming[: len(here)]
        self.level = here[-1][1]
        return here

    level = 0

    def meter(self, answered: bool = False) -> PulseMeter:
        return PulseMeter(self, 0, self.taken, answered)

    def measure(self, meter: PulseMeter, level: int, timeout_us: int) -> int:
        width = meter.measure(level, lambda: self.level, timeout_us * US)
        return width // US if width >= 0 else width


@pytest.mark.parametrize(
    ("edges", "level", "timeout_us", "width"),
    [
        ([(10, 1), (35, 0)], 1, 100, 25),
        ([], 1, 100, -2),
        ([(10, 1)], 1, 100, -1),
        # The wait and the pulse may each take the whole timeout.
        ([(50, 1), (120, 0)], 1, 100, 70),
        ([(50, 1), (160, 0)], 1, 100, -1),
        ([(110, 1), (120, 0)], 1, 100, -2),
        # On already: it counts from now.
        ([(40, 1)], 0, 100, 40),
    ],
)
def test_a_pulse(edges: list[tuple[int, int]], level: int, timeout_us: int, width: int) -> None:
    wire = Wire(*edges)
    assert wire.measure(wire.meter(), level, timeout_us) == width


def dht22(bits: str, late_us: int) -> list[tuple[int, int]]:
    """The edges of a sensor that is let go at 0 and answers after `late_us`."""
    at = late_us
    edges = [(2, 1), (at, 0), (at + 80, 1), (at := at + 160, 0)]
    for bit in bits:
        edges += [(at + 50, 1), (at := at + 50 + (70 if bit == "1" else 26), 0)]
    return [*edges, (at + 50, 1)]


@pytest.mark.parametrize("asked_us", [30, 100, 150, 300, 2_000])
def test_a_dht22s_answer_however_late_it_is_asked_for(asked_us: int) -> None:
    bits = "0000001010001100000000010101111111101110"
    wire = Wire(*dht22(bits, late_us=30))
    meter = wire.meter(answered=True)
    wire.now = asked_us * US
    assert wire.measure(meter, 1, 150) == 80
    widths = [wire.measure(meter, 1, 100) for _ in bits]
    assert widths == [70 if bit == "1" else 26 for bit in bits]


def test_nobody_answers() -> None:
    wire = Wire((2, 1))
    assert wire.measure(wire.meter(answered=True), 1, 150) == -2
