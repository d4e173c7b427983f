"""Measures the wave that drives a leg's net, without waiting for its edges: pulse width and period of a PWM output."""

from dataclasses import dataclass

from machine_compat.mock.nets import Terminal
from machine_compat.mock.pulse_train import Wave


@dataclass(frozen=True, slots=True)
class Pulses:
    """A regular train of pulses: time high and time from one rising edge to the next, in ns."""

    high: int
    period: int


def wave_on(leg: Terminal) -> Wave | None:
    """The wave that somebody drives on the leg's net now."""
    return next((terminal.wave for terminal in leg.net.terminals if terminal.wave is not None), None)


def measure(wave: Wave, time: int) -> Pulses | None:
    """The pulses of a wave at a time, from its next three edges; None when it stands still."""
    edges: list[int] = []
    for _ in range(3):
        edge = wave.next_change(edges[-1] if edges else time)
        if edge is None:
            return None
        edges.append(edge)
    one, two, three = edges
    return Pulses(two - one if wave.level(one) else three - two, three - one)
