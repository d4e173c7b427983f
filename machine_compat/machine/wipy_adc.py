"""`machine.ADC` of the WiPy: a converter of four channels, which are read by objects of their own.

# Ref: MicroPython ports/cc3200/mods/pybadc.c; docs/library/machine.ADCWiPy.rst
"""

import errno
from typing import Self

from machine_compat.machine.adc import Converter
from machine_compat.machine.peripheral import Peripheral, made_for, to_int
from machine_compat.machine.pins import pin_of
from machine_compat.oserror import os_error

BITS = 12
WRONG = "invalid argument(s) value"


class ADC(Peripheral):
    """ADC(id=0, *, bits=12)

    There is one. Raises OSError ENODEV for another id, ValueError for other bits.
    """

    _on: bool
    _channels: "dict[int, ADCChannel]"

    def __new__(cls, id: int = 0, *, bits: int = BITS) -> Self:
        if to_int(id) != 0:
            raise os_error(errno.ENODEV)
        return cls._board.singleton((cls,), cls._make)

    @classmethod
    def _make(cls) -> Self:
        adc = object.__new__(cls)
        adc._channels = {}
        return adc

    def __init__(self, id: int = 0, *, bits: int = BITS) -> None:
        self.init(bits=bits)

    def init(self, *, bits: int = BITS) -> None:
        """Switch the converter on."""
        if to_int(bits) != BITS:
            raise ValueError(WRONG)
        self._on = True

    def deinit(self) -> None:
        """Switch it off, with all its channels."""
        for channel in self._channels.values():
            channel.deinit()
        self._on = False

    def channel(self, id: int | None = None, *, pin: object = None) -> "ADCChannel":
        """The channel of a number or a pin, or of both that belong together; ValueError for any other."""
        analog = self._board.profile.analog
        refs = set(analog.values()) if id is None else {analog.get(str(to_int(id)), "")}
        if pin is not None:
            refs &= {pin_of(self._board, pin).ref}
        number = next((int(name) for name, ref in analog.items() if ref in refs and len(refs) == 1), None)
        if number is None:
            raise ValueError(WRONG)
        if number not in self._channels:
            self._channels[number] = made_for(self._board, ADCChannel)(self, number, analog[str(number)])
        self._channels[number].init()
        return self._channels[number]

    def __repr__(self) -> str:
        return f"ADC(0, bits={BITS})" if self._on else "ADC(0)"


class ADCChannel(Peripheral):
    """What ADC.channel gives: ``channel()`` and ``channel.value()`` are one conversion, 0..4095."""

    def __init__(self, adc: ADC, number: int, ref: str) -> None:
        board = self._board
        self._adc = adc
        self._number = number
        self._pin = board.spot(ref).cpu
        self._converter = board.singleton((Converter, ref), lambda: Converter(board, ref))
        self._on = False

    def init(self) -> None:
        """Take the pin again; OSError EPERM while the converter is off."""
        if not self._adc._on:
            raise os_error(errno.EPERM)
        self._converter.configure(None)
        self._on = True

    def deinit(self) -> None:
        """Stop converting: readings raise OSError EPERM until `init`."""
        self._on = False

    def value(self) -> int:
        """One conversion."""
        if not self._on:
            raise os_error(errno.EPERM)
        return self._converter.sample(BITS)

    __call__ = value

    def __repr__(self) -> str:
        return f"ADCChannel({self._number}, pin={self._pin})" if self._on else f"ADCChannel({self._number})"
