"""`machine.PWM`: pulses of a frequency and a duty cycle on a pin.

# Ref: MicroPython extmod/machine_pwm.c, ports/rp2/machine_pwm.c, ports/esp32/machine_pwm.c, ports/stm32/machine_pwm.c
"""

from typing import Any, Self

from machine_compat.machine.peripheral import Peripheral, to_int
from machine_compat.machine.pins import pin_of, shown
from machine_compat.machine.pwm_led import LedOutput
from machine_compat.machine.pwm_timer import TimerOutput, output_of

_READ: Any = object()


class PWM(Peripheral):
    """PWM(pin, freq, *, duty_u16, duty_ns, invert)

    pin: a Pin, a number or a name. freq in Hz, duty_u16 of 65535, duty_ns in nanoseconds high; esp32 also `duty` of
    1023. The output runs once it has a frequency and a duty (esp32: at once, 5 kHz and half on, unless told otherwise).
    Outputs of one hardware timer share its frequency: setting one sets all. Raises ValueError for a pin without PWM
    and for what the timer cannot do; on esp32 RuntimeError after deinit() or when timers or channels run out.
    """

    _output: TimerOutput | LedOutput

    def __new__(cls, pin: object, *args: object, **options: object) -> Self:
        board = cls._board
        if board.port.pwm_starts:
            return object.__new__(cls)
        output = output_of(board, pin_of(board, pin))
        return board.singleton((cls, output.unit, output.channel), lambda: object.__new__(cls))

    def __init__(self, pin: object, freq: int = -1, **options: object) -> None:
        board = self._board
        spot = pin_of(board, pin)
        self._pin = shown(board, spot.ref)
        self._output = LedOutput(board, spot.ref) if board.port.pwm_starts else output_of(board, spot)
        values = self._numbers(freq, options)
        if values or not board.port.pwm_keeps:
            self._output.reset()
        self._output.configure(values, spot.ref)

    def init(self, freq: int = -1, **options: object) -> None:
        """Set what is given and leave the rest; arguments as for the constructor."""
        self._output.configure(self._numbers(freq, options), None)

    def deinit(self) -> None:
        """End the pulses."""
        self._output.stop()

    def _numbers(self, freq: int, options: dict[str, object]) -> dict[str, int]:
        """The arguments that were given; -1 stands for one that was not."""
        for option in options:
            if option not in self._board.port.pwm_options:
                raise TypeError("extra keyword arguments given")
        switches = {name: int(bool(options.pop(name))) for name in ("invert", "lightsleep") if name in options}
        numbers = {"freq": to_int(freq)} | {name: to_int(value) for name, value in options.items()}
        return {name: value for name, value in numbers.items() if value != -1} | switches

    def freq(self, value: int = _READ, /) -> int | None:
        """The frequency in Hz as the timer makes it; with an argument, set it."""
        return self._number("freq", value)

    def duty_u16(self, value: int = _READ, /) -> int | None:
        """The duty cycle, 0..65535; with an argument, set it."""
        return self._number("duty_u16", value)

    def duty_ns(self, value: int = _READ, /) -> int | None:
        """The pulse width in ns; with an argument, set it."""
        return self._number("duty_ns", value)

    def duty(self, value: int = _READ, /) -> int | None:
        """The duty cycle, 0..1023 (esp32); with an argument, set it."""
        return self._number("duty", value)

    def _number(self, name: str, value: int) -> int | None:
        if value is _READ:
            return self._output.get(name)
        self._output.set(name, to_int(value))
        return None

    def __repr__(self) -> str:
        output = self._output
        values = {
            "pin": self._pin,
            "unit": output.unit,
            "channel": output.channel,
            "freq": output.get("freq") if output.active else 0,
            "duty": f"{output.scale}={output.get(output.scale)}" if output.active else "",
            "invert": output.invert,
        }
        return self._board.port.pwm_repr(values)
