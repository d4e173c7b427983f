"""An I2C controller, and the messages it moves."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from machine_compat.errors import BusError, Fault, Unsupported


class Message:
    """A plain value, like a frozen dataclass, and cheaper to make: each register access makes two."""

    __slots__ = ()
    __match_args__: ClassVar[tuple[str, ...]] = ()

    def _value(self) -> object:
        return getattr(self, self.__match_args__[0])

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and isinstance(other, Message) and other._value() == self._value()

    def __hash__(self) -> int:
        return hash((type(self), self._value()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._value()!r})"


class Write(Message):
    """One message of bytes to the target; empty, it is a probe of the address and must still reach the wire."""

    __slots__ = ("data",)
    __match_args__ = ("data",)

    def __init__(self, data: bytes) -> None:
        self.data = data


class Read(Message):
    """One message of `count` bytes from the target."""

    __slots__ = ("count",)
    __match_args__ = ("count",)

    def __init__(self, count: int) -> None:
        self.count = count


Op = Write | Read


class I2CConfig(NamedTuple):
    """Frequency in Hz; how long a target may stretch the clock; pins as line refs, None for the bus's own."""

    frequency: int = 400_000
    timeout_us: int = 50_000
    scl: str | None = None
    sda: str | None = None


class I2CBus(ABC):
    """An I2C controller."""

    __slots__ = ()

    @abstractmethod
    def configure(self, config: I2CConfig, /) -> None: ...

    @abstractmethod
    def transfer(self, address: int, ops: Sequence[Op], stop: bool = True, /) -> bytes:
        """Run the ops as messages to one target, each with its own START and address, and return what was read.

        ``transfer(0x76, [Write(b"\\xd0"), Read(1)])`` on the wire: ``S 76W d0 Sr 76R 58 P``. With stop=False the bus is
        held after the last message, so that the next transfer begins with Sr; a bus that cannot hold raises
        Unsupported and the facade keeps the writes back. Raises BusError with the `acked` bytes of the failing
        message.
        """

    @abstractmethod
    def close(self) -> None: ...

    # Optional, wider verb: a bus that can ask for many addresses at once has its own.

    def scan(self, addresses: Sequence[int], /) -> tuple[int, ...]:
        """Those of the addresses that answer, in the order given.

        Each is asked with an empty Write, or where the bus has none by reading one byte. One that is BUSY, because the
        system has a driver for it, is there. Raises BusError when the bus itself is out of order. By default the
        addresses are asked one after the other.
        """
        return tuple(address for address in addresses if answers(self, address))


def answers(bus: I2CBus, address: int) -> bool:
    """Whether somebody is at an address; see I2CBus.scan."""
    try:
        try:
            bus.transfer(address, [Write(b"")])
        except Unsupported:
            bus.transfer(address, [Read(1)])
    except BusError as error:
        if error.fault not in (Fault.NACK_ADDRESS, Fault.BUSY):
            raise
        return error.fault is Fault.BUSY
    return True
