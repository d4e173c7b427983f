"""The serial port in a composite USB chip (CDC ACM): its data pipes and line settings, on two wires.

# Ref: USB Class Definitions for Communications Devices 1.2, 5.2.3; Subclass Specification for PSTN Devices 1.2, 6.3.
"""

from machine_compat.contract import UARTConfig
from machine_compat.mock.nets import Terminal
from machine_compat.mock.uart import Receiver, Transmitter
from machine_compat.mock.usb.device import Handshake, SimulatedDevice
from machine_compat.usbspec import cdc
from machine_compat.usbspec.descriptors import BULK, INTERRUPT, TO_HOST, association, endpoint, interface
from machine_compat.usbspec.requests import Setup

PARITY = {cdc.ODD: 1, cdc.EVEN: 0}
"""The contract's parity by the class's."""
FIFO = 384


def cdc_interfaces(first: int, notify: int, data: int, size: int) -> bytes:
    """An association of a control and a data interface; `notify` and `data` are endpoint numbers."""
    second = first + 1
    kind = (cdc.COMMUNICATION, cdc.ABSTRACT_CONTROL, 1)
    functions = cdc.header(0x0110), cdc.abstract_control(2), cdc.union(first, second), cdc.call_management(second)
    control = interface(first, kind, *functions, endpoint(TO_HOST | notify, INTERRUPT, 8, 2))
    pipes = endpoint(data, BULK, size), endpoint(TO_HOST | data, BULK, size)
    return association(first, 2, kind) + control + interface(second, (cdc.CDC_DATA, 0, 0), *pipes)


class CDCSerial:
    """A UART behind a pair of bulk endpoints of a packet size."""

    def __init__(self, device: SimulatedDevice, tx: Terminal, rx: Terminal, size: int) -> None:
        self._device = device
        self._size = size
        self._coding = cdc.LineCoding(9600)
        self._received = bytearray()
        self._refused = False
        self._short = False
        self._transmitter = Transmitter(tx)
        self._transmitter.on_idle = self._sent
        self._receiver = Receiver(rx, self._take)
        rx.pull(1)
        self._configure()

    def _configure(self) -> None:
        coding = self._coding
        parity = PARITY.get(coding.parity)
        config = UARTConfig(coding.baudrate or 9600, coding.bits or 8, parity, 2 if coding.stop else 1)
        self._transmitter.configure(config)
        self._receiver.listen(config)

    def request(self, setup: Setup, data: bytes) -> bytes | None:
        if setup.bRequest == cdc.GET_LINE_CODING:
            return self._coding.encode()
        if setup.bRequest == cdc.SET_LINE_CODING and len(data) == 7:
            self._coding = cdc.LineCoding.parse(data)
            self._configure()
            return b""
        if setup.bRequest == cdc.SEND_BREAK:
            self._transmitter.send_break()
            return b""
        return b"" if setup.bRequest == cdc.SET_CONTROL_LINE_STATE else None

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
