"""The serial port in a composite USB chip (CDC ACM): its data pipes and line settings, on two wires.

# Ref: USB Class Definitions for Communications Devices 1.2, 5.2.3; Subclass Specification for PSTN Devices 1.2, 6.3.
"""

import struct

from machine_compat.contract import UARTConfig
from machine_compat.mock.nets import Terminal
from machine_compat.mock.uart import Receiver, Transmitter
from machine_compat.mock.usb.descriptors import BULK, INTERRUPT, endpoint, interface
from machine_compat.mock.usb.device import Handshake, Setup, SimulatedDevice

SET_LINE_CODING, GET_LINE_CODING, SET_CONTROL_LINE_STATE, SEND_BREAK = 0x20, 0x21, 0x22, 0x23
PARITY = {1: 1, 2: 0}
"""The contract's parity (1: odd) by the class's (1: odd, 2: even)."""
FIFO = 384


def cdc_interfaces(first: int, notify: int, data: int, size: int) -> bytes:
    """An association of a control and a data interface; `notify` and `data` are endpoint numbers."""
    association = bytes((8, 11, first, 2, 2, 2, 1, 0))
    functional = bytes((5, 0x24, 0, 0x10, 1, 4, 0x24, 2, 2, 5, 0x24, 6, first, first + 1, 5, 0x24, 1, 0, first + 1))
    control = interface(first, (2, 2, 1), functional, endpoint(0x80 | notify, INTERRUPT, 8, 2))
    pipes = endpoint(data, BULK, size), endpoint(0x80 | data, BULK, size)
    return association + control + interface(first + 1, (10, 0, 0), *pipes)


class CDCSerial:
    """A UART behind a pair of bulk endpoints of a packet size."""

    def __init__(self, device: SimulatedDevice, tx: Terminal, rx: Terminal, size: int) -> None:
        self._device = device
        self._size = size
        self._coding = struct.pack("<IBBB", 9600, 0, 0, 8)
        self._received = bytearray()
        self._refused = False
        self._short = False
        self._transmitter = Transmitter(tx)
        self._transmitter.on_idle = self._sent
        self._receiver = Receiver(rx, self._take)
        rx.pull(1)
        self._configure()

    def _configure(self) -> None:
        baudrate, stop, parity, bits = struct.unpack("<IBBB", self._coding)
        config = UARTConfig(baudrate or 9600, bits or 8, PARITY.get(parity), 2 if stop else 1)
        self._transmitter.configure(config)
        self._receiver.listen(config)

    def request(self, setup: Setup, data: bytes) -> bytes | None:
        if setup.bRequest == GET_LINE_CODING:
            return self._coding
        if setup.bRequest == SET_LINE_CODING and len(data) == 7:
            self._coding = data
            self._configure()
            return b""
        if setup.bRequest == SEND_BREAK:
            self._transmitter.send_break()
            return b""
        return b"" if setup.bRequest == SET_CONTROL_LINE_STATE else None

    def accept(self, data: bytes) -> Handshake:
        if self._transmitter.pending() + len(data) > FIFO:
            self._refused = True
            return Handshake.NAK
        self._transmitter.send(data)
        return Handshake.ACK

    def give(self) -> bytes | Handshake:
        if not self._received and not self._short:
            return Handshake.NAK
        packet = bytes(self._received[: self._size])
        del self._received[: self._size]
        # A transfer of full packets is ended by an empty one, or the host would wait for more.
        self._short = len(packet) == self._size and not self._received
        return packet

    def _take(self, byte: int | None, config: UARTConfig) -> None:
        if byte is not None and len(self._received) < FIFO:
            self._received.append(byte)
            self._device.ready()

    def _sent(self) -> None:
        if self._refused:
            self._refused = False
            self._device.ready()
