"""`pyb.ExtInt`: a handler on an external-interrupt line.

# Ref: MicroPython ports/stm32/extint.c; RM0090 12.2 (external interrupt/event controller)
"""

from collections.abc import Callable

from machine_compat.board import Board
from machine_compat.contract import Edge
from machine_compat.machine.exti import ExtiLines, Use, exti_lines
from machine_compat.machine.irq import IRQ, Handler
from machine_compat.machine.peripheral import Peripheral, made_for, to_int
from machine_compat.machine.pin import Pin
from machine_compat.machine.pins import pin_of

PIN_LINES, ALL_LINES = 16, 23
"""Lines from 16 on are inside the chip: calendar, USB, Ethernet."""
INTERRUPT = 0x1_0000
RISING, FALLING = 0x10_0000, 0x20_0000


class Source:
    """A line with a handler on it, which runs as a hard interrupt. pin: None for a line inside the chip."""

    def __init__(self, board: Board, pin: Pin | None, key: object) -> None:
        self._lines: ExtiLines = exti_lines(board)
        self._pin = pin
        self._key = key
        self._edges = Edge(0)
        self._use: Use | None = None
        self.enabled = False
        self.irq = IRQ(board, key, self._listen)

    def start(self, handler: Handler, *, rising: bool = False, falling: bool = False) -> None:
        """Take the line and listen."""
        self._edges = (Edge.RISING if rising else Edge(0)) | (Edge.FALLING if falling else Edge(0))
        self._use = Use(self.stop)
        self._lines.take(self._key, self._use)
        self.enable()
        self.irq.attach(handler, self._edges or Edge.BOTH, hard=True)

    def enable(self) -> None:
        self.enabled = True
        self._watch()

    def disable(self) -> None:
        self.enabled = False
        self._watch()

    def stop(self) -> None:
        """Take the handler away: somebody else has the line."""
        self._use = None
        self.irq.attach(None, 0, hard=True)

    def _listen(self, trigger: int) -> None:
        # A handler that raised was taken off by the interrupt itself.
        if not trigger and self._use is not None:
            self._use = None
            self._lines.take(self._key, None)
        self._watch()
"""The part of Source that follows is written below."""
