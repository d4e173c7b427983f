"""A pyboard's human interface device: one report on its way to the host, and one that has come from it.

# Ref: MicroPython ports/stm32/usbd_hid_interface.c, usbdev/class/src/usbd_cdc_msc_hid.c; Device Class Definition for
# HID 1.11, 7.1 and 7.2
"""

from contextlib import suppress

from machine_compat.board import Board
from machine_compat.errors import BusError
from machine_compat.machine.usb.control import AGREED, REFUSED, SETUP_STAGE, Bus, Reply
from machine_compat.machine.usb.descriptors import walk
from machine_compat.pyb.usb.descriptors import MOUSE, HIDInfo, class_descriptor
from machine_compat.usbspec.descriptors import ENDPOINT, TO_HOST
from machine_compat.usbspec.hid import (
    GET_IDLE,
    GET_PROTOCOL,
    HID_DESCRIPTOR,
    HUMAN_INTERFACE,
    REPORT_DESCRIPTOR,
    SET_IDLE,
    SET_PROTOCOL,
)
from machine_compat.usbspec.requests import CLASS, GET_DESCRIPTOR, Setup

MS = 1_000_000


class Reports:
    """info: what the device is."""

    def __init__(self, board: Board, bus: Bus) -> None:
        self._board = board
        self._bus = bus
        self.info = HIDInfo(*MOUSE)
        self._in = self._out = 0
        self._size = 0
        self._busy = False
        self._received: bytes | None = None
        self._idle = self._protocol = 0

    # ---- the script's side

    @property
    def can_send(self) -> bool:
        """Whether the host is there and has taken the report before."""
        return bool(self._in) and not self._busy

    @property
    def waiting(self) -> bool:
        """Whether a report has come that nobody has read."""
        return self._received is not None

    def send(self, report: bytes) -> bool:
        """Send a report; False while the one before waits, or without a host."""
        if self.can_send:
            with suppress(BusError):
                self._busy = self._bus.submit(self._in, report)
                return self._busy
        return False

    def receive(self, limit: int, timeout_ms: int) -> bytes:
        """The report that has come, or comes within a time; the rest of a longer one is lost. b"" where none does."""
        board = self._board
        deadline = board.clock.now_ns() + timeout_ms * MS
        while self._received is None:
            if board.clock.now_ns() >= deadline or board.interrupts.masked:
                return b""
            board.clock.wait_until(deadline)
            self._bus.demand()
            board.interrupts.run()
        report, self._received = self._received[:limit], None
        self._listen()
        return report

    # ---- the driver

    def open(self, configuration: bytes, start: int) -> int:
        pieces = list(walk(configuration, start))
        if pieces[0][1][5] != HUMAN_INTERFACE:
            return 0
        end = len(configuration)
        for place, piece in pieces[1:]:
            if piece[1] == ENDPOINT:
                self._size = piece[4]
                if piece[2] & TO_HOST:
                    self._in = piece[2]
                else:
                    self._out = piece[2]
            elif piece[1] != HID_DESCRIPTOR:
                # The next interface, or what binds it to others.
                end = place
                break
        self._listen()
        return end - start

    def reset(self) -> None:
        self._in = self._out = 0
        self._busy = False
        self._received = None

    def control(self, stage: int, setup: Setup) -> Reply:
        if setup.clears_endpoint and not self.waiting:
            self._listen()
        if setup.kind == CLASS:
            return self._class_request(setup.bRequest, setup.wValue, stage)
        if setup.bRequest == GET_DESCRIPTOR and setup.device_to_host:
            reports = self.info.reports
            known = {REPORT_DESCRIPTOR: reports[: len(reports) & 0xFF], HID_DESCRIPTOR: class_descriptor(self.info)}
            return Reply(True, data=known.get(setup.wValue >> 8, b""))
        return REFUSED

    def _class_request(self, request: int, value: int, stage: int) -> Reply:
        if request == GET_IDLE:
            return Reply(True, data=bytes((self._idle,)))
        if request == GET_PROTOCOL:
            return Reply(True, data=bytes((self._protocol,)))
        if request not in (SET_IDLE, SET_PROTOCOL):
            return REFUSED
        if stage == SETUP_STAGE and request == SET_IDLE:
            self._idle = value >> 8
        elif stage == SETUP_STAGE:
            self._protocol = value & 0xFF
        return AGREED

    def transferred(self, endpoint: int, result: int, data: bytes) -> None:
        if endpoint == self._in:
            self._busy = False
        elif endpoint == self._out:
            self._received = data

    def halted(self, endpoint: int) -> None:
        """What was on its way is lost."""
        if endpoint == self._in:
            self._busy = False

    def _listen(self) -> None:
        if self._out:
            with suppress(BusError):
                self._bus.submit(self._out, self._size)
