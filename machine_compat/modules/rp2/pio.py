"""`rp2.PIO`: a block of four state machines, their program memory and interrupt flags.

# Ref: MicroPython ports/rp2/rp2_pio.c; pico-sdk hardware_pio (where programs are put)
"""

import errno
from typing import Any, Self

from machine_compat.machine.irq import IRQ, Handler
from machine_compat.machine.memory import memory_map
from machine_compat.machine.peripheral import Peripheral, made_for, to_int
from machine_compat.machine.pin import Pin
from machine_compat.machine.pins import pin_of
from machine_compat.modules.rp2.assembler import DATA, OFFSET, OFFSET_PIO2, Program
from machine_compat.oserror import os_error

WORDS = 32
FLAG = 0x100
"""The trigger of a block's first interrupt flag."""
MACHINES = 4
FIELDS = 8
REGISTERS, PAGE, TX_FIFOS, RX_FIFOS = 0x5020_0000, 0x10_0000, 0x10, 0x20
"""Where the registers of PIO 0 are, how far apart the blocks are, and where in them the FIFOs are."""


class PIO(Peripheral):
    """PIO(id): a block. There is one object for each; ValueError "invalid PIO" for one that the chip lacks."""

    def __new__(cls, id: int, /) -> Self:
        number = to_int(id)
        if not 0 <= number < cls._board.profile.limits.get("pio_blocks", 2):
            raise ValueError("invalid PIO")
        return cls._board.singleton((cls, number), lambda: cls._make(number))

    @classmethod
    def _make(cls, number: int) -> Self:
        block = object.__new__(cls)
        block._number = number
        block._used = 0
        block._first_gpio = 0
        block._legs = {}
        block._machines = {}
        block._irq = None
        memory_map(cls._board).add(REGISTERS + PAGE * number, 0x200, block._load, block._store)
        return block

    def __repr__(self) -> str:
        return f"PIO({self._number})"

    # ---- programs

    def add_program(self, program: Program) -> None:
        """Put a program into the memory; OSError ENOMEM when there is no room."""
        words = list(fields(program)[DATA])
        # pico-sdk looks for room from the end on.
        for offset in range(WORDS - len(words), -1, -1):
            mask = (1 << len(words)) - 1 << offset
            if not self._used & mask:
                break
        else:
            raise os_error(errno.ENOMEM)
        self._used |= mask
        relocated = tuple(word + offset if word >> 13 == 0 else word for word in words)
        self._machine(0).channel.load(offset, relocated)
        set_address(program, self._number, offset)

    def remove_program(self, program: Program | None = None, /) -> None:
        """Take a program out of the memory, or all of them; ValueError for one that is not there."""
        if program is None:
            self._used = 0
            return
        offset = address_of(program, self._number)
        if offset < 0:
            raise ValueError("prog not in instruction memory")
        self._used &= ~((1 << len(program[DATA])) - 1 << offset)
        set_address(program, self._number, -1)

    def state_machine(self, id: int, *args: Any, **options: Any) -> Any:
        """One of the four machines of the block, configured when there are more arguments."""
        number = to_int(id)
        if not 0 <= number < MACHINES:
            raise ValueError("invalid StateMachine")
        machine = self._machine(number)
        if args or options:
            machine.init(*args, **options)
        return machine

    def gpio_base(self, base: object = None, /) -> object:
        """The pin that is GPIO 0 to the block: 0, or 16 on a chip with more than 32 pins."""
        if base is not None:
            number = pin_of(self._board, base).number
            if number not in (0, 16):
                raise ValueError("invalid GPIO base")
            self._first_gpio = number
        return made_for(self._board, Pin)(self._first_gpio)

    def _machine(self, number: int) -> Any:
        from machine_compat.modules.rp2.state_machine import StateMachine

        return made_for(self._board, StateMachine, "rp2")(self._number * MACHINES + number)

    # ---- the FIFOs as registers

    def _load(self, offset: int, size: int) -> int:
        index = offset - RX_FIFOS >> 2
        return self._machine(index).channel.get() or 0 if 0 <= index < MACHINES else 0

    def _store(self, offset: int, size: int, value: int) -> None:
        index = offset - TX_FIFOS >> 2
        if 0 <= index < MACHINES:
            # What is smaller than a word is there in each of its bytes (RP2040 datasheet 2.1.4).
            self._machine(index).channel.put(value * {1: 0x0101_0101, 2: 0x1_0001}.get(size, 1))

    # ---- pins

    def refs(self) -> tuple[str, ...]:
        """The lines that are GPIO 0 to 31 to the block."""
        numbers = self._board.profile.numbers
        return tuple(numbers.get(self._first_gpio + gpio, "") for gpio in range(32))

    def gpio(self, pin: object, what: str) -> int:
        """The number that a pin has to the block."""
        number = pin_of(self._board, pin).number
        if number is None:
            raise ValueError("invalid pin")
        if not 0 <= number - self._first_gpio < 32:
            raise ValueError(f"{what} not within gpio_base range")
        return number - self._first_gpio

    def take(self, gpio: int, machine: Any, output: int, level: int) -> None:
        """Connect a pin to the block, by one of its machines."""
        ref = self.refs()[gpio]
        if ref:
            leg = self._legs.setdefault(gpio, Leg(gpio))
            leg.machine = machine
            self._board.claim(ref, leg.lost, f"PIO{self._number}")
            machine.channel.connect(gpio, output, level)

    # ---- interrupts

    def irq(self, handler: Handler | None = None, trigger: int | None = None, hard: bool = False) -> IRQ:
        """Call ``handler(pio)`` when a flag of the trigger is set; its irq().flags() says which."""
        if self._irq is None:
            self._irq = IRQ(self._board, self, lambda _: self.listen())
        if handler is not None or trigger is not None or hard:
            self._irq.attach(handler, 0xF00 if trigger is None else to_int(trigger), hard)
        return self._irq

    def joined(self, number: int, machine: Any) -> None:
        """Know one of the machines."""
        self._machines[number] = machine

    def listen(self) -> None:
        """Hear of the flags that somebody has a handler for."""
        for number in range(MACHINES):
            wanted = self._wants(number)
            machine = self._machine(number) if wanted else self._machines.get(number)
            if machine is not None:
                machine.channel.watch((lambda here=machine: self._flag(here)) if wanted else None)

    def _wants(self, number: int) -> bool:
        machine = self._machines.get(number)
        return bool(active_trigger(self._irq) & FLAG << number or (machine and active_trigger(machine.own_irq)))

    def _flag(self, machine: Any) -> None:
        bit = FLAG << machine.number % MACHINES
        if self._irq is not None and active_trigger(self._irq) & bit:
            self._irq.fire(bit)
        if machine.own_irq is not None:
            machine.own_irq.fire(1)

    IN_LOW, IN_HIGH, OUT_LOW, OUT_HIGH = 0, 1, 2, 3
    SHIFT_LEFT, SHIFT_RIGHT = 0, 1
    JOIN_NONE, JOIN_TX, JOIN_RX = 0, 1, 2
    IRQ_SM0, IRQ_SM1, IRQ_SM2, IRQ_SM3 = FLAG, FLAG << 1, FLAG << 2, FLAG << 3

    _number: int
    _used: int
    _first_gpio: int
    _legs: dict[int, "Leg"]
    _machines: dict[int, Any]
    _irq: IRQ | None


class Leg:
    """A pin that a block drives, until another peripheral takes it."""

    __slots__ = ("gpio", "machine")

    def __init__(self, gpio: int) -> None:
        self.gpio = gpio
        self.machine: Any = None

    def lost(self) -> None:
        self.machine.channel.disconnect(self.gpio)


def active_trigger(irq: IRQ | None) -> int:
    """The trigger of an interrupt that has a handler."""
    return irq.trigger() if irq is not None and irq._handler is not None else 0


def fields(program: object) -> Program:
    """A program as asm_pio makes it, checked for its form."""
    if not isinstance(program, list | tuple):
        raise TypeError(f"object '{type(program).__name__}' isn't a tuple or list")
    if len(program) < FIELDS:
        raise ValueError(f"requested length {FIELDS} but object has length {len(program)}")
    return program if isinstance(program, list) else list(program)


def address_of(program: Program, block: int) -> int:
    """Where a program is in a block's memory; -1 if it is not."""
    place = OFFSET_PIO2 if block == 2 else OFFSET + block
    return int(program[place])


def set_address(program: Program, block: int, address: int) -> None:
    program[OFFSET_PIO2 if block == 2 else OFFSET + block] = address
