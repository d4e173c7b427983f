"""A pyboard's virtual serial port: the USB device's end of it, with a buffer of 1024 bytes in each direction.

# Ref: MicroPython ports/stm32/usbd_cdc_interface.c, usbdev/class/src/usbd_cdc_msc_hid.c; USB Subclass Specification for
# PSTN Devices 1.2, 6.3
"""

from collections.abc import Callable
from contextlib import suppress

from machine_compat.board import Board
from machine_compat.errors import BusError
from machine_compat.machine.usb.control import AGREED, DATA_STAGE, REFUSED, SETUP_STAGE, Bus, Reply
from machine_compat.machine.usb.descriptors import walk
from machine_compat.pyb.usb.descriptors import PACKET
from machine_compat.usbspec.cdc import (
    CDC_DATA,
    COMMUNICATION,
    DTR,
    GET_LINE_CODING,
    SET_CONTROL_LINE_STATE,
    SET_LINE_CODING,
)
from machine_compat.usbspec.descriptors import ASSOCIATION, BULK, ENDPOINT, INTERFACE, TO_HOST
from machine_compat.usbspec.requests import CLASS, Setup

RTS, CTS = 1, 2
BUFFER = 1024
"""MICROPY_HW_USB_CDC_TX_DATA_SIZE, and RX, of which one byte is never used."""
MS = 1_000_000
OPENING_NS = 9 * MS
"""Nine frames after DTR a port counts as connected."""
PATIENCE_MS = 500
"""For how long a host that does not read holds up each byte of what is printed."""


class SerialPort:
    """The port's two buffers. flow: RTS holds the host up when there is no room, CTS the script.

    Without RTS what finds no room is lost. arrived: called when bytes have come.
    """

    def __init__(self, board: Board, bus: Bus) -> None:
        self._board = board
        self._bus = bus
        self.flow = 0
        self.connected = False
        """Whether a program on the host has had the port open for some milliseconds."""
        self.arrived: Callable[[], object] | None = None
        self._in = self._out = 0
        self._control = -1
        self._opened = 0
        """Counts how often DTR was raised or lowered; odd while it is up."""
        self._coding = bytearray(7)
        self._received = bytearray()
        self._receiving = False
        self._queue = bytearray()
        self._sending: int | None = None
        """How many bytes at the queue's beginning are on their way; None where no transfer is."""
        self._full_packets = False

    # ---- the script's side

    @property
    def waiting(self) -> int:
        """How many bytes have come that nobody has read."""
        self._receive()
        return len(self._received)

    def read(self, limit: int) -> bytes:
        """At most so many of the bytes that have come."""
        data = bytes(self._received[:limit])
        del self._received[:limit]
        self._receive()
        return data

    @property
    def half_empty(self) -> bool:
        """Whether at least half of the buffer to send from is free."""
        return len(self._queue) <= BUFFER // 2

    def send(self, data: bytes, timeout_ms: int) -> int:
        """Send bytes, waiting so long for room for each, and for a host; how many were taken."""
        done = 0
        while done < len(data):
            if not self._await_room(timeout_ms):
                return done
            done += self._put(data[done : done + BUFFER - len(self._queue)])
        self._flush()
        return done

    def print(self, data: bytes) -> None:
        """Send all bytes. Those for which there is no room in time drive out the oldest."""
        done = 0
        while done < len(data):
            if self._open and self._await_room(PATIENCE_MS):
                done += self._put(data[done : done + BUFFER - len(self._queue)])
                continue
            # With nobody there all go into the buffer, else one.
            done += self._put(data[done : done + 1] if self._open else data[done:])
            self._drop(max(0, len(self._queue) - BUFFER))
        self._flush()

    def _put(self, data: bytes) -> int:
        self._queue += data
        return len(data)

    def _drop(self, count: int) -> None:
        """Forget the oldest bytes; those on their way arrive all the same."""
        del self._queue[:count]
        if self._sending is not None:
            self._sending = max(0, self._sending - count)

    @property
    def _open(self) -> bool:
        return bool(self._opened & 1)

    def _await_room(self, timeout_ms: int) -> bool:
        """Wait until somebody is there and there is room; False after the time, or where interrupts are off."""
        board = self._board
        deadline = board.clock.now_ns() + timeout_ms * MS
        while not self._open or len(self._queue) >= BUFFER:
            self._flush()
            if board.clock.now_ns() >= deadline or board.interrupts.masked:
                return False
            board.clock.wait_until(deadline)
            self._bus.demand()
            board.interrupts.run()
        return True

    # ---- the driver

    def open(self, configuration: bytes, start: int) -> int:
        pieces = list(walk(configuration, start))
        if pieces[0][1][5] != COMMUNICATION:
            return 0
        end = len(configuration)
        self._control = pieces[0][1][2]
        for place, piece in pieces[1:]:
            if piece[1] == ASSOCIATION or (piece[1] == INTERFACE and piece[5] != CDC_DATA):
                end = place
                break
            if piece[1] == ENDPOINT and piece[3] == BULK:
                if piece[2] & TO_HOST:
                    self._in = piece[2]
                else:
                    self._out = piece[2]
        self._received.clear()
        self.flow &= ~CTS
        self._coding[:] = bytes(7)
        self._receive()
        return end - start

    def reset(self) -> None:
        self._in = self._out = 0
        self._receiving = False
        self._sending = None
        self._close()

    def _close(self) -> None:
        self._opened += self._opened & 1
        self.connected = False

    def control(self, stage: int, setup: Setup) -> Reply:
        if setup.clears_endpoint:
            self._receive()
            self._flush()
        if setup.kind != CLASS:
            return REFUSED
        request, length = setup.bRequest, setup.wLength & 0xFF
        if request == SET_LINE_CODING and length:
            return Reply(True, into=self._coding) if stage != DATA_STAGE else AGREED
        if request == GET_LINE_CODING:
            # The rate is kept, and for the rest it always says 8N1.
            return Reply(True, data=bytes(self._coding[:4]) + b"\0\0\x08")
        if request == SET_CONTROL_LINE_STATE and stage == SETUP_STAGE:
            self._set_lines(setup.wValue)
        return Reply(True, data=bytes(length)) if setup.device_to_host else AGREED

    def _set_lines(self, lines: int) -> None:
        self._close()
        if lines & DTR:
            self._opened += 1
            clock, opened = self._board.clock, self._opened
            clock.call_at(clock.now_ns() + OPENING_NS, lambda: self._settle(opened))

    def _settle(self, opened: int) -> None:
        if opened == self._opened:
            self.connected = True
            self._board.interrupts.look_after(self._flush)

    def transferred(self, endpoint: int, result: int, data: bytes) -> None:
        if endpoint == self._out:
            self._receiving = False
            self._store(data)
            if self.arrived is not None:
                self.arrived()
            if not self.flow & RTS or self._has_room:
                self._receive()
        elif endpoint == self._in and self._sending is not None:
            sent, self._sending = self._sending, None
            del self._queue[:sent]
            if not self._queue and self._full_packets:
                # The host waits for the end of a transfer of full packets.
                self._submit(b"")
            else:
                self._flush()

    def halted(self, endpoint: int) -> None:
        """What was on its way is lost."""
        if endpoint == self._in and self._sending is not None:
            del self._queue[: self._sending]
            self._sending = None
        elif endpoint == self._out:
            self._receiving = False

    @property
    def _has_room(self) -> bool:
        return BUFFER - len(self._received) > PACKET

    def _store(self, data: bytes) -> None:
        """Keep what has come, as far as there is room, but not the interrupt character."""
        board = self._board
        if 0 <= board.interrupt_char < 256 and board.interrupt_char in data:
            data = data.replace(bytes((board.interrupt_char,)), b"")
            board.interrupt()
        self._received += data[: BUFFER - 1 - len(self._received)]

    def _receive(self) -> None:
        if self._out and not self._receiving and (self._has_room or not self.flow & RTS):
            with suppress(BusError):
                self._receiving = self._bus.submit(self._out, PACKET)

    def _flush(self) -> None:
        if self._in and self._open and self._sending is None and self._queue:
            self._submit(bytes(self._queue))

    def _submit(self, data: bytes) -> None:
        # The host may have halted the endpoint.
        with suppress(BusError):
            if self._bus.submit(self._in, data):
                self._sending = len(data)
                self._full_packets = bool(data) and len(data) % PACKET == 0
