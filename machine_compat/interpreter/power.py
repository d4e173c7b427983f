"""The power switch of a simulated board: starts a program as tasks of the world, resets it, stops it as it stands."""

import sys
from collections.abc import Callable

from machine_compat.board import OFF, Board, use
from machine_compat.interpreter.guard import GuardTimeout
from machine_compat.interpreter.life import Life, Program
from machine_compat.mock.clock import WorldClock
from machine_compat.mock.tasks import Task
from machine_compat.mock.world import World
from machine_compat.traces import write_exception

MAX_STANDING_RESETS = 20
"""Resets in a row without board time moving, after which the board is taken to be in a reset loop."""


class ResetLoop(Exception):
    """The script resets the board again and again without letting time move."""


class Power:
    """Runs programs on one board of a world.

    error: what the script raised, uncaught. failures: exceptions in its interrupt handlers and threads, in order.
    exit_status: what it gave to sys.exit. A reset abandons the script without unwinding it, as a board does.
    """

    def __init__(self, board: Board, world: World, clock: WorldClock) -> None:
        self._board = board
        self._world = world
        self._clock = clock
        self._program: Program | None = None
        self._tasks: list[Task] = []
        self._resets = 0
        self._reset_at = -1
        self.life: Life | None = None
        self.new_life: Callable[[Board, Program], Life] = Life
        self.standing_by = False
        """Whether the script has ended, and its handlers may still be called."""
        self.error: BaseException | None = None
        self.failures: list[BaseException] = []
        self.exit_status: object = None
        board.restart = self.restart
        board.spawn = self.spawn
        board.thread_number = self._thread_number
        board.handler_failed = self._handler_failed

    @property
    def finished(self) -> bool:
        """Whether the script and all its threads have ended."""
        standing = self.script if self.standing_by else None
        return all(task.finished for task in self._tasks if task is not standing)

    @property
    def script(self) -> Task | None:
        """The script's own task, while it is alive."""
        return self._clock.main

    def start(self, program: Program) -> None:
        """Switch on with a program; it runs when the world does."""
        program.files()
        if self._program is not None or self._board.reset_cause == OFF:
            self.off()
            self._board.power_cycle("PWRON")
        self._program = program
        self.error = None
        self.exit_status = None
        self._boot()

    def off(self) -> None:
        """Stop the board's scripts where they are; none of their code runs any more."""
        self._clock.main = None
        self._board.running = False
        for task in self._tasks:
            self._clock.abandon(task)
        self._tasks = []

    def restart(self, cause: str) -> None:
        """Reset: the script is abandoned where it stands, and a new life begins. Does not return to the script.

        In its bootloader a board waits for new firmware, and runs no script.
        """
        world = self._world
        self._resets = self._resets + 1 if world.now == self._reset_at else 1
        self._reset_at = world.now
        caller = world.current if world.current in self._tasks else None
        self.off()
        if self._resets > MAX_STANDING_RESETS:
            world.fail(ResetLoop(f"the board was reset {self._resets} times and no board time has passed"))
        elif self._program is not None:
            self._board.power_cycle(cause)
            if cause != "BOOTLOADER":
                self._boot()
        if caller is not None:
            caller.park(None)

    def raise_failures(self) -> None:
        """Raise what the script, or else a handler or thread of it, let fail, once."""
        error, self.error = self.error, None
        failures = list(self.failures)
        self.failures.clear()
        if error is None and failures:
            error = failures[0]
        if error is not None:
            raise error

    def spawn(self, body: Callable[[], None], name: str) -> None:
        """Start a thread of the script."""

        def thread() -> None:
            try:
                body()
            except GuardTimeout as error:  # all others are the thread's own affair
                self.error = error

        self._task(thread, name, lambda: None)

    def _thread_number(self) -> int:
        """0 for the script itself, and whoever calls from outside."""
        current = self._world.current
        return self._tasks.index(current) if current in self._tasks else 0

    def _boot(self) -> None:
        program = self._program
        assert program is not None
        self.life = life = self.new_life(self._board, program)
        self.standing_by = False
        self._tasks = []
        self._clock.main = self._task(lambda: self._live(life), program.script.name, self._board.interrupts.run)

    def _live(self, life: Life) -> None:
        self._board.running = True
        try:
            life.run()
            self._stand_by()
        except SystemExit as leave:
            self.exit_status = leave.code
        except BaseException as error:  # handed to whoever runs the world
            board = self._board
            if error is board.interrupted:
                # Ctrl-C at the board's own terminal: it is there that the script's end is seen.
                write_exception(error, board.stdout or sys.stdout)
            elif error is not self._world.failure:
                self.error = error
        finally:
            self._board.running = False
            self._clock.main = None

    def _handler_failed(self, error: BaseException) -> None:
        """Keep what a handler let fail; what stops the world is raised by it."""
        if error is not self._world.failure:
            self.failures.append(error)

    def _stand_by(self) -> None:
        """Go on as a board does at its prompt: handlers that the script has left behind run in the script's place."""
        board = self._board
        # Ctrl-C is a key like any other at the prompt.
        board.running = False
        while board.listening:
            self.standing_by = True
            if not board.interrupts.due:
                board.clock.wait_until(None)
            board.interrupts.run()
        self.standing_by = False

    def _task(self, body: Callable[[], None], name: str, poll: Callable[[], object]) -> Task:
        def in_context() -> None:
            use(self._board)
            body()

        task = self._clock.spawn(in_context, f"{self._board.profile.name}: {name}", poll)
        self._tasks.append(task)
        return task
