"""`rp2.DMA`: a channel that copies memory by itself, at full speed or as a state machine or a timer asks.

A channel that nobody paces copies everything at the moment it starts, and is busy for a cycle each transfer. A paced
one looks every PACE_NS whether its FIFO wants more.

# Ref: MicroPython ports/rp2/rp2_dma.c; RP2040 datasheet 2.5 (DMA), 2.5.7 (CTRL)
"""

import errno
from collections.abc import Callable
from typing import Any

from machine_compat.board import Board
from machine_compat.machine.irq import IRQ, Handler
from machine_compat.machine.memory import memory_map
from machine_compat.machine.peripheral import Peripheral, made_for, to_int
from machine_compat.modules.rp2.dma_registers import FIELDS, READ_ONLY, REGISTERS_VIEW, Registers
from machine_compat.modules.rp2.dma_timer import TIMERS, TREQ, clock_of, timers_of
from machine_compat.modules.rp2.pio import MACHINES
from machine_compat.modules.rp2.state_machine import StateMachine
from machine_compat.modules.uctypes.memory import memory_of
from machine_compat.oserror import os_error

CHANNELS = 12
BASE, STRIDE = 0x5000_0000, 0x40
PACE_NS = 2_000
UNPACED = 0x3F
ORDERS = ("rwnc", "crwn", "cnrw", "cwnr")
"""The four sets of a channel's registers: read, write, count and ctrl in different orders; the last one of each starts
the transfer."""


class DMA(Peripheral):
    """DMA(): a channel that was free; OSError EBUSY when none is.

    read, write: addresses, or buffers, or state machines, whose FIFO it is. count: transfers of the size in ctrl.
    """

    def __init__(self) -> None:
        channels = channels_of(self._board)
        free = [number for number in range(CHANNELS) if number not in channels]
        if not free:
            raise os_error(errno.EBUSY)
        self.channel = free[0]
        self._read = self._write = self._count = self._left = 0
        self._ctrl = 0
        self._cancel: Callable[[], None] | None = None
        self._irq: IRQ | None = None
        channels[self.channel] = self

    def __repr__(self) -> str:
        return f"DMA({self.channel})"

    # ---- registers

    @property
    def read(self) -> int:
        self._check()
        return self._read

    @read.setter
    def read(self, source: object) -> None:
        self._check()
        self._read = self._address(source, receive=True)

    @property
    def write(self) -> int:
        self._check()
        return self._write

    @write.setter
    def write(self, target: object) -> None:
        self._check()
        self._write = self._address(target, receive=False)

    @property
    def count(self) -> int:
        self._check()
        return self._left

    @count.setter
    def count(self, count: int) -> None:
        self._check()
        self._count = self._left = to_int(count) & 0xFFFF_FFFF

    @property
    def ctrl(self) -> int:
        self._check()
        return self._ctrl | (self._cancel is not None) << 24

    @ctrl.setter
    def ctrl(self, ctrl: int) -> None:
        self._check()
        self._ctrl = to_int(ctrl) & ~(1 << 24) & 0xFFFF_FFFF

    @property
    def registers(self) -> Registers:
        """The channel's sixteen registers, to read, change, and have another channel write to."""
        self._check()
        return REGISTERS_VIEW(memory_map(self._board), BASE + STRIDE * self.channel, range(16))

    def _address(self, where: Any, receive: bool) -> int:
        if isinstance(where, int):
            return to_int(where) & 0xFFFF_FFFF
        if isinstance(where, StateMachine):
            return where.fifo(receive)
        return where.address if isinstance(where, Registers) else memory_of(self._board).address_of(where)

    def _check(self) -> None:
        if self.channel < 0:
            raise ValueError("channel closed")

    # ---- what scripts call

    def config(self, *, trigger: bool = False, **registers: Any) -> None:
        """Set read, write, count, ctrl, those that are given, and start with trigger=True."""
        self._check()
        for name, value in registers.items():
            if name not in ("read", "write", "count", "ctrl"):
                raise TypeError("extra keyword arguments given")
            setattr(self, name, value)
        if trigger:
            self.start()

    def pack_ctrl(self, default: int | None = None, **fields: int) -> int:
        """A value for ctrl: words, both addresses going up, at full speed, no interrupts, unless told otherwise."""
        plain = 1 << 21 | UNPACED << 15 | 1 << 5 | 1 << 4 | 2 << 2 | 1 | (self.channel & 15) << 11
        value = plain if default is None else to_int(default)
        for name, field in fields.items():
            if name not in FIELDS:
                raise TypeError("extra keyword arguments given")
            place, bits = FIELDS[name]
            mask = (1 << bits) - 1
            if name in READ_ONLY:
                continue
            if to_int(field) & ~mask:
                raise ValueError("bad field value")
            value = value & ~(mask << place) | to_int(field) << place
        return value

    @staticmethod
    def unpack_ctrl(value: int, /) -> dict[str, int]:
        """The fields of a value of ctrl."""
        return {name: to_int(value) >> place & (1 << bits) - 1 for name, (place, bits) in FIELDS.items()}

    def active(self, value: object = None, /) -> bool:
        """Whether the channel is busy; with an argument, start or abort it."""
        self._check()
        if value is not None:
            if value:
                self.start()
            else:
                self.abort()
        return self._cancel is not None

    def irq(self, handler: Handler | None = None, hard: bool = False) -> IRQ:
        """Call ``handler(dma)`` when a transfer is done, if ctrl has irq_quiet=0."""
        self._check()
        if self._irq is None:
            self._irq = IRQ(self._board, self, lambda _: None)
        if handler is not None or hard:
            self._irq.attach(handler, 1, hard)
        return self._irq

    def close(self) -> None:
        """Stop, and give the channel back."""
        if self.channel >= 0:
            self.abort()
            channels_of(self._board).pop(self.channel, None)
            self.channel = -1

    # ---- transfers

    def start(self) -> None:
        """Begin a transfer of `count`, if ctrl says enable and none is on."""
        if self._ctrl & 1 and self._cancel is None:
            self._left = self._count
            self._pump()

    def abort(self) -> None:
        if self._cancel is not None:
            self._cancel()
            self._cancel = None

    def _field(self, name: str) -> int:
        place, bits = FIELDS[name]
        return self._ctrl >> place & (1 << bits) - 1

    def _pump(self) -> None:
        """Move what can be moved now, and come back for the rest."""
        self._cancel = None
        board, request = self._board, self._field("treq_sel")
        now = board.clock.now_ns()
        timer = timers_of(board).get(request - TREQ) if TREQ <= request < TREQ + TIMERS else None
        if request < 4 * MACHINES:
            machine = made_for(board, StateMachine, "rp2")(request // 8 * MACHINES + request % 4)
            receive = bool(request & 4)
            while self._left and machine.wants(receive):
                self._move()
            pause = PACE_NS
        elif timer is not None:
            if self._left:
                self._move()
            pause = timer.period_ns or PACE_NS
        else:
            pause = self._left * 1_000_000_000 // clock_of(board)
            while self._left:
                self._move()
            self._cancel = board.clock.call_at(now + pause, self._done)
            return
        self._cancel = board.clock.call_at(now + pause, self._pump if self._left else self._done)

    def _move(self) -> None:
        space, size = memory_map(self._board), 1 << self._field("size")
        value = space.read(self._read, size)
        if self._field("bswap"):
            value = int.from_bytes(value.to_bytes(size, "little"), "big")
        space.write(self._write, size, value)
        if self._field("inc_read"):
            self._read = self._next(self._read, size, ring=not self._field("ring_sel"))
        if self._field("inc_write"):
            self._write = self._next(self._write, size, ring=bool(self._field("ring_sel")))
        self._left -= 1

    def _next(self, address: int, size: int, ring: bool) -> int:
        bits = self._field("ring_size")
        if not ring or not bits:
            return address + size
        mask = (1 << bits) - 1
        return address & ~mask | address + size & mask

    def _done(self) -> None:
        self._cancel = None
        if self._irq is not None and not self._field("irq_quiet"):
            self._irq.fire(1)
        chained = channels_of(self._board).get(self._field("chain_to"))
        if chained is not None and chained is not self:
            chained.start()

    # ---- as memory

    def load(self, index: int) -> int:
        """A register by its number."""
        return {"r": self._read, "w": self._write, "n": self._left, "c": self.ctrl}[ORDERS[index >> 2][index & 3]]

    def store(self, index: int, value: int) -> None:
        name = {"r": "read", "w": "write", "n": "count", "c": "ctrl"}[ORDERS[index >> 2][index & 3]]
        setattr(self, name, value)
        # A trigger with 0 starts nothing.
        if index & 3 == 3 and value:
            self.start()


def channels_of(board: Board) -> dict[int, DMA]:
    """The channels that are taken; their registers are mapped with the first."""
    return board.singleton(("DMA channels",), lambda: mapped(board))


def mapped(board: Board) -> dict[int, DMA]:
    channels: dict[int, DMA] = {}

    def read(offset: int, size: int) -> int:
        channel = channels.get(offset // STRIDE)
        return 0 if channel is None else channel.load(offset % STRIDE >> 2)

    def write(offset: int, size: int, value: int) -> None:
        channel = channels.get(offset // STRIDE)
        if channel is not None:
            channel.store(offset % STRIDE >> 2, value)

    memory_map(board).add(BASE, STRIDE * CHANNELS, read, write)
    return channels
