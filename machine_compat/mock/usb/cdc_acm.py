"""The kernel's driver of USB serial ports on the virtual host: bytes and line settings of one port, in world time.

A port that is open listens all the time and keeps what comes, up to a terminal's buffer; beyond that the device waits.

# Ref: USB Subclass Specification for PSTN Devices 1.2, 6.3; Communications Devices 1.2, 5.2.3.2 union descriptor; Linux
# drivers/usb/class/cdc-acm.c.
"""

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from machine_compat.errors import ConfigError
from machine_compat.mock.usb.descriptors import EndpointDescriptor, InterfaceDescriptor
from machine_compat.mock.usb.port import Port, Steps
from machine_compat.mock.usb.sequencer import Sequencer
from machine_compat.mock.usb.transfers import TransferError, USBFault
from machine_compat.usbspec import cdc
from machine_compat.usbspec.descriptors import BULK, TO_HOST, TRANSFER_TYPE, pieces
from machine_compat.usbspec.requests import CLASS, CLEAR_FEATURE, ENDPOINT_HALT, TO_ENDPOINT, TO_INTERFACE, Setup

if TYPE_CHECKING:
    from machine_compat.mock.usb.host import VirtualHost

DRIVER = "cdc_acm"
UNION = bytes((cdc.CS_INTERFACE, cdc.UNION))
STOP_BITS = {1: 0, 2: 2}
PARITY = {None: 0, 1: cdc.ODD, 0: cdc.EVEN}
"""The class's number of a parity, by the contract's."""
BUFFER = 4096
"""Bytes a terminal keeps that nobody has read (Linux N_TTY_BUF_SIZE)."""
PATIENCE_NS = 5_000_000_000


class SerialPort:
    """A serial port that a program has open. Nothing waits but `read` with a timeout and `flush`.

    Opening it sets 9600 baud, 8N1, and raises DTR and RTS, as Linux does; `close` lowers them. open: whether it is; a
    device that is pulled out, or whose driver is detached, closes it, and what had arrived can still be read.
    unused: it begins as after `rest`.
    """

    def __init__(
        self, host: "VirtualHost", port: Port, control: int, data: InterfaceDescriptor, unused: bool = False
    ) -> None:
        pipes = bulk_pipes(data)
        self.host = host
        self.open = True
        self.arrived: Callable[[], object] | None = None
        """Called when bytes have come that nobody has read."""
        self.hung_up: Callable[[], object] | None = None
        """Called when the port closes."""
        self._port = port
        self._control = control
        self._in, self._out = pipes[TO_HOST], pipes[0]
        self._lines = 0
        self._received = bytearray()
        self._jobs: deque[tuple[Setup | None, bytes]] = deque()
        self._listener: Sequencer | None = None
        self._talker = host.start(port, self._talk())
        self.configure()
        if not unused:
            self.go_on()

    # ---- settings

    def configure(self, baudrate: int = 9600, bits: int = 8, parity: int | None = None, stop: int = 1) -> None:
        """Line settings, from the next byte written on. parity: None, 0 (even) or 1 (odd)."""
        coding = cdc.LineCoding(baudrate, STOP_BITS[stop], PARITY[parity], bits)
        self._ask(cdc.SET_LINE_CODING, 0, coding.encode())

    @property
    def dtr(self) -> bool:
        """Data terminal ready: for most devices, that somebody is there."""
        return bool(self._lines & cdc.DTR)

    @dtr.setter
    def dtr(self, on: bool) -> None:
        self._set_lines(self._lines & cdc.RTS | (cdc.DTR if on else 0))

    @property
    def rts(self) -> bool:
        """Request to send."""
        return bool(self._lines & cdc.RTS)

    @rts.setter
    def rts(self, on: bool) -> None:
        self._set_lines(self._lines & cdc.DTR | (cdc.RTS if on else 0))

    def send_break(self, ms: int = 250) -> None:
        """Hold the line for a time that no character takes."""
        self._ask(cdc.SEND_BREAK, ms, b"")

    def _set_lines(self, lines: int) -> None:
        self._lines = lines
        self._ask(cdc.SET_CONTROL_LINE_STATE, lines, b"")

    def _ask(self, request: int, value: int, data: bytes) -> None:
        self._queue((Setup(CLASS | TO_INTERFACE, request, value, self._control, len(data)), data))

    # ---- bytes

    def write(self, data: bytes) -> int:
        """Queue bytes behind those written before; how many they are. ConfigError once the port is closed."""
        if data:
            self._queue((None, bytes(data)))
        return len(data)

    @property
    def out_waiting(self) -> int:
        """Bytes that the device has not taken yet."""
        return sum(len(data) for setup, data in self._jobs if setup is None)

    def flush(self, timeout_ms: float = 1_000) -> bool:
        """Wait until the device has taken all that was written; whether it has."""
        return self._wait(timeout_ms, lambda: not self._jobs)

    @property
    def in_waiting(self) -> int:
        """Bytes that have come and were not read yet."""
        return len(self._received)

    def read(self, limit: int | None = None, timeout_ms: float = 0) -> bytes:
        """What has come, up to `limit` bytes; waits up to a time of the world for that many (None: for the first)."""
        if timeout_ms:
            self._wait(timeout_ms, lambda: len(self._received) >= (1 if limit is None else limit))
        data = bytes(self._received[:limit])
        del self._received[: len(data)]
        if self._listener is not None:
            self._listener.go_on()
        return data

    def _wait(self, timeout_ms: float, done: Callable[[], bool]) -> bool:
        world = self.host.world
        deadline = world.now + round(timeout_ms * 1_000_000)
        while self.open and not done() and world.now < deadline:
            self.host.clock.wait_until(deadline)
        return done()

    # ---- the end

    def go_on(self) -> None:
        """Raise DTR and RTS, and listen: a program has it open."""
        self._set_lines(cdc.DTR | cdc.RTS)
        if self._listener is None:
            self._listener = self.host.start(self._port, self._listen())

    def rest(self) -> None:
        """Lower DTR and RTS and listen no longer, as a port that no program has open; what nobody has read is lost."""
        self._set_lines(0)
        self._stop_listening()
        self._received.clear()

    def _stop_listening(self) -> None:
        if self._listener is not None:
            self._listener.stop()
            self._port.sequencers.remove(self._listener)
            self._listener = None

    def close(self) -> None:
        """Lower DTR and RTS, once all is sent, and let go of the port."""
        if self.open:
            self._set_lines(0)
            self.flush()
            self._port.serials.pop(self._control, None)
            self.hang_up()

    def hang_up(self) -> None:
        """The device has gone, or its driver."""
        if self.open:
            self.open = False
            self._stop_listening()
            self._talker.stop()
            self._port.sequencers.remove(self._talker)
            self._port.release_control(self)
            self._jobs.clear()
            self.host.wake()
            if self.hung_up is not None:
                self.hung_up()

    def __enter__(self) -> "SerialPort":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ---- what the driver does by itself

    def _queue(self, job: tuple[Setup | None, bytes]) -> None:
        if not self.open:
            raise ConfigError("the serial port is closed: its device was pulled out, or lost its driver")
        self._jobs.append(job)
        self._talker.go_on()

    def _listen(self) -> Steps[None]:
        size = self._in.wMaxPacketSize
        while True:
            while len(self._received) > BUFFER - size:
                yield None
            packet = bytearray()
            try:
                yield from self._port.read(self._in.bEndpointAddress, size, packet, None)
            except TransferError as error:
                yield from self._failed(error, self._in.bEndpointAddress)
            if packet:
                self._received += packet
                self.host.wake()
                if self.arrived is not None:
                    self.arrived()

    def _talk(self) -> Steps[None]:
        while True:
            while not self._jobs:
                yield None
            setup, data = self._jobs[0]
            try:
                if setup is None:
                    yield from self._port.write(self._out.bEndpointAddress, data, None)
                else:
                    deadline = self.host.world.now + PATIENCE_NS
                    yield from self._port.control(setup, data, bytearray(), deadline, self)
            except TransferError as error:
                yield from self._failed(error, self._out.bEndpointAddress if setup is None else None)
            if self._jobs:
                # A device that goes away at this very byte has ended all.
                self._jobs.popleft()
            self.host.wake()

    def _failed(self, error: TransferError, endpoint: int | None) -> Steps[None]:
        """A device may refuse settings; a halted endpoint is cleared, and what was on its way is lost, as in Linux."""
        port = self._port
        if error.fault is USBFault.NO_DEVICE:
            while True:
                yield None
        what = "a request" if endpoint is None else f"endpoint {endpoint:#04x}"
        self.host.log.append(f"port {port.number}: cdc_acm: {what}: {error}")
        if endpoint is not None and error.fault is USBFault.PIPE:
            clear = Setup(TO_ENDPOINT, CLEAR_FEATURE, ENDPOINT_HALT, endpoint, 0)
            yield from port.control(clear, b"", bytearray(), self.host.world.now + PATIENCE_NS, self)


def serial_of(host: "VirtualHost", port: Port, index: int, unused: bool = False) -> SerialPort:
    """The serial port of a device, opened if it is not; unused: as one that no program has open yet."""
    controls = controls_of(port)
    name = type(port.device).__name__
    if not 0 <= index < len(controls):
        there = f"it has {len(controls)}" if controls else "the kernel's driver cdc_acm has none of its interfaces"
        raise ConfigError(f"{name} has no serial port {index} on this host: {there}")
    number = controls[index].bInterfaceNumber
    if number not in port.serials:
        port.serials[number] = SerialPort(host, port, number, data_of(port, controls[index], name), unused)
    return port.serials[number]


def controls_of(port: Port) -> list[InterfaceDescriptor]:
    """The interfaces that control the serial ports of a device, in order."""
    return [
        settings[0]
        for settings in (port.active.interfaces if port.active else ())
        if settings[0].bInterfaceClass == cdc.COMMUNICATION and port.drivers.get(settings[0].bInterfaceNumber) == DRIVER
    ]


def bulk_pipes(found: InterfaceDescriptor) -> dict[int, EndpointDescriptor]:
    """An interface's bulk endpoints, by direction."""
    bulk = (end for end in found.endpoints if end.bmAttributes & TRANSFER_TYPE == BULK)
    return {end.bEndpointAddress & TO_HOST: end for end in bulk}


def data_of(port: Port, control: InterfaceDescriptor, name: str) -> InterfaceDescriptor:
    """The interface that carries the bytes, as the union descriptor names it, else the next one."""
    functions = pieces(bytes(control.extra_descriptors))
    union = next((one for one in functions if one[1:3] == UNION and len(one) >= 5), None)
    number = union[4] if union is not None else control.bInterfaceNumber + 1
    interfaces = port.active.interfaces if port.active else []
    for found in next((settings for settings in interfaces if settings[0].bInterfaceNumber == number), []):
        if set(bulk_pipes(found)) == {0, TO_HOST}:
            return found
    raise ConfigError(f"{name}: its interface {number} has no pair of bulk endpoints for the bytes of a serial port")
