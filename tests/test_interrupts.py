"""The queue that runs handlers on the script's own thread: what runs when, what waits, and what is dropped."""

from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from machine_compat.interrupts import SCHEDULE_DEPTH, Interrupts
from machine_compat.mock.clock import WorldClock
from machine_compat.mock.world import World
from machine_compat.simulation import SimulatedBoard


class Bench:
    """A queue whose script is where the test says."""

    def __init__(self, depth: int = SCHEDULE_DEPTH) -> None:
        self.here = True
        self.order: list[object] = []
        self.wakes = 0
        bench = self

        class Counting(WorldClock):
            def wake(self) -> None:
                bench.wakes += 1

        self.queue = Interrupts(Counting(World()), lambda: self.here, depth)

    def mark(self, what: object, during: Callable[[], object] = lambda: None) -> Callable[[], None]:
        """A handler that says when it begins and ends."""

        def handler() -> None:
            self.order.append(f"{what} begins")
            during()
            self.order.append(f"{what} ends")

        return handler

    def quick(self, what: object) -> Callable[[], None]:
        return lambda: self.order.append(what)


@pytest.fixture
def bench() -> Bench:
    return Bench()


# ---- when handlers run


def test_a_drivers_own_handler_waits_once_ahead_of_all_scheduled(bench: Bench) -> None:
    bench.here = False
    task = bench.quick("task")
    for number in range(SCHEDULE_DEPTH):
        assert bench.queue.post(bench.quick(number))
    bench.queue.look_after(task)
    bench.queue.look_after(task)
    assert bench.queue.waiting
    assert bench.queue.due
    bench.queue.run()
    bench.queue.run()
    assert bench.order == ["task", *range(SCHEDULE_DEPTH)]
    assert bench.queue.dropped == 0


def test_a_drivers_own_handler_runs_at_once_or_later(bench: Bench) -> None:
    bench.queue.look_after(bench.quick("at once"))
    bench.queue.look_after(bench.quick("later"), at_once=False)
    assert bench.order == ["at once"]
    state = bench.queue.disable()
    bench.queue.run()
    assert bench.order == ["at once"]
    bench.queue.enable(state)
    assert bench.order == ["at once", "later"]
    bench.here = False
    bench.queue.look_after(bench.quick("forgotten"))
    bench.queue.clear()
    bench.queue.run()
    assert not bench.queue.waiting
    assert bench.order == ["at once", "later"]


def test_a_drivers_own_handler_does_not_run_inside_another(bench: Bench) -> None:
    task = bench.mark("task")
    bench.queue.post(bench.mark("soft", during=lambda: bench.queue.look_after(task)))
    assert bench.order == ["soft begins", "soft ends", "task begins", "task ends"]


@pytest.mark.parametrize("hard", [False, True])
def test_a_handler_runs_at_once_where_the_script_is(bench: Bench, hard: bool) -> None:
    assert bench.queue.post(bench.quick("ran"), hard)
    assert bench.order == ["ran"]
    assert bench.wakes == 0


@pytest.mark.parametrize("hard", [False, True])
def test_a_handler_from_elsewhere_wakes_the_script_and_waits_for_it(bench: Bench, hard: bool) -> None:
    bench.here = False
    assert bench.queue.post(bench.quick("ran"), hard)
    assert bench.order == []
    assert bench.wakes == 1
    bench.here = True
    bench.queue.run()
    assert bench.order == ["ran"]
    bench.queue.run()
    assert bench.order == ["ran"]


def test_hard_ones_run_ahead_of_scheduled_ones_each_in_their_order(bench: Bench) -> None:
    bench.here = False
    for name, hard in (("soft 1", False), ("hard 1", True), ("soft 2", False), ("hard 2", True)):
        bench.queue.post(bench.quick(name), hard)
    bench.queue.run()
    assert bench.order == ["hard 1", "hard 2", "soft 1", "soft 2"]


def test_a_scheduled_one_does_not_run_inside_another(bench: Bench) -> None:
    bench.queue.post(bench.mark("outer", lambda: bench.queue.post(bench.quick("inner"))))
    assert bench.order == ["outer begins", "outer ends", "inner"]


def test_a_hard_one_runs_inside_a_scheduled_one(bench: Bench) -> None:
    bench.queue.post(bench.mark("soft", lambda: bench.queue.post(bench.quick("hard"), hard=True)))
    assert bench.order == ["soft begins", "hard", "soft ends"]


def test_neither_runs_inside_a_hard_one(bench: Bench) -> None:
    def during() -> None:
        bench.queue.post(bench.quick("soft"))
        bench.queue.post(bench.quick("hard"), hard=True)

    bench.queue.post(bench.mark("outer", during), hard=True)
    assert bench.order == ["outer begins", "outer ends", "hard", "soft"]


def test_a_handler_that_raises_leaves_the_others_their_turn(bench: Bench) -> None:
    def broken() -> None:
        raise ZeroDivisionError

    bench.here = False
    for handler in (broken, bench.quick("after")):
        bench.queue.post(handler)
    with pytest.raises(ZeroDivisionError):
        bench.queue.run()
    bench.queue.run()
    assert bench.order == ["after"]


# ---- the depth


@pytest.mark.parametrize("depth", [1, SCHEDULE_DEPTH])
def test_one_too_many_is_dropped(depth: int) -> None:
    bench = Bench(depth)
    bench.here = False
    taken = [bench.queue.post(bench.quick(number)) for number in range(depth + 2)]
    assert taken == [True] * depth + [False, False]
    assert bench.queue.dropped == 2
    bench.queue.run()
    assert bench.order == list(range(depth))


def test_the_depth_is_eight() -> None:
    assert SCHEDULE_DEPTH == 8


def test_hard_ones_do_not_count(bench: Bench) -> None:
    bench.here = False
    for number in range(20):
        assert bench.queue.post(bench.quick(number), hard=True)
    assert bench.queue.post(bench.quick("soft"))
    bench.queue.run()
    assert bench.order == [*range(20), "soft"]


# ---- schedule


def test_schedule_runs_only_when_the_script_is_looked_after(bench: Bench) -> None:
    assert bench.queue.schedule(bench.quick("ran"))
    assert bench.order == []
    assert bench.wakes == 1
    bench.queue.run()
    assert bench.order == ["ran"]


def test_schedule_shares_the_depth_and_counts_nothing_as_dropped(bench: Bench) -> None:
    bench.here = False
    taken = [bench.queue.schedule(bench.quick(number)) for number in range(10)]
    assert taken == [True] * 8 + [False] * 2
    assert bench.queue.dropped == 0


def test_schedule_finds_room_where_the_script_is(bench: Bench) -> None:
    assert all(bench.queue.schedule(bench.quick(number)) for number in range(10))
    assert bench.order == list(range(8))


@pytest.mark.parametrize("hard", [False, True])
def test_schedule_finds_none_in_a_handler(bench: Bench, hard: bool) -> None:
    taken: list[bool] = []

    def handler() -> None:
        taken.extend(bench.queue.schedule(bench.quick(number)) for number in range(9))

    bench.queue.post(handler, hard)
    bench.queue.run()
    assert taken == [True] * 8 + [False]
    assert bench.order == list(range(8))


def test_what_schedules_itself_for_ever_lets_the_script_go_on(bench: Bench) -> None:
    def again() -> None:
        bench.order.append("again")
        bench.queue.schedule(again)

    bench.queue.schedule(again)
    bench.queue.run()
    assert bench.queue.due
    ran = len(bench.order)
    bench.queue.run()
    assert len(bench.order) == 2 * ran


def test_what_schedules_itself_again_runs_again(bench: Bench) -> None:
    left = 3

    def again() -> None:
        nonlocal left
        left -= 1
        bench.order.append(left)
        if left:
            bench.queue.schedule(again)

    bench.queue.schedule(again)
    bench.queue.run()
    assert bench.order == [2, 1, 0]


# ---- held and masked


@pytest.mark.parametrize("hard", [False, True])
def test_a_transfer_holds_handlers_until_it_returns(bench: Bench, hard: bool) -> None:
    with bench.queue:
        with bench.queue:
            bench.queue.post(bench.quick("ran"), hard)
            bench.queue.run()
        assert bench.order == []
    assert bench.order == ["ran"]


def test_a_hold_is_over_after_an_error_too(bench: Bench) -> None:
    def transfer() -> None:
        with bench.queue:
            bench.queue.post(bench.quick("ran"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        transfer()
    assert bench.order == ["ran"]


@pytest.mark.parametrize("hard", [False, True])
def test_masked_handlers_wait_for_the_state_to_come_back(bench: Bench, hard: bool) -> None:
    state = bench.queue.disable()
    inner = bench.queue.disable()
    assert bench.queue.masked
    bench.queue.post(bench.quick("ran"), hard)
    bench.queue.enable(inner)
    assert bench.order == []
    bench.queue.enable(state)
    assert bench.order == ["ran"]
    assert not bench.queue.masked


def test_what_was_scheduled_runs_while_masked(bench: Bench) -> None:
    bench.here = False
    bench.queue.post(bench.quick("before"))
    bench.queue.disable()
    bench.queue.post(bench.quick("interrupt"))
    bench.queue.schedule(bench.quick("scheduled"))
    bench.here = True
    assert bench.queue.due
    bench.queue.run()
    assert bench.order == ["before", "scheduled"]
    assert bench.queue.waiting
    assert not bench.queue.due
    bench.queue.enable(0)
    assert bench.order == ["before", "scheduled", "interrupt"]


def test_interrupts_that_came_while_masked_find_the_queue_as_it_is_then(bench: Bench) -> None:
    bench.here = False
    bench.queue.disable()
    for name in ("late 1", "late 2"):
        assert bench.queue.post(bench.quick(name))
    for number in range(7):
        assert bench.queue.schedule(bench.quick(number))
    bench.here = True
    bench.queue.enable(0)
    assert bench.order == [*range(7), "late 1"]
    assert bench.queue.dropped == 1


def test_clear_forgets_everything(bench: Bench) -> None:
    bench.queue.disable()
    bench.queue.__enter__()
    bench.queue.post(bench.quick("lost"))
    bench.queue.post(bench.quick("lost"), hard=True)
    bench.queue.clear()
    bench.queue.run()
    assert bench.order == []
    bench.queue.post(bench.quick("ran"))
    assert bench.order == ["ran"]


POSTS = ("soft", "hard")
STEP = st.sampled_from(["soft", "hard", "hold", "release", "mask", "unmask", "leave", "return", "run"])


@given(st.lists(STEP, max_size=40))
def test_nothing_is_lost_doubled_or_run_where_it_must_not(steps: list[str]) -> None:
    bench = Bench(depth=1_000)
    held = masked = 0
    posted: list[object] = []

    def of_kind(kind: str, numbers: list[object]) -> list[object]:
        return [number for number in numbers if isinstance(number, int) and steps[number] == kind]

    def handler(number: int, came_masked: bool) -> Callable[[], None]:
        hard = steps[number] == "hard"

        def run() -> None:
            assert not held
            # Masked, only what was scheduled before runs.
            assert not masked or not (hard or came_masked)
            bench.order.append(number)

        return run

    for number, step in enumerate(steps):
        if step in POSTS:
            posted.append(number)
            bench.queue.post(handler(number, bool(masked)), hard=step == "hard")
        elif step == "hold" or (step == "release" and held):
            held += 1 if step == "hold" else -1
            (bench.queue.__enter__ if step == "hold" else bench.queue.__exit__)()
        elif step in ("mask", "unmask"):
            masked = int(step == "mask")
            bench.queue.disable() if masked else bench.queue.enable(0)
        elif step in ("leave", "return"):
            bench.here = step == "return"
        elif bench.here:
            bench.queue.run()
    for last in range(held)[::-1]:
        held = last
        bench.queue.__exit__()
    masked = 0
    bench.queue.enable(0)
    assert {kind: of_kind(kind, bench.order) for kind in POSTS} == {kind: of_kind(kind, posted) for kind in POSTS}


# ---- as a script meets them


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[..., SimulatedBoard]]:
    boards: list[SimulatedBoard] = []

    def run_script(text: str, prepare: Callable[[SimulatedBoard], object] = lambda board: None) -> SimulatedBoard:
        script = tmp_path / "main.py"
        script.write_text(dedent(text))
        board = SimulatedBoard("pico")
        boards.append(board)
        prepare(board)
        board.run(script)
        return board

    yield run_script
    for board in boards:
        board.close()


def test_a_handler_runs_at_the_moment_of_the_edge(run: Callable[..., SimulatedBoard]) -> None:
    def prepare(board: SimulatedBoard) -> None:
        board.at(100.5, lambda: board.press("GP14", ms=20))

    board = run(
        """
        from machine import Pin
        from time import sleep, ticks_us

        pin = Pin(14, Pin.IN, Pin.PULL_UP)
        pin.irq(lambda pin: print(pin(), ticks_us()), Pin.IRQ_FALLING | Pin.IRQ_RISING, hard=True)
        sleep(1)
        """,
        prepare=prepare,
    )
    falling, rising = (tuple(map(int, line.split())) for line in board.output.splitlines())
    assert falling[0] == 0
    assert rising[0] == 1
    assert falling[1] == pytest.approx(100_500, abs=5)
    assert rising[1] == pytest.approx(120_500, abs=5)


def test_a_handler_never_lands_in_the_middle_of_a_transfer(run: Callable[..., SimulatedBoard]) -> None:
    def prepare(board: SimulatedBoard) -> None:
        board.attach("memory@i2c0:0x50")
        board.at(5, lambda: board.press("GP14", ms=1))

    board = run(
        """
        from machine import I2C, Pin
        from time import ticks_ms

        i2c = I2C(0, freq=10_000)
        pin = Pin(14, Pin.IN, Pin.PULL_UP)
        pin.irq(lambda pin: print("handler", i2c.readfrom_mem(0x50, 0, 1)), Pin.IRQ_FALLING, hard=True)
        i2c.writeto(0x50, bytes(30))
        print("sent", ticks_ms() > 20)
        """,
        prepare=prepare,
    )
    assert board.output.splitlines() == [r"handler b'\x00'", "sent True"]


def test_disable_irq_holds_handlers_off(run: Callable[..., SimulatedBoard]) -> None:
    board = run(
        """
        import machine
        from machine import Pin, Timer
        from time import sleep_ms, ticks_ms

        ticks = []
        timer = Timer(-1)
        timer.init(period=10, callback=lambda timer: ticks.append(ticks_ms()))
        sleep_ms(25)
        state = machine.disable_irq()
        sleep_ms(50)
        print(len(ticks))
        machine.enable_irq(state)
        print(len(ticks) > 2)
        timer.deinit()
        """
    )
    assert board.output.splitlines() == ["2", "True"]


def test_schedule_queue_full(run: Callable[..., SimulatedBoard]) -> None:
    board = run(
        """
        import micropython, time

        def fill(_):
            try:
                for number in range(20):
                    micropython.schedule(print, number)
            except RuntimeError as error:
                print(error, number)

        micropython.schedule(fill, None)
        time.sleep_ms(1)
        """
    )
    assert board.output.splitlines() == ["schedule queue full 8", *map(str, range(8))]


def test_a_function_that_schedules_itself_runs_beside_the_script(run: Callable[..., SimulatedBoard]) -> None:
    board = run(
        """
        import micropython, time

        def again(end_ms):
            if time.ticks_ms() < end_ms:
                micropython.schedule(again, end_ms)
            else:
                print("over", time.ticks_ms())

        micropython.schedule(again, 20)
        for _ in range(3):
            time.sleep_ms(5)
            print(time.ticks_ms())
        time.sleep_ms(10)
        """
    )
    assert board.output.splitlines() == ["5", "10", "15", "over 20"]


def test_a_script_interrupts_itself(run: Callable[..., SimulatedBoard]) -> None:
    board = run(
        """
        import micropython, time

        def handler(_):
            micropython.schedule(micropython.kbd_intr, None)
            time.sleep_ms(1)
            print("handler goes on")

        for number in range(12):
            micropython.schedule(micropython.kbd_intr, None)
        for function in (None, handler):
            if function:
                micropython.schedule(function, None)
            try:
                time.sleep_ms(5)
                print("not reached")
            except KeyboardInterrupt:
                print("interrupted")
            time.sleep_ms(5)
        """
    )
    assert board.output.splitlines() == ["interrupted", "handler goes on", "interrupted"]


def test_disable_irq_does_not_hold_scheduled_functions_off(run: Callable[..., SimulatedBoard]) -> None:
    board = run(
        """
        import machine, micropython, time

        state = machine.disable_irq()
        for number in range(20):
            micropython.schedule(lambda n: print(n, end=" "), number)
        time.sleep_us(10)
        print("enabled")
        machine.enable_irq(state)
        """
    )
    assert board.output == " ".join(map(str, range(20))) + " enabled\n"


def test_an_endless_loop_that_touches_nothing_is_interrupted(run: Callable[..., SimulatedBoard]) -> None:
    board = run(
        """
        from machine import Timer

        flag = False

        def stop(timer):
            global flag
            flag = True

        Timer(-1).init(mode=Timer.ONE_SHOT, period=250, callback=stop)
        while not flag:
            pass
        print("stopped")
        """
    )
    assert board.output == "stopped\n"
    assert board.ms == pytest.approx(250, abs=1)


def test_a_handler_of_one_board_runs_in_that_boards_script(tmp_path: Path) -> None:
    first = SimulatedBoard("pico")
    second = SimulatedBoard("esp32", world=first.world)
    first.wire("GP2", "GPIO4", second)
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "a/main.py").write_text(
        dedent(
            """
            from machine import Pin
            from time import sleep_ms
            out = Pin(2, Pin.OUT)
            for _ in range(3):
                sleep_ms(10)
                out(1)
                out(0)
            """
        )
    )
    (tmp_path / "b/main.py").write_text(
        dedent(
            """
            import sys
            from machine import Pin
            from time import sleep_ms, ticks_ms
            Pin(4, Pin.IN).irq(lambda pin: print(sys.platform, ticks_ms()), Pin.IRQ_RISING)
            sleep_ms(100)
            """
        )
    )
    from machine_compat.interpreter.life import Program

    second.start(Program(tmp_path / "b/main.py"))
    first.run(tmp_path / "a/main.py", ms=200)
    assert first.output == ""
    assert second.output.splitlines() == ["esp32 10", "esp32 20", "esp32 30"]
    first.close()
    second.close()
