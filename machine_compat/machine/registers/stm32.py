"""The GPIO registers of an STM32F4: ports A to I.

# Ref: RM0090 8.4 (GPIO registers), 2.3 (memory map)
"""

from collections.abc import Mapping
from functools import partial

from machine_compat.board import Board
from machine_compat.contract import Mode, Pull
from machine_compat.machine.memory import Block
from machine_compat.machine.pin_names import GPIO_BYTES, GPIOA
from machine_compat.machine.registers.pads import Pads, Register, block, read_only, set_register

MODER, OTYPER, PUPDR, IDR, ODR, BSRR = 0x00, 0x04, 0x0C, 0x10, 0x14, 0x18
INPUT, OUTPUT, ALTERNATE, ANALOG = 0, 1, 2, 3
PULLS = {0: Pull.NONE, 1: Pull.UP, 2: Pull.DOWN, 3: Pull.NONE}
PORTS = "ABCDEFGHI"


def blocks(board: Board) -> list[Block]:
    cpu_names = {spot.cpu for spot in board.profile.spots.values()}
    there = [port for port in PORTS if board.profile.open_pins or any(f"{port}{n}" in cpu_names for n in range(16))]
    return [
        block(GPIOA + GPIO_BYTES * PORTS.index(port), GPIO_BYTES, GPIOPort(board, port).registers()) for port in there
    ]


class GPIOPort:
    """Sixteen pins and their registers."""

    def __init__(self, board: Board, port: str) -> None:
        self._pads = Pads(board, partial(name_of, port))
        self._otyper = 0

    def registers(self) -> Mapping[int, Register]:
        pads = self._pads
        return {
            MODER: Register(self._moder, self._set_moder),
            OTYPER: Register(self._drains, self._set_drains),
            PUPDR: Register(self._pupdr, self._set_pupdr),
            IDR: read_only(lambda: pads.levels(0xFFFF)),
            ODR: set_register(pads),
            BSRR: Register(lambda: 0, self._set_and_reset),
        }

    def _set_and_reset(self, mask: int, value: int) -> None:
        """The low half sets, the high half clears; where both are 1 it sets."""
        ones = value & mask
        sets = ones & 0xFFFF
        self._pads.set(sets | ones >> 16, sets)

    def _moder(self) -> int:
        kinds = {Mode.IN: INPUT, Mode.OUT: OUTPUT, Mode.OPEN_DRAIN: OUTPUT, Mode.ANALOG: ANALOG, None: ALTERNATE}
        return sum(kinds[self._pads.mode(bit)] << 2 * bit for bit in range(16))

    def _set_moder(self, mask: int, value: int) -> None:
        before = self._moder()
        for bit in range(16):
            field = 3 << 2 * bit
            if mask & field and (before ^ value) & field:
                self._use(bit, value >> 2 * bit & 3)

    def _use(self, bit: int, kind: int) -> None:
        if kind == OUTPUT:
            self._pads.become(bit, Mode.OPEN_DRAIN if self._otyper >> bit & 1 else Mode.OUT)
        elif kind != ALTERNATE:
            self._pads.become(bit, Mode.IN if kind == INPUT else Mode.ANALOG)

    def _drains(self) -> int:
        drains = sum(1 << bit for bit in range(16) if self._pads.mode(bit) is Mode.OPEN_DRAIN)
        return self._otyper | drains

    def _set_drains(self, mask: int, value: int) -> None:
        before = self._drains()
        self._otyper = before & ~mask | value & mask
        for bit in range(16):
            if (before ^ self._otyper) >> bit & 1 and self._moder() >> 2 * bit & 3 == OUTPUT:
                self._use(bit, OUTPUT)

    def _pupdr(self) -> int:
        numbers = {Pull.NONE: 0, Pull.UP: 1, Pull.DOWN: 2}
        pins = ((bit, self._pads.pin(bit)) for bit in range(16))
        return sum(numbers[pin._pull or Pull.NONE] << 2 * bit for bit, pin in pins if pin is not None)

    def _set_pupdr(self, mask: int, value: int) -> None:
        before = self._pupdr()
        for bit in range(16):
            field = 3 << 2 * bit
            mode = self._pads.mode(bit)
            if mask & field and (before ^ value) & field and mode is not None:
                self._pads.become(bit, mode, PULLS[value >> 2 * bit & 3])


def name_of(port: str, bit: int) -> str | None:
    return f"{port}{bit}" if bit < 16 else None
