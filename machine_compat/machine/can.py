"""`machine.CAN`: a classic CAN controller.

# Ref: MicroPython extmod/machine_can.c, ports/stm32/machine_can.c
"""

import errno
from collections.abc import Iterable
from typing import Any

from machine_compat.contract import CANConfig, CANFrame, CANMode
from machine_compat.machine.can_controller import FIFOS, MAILBOXES, CANController
from machine_compat.machine.can_events import ERR_FULL, ERR_OVERRUN, INDEX_SHIFT, RX, STATE, TX, TX_FAILED, CANEvents
from machine_compat.machine.can_filters import BANKS, Bank, masked
from machine_compat.machine.can_timing import SEGMENT_1, SEGMENT_2, BitTiming, divided, nearest
from machine_compat.machine.irq import IRQ, Handler
from machine_compat.machine.one_per_bus import OnePerBus
from machine_compat.machine.peripheral import readable, to_int
from machine_compat.oserror import os_error

_UNSET: Any = object()
LONGEST = 8
RTR, EXT_ID, UNORDERED = 1, 2, 16
MODES = (
    ("MODE_NORMAL", CANMode.NORMAL),
    # The controller has no sleep that hears: it listens.
    ("MODE_SLEEP", CANMode.SILENT),
    ("MODE_LOOPBACK", CANMode.LOOPBACK),
    ("MODE_SILENT", CANMode.SILENT),
    ("MODE_SILENT_LOOPBACK", CANMode.SILENT_LOOPBACK),
)


class CAN(OnePerBus):
    """CAN(id, bitrate, mode=CAN.MODE_NORMAL, sample_point=75, sjw=1, tseg1=-1, tseg2=-1)

    sample_point: in percent of a bit, unless tseg1 and tseg2 give the time quanta before and after it. There is one
    object an id, and constructing it starts it anew. Nothing is received before set_filters. Raises ValueError for an
    id the board does not have, and with the name of an argument that is out of range; OSError EINVAL once deinited.
    """

    MODE_NORMAL, MODE_SLEEP, MODE_LOOPBACK, MODE_SILENT, MODE_SILENT_LOOPBACK = range(5)
    STATE_STOPPED, STATE_ACTIVE, STATE_WARNING, STATE_PASSIVE, STATE_BUS_OFF = range(5)
    FLAG_RTR, FLAG_EXT_ID, FLAG_UNORDERED = RTR, EXT_ID, UNORDERED
    RECV_ERR_FULL, RECV_ERR_OVERRUN = ERR_FULL, ERR_OVERRUN
    IRQ_TX, IRQ_RX, IRQ_TX_FAILED, IRQ_STATE = TX, RX, TX_FAILED, STATE
    IRQ_TX_IDX_SHIFT, IRQ_TX_IDX_MASK = INDEX_SHIFT, 0xFF
    TX_QUEUE_LEN = MAILBOXES
    FILTERS_MAX = BANKS

    _bus_kind, _bus_label = "can", "CAN"
    _controller: CANController

    def _made(self) -> None:
        self._controller = CANController(self._board, self._place)
        self._events = CANEvents(self._board, self, self._controller)
        self._controller.told = self._events.told

    def __init__(self, id: object, *args: Any, **options: Any) -> None:
        self.init(*args, **options)

    def init(
        self,
        bitrate: int,
        mode: int = 0,
        sample_point: int = 75,
        sjw: int = 1,
        tseg1: int = -1,
        tseg2: int = -1,
    ) -> None:
        """Start anew; arguments as for the constructor. Interrupts stay as they are."""
        rate, number = to_int(bitrate), to_int(mode)
        if not 0 <= number < len(MODES):
            raise ValueError("mode")
        if not 1 <= to_int(sjw) <= 4:
            raise ValueError("sjw")
        if (tseg1 != -1 and tseg1 not in SEGMENT_1) or (tseg1 == -1 and tseg2 != -1):
            raise ValueError("tseg1")
        if (tseg2 != -1 and tseg2 not in SEGMENT_2) or (tseg2 == -1 and tseg1 != -1):
            raise ValueError("tseg2")
        if not 0 < to_int(sample_point) < 100:
            raise ValueError("sample_point")
        clock = self._controller.clock_hz
        if tseg1 == -1:
            self._timing = nearest(clock, rate, sample_point)
        else:
            self._timing = divided(clock, rate, tseg1, tseg2)
        self._sjw = sjw
        self._mode, chosen = MODES[number]
        self._controller.open(CANConfig(self._timing.bitrate(clock), chosen))
        self._events.forget()

    def deinit(self) -> None:
        """Leave the bus; the handler is forgotten."""
        self._events.end()
        self._controller.close()

    def _open(self) -> CANController:
        if not self._controller.opened:
            raise os_error(errno.EINVAL)
        return self._controller

    # ---- messages

    def send(self, id: int, data: object, flags: int = 0) -> int | None:
        """Queue a message; the index of its mailbox, or None while there is none.

        None, too, while one with the same id waits, unless FLAG_UNORDERED says that it may be overtaken. Raises
        OverflowError "data too long", ValueError "invalid id".
        """
        controller = self._open()
        number, mask, payload = to_int(id), to_int(flags), readable(data)
        if len(payload) > LONGEST:
            raise OverflowError("data too long")
        check_id(number, mask)
        ids = self._events.ids
        if number in ids.values() and not mask & UNORDERED:
            return None
        index = next((box for box in range(MAILBOXES) if box not in ids), None)
        if index is not None:
            ids[index] = number
            controller.send(index, CANFrame(number, payload, bool(mask & EXT_ID), bool(mask & RTR)))
        return index

    def cancel_send(self, index: int, /) -> bool:
        """Take a queued message back; False if its mailbox is empty. IndexError for no mailbox."""
        controller = self._open()
        if not 0 <= to_int(index) < MAILBOXES:
            raise IndexError
        return controller.cancel(to_int(index))

    def recv(self, arg: list[Any] | None = None, /) -> list[Any] | None:
        """The oldest message as [id, memoryview of the data, flags, errors], or None.

        arg: a list of four to put it into, whose memoryview gives the room for the data.
        """
        controller = self._open()
        if arg is not None:
            check_list(arg, 4)
            if not isinstance(arg[1], memoryview):
                raise TypeError
        number = next((number for number, fifo in enumerate(controller.fifos) if fifo), None)
        if number is None:
            return None
        frame = controller.fifos[number].popleft().frame
        room = resized(memoryview(bytearray(LONGEST)) if arg is None else arg[1], len(frame.data))
        room[:] = bytes(len(frame.data)) if frame.remote else frame.data
        result = [] if arg is None else arg
        flags = EXT_ID * frame.extended | RTR * frame.remote
        result[:4] = [frame.id, room, flags, self._events.take_errors()]
        self._events.rearm(number)
        return result

    def set_filters(self, filters: Iterable[Any] | None, /) -> None:
        """Receive what passes one of the filters (id, mask, flags); None: everything.

        flags: FLAG_EXT_ID for identifiers of 29 bits, else 0. Raises ValueError "filter items must have length 3",
        "invalid id", "flags", "too many filters".
        """
        banks = self._open().filters
        banks.clear()
        wanted = ((0, 0, 0), (0, 0, EXT_ID)) if filters is None else filters
        for number, item in enumerate(wanted):
            if not isinstance(item, tuple | list):
                raise TypeError(f"object '{type(item).__name__}' isn't a tuple or list")
            if len(item) != 3:
                raise ValueError("filter items must have length 3")
            id, mask, flags = map(to_int, item)
            check_id(id, flags)
            check_id(mask, flags)
            if number >= BANKS:
                raise ValueError("too many filters")
            if flags & ~EXT_ID:
                raise ValueError("flags")
            banks.banks[number] = Bank((masked(id, mask, bool(flags)),), number % FIFOS, wide=True, active=True)

    # ---- state

    def state(self) -> int:
        """CAN.STATE_STOPPED, STATE_ACTIVE, STATE_WARNING, STATE_PASSIVE or STATE_BUS_OFF."""
        return self._controller.state

    def restart(self) -> None:
        """Leave bus-off: error counters begin at 0, and what is queued is not sent."""
        controller = self._open()
        controller.restart()
        controller.warnings = controller.passives = controller.bus_offs = 0
        self._events.forget()

    def get_counters(self, list: list[Any] | None = None, /) -> list[Any]:
        """[TEC, REC, warnings, times passive, times bus-off, queued, waiting, overruns], in `list` where given."""
        result = [] if list is None else check_list(list, 8)
        one = self._open()
        errors = one.errors()
        waiting = sum(map(len, one.fifos))
        states = [one.warnings, one.passives, one.bus_offs]
        result[:8] = [errors.transmit, errors.receive, *states, len(one.pending), waiting, self._events.overruns]
        return result

    def get_timings(self, list: list[Any] | None = None, /) -> list[Any]:
        """[bit rate as it is, sjw, tseg1, tseg2, None, None], in `list` where given: there is no CAN FD."""
        result = [] if list is None else check_list(list, 6)
        timing = self._timing
        rate = timing.bitrate(self._controller.clock_hz)
        result[:6] = [rate, self._sjw, timing.segment_1, timing.segment_2, None, None]
        return result

    # ---- interrupts

    def irq(self, handler: Handler | None = _UNSET, trigger: Any = _UNSET, hard: Any = _UNSET) -> IRQ:
        """Call ``handler(can)`` on the events of a trigger mask; with no arguments, just the interrupt object.

        Raises ValueError for a trigger other than IRQ_RX, IRQ_TX and IRQ_STATE.
        """
        self._open()
        irq = self._events.irq()
        if handler is not _UNSET or trigger is not _UNSET or hard is not _UNSET:
            mask = 0 if trigger is _UNSET else to_int(trigger)
            wrong = mask & ~(TX | RX | STATE)
            if wrong:
                raise ValueError(f"trigger 0x{wrong:08x} unsupported")
            irq.attach(None if handler is _UNSET else handler, mask, hard is not _UNSET and bool(hard))
        return irq

    def __repr__(self) -> str:
        clock, timing = self._controller.clock_hz, self._timing
        return (
            f"CAN({self._place.id}, bitrate={timing.bitrate(clock)}, mode=CAN.{self._mode}, sjw={self._sjw}, "
            f"tseg1={timing.segment_1}, tseg2={timing.segment_2}, f_clock={clock})"
        )

    _events: CANEvents
    _timing: BitTiming


def check_id(id: int, flags: int) -> None:
    if not 0 <= id < (1 << 29 if flags & EXT_ID else 1 << 11):
        raise ValueError("invalid id")


def check_list(given: list[Any], length: int) -> list[Any]:
    """A list that a script gives to be filled."""
    if not isinstance(given, list):
        raise TypeError
    if len(given) < length:
        raise ValueError
    return given


def resized(room: memoryview, length: int) -> memoryview:
    """The script's memoryview with another length; CPython cannot change that of the object itself."""
    if len(room) >= length:
        return room[:length]
    whole = memoryview(room.obj).cast("B")
    if len(whole) < length:
        raise ValueError("memoryview too small")
    return whole[:length]
