"""`pyb.USB_HID`: reports to and from the host.

# Ref: MicroPython ports/stm32/usb.c, usbd_hid_interface.c
"""

from typing import Self

from machine_compat.machine.peripheral import Peripheral, buffer_of, to_int
from machine_compat.machine.stream import POLLIN, POLLOUT
from machine_compat.pyb.buffers import to_receive
from machine_compat.pyb.usb.firmware import usb_of_pyboard
from machine_compat.pyb.usb.reports import Reports

SHORT = 8
"""How many numbers a report can be given as."""


class USB_HID(Peripheral):
    """USB_HID(): the board's one human interface device, which is there in the mode "VCP+HID"."""

    def __new__(cls) -> Self:
        return cls._board.singleton((cls,), lambda: object.__new__(cls))

    @property
    def _reports(self) -> Reports:
        return usb_of_pyboard(self._board).reports

    def send(self, data: object, /) -> int:
        """Send a report, a buffer or up to eight ints; its length, or 0 while the host has not taken the one before.

        Raises ValueError for more than eight, TypeError for anything else.
        """
        report = report_of(data)
        self._look()
        return len(report) if self._reports.send(report) else 0

    def recv(self, data: object, *, timeout: int = 5000) -> object:
        """The next report of the host, as bytes up to a number, or into a buffer, and then its length.

        Waits up to `timeout` ms for it; where none comes it is b"", or 0.
        """
        into = to_receive(data)
        report = self._reports.receive(max(0, into.count), to_int(timeout) & 0xFFFFFFFF)
        if isinstance(data, int):
            return report
        into.place(report)
        return len(report)

    def _poll(self, flags: int) -> int:
        reports = self._reports
        return flags & ((POLLIN if reports.waiting else 0) | (POLLOUT if reports.can_send else 0))

    def _wakes(self) -> bool:
        return True

    def _look(self) -> None:
        self._board.clock.spend(self._board.profile.call_ns)
        self._board.interrupts.run()


def report_of(data: object) -> bytes:
    """A report given as a buffer, or as a few ints of which the low byte counts."""
    if isinstance(data, tuple | list):
        if len(data) > SHORT:
            raise ValueError("tuple/list too large for HID report; use bytearray instead")
        return bytes(to_int(item) & 0xFF for item in data)
    if isinstance(data, str):
        return data.encode()
    try:
        return buffer_of(data).tobytes()
    except TypeError:
        raise TypeError(f"object '{type(data).__name__}' isn't a tuple or list") from None
