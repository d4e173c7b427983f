"""Waits for what a channel reports, and catches what it raises."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from machine_compat.clock import Clock
from machine_compat.errors import BusError

MS = 1_000_000
PATIENCE_NS = 3_000 * MS
"""How long an event may take to arrive: on real hardware it comes through other threads and other computers."""


class Channel(Protocol):
    """Whatever a backend opens."""

    def close(self) -> None: ...


@contextmanager
def closed(channel: Channel) -> Iterator[None]:
    try:
        yield
    finally:
        channel.close()


def eventually(clock: Clock, happened: Callable[[], object]) -> bool:
    """Whether something happens while the board waits."""
    deadline = clock.now_ns() + PATIENCE_NS
    while not happened():
        now = clock.now_ns()
        if now >= deadline:
            return False
        clock.wait_until(min(deadline, now + MS))
    return True


def fault_of(call: Callable[[], object], what: str) -> BusError:
    """The BusError that a call raises."""
    try:
        call()
    except BusError as error:
        return error
    except OSError as error:
        raise AssertionError(f"{what}: raised {error!r}; a channel raises BusError, never OSError") from error
    raise AssertionError(f"{what}: nothing was raised")
