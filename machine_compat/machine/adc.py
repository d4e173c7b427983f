"""`machine.ADC` and esp32's `machine.ADCBlock`: voltages as numbers.

# Ref: MicroPython extmod/machine_adc.c, ports/rp2/machine_adc.c, ports/esp32/machine_adc.c and machine_adc_block.c,
# ports/stm32/machine_adc.c
"""

import errno
import re
from typing import Self

from machine_compat.board import ANALOG, Board
from machine_compat.contract import ADCChannel, ADCConfig
from machine_compat.errors import BusError
from machine_compat.machine.peripheral import Peripheral, fail, made_for, to_int
from machine_compat.machine.pin import Pin
from machine_compat.machine.pins import pin_of, shown
from machine_compat.oserror import os_error

BITS = 12
FULL = 65_535


class Converter:
    """One analog input, shared by all ADC objects of it."""

    def __init__(self, board: Board, ref: str) -> None:
        self._board = board
        self._ref = ref
        self._channel: ADCChannel | None = None
        self._wanted: int | None = None
        self.atten = max(0, len(board.port.adc_attenuations) - 1)
        self.bits = BITS

    def bind(self, channel: ADCChannel, /) -> None:
        self._channel = channel

    def configure(self, full_scale_uv: int | None) -> None:
        """Take the pin as an analog input with that full scale; None: the converter's own."""
        board = self._board
        if self._ref in board.profile.spots or board.profile.open_pins:
            board.claim(self._ref, self._lost, ANALOG)
        self._wanted = full_scale_uv
        try:
            board.adc(self._ref, self)
            self._open().configure(ADCConfig(full_scale_uv))
        except BusError as error:
            fail(board, "ADC", error)

    def _lost(self) -> None:
        """The pin became something else, whose voltage is measured from now on."""

    def _open(self) -> ADCChannel:
        if self._channel is None:
            raise os_error(errno.EPERM)
        return self._channel

    def sample(self, bits: int) -> int:
        """One conversion with that many bits."""
        try:
            return self._open().sample() >> 16 - bits
        except BusError as error:
            fail(self._board, "ADC", error)

    def full_scale_uv(self) -> int:
        """The voltage of the highest number, in microvolts."""
        return self._open().full_scale_uv() or self._wanted or 3_300_000


class ADCBlock(Peripheral):
    """ADCBlock(id, *, bits)

    One of the chip's converters, and the channels it has. Raises ValueError "invalid block id", "invalid bit-width".
    """

    _channels: dict[int, str]

    def __new__(cls, id: int, **options: object) -> Self:
        board = cls._board
        number = to_int(id)
        names = {re.fullmatch(rf"ADC{number}_CH(\d+)", name): ref for name, ref in board.profile.analog.items()}
        channels = {int(match[1]): ref for match, ref in names.items() if match}
        if not channels:
            raise ValueError("invalid block id")
        return board.singleton((cls, number), lambda: cls._make(number, channels))

    @classmethod
    def _make(cls, id: int, channels: dict[int, str]) -> Self:
        block = object.__new__(cls)
        block._id = id
        block._channels = channels
        block._bits = BITS
        block._on = True
        return block

    def __init__(self, id: int, **options: object) -> None:
        if options:
            self.init(**options)

    def init(self, *, bits: object = BITS) -> None:
        """Set the resolution of all its channels, 9 to 12 bits."""
        self._width(to_int(bits))

    def _width(self, bits: int) -> None:
        self._bits = width_of(self._board, bits)

    def connect(self, source: object, pin: object = None, /, **options: object) -> "ADC":
        """The ADC of a channel number or a pin, or of both; ValueError "no matching ADC"."""
        refs = set(self._channels.values())
        if isinstance(source, int) and not isinstance(source, bool):
            refs &= {self._channels.get(source, "")}
        else:
            pin = source
        if pin is not None:
            refs &= {pin_of(self._board, pin).ref}
        if not refs:
            raise ValueError("no matching ADC")
        board = self._board
        return made_for(board, ADC)(made_for(board, Pin)(board.profile.spots[refs.pop()].number), **options)

    def __repr__(self) -> str:
        return f"ADCBlock({self._id}, bits={self._bits})"

    _id: int
    _bits: int
    _on: bool


class ADC(Peripheral):
    """ADC(id, *, atten)

    id: a channel number (rp2, stm32), a Pin, a pin's number or name. atten: the attenuation, which sets the full scale
    (esp32). Raises ValueError for what is no analog input.
    """

    _converter: Converter
    _block: ADCBlock | None

    def __new__(cls, id: object, **options: object) -> Self:
        board = cls._board
        ref = cls._source(id)
        if board.port.adc_channels:
            return object.__new__(cls)
        return board.singleton((cls, ref), lambda: object.__new__(cls))

    def __init__(self, id: object, **options: object) -> None:
        board = self._board
        ref = self._source(id)
        self._converter = board.singleton((Converter, ref), lambda: Converter(board, ref))
        self._channel_name = next((name for name, there in board.profile.analog.items() if there == ref), ref)
        self._pin = shown(board, ref)
        if ref == VREF:
            self._channel_name = str(id)
        match = re.fullmatch(r"ADC(\d)_CH\d+", self._channel_name)
        self._block = made_for(board, ADCBlock)(int(match[1])) if match else None
        # Ports that lack init, atten or read have them taken out of the class, so nothing here may call those.
        self._configure(options)

    @classmethod
    def _source(cls, id: object) -> str:
        """The ref of an analog input by its channel or its pin."""
        board = cls._board
        analog, port = board.profile.analog, board.port
        named = isinstance(id, int) or (isinstance(id, str) and not id.isdigit())
        if port.adc_channels and named and str(id) in analog:
            return analog[str(id)]
        if isinstance(id, int) and id == port.constants.get("ADC", {}).get("VREF"):
            return VREF
        if isinstance(id, int) and not port.pin_numbers:
            raise ValueError(port.adc_lacking.format(id))
        spot = pin_of(board, id)
        if spot.ref not in analog.values() and not board.profile.open_pins:
            raise ValueError(port.adc_lacking.format(spot.cpu))
        return spot.ref

    def init(self, **options: object) -> None:
        """Take the input again; atten: its attenuation, the highest when it is not given."""
        self._configure(options)

    def _configure(self, options: dict[str, object]) -> None:
        scales = self._board.port.adc_attenuations
        if options.keys() - (self._board.port.adc_options if scales else frozenset()):
            raise TypeError("extra keyword arguments given")
        if self._block:
            self._block._on = True
            self._block._bits = BITS
        if scales and ("atten" in options or not self._board.port.adc_channels):
            self._attenuate(to_int(options.get("atten", len(scales) - 1)))
        elif self._pin != VREF:
            self._converter.configure(None)

    def deinit(self) -> None:
        """Switch the whole converter off: all its inputs answer OSError EPERM until one is initialised again."""
        if self._block:
            self._block._on = False

    def atten(self, value: int, /) -> None:
        """Set the attenuation; ValueError "invalid attenuation"."""
        self._attenuate(to_int(value))

    def _attenuate(self, chosen: int) -> None:
        scales = self._board.port.adc_attenuations
        if not 0 <= chosen < len(scales):
            raise ValueError("invalid attenuation")
        self._converter.atten = chosen
        self._converter.configure(scales[chosen])

    def width(self, value: int, /) -> None:
        """Set the resolution of the converter in bits; ValueError "invalid bit-width"."""
        if self._block:
            self._block._width(to_int(value))
        else:
            self._converter.bits = width_of(self._board, to_int(value))

    def block(self) -> ADCBlock | None:
        """The converter this input belongs to."""
        return self._block

    def read(self) -> int:
        """One conversion as the converter gives it: 0..4095 with 12 bits."""
        return self._convert()

    def _convert(self) -> int:
        if self._block and not self._block._on:
            raise os_error(errno.EPERM)
        return self._converter.sample(self._bits)

    @property
    def _bits(self) -> int:
        return self._block._bits if self._block else self._converter.bits

    def read_u16(self) -> int:
        """One conversion, scaled to 0..65535."""
        if self._pin == VREF:
            return FULL
        raw, bits = self._convert(), self._bits
        return raw << 16 - bits | raw >> 2 * bits - 16

    def read_uv(self) -> int:
        """One conversion in microvolts, as the calibration has it: in whole millivolts."""
        highest = (1 << self._bits) - 1
        return round(self._convert() * self._converter.full_scale_uv() / highest / 1_000) * 1_000

    def __repr__(self) -> str:
        return self._board.port.adc_repr(self._channel_name, self._pin, self._converter.atten)


def width_of(board: Board, bits: int) -> int:
    if not 9 <= bits <= board.port.adc_bits:
        raise ValueError("invalid bit-width")
    return bits


VREF = "vref"
"""stm32's ADC.VREF: a full-scale input that is not there."""
