"""`rp2.StateMachine`: a PIO state machine.

# Ref: MicroPython ports/rp2/rp2_pio.c; RP2040 datasheet 3.7 (registers)
"""

from collections.abc import Iterator
from typing import Any, Self

from machine_compat.contract import StateMachineChannel, StateMachineConfig
from machine_compat.machine.functions import frequency_of
from machine_compat.machine.irq import IRQ, Handler
from machine_compat.machine.peripheral import Peripheral, buffer_of, made_for, to_int
from machine_compat.modules.rp2.assembler import (
    EXECCTRL,
    OUT_PINS,
    SET_PINS,
    SHIFTCTRL,
    SIDE_ENABLE,
    SIDE_PINS,
    Program,
    asm_pio_encode,
)
from machine_compat.modules.rp2.pio import MACHINES, PAGE, PIO, REGISTERS, RX_FIFOS, TX_FIFOS, address_of, fields

OUT_BASE, SET_BASE, SIDE_BASE, IN_BASE = 0, 5, 10, 15
OUT_COUNT, SET_COUNT, SIDE_COUNT = 20, 26, 29
"""Where the fields of PINCTRL begin."""
JMP_PIN = 24
SHIFTS = {"in_shiftdir": (1, 18), "out_shiftdir": (1, 19), "push_thresh": (31, 20), "pull_thresh": (31, 25)}
"""The fields of SHIFTCTRL that a script may set anew: mask and place."""
ITEMS = {"b": 1, "h": 2, "i": 4}


class StateMachine(Peripheral):
    """StateMachine(id[, program, freq=-1, *, in_base, out_base, set_base, jmp_pin, sideset_base, in_shiftdir,
    out_shiftdir, push_thresh, pull_thresh])

    id: 0 to 3 in PIO 0, 4 to 7 in PIO 1. freq: instructions a second; -1 for the CPU clock. There is one object for
    each; ValueError for one that the chip lacks, and for a frequency out of reach.
    """

    def __new__(cls, id: int, *args: Any, **options: Any) -> Self:
        number = to_int(id)
        if not 0 <= number < MACHINES * cls._board.profile.limits.get("pio_blocks", 2):
            raise ValueError("invalid StateMachine")
        return cls._board.singleton((cls, number), lambda: cls._make(number))

    @classmethod
    def _make(cls, number: int) -> Self:
        machine = object.__new__(cls)
        machine.number = number
        machine.own_irq = None
        machine._entry = 0
        machine._side = (0, False)
        machine._on = False
        machine._depths = (4, 4)
        machine._block = made_for(cls._board, PIO, "rp2")(number // MACHINES)
        cls._board.state_machine(f"pio{number // MACHINES}/{number % MACHINES}", machine)
        machine._block.joined(number % MACHINES, machine)
        return machine

    def __init__(self, id: int, *args: Any, **options: Any) -> None:
        if args or options:
            self.init(*args, **options)

    def bind(self, channel: StateMachineChannel, /) -> None:
        self.channel = channel

    def __repr__(self) -> str:
        return f"StateMachine({self.number})"

    # ---- configuration

    def init(
        self,
        prog: Program,
        freq: int = -1,
        *,
        in_base: object = None,
        out_base: object = None,
        set_base: object = None,
        jmp_pin: object = None,
        sideset_base: object = None,
        **shifts: int | None,
    ) -> None:
        """Stop, and be configured for a program, which is put into the memory if it is not there."""
        program = fields(prog)
        block = self._block
        if address_of(program, block._number) < 0:
            block.add_program(program)
        self._entry = entry = address_of(program, block._number)
        clock, divider = self._clock(to_int(freq))
        execctrl = program[EXECCTRL] + (entry << 12) + (entry << 7)
        if jmp_pin is not None:
            execctrl |= block.gpio(jmp_pin, "jmp_pin") << JMP_PIN
        groups = [
            Group(block, program[place], base, name)
            for place, base, name in (
                (OUT_PINS, out_base, "out_base"),
                (SET_PINS, set_base, "set_base"),
                (SIDE_PINS, sideset_base, "sideset_base"),
            )
        ]
        out, set_, side = groups
        optional = bool(execctrl & SIDE_ENABLE)
        pinctrl = out.field(OUT_BASE, OUT_COUNT) | set_.field(SET_BASE, SET_COUNT)
        pinctrl |= side.field(SIDE_BASE, SIDE_COUNT, optional)
        if in_base is not None:
            pinctrl |= block.gpio(in_base, "in_base") << IN_BASE
        self._side = (pinctrl >> SIDE_COUNT, optional)
        shiftctrl = overridden(program[SHIFTCTRL], shifts)
        self._depths = {0: (4, 4), 1: (8, 0), 2: (0, 8)}.get(shiftctrl >> 30, (0, 0))
        self._on = False
        self.channel.configure(StateMachineConfig(clock, divider, execctrl, shiftctrl, pinctrl, entry, block.refs()))
        for group in groups:
            for gpio, output, level in group.pins():
                block.take(gpio, self, output, level)

    def _clock(self, freq: int) -> tuple[int, int]:
        """The CPU clock, and its divider in 1/256."""
        hertz = frequency_of(self._board)
        source = hertz if isinstance(hertz, int) else hertz[0]
        if freq < 0:
            return source, 256
        if freq == 0:
            return source, 0
        divider = source * 256 // freq
        if not 256 <= divider <= 65_536 * 256:
            raise ValueError("freq out of range")
        return source, divider % (65_536 * 256)

    # ---- running

    def active(self, value: object = None, /) -> bool:
        """Whether the machine runs; with an argument, run or stop it."""
        self._spend()
        if value is not None:
            self._on = bool(value)
            self.channel.run(self._on)
        return self._on

    def restart(self) -> None:
        """Begin the program again; registers, FIFOs and whether it runs stay."""
        self.channel.restart()
        self.channel.execute(self._entry)

    def exec(self, instr: int | str, /) -> None:
        """Execute an instruction now, given as a number or in assembler: ``sm.exec("set(pins, 1)")``."""
        self._spend()
        self.channel.execute(asm_pio_encode(instr, *self._side) if isinstance(instr, str) else to_int(instr) & 0xFFFF)

    # ---- FIFOs

    def put(self, value: object, shift: int = 0, /) -> None:
        """Put a word, or each item of a buffer, into the TX FIFO, waiting for room."""
        left = to_int(shift)
        for word in [to_int(value)] if isinstance(value, int) else items_of(value):
            self._spend()
            while not self.channel.put(word << left & 0xFFFF_FFFF):
                self._wait()

    def get(self, buf: Any = None, shift: int = 0, /) -> Any:
        """A word from the RX FIFO shifted right, waiting for one; a buffer is filled, and returned."""
        right = to_int(shift)
        if buf is None:
            return self._next() >> right
        view = buffer_of(buf)
        size = ITEMS.get(view.format.lstrip("@<").lower())
        if view.nbytes and size is None:
            raise ValueError("unsupported buffer type")
        content = view.cast("B") if view.nbytes else view
        for place in range(0, view.nbytes, size or 1):
            word = self._next() >> right
            content[place : place + (size or 1)] = word.to_bytes(4, "little")[:size]
        return buf

    def _next(self) -> int:
        self._spend()
        while (word := self.channel.get()) is None:
            self._wait()
        return word

    def _spend(self) -> None:
        """What a call costs on the board."""
        self._board.clock.spend(self._board.profile.call_ns)

    def _wait(self) -> None:
        """Wait for the FIFO, running handlers as they come."""
        self._board.interrupts.run()
        self._board.clock.wait_until(None)
        self._board.interrupts.run()

    def tx_fifo(self) -> int:
        """How many words wait to be pulled."""
        self._spend()
        return self.channel.levels()[0]

    def rx_fifo(self) -> int:
        """How many words have been pushed."""
        self._spend()
        return self.channel.levels()[1]

    # ---- for DMA

    def wants(self, receive: bool) -> bool:
        """Whether a FIFO has a word to take, or room for one."""
        sent, received = self.channel.levels()
        return received > 0 if receive else sent < self._depths[0]

    def fifo(self, receive: bool) -> int:
        """The address of a FIFO."""
        block, index = divmod(self.number, MACHINES)
        return REGISTERS + PAGE * block + (RX_FIFOS if receive else TX_FIFOS) + 4 * index

    # ---- interrupts

    def irq(self, handler: Handler | None = None, trigger: int | None = None, hard: bool = False) -> IRQ:
        """Call ``handler(sm)`` when the machine sets the flag with its own number, as ``irq(rel(0))`` does."""
        if self.own_irq is None:
            self.own_irq = IRQ(self._board, self, lambda _: self._block.listen())
        if handler is not None or trigger is not None or hard:
            self.own_irq.attach(handler, 1 if trigger is None else to_int(trigger), hard)
        return self.own_irq

    number: int
    own_irq: IRQ | None
    channel: StateMachineChannel
    _block: PIO
    _entry: int
    _side: tuple[int, bool]
    _on: bool
    _depths: tuple[int, int]


class Group:
    """The output pins of one kind: what the program wants them to be at first, and where they begin."""

    def __init__(self, block: PIO, wanted: Any, base: object, name: str) -> None:
        self._wanted = () if wanted is None else (wanted,) if isinstance(wanted, int) else tuple(wanted)
        self._base = None if base is None else block.gpio(base, name)

    def field(self, base_at: int, count_at: int, extra: bool = False) -> int:
        """The group's part of PINCTRL; extra: whether the count has a bit more than there are pins."""
        if self._base is None:
            return 0
        return self._base << base_at | len(self._wanted) + extra << count_at

    def pins(self) -> Iterator[tuple[int, int, int]]:
        """Each pin as (GPIO, direction, level)."""
        if self._base is not None:
            for place, wanted in enumerate(self._wanted):
                yield (self._base + place) % 32, wanted >> 1 & 1, wanted & 1


def overridden(shiftctrl: int, shifts: dict[str, int | None]) -> int:
    for name, value in shifts.items():
        if name not in SHIFTS:
            raise TypeError("extra keyword arguments given")
        if value is not None:
            mask, place = SHIFTS[name]
            shiftctrl = shiftctrl & ~(mask << place) | (to_int(value) & mask) << place
    return shiftctrl


def items_of(data: object) -> list[int]:
    """The items of a buffer of bytes, halfwords or words, or a number."""
    try:
        view = buffer_of(data)
    except TypeError:
        return [to_int(data)]
    code = view.format.lstrip("@<")
    if code not in ("B", "H", "I"):
        raise ValueError("unsupported buffer type")
    return list(view.cast("B") if code == "B" and view.format != "B" else view)
