"""`machine.I2S`: digital audio, out to a converter or in from a microphone.

# Ref: MicroPython extmod/machine_i2s.c, ports/{rp2,esp32,stm32}/machine_i2s.c
"""

import errno
from collections.abc import Callable
from typing import Any, Self

from machine_compat.contract import I2SChannel, I2SConfig
from machine_compat.errors import BusError
from machine_compat.machine.i2s_frames import I2SFormat, shifted
from machine_compat.machine.peripheral import Peripheral, fail, readable, to_int, writable
from machine_compat.machine.pin import Pin
from machine_compat.machine.pins import bus_of, pin_of, shown
from machine_compat.machine.stream import POLLIN, POLLOUT
from machine_compat.oserror import os_error
from machine_compat.profile import Bus

MONO, STEREO = 0, 1
BLOCKING, CALLING, POLLED = "blocking", "calling", "polled"


class I2S(Peripheral):
    """I2S(id, *, sck, ws, sd, mode, bits, format, rate, ibuf)

    mode: RX or TX; bits: 16 or 32 a sample; format: MONO or STEREO; rate: frames a second; ibuf: bytes of the buffer
    between the script and the wire. Constructing it starts it anew. Raises ValueError "invalid ..." for a value or pin
    the port cannot use.
    """

    MONO, STEREO = MONO, STEREO

    _place: Bus
    _channel: I2SChannel
    _config: I2SConfig | None

    def __new__(cls, id: int, **options: object) -> Self:
        board = cls._board
        try:
            place = bus_of(board, "i2s", to_int(id), "I2S")
        except ValueError:
            raise ValueError("invalid id") from None
        return board.singleton((cls, place.ref), lambda: cls._make(place))

    @classmethod
    def _make(cls, place: Bus) -> Self:
        self = object.__new__(cls)
        self._place = place
        self._config = None
        self._handler = None
        self._job = None
        return self

    def __init__(self, id: int, **options: Any) -> None:
        self.deinit()
        self._open(**options)

    def init(self, **options: Any) -> None:
        """Start anew; arguments as for the constructor."""
        self.deinit()
        self._open(**options)

    def _open(
        self,
        *,
        sck: object,
        ws: object,
        sd: object,
        mode: int,
        bits: int,
        format: int,
        rate: int,
        ibuf: int,
        mck: object = None,
    ) -> None:
        board, port = self._board, self._board.port
        if mck is not None and not port.i2s_mck:
            raise TypeError("extra keyword arguments given")
        pins = {"sck": sck, "ws": ws, "sd": sd} | ({"mck": mck} if mck is not None else {})
        refs = {signal: self._pin(signal, pin) for signal, pin in pins.items()}
        if port.i2s_ws_follows and not follows(pin_of(board, sck).number, pin_of(board, ws).number):
            raise ValueError("invalid ws (must be sck+1)")
        modes = port.constants.get("I2S", {})
        checked("mode", mode, (modes.get("RX", 0), modes.get("TX", 1)))
        checked("bits", bits, (16, 32))
        checked("format", format, (MONO, STEREO))
        if to_int(ibuf) <= 0 and port.i2s_checks_ibuf:
            raise ValueError("invalid ibuf")
        self._mode, self._rate, self._ibuf = mode, max(1, to_int(rate)), ibuf
        self._format = I2SFormat(bits, format == STEREO)
        receive = mode == modes.get("RX", 0)
        buffer = self._format.buffer_frames(ibuf, receive)
        self._handler, self._job, self._manner = None, None, BLOCKING
        self._rest = b""
        self._start(I2SConfig(receive, bits, self._rate, buffer, **refs))

    def _pin(self, signal: str, pin: object) -> str:
        board = self._board
        if board.port.i2s_pin_objects and not isinstance(pin, Pin):
            raise ValueError(f"{signal.upper()} not a Pin type")
        ref = pin_of(board, pin).ref
        if not board.profile.open_pins and not self._place.allows(signal, ref):
            raise ValueError(f"invalid {signal.upper()} pin")
        return ref

    def _start(self, config: I2SConfig) -> None:
        board = self._board
        for ref in (config.sck, config.ws, config.sd, config.mck):
            if ref is not None:
                board.claim(ref, self._lost, "I2S")
        try:
            board.i2s(self._place.ref, self)
            self._channel.configure(config)
        except BusError as error:
            fail(board, "I2S", error)
        self._config = config

    def bind(self, channel: I2SChannel, /) -> None:
        self._channel = channel

    def _lost(self) -> None:
        """A pin became something else; as on a board, the clock goes on."""

    def deinit(self) -> None:
        """Stop; what is in the buffer is not played."""
        self._board.listening.discard(self)
        self._job = self._handler = None
        if self._config is not None:
            self._config = None
            self._channel.close()

    # ---- samples

    def readinto(self, buf: object, nbytes: int = -1, /) -> int:
        """Fill a buffer with samples, left first; how many bytes that were.

        With a handler set it returns at once, and the buffer is filled in the background. Raises OSError EPERM on a
        sender, and EINVAL for a buffer that does not end with a frame.
        """
        config = self._opened(receive=True)
        view = writable(buf)
        view = view[: to_int(nbytes)] if to_int(nbytes) >= 0 else view
        if len(view) % self._format.frame_bytes:
            raise os_error(errno.EINVAL)
        if self._manner == CALLING:
            return self._begin(len(view), lambda done: self._take(view[done:]))
        return self._work(config, len(view), lambda done: self._take(view[done:]))

    def write(self, buf: object, /) -> int:
        """Play a buffer of samples, left first; how many bytes were taken.

        It waits until all of them are in the buffer of the I2S; with a handler set it returns at once, and they get
        there in the background. Raises OSError EPERM on a receiver.
        """
        config = self._opened(receive=False)
        data = memoryview(readable(buf))
        if self._manner == CALLING:
            return self._begin(len(data), lambda done: self._give(data[done:]))
        return self._work(config, len(data), lambda done: self._give(data[done:]))

    def _opened(self, receive: bool) -> I2SConfig:
        if self._config is None:
            raise os_error(errno.EIO)
        if self._config.receive is not receive:
            raise os_error(errno.EPERM)
        return self._config

    def _take(self, room: memoryview) -> int:
        """Fill as much of a buffer as there is; how many bytes."""
        data = self._format.from_wire(self._channel.read(self._format.on_wire(len(room))))
        room[: len(data)] = data
        return len(data)

    def _give(self, data: memoryview) -> int:
        """Queue as much as there is room for; how many bytes. A piece of a frame waits for the rest of it."""
        size, rest = self._format.frame_bytes, self._rest
        whole = (len(rest) + len(data)) // size
        frames = min(whole, self._channel.available())
        used = 0
        if frames:
            used = frames * size - len(rest)
            self._channel.write(self._format.to_wire(rest + data[:used]))
            self._rest = b""
        if frames == whole:
            self._rest += data[used:]
            return len(data)
        return used

    def _work(self, config: I2SConfig, size: int, step: Callable[[int], int]) -> int:
        """Do all of a transfer, or where it is polled what can be done now."""
        board = self._board
        done = step(0) if size else 0
        while done < size and self._manner == BLOCKING:
            frames = -(-(size - done) // self._format.frame_bytes)
            board.clock.wait_until(board.clock.now_ns() + config.span_ns(min(frames, max(1, config.buffer // 2))))
            board.interrupts.run()
            done += step(done)
        return done

    # ---- in the background

    def irq(self, handler: Callable[["I2S"], object] | None, /) -> None:
        """Call ``handler(i2s)`` when a transfer is done, which then no longer waits; None: they wait again."""
        if handler is not None and not callable(handler):
            raise ValueError("invalid callback")
        self._handler = handler
        self._manner = BLOCKING if handler is None else CALLING

    def _begin(self, size: int, step: Callable[[int], int]) -> int:
        """Start a transfer in the background; one that is under way is dropped."""
        if size:
            self._job = (size, step)
            self._done = 0
            self._board.listening.add(self)
            self._proceed()
        return size

    def _proceed(self) -> None:
        """Do what can be done of the transfer; called again when there is more to do."""
        if self._job is None or self._config is None:
            return
        size, step = self._job
        self._done += step(self._done)
        left = -(-(size - self._done) // self._format.frame_bytes)
        self._channel.watch(min(left, max(1, self._config.buffer // 2)), self._proceed if left > 0 else self._finished)

    def _finished(self) -> None:
        handler, self._job = self._handler, None
        self._board.listening.discard(self)
        if handler is not None:
            self._board.interrupts.post(lambda: self._call(handler))

    def _call(self, handler: Callable[["I2S"], object]) -> None:
        try:
            handler(self)
        except Exception as error:
            self._board.handler_failed(error)

    def _poll(self, flags: int) -> int:
        """Which of the events asked for (POLLIN, POLLOUT) are there. Transfers do what they can at once from now on."""
        self._manner = POLLED
        if flags & (POLLIN | POLLOUT):
            self._opened(receive=bool(flags & POLLIN))
        return flags & (POLLIN | POLLOUT) if self._config is not None and self._channel.available() else 0

    def _wakes(self) -> bool:
        """What becomes possible ends the board's waits."""
        if self._config is None:
            return False
        self._channel.watch(1, self._board.clock.wake)
        return True

    # ---- volume

    @staticmethod
    def shift(*, buf: object, bits: int, shift: int) -> None:
        """Make the samples in a buffer louder by so many times 6 dB, or with a negative shift softer."""
        if to_int(bits) not in (16, 32):
            raise ValueError("invalid bits")
        shifted(writable(buf), bits, to_int(shift))

    def __repr__(self) -> str:
        config, board = self._config, self._board
        refs = (config.sck, config.ws, config.sd, config.mck) if config is not None else (None,) * 4
        names = ("sck", "ws", "sd", "mck") if refs[3] is not None else ("sck", "ws", "sd")
        pins = "".join(f"{name}={shown(board, ref)},\n" for name, ref in zip(names, refs, strict=False))
        form = self._format
        return (
            f"I2S(id={self._place.id},\n{pins}mode={self._mode},\nbits={form.bits}, format={int(form.stereo)},\n"
            f"rate={self._rate}, ibuf={self._ibuf})"
        )

    _format: I2SFormat
    _handler: Callable[["I2S"], object] | None
    _job: tuple[int, Callable[[int], int]] | None
    _manner: str = BLOCKING
    _done: int = 0


def checked(name: str, value: int, choices: tuple[object, object]) -> None:
    if to_int(value) not in choices:
        raise ValueError(f"invalid {name}")


def follows(sck: int | None, ws: int | None) -> bool:
    """Whether ws is the pin after sck, as far as pins have numbers."""
    return sck is None or ws is None or ws == sck + 1
