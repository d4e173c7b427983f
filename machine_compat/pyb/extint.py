"""`pyb.ExtInt`: a handler on an external-interrupt line.

# Ref: MicroPython ports/stm32/extint.c; RM0090 12.2 (external interrupt/event controller)
"""

from machine_compat.board import Board
from machine_compat.contract import Edge
from machine_compat.machine.exti import Use, exti_lines
from machine_compat.machine.irq import IRQ, Handler
from machine_compat.machine.peripheral import Peripheral, made_for, to_int
from machine_compat.machine.pin import Pin
from machine_compat.machine.pins import pin_of

PIN_LINES, ALL_LINES = 16, 23
"""Lines from 16 on are inside the chip: calendar, USB, Ethernet."""


class Listener:
    """A handler on a line, called with `argument` in a hard interrupt until it raises or somebody takes the line.

    pin: None for a line inside the chip; edges: what calls the handler besides `trigger`.
    """

    def __init__(self, board: Board, line: int, pin: Pin | None, edges: Edge, handler: Handler) -> None:
        self._lines = exti_lines(board)
        self._key = line if pin is None else self._lines.key(pin)
        self._pin = pin
        self._edges = edges
        self._installed = False
        self._enabled = True
        self._use = Use(line, self._stop, self._edges_now)
        self._irq = IRQ(board, line, self._listen)
        self._lines.take(self._key, self._use)
        self._irq.attach(handler, Edge.BOTH, hard=True)

    def enable(self, enabled: bool) -> None:
        """Let the line interrupt, or not: what happens on it meanwhile is lost."""
        self._enabled = enabled
        self._watch()

    def trigger(self) -> None:
        """Interrupt as if an edge had come."""
        if self._enabled and self._installed:
            self._irq.fire(0)

    def _edges_now(self) -> Edge:
        return self._edges if self._installed and self._enabled else Edge(0)

    def _stop(self) -> None:
        self._irq.attach(None, 0, hard=True)

    def _listen(self, trigger: int) -> None:
        self._installed = bool(trigger)
        self._watch()
        if not trigger:
            self._lines.drop(self._key, self._use)

    def _watch(self) -> None:
        if self._pin is not None:
            listens = self._installed and self._enabled
            self._pin.line.watch(self._edges, (lambda edge, _: self._irq.fire(edge)) if listens else None)


class ExtInt(Peripheral):
    """ExtInt(pin, mode, pull, callback)

    pin: a Pin or a pin's name, or the number, from 16, of a line inside the chip. callback: called with the line's
    number; None frees the line. Pins of the same number, as A4 and B4, share one line: ValueError "ExtInt vector 4 is
    already in use". Event modes wake the chip and call nothing.
    """

    IRQ_RISING = 0x11_0000
    IRQ_FALLING = 0x21_0000
    IRQ_RISING_FALLING = 0x31_0000
    EVT_RISING = 0x12_0000
    EVT_FALLING = 0x22_0000
    EVT_RISING_FALLING = 0x32_0000

    def __init__(self, pin: object, mode: int, pull: int, callback: Handler | None) -> None:
        board = self._board
        found = None if isinstance(pin, int) else made_for(board, Pin)._at(pin_of(board, pin))
        self._line = inner_line(to_int(pin)) if found is None else found.pin()
        if to_int(mode) not in MODES:
            raise ValueError(f"invalid ExtInt Mode: {mode}")
        if to_int(pull) not in (0, 1, 2):
            raise ValueError(f"invalid ExtInt Pull: {pull}")
        lines = exti_lines(board)
        key = self._line if found is None else lines.key(found)
        if callback is not None and lines.used(key):
            raise ValueError(f"ExtInt vector {self._line} is already in use")
        self._listener: Listener | None = None
        if callback is None:
            lines.take(key, None)
            return
        if found is not None:
            found.init(found.IN, pull)
        edges = MODES[mode]
        if edges is not None:
            self._listener = Listener(board, self._line, found, edges, callback)

    @classmethod
    def regs(cls) -> None:
        """Print the registers that say which lines interrupt, and at which edges; what the chip serves itself is 0."""
        board = cls._board
        masked, rising, falling = exti_lines(board).registers()
        found = {"IMR": masked, "EMR": 0, "RTSR": rising, "FTSR": falling, "SWIER": 0, "PR": 0}
        for name, value in found.items():
            print(f"EXTI_{name:<6}{value:08x}", file=board.stdout)

    def line(self) -> int:
        """The number of the line, which pins of the same number share."""
        return self._line

    def enable(self) -> None:
        """Let it interrupt again."""
        if self._listener is not None:
            self._listener.enable(True)

    def disable(self) -> None:
        """Let it not interrupt, until `enable`; edges in between are lost."""
        if self._listener is not None:
            self._listener.enable(False)

    def swint(self) -> None:
        """Interrupt now, as an edge would."""
        if self._listener is not None:
            self._listener.trigger()

    def __repr__(self) -> str:
        return f"<ExtInt line={self._line}>"


def inner_line(number: int) -> int:
    """The number of a line inside the chip; ValueError for one that is a pin's, or none."""
    if number < PIN_LINES:
        raise ValueError(f"ExtInt vector {number} < 16, use a Pin object")
    if number >= ALL_LINES:
        raise ValueError(f"ExtInt vector {number} >= max of {ALL_LINES}")
    return number


MODES: dict[int, Edge | None] = {
    ExtInt.IRQ_RISING: Edge.RISING,
    ExtInt.IRQ_FALLING: Edge.FALLING,
    ExtInt.IRQ_RISING_FALLING: Edge.BOTH,
    ExtInt.EVT_RISING: None,
    ExtInt.EVT_FALLING: None,
    ExtInt.EVT_RISING_FALLING: None,
}
"""The edges that interrupt in each mode; None for those that only wake the chip."""
