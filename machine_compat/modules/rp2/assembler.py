"""The assembler of PIO programs: what `@rp2.asm_pio(...)` does with the function below it.

The function is run once, with the instructions as its globals. Each call makes a Word; sides, delays and labels are
put together when all are there.

# Ref: RP2040 datasheet 3.3 (pioasm), 3.4 (instruction set); MicroPython docs/library/rp2.rst, "PIO assembly language"
"""

from array import array
from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any

JMP, WAIT, IN, OUT, PUSH, PULL, MOV, IRQ, SET = (
    0x0000, 0x2000, 0x4000, 0x6000, 0x8000, 0x8080, 0xA000, 0xC000, 0xE000,
)  # fmt: skip
NOP = 0xA042
"""``mov(y, y)``"""
NOBLOCK, BLOCK, CONDITIONAL = 0x01, 0x21, 0x40
PIN, EXEC = 6, 8
SIDE_ENABLE = 1 << 30
"""In EXECCTRL: the highest side-set bit says whether there is a side-set at all."""

Program = list[Any]
"""[instructions, address in PIO 0 and 1, EXECCTRL, SHIFTCTRL, out_init, set_init, sideset_init, address in PIO 2]"""
DATA, OFFSET, EXECCTRL, SHIFTCTRL, OUT_PINS, SET_PINS, SIDE_PINS, OFFSET_PIO2 = 0, 1, 3, 4, 5, 6, 7, 8

Pins = int | Sequence[int] | None


class PIOASMError(Exception):
    """A PIO program that cannot be assembled."""


class Word:
    """One instruction; ``.side(value)`` and ``[delay]`` or ``.delay(delay)`` may follow it."""

    __slots__ = ("bits", "label", "pause", "sides")

    def __init__(self, bits: int, label: object = None) -> None:
        self.bits = bits
        self.label = label
        self.pause = 0
        self.sides: int | None = None

    def side(self, value: int) -> "Word":
        self.sides = value
        return self

    def delay(self, cycles: int) -> "Word":
        self.pause = cycles
        return self

    def __getitem__(self, cycles: int) -> "Word":
        return self.delay(cycles)

    def encoded(self, side_bits: int, optional: bool) -> int:
        """The instruction with its delay and side-set; side_bits counts the one that says whether there is any."""
        if self.pause > 31 >> side_bits:
            raise PIOASMError("delay too large")
        bits = self.bits | self.pause << 8
        if self.sides is not None:
            if not side_bits:
                raise PIOASMError("no sideset")
            if self.sides >= 1 << side_bits:
                raise PIOASMError("sideset too large")
            bits |= optional << 12 | self.sides << 13 - side_bits
        return bits


class Source:
    """Takes down a program as it is called: the directives and instructions."""

    def __init__(self) -> None:
        self.words: list[Word] = []
        self.labels: dict[object, int] = {}
        self.bottom = 0
        self.top: int | None = None

    def names(self) -> dict[str, object]:
        """All that a program may use."""
        own = ("wrap_target", "wrap", "label", *INSTRUCTIONS)
        return {**OPERANDS, **{name: getattr(self, name) for name in own}}

    # ---- directives

    def wrap_target(self) -> None:
        self.bottom = len(self.words)

    def wrap(self) -> None:
        assert self.words
        self.top = len(self.words) - 1

    def label(self, name: object) -> None:
        if name in self.labels:
            raise PIOASMError(f"duplicate label {name}")
        self.labels[name] = len(self.words)

    # ---- instructions

    def word(self, instr: int, label: object = None) -> Word:
        made = Word(instr, label)
        self.words.append(made)
        return made

    def nop(self) -> Word:
        return self.word(NOP)

    def jmp(self, cond: Any, label: object = None) -> Word:
        """``jmp(label)`` or ``jmp(condition, label)``"""
        return self.word(JMP, cond) if label is None else self.word(JMP | cond << 5, label)

    def wait(self, polarity: int, src: object, index: int) -> Word:
        source = 0 if src == 0 else 1 if src == PIN else 2
        return self.word(WAIT | polarity << 7 | source << 5 | index)

    def in_(self, src: int, data: int) -> Word:
        return self.word(IN | src << 5 | bit_count(data))

    def out(self, dest: int, data: int) -> Word:
        return self.word(OUT | (7 if dest == EXEC else dest) << 5 | bit_count(data))

    def push(self, value: int = 0, value2: int = 0) -> Word:
        return self.word(PUSH | blocking(value | value2))

    def pull(self, value: int = 0, value2: int = 0) -> Word:
        return self.word(PULL | blocking(value | value2))

    def mov(self, dest: int, src: int) -> Word:
        return self.word(MOV | (4 if dest == EXEC else dest) << 5 | src)

    def irq(self, mod: int, index: int | None = None) -> Word:
        """``irq(index)`` or ``irq(modifiers, index)``"""
        return self.word(IRQ | mod) if index is None else self.word(IRQ | mod & 0x60 | index)

    def set(self, dest: int, data: int) -> Word:
        return self.word(SET | dest << 5 | data)

    # ---- the result

    def assembled(self, side_pins: int, execctrl: int) -> "tuple[array[int], int]":
        """The instructions, and EXECCTRL with where the program wraps and whether side-sets are optional."""
        top = len(self.words) - 1 if self.top is None else self.top
        execctrl |= self.bottom << 7 | max(0, top) << 12
        optional = side_pins > 0 and any(word.sides is None for word in self.words)
        side_bits = side_pins + optional
        if optional:
            execctrl |= SIDE_ENABLE
        words = [word.encoded(side_bits, optional) | self._address(word.label) for word in self.words]
        return array("H", words), execctrl

    def _address(self, label: object) -> int:
        if label is None:
            return 0
        if label not in self.labels:
            raise PIOASMError(f"unknown label {label}")
        return self.labels[label]


def bit_count(bits: int) -> int:
    if not 0 < bits <= 32:
        raise PIOASMError(f"invalid bit count {bits}")
    return bits & 31


def blocking(how: int) -> int:
    """The bits of a push or pull: it blocks unless it says noblock."""
    return (how if how & NOBLOCK else how | BLOCK) & 0x60


def invert(source: int) -> int:
    return source | 0x08


def reverse(source: int) -> int:
    return source | 0x10


def rel(index: int) -> int:
    """A flag's number that the machine's own is added to."""
    return index | 0x10


INSTRUCTIONS = ("word", "nop", "jmp", "wait", "in_", "out", "push", "pull", "mov", "irq", "set")
OPERANDS: dict[str, object] = {
    "gpio": 0, "pin": PIN,
    "pins": 0, "x": 1, "y": 2, "null": 3, "pindirs": 4, "pc": 5, "status": 5, "isr": 6, "osr": 7, "exec": EXEC,
    "invert": invert, "reverse": reverse,
    "not_x": 1, "x_dec": 2, "not_y": 3, "y_dec": 4, "x_not_y": 5, "not_osre": 7,
    "noblock": NOBLOCK, "block": BLOCK, "iffull": CONDITIONAL, "ifempty": CONDITIONAL, "clear": 0x40, "rel": rel,
}  # fmt: skip
"""What operands are called, and their numbers; `pin` is a source of wait and a condition of jmp."""


def asm_pio(
    *,
    out_init: Pins = None,
    set_init: Pins = None,
    sideset_init: Pins = None,
    side_pindir: bool = False,
    in_shiftdir: int = 0,
    out_shiftdir: int = 0,
    autopush: bool = False,
    autopull: bool = False,
    push_thresh: int = 32,
    pull_thresh: int = 32,
    fifo_join: int = 0,
) -> Callable[[FunctionType], Program]:
    """Assemble the function below into a program for StateMachine; PIOASMError says what is wrong with it."""
    shiftctrl = (
        fifo_join << 30 | (pull_thresh & 31) << 25 | (push_thresh & 31) << 20
        | out_shiftdir << 19 | in_shiftdir << 18 | autopull << 17 | autopush << 16
    )  # fmt: skip

    def assemble(function: FunctionType) -> Program:
        source = Source()
        scope = {**function.__globals__, **source.names()}
        FunctionType(function.__code__, scope, function.__name__, function.__defaults__, function.__closure__)()
        side_pins = 0 if sideset_init is None else 1 if isinstance(sideset_init, int) else len(sideset_init)
        data, execctrl = source.assembled(side_pins, side_pindir << 29)
        return [data, -1, -1, execctrl, shiftctrl, out_init, set_init, sideset_init, -1]

    return assemble


def asm_pio_encode(instr: str, sideset_count: int, sideset_opt: bool = False) -> int:
    """One instruction given as text, other than jmp. sideset_count counts the bit of an optional side-set, too."""
    source = Source()
    scope: dict[str, object] = {**source.names(), "jmp": None}
    exec(instr, scope)
    if len(source.words) != 1:
        raise PIOASMError("expecting exactly 1 instruction")
    return source.words[0].encoded(sideset_count, bool(sideset_opt))
