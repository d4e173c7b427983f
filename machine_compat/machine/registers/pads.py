"""Pins as the bits of registers, and registers as a block of memory."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from machine_compat.board import Board
from machine_compat.contract import LineConfig, Mode, Pull
from machine_compat.errors import Unsupported
from machine_compat.machine.memory import Block
from machine_compat.machine.peripheral import made_for
from machine_compat.machine.pin import Pin

WORD = 0xFFFF_FFFF


class Pads:
    """Up to 32 pins, which are bits; `find` gives the name of each, None where the chip has no pin."""

    def __init__(self, board: Board, find: Callable[[int], object]) -> None:
        self._board = board
        self._find = find
        self._pins: dict[int, Pin | None] = {}
        self._latches = 0
        """What was stored for pins that are no outputs."""

    def pin(self, bit: int) -> Pin | None:
        """The pin of a bit."""
        if bit not in self._pins:
            name = self._find(bit)
            try:
                self._pins[bit] = None if name is None else made_for(self._board, Pin)._at(self._board.spot(name))
            except ValueError:
                self._pins[bit] = None
        return self._pins[bit]

    def mode(self, bit: int) -> Mode | None:
        """What the script uses the pin for; None while it is another peripheral's."""
        pin = self.pin(bit)
        if pin is None or pin._mode is None:
            return Mode.IN
        return self._board.port.pin_modes.get(pin._mode)

    def outputs(self) -> int:
        """The bits of pins that drive."""
        return sum(1 << bit for bit in range(32) if self.mode(bit) in (Mode.OUT, Mode.OPEN_DRAIN))

    def levels(self, mask: int = WORD) -> int:
        """The levels at the pads."""
        pins = [(bit, pin) for bit in bits_of(mask) if (pin := self.pin(bit)) is not None]
        try:
            found = self._board.backend.levels([pin.ref for _, pin in pins])
        except Unsupported:
            found = tuple(pin.line.read() for _, pin in pins)
        return sum(level << bit for (bit, _), level in zip(pins, found, strict=True))

    def latches(self) -> int:
        """The output latches; those of outputs from their levels, which a Pin may have set."""
        outputs = self.outputs()
        return self.levels(outputs) | self._latches & ~outputs

    def set(self, mask: int, levels: int) -> None:
        """Set output latches."""
        outputs = self.outputs()
        self._latches = self._latches & ~mask | levels & mask
        for bit in bits_of(mask):
            pin = self.pin(bit)
            if pin is not None and (outputs >> bit & 1 or self.mode(bit) is Mode.IN):
                pin.line.write(levels >> bit & 1)

    def enable(self, mask: int, outputs: int) -> None:
        """Make pins outputs or inputs."""
        before = self.outputs()
        for bit in bits_of(mask):
            if (before ^ outputs) >> bit & 1:
                self.become(bit, Mode.OUT if outputs >> bit & 1 else Mode.IN)

    def become(self, bit: int, mode: Mode, pull: Pull | None = None) -> None:
        """Use a pin for something else; it keeps its latch."""
        pin = self.pin(bit)
        if pin is None:
            return
        modes = self._board.port.pin_modes
        number = next((number for number, kind in modes.items() if kind is mode), None)
        self._board.claim(pin.ref, pin._lost)
        pin._mode = number
        if pull is not None:
            pin._pull = pull
        pin.line.configure(LineConfig(mode, pull, self._latches >> bit & 1))


class Register(NamedTuple):
    """read() gives its 32 bits; write(mask, value) stores those of the mask."""

    read: Callable[[], int]
    write: Callable[[int, int], None]


def set_register(pads: Pads) -> Register:
    """Output latches as a plain register."""
    return Register(pads.latches, lambda mask, value: pads.set((pads.latches() ^ value) & mask, value))


def change_registers(
    read: Callable[[], int], change: Callable[[int, int], None]
) -> tuple[Register, Register, Register]:
    """Registers whose ones set, clear and flip the bits of another one."""
    return (
        Register(read, lambda mask, value: change(value & mask, WORD)),
        Register(read, lambda mask, value: change(value & mask, 0)),
        Register(read, lambda mask, value: change(value & mask, ~read() & WORD)),
    )


def read_only(read: Callable[[], int]) -> Register:
    def ignore(mask: int, value: int) -> None:
        """A store changes nothing."""

    return Register(read, ignore)


def block(start: int, size: int, registers: Mapping[int, Register]) -> Block:
    """A block of memory with registers at some offsets; the other words keep what is stored."""
    words: dict[int, int] = {}

    def read(offset: int, size: int) -> int:
        word = offset & ~3
        found = registers.get(word)
        return (words.get(word, 0) if found is None else found.read()) >> 8 * (offset & 3)

    def write(offset: int, size: int, value: int) -> None:
        word, shift = offset & ~3, 8 * (offset & 3)
        mask = (1 << 8 * size) - 1 << shift
        found = registers.get(word)
        if found is None:
            words[word] = words.get(word, 0) & ~mask | value << shift
        else:
            found.write(mask, value << shift)

    return Block(start, size, read, write)


def bits_of(mask: int) -> list[int]:
    """The numbers of the bits that are set."""
    return [bit for bit in range(32) if mask >> bit & 1]
