"""A pulse counter on simulated pins: it hears their edges, and does not count what is too short for its filter.

# Ref: ESP32 technical reference manual v5.2, 17.2 (PCNT architecture: edges, control signal, filter)
"""

from collections.abc import Callable

from machine_compat.contract import CounterChannel, CounterConfig, CountRule
from machine_compat.mock.nets import Terminal
from machine_compat.mock.world import Event, World


class Input:
    """A pin of a counter; `changed` is told of each level that has lasted as long as the filter demands."""

    def __init__(self, terminal: Terminal, filter_ns: int, changed: Callable[["Input"], None]) -> None:
        self.level = terminal.level
        self._terminal = terminal
        self._filter_ns = filter_ns
        self._changed = changed
        self._settling: Event | None = None
        terminal.watch(self._edge)

    def _edge(self, level: int, time: int) -> None:
        if self._settling is not None:
            self._settling.cancel()
            self._settling = None
        if level == self.level:
            return
        if self._filter_ns:
            self._settling = self._terminal.world.after(self._filter_ns, lambda: self._settled(level))
        else:
            self._settled(level)

    def _settled(self, level: int) -> None:
        self._settling = None
        self.level = level
        self._changed(self)

    def close(self) -> None:
        if self._settling is not None:
            self._settling.cancel()
        self._terminal.unwatch(self._edge)


class MockCounter(CounterChannel):
    """One counter. call_ns: what a reading costs on the board."""

    __slots__ = ("_call_ns", "_count", "_handler", "_inputs", "_pin", "_rules", "_world")

    def __init__(self, world: World, pin: Callable[[str], Terminal], call_ns: int) -> None:
        self._world = world
        self._pin = pin
        self._call_ns = call_ns
        self._inputs: dict[str, Input] = {}
        self._rules: tuple[CountRule, ...] = ()
        self._count = 0
        self._handler: Callable[[int, int], None] | None = None

    def configure(self, config: CounterConfig, /) -> None:
        self._release()
        self._rules = config.rules
        for rule in config.rules:
            for ref in (rule.pin, rule.gate):
                if ref is not None and ref not in self._inputs:
                    self._inputs[ref] = Input(self._pin(ref), config.filter_ns, self._changed)

    def _changed(self, source: Input) -> None:
        change = 0
        for rule in self._rules:
            if self._inputs[rule.pin] is source:
                step = rule.rising if source.level else rule.falling
                gate = self._inputs[rule.gate] if rule.gate is not None else None
                change += step if gate is None else step * (rule.high if gate.level else rule.low)
        if change:
            self._count += change
            if self._handler is not None:
                self._handler(self._count, change)

    def read(self) -> int:
        self._world.spend(self._call_ns)
        return self._count

    def write(self, count: int, /) -> None:
        self._count = count

    def watch(self, handler: Callable[[int, int], None] | None, /) -> None:
        self._handler = handler

    def close(self) -> None:
        self._release()
        self._rules = ()
        self._handler = None
        self._count = 0

    def _release(self) -> None:
        for one in self._inputs.values():
            one.close()
        self._inputs.clear()
