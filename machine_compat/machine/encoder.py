"""`machine.Encoder`: counts the turns of a quadrature encoder in hardware.

# Ref: MicroPython ports/esp32/modules/machine.py, ports/mimxrt/machine_encoder.c
"""

from machine_compat.contract import CountRule
from machine_compat.machine.peripheral import to_int
from machine_compat.machine.pulse_unit import PulseUnit


class Encoder(PulseUnit):
    """Encoder(id, phase_a, phase_b, phases=1, *, filter_ns=0, ...)

    phases: 1, 2 or 4 counts a cycle of the two signals; ValueError "phases" for any other. filter_ns and the rest as
    for Counter.
    """

    _phases = 1

    def _rules(self, phase_a: object, phase_b: object, phases: int = 1) -> tuple[CountRule, ...]:
        if to_int(phases) not in (1, 2, 4):
            raise ValueError("phases")
        self._phases = phases
        a, b = self._pin(phase_a), self._pin(phase_b)
        first = CountRule(a, rising=-1, falling=1, gate=b, low=0 if phases == 1 else -1)
        second = CountRule(b, rising=1, falling=-1, gate=a, low=-1)
        return (first, second) if phases == 4 else (first,)

    def phases(self) -> int:
        """How many counts a cycle gives."""
        return self._phases
