"""The contract suite's check of USB devices: on the simulated board, and on ports that break one promise each."""

from collections.abc import Callable

import pytest
import usb.core

from machine_compat.contract import USBDeviceChannel, USBDeviceConfig, USBDeviceEvent, USBDeviceHandler
from machine_compat.mock.backend import MockBackend
from machine_compat.mock.usb_device import MockUSBDevice
from machine_compat.profile import load
from machine_compat.testing import check_usb_device


def finder(backend: MockBackend) -> Callable[[int, int], "usb.core.Device | None"]:
    def find(vendor: int, product: int) -> "usb.core.Device | None":
        return usb.core.find(idVendor=vendor, idProduct=product, backend=backend.usb_host.backend())

    return find


def test_the_simulated_board_keeps_the_contract() -> None:
    backend = MockBackend(load("pico").wiring())
    check_usb_device(backend, "usb0", finder(backend))
    # A port that was closed leaves nothing behind: the same holds once more.
    check_usb_device(backend, "usb0", finder(backend))


class Broken(MockUSBDevice):
    """A port that breaks one promise."""

    __slots__ = ()


class Careless(Broken):
    __slots__ = ()

    def submit(self, endpoint: int, data: bytes | int, /) -> None:
        if self._gadget.configured:
            super().submit(endpoint, data)


class Padded(Broken):
    __slots__ = ()

    def submit(self, endpoint: int, data: bytes | int, /) -> None:
        super().submit(endpoint, data.ljust(64) if isinstance(data, bytes) else data)


class Agreeable(Broken):
    __slots__ = ()

    def answer(self, reply: bytes | int | None, /) -> None:
        super().answer(b"" if reply is None else reply)


class Silent(Broken):
    __slots__ = ()

    def connect(self, config: USBDeviceConfig, handler: USBDeviceHandler, /) -> None:
        def told(event: USBDeviceEvent, value: int, data: bytes) -> None:
            if event is not USBDeviceEvent.SENT:
                handler(event, value, data)

        super().connect(config, told)


class Stubborn(Broken):
    __slots__ = ()

    def stall(self, endpoint: int, on: bool, /) -> None:
        """Nothing."""


class Clinging(Broken):
    __slots__ = ()

    def disconnect(self) -> None:
        """Nothing."""


PROMISES: dict[type[Broken], str] = {
    Careless: "nothing was raised",
    Padded: "the host read",
    Agreeable: "no STALL",
    Silent: "no SENT",
    Stubborn: "stalled\\(\\) does not say so",
    Clinging: "the host still has it",
}


@pytest.mark.parametrize("kind", PROMISES, ids=lambda kind: kind.__name__)
def test_a_broken_promise_is_named(kind: type[Broken]) -> None:
    class Backend(MockBackend):
        def usb_device(self, ref: str, /) -> USBDeviceChannel:
            return kind(self.gadget)

    backend = Backend(load("pico").wiring())
    with pytest.raises(AssertionError, match=PROMISES[kind]):
        check_usb_device(backend, "usb0", finder(backend))
