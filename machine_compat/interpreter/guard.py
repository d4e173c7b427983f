"""Stops a script that keeps board time from moving: one that computes for ever and touches nothing.

Board time moves only when a script calls the board or turns a `while` loop. A script that does neither cannot be
stopped from inside the world, so a thread looks at the clock, and raises in the thread that runs the world.
"""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import PurePath
from types import FrameType

from machine_compat.mock.world import World
from machine_compat.traces import is_script

AGAIN_S = 0.5
"""How long a script is given at most to end before the error is raised in it again."""
TRIES = 10
EXIT_STATUS = 1


class GuardTimeout(BaseException):
    """A script kept board time from moving for too long. Not an Exception: no retry loop of the script's stops it."""

    message = "the script has kept board time from moving for too long"

    def __str__(self) -> str:
        return self.message


def die(message: str) -> None:
    """The last resort, when a script swallows the error or is stuck in C: the process ends here and now."""
    sys.stderr.write(f"machine-compat: {message}; it cannot be stopped otherwise, so the run ends here\n")
    sys.stderr.flush()
    os._exit(EXIT_STATUS)


class Guard:
    """Watches a world that is run by the thread that made this.

    seconds: of the wall clock; 0 watches nothing. waiting: whether the run waits for somebody outside at this moment,
    for the wall clock or a key.
    """

    def __init__(
        self,
        world: World,
        seconds: float,
        waiting: Callable[[], bool] = lambda: False,
        *,
        again: float | None = None,
        last_resort: Callable[[str], object] = die,
    ) -> None:
        self._world = world
        self._seconds = seconds
        self._waiting = waiting
        self._again = min(AGAIN_S, seconds) if again is None else again
        self._last_resort = last_resort
        self._watched = threading.get_ident()
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._raised = False
        self._thread = threading.Thread(target=self._watch, name="machine-compat guard", daemon=True)

    def start(self) -> None:
        if self._seconds > 0:
            self._thread.start()

    def stop(self) -> None:
        """Watch no more; an error that has not landed yet is taken back."""
        self._over.set()
        with self._lock:
            if self._raised:
                raise_in(self._watched, None)
                self._raised = False
        if self._thread.is_alive():
            self._thread.join()

    # ---- in the guard's own thread

    def _watch(self) -> None:
        seen, since = -1, time.monotonic()
        while not self._over.wait(min(0.25, self._seconds / 4)):
            now = self._world.now
            if now != seen or not self._world.running or self._waiting():
                seen, since = now, time.monotonic()
            elif time.monotonic() - since >= self._seconds:
                self._stop_script(now)
                seen = -1

    def _stop_script(self, now: int) -> None:
        """Raise in the script until board time moves or the run ends."""
        message = self._accusation()
        error = type("GuardTimeout", (GuardTimeout,), {"message": message, "__module__": __name__})
        for _ in range(TRIES):
            with self._lock:
                if self._over.is_set() or self._world.now != now or not self._world.running:
                    return
                raise_in(self._watched, error)
                self._raised = True
            if self._over.wait(self._again):
                return
        if self._world.now == now and self._world.running:
            self._last_resort(message)

    def _accusation(self) -> str:
        where = whereabouts(sys._current_frames().get(self._watched))
        return (
            f"{where} has kept board time from moving for {self._seconds:g} s; "
            "let it sleep, or allow it more with --guard SECONDS"
        )


@contextmanager
def guard(world: World, seconds: float, waiting: Callable[[], bool] = lambda: False) -> Iterator[None]:
    """Raise GuardTimeout in a script of this thread's world that keeps board time from moving for so long."""
    watch = Guard(world, seconds, waiting)
    watch.start()
    try:
        yield
    finally:
        watch.stop()


def script_frame(frame: FrameType | None) -> FrameType | None:
    """The innermost frame of a script in a stack."""
    while frame is not None and not is_script(frame):
        frame = frame.f_back
    return frame


def whereabouts(frame: FrameType | None) -> str:
    """``main.py:7``, the script's line in a stack; where no script is in it, the innermost line there is."""
    found = script_frame(frame) or frame
    return f"{PurePath(found.f_code.co_filename).name}:{found.f_lineno}" if found else "the script"


def raise_in(thread: int, error: type[BaseException] | None) -> None:
    """Have another thread raise an error at its next bytecode; None takes back what it has not raised yet."""
    # Costs some ms to import and is hardly ever needed.
    import ctypes

    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(error) if error else None)
