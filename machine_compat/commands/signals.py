"""Ctrl-C and SIGTERM while a simulated board runs: what a board's script feels of them, and how a run ends by them."""

import signal
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any, NoReturn

from machine_compat.interpreter.power import Power
from machine_compat.mock.world import World, nothing
from machine_compat.traces import is_script

INTERRUPTED = 130
TERMINATED = 143
INSIST_S = 2.0
"""Within so long of the first, a second Ctrl-C is not for the script any more."""
ROOMS = "board flash interrupts machine mock modules oserror pyb raw_flash taps"
DELICATE = (*(f"machine_compat.{room}" for room in ROOMS.split()), "weakref", "_weakrefset")
"""Code that must not be left half-way while the script goes on; what a finalizer raises, Python throws away."""


class Leave(BaseException):
    """The run ends here and now, with an exit status; the script is left where it stands."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Signals:
    """Takes SIGINT and SIGTERM while it is entered, and gives them back.

    The first Ctrl-C is a KeyboardInterrupt in the script, where it stands; a second one ends the run at once. Only the
    main thread can take signals: in any other nothing is taken.
    """

    def __init__(self, world: World, power: Power, clock: Callable[[], float] = time.monotonic) -> None:
        self._world = world
        self._power = power
        self._clock = clock
        self._last: float | None = None
        self._before: dict[int, Any] = {}
        self.at_prompt = False
        """Whether a person is asked for a line: Ctrl-C then is the prompt's."""
        self.interrupt_prompt: Callable[[], object] = interrupt

    def __enter__(self) -> None:
        if threading.current_thread() is threading.main_thread():
            for number, handler in ((signal.SIGINT, self._interrupt), (signal.SIGTERM, self._terminate)):
                self._before[number] = signal.signal(number, handler)

    def __exit__(self, *_: object) -> None:
        while self._before:
            number, handler = self._before.popitem()
            # None: it was not Python that had installed it, and only the default can be restored.
            signal.signal(number, signal.SIG_DFL if handler is None else handler)

    def forget(self) -> None:
        """The next Ctrl-C is a first one again."""
        self._last = None

    def _terminate(self, number: int, frame: FrameType | None) -> None:
        self._world.break_off(Leave(TERMINATED))

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        if self.at_prompt:
            self.interrupt_prompt()
            return
        last, self._last = self._last, self._clock()
        world, power, script = self._world, self._power, self._power.script
        if script is None or power.standing_by or (last is not None and self._last - last < INSIST_S):
            world.break_off(Leave(INTERRUPTED))
        if world.current is script and not delicate(frame):
            raise KeyboardInterrupt
        script.throw(KeyboardInterrupt())
        # If it is the script that runs, its next call of the board is where it stops.
        world.at(world.now, nothing)


def interrupt() -> NoReturn:
    raise KeyboardInterrupt


def delicate(frame: FrameType | None) -> bool:
    """Whether the script has called something that must come to its end first."""
    while frame is not None and not is_script(frame):
        if str(frame.f_globals.get("__name__", "")).startswith(DELICATE):
            return True
        frame = frame.f_back
    return frame is None
