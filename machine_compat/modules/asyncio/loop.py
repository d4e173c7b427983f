"""The loop that runs a board's tasks, one after the other, on the board's clock.

It counts whole milliseconds of the board, as MicroPython's does: a task that sleeps 30 ms goes on when the 30th
millisecond from the present one begins.

# Ref: MicroPython extmod/asyncio/core.py
"""

import heapq
from collections.abc import Callable

from machine_compat.board import Board
from machine_compat.modules.asyncio.failure import report
from machine_compat.modules.asyncio.task import CancelledError, Coroutine, Suspended, Task
from machine_compat.modules.select import Polled, sleep

MS = 1_000_000
TURN_NS = 10_000
"""What a task's turn costs beside what it does itself, so that time passes in tasks that only take turns."""
NOT_RETRIEVED = "Task exception wasn't retrieved"
Context = dict[str, object]
"""What an exception handler is told: "message", "exception", "future"."""
ExceptionHandler = Callable[["Loop", Context], object]


class Loop:
    """The one event loop of a board. What is queued stays queued from one run to the next, as on a board."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._queue: list[tuple[int, int, Task]] = []
        self._serial = 0
        self._polled: dict[Task, Polled] = {}
        self._stopped = False
        self._in_use = False
        """Whether the board's next reset will empty it, for modules that outlive a reset."""
        self._handler: ExceptionHandler | None = None
        self.current: Task | None = None
        """The task that runs now."""

    # ---- for scripts

    def create_task(self, coro: Coroutine, /) -> Task:
        """Have a coroutine run from its next turn on, whether the loop runs already or not."""
        if not hasattr(coro, "send"):
            raise TypeError("coroutine expected")
        if not self._in_use:
            self._in_use = True
            self._board.at_reset.append(self._reset)
        task = Task(self, coro)
        self.push(task)
        return task

    def current_task(self) -> Task:
        """The task that calls; RuntimeError outside any."""
        if self.current is None:
            raise RuntimeError("no running event loop")
        return self.current

    def run_until_complete(self, aw: Task | Coroutine, /) -> object:
        """Run all tasks until this one ends: its result, or what it raised."""
        main = self.task_of(aw)
        main.retrieved = True
        self._run(main)
        return main.result()

    def run_forever(self) -> None:
        """Run all tasks until `stop`."""
        self._stopped = False
        self._run(None)

    def stop(self) -> None:
        """End `run_forever` after the turn of the task that runs."""
        self._stopped = True
        self.wake()

    def close(self) -> None:
        """Nothing to give back."""

    def renewed(self) -> "Loop":
        """Forget all tasks and the exception handler; `new_event_loop` is this."""
        self._queue.clear()
        self._polled.clear()
        self._handler = None
        self.current = None
        return self

    def _reset(self) -> None:
        self._in_use = False
        self.renewed()

    def set_exception_handler(self, handler: ExceptionHandler | None, /) -> None:
        """Have ``handler(loop, context)`` told of tasks that fail unheard; None: the default, which prints it."""
        self._handler = handler

    def get_exception_handler(self) -> ExceptionHandler | None:
        return self._handler

    def default_exception_handler(self, loop: "Loop", context: Context, /) -> None:
        """Print what happened, with the traceback, on the board's terminal."""
        report(self._board.stdout, context)

    def call_exception_handler(self, context: Context, /) -> None:
        (self._handler or self.default_exception_handler)(self, context)

    # ---- for what waits

    def ticks(self) -> int:
        """Whole ms since the board started."""
        return (self._board.clock.now_ns() - self._board.booted_ns) // MS

    def wake(self) -> None:
        """End the loop's wait, if it waits; from anywhere."""
        self._board.clock.wake()

    def task_of(self, aw: Task | Coroutine) -> Task:
        """The task itself, or a new one for a coroutine."""
        return aw if isinstance(aw, Task) else self.create_task(aw)

    def push(self, task: Task, due: int | None = None) -> None:
        """Have a task go on at its turn, or at a time; if it is queued already, at the earlier of the two."""
        if due is None:
            due = self.ticks()
        if task.due is not None and task.due <= due:
            return
        self._serial += 1
        task.due, task.serial = due, self._serial
        heapq.heappush(self._queue, (due, self._serial, task))
        if self.current is None:
            # It comes from an interrupt handler or another thread, and the loop may be waiting.
            self.wake()

    async def ready(self, obj: object, events: int) -> None:
        """Wait until an object that can be polled has one of the events; AssertionError if another task does."""
        task = self.current_task()
        if any(one.obj is obj and one.events & events for one in self._polled.values()):
            raise AssertionError("another task waits for it already")
        self._polled[task] = Polled(obj, events)
        try:
            await Suspended()
        finally:
            self._polled.pop(task, None)

    # ---- running

    def _run(self, main: Task | None) -> None:
        outer = self.current
        try:
            while not (self._stopped if main is None else main.finished):
                self.current = None
                task = self._next(stoppable=main is None)
                if task is None:
                    return
                self.current = task
                self._turn(task)
                self._board.clock.spend(TURN_NS)
        finally:
            self.current = outer

    def _next(self, stoppable: bool) -> Task | None:
        """Wait for the next task's turn, for ever where nothing will wake one; None once `stop` was called."""
        board = self._board
        while True:
            board.interrupts.run()
            for task, polled in self._polled.items():
                if polled.ask(polled.events):
                    self.push(task)
            queue = self._queue
            while queue and queue[0][1] != queue[0][2].serial:
                heapq.heappop(queue)
            if queue and queue[0][0] <= self.ticks():
                task = heapq.heappop(queue)[2]
                task.due, task.serial = None, 0
                return task
            if stoppable and self._stopped:
                return None
            sleep(board, list(self._polled.values()), board.booted_ns + queue[0][0] * MS if queue else None)

    def _turn(self, task: Task) -> None:
        """Let a task run until it waits."""
        if task.finished:
            if not task.retrieved:
                self.call_exception_handler({"message": NOT_RETRIEVED, "exception": task.error, "future": task})
            return
        thrown, task.thrown = task.thrown, None
        try:
            if thrown is None:
                task.coro.send(None)
            else:
                task.coro.throw(thrown)
        except StopIteration as end:
            task.end(end.value, None)
        except CancelledError as cancelled:
            task.end(None, cancelled)
        except Exception as error:
            task.end(None, error)
            if not task.retrieved:
                # Whoever has its turn before may still await it.
                self.push(task)
