"""`pyb.CAN`: the pyboard's older CAN controller, with filter banks and two receive FIFOs.

# Ref: MicroPython ports/stm32/pyb_can.c
"""

import errno
from collections.abc import Callable, Sequence
from typing import Any

from machine_compat.contract import CANConfig, CANFrame, CANMode
from machine_compat.machine.can_controller import FIFOS, MAILBOXES, CANController, Happened
from machine_compat.machine.can_filters import BANKS, Bank
from machine_compat.machine.can_timing import BitTiming, matched
from machine_compat.machine.one_per_bus import OnePerBus
from machine_compat.machine.peripheral import to_int
from machine_compat.machine.stream import POLLIN, POLLOUT
from machine_compat.oserror import os_error
from machine_compat.pyb.buffers import to_send
from machine_compat.pyb.can_banks import DUAL, LIST16, LIST32, MASK, MASK16, MASK32, RANGE, bank_of

Callback = Callable[["CAN", int], object]
NORMAL, LOOPBACK, SILENT, SILENT_LOOPBACK = 0, 0x400_0000, 0x800_0000, 0xC00_0000
"""CAN_BTR's LBKM and SILM, four bits lower."""
MODES = {
    NORMAL: ("NORMAL", CANMode.NORMAL),
    LOOPBACK: ("LOOPBACK", CANMode.LOOPBACK),
    SILENT: ("SILENT", CANMode.SILENT),
    SILENT_LOOPBACK: ("SILENT_LOOPBACK", CANMode.SILENT_LOOPBACK),
}
REASONS = {Happened.RECEIVED: 0, Happened.FULL: 1, Happened.OVERRUN: 2}
MS = 1_000_000


class CAN(OnePerBus):
    """CAN(bus, mode, prescaler=100, *, sjw=1, bs1=6, bs2=8, auto_restart=False, baudrate=0, sample_point=75, ...)

    bus: 1 or 2, "YA" or "YB"; there is one object a bus, and with the bus alone it is not touched. baudrate and
    sample_point (in percent) take the place of prescaler, bs1 and bs2. Nothing is received before setfilter. Raises
    ValueError for a bus the board does not have and a baud rate that cannot be made.
    """

    NORMAL, LOOPBACK, SILENT, SILENT_LOOPBACK = NORMAL, LOOPBACK, SILENT, SILENT_LOOPBACK
    MASK16, LIST16, MASK32, LIST32 = MASK16, LIST16, MASK32, LIST32
    RANGE, DUAL, MASK = RANGE, DUAL, MASK
    STOPPED, ERROR_ACTIVE, ERROR_WARNING, ERROR_PASSIVE, BUS_OFF = range(5)

    _bus_kind, _bus_label = "can", "CAN"
    _controller: CANController

    def _made(self) -> None:
        self._controller = CANController(self._board, self._place)
        self._controller.told = self._told
        self._callbacks = [None, None]
        self._armed = [set(), set()]

    def __init__(self, bus: object, *args: Any, **options: Any) -> None:
        if args or options:
            if self._controller.opened:
                self.deinit()
            self._callbacks = [None, None]
            self.init(*args, **options)

    def init(
        self,
        mode: int,
        prescaler: int = 100,
        *,
        sjw: int = 1,
        bs1: int = 6,
        bs2: int = 8,
        auto_restart: object = False,
        baudrate: int = 0,
        sample_point: int = 75,
        num_filter_banks: int = BANKS,
    ) -> None:
        """Join the bus; arguments as for the constructor. num_filter_banks: how many of both buses' are CAN(1)'s."""
        if to_int(mode) not in MODES:
            raise ValueError(f"CAN({self._place.id}) init failure")
        clock = self._controller.clock_hz
        timing = BitTiming(max(1, to_int(prescaler)), (to_int(bs1) - 1 & 15) + 1, (to_int(bs2) - 1 & 7) + 1)
        if to_int(baudrate):
            timing = matched(clock, baudrate, to_int(sample_point))
        to_int(sjw)
        self._mode, chosen = MODES[mode]
        self._restarts = bool(auto_restart)
        self._banks = to_int(num_filter_banks) if self._place.id == 1 else BANKS
        self._controller.open(CANConfig(max(1, timing.bitrate(clock)), chosen, self._restarts))

    def deinit(self) -> None:
        """Leave the bus; filters are forgotten."""
        self._controller.filters.clear()
        self._controller.close()

    def _open(self) -> CANController:
        if not self._controller.opened:
            raise os_error(errno.EINVAL)
        return self._controller

    def restart(self) -> None:
        """Leave bus-off; ValueError before init."""
        if not self._controller.opened:
            raise ValueError
        self._controller.restart()

    def state(self) -> int:
        """CAN.STOPPED, ERROR_ACTIVE, ERROR_WARNING, ERROR_PASSIVE or BUS_OFF."""
        return self._controller.state

    def info(self, list: list[Any] | None = None, /) -> list[Any]:
        """[TEC, REC, warnings, times passive, times bus-off, queued, in FIFO 0, in FIFO 1], in `list` where given."""
        one = self._controller
        result = [] if list is None else checked(list, 8)
        errors = one.errors()
        states = [one.warnings, one.passives, one.bus_offs]
        result[:8] = [errors.transmit, errors.receive, *states, len(one.pending), *map(len, one.fifos)]
        return result

    # ---- messages

    def any(self, fifo: int, /) -> bool:
        """Whether a message waits in a FIFO."""
        return bool(self._controller.fifos[to_int(fifo)])

    def send(self, data: object, id: int, *, timeout: int = 0, rtr: object = False, extframe: object = False) -> None:
        """Queue a message; with a timeout in ms, wait until it is sent.

        Raises ValueError "CAN data field too long", OSError EBUSY while all three mailboxes are full, and ETIMEDOUT.
        """
        controller = self._open()
        payload = to_send(data)
        if len(payload) > 8:
            raise ValueError("CAN data field too long")
        frame = CANFrame(to_int(id) & (0x1FFF_FFFF if extframe else 0x7FF), payload, bool(extframe), bool(rtr))
        mailbox = next((box for box in range(MAILBOXES) if box not in controller.pending), None)
        if mailbox is None:
            raise os_error(errno.EBUSY)
        controller.send(mailbox, frame)
        if to_int(timeout) and not self._wait(lambda: controller.pending.get(mailbox) is not frame, timeout):
            controller.cancel(mailbox)
            raise os_error(errno.ETIMEDOUT)

    def recv(self, fifo: int, list: list[Any] | None = None, *, timeout: int = 5000) -> list[Any]:
        """The oldest message of a FIFO as [id, extended, remote, filter match index, data], waiting up to `timeout` ms.

        list: five items to put it into, the last a memoryview with room for the data. Raises OSError ETIMEDOUT.
        """
        controller = self._open()
        number = to_int(fifo)
        if number not in range(FIFOS):
            raise TypeError
        queue = controller.fifos[number]
        if not self._wait(lambda: bool(queue), max(1, to_int(timeout))):
            raise os_error(errno.ETIMEDOUT)
        frame, match = queue.popleft()
        data = bytes(len(frame.data)) if frame.remote else frame.data
        self._armed[number] = {Happened.FULL, Happened.OVERRUN}
        if not queue:
            self._armed[number].add(Happened.RECEIVED)
        if list is None:
            return [frame.id, frame.extended, frame.remote, match, data]
        room = checked(list, 5)[4]
        if not isinstance(room, memoryview):
            raise TypeError
        if room.format not in ("B", "b") or room.readonly:
            raise ValueError
        list[:5] = [frame.id, frame.extended, frame.remote, match, filled(room, data)]
        return list

    def _wait(self, done: Callable[[], bool], timeout_ms: int) -> bool:
        """Let the world go on until something is so, running handlers as they come; False if it was not in time."""
        board = self._board
        deadline = board.clock.now_ns() + timeout_ms * MS
        while not done():
            board.interrupts.run()
            if board.clock.now_ns() >= deadline:
                return done()
            if not done():
                board.clock.wait_until(deadline)
        return True

    def _poll(self, flags: int) -> int:
        """Which of the events asked for (POLLIN, POLLOUT) are there."""
        one = self._controller
        return flags & (POLLIN * any(one.fifos) | POLLOUT * (len(one.pending) < MAILBOXES))

    def _wakes(self) -> bool:
        """What arrives ends the board's waits."""
        return self._controller.opened

    # ---- filters

    def setfilter(
        self,
        bank: int,
        mode: int,
        fifo: int,
        params: Sequence[int],
        *,
        rtr: Sequence[object] | None = None,
        extframe: object = False,
    ) -> None:
        """Receive into a FIFO what a bank's filters let through.

        params: LIST16 four ids; MASK16 id, mask, id, mask; LIST32 two ids, MASK32 id and mask, both extended; on chips
        with CAN FD RANGE from an id to another, DUAL two ids, MASK id and mask. rtr: for each filter, whether it wants
        remote frames. Raises ValueError "CAN filter parameter error".
        """
        number = to_int(bank)
        foreign = to_int(mode) >= RANGE and "RANGE" in self._board.lacking("pyb.CAN")
        if not 0 <= number < self._filter_banks() or to_int(fifo) not in range(FIFOS) or foreign:
            raise ValueError("CAN filter parameter error")
        self._controller.filters.banks[number] = bank_of(to_int(mode), fifo, params, rtr, bool(extframe))

    def clearfilter(self, bank: int, extframe: object = False) -> None:
        """Take a bank's filters away."""
        number = to_int(bank)
        if 0 <= number < BANKS:
            self._controller.filters.banks[number] = Bank()

    def _filter_banks(self) -> int:
        return min(self._banks, BANKS) if self._controller.opened else BANKS

    # ---- interrupts

    def rxcallback(self, fifo: int, fun: Callback | None, /) -> None:
        """Call ``fun(bus, reason)`` when a FIFO gets a message (0), is full (1), or has lost one (2); None ends it."""
        number = 0 if to_int(fifo) == 0 else 1
        if fun is not None and not callable(fun):
            return
        if self._callbacks[number] is None and fun is not None:
            self._armed[number] = set(REASONS)
        self._callbacks[number] = fun
        listening = self._board.listening
        (listening.add if any(self._callbacks) else listening.discard)(self)

    def _told(self, event: Happened, number: int) -> None:
        if event in REASONS and event in self._armed[number] and self._callbacks[number] is not None:
            self._armed[number].discard(event)
            self._board.interrupts.post(lambda: self._call(number, REASONS[event]), hard=True)
        self._board.clock.wake()

    def _call(self, number: int, reason: int) -> None:
        callback = self._callbacks[number]
        if callback is None:
            return
        try:
            callback(self, reason)
        except Exception as error:
            self.rxcallback(number, None)
            print(f"uncaught exception in CAN({self._place.id}) rx interrupt handler", file=self._board.stdout)
            self._board.handler_failed(error)

    def __repr__(self) -> str:
        if not self._controller.opened:
            return f"CAN({self._place.id})"
        return f"CAN({self._place.id}, CAN.{self._mode}, auto_restart={self._restarts})"

    _callbacks: list[Callback | None]
    _armed: list[set[Happened]]
    _banks: int = BANKS


def checked(given: list[Any], length: int) -> list[Any]:
    if not isinstance(given, list):
        raise TypeError
    if len(given) < length:
        raise ValueError
    return given


def filled(room: memoryview, data: bytes) -> memoryview:
    """The script's memoryview with the data in it, and as long; CPython cannot make the object itself longer."""
    view = room if len(room) >= len(data) else memoryview(room.obj)
    if len(view) < len(data):
        raise ValueError
    view.cast("B")[: len(data)] = data
    return view[: len(data)]
