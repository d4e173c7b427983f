"""`_thread`: threads of a board. In a simulated world they take turns with the script, on the same clock.

# Ref: MicroPython py/modthread.c
"""

from collections.abc import Callable
from typing import NoReturn

from machine_compat.board import Board


def names(board: Board) -> dict[str, object]:
    threads = Threads(board)
    return {
        "LockType": Lock,
        "allocate_lock": lambda: Lock(board),
        "exit": leave,
        "get_ident": threads.get_ident,
        "stack_size": threads.stack_size,
        "start_new_thread": threads.start_new_thread,
    }


def leave() -> NoReturn:
    """End the calling thread."""
    raise SystemExit


class Threads:
    """The functions of `_thread` for one board."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._stack = 0

    def start_new_thread(
        self, function: Callable[..., object], args: tuple[object, ...], kwargs: dict[str, object] | None = None, /
    ) -> int:
        """Run ``function(*args, **kwargs)`` beside the script; returns the thread's number."""
        if not isinstance(args, tuple):
            raise TypeError("args must be a tuple")
        if kwargs is not None and not isinstance(kwargs, dict):
            raise TypeError("expecting a dict for keyword args")

        def body() -> None:
            try:
                function(*args, **(kwargs or {}))
            except SystemExit:
                return
            except Exception as error:
                self._board.handler_failed(error)

        return self._board.start_thread(body) + 1

    def get_ident(self) -> int:
        """The number of the calling thread; the script's own is 1, and none is 0."""
        return self._board.thread_number() + 1

    def stack_size(self, size: int = 0, /) -> int:
        before, self._stack = self._stack, size
        return before


class Lock:
    """A lock that makes the others wait on board time."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._locked = False

    def acquire(self, wait: object = True, timeout: float = -1, /) -> bool:
        """Take the lock; with `wait` false, or after `timeout` seconds, False instead."""
        board = self._board
        deadline = None if timeout < 0 else board.clock.now_ns() + round(timeout * 1e9)
        while self._locked:
            if not wait or (deadline is not None and board.clock.now_ns() >= deadline):
                return False
            board.clock.wait_until(deadline)
            board.interrupts.run()
        self._locked = True
        return True

    def release(self) -> None:
        if not self._locked:
            raise RuntimeError("release unlocked lock")
        self._locked = False
        self._board.clock.wake()

    def locked(self) -> bool:
        return self._locked

    def __enter__(self) -> "Lock":
        self.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
