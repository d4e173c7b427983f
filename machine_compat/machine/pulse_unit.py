"""What machine.Counter and machine.Encoder have in common: a unit that counts edges, its range, and its interrupts.

# Ref: MicroPython ports/esp32/modules/machine.py (over esp32.PCNT), ports/mimxrt/machine_encoder.c
"""

from collections.abc import Callable
from typing import Any, Self

from machine_compat.board import Board
from machine_compat.contract import CounterChannel, CounterConfig, CountRule
from machine_compat.errors import BusError
from machine_compat.machine.irq import IRQ, Handler
from machine_compat.machine.peripheral import Peripheral, fail, made_for, to_int
from machine_compat.machine.pin import Pin
from machine_compat.machine.pins import pin_of

_UNSET: Any = object()
RESET, INDEX, MATCH, ROLL_OVER, ROLL_UNDER = 1, 2, 8, 32, 64
"""ENC status flags of the MIMXRT SDK (fsl_enc.h)."""
KEY = "pulse unit"


class Trigger:
    """A pin whose rising edge does something to a count."""

    def __init__(self, board: Board, name: str, ref: str, action: Callable[[], None]) -> None:
        self._action = action
        board.counter(name, self)
        self._channel.configure(CounterConfig((CountRule(ref),)))
        self._channel.watch(self._edge)

    def bind(self, channel: CounterChannel, /) -> None:
        self._channel = channel

    def _edge(self, count: int, change: int) -> None:
        self._action()

    def close(self) -> None:
        self._channel.close()


class PulseUnit(Peripheral):
    """A counting unit. An id has one object, of the class that took it first; ValueError "PCNT in use" for another."""

    IRQ_RESET, IRQ_INDEX, IRQ_MATCH, IRQ_ROLL_OVER, IRQ_ROLL_UNDER = RESET, INDEX, MATCH, ROLL_OVER, ROLL_UNDER

    _id: int
    _live: bool
    _channel: CounterChannel

    def __new__(cls, id: int, *args: object, **options: object) -> Self:
        board = cls._board
        number = to_int(id)
        if not 0 <= number < board.port.counter_units:
            raise ValueError("invalid id")
        unit = board.singleton((KEY, number), lambda: cls._make(number))
        if not isinstance(unit, cls):
            raise ValueError("PCNT in use")
        return unit

    @classmethod
    def _make(cls, id: int) -> Self:
        self = object.__new__(cls)
        self._id = id
        self._live = False
        self._irq = None
        self._triggers = []
        return self

    def __init__(self, id: int, *args: Any, **options: Any) -> None:
        if self._live and self._board.port.counter_keeps and not (args or options.keys() - {"filter_ns"}):
            return
        self.init(*args, **options)

    def init(self, *args: Any, **options: Any) -> None:
        """Count anew from the beginning; arguments as for the constructor."""
        board = self._board
        for option in options:
            if option not in board.port.counter_options:
                raise TypeError(f"unexpected keyword argument '{option}'")
        common = {name: options.pop(name, None) for name in ("reset", "match", "match_pin", "max", "min", "index")}
        filter_ns = board.port.counter_filter_ns(max(0, to_int(options.pop("filter_ns", 0))))
        rules = self._rules(*args, **options)
        self._stop()
        self._limit(common["min"], common["max"], common["match"])
        try:
            board.counter(f"counter{self._id}", self)
            self._channel.configure(CounterConfig(rules, filter_ns))
            self._channel.write(self._least)
        except BusError as error:
            fail(board, "Counter", error)
        self._live = True
        self._connect(common["index"], common["reset"], common["match_pin"])
        self._listen()

    def _rules(self, *args: Any, **options: Any) -> tuple[CountRule, ...]:
        """What counts, from the arguments of a class's own."""
        raise NotImplementedError(f"{type(self).__name__}._rules")

    def _pin(self, pin: object) -> str:
        board = self._board
        ref = pin_of(board, pin).ref
        board.claim(ref, self._lost)
        return ref

    def _lost(self) -> None:
        """A pin became something else; its level counts all the same."""

    def bind(self, channel: CounterChannel, /) -> None:
        self._channel = channel
        if self._live:
            self._listen()

    def _limit(self, least: Any, most: Any, match: Any) -> None:
        """The range of the count: all numbers unless `max` or `min` is given."""
        self._least = to_int(least) if least is not None else 0
        self._most = to_int(most) if most is not None else 0
        self._limited = bool(self._most or self._least)
        self._match = None if match is None else to_int(match)
        self._turns = 0

    def _connect(self, index: object, reset: object, match_pin: object) -> None:
        board = self._board
        for name, pin, action in (("index", index, self._indexed), ("reset", reset, self._reset)):
            if pin is not None:
                self._triggers.append(Trigger(board, f"counter{self._id} {name}", self._pin(pin), action))
        self._match_pin = None
        if match_pin is not None:
            spot = pin_of(board, match_pin)
            self._match_pin = made_for(board, Pin)._at(spot)
            self._match_pin.init(made_for(board, Pin).OUT, value=int(self._match == self._least))

    def deinit(self) -> None:
        """Stop counting, until the next init."""
        self._stop()
        self._live = False

    def _stop(self) -> None:
        if self._live:
            self._channel.close()
        for trigger in self._triggers:
            trigger.close()
        self._triggers = []
        if self._irq is not None:
            self._irq.attach(None, 0, hard=False)
            self._irq = None
        self._events = 0

    # ---- the count

    def _count(self) -> int:
        if not self._live:
            raise self._board.port.counter_stopped()
        return self._channel.read()

    def value(self, value: int | None = None, /) -> int:
        """The count; with an argument, set it. What it was is returned in either case."""
        before = self._count()
        if value is not None:
            self._channel.write(to_int(value))
        return before

    def cycles(self, value: int | None = None, /) -> int:
        """How often the count has gone round its range, or the index pulse has come; with an argument, set it."""
        self._count()
        before = self._turns
        if value is not None:
            self._turns = to_int(value)
        return (before + 0x8000) % 0x1_0000 - 0x8000

    def _listen(self) -> None:
        """Have changes told where anything depends on them."""
        wanted = self._limited or self._match is not None or self._triggers
        self._channel.watch(self._changed if wanted else None)

    def _changed(self, count: int, change: int) -> None:
        self._forward = change > 0
        if self._limited and not self._least <= count <= self._most:
            over = count > self._most
            count = self._least if over else self._most
            self._channel.write(count)
            self._turns += 1 if over else -1
            self._fire(ROLL_OVER if over else ROLL_UNDER)
        matches = count == self._match
        if self._match_pin is not None and self._match_pin.value() != matches:
            self._match_pin.value(matches)
        if matches:
            self._fire(MATCH)

    def _indexed(self) -> None:
        self._channel.write(self._least)
        self._turns += 1 if self._forward else -1
        self._fire(INDEX)

    def _reset(self) -> None:
        self._channel.write(self._least)
        self._fire(RESET)

    # ---- interrupts

    def irq(self, handler: Handler | None = _UNSET, trigger: Any = _UNSET, hard: Any = _UNSET) -> IRQ:
        """Call ``handler(unit)`` on the events of a trigger mask; with no arguments, just the interrupt object.

        IRQ_MATCH comes once, and again after its trigger was set again.
        """
        self._count()
        if self._irq is None:
            self._irq = IRQ(self._board, self, self._retrigger)
        if handler is not _UNSET or trigger is not _UNSET or hard is not _UNSET:
            mask = 0 if trigger is _UNSET else to_int(trigger)
            wrong = mask & ~(RESET | INDEX | MATCH | ROLL_OVER | ROLL_UNDER)
            if wrong:
                raise ValueError(f"trigger 0x{wrong:04x} unsupported")
            self._irq.attach(None if handler is _UNSET else handler, mask, hard is not _UNSET and bool(hard))
        return self._irq

    def _retrigger(self, mask: int) -> None:
        self._events = mask

    def _fire(self, event: int) -> None:
        if self._irq is not None and self._events & event:
            if event == MATCH:
                self._events &= ~MATCH
            self._irq.fire(event)

    _irq: IRQ | None
    _triggers: list[Trigger]
    _match_pin: Pin | None = None
    _events: int = 0
    _forward: bool = True
