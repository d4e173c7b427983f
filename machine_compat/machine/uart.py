"""`machine.UART`: a serial port.

# Ref: MicroPython extmod/machine_uart.c, ports/{rp2,esp32,stm32}/machine_uart.c
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Self

from machine_compat.contract import UARTEvent
from machine_compat.errors import Unsupported
from machine_compat.machine.irq import IRQ, Handler
from machine_compat.machine.peripheral import to_int
from machine_compat.machine.pins import bus_of
from machine_compat.machine.stream import POLLIN, POLLOUT
from machine_compat.machine.uart_settings import constant, fresh, settled
from machine_compat.machine.uart_stream import UARTStream
from machine_compat.profile import Bus

_UNSET: Any = object()
TRIGGERS = {
    "IRQ_RX": UARTEvent.RX,
    "IRQ_RXIDLE": UARTEvent.RX_IDLE,
    "IRQ_TXIDLE": UARTEvent.TX_IDLE,
    "IRQ_BREAK": UARTEvent.BREAK,
}
"""The constants a script may write in a trigger, where its port has them."""


class UART(UARTStream):
    """UART(id, baudrate=115200, bits=8, parity=None, stop=1, *, tx, rx, timeout=0, timeout_char=0, ...)

    timeout, timeout_char: how long in ms a read waits for its first byte, and for each after it. There is one object
    an id; with nothing but the id an existing one is returned as it is. Raises ValueError in the port's words for a
    port, pin or value the board does not have, TypeError for an argument the port does not know.
    """

    _bus: Bus
    _irq: IRQ | None
    _events: UARTEvent
    _heard: bool
    """Whether the channel is to report what arrives, so that it ends the board's waits."""
    _watched: bool
    _losses: dict[str, Callable[[], None]]
    """What the board calls when a pin becomes something else, by its ref."""

    def __new__(cls, id: Any, *args: Any, **options: Any) -> Self:
        board = cls._board
        try:
            bus = bus_of(board, "uart", id, "UART")
        except ValueError:
            raise ValueError(board.port.uart_words["id"].format(id)) from None
        return board.singleton((cls, bus.ref), lambda: cls._make(bus))

    @classmethod
    def _make(cls, bus: Bus) -> Self:
        self = object.__new__(cls)
        self._bus = bus
        self._settings = fresh(cls._board, bus)
        self._channel = None
        self._irq = None
        self._events = UARTEvent(0)
        self._live = self._heard = self._watched = False
        self._losses = {}
        return self

    def __init__(
        self, id: Any, baudrate: Any = _UNSET, bits: Any = _UNSET, parity: Any = _UNSET, stop: Any = _UNSET, **more: Any
    ) -> None:
        given = self._given(baudrate, bits, parity, stop, more)
        if given or not (self._live or self._demanding()):
            self._configure(given)

    def init(
        self, baudrate: Any = _UNSET, bits: Any = _UNSET, parity: Any = _UNSET, stop: Any = _UNSET, **more: Any
    ) -> None:
        """Re-configure; what is not given stays as it is, or on stm32 goes back to its default."""
        given = self._given(baudrate, bits, parity, stop, more)
        if given or not self._live or self._demanding():
            self._configure(given)

    def _demanding(self) -> bool:
        """Whether the port opens a UART only with a baudrate."""
        return "baudrate" not in self._board.port.uart_defaults

    @staticmethod
    def _given(baudrate: Any, bits: Any, parity: Any, stop: Any, more: dict[str, Any]) -> dict[str, Any]:
        positional = {"baudrate": baudrate, "bits": bits, "parity": parity, "stop": stop}
        return {**{name: value for name, value in positional.items() if value is not _UNSET}, **more}

    def _configure(self, given: dict[str, Any]) -> None:
        board = self._board
        settings = settled(board, self._bus, self._settings, given)
        for ref in settings.used_pins(board):
            board.claim(ref, self._losses.setdefault(ref, partial(self._lost, ref)), "UART")
        board.uart(self._bus.ref, self)
        assert self._channel is not None
        config = settings.config(board)
        self._asked(self._channel.configure, config)
        self._frame_ns = config.frame_ns()
        self._settings = settings
        self._live = True
        self._asked(self._watch)

    def bind(self, channel: Any, /) -> None:
        self._channel = channel
        if self._live:
            self._watch()

    def deinit(self) -> None:
        """Switch off, when all has been sent; handlers and the baudrate are forgotten, and on esp32 all settings."""
        if self._live and self._channel is not None:
            self._drained(self._patience())
            self._live = self._heard = False
            self._events = UARTEvent(0)
            self._watch()
        self._irq = None
        unset = fresh(self._board, self._bus)
        self._settings = unset if self._board.port.uart_forgets else self._settings.with_rate_of(unset)

    def _lost(self, ref: str) -> None:
        """A pin became something else. TX must no longer be driven then; of the others the UART notices nothing."""
        if ref == self._settings.pins["tx"] and self._channel is not None:
            self._live = self._heard = False
            self._channel.close()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        line = self.readline()
        if not line:
            raise StopIteration
        return line

    # ---- interrupts and polling

    def irq(self, handler: Handler | None = _UNSET, trigger: Any = _UNSET, hard: Any = _UNSET) -> IRQ:
        """Call ``handler(uart)`` on the events of a trigger mask; with no arguments, just the interrupt object."""
        board = self._board
        if self._irq is None:
            self._irq = IRQ(board, self, self._trigger)
        if handler is not _UNSET or trigger is not _UNSET or hard is not _UNSET:
            mask = 0 if trigger is _UNSET else to_int(trigger)
            wrong = mask & ~sum(constant(board, name) for name in TRIGGERS)
            if wrong:
                raise ValueError(board.port.uart_words["trigger"].format(wrong))
            is_hard = hard is not _UNSET and bool(hard)
            if is_hard and not board.port.uart_irq_hard:
                raise ValueError("hard IRQ is not supported")
            self._irq.attach(None if handler is _UNSET else handler, mask, is_hard)
        return self._irq

    def _trigger(self, mask: int) -> None:
        self._events = UARTEvent(0)
        for name, event in TRIGGERS.items():
            if mask & constant(self._board, name):
                self._events |= event
        if self._live:
            self._asked(self._watch)

    def _watch(self) -> None:
        """Have the channel tell what a handler or a waiting poll wants to know."""
        events = self._events | (UARTEvent.RX if self._heard else UARTEvent(0))
        if self._channel is not None and (events or self._watched):
            self._watched = False
            self._channel.watch(events, self._event if events else None)
            self._watched = bool(events)

    def _event(self, event: UARTEvent) -> None:
        if self._irq is not None and event & self._events:
            self._irq.fire(sum(constant(self._board, name) for name, bit in TRIGGERS.items() if event & bit))
        if self._heard:
            self._board.clock.wake()

    def _poll(self, flags: int) -> int:
        """Which of the events asked for (POLLIN, POLLOUT) are there; there is room for a write, or soon will be."""
        channel = self._channel
        if not self._live or channel is None:
            return 0
        return flags & ((POLLIN if self._asked(channel.waiting) else 0) | POLLOUT)

    def _wakes(self) -> bool:
        """Whether what arrives ends the board's waits by itself; asking makes it so, where the channel can."""
        if self._live and not self._heard:
            self._heard = True
            try:
                self._watch()
            except Unsupported:
                self._heard = False
        return self._heard

    def __repr__(self) -> str:
        board = self._board
        if not self._live and board.port.uart_write == "sent":
            return f"UART({self._bus.id})"
        values = self._settings.shown(board, self._bus)
        trigger = self._irq.trigger() if self._irq is not None else 0
        return board.port.uart_repr({"id": self._bus.id, **values, "irq": trigger})
