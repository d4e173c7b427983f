"""MicroPython's `select`: waits on the board's time until a UART or the like has something to say.

# Ref: MicroPython extmod/modselect.c

An object can be polled that has `_poll(flags) -> flags` (UART, RingIO, ...), an `ioctl(request, arg)` of a script's own
stream class, or a file number, about which the computer's own kernel is asked.
"""

import select as kernel
from collections.abc import Callable
from typing import Any

from machine_compat.board import Board
from machine_compat.machine.peripheral import to_int
from machine_compat.machine.stream import POLLERR, POLLHUP, POLLIN, POLLOUT
from machine_compat.oserror import ENOENT, os_error

IOCTL_POLL = 3
"""MP_STREAM_POLL, the request that asks a stream for its events (py/stream.h)."""
ONE_SHOT = 1
"""The flag of ipoll that disarms what it reports."""
PERIOD_NS = 1_000_000
"""How often objects are asked that cannot wake the board."""

Ask = Callable[[int], int]
"""Which of the events asked for are there now."""


def names(board: Board) -> dict[str, object]:
    """The public names of a board's `select`."""
    return {
        "poll": lambda: Poll(board),
        "select": lambda rlist, wlist, xlist, timeout=None, /: select(board, rlist, wlist, xlist, timeout),
        "POLLIN": POLLIN,
        "POLLOUT": POLLOUT,
        "POLLERR": POLLERR,
        "POLLHUP": POLLHUP,
    }


class Polled:
    """One object that is waited for. events: what is asked for; revents: what came."""

    __slots__ = ("ask", "events", "file", "give_time", "obj", "revents")

    def __init__(self, obj: Any, events: int) -> None:
        self.obj = obj
        self.events = events
        self.revents = 0
        self.file: int | None = None
        self.ask: Ask
        self.give_time: Callable[[int], object]
        """Lets so many real ms pass for a file, or less if it has an event."""
        poll = getattr(obj, "_poll", None)
        ioctl = getattr(obj, "ioctl", None)
        if poll is not None:
            self.ask = poll
        elif ioctl is not None:
            self.ask = lambda flags: asked(ioctl, flags)
        else:
            self.file = file = file_of(obj)
            needs: Ask = getattr(obj, "_needs", unchanged)
            self.ask = lambda flags: file_events(file, flags, needs(flags), 0)
            self.give_time = lambda ms: file_events(file, self.events, needs(self.events), ms)

    def wakes(self) -> bool:
        """Whether the object itself ends a wait of the board's clock when something comes."""
        wakes = getattr(self.obj, "_wakes", None)
        return wakes is not None and bool(wakes())


def asked(ioctl: Callable[[int, int], int], flags: int) -> int:
    """The events of a script's own stream; OSError with what it returned, negated, where that is negative."""
    events = ioctl(IOCTL_POLL, flags)
    if events < 0:
        raise os_error(-events)
    return events


def file_of(obj: Any) -> int:
    """The file number of a file or socket; OSError where there is none."""
    try:
        return to_int(obj.fileno())
    except (AttributeError, OSError, ValueError):
        raise OSError("stream operation not supported") from None


def unchanged(flags: int) -> int:
    return flags


def file_events(file: int, flags: int, needed: int, timeout_ms: int) -> int:
    """The events of a file, waiting real time for them.

    needed: what the kernel is to be asked for. A TLS connection may have to hear from the other side before anything
    can be written, and has bytes to read that the kernel knows no more of (0).
    """
    if not needed:
        return flags & POLLIN
    there = kernel_events(file, needed, timeout_ms)
    return there if needed == flags or not there else flags | there & (POLLERR | POLLHUP)


def kernel_events(file: int, flags: int, timeout_ms: int) -> int:
    """The events of a file, waiting real time for them."""
    if hasattr(kernel, "poll"):
        poll = kernel.poll()
        poll.register(file, flags)
        return sum(events for _, events in poll.poll(timeout_ms))
    wanted = ([file] if flags & POLLIN else [], [file] if flags & POLLOUT else [])
    there = kernel.select(*wanted, [], timeout_ms / 1000)
    return (POLLIN if there[0] else 0) | (POLLOUT if there[1] else 0)


def wait(board: Board, polled: list[Polled], timeout_ms: int | None) -> int:
    """Wait until an object has an event it was asked for, or until the timeout; how many have one."""
    clock = board.clock
    deadline = None if timeout_ms is None else clock.now_ns() + timeout_ms * 1_000_000
    clock.spend(board.profile.call_ns)
    while True:
        board.interrupts.run()
        for one in polled:
            one.revents = one.ask(one.events)
        ready = sum(one.revents != 0 for one in polled)
        if ready or (deadline is not None and clock.now_ns() >= deadline):
            return ready
        sleep(board, polled, deadline)


def sleep(board: Board, polled: list[Polled], deadline: int | None) -> None:
    """Let time pass until something may have come."""
    if board.interrupts.due:
        return
    clock = board.clock
    if not all(one.wakes() for one in polled):
        period = clock.now_ns() + PERIOD_NS
        # A file gets real time to become ready; on a simulated clock that has to be counted, too.
        for one in polled:
            if one.file is not None:
                one.give_time(PERIOD_NS // 1_000_000)
                break
        deadline = period if deadline is None else min(period, deadline)
    clock.wait_until(deadline)


class Poll:
    """What `select.poll()` returns: objects, and the events each is polled for."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._polled: dict[int, Polled] = {}
        self._ready: list[Polled] = []
        self._flags = 0

    def __repr__(self) -> str:
        return "<poll>"

    def register(self, obj: object, eventmask: int = POLLIN | POLLOUT, /) -> None:
        """Poll an object from now on, or for other events; OSError where it cannot be polled."""
        add(self._polled, obj, to_int(eventmask))

    def unregister(self, obj: object, /) -> None:
        """Poll an object no more; one that is not polled is none of its business."""
        self._polled.pop(id(obj), None)

    def modify(self, obj: object, eventmask: int, /) -> None:
        """Change what a registered object is polled for; OSError(ENOENT) for any other."""
        if id(obj) not in self._polled:
            raise os_error(ENOENT)
        self._polled[id(obj)].events = to_int(eventmask)

    def poll(self, timeout: int | None = -1, /) -> list[tuple[object, int]]:
        """The objects that have events, each with them; waits `timeout` ms, None or less than 0 without an end."""
        self._wait(timeout)
        return [(one.obj, one.revents) for one in self._ready]

    def ipoll(self, timeout: int | None = -1, flags: int = 0, /) -> "Poll":
        """As poll, giving the pairs one by one. flags 1: what is given is polled again only after `modify`."""
        self._wait(timeout)
        self._flags = to_int(flags)
        return self

    def __iter__(self) -> "Poll":
        return self

    def __next__(self) -> tuple[object, int]:
        if not self._ready:
            raise StopIteration
        one = self._ready.pop(0)
        if self._flags & ONE_SHOT:
            one.events = 0
        return one.obj, one.revents

    def _wait(self, timeout: int | None) -> None:
        limit = -1 if timeout is None else to_int(timeout)
        wait(self._board, list(self._polled.values()), limit if limit >= 0 else None)
        self._ready = [one for one in self._polled.values() if one.revents]


def add(polled: dict[int, Polled], obj: object, events: int, keep: bool = False) -> None:
    """Put an object among the polled; of one that is there already, change or (keep) add to the events."""
    known = polled.get(id(obj))
    if known is None:
        polled[id(obj)] = Polled(obj, events)
    else:
        known.events = events | known.events if keep else events


Ready = tuple[list[object], list[object], list[object]]


def select(board: Board, rlist: Any, wlist: Any, xlist: Any, timeout: float | None) -> Ready:
    """The objects of each list that can be read, written, or are in error; waits `timeout` s, None without an end."""
    polled: dict[int, Polled] = {}
    for objects, events in ((rlist, POLLIN), (wlist, POLLOUT), (xlist, POLLERR | POLLHUP)):
        if not isinstance(objects, list | tuple):
            raise TypeError(f"object '{type(objects).__name__}' isn't a tuple or list")
        for obj in objects:
            add(polled, obj, events, keep=True)
    wait(board, list(polled.values()), None if timeout is None or timeout < 0 else int(timeout * 1000))
    there = list(polled.values())
    return (
        [one.obj for one in there if one.revents & POLLIN],
        [one.obj for one in there if one.revents & POLLOUT],
        [one.obj for one in there if one.revents & ~(POLLIN | POLLOUT)],
    )
