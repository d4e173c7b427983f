"""Wires of the simulated world: who drives what, what everybody reads, and what the history says."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from machine_compat.contract import LineConfig, Mode, Pull
from machine_compat.mock.clock import WorldClock
from machine_compat.mock.lines import MockLine
from machine_compat.mock.nets import LOGIC_THRESHOLD, Contention, Net, Terminal, connect, cut
from machine_compat.mock.pulse_train import PulseTrain
from machine_compat.mock.world import HORIZON, World

Make = Callable[..., Any]


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def make(world: World) -> Make:
    """Terminals by their names, one or several, joined by wires."""

    def terminals(*names: str) -> Any:
        made = [Terminal(world, name) for name in names]
        for other in made[1:]:
            connect(made[0], other)
        return made[0] if len(made) == 1 else made

    return terminals


class Ear:
    """A watcher that keeps what it hears."""

    def __init__(self, terminal: Terminal) -> None:
        self.heard: list[tuple[int, int]] = []
        terminal.watch(self)

    def __call__(self, level: int, time: int) -> None:
        self.heard.append((level, time))


def history(net: Net) -> list[int]:
    """The levels of a net from its beginning to now, as its edges tell."""
    return [(net.first + index) % 2 for index in range(len(net.edges) + 1)]


# ---- levels


def test_a_wire_that_nobody_drives_is_low(make: Make) -> None:
    assert make("a").level == 0


def test_what_one_drives_all_read(make: Make) -> None:
    a, b, c = make("a", "b", "c")
    a.drive(1)
    assert [t.level for t in (a, b, c)] == [1, 1, 1]
    a.drive(0)
    assert [t.level for t in (a, b, c)] == [0, 0, 0]


def test_a_pull_counts_while_nobody_drives(make: Make) -> None:
    a, b = make("a", "b")
    b.pull(1)
    assert a.level == 1
    a.drive(0)
    assert b.level == 0
    a.release()
    assert a.level == 1
    b.pull(None)
    assert a.level == 0


def test_of_two_pulls_the_one_down_wins(make: Make) -> None:
    a, b = make("a", "b")
    a.pull(1)
    b.pull(0)
    assert a.level == 0
    b.pull(1)
    assert a.level == 1


def test_open_drains_share_a_wire(make: Make) -> None:
    a, b, pull = make("a", "b", "pull")
    pull.pull(1)
    a.pull_low(True)
    b.pull_low(True)
    a.pull_low(False)
    assert pull.level == 0
    b.pull_low(False)
    assert pull.level == 1


def test_a_short_to_ground_wins_over_a_level_without_a_fight(make: Make) -> None:
    a, b = make("a", "b")
    a.drive(1)
    b.pull_low(True)
    assert a.level == 0


@pytest.mark.parametrize(("volts", "level"), [(0.0, 0), (LOGIC_THRESHOLD - 0.01, 0), (LOGIC_THRESHOLD, 1), (3.3, 1)])
def test_a_voltage_reads_as_a_level(make: Make, volts: float, level: int) -> None:
    a, b = make("a", "b")
    a.pull(1 - level)
    b.supply(volts)
    assert a.level == level
    b.supply(None)
    assert a.level == 1 - level


def test_an_output_wins_over_a_voltage(make: Make) -> None:
    a, b = make("a", "b")
    b.supply(3.3)
    a.drive(0)
    assert b.level == 0


# ---- two outputs


def test_two_outputs_that_agree_are_no_fight(make: Make) -> None:
    a, b = make("a", "b")
    a.drive(1)
    b.drive(1)
    assert a.level == 1


def test_two_outputs_that_fight_are_named_with_the_time(world: World, make: Make) -> None:
    a, b = make("pico.GP0", "esp32.GPIO4")
    world.run(1_250_000)
    a.drive(1)
    with pytest.raises(Contention) as caught:
        b.drive(0)
    assert str(caught.value) == ("two outputs on one net: pico.GP0 drives high, esp32.GPIO4 drives low, at 0.001250 s")
    b.release()
    assert a.level == 1


def test_a_wire_between_two_outputs_that_differ_is_a_fight(make: Make) -> None:
    a, b = make("a"), make("b")
    a.drive(1)
    b.drive(0)
    with pytest.raises(Contention, match=re.escape("a drives high, b drives low")):
        connect(a, b)


def test_two_waves_fight_where_they_differ(world: World, make: Make) -> None:
    a, b = make("a", "b")
    a.modulate(PulseTrain(100, 50, 0))
    b.modulate(PulseTrain(100, 60, 0))
    assert a.level == 1
    world.run(55)
    with pytest.raises(Contention, match="a drives low, b drives high"):
        assert a.level


# ---- wires


def test_joined_wires_are_one_net_and_cut_ones_two(make: Make) -> None:
    a, b, c, d = (make(name) for name in "abcd")
    connect(a, b)
    connect(c, d)
    d.drive(1)
    assert b.level == 0
    connect(b, c)
    assert a.level == 1
    assert a.net is d.net
    cut(c, b)
    assert (a.level, b.level, c.level, d.level) == (0, 0, 1, 1)
    assert a.net is b.net
    assert a.net is not c.net


def test_a_second_way_round_keeps_the_net_together(make: Make) -> None:
    a, b, c = (make(name) for name in "abc")
    for one, other in ((a, b), (b, c), (c, a)):
        connect(one, other)
    cut(a, b)
    a.drive(1)
    assert b.level == 1
    cut(c, a)
    assert b.level == 0


def test_disconnect_takes_a_leg_off(make: Make) -> None:
    a, b, c = make("a", "b", "c")
    c.drive(1)
    c.disconnect()
    assert (a.level, b.level, c.level) == (0, 0, 1)
    assert a.net is b.net


def test_a_net_is_named_by_what_it_joins(make: Make) -> None:
    b, _ = make("pico.GP2", "led.anode")
    assert b.net.name == "led.anode = pico.GP2"


def test_wiring_counts_changes(world: World, make: Make) -> None:
    counts = [world.wiring]
    a, b = make("a", "b")
    counts.append(world.wiring)
    cut(a, b)
    counts.append(world.wiring)
    assert counts == sorted(set(counts))


# ---- watching


def test_a_watcher_hears_each_change_once_with_its_time(world: World, make: Make) -> None:
    a, b = make("a", "b")
    ear = Ear(b)
    for time, level in ((10, 1), (20, 1), (30, 0), (40, None)):
        world.at(time, lambda level=level: a.drive(level))
    world.run(100)
    assert ear.heard == [(1, 10), (0, 30)]
    b.unwatch(ear)
    a.drive(1)
    assert ear.heard == [(1, 10), (0, 30)]


def test_watchers_on_both_sides_hear_what_a_new_wire_changes(world: World, make: Make) -> None:
    a, b = make("a"), make("b")
    a.pull(1)
    low, high = Ear(b), Ear(a)
    world.run(5)
    connect(a, b)
    assert (low.heard, high.heard) == ([(1, 5)], [])
    c = make("c")
    c.drive(0)
    watched = Ear(c)
    connect(c, a)
    assert (low.heard, high.heard, watched.heard) == ([(1, 5), (0, 5)], [(0, 5)], [])


def test_watchers_hear_what_a_cut_changes(world: World, make: Make) -> None:
    a, b = make("a", "b")
    a.drive(1)
    near, far = Ear(a), Ear(b)
    world.run(5)
    cut(a, b)
    assert (near.heard, far.heard) == ([], [(0, 5)])


def test_the_edges_are_the_history(world: World, make: Make) -> None:
    a = make("a")
    for time, level in ((10, 1), (20, 0), (30, 1)):
        world.at(time, lambda level=level: a.drive(level))
    world.run(100)
    assert (a.net.first, a.net.edges) == (0, [10, 20, 30])


def test_the_history_of_a_joined_net_ends_at_its_level(world: World, make: Make) -> None:
    for busy_first in (False, True):
        for level in (0, 1):
            busy, idle = make("busy"), make("idle")
            for step in range(3):
                busy.drive(step % 2)
            busy.release()
            idle.drive(level)
            connect(*((busy, idle) if busy_first else (idle, busy)))
            assert history(idle.net)[-1] == idle.level == level


# ---- waves


def test_a_wave_that_nobody_watches_costs_no_events(world: World, make: Make) -> None:
    a, b = make("a", "b")
    a.modulate(PulseTrain(100, 25, 0))
    assert world.quiet()
    levels = []
    for time in (0, 24, 25, 99, 100, 124, 125):
        world.run(time)
        levels.append(b.level)
    assert levels == [1, 1, 0, 0, 1, 1, 0]
    a.modulate(None)
    assert b.level == 0


def test_a_watched_wave_has_its_edges(world: World, make: Make) -> None:
    a, b = make("a", "b")
    ear = Ear(b)
    a.modulate(PulseTrain(100, 25, 0))
    world.run(210)
    assert ear.heard == [(1, 0), (0, 25), (1, 100), (0, 125), (1, 200)]
    b.unwatch(ear)
    world.run(1_000)
    assert len(ear.heard) == 5
    assert world.quiet()


def test_a_wave_that_is_watched_later(world: World, make: Make) -> None:
    a, b = make("a", "b")
    a.modulate(PulseTrain(100, 50, 0))
    world.run(70)
    ear = Ear(b)
    world.run(220)
    assert [heard for heard in ear.heard if heard[1] > 70] == [(1, 100), (0, 150), (1, 200)]


def test_a_wave_changes_its_mind_at_once(world: World, make: Make) -> None:
    a, b = make("a", "b")
    ear = Ear(b)
    a.modulate(PulseTrain(100, 50, 0))
    world.run(10)
    a.modulate(PulseTrain(40, 20, 10))
    world.run(55)
    assert ear.heard == [(1, 0), (0, 30), (1, 50)]
    a.modulate(None)
    assert ear.heard[-1] == (0, 55)
    world.run(500)
    assert len(ear.heard) == 4


def test_a_wave_on_a_net_that_is_joined_goes_on(world: World, make: Make) -> None:
    for wave_first in (True, False):
        a, b = make("a"), make("b")
        ear, own = Ear(b), Ear(a)
        start = world.now
        a.modulate(PulseTrain(100, 50, start))
        world.run(start + 10)
        connect(*((a, b) if wave_first else (b, a)))
        world.run(start + 120)
        assert own.heard == [(1, start), (0, start + 50), (1, start + 100)]
        assert ear.heard == [(1, start + 10), (0, start + 50), (1, start + 100)]
        a.modulate(None)


@pytest.mark.parametrize(("high", "invert", "level"), [(0, False, 0), (100, False, 1), (0, True, 1), (100, True, 0)])
def test_a_wave_may_stand_still(world: World, make: Make, high: int, invert: bool, level: int) -> None:
    a, b = make("a", "b")
    ear = Ear(b)
    a.modulate(PulseTrain(100, high, 0, invert))
    world.run(1_000)
    assert b.level == level
    assert ear.heard == ([(1, 0)] if level else [])


def test_a_receiver_of_whole_frames_does_without_single_edges(world: World, make: Make) -> None:
    a, b = make("a", "b")
    b.passive = True
    Ear(b)
    a.modulate(PulseTrain(100, 50, 0))
    assert world.quiet()


# ---- a tracer


class Scribe:
    def __init__(self) -> None:
        self.edges: list[tuple[str, int, int]] = []

    def edge(self, net: Any, level: int, time: int) -> None:
        self.edges.append((net.name, level, time))

    def drawn(self, net: object, changes: object) -> None:
        raise AssertionError("no transactions here")


def test_a_tracer_is_told_of_every_edge_whenever_it_comes(world: World, make: Make) -> None:
    wave, pin = make("wave"), make("pin")
    wave.modulate(PulseTrain(100, 50, 0))
    world.tracer = scribe = Scribe()
    pin.drive(1)
    wave.modulate(PulseTrain(100, 50, 0))
    world.run(120)
    pin.drive(0)
    assert scribe.edges == [("pin", 1, 0), ("wave", 0, 50), ("wave", 1, 100), ("pin", 0, 120)]
    world.tracer = None
    pin.drive(1)
    assert len(scribe.edges) == 4


# ---- against a naive model


class Model:
    """Legs that are joined by wires, each with what it does; levels worked out from scratch."""

    def __init__(self, count: int) -> None:
        self.strong: list[int | None] = [None] * count
        self.sink = [False] * count
        self.weak: list[int | None] = [None] * count
        self.volts: list[float | None] = [None] * count
        self.wires: list[tuple[int, int]] = []

    def net(self, leg: int) -> set[int]:
        found = {leg}
        while True:
            more = {there for a, b in self.wires for here, there in ((a, b), (b, a)) if here in found} - found
            if not more:
                return found
            found |= more

    def fights(self) -> bool:
        return any(len({self.strong[other] for other in self.net(leg)} - {None}) > 1 for leg in range(len(self.strong)))

    def level(self, leg: int) -> int:
        net = self.net(leg)
        if any(self.sink[other] for other in net):
            return 0
        driven = [level for other in net if (level := self.strong[other]) is not None]
        if driven:
            return driven[0]
        volts = [self.volts[other] for other in net if self.volts[other] is not None]
        if volts:
            return int((volts[0] or 0) >= LOGIC_THRESHOLD)
        pulls = {self.weak[other] for other in net}
        return int(1 in pulls and 0 not in pulls)


LEGS = 5
LEG = st.integers(0, LEGS - 1)
LEVEL = st.sampled_from([0, 1, None])
DEED = st.one_of(
    st.tuples(st.just("drive"), LEG, LEVEL),
    st.tuples(st.just("sink"), LEG, st.booleans()),
    st.tuples(st.just("pull"), LEG, LEVEL),
    st.tuples(st.just("join"), LEG, LEG),
    st.tuples(st.just("cut"), LEG, LEG),
    st.tuples(st.just("off"), LEG, st.none()),
    st.tuples(st.just("watch"), LEG, st.none()),
)


def model_does(model: Model, verb: str, leg: int, how: Any) -> None:
    if verb == "drive":
        model.strong[leg], model.sink[leg] = how, False
    elif verb == "sink":
        model.strong[leg], model.sink[leg] = None, how
    elif verb == "pull":
        model.weak[leg] = how
    elif verb == "join":
        model.wires.append((leg, how))
    elif verb == "cut":
        model.wires = [wire for wire in model.wires if set(wire) != {leg, how}]
    elif verb == "off":
        model.wires = [wire for wire in model.wires if leg not in wire]


def legs_do(legs: list[Terminal], ears: dict[int, Ear], verb: str, leg: int, how: Any) -> None:
    if verb == "drive":
        legs[leg].drive(how)
    elif verb == "sink":
        legs[leg].pull_low(how)
    elif verb == "pull":
        legs[leg].pull(how)
    elif verb == "join":
        connect(legs[leg], legs[how])
    elif verb == "cut":
        cut(legs[leg], legs[how])
    elif verb == "off":
        legs[leg].disconnect()
    elif leg in ears:
        legs[leg].unwatch(ears.pop(leg))
    else:
        ears[leg] = Ear(legs[leg])


@settings(max_examples=300, deadline=None)
@given(st.lists(DEED, max_size=25))
def test_nets_agree_with_a_naive_model(deeds: list[tuple[str, int, Any]]) -> None:
    world = World()
    legs = [Terminal(world, f"leg {number}") for number in range(LEGS)]
    model = Model(LEGS)
    ears: dict[int, Ear] = {}
    for verb, leg, how in deeds:
        if verb in ("join", "cut") and leg == how:
            continue
        world.run(world.now + 1)
        before = [model.level(number) for number in range(LEGS)]
        heard = {number: len(ear.heard) for number, ear in ears.items()}
        model_does(model, verb, leg, how)
        if model.fights():
            with pytest.raises(Contention):
                legs_do(legs, ears, verb, leg, how)
            return
        legs_do(legs, ears, verb, leg, how)
        after = [model.level(number) for number in range(LEGS)]
        assert [terminal.level for terminal in legs] == after
        for number, ear in ears.items():
            if number in heard:
                news = ear.heard[heard[number] :]
                assert news == ([(after[number], world.now)] if before[number] != after[number] else [])
        for terminal in legs:
            assert history(terminal.net)[-1] == terminal.level
            assert terminal.net.edges == sorted(terminal.net.edges)


# ---- the short cut of a line that is alone

PINS = 3
PIN = st.integers(0, PINS - 1)
ACT = st.one_of(
    st.tuples(st.just("write"), PIN, st.integers(0, 1)),
    st.tuples(st.just("write"), PIN, st.integers(0, 1)),
    st.tuples(st.just("mode"), PIN, st.sampled_from([Mode.IN, Mode.OUT, Mode.OPEN_DRAIN])),
    st.tuples(st.just("pull"), PIN, st.sampled_from([Pull.NONE, Pull.UP, Pull.DOWN])),
    st.tuples(st.just("preset"), PIN, st.integers(0, 1)),
    st.tuples(st.just("join"), PIN, PIN),
    st.tuples(st.just("cut"), PIN, PIN),
    st.tuples(st.just("short"), PIN, st.booleans()),
    st.tuples(st.just("close"), PIN, st.none()),
)


class Bench:
    """Lines of a board. watched: somebody watches every wire, so that nothing goes the short way."""

    def __init__(self, watched: bool) -> None:
        self.world = World()
        self.legs = [Terminal(self.world, f"pin {number}") for number in range(PINS)]
        self.outside = [Terminal(self.world, f"hand {number}") for number in range(PINS)]
        for leg, hand in zip(self.legs, self.outside, strict=True):
            connect(leg, hand)
            if watched:
                Ear(hand)
        clock = WorldClock(self.world)
        self.lines = [MockLine(clock, leg, 10) for leg in self.legs]

    def act(self, verb: str, pin: int, how: Any) -> str:
        line, leg = self.lines[pin], self.legs[pin]
        try:
            if verb == "write":
                line.write(how)
            elif verb == "mode":
                line.configure(LineConfig(how))
            elif verb == "pull":
                line.configure(LineConfig(Mode.IN, how))
            elif verb == "preset":
                line.configure(LineConfig(Mode.OUT, None, how))
            elif verb == "join" and pin != how:
                connect(leg, self.legs[how])
            elif verb == "cut" and pin != how:
                cut(leg, self.legs[how])
            elif verb == "short":
                self.outside[pin].pull_low(how)
            elif verb == "close":
                line.close()
        except Contention as fight:
            return str(fight)
        return ""

    def state(self) -> list[tuple[int, int, list[int]]]:
        pairs = zip(self.lines, self.legs, strict=True)
        return [(line.read(), leg.net.first, list(leg.net.edges)) for line, leg in pairs]


@settings(max_examples=300, deadline=None)
@given(st.lists(ACT, max_size=30))
def test_a_line_that_is_alone_does_just_what_others_do(acts: list[tuple[str, int, Any]]) -> None:
    short, long = Bench(watched=False), Bench(watched=True)
    for verb, pin, how in acts:
        trouble = short.act(verb, pin, how)
        assert trouble == long.act(verb, pin, how)
        if trouble:
            return
        assert short.state() == long.state()
        assert short.world.now == long.world.now


def test_a_lone_output_takes_the_short_way_until_somebody_watches(world: World, make: Make) -> None:
    pin = make("pin")
    line = MockLine(WorldClock(world), pin, 10)
    line.configure(LineConfig(Mode.OUT))
    assert pin.alone is pin.net
    ear = Ear(pin)
    assert pin.alone is None
    line.write(1)
    assert ear.heard == [(1, 10)]
    pin.unwatch(ear)
    assert pin.alone is pin.net


def test_a_wire_keeps_a_million_edges_and_forgets_what_is_older(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("machine_compat.mock.nets.KEPT_EDGES", 10)
    world = World()
    pin = Terminal(world, "pin")
    for time in range(1, 26):
        world.run(time)
        pin.drive(time % 2)
    world.run(2 * HORIZON)
    assert pin.net.edges == list(range(15, 26))
    assert pin.net.first == 0
