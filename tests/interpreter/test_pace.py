"""Keeps board time with a wall clock that the test moves."""

from collections.abc import Callable

import pytest

from machine_compat.interpreter.pace import MAX_LAG_NS, SLICE_NS, TICK_NS, Pacer
from machine_compat.mock.world import World

MS = 1_000_000


class Wall:
    """A wall clock that moves when somebody sleeps, or when the test says so."""

    def __init__(self) -> None:
        self.now = 7_000 * MS
        self.sleeps: list[int] = []
        self.meanwhile: Callable[[], object] = lambda: None

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(round(seconds * 1e9))
        self.now += round(seconds * 1e9)
        self.meanwhile()


@pytest.fixture
def wall() -> Wall:
    return Wall()


def paced(world: World, wall: Wall, alive: bool = False) -> Pacer:
    pacer = Pacer(world, lambda: alive, now_ns=lambda: wall.now, sleep=wall.sleep)
    pacer.start()
    return pacer


def test_an_event_happens_when_the_wall_clock_is_there(wall: Wall) -> None:
    world = World()
    start = wall.now
    happened: list[int] = []
    paced(world, wall)
    for ms in (3, 50, 1_500):
        world.at(ms * MS, lambda: happened.append(wall.now - start))
    world.run(2_000 * MS)
    assert happened == [3 * MS, 50 * MS, 1_500 * MS]
    assert wall.now - start == 2_000 * MS


def test_it_sleeps_in_slices(wall: Wall) -> None:
    world = World()
    paced(world, wall)
    world.run(1_000 * MS)
    assert max(wall.sleeps) <= SLICE_NS


def test_it_does_not_sleep_when_it_is_late(wall: Wall) -> None:
    world = World()
    paced(world, wall)
    wall.now += 900 * MS
    world.run(900 * MS)
    assert wall.sleeps == []


def test_a_small_lag_is_caught_up_and_a_large_one_given_up(wall: Wall) -> None:
    world = World()
    start = wall.now
    paced(world, wall)
    wall.now += MAX_LAG_NS - 1
    world.run(2_000 * MS)
    assert wall.now - start == 2_000 * MS
    wall.now += 3_600_000 * MS
    late = wall.now
    world.run(2_001 * MS)
    world.run(2_501 * MS)
    assert wall.now - late == 500 * MS


def test_an_event_that_comes_up_while_it_sleeps_goes_first(wall: Wall) -> None:
    world = World()
    paced(world, wall)
    order: list[str] = []
    world.at(1_000 * MS, lambda: order.append("planned"))

    def press() -> None:
        wall.meanwhile = lambda: None
        world.at(world.now, lambda: order.append("pressed"))

    wall.meanwhile = press
    world.run(10 * MS)
    assert order == ["pressed"]


def test_a_script_that_spins_is_held_back(wall: Wall) -> None:
    world = World()
    start = wall.now
    paced(world, wall, alive=True)
    ahead: list[int] = []

    def spin() -> None:
        while world.now < 100 * MS:
            world.spend(1_000)
            ahead.append(world.now - (wall.now - start))

    world.spawn(spin, "spinning", lambda: None)
    world.run(200 * MS)
    assert len(ahead) == 100_000
    assert max(ahead) <= TICK_NS


def test_it_tells_when_it_sleeps(wall: Wall) -> None:
    world = World()
    pacer = paced(world, wall)
    seen: list[bool] = []
    wall.meanwhile = lambda: seen.append(pacer.waiting)
    world.run(5 * MS)
    assert seen == [True]
    assert not pacer.waiting


def test_a_world_at_rest_has_no_events_of_the_pacer(wall: Wall) -> None:
    world = World()
    pacer = paced(world, wall, alive=True)
    assert not world.quiet()
    pacer.rest()
    assert world.quiet()
    pacer.arm()
    pacer.stop()
    assert world.quiet()
    assert world.pacer is None


def test_an_interrupted_sleep_leaves_it_ready(wall: Wall) -> None:
    world = World()
    pacer = paced(world, wall)

    def interrupt() -> None:
        raise KeyboardInterrupt

    wall.meanwhile = interrupt
    with pytest.raises(KeyboardInterrupt):
        world.run(5 * MS)
    assert not pacer.waiting
    wall.meanwhile = lambda: None
    world.run(5 * MS)
    assert world.now == 5 * MS
