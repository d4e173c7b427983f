"""A simulated board's USB port as a channel: the script's end of it."""

from machine_compat.contract import USBDeviceChannel, USBDeviceConfig, USBDeviceHandler
from machine_compat.mock.usb.gadget import Gadget


class MockUSBDevice(USBDeviceChannel):
    """The script's end of the board's USB port."""

    __slots__ = ("_gadget",)

    def __init__(self, gadget: Gadget) -> None:
        self._gadget = gadget

    def connect(self, config: USBDeviceConfig, handler: USBDeviceHandler, /) -> None:
        self._gadget.connect(config, handler)

    def disconnect(self) -> None:
        self._gadget.disconnect()

    def submit(self, endpoint: int, data: bytes | int, /) -> None:
        self._gadget.submit(endpoint, data)

    def answer(self, reply: bytes | int | None, /) -> None:
        self._gadget.answer(reply)

    def stall(self, endpoint: int, on: bool, /) -> None:
        self._gadget.stall(endpoint, on)

    def stalled(self, endpoint: int, /) -> bool:
        return self._gadget.stalled(endpoint)

    def wakeup(self) -> bool:
        return self._gadget.wakeup()

    def close(self) -> None:
        self._gadget.disconnect()
