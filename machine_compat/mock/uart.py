"""Serial lines on simulated wires: transmitters and receivers of whole frames, which are waves to whoever watches."""

from collections import deque
from collections.abc import Callable

from machine_compat.contract import UARTChannel, UARTConfig, UARTEvent
from machine_compat.mock.chip import UARTPeer, naming
from machine_compat.mock.clock import WorldClock
from machine_compat.mock.nets import Terminal
from machine_compat.mock.sockets import Socket
from machine_compat.mock.world import Event, World

FIFO = 32
"""Bytes a transmitter takes beyond the buffer of its configuration."""
BREAK_BITS = 13
"""How many bit times a break holds the line: longer than any character (MicroPython ports/rp2/machine_uart.c)."""


class Frame:
    """One character on a wire, as a Wave: start bit, data, parity, stop. A byte of None is a break."""

    __slots__ = ("byte", "config", "end", "levels", "start")

    def __init__(self, byte: int | None, config: UARTConfig, start: int) -> None:
        self.byte = byte
        self.config = config
        self.start = start
        self.levels = levels_of(byte, config)
        self.end = start + len(self.levels) * 1_000_000_000 // config.baudrate

    def level(self, time: int) -> int:
        index = (time - self.start) * self.config.baudrate // 1_000_000_000
        idle = 0 if self.config.invert_tx else 1
        return self.levels[index] if 0 <= index < len(self.levels) else idle

    def next_change(self, time: int) -> int | None:
        here = self.level(time)
        for index in range(len(self.levels) + 1):
            edge = self.start + -(-index * 1_000_000_000 // self.config.baudrate)
            if edge > time and self.level(edge) != here:
                return edge
        return None


def levels_of(byte: int | None, config: UARTConfig) -> list[int]:
    """The level of each bit time of a frame."""
    if byte is None:
        low = [0] * BREAK_BITS + [1]
        return [1 - level for level in low] if config.invert_tx else low
    data = [byte >> bit & 1 for bit in range(config.bits)]
    parity = [] if config.parity is None else [(sum(data) + config.parity) & 1]
    levels = [0, *data, *parity, *[1] * config.stop]
    return [1 - level for level in levels] if config.invert_tx else levels


def heard(frame: Frame, config: UARTConfig) -> int | None:
    """The byte a receiver with its own configuration makes of a frame; None where it sees no valid character."""
    sent = frame.config
    same_line = (sent.baudrate, sent.bits, sent.parity, sent.invert_tx)
    if same_line == (config.baudrate, config.bits, config.parity, config.invert_rx) and frame.byte is not None:
        return frame.byte & (1 << config.bits) - 1
    bit_ns = 1_000_000_000 / config.baudrate
    samples = [
        frame.level(frame.start + round((index + 0.5) * bit_ns)) ^ config.invert_rx for index in range(2 + config.bits)
    ]
    if samples[0] or frame.byte is None:
        return None
    return sum(level << index for index, level in enumerate(samples[1 : 1 + config.bits]))


class Transmitter:
    """Sends bytes from a terminal, one frame after the other, to every receiver on its net."""

    __slots__ = ("_end", "_queue", "config", "follows", "frame", "on_idle", "terminal")

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self.config = UARTConfig()
        self.follows = False
        """Whether it speaks as whoever listens at the other end expects."""
        self.frame: Frame | None = None
        self.on_idle: Callable[[], None] | None = None
        self._queue: deque[int | None] = deque()
        self._end: Event | None = None

    def configure(self, config: UARTConfig) -> None:
        self.config = config
        if self.frame is None:
            self._rest()

    def _rest(self) -> None:
        """Drive the level of an idle line, from a frame in one step: the line is never let go in between."""
        terminal = self.terminal
        terminal.wave = terminal.source = terminal.strong = None
        terminal.drive(0 if self.config.invert_tx else 1)

    def pending(self) -> int:
        return len(self._queue) + (self.frame is not None)

    def send(self, data: bytes) -> None:
        self._queue.extend(data)
        if self.frame is None:
            self._next()

    def send_break(self) -> None:
        self._queue.append(None)
        if self.frame is None:
            self._next()

    def stop(self) -> None:
        """Let go of the line, whatever was on it."""
        self._queue.clear()
        if self._end:
            self._end.cancel()
        self.frame = None
        self.terminal.modulate(None)

    def _next(self) -> None:
        world = self.terminal.world
        if self.follows:
            self.config = expected(self.terminal) or self.config
        self.frame = Frame(self._queue.popleft(), self.config, world.now)
        self.terminal.modulate(self.frame)
        self._end = world.at(self.frame.end, self._sent)

    def _sent(self) -> None:
        frame = self.frame
        if self._queue:
            self._next()
        else:
            self.frame = None
            self._rest()
        for terminal in tuple(self.terminal.net.terminals):
            if terminal.receiver is not None and terminal is not self.terminal:
                terminal.receiver(frame)
        if self.frame is None and self.on_idle:
            self.on_idle()


class Receiver:
    """Hears frames on a terminal, and bits that somebody makes by hand; tells `take(byte or None for a break)`."""

    __slots__ = ("_busy", "_samples", "config", "take", "terminal")

    def __init__(self, terminal: Terminal, take: Callable[[int | None, UARTConfig], None]) -> None:
        self.terminal = terminal
        self.take = take
        self.config: UARTConfig | None = None
        self._busy = False
        self._samples: list[int] = []
        terminal.receiver = self
        terminal.passive = True

    def listen(self, config: UARTConfig | None) -> None:
        """Hear what fits a configuration; None: any whole frame, and no bits."""
        if (config is None) != (self.config is None):
            (self.terminal.watch if config else self.terminal.unwatch)(self._edge)
        self.config = config

    def __call__(self, frame: object) -> None:
        """A whole frame has arrived."""
        if isinstance(frame, Frame):
            byte = heard(frame, self.config or mirrored(frame.config))
            if byte is not None or frame.byte is None:
                self.take(byte, frame.config)

    def _edge(self, level: int, time: int) -> None:
        config = self.config
        if config is None or self._busy or level != (1 if config.invert_rx else 0):
            return
        if any(isinstance(terminal.wave, Frame) for terminal in self.terminal.net.terminals):
            return
        self._busy = True
        self._samples = []
        for index in range(1, config.bits + 2):
            self.terminal.world.at(time + (2 * index + 1) * 500_000_000 // config.baudrate, self._sample)

    def _sample(self) -> None:
        config = self.config
        if config is None:
            self._busy = False
            return
        self._samples.append(self.terminal.level ^ config.invert_rx)
        if len(self._samples) > config.bits:
            self._busy = False
            *data, stop = self._samples
            if stop or config.parity is not None:
                self.take(sum(level << index for index, level in enumerate(data)), config)


def expected(terminal: Terminal) -> UARTConfig | None:
    """The configuration of a sender that fits whoever listens on a terminal's net; None while nobody does."""
    for other in terminal.net.terminals:
        listener = other.receiver
        if other is not terminal and isinstance(listener, Receiver) and listener.config is not None:
            heard_as = listener.config
            return UARTConfig(
                heard_as.baudrate, heard_as.bits, heard_as.parity, heard_as.stop, invert_tx=heard_as.invert_rx
            )
    return None


def mirrored(config: UARTConfig) -> UARTConfig:
    """The configuration of a receiver that fits a sender's."""
    return UARTConfig(config.baudrate, config.bits, config.parity, config.stop, invert_rx=config.invert_tx)


def join_peer(peer: UARTPeer) -> None:
    """Give a serial peer its ends of the wires."""
    transmitter = Transmitter(peer.legs["tx"])
    fixed = None if peer.baudrate is None else UARTConfig(peer.baudrate)
    transmitter.configure(fixed or UARTConfig(9600))
    transmitter.follows = fixed is None
    peer.transmit = transmitter.send

    def take(byte: int | None, config: UARTConfig) -> None:
        if fixed is None:
            transmitter.configure(config)
        if byte is not None:
            with naming(peer):
                peer.receive(bytes([byte]))

    Receiver(peer.legs["rx"], take).listen(fixed)


class MockUART(UARTChannel):
    """A serial port on the legs of a socket. One that was closed works again once it is configured."""

    __slots__ = (
        "_clock", "_config", "_events", "_handler", "_idle", "_received", "_receiver", "_socket", "_transmitter",
    )  # fmt: skip

    def __init__(self, clock: WorldClock, socket: Socket) -> None:
        self._clock = clock
        self._socket = socket
        self._config = UARTConfig()
        self._transmitter = Transmitter(socket.leg("tx"))
        self._transmitter.on_idle = self._sent
        self._receiver = Receiver(socket.leg("rx"), self._take)
        self._received: deque[int] = deque()
        self._events = UARTEvent(0)
        self._handler: Callable[[UARTEvent], None] | None = None
        self._idle: Event | None = None

    @property
    def _world(self) -> World:
        return self._clock.world

    def configure(self, config: UARTConfig, /) -> None:
        self._config = config
        self._socket.plug(tx=config.tx, rx=config.rx, rts=config.rts, cts=config.cts)
        self._socket.take("tx", "rx")
        self._socket.leg("rx").pull(0 if config.invert_rx else 1)
        self._transmitter.configure(config)
        self._receiver.listen(config)

    def write(self, data: bytes, /) -> int:
        room = self._config.tx_buffer + FIFO - self._transmitter.pending()
        taken = data[: max(0, room)]
        if taken:
            self._transmitter.send(taken)
        return len(taken)

    def read(self, limit: int, timeout_ns: int = 0, /) -> bytes:
        if not self._received and timeout_ns > 0:
            self._clock.wait_until(self._world.now + timeout_ns)
        received = self._received
        return bytes(received.popleft() for _ in range(min(limit, len(received))))

    def waiting(self) -> int:
        return len(self._received)

    def drain(self, timeout_ns: int = 0, /) -> bool:
        if self._transmitter.pending() and timeout_ns > 0:
            self._clock.wait_until(self._world.now + timeout_ns)
        return not self._transmitter.pending()

    def send_break(self) -> None:
        self._transmitter.send_break()

    def watch(self, events: UARTEvent, handler: Callable[[UARTEvent], None] | None, /) -> None:
        self._events = events
        self._handler = handler

    def close(self) -> None:
        self._transmitter.stop()
        self._receiver.listen(None)
        self._received.clear()
        self._handler = None
        if self._idle:
            self._idle.cancel()
        self._socket.leg("rx").pull(None)
        self._socket.release()

    def _take(self, byte: int | None, config: UARTConfig) -> None:
        if self._receiver.config is None:
            return
        if byte is None:
            self._tell(UARTEvent.BREAK)
        elif len(self._received) < self._config.rx_buffer:
            self._received.append(byte)
            self._tell(UARTEvent.RX)
        if self._events & UARTEvent.RX_IDLE:
            if self._idle:
                self._idle.cancel()
            self._idle = self._world.after(2 * self._config.frame_ns(), lambda: self._tell(UARTEvent.RX_IDLE))
        self._clock.wake()

    def _sent(self) -> None:
        self._tell(UARTEvent.TX_IDLE)
        self._clock.wake()

    def _tell(self, event: UARTEvent) -> None:
        if self._handler and event & self._events:
            self._handler(event)
