"""`pyb.DAC`: numbers as voltages on X5 and X6, one by one or at a timer's pace.

# Ref: MicroPython ports/stm32/dac.c; RM0090 14.3 (DAC functional description)
"""

from array import array
from collections.abc import Iterator
from typing import Any, Self, TypeAlias

from machine_compat.board import ANALOG, Board
from machine_compat.contract import DACChannel
from machine_compat.errors import BusError
from machine_compat.machine.peripheral import Peripheral, fail, to_int
from machine_compat.machine.pins import pin_of
from machine_compat.pyb.pace import base_of
from machine_compat.pyb.timebase import Beats
from machine_compat.pyb.timer import Timer

TRIGGERS = (2, 4, 5, 6, 7, 8)
"""The timers whose overflow can move a DAC on."""
FULL = 0xFFF
LFSR_SEED = 0xAAA

Data: TypeAlias = "bytes | bytearray | memoryview | array[int]"
Wave = Iterator[int]
"""The 12-bit values that one trigger after the other puts out."""


class DAC(Peripheral):
    """DAC(port, bits=8, *, buffering=None)

    port: 1 or 2, or the Pin or name of its pin; there is one object an output, and with the port alone it is not
    touched again. bits: 8 or 12. buffering changes nothing: outputs here drive any load. Raises ValueError for a port
    or pin without a DAC, and "unsupported bits".
    """

    NORMAL, CIRCULAR = 0x000, 0x100

    _id: int
    _ref: str
    _channel: DACChannel
    _bits: int

    def __new__(cls, port: object, *args: object, **options: object) -> Self:
        number, ref = output_of(cls._board, port)
        return cls._board.singleton((cls, number), lambda: cls._make(number, ref))

    @classmethod
    def _make(cls, id: int, ref: str) -> Self:
        dac = object.__new__(cls)
        dac._id = id
        dac._ref = ref
        dac._bits = 0
        dac._beats = None
        return dac

    def __init__(self, port: object, *args: Any, **options: Any) -> None:
        if not self._bits or args or options:
            self.init(*args, **options)

    def init(self, bits: int = 8, *, buffering: object = None) -> None:
        """Take the pin; arguments as for the constructor."""
        if to_int(bits) not in (8, 12):
            raise ValueError("unsupported bits")
        board = self._board
        self._bits = bits
        self._stop()
        board.claim(self._ref, self._lost, ANALOG)
        try:
            board.dac(self._ref, self)
        except BusError as error:
            fail(board, "pyb.DAC", error)

    def deinit(self) -> None:
        """Stop, and let the pin be used for something else."""
        self._stop()

    def bind(self, channel: DACChannel, /) -> None:
        self._channel = channel

    def _lost(self) -> None:
        """Another peripheral took the pin."""
        self._stop()

    # ---- values

    def write(self, value: int, /) -> None:
        """Set the output, 0 to 255 or 4095 of the supply."""
        self._stop()
        self._put(to_int(value) << 12 - self._bits)

    def _put(self, value: int) -> None:
        level = value & FULL
        try:
            self._channel.write(level << 4 | level >> 8)
        except BusError as error:
            fail(self._board, "pyb.DAC", error)

    # ---- waves

    def noise(self, freq: int, /) -> None:
        """A new pseudo-random value `freq` times a second."""
        self._start(to_int(freq), noise())

    def triangle(self, freq: int, /) -> None:
        """A step up or down `freq` times a second: a triangle 8192 times slower."""
        self._start(to_int(freq), triangle())

    def write_timed(self, data: Data, freq: Timer | int, *, mode: int = NORMAL) -> None:
        """Put out the values of a buffer, `freq` a second or one at each overflow of a Timer, and return at once.

        data: bytes, or 16-bit values with bits=12; what the script writes into it meanwhile is put out. mode: CIRCULAR
        begins anew at the end, NORMAL stays at the last value. Raises ValueError for a timer that cannot trigger a DAC.
        """
        if isinstance(freq, Timer) and freq._id not in TRIGGERS:
            raise ValueError("Timer does not support DAC triggering")
        circular = to_int(mode) == self.CIRCULAR
        self._start(freq, samples(data, self._bits, circular))

    def _start(self, timer: Timer | int, wave: Wave) -> None:
        self._stop()
        base = base_of(self._board, timer)
        self._wave = wave
        self._beats = Beats(self._board, base.next_update, self._triggered)
        self._beats.start()

    def _triggered(self) -> None:
        value = next(self._wave, None)
        if value is None:
            self._stop()
        else:
            self._put(value)

    def _stop(self) -> None:
        """Put no more values out; the last one stays."""
        beats, self._beats = self._beats, None
        if beats is not None:
            beats.stop()

    def __repr__(self) -> str:
        return f"DAC({self._id}, bits={self._bits})"

    _beats: Beats | None
    _wave: Wave


def output_of(board: Board, port: object) -> tuple[int, str]:
    """The number and the pin of an output, by either."""
    outputs = board.profile.dac
    if isinstance(port, int):
        number = to_int(port)
        if str(number) not in outputs:
            raise ValueError(f"DAC({number}) doesn't exist")
        return number, outputs[str(number)]
    spot = pin_of(board, port)
    for channel, ref in outputs.items():
        if ref == spot.ref:
            return int(channel), ref
    raise ValueError(f"Pin({spot.cpu}) doesn't have DAC capabilities")


def samples(data: Data, bits: int, circular: bool) -> Wave:
    """The values of a buffer as they are when their time comes, once or over and over."""
    view = memoryview(data).cast("B")
    shift = 12 - bits
    if bits > 8:
        view = view[: len(view) & ~1].cast("H")
    while len(view):
        for value in view:
            yield value << shift
        if not circular:
            return


def noise() -> Wave:
    """What the shift register for noise gives (RM0090 14.3.7)."""
    register = LFSR_SEED
    while True:
        yield register
        bit = (register ^ register >> 1 ^ register >> 4 ^ register >> 6) & 1 if register else 1
        register = bit << 11 | register >> 1


def triangle() -> Wave:
    """Up to full scale and down again (RM0090 14.3.8)."""
    while True:
        yield from range(FULL + 1)
        yield from range(FULL, -1, -1)
