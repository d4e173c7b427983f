"""`pyb.ADCAll`: all channels of the converter, and what the chip knows of itself.

# Ref: MicroPython ports/stm32/adc.c; STM32F405 datasheet DocID022152, 5.3.22 (temperature sensor), 5.3.23 (battery),
# 5.3.24 (internal reference)
"""

from machine_compat.machine.adc import Converter
from machine_compat.machine.peripheral import Peripheral, to_int

BITS = 12
FULL_VOLTS = 3.3
FULL = (1 << BITS) - 1
WARM_30, WARM_110 = 958, 1207
"""What the sensor reads at 30 and 110 C with a supply of 3.3 V: 0.76 V at 25 C, and 2.5 mV a degree."""
REFERENCE = 1502
"""What the reference of 1.21 V reads with a supply of 3.3 V."""
BATTERY_DIVIDER = 2


class ADCAll(Peripheral):
    """ADCAll(resolution, mask=0xffffffff)

    resolution: 6, 8, 10 or 12 bits; mask: the channels whose pins are made analog inputs. Raises ValueError
    "resolution ... not supported".
    """

    def __init__(self, resolution: int, mask: int = 0xFFFF_FFFF, /) -> None:
        self._bits = to_int(resolution)
        if self._bits not in (6, 8, 10, 12):
            raise ValueError(f"resolution {self._bits} not supported")
        self._correction = 1.0
        for channel in self._board.profile.analog:
            if channel.isdecimal() and to_int(mask) >> int(channel) & 1:
                self._converter(channel).configure(None)

    def _converter(self, channel: str) -> Converter:
        board = self._board
        ref = board.profile.analog[channel]
        return board.singleton((Converter, ref), lambda: Converter(board, ref))

    def read_channel(self, channel: int, /) -> int:
        """One conversion of a channel, 0 to 18."""
        name = str(to_int(channel))
        if name not in self._board.profile.analog:
            raise ValueError(f"not a valid ADC Channel: {name}")
        converter = self._converter(name)
        converter.configure(None)
        return converter.sample(self._bits)

    def _inside(self, name: str) -> float:
        """A source inside the chip, as of 12 bits; 0 where the chip has none."""
        channel = next((channel for channel, ref in self._board.profile.analog.items() if ref == name), None)
        return 0 if channel is None else self.read_channel(int(channel)) << BITS - self._bits

    def read_core_temp(self) -> float:
        """The chip's temperature in C."""
        raw = self._inside("core_temp") * self._correction
        return (raw - WARM_30) * 80 / (WARM_110 - WARM_30) + 30

    def read_core_vbat(self) -> float:
        """The backup battery's voltage."""
        return self._inside("core_vbat") * BATTERY_DIVIDER * FULL_VOLTS / FULL * self._correction

    def read_core_vref(self) -> float:
        """The voltage of the chip's reference; other readings are corrected by it from now on."""
        raw = self._inside("core_vref")
        self._correction = REFERENCE / raw if raw else 1.0
        return REFERENCE * FULL_VOLTS / FULL

    def read_vref(self) -> float:
        """The supply's voltage, from what the reference reads with it."""
        self.read_core_vref()
        return FULL_VOLTS * self._correction

    def __repr__(self) -> str:
        return "<ADCAll>"
