"""A serial port through pyserial, which knows termios; bytes themselves go straight through its file.

# Ref: Linux Documentation/driver-api/serial/driver.rst, termios(3)
"""

import errno
import os
import termios
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from machine_compat.backends.linux.breaks import PIECE, BreakReader, mark_breaks
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

    node: /dev/serial0. wired: the refs of its own pins by signal, as far as they are known. RTS and CTS come together.
    Opened for itself alone. The kernel buffers 4096 bytes each way, whatever txbuf and rxbuf say. No driver of
    Linux inverts signals. A BREAK that arrives is a zero byte, or where breaks are watched an event and no byte. What
    was written counts as sent when the kernel has handed it to the port and the time it takes on the wire is over.
    """

    __slots__ = (
        "_arrivals", "_breaks", "_clock", "_events", "_frame_ns", "_handler", "_node", "_port", "_sent_ns", "_watcher",
        "_wired",
    )  # fmt: skip

    def __init__(
        self, node: str, clock: LinuxClock, watcher: Watcher, wired: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self._node = node
        self._wired = wired
        self._clock = clock
        self._watcher = watcher
        self._port: serial.Serial | None = None
        self._breaks: BreakReader | None = None
        self._frame_ns = 0
        self._sent_ns = 0
        self._arrivals = 0
        self._events = UARTEvent(0)
        self._handler: UARTHandler | None = None

    def configure(self, config: UARTConfig, /) -> None:
        with needing("pyserial", "UART"):
            import serial
        for signal in ("tx", "rx", "rts", "cts"):
            ref, own = getattr(config, signal), self._wired.get(signal)
            if ref is not None and own is not None and ref != own:
                raise ConfigError(
                    f"{self._node} has {signal.upper()} on {own}, and the kernel cannot move it to {ref}: another "
                    "port has other pins (on a Raspberry Pi: dtoverlay=uart2 and so on in config.txt)"
                )
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
                mark_breaks(self._port.fileno(), self._breaks is not None)
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
        if self._breaks is not None:
            return self._read_marked(self._breaks, limit, timeout_ns)
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

    def _read_marked(self, breaks: BreakReader, limit: int, timeout_ns: int) -> bytes:
        """As `read`; the watcher may take bytes from the kernel meanwhile, and then ends the wait."""
        if not self.waiting() and timeout_ns:
            self._clock.wait_for(self._open.fileno(), self._clock.now_ns() + timeout_ns)
            self.waiting()
        return breaks.take(limit)

    def waiting(self) -> int:
        port, breaks = self._open, self._breaks
        try:
            if breaks is None:
                return port.in_waiting
            breaks.pull()
            # A port that hung up reads as empty, and says so only when it is asked how much there is.
            return len(breaks) or port.in_waiting
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
        self._events = events
        self._handler = handler
        if self._port is not None:
            self._listen()

    def _listen(self) -> None:
        fd = self._open.fileno()
        if self._handler is not None and self._events & ~UARTEvent.TX_IDLE:
            if self._events & UARTEvent.BREAK and self._breaks is None:
                self._mark_breaks(fd)
            self._watcher.add(fd, self._arrived, news_only=True)
        else:
            self._watcher.remove(fd)

    def _mark_breaks(self, fd: int) -> None:
        """From now on, until it is closed: what has come unmarked is fetched before."""
        arrived = self._take(fd, PIECE)
        try:
            mark_breaks(fd)
        except termios.error as error:
            raise Unsupported(f"{self._node}: its driver tells of no BREAK ({error.args[-1]})") from error
        self._breaks = BreakReader(fd, arrived)

    def _arrived(self) -> None:
        """Something came, or the port hung up; on the watcher's thread."""
        handler, clock = self._handler, self._clock
        if handler is None:
            return
        if self._breaks is not None and not self._sorted(self._breaks, handler):
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

    def _sorted(self, breaks: BreakReader, handler: UARTHandler) -> bool:
        """Part breaks from bytes, and tell of those; whether bytes came, too."""
        breaks.pull()
        count, broken = breaks.news()
        if broken and self._events & UARTEvent.BREAK:
            handler(UARTEvent.BREAK)
        self._clock.wake()
        return count > 0

    def close(self) -> None:
        port, self._port = self._port, None
        marked, self._breaks = self._breaks is not None, None
        if port is not None:
            self._watcher.remove(port.fileno())
            if marked:
                # A port keeps its settings for whoever opens it next; one that hung up keeps none.
                with suppress(termios.error):
                    mark_breaks(port.fileno(), False)
            port.close()
