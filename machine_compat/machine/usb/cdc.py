"""The serial port of a board's firmware on USB: TinyUSB's CDC driver with its two FIFOs, and MicroPython's use of it.

# Ref: TinyUSB src/class/cdc/cdc_device.c; MicroPython shared/tinyusb/mp_usbd_cdc.c; USB Subclass Specification for PSTN
# Devices 1.2, 6.3
"""

from collections.abc import Callable
from contextlib import suppress

from machine_compat.board import Board
from machine_compat.errors import BusError
from machine_compat.machine.usb.control import AGREED, REFUSED, STATUS_STAGE, Bus, Reply
from machine_compat.machine.usb.descriptors import walk
from machine_compat.usbspec.cdc import (
    ABSTRACT_CONTROL,
    CDC_DATA,
    COMMUNICATION,
    CS_INTERFACE,
    DTR,
    GET_LINE_CODING,
    RTS,
    SEND_BREAK,
    SET_CONTROL_LINE_STATE,
    SET_LINE_CODING,
    LineCoding,
)
from machine_compat.usbspec.descriptors import ENDPOINT, INTERFACE, TO_HOST
from machine_compat.usbspec.requests import CLASS, Setup

FIFO = 256
PACKET = 64
CODING = LineCoding(115200)
TX_TIMEOUT_NS = 500_000_000
"""MICROPY_HW_USB_CDC_TX_TIMEOUT: for how long a host that does not read keeps `write` waiting."""
STEP_NS = 1_000_000
OPENING_NS = 16_000_000
"""How long after DTR what was kept is sent: hosts lose what comes earlier."""


class CDC:
    """The serial port. arrived: called when bytes have come; lines_changed: when DTR or RTS has, or the host is gone.

    What is written while nobody has the port open is kept, the latest 256 bytes of it.
    """

    def __init__(self, board: Board, bus: Bus) -> None:
        self._board = board
        self._bus = bus
        self.arrived: Callable[[], object] | None = None
        self.lines_changed: Callable[[], object] | None = None
        self._in = self._out = 0
        self._control = -1
        self._sent = 0
        self._receiving = False
        self._begin()
        self._to_send = bytearray()

    def _begin(self) -> None:
        self._lines = 0
        self._coding = bytearray(CODING.encode())
        self._received = bytearray()
        self._sending = False

    # ---- the plain face

    @property
    def connected(self) -> bool:
        """Whether a program on the host has the port open (DTR)."""
        return bool(self._in and self._lines & DTR)

    @property
    def dtr(self) -> bool:
        return bool(self._lines & DTR)

    @property
    def rts(self) -> bool:
        return bool(self._lines & RTS)

    @property
    def baudrate(self) -> int:
        """What the host's program has set; it changes nothing else."""
        return LineCoding.parse(bytes(self._coding)).baudrate

    @property
    def waiting(self) -> int:
        """How many bytes have come that nobody has read."""
        return len(self._received)

    @property
    def room(self) -> int:
        """How many bytes `put` would take now."""
        return FIFO - len(self._to_send) if self.connected else FIFO

    def read(self, limit: int) -> bytes:
        """At most so many of the bytes that have come."""
        data = bytes(self._received[:limit])
        del self._received[:limit]
        self._receive()
        return data

    def put(self, data: bytes) -> int:
        """Send as many bytes as there is room for; how many. With nobody there, all: they drive out older ones."""
        taken = data[: self.room] if self.connected else data
        self._to_send += taken
        del self._to_send[:-FIFO]
        self._flush()
        return len(taken)

    def write(self, data: bytes, timeout_ns: int = TX_TIMEOUT_NS) -> int:
        """Send bytes, waiting for room; how many, which is fewer once there has been none for so long.

        Raises OSError "TinyUSB callback can't recurse" if it has to wait inside a callback of the USB task.
        """
        board = self._board
        done = 0
        last = board.clock.now_ns()
        while True:
            more = self.put(data[done:])
            done += more
            if done >= len(data):
                return done
            if more:
                last = board.clock.now_ns()
            elif board.clock.now_ns() - last >= timeout_ns:
                return done
            elif self.connected:
                board.clock.wait_until(board.clock.now_ns() + STEP_NS)
            self._bus.demand()

    def clear(self) -> None:
        """Forget what has not been sent."""
        self._to_send.clear()

    # ---- the USB task's side

    def open(self, configuration: bytes, start: int) -> int:
        rest = list(walk(configuration, start))
        first = rest.pop(0)[1]
        if first[5:7] != bytes((COMMUNICATION, ABSTRACT_CONTROL)):
            return 0
        self._control = first[2]
        while rest and rest[0][1][1] == CS_INTERFACE:
            rest.pop(0)
        if rest and rest[0][1][1] == ENDPOINT:
            rest.pop(0)
        if rest and rest[0][1][1] == INTERFACE and rest[0][1][5] == CDC_DATA:
            count = rest.pop(0)[1][4]
            ends, rest = rest[:count], rest[count:]
            for _, end in ends:
                if end[2] & TO_HOST:
                    self._in = end[2]
                else:
                    self._out = end[2]
        self._receive()
        self._flush()
        return (rest[0][0] if rest else len(configuration)) - start

    def reset(self) -> None:
        self._in = self._out = 0
        self._receiving = False
        self._begin()
        self._tell(self.lines_changed)

    def control(self, stage: int, setup: Setup) -> Reply:
        if setup.clears_endpoint:
            self._receive()
            self._flush()
        if setup.kind != CLASS or setup.wIndex & 0xFF != self._control:
            return REFUSED
        request = setup.bRequest
        if request == SET_LINE_CODING:
            return Reply(True, into=self._coding)
        if request == GET_LINE_CODING:
            return Reply(True, data=bytes(self._coding))
        if request == SET_CONTROL_LINE_STATE:
            if stage == STATUS_STAGE:
                self._set_lines(setup.wValue & 0xFF)
            return AGREED
        return AGREED if request == SEND_BREAK else REFUSED

    def transferred(self, endpoint: int, result: int, data: bytes) -> None:
        if endpoint == self._out:
            self._receiving = False
            self._received += data
            self._tell(self.arrived)
            self._receive()
        elif endpoint == self._in:
            self._sending = False
            if self._to_send:
                self._flush()
            elif self._sent and self._sent % PACKET == 0:
                # The host waits for the end of a transfer of full packets.
                self._submit(b"")

    def halted(self, endpoint: int) -> None:
        """What was on its way is lost."""
        if endpoint == self._in:
            self._sending = False
        elif endpoint == self._out:
            self._receiving = False

    def _set_lines(self, lines: int) -> None:
        self._lines = lines
        if lines & DTR:
            self._bus.clear_stall(self._in)
            board = self._board
            board.clock.call_at(board.clock.now_ns() + OPENING_NS, lambda: board.interrupts.look_after(self._flush))
        else:
            self.clear()
        self._tell(self.lines_changed)

    def _receive(self) -> None:
        if self._out and not self._receiving and FIFO - len(self._received) >= PACKET:
            self._receiving = self._begun(self._out, PACKET)

    def _flush(self) -> None:
        if self._in and self._to_send and not self._sending:
            data = bytes(self._to_send[:PACKET])
            if self._submit(data):
                del self._to_send[: len(data)]

    def _submit(self, data: bytes) -> bool:
        self._sending = self._begun(self._in, data)
        self._sent = len(data)
        return self._sending

    def _begun(self, endpoint: int, data: bytes | int) -> bool:
        with suppress(BusError):
            return self._bus.submit(endpoint, data)
        # The host has halted the endpoint.
        return False

    @staticmethod
    def _tell(hook: Callable[[], object] | None) -> None:
        if hook is not None:
            hook()
