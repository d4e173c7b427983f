"""Checks digital lines: levels, latches, pulls and edges."""

from machine_compat.clock import Clock
from machine_compat.contract import Backend, Edge, Line, LineConfig, Mode, Pull
from machine_compat.errors import ConfigError, Unsupported
from machine_compat.testing.waiting import MS, closed, eventually


def check_line(backend: Backend, ref: str, other: str | None = None) -> None:
    """A line drives, reads its pad and keeps its latch. With `other`, a line wired to it, also pulls and edges."""
    line = backend.line(ref)
    with closed(line):
        for level in (1, 0, 1):
            line.configure(LineConfig(Mode.OUT, level=level))
            assert line.read() == level, f"{ref}: configured as an output at {level}, the pad reads {line.read()}"
        for level in (0, 1, 0):
            line.write(level)
            seen = line.read()
            assert seen == level, f"{ref}: {level} was written to the output, the pad reads {seen}"
            assert type(seen) is int, f"{ref}: read() is an int, not {type(seen).__name__}"
        for level in (1, 0):
            assert (line.toggle(), line.read()) == (level, level), f"{ref}: toggled, the output is not {level}"
        line.write(1)
        line.configure(LineConfig(Mode.OUT))
        assert line.read() == 1, f"{ref}: configured again without a level, an output keeps the one it had"
        if other is None:
            line.configure(LineConfig(Mode.IN))
            return
        there = backend.line(other)
        with closed(there):
            _check_pair(line, there, f"{ref} and {other}")
            _check_edges(backend.clock(), line, there, f"{ref} and {other}")
            line.configure(LineConfig(Mode.IN))


def _check_pair(line: Line, there: Line, names: str) -> None:
    there.configure(LineConfig(Mode.IN))
    for level in (1, 0, 1):
        line.write(level)
        assert there.read() == level, f"{names}: {level} was driven at one end, the other reads {there.read()}"
    line.configure(LineConfig(Mode.IN, Pull.NONE))
    line.write(0)
    there.configure(LineConfig(Mode.OUT, level=1))
    assert line.read() == 1, f"{names}: a level written to an input must not drive the wire"
    there.configure(LineConfig(Mode.IN))
    line.configure(LineConfig(Mode.OUT))
    assert there.read() == 0, f"{names}: a level written to an input takes effect when it becomes an output"
    try:
        line.configure(LineConfig(Mode.OPEN_DRAIN, level=1))
        there.configure(LineConfig(Mode.IN, Pull.UP))
    except (Unsupported, ConfigError):
        return
    for level in (1, 0, 1):
        line.write(level)
        assert there.read() == level, f"{names}: an open drain at {level} under a pull-up reads {there.read()}"
    there.configure(LineConfig(Mode.OUT, level=0))
    assert line.read() == 0, f"{names}: an open drain that has let go reads what the other end drives"
    there.configure(LineConfig(Mode.IN, Pull.NONE))


def _check_edges(clock: Clock, line: Line, there: Line, names: str) -> None:
    line.configure(LineConfig(Mode.OUT, level=0))
    for edges, wanted in (
        (Edge.BOTH, [Edge.RISING, Edge.FALLING, Edge.RISING, Edge.FALLING]),
        (Edge.RISING, [Edge.RISING, Edge.RISING]),
        (Edge.FALLING, [Edge.FALLING, Edge.FALLING]),
    ):
        began = clock.now_ns()
        try:
            heard = _heard(clock, line, there, edges, len(wanted))
        except Unsupported:
            return
        seen, times = [edge for edge, _ in heard], [time for _, time in heard]
        assert seen == wanted, f"{names}: watching {edges!r}, heard {seen}"
        assert times == sorted(times), f"{names}: the times of the edges are not in order"
        assert began - MS <= times[0] <= clock.now_ns(), (
            f"{names}: an edge at {times[0]} ns is not of the board's clock"
        )


def _heard(clock: Clock, line: Line, there: Line, edges: Edge, count: int) -> list[tuple[Edge, int]]:
    """What a watcher of these edges hears of two pulses, and of a third when it has been taken off."""
    heard: list[tuple[Edge, int]] = []

    def hear(edge: Edge, time_ns: int) -> None:
        heard.append((edge, time_ns))

    there.watch(edges, hear)
    for level in (1, 0, 1, 0):
        line.write(level)
        clock.wait_until(clock.now_ns() + 2 * MS)
    eventually(clock, lambda: len(heard) >= count)
    there.watch(edges, None)
    line.write(1)
    line.write(0)
    clock.wait_until(clock.now_ns() + 2 * MS)
    return heard
