"""The queue that runs handlers on the script's own thread, between bytecodes, as a board does.

# Ref: MicroPython py/scheduler.c (depth, order, no nesting of soft handlers), shared/runtime/mpirq.c (hard handlers).
"""

from collections import deque
from collections.abc import Callable

from machine_compat.clock import Clock

Handler = Callable[[], object]
SCHEDULE_DEPTH = 8
"""MICROPY_SCHEDULER_DEPTH of rp2, esp32 and stm32."""


class Interrupts:
    """Handlers waiting for the script, hard ones ahead of scheduled ones.

    A hard handler runs at once where the script allows it. A soft one is scheduled: it never runs inside another
    scheduled one, and when `depth` of them wait already it is dropped, as on a board.
    """

    __slots__ = ("_clock", "_hard", "_held", "_here", "_in_hard", "_in_soft", "_masked", "_soft", "depth", "dropped")

    def __init__(self, clock: Clock, here: Callable[[], bool], depth: int = SCHEDULE_DEPTH) -> None:
        self._clock = clock
        self._here = here
        self._hard: deque[Handler] = deque()
        self._soft: deque[Handler] = deque()
        self._held = 0
        self._masked = 0
        self._in_hard = False
        self._in_soft = False
        self.depth = depth
        self.dropped = 0
        """How many scheduled handlers were lost to a full queue."""

    def post(self, handler: Handler, hard: bool = False) -> bool:
        """Have a handler run as soon as the script allows; from any thread. False: dropped, the queue was full."""
        queue = self._hard if hard else self._soft
        if not hard and len(queue) >= self.depth:
            self.dropped += 1
            return False
        queue.append(handler)
        if self._here():
            self.run()
        else:
            self._clock.wake()
        return True

    def schedule(self, handler: Handler) -> bool:
        """Queue a handler for the next time the script is looked after, as micropython.schedule does.

        Unlike `post` it never runs before the caller has returned to the script. False: the queue was full.
        """
        if len(self._soft) >= self.depth:
            return False
        self._soft.append(handler)
        self._clock.wake()
        return True

    def demand(self, handler: Handler, patience_ns: int) -> bool:
        """Have a hard handler run now, while its caller waits for what it does; False if it did not begin in time.

        For a controller that stretches its transfer until a target's script has answered: on the same board the
        handler runs in the middle of that transfer.
        """
        if self._here():
            if self._masked or self._in_hard:
                return False
            self._in_hard = True
            try:
                handler()
            finally:
                self._in_hard = False
            return True
        return self._await(handler, patience_ns)

    def _await(self, handler: Handler, patience_ns: int) -> bool:
        """Queue a hard handler and wait, in the caller's context, until the board has run it."""
        clock = self._clock
        done = False

        def run() -> None:
            nonlocal done
            try:
                handler()
            finally:
                done = True
                clock.wake()

        self._hard.append(run)
        clock.wake()
        deadline = clock.now_ns() + patience_ns
        while not done and clock.now_ns() < deadline:
            clock.wait_until(deadline)
        if not done and run in self._hard:
            self._hard.remove(run)
        return done

    def run(self) -> None:
        """Run what waits; called on the script's thread wherever a board would look."""
        if self._held or self._masked:
            return
        while self._hard and not self._in_hard:
            self._in_hard = True
            try:
                self._hard.popleft()()
            finally:
                self._in_hard = False
        while self._soft and not (self._in_soft or self._in_hard):
            self._in_soft = True
            try:
                self._soft.popleft()()
            finally:
                self._in_soft = False

    def __enter__(self) -> None:
        """Hold the queue while a transfer is on a bus, so that no handler lands in the middle of it."""
        self._held += 1

    def __exit__(self, *_: object) -> None:
        self._held -= 1
        if (self._hard or self._soft) and self._here():
            self.run()

    @property
    def due(self) -> bool:
        """Whether handlers wait that `run` would run now."""
        if self._held or self._masked or self._in_hard:
            return False
        return bool(self._hard or (self._soft and not self._in_soft))

    def disable(self) -> int:
        """Mask all handlers; returns the state to give to `enable`."""
        state = self._masked
        self._masked = 1
        return state

    def enable(self, state: int) -> None:
        """Restore what `disable` returned, and run what came in between."""
        self._masked = state
        if not state:
            self.run()

    @property
    def waiting(self) -> bool:
        """Whether handlers wait for the script."""
        return bool(self._hard or self._soft)

    @property
    def masked(self) -> bool:
        return bool(self._masked)

    def clear(self) -> None:
        """Forget everything, as a reset does."""
        self._hard.clear()
        self._soft.clear()
        self._held = self._masked = 0
        self._in_hard = self._in_soft = False
