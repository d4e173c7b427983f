"""The serial port of a USB adapter, as the system's own driver gives it: found by where the adapter is plugged in.

# Ref: Linux Documentation/ABI/stable/sysfs-bus-usb; pyserial 3.5, serial.tools.list_ports
"""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from machine_compat.bridge.find import INSTALL, port_of
from machine_compat.clock import Clock
from machine_compat.contract import UARTChannel, UARTConfig, UARTEvent
from machine_compat.errors import BusError, ConfigError, Fault, Unsupported

REFUSALS: tuple[type[Exception], ...] = (ValueError, OSError)
"""What settings fail with that a port does not have; pyserial lets those of termios through."""
with suppress(ImportError):  # not a POSIX system
    from termios import error as termios_error

    REFUSALS += (termios_error,)

if TYPE_CHECKING:
    import serial
    from usb.core import Device

PARITY = {None: "N", 0: "E", 1: "O"}
STEP_NS = 1_000_000
"""How often a wait looks whether something has come."""
IDLE_FRAMES = 3
BREAK_FRAMES = 2

UARTHandler = Callable[[UARTEvent], None]


def node_of(device: "Device", name: str, sysfs: Path = Path("/sys"), dev: Path = Path("/dev")) -> str:
    """What a program opens to use an adapter's serial port: "/dev/ttyACM0", "COM3". Raises ConfigError for none."""
    place = port_of(device)
    if (sysfs / "bus/usb").is_dir():
        found = [str(dev / tty.name) for tty in sorted(sysfs.glob(f"bus/usb/devices/{place}:*/tty/*"))]
    else:
        found = listed(device, place)
    if not found:
        raise ConfigError(
            f"{name} on USB port {place}: the system has no serial port for it; its driver makes one (Linux: sudo "
            "modprobe cdc_acm), unless another program has the interface"
        )
    return found[0]


def listed(device: "Device", place: str) -> list[str]:
    """The same where there is no sysfs: ports that the system says are at that place, or have the serial number."""
    try:
        from serial.tools import list_ports
    except ImportError as error:
        raise ConfigError(f"UART needs the Python package pyserial: {INSTALL}") from error
    ports = [one for one in list_ports.comports() if (one.vid, one.pid) == (device.idVendor, device.idProduct)]
    here = [one.device for one in ports if (one.location or "").partition(":")[0] == place]
    return here or ([ports[0].device] if len(ports) == 1 else [])


class SerialUART(UARTChannel):
    """A serial port of the system's, through pyserial, on any Clock.

    find: gives the name of the port when it is opened. name: of the adapter, for messages. period_ns: how often it is
    looked at for events. BREAK is not told of, and the kernel's buffers are what they are.
    """

    __slots__ = (
        "_arrived", "_cancel", "_clock", "_events", "_find", "_frame_ns", "_handler", "_idle_ns", "_name",
        "_period_ns", "_port", "_sent_ns", "_taken", "_told",
    )  # fmt: skip

    def __init__(self, find: Callable[[], str], name: str, clock: Clock, period_ns: int) -> None:
        self._find = find
        self._name = name
        self._clock = clock
        self._period_ns = period_ns
        self._port: serial.Serial | None = None
        self._frame_ns = 0
        self._sent_ns = 0
        self._events = UARTEvent(0)
        self._handler: UARTHandler | None = None
        self._cancel: Callable[[], None] | None = None
        self._taken = self._arrived = 0
        self._idle_ns: int | None = None
        self._told = True

    def configure(self, config: UARTConfig, /) -> None:
        try:
            import serial
        except ImportError as error:
            raise ConfigError(f"UART needs the Python package pyserial: {INSTALL}") from error
        if config.invert_tx or config.invert_rx:
            raise ConfigError(f"{self._name}: its serial port inverts no signals; put an inverter into the wire")
        if config.flow_rts or config.flow_cts:
            raise ConfigError(f"{self._name}: its serial port has no flow control")
        self._frame_ns = config.frame_ns()
        port = self._port or serial.Serial(timeout=0)
        node = port.port or self._find()
        try:
            port.baudrate = config.baudrate
            port.bytesize = config.bits
            port.parity = PARITY[config.parity]
            port.stopbits = config.stop
            if self._port is None:
                port.port = node
                port.exclusive = True
                port.open()
        except REFUSALS as error:
            raise ConfigError(f"{node}, the serial port of {self._name}: {error.args[-1]}") from error
        self._port = port
        self._listen()

    @property
    def _open(self) -> "serial.Serial":
        if self._port is None:
            raise BusError(Fault.IO, message=f"the serial port of {self._name} is not open")
        return self._port

    def _gone(self, error: OSError) -> BusError:
        return BusError(Fault.IO, message=f"{self._name} was unplugged, or its serial port failed: {error}")

    # ---- bytes

    def write(self, data: bytes, /) -> int:
        port = self._open
        try:
            sent = os.write(port.fileno(), data) if os.name == "posix" else port.write(data) or 0
        except BlockingIOError:
            return 0
        except OSError as error:
            raise self._gone(error) from error
        self._sent_ns = max(self._sent_ns, self._clock.now_ns()) + sent * self._frame_ns
        self._told = False
        return sent

    def read(self, limit: int, timeout_ns: int = 0, /) -> bytes:
        deadline = self._clock.now_ns() + timeout_ns
        while True:
            data = self._take(limit)
            if data or not self._step(deadline):
                return data or self._take(limit)

    def _take(self, limit: int) -> bytes:
        try:
            data: bytes = self._open.read(limit)
        except OSError as error:
            raise self._gone(error) from error
        self._taken += len(data)
        return data

    def _step(self, deadline: int) -> bool:
        """Wait a little; False at the deadline, or when the clock was woken."""
        step = min(deadline, self._clock.now_ns() + STEP_NS)
        self._clock.wait_until(step)
        return step <= self._clock.now_ns() < deadline

    def waiting(self) -> int:
        try:
            count: int = self._open.in_waiting
        except OSError as error:
            raise self._gone(error) from error
        return count

    def drain(self, timeout_ns: int = 0, /) -> bool:
        deadline = self._clock.now_ns() + timeout_ns
        while not self._is_sent():
            if not self._step(deadline):
                return self._is_sent()
        return True

    def _is_sent(self) -> bool:
        try:
            return self._clock.now_ns() >= self._sent_ns and not self._open.out_waiting
        except OSError as error:
            raise self._gone(error) from error

    def send_break(self) -> None:
        """Two characters long, after what was written before."""
        port, clock = self._open, self._clock
        while not self.drain(STEP_NS):
            clock.wait_until(clock.now_ns() + STEP_NS)
        end = clock.now_ns() + BREAK_FRAMES * self._frame_ns
        try:
            port.break_condition = True
            while clock.now_ns() < end:
                clock.wait_until(end)
            port.break_condition = False
        except OSError as error:
            raise Unsupported(f"{self._name}: its driver sends no BREAK ({error.strerror or error})") from error

    # ---- events

    def watch(self, events: UARTEvent, handler: UARTHandler | None, /) -> None:
        if events & UARTEvent.BREAK:
            raise Unsupported(f"{self._name}: its driver tells of no BREAK apart from a zero byte")
        self._events = events
        self._handler = handler
        if self._port is not None:
            self._listen()

    def _listen(self) -> None:
        self._rest()
        if self._handler is not None and self._events:
            self._arrived = self._taken + self.waiting()
            self._cancel = self._clock.call_at(self._clock.now_ns() + self._period_ns, self._look)

    def _rest(self) -> None:
        if self._cancel is not None:
            self._cancel()
            self._cancel = None

    def _look(self) -> None:
        """Tell of what is new since the last look; a port that failed is told of by the script's next call."""
        handler, now = self._handler, self._clock.now_ns()
        if handler is None or self._port is None:
            return
        self._cancel = self._clock.call_at(now + self._period_ns, self._look)
        try:
            arrived, sent = self._taken + self.waiting(), self._is_sent()
        except BusError:
            self._rest()
            return
        if arrived > self._arrived:
            self._idle_ns = now + IDLE_FRAMES * self._frame_ns
            self._tell(UARTEvent.RX)
        elif self._idle_ns is not None and now >= self._idle_ns:
            self._idle_ns = None
            self._tell(UARTEvent.RX_IDLE)
        self._arrived = arrived
        if sent and not self._told:
            self._told = True
            self._tell(UARTEvent.TX_IDLE)

    def _tell(self, event: UARTEvent) -> None:
        if self._handler is not None and event & self._events:
            self._handler(event)

    def close(self) -> None:
        self._rest()
        port, self._port = self._port, None
        if port is not None:
            port.close()
