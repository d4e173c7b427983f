"""`pyb.ADC`: voltages as numbers of 12 bits, one by one or at a timer's pace.

# Ref: MicroPython ports/stm32/adc.c
"""

from collections.abc import Sequence

from machine_compat.board import Board
from machine_compat.machine.adc import Converter
from machine_compat.machine.peripheral import Peripheral, to_int, writable
from machine_compat.machine.pins import pin_of
from machine_compat.pyb.pace import Pace
from machine_compat.pyb.timer import Timer

BITS = 12


class ADC(Peripheral):
    """ADC(pin)

    pin: a Pin, a pin's name, or the number of a channel: 16 to 18 are inside the chip (temperature, reference,
    battery). Raises ValueError for a pin or channel that the converter does not have.
    """

    def __init__(self, pin: object, /) -> None:
        board = self._board
        self._channel, ref = source_of(board, pin)
        self._pin = pin
        self._converter = board.singleton((Converter, ref), lambda: Converter(board, ref))
        self._converter.configure(None)

    def read(self) -> int:
        """One conversion, 0 to 4095."""
        return self._converter.sample(BITS)

    def read_timed(self, buf: object, timer: Timer | int, /) -> int:
        """Fill a buffer, one conversion at each overflow of a timer, or so many a second; returns its size in bytes.

        Elements of 8 bits take the upper 8 of 12 bits, wider ones all.
        """
        samples = Samples(buf)
        overflow = Pace(self._board, timer)
        for index in range(samples.count):
            overflow.wait()
            samples.store(index, self.read())
        return samples.size

    @staticmethod
    def read_timed_multi(adcs: Sequence["ADC"], bufs: Sequence[object], timer: Timer, /) -> bool:
        """Fill a buffer for each ADC, all converted at each overflow of a timer; whether they kept up with it.

        Raises ValueError unless there is a buffer for each ADC, all of one size and type.
        """
        if len(adcs) < 1:
            raise ValueError("need at least 1 ADC")
        if len(adcs) != len(bufs):
            raise ValueError("length of ADC and buffer lists differ")
        all_samples = [Samples(buf) for buf in bufs]
        if len({(samples.size, samples.count) for samples in all_samples}) > 1:
            raise ValueError("size and type of buffers must match")
        overflow = Pace(adcs[0]._board, timer)
        in_time = True
        for index in range(all_samples[0].count):
            in_time &= overflow.wait()
            for adc, samples in zip(adcs, all_samples, strict=True):
                samples.store(index, adc.read())
        return in_time

    def __repr__(self) -> str:
        return f"<ADC on {self._pin} channel={self._channel}>"


class Samples:
    """A buffer of the script's that is filled with conversions."""

    def __init__(self, buf: object) -> None:
        flat = writable(buf)
        view = buf if isinstance(buf, memoryview) else memoryview(flat.obj)
        self._shift = BITS - 8 if view.itemsize == 1 else 0
        self._view = flat if view.itemsize == 1 else view
        self.count = len(self._view)
        self.size = flat.nbytes

    def store(self, index: int, value: int) -> None:
        self._view[index] = value >> self._shift


def source_of(board: Board, pin: object) -> tuple[str, str]:
    """The converter's channel for a channel number or a pin, and what it measures."""
    analog = board.profile.analog
    if isinstance(pin, int):
        channel = str(to_int(pin))
        if channel not in analog:
            raise ValueError(f"not a valid ADC Channel: {channel}")
        return channel, analog[channel]
    spot = pin_of(board, pin)
    for channel, ref in analog.items():
        if ref == spot.ref:
            return channel, ref
    if board.profile.open_pins:
        return spot.cpu, spot.ref
    raise ValueError(f"Pin({spot.cpu}) doesn't have ADC capabilities")
