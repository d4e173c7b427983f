"""The channels that are open on a board: who uses each, the taps on all of them, and that they are given back."""

import weakref
from collections.abc import Callable
from typing import Any, Protocol

from machine_compat.taps import Tap, Tapped


class User(Protocol):
    """A facade object that uses a channel; `bind` gives it the channel, again whenever taps change."""

    def bind(self, channel: Any, /) -> None: ...


class Channel(Protocol):
    """What all channels have."""

    def close(self) -> None: ...


class Opened:
    """One open channel, and who uses it."""

    __slots__ = ("_users", "channel", "close", "kind", "ref")

    def __init__(self, kind: str, ref: str, channel: object, close: Callable[[], None]) -> None:
        self.kind = kind
        self.ref = ref
        self.channel = channel
        self.close = close
        self._users: list[weakref.ref[User]] = []

    def add(self, user: User) -> None:
        """Remember who uses the channel, for as long as that lives."""
        if all(user is not one for one in self.users()):
            self._users = [weakref.ref(one) for one in (*self.users(), user)]

    def users(self) -> list[User]:
        return [user for there in self._users if (user := there()) is not None]


class Channels:
    """Opens each channel once. Its users are given it, and given it again whenever the taps change."""

    def __init__(self) -> None:
        self.opened: dict[tuple[str, str], Opened] = {}
        self.taps: list[Tap] = []

    def open(self, kind: str, ref: str, user: User, opener: Callable[[str], Channel]) -> None:
        """Give a user the channel of that kind and ref, opened by `opener` if it is not open yet."""
        opened = self.opened.get((kind, ref))
        if opened is None:
            channel = opener(ref)
            opened = self.opened[kind, ref] = Opened(kind, ref, channel, channel.close)
        opened.add(user)
        user.bind(self._tapped(opened))

    def tap(self, tap: Tap) -> Callable[[], None]:
        """Put a tap on every channel, open ones included; returns what takes it off again."""
        self.taps.append(tap)
        self._rebind()

        def remove() -> None:
            self.taps.remove(tap)
            self._rebind()

        return remove

    def close(self) -> None:
        """Close them all, the last opened first; raises the first failure once all are closed."""
        opened, self.opened = self.opened, {}
        failures: list[Exception] = []
        for one in reversed(opened.values()):
            try:
                one.close()
            except Exception as error:  # the others must be given back all the same
                failures.append(error)
        if failures:
            raise failures[0]

    def _tapped(self, opened: Opened) -> object:
        return Tapped(opened.kind, opened.ref, opened.channel, self.taps) if self.taps else opened.channel

    def _rebind(self) -> None:
        for opened in self.opened.values():
            for user in opened.users():
                user.bind(self._tapped(opened))
