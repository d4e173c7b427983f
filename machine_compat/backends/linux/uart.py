"""A serial port through pyserial, which knows termios; bytes themselves go straight through its file.

# Ref: Linux Documentation/driver-api/serial/driver.rst, termios(3)
"""

import errno
import os
import termios
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from machine_compat.backends.linux.clock import LinuxClock
from machine_compat.backends.linux.errors import bus_error, needing, node_error
from machine_compat.backends.linux.watcher import Watcher
from machine_compat.contract import UARTChannel, UARTConfig, UARTEvent
from machine_compat.errors import BusError, ConfigError, Fault, Unsupported

if TYPE_CHECKING:
    import serial

PARITY = {None: "N", 0: "E", 1: "O"}
BREAK_FRAMES = 2
IDLE_FRAMES = 3
"""How long nothing must come until the line counts as idle, in characters (as rp2: 32 bits)."""
STEP_NS = 1_000_000

UARTHandler = Callable[[UARTEvent], None]


class LinuxUART(UARTChannel):
    """A serial port of the kernel's, /dev/ttyS0 or /dev/ttyUSB0.

    Opened for itself alone. The kernel buffers 4096 bytes each way, whatever txbuf and rxbuf say. No driver of
    Linux inverts signals, and a BREAK that arrives is a zero byte. What was written counts as sent when the kernel has
    handed it to the port and the time it takes on the wire is over.
    """

    __slots__ = ("_arrivals", "_clock", "_events", "_frame_ns", "_handler", "_node", "_port", "_sent_ns", "_watcher")

    def __init__(self, node: str, clock: LinuxClock, watcher: Watcher) -> None:
        self._node = node
        self._clock = clock
        self._watcher = watcher
        self._port: serial.Serial | None = None
        self._frame_ns = 0
        self._sent_ns = 0
        self._arrivals = 0
        self._events = UARTEvent(0)
        self._handler: UARTHandler | None = None

    def configure(self, config: UARTConfig, /) -> None:
        with needing("pyserial", "UART"):
            import serial
        if config.invert_tx or config.invert_rx:
            raise ConfigError(f"{self._node}: no serial driver of Linux inverts signals; put an inverter into the wire")
        self._frame_ns = config.frame_ns()
        settings: dict[str, Any] = {
            "baudrate": config.baudrate,
            "bytesize": config.bits,
            "parity": PARITY[config.parity],
            "stopbits": config.stop,
            "rtscts": config.flow_rts or config.flow_cts,
        }
        try:
            if self._port is None:
                self._port = serial.Serial(self._node, timeout=0, exclusive=True, **settings)
                self._listen()
            else:
                self._port.apply_settings(settings)
        except (serial.SerialException, OSError, ValueError, termios.error) as error:
            raise self._refused(error) from error

    def _refused(self, error: Exception) -> ConfigError:
        if isinstance(error, termios.error):
            return ConfigError(
                f"{self._node}: its driver does not take these bits, parity or baudrate ({error.args[-1]})"
            )
        number = getattr(error, "errno", None)
        if number is None or number == errno.EINVAL:
            return ConfigError(f"{self._node}: {error}")
        return node_error(OSError(number, os.strerror(number)), self._node)

    @property
    def _open(self) -> "serial.Serial":
        if self._port is None:
            raise BusError(Fault.IO, message=f"{self._node} is not open")
        return self._port

    def _failed(self, error: OSError) -> BusError:
        if error.errno in (errno.EIO, errno.ENXIO, errno.ENODEV):
            return BusError(
                Fault.IO, message=f"{self._node} hung up: {error.strerror}; it was unplugged, or its other end closed"
            )
        return bus_error(error, self._node, self._node)

    # ---- bytes

    def write(self, data: bytes, /) -> int:
        port = self._open
        try:
            sent = os.write(port.fileno(), data)
        except BlockingIOError:
            return 0
        except OSError as error:
            raise self._failed(error) from error
        self._sent_ns = max(self._sent_ns, self._clock.now_ns()) + sent * self._frame_ns
        handler = self._handler
        if handler is not None and self._events & UARTEvent.TX_IDLE:
            self._clock.call_at(self._sent_ns, lambda: handler(UARTEvent.TX_IDLE))
        return sent

    def read(self, limit: int, timeout_ns: int = 0, /) -> bytes:
        fd = self._open.fileno()
        data = self._take(fd, limit)
        if data or not timeout_ns or not self._clock.wait_for(fd, self._clock.now_ns() + timeout_ns):
            return data
        data = self._take(fd, limit)
        if not data:
            raise self._failed(OSError(errno.EIO, os.strerror(errno.EIO)))
        return data

    def _take(self, fd: int, limit: int) -> bytes:
        """What has arrived. A port that hung up reads as empty, and says so only when it is asked how much there is."""
        try:
            data = os.read(fd, limit)
        except BlockingIOError:
            return b""
        except OSError as error:
            raise self._failed(error) from error
        if not data:
            self.waiting()
        return data

    def waiting(self) -> int:
        try:
            return self._open.in_waiting
        except OSError as error:
            raise self._failed(error) from error

    def drain(self, timeout_ns: int = 0, /) -> bool:
        """Looks every ms: the kernel tells nobody when the last byte has left."""
        deadline = self._clock.now_ns() + timeout_ns
        while True:
            now = self._clock.now_ns()
            if now >= self._sent_ns and not self._queued():
                return True
            if now >= deadline:
                return False
            self._clock.wait_until(min(deadline, max(self._sent_ns, now + STEP_NS)))
            if self._clock.now_ns() < min(deadline, self._sent_ns):
                return False

    def _queued(self) -> int:
        """How many bytes the kernel has not handed to the port."""
        try:
            return self._open.out_waiting
        except OSError as error:
            raise self._failed(error) from error

    def send_break(self) -> None:
        """Two characters long, after what was written before."""
        port = self._open
        clock = self._clock
        while not self.drain(STEP_NS):
            clock.wait_until(clock.now_ns() + STEP_NS)
        try:
            port.break_condition = True
            end = clock.now_ns() + BREAK_FRAMES * self._frame_ns
            while clock.now_ns() < end:
                clock.wait_until(end)
            port.break_condition = False
        except OSError as error:
            raise Unsupported(f"{self._node}: its driver sends no BREAK ({error.strerror})") from error

    # ---- events

    def watch(self, events: UARTEvent, handler: UARTHandler | None, /) -> None:
        if events & UARTEvent.BREAK:
            raise Unsupported(f"{self._node}: Linux tells of no BREAK apart from a zero byte")
        self._events = events
        self._handler = handler
        if self._port is not None:
            self._listen()

    def _listen(self) -> None:
        fd = self._open.fileno()
        if self._handler is not None and self._events & (UARTEvent.RX | UARTEvent.RX_IDLE):
            self._watcher.add(fd, self._arrived, news_only=True)
        else:
            self._watcher.remove(fd)

    def _arrived(self) -> None:
        """Something came, or the port hung up; on the watcher's thread."""
        handler, clock = self._handler, self._clock
        if handler is None:
            return
        self._arrivals += 1
        if self._events & UARTEvent.RX:
            handler(UARTEvent.RX)
        if self._events & UARTEvent.RX_IDLE:
            count = self._arrivals

            def silent() -> None:
                if count == self._arrivals:
                    handler(UARTEvent.RX_IDLE)

            clock.call_at(clock.now_ns() + IDLE_FRAMES * self._frame_ns, silent)

    def close(self) -> None:
        port, self._port = self._port, None
        if port is not None:
            self._watcher.remove(port.fileno())
            port.close()
