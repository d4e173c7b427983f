"""`machine.Counter`: counts the edges of a pin in hardware.

# Ref: MicroPython ports/esp32/modules/machine.py, ports/mimxrt/machine_encoder.c
"""

from typing import Any

from machine_compat.contract import CountRule
from machine_compat.machine.peripheral import to_int
from machine_compat.machine.pin_names import NamedPin
from machine_compat.machine.pulse_unit import PulseUnit

RISING, FALLING = 1, 2


class Counter(PulseUnit):
    """Counter(id, src, edge=Counter.RISING, direction=Counter.UP, *, filter_ns=0, ...)

    edge: RISING, FALLING, or both, on ports that have them; direction: UP, DOWN, or on mimxrt a Pin that is low to
    count up. filter_ns: how long a level must last to be counted. mimxrt takes max, min, match, match_pin, index and
    reset besides. With nothing but the id an existing object is returned as it is, on esp32.
    """

    RISING, FALLING = RISING, FALLING

    def _rules(self, src: object, edge: int = RISING, direction: Any = None) -> tuple[CountRule, ...]:
        down = self._board.port.constants.get("Counter", {}).get("DOWN")
        step = -1 if direction is not None and direction == down else 1
        edges = to_int(edge)
        rising, falling = (step if edges & each else 0 for each in (RISING, FALLING))
        if isinstance(direction, NamedPin):
            return (CountRule(self._pin(src), rising, falling, self._pin(direction), low=1, high=-1),)
        return (CountRule(self._pin(src), rising, falling),)
