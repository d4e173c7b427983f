"""Digital audio on simulated wires: a board's I2S clocks frames out to what hears them, or in from what sounds.

Frames are worked out when somebody looks, and not one by one: a second of silence costs nothing.

# Ref: Philips Semiconductors I2S bus specification (1996): 3.1 serial data, 3.2 word select (low is left)
"""

from collections.abc import Callable

from machine_compat.contract import I2SChannel, I2SConfig
from machine_compat.mock.chip import Chip, naming
from machine_compat.mock.clock import WorldClock
from machine_compat.mock.pulse_train import PulseTrain
from machine_compat.mock.sockets import Socket
from machine_compat.mock.world import Event

SECOND = 1_000_000_000


class I2SPart(Chip):
    """A chip on a digital audio line."""

    pins = ("sck", "ws", "sd")

    def settle(self) -> None:
        """Let everything arrive that has been on the wire by now."""
        if self.attached:
            for terminal in self.legs["sd"].net.terminals:
                if isinstance(terminal.owner, MockI2S):
                    terminal.owner.settle()


class I2SSink(I2SPart):
    """A chip that hears."""

    def hear(self, frames: bytes, config: I2SConfig) -> None:
        """Frames that the board has sent."""
        raise NotImplementedError(f"{type(self).__name__}.hear")

    def silence(self, frames: int) -> None:
        """So many frames went by with nothing in them: the board had none ready."""


class I2SSource(I2SPart):
    """A chip that sounds."""

    def frames(self, count: int, config: I2SConfig) -> bytes:
        """The next frames."""
        raise NotImplementedError(f"{type(self).__name__}.frames")

    def skip(self, count: int) -> None:
        """So many frames went by that the board had no room for."""


class MockI2S(I2SChannel):
    """A controller on the legs of a socket. One that was closed works again once it is configured."""

    __slots__ = ("_alarm", "_clock", "_config", "_passed", "_queue", "_socket", "_start")

    def __init__(self, clock: WorldClock, socket: Socket) -> None:
        self._clock = clock
        self._socket = socket
        self._config: I2SConfig | None = None
        self._queue = bytearray()
        self._start = 0
        self._passed = 0
        """How many frames have gone by since the start."""
        self._alarm: Event | None = None
        socket.leg("sd").owner = self

    def configure(self, config: I2SConfig, /) -> None:
        self._stop()
        socket, now = self._socket, self._clock.now_ns()
        socket.plug(sck=config.sck, ws=config.ws, sd=config.sd, mck=config.mck)
        socket.take("sck", "ws", *(() if config.receive else ("sd",)))
        bit, frame = SECOND // (2 * config.bits * config.rate), SECOND // config.rate
        socket.leg("sck").modulate(PulseTrain(max(2, bit), max(1, bit // 2), now))
        socket.leg("ws").modulate(PulseTrain(max(2, frame), max(1, frame // 2), now, invert=True))
        self._config = config
        self._start, self._passed = now, 0

    def _stop(self) -> None:
        """What is queued goes no further."""
        self.settle()
        self._config = None
        self._queue.clear()
        if self._alarm is not None:
            self._alarm.cancel()

    def close(self) -> None:
        self._stop()
        self._socket.release()

    # ---- the wire

    def settle(self) -> None:
        """Let those frames go by whose time has come."""
        config = self._config
        if config is None:
            return
        passed = (self._clock.now_ns() - self._start) * config.rate // SECOND
        due, self._passed = passed - self._passed, passed
        if due > 0:
            (self._receive if config.receive else self._send)(config, due)

    def _send(self, config: I2SConfig, due: int) -> None:
        count = min(due, self._queued(config))
        cut = count * config.frame_bytes()
        frames = bytes(self._queue[:cut])
        del self._queue[:cut]
        for sink in self._parts():
            if isinstance(sink, I2SSink):
                with naming(sink):
                    if frames:
                        sink.hear(frames, config)
                    if due > count:
                        sink.silence(due - count)

    def _receive(self, config: I2SConfig, due: int) -> None:
        count = min(due, config.buffer - self._queued(config))
        source = next((part for part in self._parts() if isinstance(part, I2SSource)), None)
        if source is None:
            self._queue += bytes(count * config.frame_bytes())
            return
        with naming(source):
            if count:
                self._queue += source.frames(count, config)
            if due > count:
                source.skip(due - count)

    def _parts(self) -> list[Chip]:
        owners = (terminal.owner for terminal in self._socket.leg("sd").net.terminals)
        return [owner for owner in owners if isinstance(owner, Chip)]

    def _queued(self, config: I2SConfig) -> int:
        return len(self._queue) // config.frame_bytes()

    # ---- the board

    def write(self, frames: bytes, /) -> int:
        self.settle()
        config = self._config
        if config is None:
            return 0
        room = (config.buffer - self._queued(config)) * config.frame_bytes()
        taken = frames[: min(room, len(frames) // config.frame_bytes() * config.frame_bytes())]
        self._queue += taken
        return len(taken)

    def read(self, limit: int, /) -> bytes:
        self.settle()
        config = self._config
        if config is None:
            return b""
        cut = min(limit // config.frame_bytes() * config.frame_bytes(), len(self._queue))
        frames = bytes(self._queue[:cut])
        del self._queue[:cut]
        return frames

    def available(self) -> int:
        self.settle()
        config = self._config
        if config is None:
            return 0
        queued = self._queued(config)
        return queued if config.receive else config.buffer - queued

    def watch(self, frames: int, handler: Callable[[], None] | None, /) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        config = self._config
        if handler is None or config is None:
            return
        missing = max(0, min(frames, config.buffer) - self.available())
        due = self._start + -(-(self._passed + missing) * SECOND // config.rate)
        self._alarm = self._clock.world.at(due, handler)
