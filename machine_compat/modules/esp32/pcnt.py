"""`esp32.PCNT`: counts pulses in hardware.

# Ref: MicroPython ports/esp32/esp32_pcnt.c; docs/library/esp32.rst; ESP32 technical reference manual 17
"""

from typing import Any, Self

from machine_compat.contract import CounterChannel, CounterConfig, CountRule
from machine_compat.machine.irq import IRQ, Handler
from machine_compat.machine.peripheral import Peripheral, to_int
from machine_compat.machine.pins import pin_of

UNITS, CHANNELS = 8, 2
APB_MHZ = 80
FILTER_MAX = 1023
LOWEST, HIGHEST = -32_768, 32_767
IGNORE, INCREMENT, DECREMENT = 0, 1, 2
NORMAL, REVERSE, HOLD = 0, 1, 2
STEPS = {IGNORE: 0, INCREMENT: 1, DECREMENT: -1}
SIGNS = {NORMAL: 1, REVERSE: -1, HOLD: 0}
THRESHOLD1, THRESHOLD0, MIN, MAX, ZERO = 4, 8, 16, 32, 64
CHANNEL_OPTIONS = ("pin", "rising", "falling", "mode_pin", "mode_low", "mode_high")
UNIT_OPTIONS = ("channel", "filter", "min", "max", "threshold0", "threshold1", "value")


class PCNT(Peripheral):
    """PCNT(id, *, channel=0, pin, rising, falling, mode_pin, mode_low, mode_high, filter, min, max, threshold0,
    threshold1, value)

    One object a unit. rising, falling: what an edge of `pin` does: INCREMENT, DECREMENT or IGNORE; mode_low, mode_high:
    and what the level of mode_pin makes of that: NORMAL, REVERSE or HOLD. filter: cycles of 80 MHz that a pulse must
    last. At `min` and at `max` the count goes back to 0. ValueError for a unit or value out of range.
    """

    IGNORE, INCREMENT, DECREMENT = IGNORE, INCREMENT, DECREMENT
    NORMAL, REVERSE, HOLD = NORMAL, REVERSE, HOLD
    IRQ_THRESHOLD1, IRQ_THRESHOLD0, IRQ_MIN, IRQ_MAX, IRQ_ZERO = THRESHOLD1, THRESHOLD0, MIN, MAX, ZERO

    def __new__(cls, id: int, /, **options: Any) -> Self:
        number = to_int(id)
        if not 0 <= number < UNITS:
            raise ValueError("id")
        return cls._board.singleton((cls, number), lambda: cls._make(number))

    @classmethod
    def _make(cls, number: int) -> Self:
        unit = object.__new__(cls)
        unit._number = number
        unit._rules = {}
        unit._limits = {}
        unit._filter_ns = 0
        unit._running = False
        unit._irq = None
        cls._board.counter(f"pcnt{number}", unit)
        return unit

    def __init__(self, id: int, /, **options: Any) -> None:
        if options:
            self.init(**options)

    def bind(self, channel: CounterChannel, /) -> None:
        self._channel = channel

    def __repr__(self) -> str:
        return f"PCNT({self._number})"

    def init(self, **options: Any) -> None:
        """Change what is given, and leave the rest."""
        for name in options:
            if name not in CHANNEL_OPTIONS + UNIT_OPTIONS:
                raise TypeError("extra keyword arguments given")
        self._set_limits(options)
        given = {name: value for name, value in options.items() if name in CHANNEL_OPTIONS}
        channel = to_int(options.get("channel", 0))
        if not 0 <= channel < CHANNELS:
            raise ValueError("channel")
        if given:
            self._rules[channel] = self._rule(given)
        if "filter" in options:
            cycles = to_int(options["filter"])
            if not 0 <= cycles <= FILTER_MAX:
                raise ValueError("filter")
            self._filter_ns = cycles * 1_000 // APB_MHZ
        if "value" in options:
            self._channel.write(to_int(options["value"]))
        self._apply()

    def _set_limits(self, options: dict[str, Any]) -> None:
        for name in ("min", "max", "threshold0", "threshold1"):
            if name in options:
                limit = to_int(options[name])
                lowest, highest = {"min": (LOWEST, 0), "max": (0, HIGHEST)}.get(name, (LOWEST, HIGHEST))
                if not lowest <= limit <= highest:
                    raise ValueError(name)
                self._limits[name] = limit

    def _rule(self, options: dict[str, Any]) -> CountRule:
        if "pin" not in options:
            raise ValueError("pin")
        steps = []
        for name in ("rising", "falling"):
            action = options.get(name, IGNORE)
            if action not in STEPS:
                raise ValueError(name)
            steps.append(STEPS[action])
        signs = []
        for name in ("mode_low", "mode_high"):
            mode = options.get(name, NORMAL)
            if mode not in SIGNS:
                raise ValueError(name)
            signs.append(SIGNS[mode])
        gate = options.get("mode_pin")
        pin = pin_of(self._board, options["pin"]).ref
        ref = None if gate is None else pin_of(self._board, gate).ref
        return CountRule(pin, steps[0], steps[1], ref, signs[0], signs[1])

    def _apply(self) -> None:
        rules = tuple(self._rules.values()) if self._running else ()
        self._channel.configure(CounterConfig(rules, self._filter_ns))
        self._channel.watch(self._changed if self._running else None)

    # ---- counting

    def start(self) -> None:
        self._running = True
        self._apply()

    def stop(self) -> None:
        """Hold the count as it is."""
        self._running = False
        self._apply()

    def deinit(self) -> None:
        """Stop, and forget everything."""
        self._rules.clear()
        self._limits.clear()
        self._filter_ns = 0
        if self._irq is not None:
            self._irq.attach(None, ZERO, hard=False)
        self.stop()
        self._channel.write(0)

    def value(self, value: int | None = None, /) -> int:
        """The count; with 0, set it back and return what it was. ValueError for any other number."""
        count = self._channel.read()
        if value is not None:
            if to_int(value) != 0:
                raise ValueError("value")
            self._channel.write(0)
        return count

    def _changed(self, count: int, change: int) -> None:
        events = 0
        for name, event in (("threshold0", THRESHOLD0), ("threshold1", THRESHOLD1)):
            if self._limits.get(name) == count:
                events |= event
        lowest, highest = self._limits.get("min", LOWEST), self._limits.get("max", HIGHEST)
        if count >= highest > 0 or count <= lowest < 0:
            events |= MAX if count > 0 else MIN
            self._channel.write(0)
        if count == 0:
            events |= ZERO
        irq = self._irq
        if irq is not None and events & irq.trigger():
            irq.fire(events & irq.trigger())

    def irq(self, handler: Handler | None = None, trigger: int = ZERO) -> IRQ:
        """Call ``handler(pcnt)`` on the events of the trigger; its irq().flags() says which."""
        if self._irq is None:
            self._irq = IRQ(self._board, self, lambda _: None)
        if handler is not None or trigger != ZERO:
            self._irq.attach(handler, to_int(trigger), hard=False)
        return self._irq

    _number: int
    _channel: CounterChannel
    _rules: dict[int, CountRule]
    _limits: dict[str, int]
    _filter_ns: int
    _running: bool
    _irq: IRQ | None
