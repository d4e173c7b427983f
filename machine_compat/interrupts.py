"""The queue that runs handlers on the script's own thread, between bytecodes, as a board does.

# Ref: MicroPython py/scheduler.c (depth, order, no nesting of soft handlers; mp_handle_pending runs them whatever
# the processor's interrupt mask is), shared/runtime/mpirq.c (hard handlers), extmod/modmachine.c (disable_irq).
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

    Masked, the processor takes no interrupts: hard handlers wait, and soft ones are not scheduled until it does again.
    What was scheduled before, or is by the script, runs all the same.
    """

    __slots__ = (
        "_clock",
        "_hard",
        "_held",
        "_here",
        "_in_hard",
        "_in_soft",
        "_masked",
        "_nodes",
        "_pended",
        "_soft",
        "depth",
        "dropped",
    )

    def __init__(self, clock: Clock, here: Callable[[], bool], depth: int = SCHEDULE_DEPTH) -> None:
        self._clock = clock
        self._here = here
        self._hard: deque[Handler] = deque()
        self._soft: deque[Handler] = deque()
        self._pended: deque[Handler] = deque()
        """Soft handlers of interrupts that came while masked."""
        self._nodes: deque[Handler] = deque()
        self._held = 0
        self._masked = 0
        self._in_hard = False
        self._in_soft = False
        self.depth = depth
        self.dropped = 0
        """How many scheduled handlers were lost to a full queue."""

    def post(self, handler: Handler, hard: bool = False) -> bool:
        """Have a handler run as soon as the script allows; from any thread. False: dropped, the queue was full."""
        queue = self._hard if hard else self._pended if self._masked or self._pended else self._soft
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

        Unlike `post` it does not run before the caller has returned to the script. False: the queue was full, which
        it is only for a handler: a board would have looked after the script in between.
        """
        if len(self._soft) >= self.depth and self._here():
            self.run()
        if len(self._soft) >= self.depth:
            return False
        self._soft.append(handler)
        self._clock.wake()
        return True

    def look_after(self, handler: Handler, at_once: bool = True) -> None:
        """Have a driver's own handler run as a soft one, ahead of all scheduled ones; from any thread.

        It waits once at most, and always finds room (mp_sched_schedule_node). at_once: whether it may run before the
        caller has returned to the script.
        """
        if handler not in self._nodes:
            self._nodes.append(handler)
        if at_once and self._here():
            self.run()
        else:
            self._clock.wake()

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

    def run(self) -> bool:
        """Run what waits; called on the script's thread wherever a board would look. True: some is left for next time.

        A function that schedules itself each time must not keep the script from going on.
        """
        if self._held:
            return False
        if (self._hard or self._pended) and not self._masked:
            self._take_interrupts()
        if not (self._soft or self._nodes) or self._in_soft or self._in_hard:
            return False
        for _ in range(self.depth):
            queue = self._nodes if self._nodes and not self._masked else self._soft
            if not queue:
                return False
            self._in_soft = True
            try:
                queue.popleft()()
            finally:
                self._in_soft = False
        return self.due

    def _take_interrupts(self) -> None:
        while self._hard and not self._in_hard:
            self._in_hard = True
            try:
                self._hard.popleft()()
            finally:
                self._in_hard = False
        while self._pended:
            handler = self._pended.popleft()
            if len(self._soft) < self.depth:
                self._soft.append(handler)
            else:
                self.dropped += 1

    def __enter__(self) -> None:
        """Hold the queue while a transfer is on a bus, so that no handler lands in the middle of it."""
        self._held += 1

    def __exit__(self, *_: object) -> None:
        self._held -= 1
        if self.waiting and self._here():
            self.run()

    @property
    def due(self) -> bool:
        """Whether handlers wait that `run` would run now."""
        if self._held or self._in_hard:
            return False
        soft = self._soft if self._masked else self._soft or self._pended or self._nodes
        return bool((self._hard and not self._masked) or (soft and not self._in_soft))

    def disable(self) -> int:
        """Take no interrupts; returns the state to give to `enable`."""
        state = self._masked
        self._masked = 1
        return state

    def enable(self, state: int) -> None:
        """Restore what `disable` returned, and run what came in between."""
        self._masked = state
        if not state:
            self.run()

    @property
    def handling(self) -> bool:
        """Whether a scheduled handler runs."""
        return self._in_soft

    @property
    def waiting(self) -> bool:
        """Whether handlers wait for the script."""
        return bool(self._hard or self._soft or self._pended or self._nodes)

    @property
    def masked(self) -> bool:
        return bool(self._masked)

    def clear(self) -> None:
        """Forget everything, as a reset does."""
        self._hard.clear()
        self._soft.clear()
        self._pended.clear()
        self._nodes.clear()
        self._held = self._masked = 0
        self._in_hard = self._in_soft = False
