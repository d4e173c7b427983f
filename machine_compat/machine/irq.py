"""Interrupt objects: what `pin.irq(...)` and its like return.

# Ref: MicroPython shared/runtime/mpirq.c
"""

from collections.abc import Callable
from functools import partial

from machine_compat.board import Board

Handler = Callable[[object], object]


class EdgeIRQ:
    """One interrupt source of a facade object; esp32's pins have no more of it.

    ``irq()`` runs the handler now, ``irq.trigger([new])`` returns the trigger mask there was, and sets a new one.
    """

    def __init__(self, board: Board, parent: object, set_trigger: Callable[[int], None]) -> None:
        self._board = board
        self._parent = parent
        self._set_trigger = set_trigger
        self._handler: Handler | None = None
        self._trigger = 0
        self._flags = 0
        self._hard = False

    def __repr__(self) -> str:
        return "<IRQ>"

    def __call__(self) -> None:
        if self._handler is not None:
            self._handler(self._parent)

    def trigger(self, trigger: int | None = None, /) -> int:
        before = self._trigger
        if trigger is not None:
            self._trigger = trigger
            self._listen()
        return before

    def attach(self, handler: Handler | None, trigger: int, hard: bool) -> None:
        """Install a handler for a trigger mask; None removes it."""
        if handler is not None and not callable(handler):
            raise ValueError("handler must be None or callable")
        self._handler = handler
        self._trigger = trigger
        self._hard = hard
        self._listen()

    def _listen(self) -> None:
        trigger = self._trigger if self._handler else 0
        listening = self._board.listening
        (listening.add if trigger else listening.discard)(self)
        self._set_trigger(trigger)

    def fire(self, flags: int) -> None:
        """An event happened: have the handler run as a board would."""
        self._flags = flags
        handler = self._handler
        if handler is not None:
            self._board.interrupts.post(lambda: self._run(handler), self._hard)

    def demand(self, flags: int, patience_ns: int) -> bool:
        """An event that the hardware waits with: have the hard handler run now; False if it did not in time."""
        self._flags = flags
        handler = self._handler
        return handler is None or self._board.interrupts.demand(partial(self._run, handler), patience_ns)

    @property
    def hard(self) -> bool:
        """Whether the handler interrupts the script, and is not just scheduled."""
        return self._hard

    def _run(self, handler: Handler) -> None:
        try:
            handler(self._parent)
        except Exception as error:
            if self._hard:
                self.attach(None, self._trigger, hard=True)
            self._board.handler_failed(error)


class IRQ(EdgeIRQ):
    """An interrupt source that tells, too, what the last event was: ``irq.flags()``."""

    def __repr__(self) -> str:
        return "<irq>"

    def flags(self) -> int:
        return self._flags
