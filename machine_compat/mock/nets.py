"""Wires: terminals that drive, pull and watch, joined into nets that have one level."""

from collections.abc import Callable, Iterable, Iterator

from machine_compat.errors import ConfigError
from machine_compat.mock.pulse_train import Wave
from machine_compat.mock.world import Event, World

Watcher = Callable[[int, int], object]
"""Called with the new level and the time in ns at every change of a net."""


class Contention(ConfigError):
    """Two outputs drive one net to different levels."""


class Terminal:
    """One leg of something: a board's pin or a chip's. It may drive its net, pull it, and watch it.

    strong: the level it drives (0, 1), or None. sink: whether it holds the net low through an open drain.
    weak: the level it pulls to, or None. source: a level computed at the moment somebody looks, or None.
    """

    __slots__ = (
        "alone", "name", "net", "owner", "passive", "receiver", "sink", "source", "strong", "volts", "watchers", "wave",
        "weak", "world",
    )  # fmt: skip

    def __init__(self, world: World, name: str, owner: object = None) -> None:
        self.world = world
        self.name = name
        self.owner = owner
        self.receiver: Callable[[object], None] | None = None
        """Takes whole UART frames from transmitters on the net."""
        self.passive = False
        """Whether its watchers can do without the single edges of waves."""
        self.strong: int | None = None
        self.sink = False
        self.weak: int | None = None
        self.source: Callable[[], int | None] | None = None
        self.alone: Net | None = None
        """The net, while this terminal alone drives it and nobody watches: it may then set the level itself."""
        self.volts: float | None = None
        self.wave: Wave | None = None
        self.watchers: list[Watcher] = []
        self.net = Net(world, [self])

    def __repr__(self) -> str:
        return f"<Terminal {self.name}>"

    # ---- driving

    def drive(self, level: int | None) -> None:
        """Drive 0 or 1 as a push-pull output does; None lets go."""
        self.net.share()
        if self.strong != level or self.sink:
            self.strong = level
            self.sink = False
            self.net.settle()

    def pull_low(self, sink: bool) -> None:
        """Hold low as an open-drain output does, or let go."""
        self.net.share()
        if self.sink != sink or self.strong is not None:
            self.strong = None
            self.sink = sink
            self.net.settle()

    def release(self) -> None:
        """Drive nothing."""
        self.drive(None)

    def pull(self, level: int | None) -> None:
        """Pull to a level through a resistor, or not."""
        if self.weak != level:
            self.weak = level
            self.net.settle()

    def supply(self, volts: float | None) -> None:
        """Put an analog voltage on the wire; None takes it away."""
        self.volts = volts
        self.net.settle()

    def modulate(self, wave: Wave | None) -> None:
        """Drive a wave; None ends it and lets go."""
        self.net.share()
        self.wave = wave
        if wave is None:
            self.source = None
            self.strong = None
        else:
            self.source = self._wave_level
        self.net.settle()

    def _wave_level(self) -> int | None:
        return self.wave.level(self.world.now) if self.wave else None

    # ---- looking

    @property
    def level(self) -> int:
        """The level of the wire now."""
        return self.net.read()

    def watch(self, watcher: Watcher) -> None:
        self.watchers.append(watcher)
        self.net.rewatch()

    def unwatch(self, watcher: Watcher) -> None:
        self.watchers.remove(watcher)
        self.net.rewatch()

    def disconnect(self) -> None:
        """Take the terminal off its net, on to a net of its own."""
        old = self.net
        old.wires = [pair for pair in old.wires if self not in pair]
        old.split()


class Net:
    """All terminals joined by wires, and the one level they agree on.

    edges: the times of all changes since `first`, the level the net began with: they alternate.
    """

    __slots__ = (
        "_alone", "_tick", "edges", "first", "lazy", "level", "terminals", "watched", "watchers", "wires", "world",
    )  # fmt: skip

    def __init__(self, world: World, terminals: list[Terminal]) -> None:
        self.world = world
        self.terminals = terminals
        self.wires: list[tuple[Terminal, Terminal]] = []
        self.level = 0
        self.first = 0
        self.edges: list[int] = []
        self.watchers: list[Watcher] = []
        self.watched = False
        """Whether somebody wants every single edge, also of waves."""
        self._alone: Terminal | None = None
        self.lazy = False
        self._tick: Event | None = None
        """The next edge of the waves on a watched net."""
        world.nets.add(self)

    @property
    def name(self) -> str:
        return " = ".join(sorted(terminal.name for terminal in self.terminals))

    # ---- level

    def read(self) -> int:
        if self.lazy:
            self.settle()
        return self.level

    def share(self) -> None:
        """End the time of the one terminal that set the level itself; it drives what it set last."""
        if self._alone is not None:
            self._alone.strong = self.level
            self._alone.alone = None
            self._alone = None

    def settle(self) -> None:
        """Work out the level from who drives what, and tell who watches when it changed."""
        self.share()
        strong: Terminal | None = None
        level = 0
        sink = up = down = False
        volts: float | None = None
        self.lazy = False
        drivers = 0
        for terminal in self.terminals:
            driven = terminal.strong
            if terminal.source is not None:
                self.lazy = True
                driven = terminal.source()
            if driven is not None:
                drivers += 1
                if strong is not None and driven != level:
                    self._fight(strong, terminal)
                strong, level = terminal, driven
            sink = sink or terminal.sink
            up = up or terminal.weak == 1
            down = down or terminal.weak == 0
            volts = terminal.volts if volts is None else volts
        if sink:
            level = 0
        elif strong is None:
            level = int(volts >= LOGIC_THRESHOLD) if volts is not None else int(up and not down)
        elif drivers == 1 and not (self.watchers or self.lazy or self.world.tracer):
            self._alone = strong
            strong.alone = self
        if level != self.level:
            self._change(level)
        if self._tick is not None or (self.lazy and (self.watched or self.world.tracer)):
            self._schedule_wave()

    def _change(self, level: int) -> None:
        self.level = level
        now = self.world.now
        self.edges.append(now)
        tracer = self.world.tracer
        if tracer is not None:
            tracer.edge(self, level, now)
        for watcher in tuple(self.watchers):
            watcher(level, now)

    def _fight(self, one: Terminal, other: Terminal) -> None:
        world = self.world
        drives = [f"{t.name} drives {'high' if self._driven(t) else 'low'}" for t in (one, other)]
        raise world.fatal(Contention(f"two outputs on one net: {', '.join(drives)}, at {world.now / 1e9:.6f} s"))

    @staticmethod
    def _driven(terminal: Terminal) -> int:
        level = terminal.source() if terminal.source else terminal.strong
        return level or 0

    def _schedule_wave(self) -> None:
        """Have the next edge of the waves happen, in place of the one that was next before."""
        if self._tick is not None:
            self._tick.cancel()
            self._tick = None
        if not (self.watched or self.world.tracer):
            return
        waves = [terminal.wave for terminal in self.terminals if terminal.wave]
        changes = [change for wave in waves if (change := wave.next_change(self.world.now)) is not None]
        if changes:
            self._tick = self.world.at(min(changes), self._wave_edge)

    def _wave_edge(self) -> None:
        self._tick = None
        self.settle()

    def tidy(self) -> None:
        """Forget the oldest edges of a wire that has very many; an even number, as they alternate from `first` on."""
        if len(self.edges) > 2 * KEPT_EDGES:
            del self.edges[: (len(self.edges) - KEPT_EDGES) & ~1]

    # ---- membership

    def rewatch(self) -> None:
        """Gather the watchers of all terminals anew."""
        self.watchers = [watcher for terminal in self.terminals for watcher in terminal.watchers]
        self.watched = any(terminal.watchers and not terminal.passive for terminal in self.terminals)
        self.settle()

    def absorb(self, other: "Net") -> None:
        """Take in the terminals of another net; whoever watches either hears of its level if that changes for him."""
        other.share()
        if other._tick is not None:
            other._tick.cancel()
        self.world.nets.discard(other)
        self.terminals.extend(other.terminals)
        self.wires.extend(other.wires)
        for terminal in other.terminals:
            terminal.net = self
        self.settle()
        changed = self.level != other.level
        if len(other.edges) > len(self.edges):
            self.edges, self.first = other.edges, other.first
            if changed:
                self.edges.append(self.world.now)
        self.rewatch()
        if changed:
            for watcher in tuple(other.watchers):
                watcher(self.level, self.world.now)

    def split(self) -> None:
        """Work out, after a wire was taken away, which terminals still hang together."""
        self.world.wiring += 1
        groups = list(components(self.terminals, self.wires))
        for group in groups:
            net = self if group is groups[0] else Net(self.world, [])
            net.terminals = group
            if net is not self:
                net.wires = [pair for pair in self.wires if pair[0] in group]
                net.level = net.first = self.level
            for terminal in group:
                terminal.net = net
        self.wires = [pair for pair in self.wires if pair[0] in self.terminals]
        for group in groups:
            group[0].net.rewatch()


KEPT_EDGES = 1 << 20
"""The least that is kept of a wire's history: a script that toggles a pin for hours must not fill the memory."""
LOGIC_THRESHOLD = 1.4
"""Volts above which an analog level reads as 1: the middle of a 3.3 V input's forbidden band."""


def components(terminals: list[Terminal], wires: Iterable[tuple[Terminal, Terminal]]) -> Iterator[list[Terminal]]:
    """The groups of terminals that wires join, in order."""
    links: dict[Terminal, list[Terminal]] = {terminal: [] for terminal in terminals}
    for a, b in wires:
        links[a].append(b)
        links[b].append(a)
    seen: set[Terminal] = set()
    for terminal in terminals:
        if terminal in seen:
            continue
        group: list[Terminal] = []
        todo = [terminal]
        seen.add(terminal)
        while todo:
            here = todo.pop()
            group.append(here)
            for there in links[here]:
                if there not in seen:
                    seen.add(there)
                    todo.append(there)
        yield group


def connect(a: Terminal, b: Terminal) -> None:
    """Solder a wire between two terminals."""
    keep, gone = a.net, b.net
    keep.wires.append((a, b))
    a.world.wiring += 1
    if keep is not gone:
        keep.absorb(gone)


def cut(a: Terminal, b: Terminal) -> None:
    """Take away the wire between two terminals."""
    net = a.net
    net.wires = [pair for pair in net.wires if pair not in ((a, b), (b, a))]
    net.split()
