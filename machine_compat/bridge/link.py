"""Keeps the connection to an adapter, and makes it anew when the adapter was unplugged and is back."""

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from machine_compat.bridge.adapter import Unplugged
from machine_compat.errors import ConfigError


class Transport(Protocol):
    """What a link holds open."""

    def close(self) -> None: ...


T = TypeVar("T", bound=Transport)


class Link(Generic[T]):
    """A transport that may come and go.

    connect: finds and opens the adapter; raises ConfigError. begin: brings it into the state that it should be in,
    the first time and after every unplugging.
    """

    def __init__(self, name: str, connect: Callable[[], T], begin: Callable[[T], None]) -> None:
        self._name = name
        self._connect = connect
        self._begin = begin
        self._transport: T | None = None
        self._closed = False
        self.restore(connect())

    def get(self) -> T:
        """The transport; raises Unplugged while the adapter is not there, ConfigError once the link is closed."""
        if self._closed:
            raise ConfigError(f"{self._name} is closed")
        if self._transport is None:
            try:
                transport = self._connect()
            except ConfigError as error:
                raise Unplugged(self._name, str(error)) from error
            self.restore(transport)
            return transport
        return self._transport

    def restore(self, transport: T) -> None:
        """Bring the adapter into its state; one that cannot be is closed, and found again the next time."""
        try:
            self._begin(transport)
        except BaseException:
            self._transport = None
            transport.close()
            raise
        self._transport = transport

    def close(self) -> None:
        """Give the adapter back for good."""
        self._closed = True
        self.lose()

    def lose(self) -> None:
        """Close what is left of an adapter that was unplugged."""
        transport, self._transport = self._transport, None
        if transport is not None:
            transport.close()
