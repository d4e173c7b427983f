"""`machine.Signal` and `machine.PinBase`: an on that may be a low, and pins that a script makes up.

# Ref: MicroPython extmod/machine_signal.c, extmod/machine_pinbase.c, extmod/virtpin.c
"""

from collections.abc import Callable
from typing import Any

from machine_compat.machine.peripheral import Peripheral, made_for, to_int
from machine_compat.machine.pin import Pin

_READ: Any = object()


class PinBase(Peripheral):
    """A pin of the script's own: a subclass has ``value(self, v=None)``, which reads, and with True or False writes."""

    value: Callable[..., object]

    def __init__(self, *args: object, **options: object) -> None:
        """Takes whatever the subclass's own arguments are."""


class Signal(Peripheral):
    """Signal(pin, *, invert=False), Signal(id, mode, ..., *, invert=False)

    A Pin, PinBase or Signal, or the arguments of a Pin to make; a `value=` among those is the signal's. Inverted, on()
    drives low. Raises TypeError where a pin comes with more than `invert`.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        if args and isinstance(args[0], Pin | PinBase | Signal):
            if len(args) != 1 or options.keys() - {"invert"}:
                raise TypeError
            self._invert = bool(options.get("invert", False))
            self._pin: Pin | PinBase | Signal = args[0]
            return
        self._invert = bool(options.pop("invert", False))
        if self._invert and "value" in options:
            options["value"] = 0 if options["value"] else 1
        self._pin = made_for(self._board, Pin)(*args, **options)

    def value(self, x: object = _READ, /) -> int | None:
        """Whether the signal is on, 0 or 1; with an argument, set it to its truth."""
        if x is _READ:
            return read_pin(self._pin) ^ self._invert
        write_pin(self._pin, bool(x) ^ self._invert)
        return None

    __call__ = value

    def on(self) -> None:
        write_pin(self._pin, not self._invert)

    def off(self) -> None:
        write_pin(self._pin, self._invert)

    def __repr__(self) -> str:
        return "<Signal>"


def read_pin(pin: Pin | PinBase | Signal) -> int:
    """The level of anything with the pin protocol."""
    return to_int(pin.value())


def write_pin(pin: Pin | PinBase | Signal, level: bool) -> None:
    """Set the level of anything with the pin protocol."""
    pin.value(level)
