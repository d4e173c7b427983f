"""What bridges share and no chip shows: turns between threads and between tasks, and polling on any clock."""

import threading
from collections.abc import Callable

from machine_compat.bridge.poller import Poller
from machine_compat.bridge.turns import Turns
from machine_compat.clock import RealClock
from machine_compat.contract import Edge
from machine_compat.errors import BusError, Fault
from machine_compat.mock.clock import WorldClock
from machine_compat.mock.world import World

MS = 1_000_000


def test_threads_take_turns() -> None:
    turns = Turns(RealClock())
    order: list[str] = []
    started = threading.Event()

    def second() -> None:
        started.set()
        with turns:
            order.append("second")

    with turns:
        thread = threading.Thread(target=second)
        thread.start()
        assert started.wait(10)
        assert not turns.try_take()
        order.append("first")
    thread.join(10)
    assert order == ["first", "second"]
    assert turns.try_take()
    turns.give()


def test_tasks_of_one_thread_take_turns() -> None:
    world = World()
    turns = Turns(WorldClock(world))
    order: list[str] = []

    def user(name: str) -> Callable[[], None]:
        def body() -> None:
            for number in range(2):
                with turns:
                    order.append(f"{name}{number} begins")
                    world.spend(5 * MS)
                    order.append(f"{name}{number} ends")

        return body

    for name in "ab":
        world.spawn(user(name), name, lambda: None)
    world.run(100 * MS)
    assert len(order) == 8
    for begins, ends in zip(order[::2], order[1::2], strict=True):
        assert (begins.split()[1], ends.split()[1]) == ("begins", "ends")
        assert begins.split()[0] == ends.split()[0], "nobody else came in between"


class Levels:
    """Lines that a test moves."""

    def __init__(self) -> None:
        self.now: int | None = 0
        self.broken = False
        self.asked: list[int] = []
        self.world = World()
        self.poller = Poller(WorldClock(self.world), 100, self.read)

    def read(self) -> int | None:
        self.asked.append(self.world.now)
        if self.broken:
            raise BusError(Fault.IO)
        return self.now

    def run(self, ms: int) -> None:
        self.world.run(self.world.now + ms * MS)


def test_lines_are_read_at_the_rate_and_only_while_watched() -> None:
    lines = Levels()
    lines.run(100)
    assert lines.asked == []
    heard: list[tuple[Edge, int]] = []
    lines.poller.watch(1, 0, Edge.BOTH, lambda edge, time_ns: heard.append((edge, time_ns)))
    lines.run(30)
    assert lines.asked == [110 * MS, 120 * MS, 130 * MS]
    lines.now = 0b11
    lines.run(10)
    lines.now = 0b00
    lines.run(10)
    assert heard == [(Edge.RISING, 140 * MS), (Edge.FALLING, 150 * MS)]
    lines.poller.watch(1, 0, Edge.BOTH, None)
    lines.asked.clear()
    lines.run(100)
    assert lines.asked == []


def test_each_line_has_its_own_edges() -> None:
    lines = Levels()
    lines.now = 0b01
    heard: list[str] = []
    lines.poller.watch(0, 1, Edge.FALLING, lambda edge, time_ns: heard.append(f"0 {edge.name}"))
    lines.poller.watch(3, 0, Edge.RISING, lambda edge, time_ns: heard.append(f"3 {edge.name}"))
    for lines.now in (0b1001, 0b0000, 0b1001):
        lines.run(10)
    assert heard == ["3 RISING", "0 FALLING", "3 RISING"]
    lines.poller.close()
    lines.now = 0
    lines.run(50)
    assert len(heard) == 3


def test_a_busy_adapter_is_asked_again_and_a_broken_one_once_a_second() -> None:
    lines = Levels()
    heard: list[Edge] = []
    lines.poller.watch(0, 0, Edge.BOTH, lambda edge, time_ns: heard.append(edge))
    lines.now = None
    lines.run(20)
    lines.now = 1
    lines.run(10)
    assert heard == [Edge.RISING]
    lines.broken = True
    lines.asked.clear()
    lines.run(3_000)
    assert len(lines.asked) == 3
    lines.broken, lines.now = False, 0
    lines.run(1_100)
    assert heard == [Edge.RISING, Edge.FALLING]


def test_a_handler_may_end_its_own_watch() -> None:
    lines = Levels()
    heard: list[Edge] = []

    def once(edge: Edge, time_ns: int) -> None:
        heard.append(edge)
        lines.poller.watch(0, 0, Edge.BOTH, None)

    lines.poller.watch(0, 0, Edge.BOTH, once)
    for lines.now in (1, 0, 1):
        lines.run(10)
    assert heard == [Edge.RISING]


def test_polling_on_real_time_comes_from_another_thread() -> None:
    level = [0]
    heard = threading.Event()
    where: list[bool] = []

    def handler(edge: Edge, time_ns: int) -> None:
        where.append(threading.current_thread() is threading.main_thread())
        heard.set()

    clock = RealClock()
    poller = Poller(clock, 1_000, lambda: level[0])
    poller.watch(0, 0, Edge.RISING, handler)
    level[0] = 1
    assert heard.wait(10)
    poller.close()
    clock.close()
    assert where == [False]
