"""This file frames what a serial memory hears on SPI: an opcode, its address and dummy bytes, then data or a reply.

Bytes of one selection may come in blocks of any lengths. A reply is a pure function of a position, so that the byte
that goes out next can be known before it does.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from machine_compat.mock.chip import SPIChip

BY_MODE = -1
"""An address as long as the chip's address mode says."""
ANY = 1 << 62
"""As many data bytes as one likes."""


class Instruction(NamedTuple):
    """What follows an opcode: address and dummy bytes; then a reply, or data and an action when CS goes high."""

    address: int = 0
    dummy: int = 0
    reply: Callable[[int, int], bytes] | None = None
    """Gives `count` bytes of the reply from a position in it on."""
    action: Callable[[], object] | None = None
    data: tuple[int, int] = (0, 0)
    """Fewest and most data bytes with which the instruction counts."""
    while_busy: bool = False
    cut_short: bool = False
    """Whether it also counts when CS goes high before address and dummy bytes have come."""


def cycle(data: bytes, position: int, count: int) -> bytes:
    """`count` bytes from a position on of `data` repeated for ever."""
    start = position % len(data)
    return (data * ((start + count) // len(data) + 1))[start : start + count]


class InstructionChip(SPIChip):
    """An SPI chip that is told what to do by instructions; those it does not accept are not answered (0xFF).

    page: how many data bytes an action sees; the last ones, when more came.
    """

    page = 256

    def __init__(self) -> None:
        super().__init__()
        self.instructions: Mapping[int, Instruction] = {}
        self.address = 0
        """The address of the instruction that goes on."""
        self.data = bytearray()
        """Its last `page` data bytes."""
        self.count = 0
        """How many data bytes came."""
        self.previous: int | None = None
        """The opcode of the selection before, if that one counted."""
        self._opcode: int | None = None
        self._instruction: Instruction | None = None
        self._head = bytearray()
        self._missing = 0
        self._position = 0

    def accepts(self, opcode: int, instruction: Instruction) -> bool:
        """Whether the chip listens to an instruction now."""
        raise NotImplementedError(f"{type(self).__name__}.accepts")

    def address_length(self) -> int:
        """Bytes of an address whose length is BY_MODE."""
        return 3

    def resolve(self, address: int, length: int, by_mode: bool) -> int:
        """The place that an address of `length` bytes names."""
        raise NotImplementedError(f"{type(self).__name__}.resolve")

    def select(self) -> None:
        self._opcode = self._instruction = None

    def exchange(self, data: bytes) -> bytes:
        size = len(data)
        used = 0
        if self._opcode is None and size:
            self._decode(data[0])
            used = 1
        instruction = self._instruction
        if instruction is None:
            return b"\xff" * size
        missing = self._missing
        if missing:
            part = data[used : used + missing]
            self._head += part
            self._missing = missing - len(part)
            used += len(part)
            if self._missing:
                return b"\xff" * size
            head = self._head[: len(self._head) - instruction.dummy]
            self.address = self.resolve(int.from_bytes(head), len(head), instruction.address == BY_MODE)
        count = size - used
        if instruction.reply is None:
            self._collect(data[used:] if used else data)
            return b"\xff" * size
        reply = instruction.reply(self._position, count)
        self._position += count
        return b"\xff" * used + reply if used else reply

    def preview(self) -> int:
        instruction = self._instruction
        if instruction is None or instruction.reply is None or self._missing:
            return 0xFF
        return instruction.reply(self._position, 1)[0]

    def deselect(self) -> None:
        opcode, instruction = self._opcode, self._instruction
        if opcode is None:
            return
        self._opcode = self._instruction = None
        counts = instruction is not None and (
            instruction.cut_short or (not self._missing and instruction.data[0] <= self.count <= instruction.data[1])
        )
        if counts and instruction and instruction.action:
            instruction.action()
        self.previous = opcode if counts else None

    def _decode(self, opcode: int) -> None:
        """The first byte of a selection: find what it starts, if the chip listens to it now."""
        self._opcode = opcode
        instruction = self.instructions.get(opcode)
        if instruction is None or not self.accepts(opcode, instruction):
            return
        self._instruction = instruction
        length = self.address_length() if instruction.address == BY_MODE else instruction.address
        self._missing = length + instruction.dummy
        self._head = bytearray()
        self._position = self.count = 0
        self.data = bytearray()

    def _collect(self, data: bytes) -> None:
        self.count += len(data)
        kept = self.data
        kept += data[-self.page :]
        if len(kept) > self.page:
            del kept[: -self.page]
