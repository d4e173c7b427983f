"""The four GP pins of an MCP2221A: digital, analog in and out, clock output, interrupt on change.

# Ref: Microchip DS20005565 (MCP2221A), 1.6 to 1.9, 3.1.11 (set GPIO) and 3.1.12 (get GPIO).
"""

from collections.abc import Sequence

from machine_compat.mock.nets import Terminal
from machine_compat.mock.pulse_train import PulseTrain
from machine_compat.mock.usb.mcp2221_settings import (
    ADC_FUNCTION,
    CLOCK,
    DAC_FUNCTION,
    DEDICATED,
    GPIO,
    INTERRUPT,
    IS_INPUT,
    OUTPUT_HIGH,
    Settings,
    volts,
)

NOT_GPIO, NO_DIRECTION = 0xEE, 0xEF
ADC_CHANNELS = (1, 2, 3)
ADC_MAX = 1023
DAC_STEPS = 32
CLOCK_HZ = 48_000_000


class GPPins:
    """What the settings make of four wires. vdd: the chip's supply in volts."""

    def __init__(self, pins: Sequence[Terminal], settings: Settings, vdd: float) -> None:
        self._pins = pins
        self._settings = settings
        self._latch = bytearray(4)
        self._inputs = [True] * 4
        self._moving: set[int] = set()
        self.vdd = vdd
        self.interrupted = False
        """The flag of the interrupt-on-change pin, GP1."""
        pins[1].watch(self._edge)
        pins[1].passive = True

    def function(self, pin: int) -> int:
        return self._settings.sram_pins[pin] & 7

    def load(self) -> None:
        """Take up pin settings that were loaded anew: functions, directions and levels."""
        for pin, setting in enumerate(self._settings.sram_pins):
            self._latch[pin] = bool(setting & OUTPUT_HIGH)
            self._inputs[pin] = bool(setting & IS_INPUT)
        self.apply()

    def apply(self) -> None:
        """Drive what the functions say."""
        for pin, terminal in enumerate(self._pins):
            function = self.function(pin)
            clock = pin == 1 and function == DEDICATED
            dac = pin in (2, 3) and function == DAC_FUNCTION
            if pin in self._moving and not clock:
                terminal.modulate(None)
                self._moving.discard(pin)
            terminal.supply(self._dac_volts() if dac else None)
            if clock:
                terminal.release()
                terminal.modulate(self._clock())
                self._moving.add(pin)
            elif function == GPIO and not self._inputs[pin]:
                terminal.drive(self._latch[pin])
            else:
                terminal.release()

    def _clock(self) -> PulseTrain:
        setting = self._settings.sram_chip[CLOCK]
        period = 1_000_000_000 * (1 << max(1, setting & 7)) // CLOCK_HZ
        return PulseTrain(period, period * (setting >> 3 & 3) // 4, self._pins[1].world.now)

    def _dac_volts(self) -> float:
        settings = self._settings
        return settings.dac_value / DAC_STEPS * volts(settings.dac_reference, self.vdd)

    # ---- commands

    def set(self, command: bytes) -> bytes:
        """Command 0x50: four bytes a pin from the third on (alter, level, alter, direction); what came of it."""
        answer = bytearray(command[2:18])
        for pin in range(4):
            alter, level, turn, direction = command[2 + 4 * pin : 6 + 4 * pin]
            if self.function(pin) != GPIO:
                answer[4 * pin : 4 * pin + 4] = bytes((NOT_GPIO,) * 4)
                continue
            if alter:
                self._latch[pin] = bool(level)
            if turn:
                self._inputs[pin] = bool(direction)
        self.apply()
        return bytes(answer)

    def get(self) -> bytes:
        """Command 0x51: level and direction of each pin."""
        answer = bytearray()
        for pin, terminal in enumerate(self._pins):
            if self.function(pin) == GPIO:
                answer += bytes((terminal.level, self._inputs[pin]))
            else:
                answer += bytes((NOT_GPIO, NO_DIRECTION))
        return bytes(answer)

    def conversions(self) -> bytes:
        """The three ADC channels, 10 bits each, little-endian; 0 where the pin has another function."""
        reference = volts(self._settings.adc_reference, self.vdd)
        answer = b""
        for pin in ADC_CHANNELS:
            value = 0
            if self.function(pin) == ADC_FUNCTION:
                level = self._level(self._pins[pin])
                value = min(ADC_MAX, round(level / reference * ADC_MAX)) if reference else ADC_MAX
            answer += max(0, value).to_bytes(2, "little")
        return answer

    def _level(self, terminal: Terminal) -> float:
        for other in terminal.net.terminals:
            if other.volts is not None:
                return other.volts
        return self.vdd * terminal.level

    def _edge(self, level: int, time: int) -> None:
        rising, falling = self._settings.edges
        if self.function(1) == INTERRUPT and (rising if level else falling):
            self.interrupted = True
