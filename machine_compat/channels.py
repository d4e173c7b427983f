"""The channels that are open on a board: who uses each, the taps on all of them, and that they are given back."""

import weakref
from collections.abc import Callable
from typing import Any, Protocol

from machine_compat.contract import Backend, I2CBus, SPIBus
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

    def close(self, keep: str = "") -> None:
        """Close them all but those of a kind to keep, the last opened first; raises the first failure after that."""
        opened = [one for one in self.opened.values() if one.kind != keep]
        self.opened = {place: one for place, one in self.opened.items() if one.kind == keep}
        failures: list[Exception] = []
        for one in reversed(opened):
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


class Openings:
    """The channels that a board can open: a verb for each kind. ref: the backend's name for one."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.channels = Channels()

    def line(self, ref: str, user: User) -> None:
        self.channels.open("line", ref, user, self.backend.line)

    def i2c(self, ref: str, user: User) -> None:
        self.channels.open("i2c", ref, user, self.backend.i2c)

    def spi(self, ref: str, user: User) -> None:
        self.channels.open("spi", ref, user, self.backend.spi)

    def uart(self, ref: str, user: User) -> None:
        self.channels.open("uart", ref, user, self.backend.uart)

    def pwm(self, ref: str, user: User) -> None:
        self.channels.open("pwm", ref, user, self.backend.pwm)

    def adc(self, ref: str, user: User) -> None:
        self.channels.open("adc", ref, user, self.backend.adc)

    def dac(self, ref: str, user: User) -> None:
        self.channels.open("dac", ref, user, self.backend.dac)

    def i2c_target(self, ref: str, user: User) -> None:
        self.channels.open("i2c_target", ref, user, self.backend.i2c_target)

    def i2s(self, ref: str, user: User) -> None:
        self.channels.open("i2s", ref, user, self.backend.i2s)

    def can(self, ref: str, user: User) -> None:
        self.channels.open("can", ref, user, self.backend.can)

    def counter(self, ref: str, user: User) -> None:
        self.channels.open("counter", ref, user, self.backend.counter)

    def touch(self, ref: str, user: User) -> None:
        self.channels.open("touch", ref, user, self.backend.touch)

    def card(self, ref: str, user: User) -> None:
        self.channels.open("card", ref, user, self.backend.card)

    def usb_device(self, ref: str, user: User) -> None:
        self.channels.open("usb_device", ref, user, self.backend.usb_device)

    def state_machine(self, ref: str, user: User) -> None:
        self.channels.open("state_machine", ref, user, self.backend.state_machine)

    def soft_bus(self, kind: str, refs: tuple[str, ...], user: User, make: Callable[[], I2CBus | SPIBus]) -> None:
        """A bus on any lines, opened by `make`."""
        self.channels.open(kind, ",".join(refs), user, lambda _: make())

    def tap(self, tap: Tap) -> Callable[[], None]:
        """Put a tap on every channel, open ones included; returns what takes it off again."""
        return self.channels.tap(tap)
