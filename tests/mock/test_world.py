"""The simulated world's time: events in order, tasks that take turns, and a clock that never runs past anybody."""

import re
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from machine_compat.errors import ConfigError
from machine_compat.mock.clock import WorldClock
from machine_compat.mock.tasks import Task
from machine_compat.mock.world import FAR, HORIZON, Event, Standstill, World, nothing


@pytest.fixture
def world() -> World:
    return World()


def start(world: World, body: Callable[[], object], poll: Callable[[], None] = nothing) -> Task:
    return world.spawn(body, "test", poll)


# ---- events


def test_events_happen_in_order_of_time_and_then_of_creation(world: World) -> None:
    seen: list[tuple[str, int]] = []
    for name, time in (("late", 30), ("first", 10), ("second", 10), ("middle", 20), ("third", 10)):
        world.at(time, lambda name=name: seen.append((name, world.now)))
    world.run(100)
    assert seen == [("first", 10), ("second", 10), ("third", 10), ("middle", 20), ("late", 30)]


def test_an_event_may_make_another_for_the_same_moment(world: World) -> None:
    seen: list[str] = []
    world.at(5, lambda: (seen.append("one"), world.at(5, lambda: seen.append("three"))))
    world.at(5, lambda: seen.append("two"))
    world.run(5)
    assert seen == ["one", "two", "three"]


def test_what_is_late_happens_at_once_in_its_turn(world: World) -> None:
    seen: list[tuple[str, int]] = []
    world.at(50, lambda: world.at(10, lambda: seen.append(("late", world.now))))
    world.at(50, lambda: seen.append(("in time", world.now)))
    world.run(100)
    assert seen == [("in time", 50), ("late", 50)]


def test_a_cancelled_event_does_not_happen(world: World) -> None:
    seen: list[int] = []
    event = world.at(10, lambda: seen.append(10))
    world.at(20, lambda: seen.append(20))
    event.cancel()
    event.cancel()
    world.run(100)
    assert seen == [20]


def test_an_event_cancels_another_of_its_own_moment(world: World) -> None:
    seen: list[str] = []
    events: list[Event] = []
    world.at(10, lambda: [event.cancel() for event in events])
    events.append(world.at(10, lambda: seen.append("other")))
    world.run(10)
    assert seen == []


def test_after_counts_from_now(world: World) -> None:
    world.run(40)
    assert world.after(5, nothing).time == 45


def test_quiet_when_nothing_is_left(world: World) -> None:
    event = world.at(10, nothing)
    assert not world.quiet()
    event.cancel()
    assert world.quiet()


# ---- run


def test_run_takes_what_is_due_up_to_and_at_its_end(world: World) -> None:
    seen: list[int] = []
    for time in (10, 20, 21):
        world.at(time, lambda: seen.append(world.now))
    world.run(20)
    assert (seen, world.now) == ([10, 20], 20)
    world.run(30)
    assert (seen, world.now) == ([10, 20, 21], 30)


def test_run_without_events_moves_the_clock_alone(world: World) -> None:
    world.run(123)
    assert world.now == 123


def test_run_into_the_past_changes_nothing(world: World) -> None:
    world.run(100)
    world.run(50)
    assert world.now == 100


def test_run_without_an_end_stops_when_nothing_is_left(world: World) -> None:
    world.at(70, nothing)
    world.run(FAR)
    assert world.now == 70


def test_stop_is_asked_before_each_event(world: World) -> None:
    seen: list[int] = []
    for time in (10, 20, 30):
        world.at(time, lambda: seen.append(world.now))
    world.run(100, lambda: len(seen) == 2)
    assert (seen, world.now) == ([10, 20], 20)
    world.run(100)
    assert seen == [10, 20, 30]


def test_run_within_an_event_takes_what_is_due_meanwhile(world: World) -> None:
    seen: list[tuple[str, int]] = []

    def handler() -> None:
        seen.append(("begins", world.now))
        world.run(15)
        seen.append(("ends", world.now))

    world.at(10, handler)
    world.at(12, lambda: seen.append(("between", world.now)))
    world.at(20, lambda: seen.append(("after", world.now)))
    world.run(30)
    assert seen == [("begins", 10), ("between", 12), ("ends", 15), ("after", 20)]
    assert world.now == 30


def test_the_error_of_an_event_comes_out_of_run(world: World) -> None:
    def broken() -> None:
        raise ZeroDivisionError

    world.at(10, broken)
    world.at(20, nothing)
    with pytest.raises(ZeroDivisionError):
        world.run(100)
    assert world.now == 10
    assert not world.running
    world.run(100)
    assert world.now == 100


def test_running_is_known(world: World) -> None:
    seen: list[bool] = []
    world.at(10, lambda: seen.append(world.running))
    assert not world.running
    world.run(10)
    assert seen == [True]
    assert not world.running


def test_spending_in_the_hub_takes_what_is_due(world: World) -> None:
    seen: list[int] = []
    world.at(10, lambda: seen.append(world.now))
    world.spend(9)
    assert seen == []
    world.spend(5)
    assert (seen, world.now) == ([10], 14)


def test_the_pacer_is_asked_before_each_event(world: World) -> None:
    asked: list[tuple[int, int]] = []
    world.pacer = lambda time: asked.append((world.now, time))
    world.at(10, nothing)
    world.at(30, nothing)
    world.run(50)
    assert asked == [(0, 10), (10, 30), (30, 50)]


# ---- failures that no script stops


def test_fail_comes_out_of_run_though_the_task_swallows_everything(world: World) -> None:
    error = ConfigError("broken")
    went_on: list[int] = []

    def script() -> None:
        while True:
            try:
                raise world.fatal(error)
            except Exception:
                went_on.append(world.now)
            world.spend(10)

    start(world, script)
    with pytest.raises(ConfigError) as caught:
        world.run(1_000)
    assert caught.value is error
    assert went_on == [0]
    assert world.failure is None


def test_fatal_in_the_hub_is_an_error_like_any_other(world: World) -> None:
    error = world.fatal(ConfigError("broken"))
    assert str(error) == "broken"
    world.run(10)
    assert world.now == 10


# ---- tasks


def test_a_task_runs_until_it_waits_or_time_is_due(world: World) -> None:
    seen: list[tuple[str, int]] = []

    def script() -> None:
        seen.append(("script", world.now))
        world.spend(30)
        seen.append(("script", world.now))

    world.at(20, lambda: seen.append(("event", world.now)))
    task = start(world, script)
    assert not task.finished
    world.run(100)
    assert seen == [("script", 0), ("event", 20), ("script", 30)]
    assert task.finished


def test_a_task_is_held_at_the_end_of_run(world: World) -> None:
    times: list[int] = []

    def script() -> None:
        while True:
            times.append(world.now)
            world.spend(40)

    start(world, script)
    world.run(100)
    assert (times, world.now) == ([0, 40, 80], 100)
    world.run(130)
    assert (times, world.now) == ([0, 40, 80, 120], 130)


def test_tasks_of_two_boards_take_turns_exactly(world: World) -> None:
    turns: list[tuple[str, int]] = []
    clocks = {name: WorldClock(world) for name in ("a", "b")}

    def script(name: str, step: int, busy: int) -> None:
        clock = clocks[name]
        for _ in range(4):
            turns.append((name, world.now))
            clock.spend(busy)
            clock.wait_until(world.now + step)

    clocks["a"].spawn(lambda: script("a", 90, 10), "a", nothing)
    clocks["b"].spawn(lambda: script("b", 120, 30), "b", nothing)
    world.run(1_000)
    assert turns == [
        ("a", 0), ("b", 0), ("a", 100), ("b", 150), ("a", 200), ("b", 300), ("a", 300), ("b", 450),
    ]  # fmt: skip


def test_wake_ends_a_wait_and_poll_is_called_first(world: World) -> None:
    seen: list[tuple[str, int]] = []
    clock = WorldClock(world)

    def script() -> None:
        clock.wait_until(1_000)
        seen.append(("woken", world.now))
        clock.wait_until(1_000)
        seen.append(("due", world.now))

    clock.main = clock.spawn(script, "script", lambda: seen.append(("poll", world.now)))
    world.at(30, clock.wake)
    world.run(2_000)
    assert seen == [("poll", 30), ("woken", 30), ("poll", 1_000), ("due", 1_000)]


def test_waiting_for_wake_alone(world: World) -> None:
    seen: list[int] = []
    clock = WorldClock(world)
    task = clock.spawn(lambda: (clock.wait_until(None), seen.append(world.now)), "script", nothing)
    world.run(500)
    assert seen == []
    world.at(700, clock.wake)
    world.run(FAR)
    assert seen == [700]
    assert task.finished


def test_a_wake_that_comes_twice_is_one(world: World) -> None:
    polls: list[int] = []
    clock = WorldClock(world)

    def script() -> None:
        for _ in range(2):
            clock.wait_until(100)

    clock.spawn(script, "script", lambda: polls.append(world.now))
    world.at(10, lambda: (clock.wake(), clock.wake()))
    world.run(200)
    assert polls == [10, 100]


def test_a_wake_does_not_reach_into_time_that_is_being_spent(world: World) -> None:
    seen: list[int] = []
    clock = WorldClock(world)
    clock.spawn(lambda: (clock.spend(100), seen.append(world.now)), "script", nothing)
    world.at(50, clock.wake)
    world.run(200)
    assert seen == [100]


def test_an_error_is_thrown_where_the_task_waits(world: World) -> None:
    seen: list[tuple[str, int]] = []
    clock = WorldClock(world)

    def script() -> None:
        try:
            clock.wait_until(1_000)
        except KeyboardInterrupt:
            seen.append(("interrupted", world.now))
        clock.wait_until(1_000)
        seen.append(("slept", world.now))

    task = clock.spawn(script, "script", nothing)
    world.at(40, lambda: task.throw(KeyboardInterrupt()))
    world.run(2_000)
    assert seen == [("interrupted", 40), ("slept", 1_000)]


def test_an_error_thrown_into_time_that_is_being_spent_comes_when_it_is_spent(world: World) -> None:
    seen: list[int] = []

    def script() -> None:
        try:
            world.spend(100)
        except KeyboardInterrupt:
            seen.append(world.now)

    task = start(world, script)
    world.at(40, lambda: task.throw(KeyboardInterrupt()))
    world.run(200)
    assert seen == [100]


def test_an_uncaught_error_is_kept_and_the_world_goes_on(world: World) -> None:
    def script() -> None:
        raise ZeroDivisionError

    task = start(world, script)
    world.run(10)
    assert task.finished
    assert isinstance(task.error, ZeroDivisionError)
    assert world.now == 10


def test_an_abandoned_task_runs_nothing_more_not_even_finally(world: World) -> None:
    seen: list[str] = []
    clock = WorldClock(world)

    def script() -> None:
        try:
            clock.wait_until(100)
        except BaseException:
            seen.append("except")
        finally:
            seen.append("finally")

    task = clock.spawn(script, "script", lambda: seen.append("poll"))
    world.run(10)
    clock.abandon(task)
    clock.wake()
    task.throw(KeyboardInterrupt())
    del task
    world.run(1_000)
    assert seen == []


def test_a_task_can_be_abandoned_before_it_began(world: World) -> None:
    seen: list[str] = []
    start(world, lambda: seen.append("ran")).abandon()
    world.run(10)
    assert seen == []


def test_a_task_cannot_be_parked_by_somebody_else(world: World) -> None:
    task = world.spawn(nothing, "reader", nothing)
    with pytest.raises(ConfigError, match="reader"):
        task.park(10)


def test_a_handler_in_the_hub_waits_while_tasks_go_on(world: World) -> None:
    seen: list[tuple[str, int]] = []
    scripts, tests = WorldClock(world), WorldClock(world)

    def script() -> None:
        for _ in range(3):
            scripts.wait_until(world.now + 10)
            seen.append(("script", world.now))

    def handler() -> None:
        tests.wait_until(world.now + 15)
        seen.append(("handler", world.now))

    scripts.spawn(script, "script", nothing)
    world.at(5, handler)
    world.run(100)
    assert seen == [("script", 10), ("script", 20), ("handler", 20), ("script", 30)]


def test_waiting_in_the_hub_for_what_never_comes_is_a_standstill(world: World) -> None:
    clock = WorldClock(world)
    with pytest.raises(Standstill, match=re.escape("nothing in the simulated world will ever happen")):
        clock.wait_until(None)
    world.at(10, clock.wake)
    clock.wait_until(None)
    assert world.now == 10


def test_in_script_is_true_in_the_boards_own_task_and_anywhere_while_it_has_none(world: World) -> None:
    clock, other, idle = WorldClock(world), WorldClock(world), WorldClock(world)
    seen: list[tuple[bool, ...]] = []
    clock.main = clock.spawn(lambda: seen.append(tuple(c.in_script() for c in (clock, other, idle))), "one", nothing)
    other.main = other.spawn(lambda: other.wait_until(5), "other", nothing)
    assert [c.in_script() for c in (clock, other, idle)] == [False, False, True]
    world.run(10)
    assert seen == [(True, False, True)]


def test_call_at_can_be_taken_back(world: World) -> None:
    seen: list[int] = []
    clock = WorldClock(world)
    clock.call_at(10, lambda: seen.append(world.now))
    clock.call_at(20, lambda: seen.append(world.now))()
    world.run(100)
    assert seen == [10]


def test_renew_begins_again_at_zero_with_nothing_to_happen(world: World) -> None:
    seen: list[int] = []
    world.at(500, lambda: seen.append(world.now))
    world.run(100)
    wiring = world.wiring
    world.renew()
    assert (world.now, world.due, world.quiet()) == (0, HORIZON, True)
    assert world.wiring > wiring
    world.run(1_000)
    assert seen == []


# ---- time as everybody sees it

STEP = st.tuples(st.sampled_from(["spend", "wait", "wake", "event"]), st.integers(0, 50))
SCRIPT = st.lists(STEP, max_size=12)


def play(scripts: list[list[tuple[str, int]]], events: list[int]) -> tuple[list[tuple[str, int]], list[int]]:
    """What happened, by whom and when, and where each script ended; checks each one's time on the way."""
    world = World()
    seen: list[tuple[str, int]] = []
    clocks = [WorldClock(world) for _ in scripts]

    def script(number: int) -> None:
        clock = clocks[number]
        here = world.now
        for verb, amount in scripts[number]:
            began = world.now
            assert began >= here, "time went back for a script"
            if verb == "spend":
                world.spend(amount)
                assert world.now == began + amount
            elif verb == "wait":
                clock.wait_until(began + amount)
                assert began <= world.now <= max(began, began + amount)
            elif verb == "wake":
                clocks[amount % len(clocks)].wake()
            else:
                world.after(amount, lambda: seen.append(("event", world.now)))
            here = world.now
            seen.append((f"script {number}", here))

    tasks = [clock.spawn(partial(script, number), f"{number}", nothing) for number, clock in enumerate(clocks)]
    for time in events:
        world.at(time, lambda: seen.append(("event", world.now)))
    world.run(FAR)
    for task in tasks:
        assert task.finished
        assert task.error is None, task.error
    return seen, [task.finished for task in tasks]


@settings(max_examples=150, deadline=None)
@given(st.lists(SCRIPT, min_size=1, max_size=4), st.lists(st.integers(0, 300), max_size=8))
def test_time_never_goes_back_for_any_script(scripts: list[list[tuple[str, int]]], events: list[int]) -> None:
    seen, _ = play(scripts, events)
    happened = [time for who, time in seen if who == "event"]
    assert happened == sorted(happened)
    assert len(happened) >= len(events)
    assert play(scripts, events)[0] == seen, "the same set-up gives the same run"


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 40), st.integers(0, 40)), min_size=1, max_size=5), st.integers(1, 400))
def test_no_script_acts_before_what_was_due_earlier(steps: list[tuple[int, int]], until: int) -> None:
    world = World()
    acts: list[int] = []

    def script(busy: int, rest: int) -> None:
        clock = WorldClock(world)
        while True:
            world.spend(busy)
            acts.append(world.now)
            clock.wait_until(world.now + rest)

    for busy, rest in steps:
        world.spawn(lambda busy=busy, rest=rest: script(busy, rest), "script", nothing)
    world.run(until)
    assert acts == sorted(acts)
    assert all(time <= until for time in acts)
    assert world.now == until
