"""One channel of an FTDI chip: its FIFOs, latency timer, vendor requests and bit modes.

# Ref: FTDI DS_FT232H v2.0, 4.1 to 4.6 (FIFOs, latency timer); AN_232R-01 Bit Bang Modes v1.0; requests as in
# Linux drivers/usb/serial/ftdi_sio.h.
"""

from machine_compat.contract import UARTConfig
from machine_compat.mock.uart import Receiver, Transmitter
from machine_compat.mock.usb.device import Handshake, SimulatedDevice
from machine_compat.mock.usb.mpsse import MPSSE
from machine_compat.mock.usb.pins import Bank
from machine_compat.mock.usb.sequencer import Program, Sequencer
from machine_compat.mock.world import Event
from machine_compat.usbspec.requests import Setup

RESET, MODEM_CTRL, FLOW, BAUD, DATA, POLL_MODEM, EVENT_CHAR, ERROR_CHAR = range(8)
SET_LATENCY, GET_LATENCY, SET_BITMODE, READ_PINS = 9, 10, 11, 12
UART, BITBANG, MPSSE_MODE, SYNC_BITBANG = 0x00, 0x01, 0x02, 0x04
MODEM_STATUS = b"\x32\x60"
"""The first two bytes of every packet: CTS and DSR, 512-byte packets; transmitter empty."""
DEFAULT_LATENCY_MS = 16
BITBANG_RATIO = 5
"""How many pin states go out in a bit time of the baud rate generator, on high-speed chips."""
EIGHTHS = (0, 4, 2, 1, 3, 5, 6, 7)
"""The fraction of the baud rate divisor, by its code."""


class Channel:
    """An interface with a bulk pipe each way, on one or two banks of pins. depth: bytes in each FIFO."""

    def __init__(self, device: SimulatedDevice, low: Bank, high: Bank | None, depth: int, packet_size: int) -> None:
        self.inbox = bytearray()
        self.outbox = bytearray()
        self.mode = UART
        self.latency_ms = DEFAULT_LATENCY_MS
        self.short_packets: int | None = None
        """How many data bytes go into a packet at most, to test drivers with; None: as many as fit."""
        self._device = device
        self._low = low
        self._high = high
        self._depth = depth
        self._room = packet_size - len(MODEM_STATUS)
        self._refused = False
        self._flush = False
        self._timer_ns = 0
        self._alarm: Event | None = None
        self._sequencer = Sequencer(device.world)
        self._serial: Serial | None = None
        self._data = 8
        self._divisor_eighths = 8 * 312

    # ---- the FIFOs, as USB sees them

    def accept(self, data: bytes) -> Handshake:
        if len(self.inbox) + len(data) > self._depth:
            self._refused = True
            return Handshake.NAK
        self.inbox += data
        if self.mode == UART:
            self._uart().send()
        self._sequencer.go_on()
        return Handshake.ACK

    def give(self) -> bytes | Handshake:
        """A packet: when it is full, when it was asked for, or when the latency timer has run out."""
        room = self.short_packets or self._room
        now = self._device.world.now
        if len(self.outbox) < room and not self._flush and now < self._timer_ns:
            self._wake_at(self._timer_ns)
            return Handshake.NAK
        if self.mode == BITBANG:
            self.outbox += bytes((self._low.read(),)) * (room - len(self.outbox))
        packet = MODEM_STATUS + self.outbox[:room]
        del self.outbox[:room]
        self._flush = self._flush and bool(self.outbox)
        self._timer_ns = now + self.latency_ms * 1_000_000
        self._sequencer.go_on()
        return bytes(packet)

    def _wake_at(self, time: int) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = self._device.world.at(time, self._device.ready)

    # ---- the FIFOs, as the engine sees them

    def consumed(self) -> None:
        if self._refused:
            self._refused = False
            self._device.ready()

    def put(self, byte: int) -> bool:
        if len(self.outbox) >= self._depth:
            return False
        self.outbox.append(byte)
        if len(self.outbox) >= (self.short_packets or self._room):
            self._device.ready()
        return True

    def flush(self) -> None:
        if self.outbox:
            self._flush = True
            self._device.ready()

    # ---- requests

    def request(self, setup: Setup) -> bytes | None:
        value = setup.wValue
        if setup.device_to_host:
            answers = {
                POLL_MODEM: MODEM_STATUS,
                GET_LATENCY: bytes((self.latency_ms,)),
                READ_PINS: bytes((self._low.read(),)),
            }
            return answers.get(setup.bRequest)
        if setup.bRequest == RESET:
            self._reset(value)
        elif setup.bRequest == SET_LATENCY:
            if not 1 <= value <= 255:
                return None
            self.latency_ms = value
        elif setup.bRequest == SET_BITMODE:
            self._set_mode(value >> 8, value & 0xFF)
        elif setup.bRequest == BAUD:
            self._set_baud(value, setup.wIndex >> 8)
        elif setup.bRequest == DATA:
            self._data = value
            self._uart().configure(self._uart_config())
        elif setup.bRequest not in (MODEM_CTRL, FLOW, EVENT_CHAR, ERROR_CHAR):
            return None
        return b""

    def restart(self) -> None:
        """As after a USB reset."""
        self.latency_ms = DEFAULT_LATENCY_MS
        self._set_mode(UART, 0)
        self._reset(0)

    def _reset(self, what: int) -> None:
        """0: everything that waits. 1: what came from the host. 2: what is for it."""
        if what in (0, 1):
            self.inbox.clear()
            self.consumed()
        if what in (0, 2):
            self.outbox.clear()
            self._flush = False
            self._sequencer.go_on()

    def _set_mode(self, mode: int, direction: int) -> None:
        self._sequencer.stop()
        self.mode = mode
        if self._serial is not None:
            self._serial.stop()
            self._serial = None
        self.inbox.clear()
        for bank in (self._low, self._high):
            if bank is not None:
                bank.set(0, 0)
                bank.set_open_drain(0)
        if mode == MPSSE_MODE:
            engine = MPSSE(self._low, self._high, self, self._sequencer.go_on)
            self._sequencer.start(engine.program())
        elif mode in (BITBANG, SYNC_BITBANG):
            self._low.set(0, direction)
            self._sequencer.start(self._bitbang())

    # ---- bit bang

    def _bitbang(self) -> Program:
        """Each byte is a state of the pins; in synchronous mode what they were before it goes back."""
        while True:
            while not self.inbox:
                yield None
            state = self.inbox.pop(0)
            self.consumed()
            if self.mode == SYNC_BITBANG:
                while not self.put(self._low.read()):
                    yield None
            self._low.set(state, self._low.direction)
            yield max(1, 1_000_000_000 // (self._baudrate() * BITBANG_RATIO))

    # ---- UART

    def _set_baud(self, value: int, high: int) -> None:
        code = value >> 14 | (high & 1) << 2
        whole = value & 0x3FFF
        self._divisor_eighths = 8 * whole + EIGHTHS[code]
        if whole in (0, 1):
            self._divisor_eighths = (8, 12)[whole]
        if not high & 2:
            self._divisor_eighths *= 4
        if self.mode == UART:
            self._uart().configure(self._uart_config())

    def _baudrate(self) -> int:
        return 12_000_000 * 8 // self._divisor_eighths

    def _uart_config(self) -> UARTConfig:
        parity = {1: 1, 2: 0}.get(self._data >> 8 & 7)
        stop = 2 if self._data >> 11 & 3 else 1
        return UARTConfig(self._baudrate(), self._data & 0xFF or 8, parity, stop)

    def _uart(self) -> "Serial":
        if self._serial is None:
            self._serial = Serial(self, self._low)
            self._serial.configure(self._uart_config())
        return self._serial


class Serial:
    """The UART of a channel, from when it is first used: TXD on the lowest pin, RXD on the next."""

    def __init__(self, channel: Channel, pins: Bank) -> None:
        self._channel = channel
        self._transmitter = Transmitter(pins[0])
        self._transmitter.on_idle = self.send
        self._receiver = Receiver(pins[1], self._take)

    def configure(self, config: UARTConfig) -> None:
        self._transmitter.configure(config)
        self._receiver.listen(config)

    def send(self) -> None:
        """Transmit what the host has sent, a FIFO at a time."""
        if not self._transmitter.pending() and self._channel.inbox:
            data = bytes(self._channel.inbox)
            self._channel.inbox.clear()
            self._transmitter.send(data)
            self._channel.consumed()

    def _take(self, byte: int | None, config: UARTConfig) -> None:
        if byte is not None:
            self._channel.put(byte)

    def stop(self) -> None:
        self._transmitter.on_idle = None
        self._transmitter.stop()
        self._receiver.listen(None)
