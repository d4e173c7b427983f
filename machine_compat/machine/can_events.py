"""What a machine.CAN has to tell its script: messages that came and went, changes of state, and the interrupt for them.

# Ref: MicroPython ports/stm32/machine_can.c (machine_can_irq_handler, machine_can_port_irq_flags), ports/stm32/can.c
"""

from collections import deque

from machine_compat.board import Board
from machine_compat.machine.can_controller import FIFOS, CANController, Happened
from machine_compat.machine.irq import IRQ

TX, RX, TX_FAILED, STATE = 1, 2, 4, 8
INDEX_SHIFT = 16
ERR_FULL, ERR_OVERRUN = 1, 2


class CANIRQ(IRQ):
    """A CAN object's interrupt. ``flags()`` looks at the controller, and takes one sent message from it at a time."""

    def __init__(self, board: Board, parent: object, events: "CANEvents") -> None:
        super().__init__(board, parent, events.retrigger)
        self._events = events

    def flags(self) -> int:
        return self._events.take_flags()


class CANEvents:
    """The events of one CAN object. A FIFO interrupts once, and again after the script has taken a message from it."""

    def __init__(self, board: Board, parent: object, controller: CANController) -> None:
        self._board = board
        self._parent = parent
        self._controller = controller
        self._irq: CANIRQ | None = None
        self._trigger = 0
        self.forget()

    def forget(self) -> None:
        """Begin anew, with the same interrupt."""
        self.ids: dict[int, int] = {}
        """The identifier in each mailbox, until the script may know that it was sent."""
        self.overruns = 0
        self._errors = 0
        self._done: deque[tuple[int, bool]] = deque()
        self._armed = [True] * FIFOS
        self._tx_armed = True
        self._state_pending = False

    def end(self) -> None:
        """No more interrupts."""
        self._trigger = 0
        if self._irq is not None:
            self._irq.attach(None, 0, hard=False)
            self._irq = None

    def irq(self) -> CANIRQ:
        if self._irq is None:
            self._irq = CANIRQ(self._board, self._parent, self)
        return self._irq

    def retrigger(self, mask: int) -> None:
        self._trigger = mask
        if mask & RX:
            for number in range(FIFOS):
                self.rearm(number)

    def take_errors(self) -> int:
        """What was lost since the last message that was taken."""
        errors, self._errors = self._errors, 0
        return errors

    # ---- from the controller

    def told(self, event: Happened, number: int) -> None:
        match event:
            case Happened.RECEIVED:
                self._arrived(number)
            case Happened.FULL:
                self._errors |= ERR_FULL
            case Happened.OVERRUN:
                self._errors |= ERR_OVERRUN
                self.overruns += 1
            case Happened.STATE if self._trigger & STATE:
                self._state_pending = True
                self._fire(STATE)
            case Happened.SENT | Happened.FAILED:
                self._finished(number, event is Happened.SENT)
        self._board.clock.wake()

    def _finished(self, mailbox: int, sent: bool) -> None:
        if not self._trigger & TX:
            self.ids.pop(mailbox, None)
            return
        # The mailbox is free once the script has heard of it.
        self._done.append((mailbox, sent))
        if self._tx_armed:
            self._tx_armed = False
            self._fire(TX)

    def _arrived(self, fifo: int) -> None:
        if self._armed[fifo] and self._trigger & RX:
            self._armed[fifo] = False
            self._fire(RX)

    def rearm(self, fifo: int) -> None:
        """The script has looked at a FIFO: what is still in it interrupts again."""
        self._armed[fifo] = True
        if self._controller.fifos[fifo]:
            self._arrived(fifo)

    def _fire(self, flag: int) -> None:
        if self._irq is not None:
            self._irq.fire(flag)

    # ---- to the script

    def take_flags(self) -> int:
        """What there is to tell, of the events it wants to hear; of sent messages the next one."""
        flags = 0
        if self._trigger & STATE and self._state_pending:
            self._state_pending = False
            flags |= STATE
        if self._trigger & RX and any(self._controller.fifos):
            flags |= RX
        if self._trigger & TX:
            if self._done:
                index, sent = self._done.popleft()
                self.ids.pop(index, None)
                flags |= index << INDEX_SHIFT | TX | (0 if sent else TX_FAILED)
            self._tx_armed = not self._done
            if self._done:
                self._fire(TX)
        return flags
