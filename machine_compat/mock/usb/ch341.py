"""A simulated CH341A in its I2C, SPI and parallel mode: streams of small commands in 32-byte packets.

# Ref: the protocol as read by Linux drivers (gschorcht i2c-ch341-usb and spi-ch341-usb) and flashrom's ch341a_spi.c;
# the manufacturer documents a library, not the packets. Each packet begins with the name of its stream.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import ClassVar

from machine_compat.mock.usb.bridge import Bridge
from machine_compat.mock.usb.device import Handshake
from machine_compat.mock.usb.i2c_master import I2CMaster
from machine_compat.mock.usb.pins import Bank
from machine_compat.mock.usb.sequencer import Program, Sequencer
from machine_compat.usbspec.descriptors import BULK, INTERRUPT, configuration, device_descriptor, endpoint, interface
from machine_compat.usbspec.requests import Setup

PACKET = 32
DATA_ENDPOINT = 2
I2C_STREAM, SPI_STREAM, UIO_STREAM = 0xAA, 0xA8, 0xAB
I2C_START, I2C_STOP, I2C_END, UIO_END = 0x74, 0x75, 0x00, 0x20
OUT, IN, SPEED, MILLISECONDS, MICROSECONDS = 0x80, 0xC0, 0x60, 0x50, 0x40
UIO_IN, UIO_DIRECTION, UIO_OUT, UIO_MICROSECONDS = 0x00, 0x40, 0x80, 0xC0
I2C_HZ = (20_000, 100_000, 400_000, 750_000)
SPI_HALF_NS = 300
"""Half a period of its SPI clock, of about 1.7 MHz."""
NO_ACK = 0x80
SCK, MOSI, MISO = 3, 5, 7
OUTPUTS = 0x3F
"""D0 to D5 can drive; D6 and D7 are inputs."""
QUEUE = 2
GET_VERSION, SERIAL_INIT = 0x5F, 0xA1


class CH341A(Bridge):
    """Chips hang on "i2c0" (pins SCL, SDA), "spi0:D0" (SCK D3, MOSI D5, MISO D7) or pins D0..D7. No serial number.

    What an I2C stream writes is not checked for acknowledges, except by an OUT of count 0, which sends one byte and
    returns a status. Clock stretching is not looked for. Each packet that reads returns one packet.
    """

    label: ClassVar[str] = "ch341"
    pins: ClassVar[tuple[str, ...]] = ("SCL", "SDA", *(f"D{bit}" for bit in range(8)))
    buses: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "i2c0": {"scl": "SCL", "sda": "SDA"},
        "spi0": {"sck": f"D{SCK}", "mosi": f"D{MOSI}", "miso": f"D{MISO}"},
    }

    def __init__(self) -> None:
        super().__init__("", "USB UART-LPT")
        self.device_bytes = device_descriptor(0x1A86, 0x5512, 0x0304, kind=(0xFF, 0, 2), ep0_size=8, strings=(0, 2, 0))
        pipes = (
            endpoint(0x80 | DATA_ENDPOINT, BULK, PACKET),
            endpoint(DATA_ENDPOINT, BULK, PACKET),
            endpoint(0x81, INTERRUPT, 8, 1),
        )
        self.configuration_bytes = configuration(interface(0, (0xFF, 1, 2), *pipes))
        self._queue: deque[bytes] = deque()
        self._answers: deque[bytes] = deque()
        self._refused = False
        self._streams: dict[int, Callable[[bytes, bytearray], Program]] = {
            I2C_STREAM: self._i2c_stream,
            SPI_STREAM: self._spi_stream,
            UIO_STREAM: self._uio_stream,
        }

    def powered(self) -> None:
        super().powered()
        self._data = Bank([self.terminal(f"D{bit}") for bit in range(8)])
        scl, sda = self.terminal("SCL"), self.terminal("SDA")
        scl.pull(1)
        sda.pull(1)
        self._master = I2CMaster(scl, sda, 0)
        self._sequencer = Sequencer(self.world)

    # ---- USB

    def settled(self) -> None:
        self._queue.clear()
        self._answers.clear()
        self._data.set(0, 0)
        self._master.let_go()
        self._master.bit_ns = 1_000_000_000 // I2C_HZ[1]
        self._sequencer.start(self._program())

    def request(self, setup: Setup, data: bytes) -> bytes | None:
        if setup.bRequest == GET_VERSION and setup.device_to_host:
            return b"\x31\x00"
        return b"" if setup.bRequest == SERIAL_INIT else None

    def accept(self, endpoint: int, data: bytes) -> Handshake:
        if len(self._queue) >= QUEUE:
            self._refused = True
            return Handshake.NAK
        self._queue.append(data)
        self._sequencer.go_on()
        return Handshake.ACK

    def next_packet(self, endpoint: int) -> bytes | Handshake:
        if endpoint != DATA_ENDPOINT or not self._answers:
            return Handshake.NAK
        return self._answers.popleft()

    # ---- streams

    def _program(self) -> Program:
        """Execute packet after packet, for ever."""
        while True:
            while not self._queue:
                yield None
            packet = self._queue.popleft()
            if self._refused:
                self._refused = False
                self.ready()
            answer = bytearray()
            stream = self._streams.get(packet[0]) if packet else None
            if stream is not None:
                yield from stream(packet[1:], answer)
            if answer:
                self._answers.append(bytes(answer))
                self.ready()

    def _i2c_stream(self, commands: bytes, answer: bytearray) -> Program:
        rest = iter(commands)
        for command in rest:
            if command == I2C_END:
                return
            if command == I2C_START:
                yield from self._master.start()
            elif command == I2C_STOP:
                yield from self._master.stop()
            elif command & 0xC0 == OUT:
                yield from self._i2c_out(command & 0x3F, rest, answer)
            elif command & 0xC0 == IN:
                yield from self._i2c_in(command & 0x3F, answer)
            elif command & 0xF0 == SPEED:
                self._master.bit_ns = 1_000_000_000 // I2C_HZ[command & 3]
            elif command & 0xF0 == MILLISECONDS:
                yield 1_000_000 * (command & 0x0F)
            elif command & 0xF0 == MICROSECONDS:
                yield 1_000 * (command & 0x0F)

    def _i2c_out(self, count: int, rest: Iterator[int], answer: bytearray) -> Program:
        """`count` bytes unseen, or with a count of 0 one byte and its acknowledge."""
        if count == 0:
            acked = yield from self._master.write(next(rest, 0xFF))
            answer.append(0 if acked else NO_ACK)
        for _ in range(count):
            yield from self._master.write(next(rest, 0xFF))

    def _i2c_in(self, count: int, answer: bytearray) -> Program:
        """`count` bytes with an acknowledge each, or with a count of 0 one byte and none."""
        for _ in range(count or 1):
            answer.append((yield from self._master.read(count > 0)))

    def _spi_stream(self, out: bytes, answer: bytearray) -> Program:
        """Mode 0, each byte from its lowest bit on."""
        data = self._data
        for byte in out:
            received = 0
            for bit in range(8):
                data.put(MOSI, byte >> bit & 1)
                yield SPI_HALF_NS
                received |= data[MISO].level << bit
                data.put(SCK, 1)
                yield SPI_HALF_NS
                data.put(SCK, 0)
            answer.append(received)

    def _uio_stream(self, commands: bytes, answer: bytearray) -> Program:
        for command in commands:
            if command == UIO_END:
                return
            kind, value = command & 0xC0, command & 0x3F
            if kind == UIO_DIRECTION:
                self._data.set(self._data.value, value & OUTPUTS)
            elif kind == UIO_OUT:
                self._data.set(value & OUTPUTS, self._data.direction)
            elif kind == UIO_MICROSECONDS:
                yield 1_000 * value
            elif command == UIO_IN:
                answer.append(self._data.read())
