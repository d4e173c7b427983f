"""What machine.CAN and pyb.CAN stand on: a controller with three mailboxes, filters, and two FIFOs of three frames.

# Ref: STM32F405 reference manual RM0090, 32.7 (bxCAN functional description); MicroPython ports/stm32/can.c
"""

import enum
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from machine_compat.board import Board
from machine_compat.contract import CANChannel, CANConfig, CANErrors, CANEvent, CANFrame
from machine_compat.errors import BusError
from machine_compat.machine.can_filters import Filters
from machine_compat.machine.functions import frequency_of
from machine_compat.machine.peripheral import fail
from machine_compat.profile import Bus

MAILBOXES = 3
FIFOS = 2
DEPTH = 3
STOPPED, ACTIVE, WARNING, PASSIVE, BUS_OFF = range(5)
WARNING_LIMIT, PASSIVE_LIMIT = 96, 128
MOCK_CLOCK = 42_000_000
"""What a controller counts where the board's clock is one number: the pyboard's APB1."""


class Happened(enum.Enum):
    """What a class hears of its controller, each with a number: FIFO, mailbox or state."""

    RECEIVED = "received"
    FULL = "full"
    OVERRUN = "overrun"
    SENT = "sent"
    FAILED = "failed"
    STATE = "state"


class Received(NamedTuple):
    frame: CANFrame
    match: int


def unheard(event: Happened, number: int) -> None:
    """Nobody listens."""


class CANController:
    """One controller."""

    def __init__(self, board: Board, place: Bus) -> None:
        self._board = board
        self._place = place
        self.told: Callable[[Happened, int], None] = unheard
        """Called with what happens, wherever that is; it must not run the script."""
        self._channel: CANChannel | None = None
        self._level = ACTIVE
        self.filters = Filters()
        self.opened = False
        self.pending: dict[int, CANFrame] = {}
        """What is in each mailbox."""
        self.fifos: tuple[deque[Received], ...] = tuple(deque() for _ in range(FIFOS))
        self.warnings = self.passives = self.bus_offs = 0
        """How often each state was entered from a better one."""

    def bind(self, channel: CANChannel, /) -> None:
        self._channel = channel
        if self.opened:
            channel.watch(self._event)

    def open(self, config: CANConfig) -> None:
        """Join the bus; whatever was queued is gone."""
        board = self._board
        pins = config._replace(tx=self._place.default("tx"), rx=self._place.default("rx"))
        for ref in (pins.tx, pins.rx):
            if ref is not None:
                board.claim(ref, self._lost, "CAN")
        try:
            board.can(self._place.ref, self)
            channel = self._open_channel()
            channel.watch(self._event)
            channel.configure(pins)
        except BusError as error:
            fail(board, "CAN", error)
        self._empty()
        self.opened = True

    def close(self) -> None:
        if self.opened:
            self.opened = False
            self._open_channel().close()
            self._empty()

    def _lost(self) -> None:
        """A pin of the bus became something else."""
        if self.opened and self._channel is not None:
            self._channel.close()

    def _open_channel(self) -> CANChannel:
        assert self._channel is not None
        return self._channel

    def _empty(self) -> None:
        self.pending.clear()
        for fifo in self.fifos:
            fifo.clear()
        self._level = ACTIVE
        self.warnings = self.passives = self.bus_offs = 0

    # ---- frames

    def send(self, mailbox: int, frame: CANFrame) -> None:
        self.pending[mailbox] = frame
        self._open_channel().send(mailbox, frame)
        # A bus that is idle takes the frame before a script can say more.
        self._board.clock.spend(self._board.profile.call_ns)

    def cancel(self, mailbox: int) -> bool:
        return self._open_channel().cancel(mailbox)

    def restart(self) -> None:
        """Leave bus-off; what is in the mailboxes is not sent."""
        for mailbox in tuple(self.pending):
            self._open_channel().cancel(mailbox)
        self.pending.clear()
        self._open_channel().restart()
        self._level = ACTIVE

    def _event(self, event: CANEvent, value: CANFrame | int | None) -> None:
        if isinstance(value, CANFrame):
            self._received(value)
        elif isinstance(value, int):
            self.pending.pop(value, None)
            self.told(Happened.SENT if event is CANEvent.SENT else Happened.FAILED, value)
        else:
            self._graded()

    def _received(self, frame: CANFrame) -> None:
        match = self.filters.match(frame)
        if match is None:
            return
        fifo = self.fifos[match.fifo]
        arrived = Received(frame, match.number)
        if len(fifo) == DEPTH:
            # The latest frame gives way (RFLM is clear).
            fifo[-1] = arrived
            self.told(Happened.OVERRUN, match.fifo)
            return
        fifo.append(arrived)
        self.told(Happened.RECEIVED, match.fifo)
        if len(fifo) == DEPTH:
            self.told(Happened.FULL, match.fifo)

    # ---- state

    def errors(self) -> CANErrors:
        return self._open_channel().errors() if self.opened else CANErrors()

    @property
    def state(self) -> int:
        if not self.opened:
            return STOPPED
        errors = self.errors()
        worst = max(errors.transmit, errors.receive)
        if errors.bus_off:
            return BUS_OFF
        return PASSIVE if worst >= PASSIVE_LIMIT else WARNING if worst >= WARNING_LIMIT else ACTIVE

    def _graded(self) -> None:
        before, self._level = self._level, self.state
        if self._level <= before:
            return
        self.warnings += self._level == WARNING
        self.passives += self._level == PASSIVE
        self.bus_offs += self._level == BUS_OFF
        self.told(Happened.STATE, self._level)

    @property
    def clock_hz(self) -> int:
        """What the bit times are counted in: APB1."""
        clocks = frequency_of(self._board)
        return clocks[2] if isinstance(clocks, tuple) else MOCK_CLOCK
