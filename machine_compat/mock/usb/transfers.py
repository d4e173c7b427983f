"""What crossed the virtual bus: how a transfer ended, and an exact log of all that drivers asked for."""

import enum
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from machine_compat.mock.usb.device import USBDevice


class USBFault(enum.Enum):
    """How a transfer, or another request to the host, can fail."""

    PIPE = "the device stalled it"
    TIMEOUT = "the device did not answer in time"
    NO_DEVICE = "the device is not plugged in (any more)"
    OVERFLOW = "the device sent more than was asked for"
    NOT_FOUND = "there is no such configuration, interface or endpoint"
    BUSY = "another driver has it"
    ACCESS = "this user may not open the device"


class TransferError(Exception):
    """A request to the host failed; done: how many bytes had crossed."""

    def __init__(self, fault: USBFault, done: int = 0) -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.done = done


@dataclass(frozen=True, slots=True)
class Transfer:
    """One transfer (URB) of a driver.

    endpoint: its address, with 0x80 for IN; 0x00 or 0x80 is a control transfer, whose eight bytes are `setup`.
    data: what was sent or received. asked: the length asked for. fault: None where it succeeded. Times in world ns.
    """

    device: USBDevice
    endpoint: int
    setup: bytes
    data: bytes
    asked: int
    fault: USBFault | None
    began: int
    ended: int


class TransferLog:
    """All transfers of drivers, in order; not those that the host does by itself when a device is plugged in."""

    def __init__(self) -> None:
        self._all: list[Transfer] = []

    def add(self, transfer: Transfer) -> None:
        self._all.append(transfer)

    def __len__(self) -> int:
        return len(self._all)

    def __iter__(self) -> Iterator[Transfer]:
        return iter(self._all)

    def __getitem__(self, index: int) -> Transfer:
        return self._all[index]

    def of(self, device: USBDevice) -> list[Transfer]:
        """Those of one device."""
        return [transfer for transfer in self._all if transfer.device is device]

    def counts(self) -> Counter[int]:
        """How many there were by endpoint address."""
        return Counter(transfer.endpoint for transfer in self._all)

    def clear(self) -> None:
        """Forget them, to count from here on."""
        self._all.clear()
