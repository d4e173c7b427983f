"""Executes the instructions of one PIO state machine. Time is somebody else's.

# Ref: RP2040 datasheet 3.4 (instruction set), 3.5.7 (EXEC)
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from machine_compat.contract import StateMachineConfig
from machine_compat.mock.pio_block import WORD, PIOBlock, rotated
from machine_compat.mock.pio_registers import AUTOPULL, AUTOPUSH, STALL, Registers


class Decoded(NamedTuple):
    """An instruction: what it does, the side-set value or None, the cycles it takes."""

    act: Callable[[], int | None]
    side: int | None
    cycles: int


class Machine(Registers):
    """A state machine; `step` executes an instruction."""

    def __init__(self, block: PIOBlock, index: int) -> None:
        super().__init__(block, index)
        self._known: dict[int, Decoded] = {}

    def configure(self, config: StateMachineConfig) -> None:
        self._known.clear()
        super().configure(config)

    # ---- one instruction

    def step(self) -> bool:
        """Execute the next instruction; False if it stalls, and then `awaited` says what for."""
        forced = self.forced
        word = forced if forced is not None else self.block.memory[self.pc]
        instruction = self._known.get(word)
        if instruction is None:
            instruction = self._known[word] = self._decode(word)
        if instruction.side is not None:
            self._set_side(instruction.side)
        if self.settings.shiftctrl & AUTOPULL and self.osr_count >= self._pull_at:
            self._refill()
        if forced is not None:
            self.forced = None
        after = instruction.act()
        if after == STALL:
            self.forced = forced
            return False
        if after is not None:
            self.pc = after
        elif forced is None:
            ctrl = self.settings.execctrl
            self.pc = ctrl >> 7 & 31 if self.pc == ctrl >> 12 & 31 else self.pc + 1 & 31
        self.cycle += instruction.cycles
        return True

    def _decode(self, word: int) -> Decoded:
        side_bits = self.settings.pinctrl >> 29
        field, delay_bits = word >> 8 & 31, 5 - side_bits
        delay, side = field & (1 << delay_bits) - 1, field >> delay_bits
        shown: int | None = side if side_bits else None
        if self.settings.execctrl >> 30 & 1 and side_bits:
            shown = side & (1 << side_bits - 1) - 1 if side >> side_bits - 1 else None
        kind = word >> 13
        if kind == 4:
            kind = 8 if word & 0x80 else 4
        acts = (self._jmp, self._wait, self._in, self._out, self._push, self._mov, self._irq, self._set, self._pull)
        return Decoded(partial(acts[kind], word >> 5 & 7, word & 31), shown, 1 + delay)

    def _set_side(self, value: int) -> None:
        mask, base = self.side_pins, self.side_base
        if self.settings.execctrl >> 29 & 1:
            self._direct(mask, rotated(value, base))
        else:
            self._drive(mask, rotated(value, base))

    # ---- instructions: the fields of bits 7 to 5 and 4 to 0

    def _jmp(self, condition: int, address: int) -> int | None:
        go = True
        if condition == 1:
            self.x_looks += 1
            go = self.x == 0
        elif condition == 2:
            go = self.x != 0
            self.x = self.x - 1 & WORD
            self.x_looks += not go
        elif condition == 3:
            self.y_looks += 1
            go = self.y == 0
        elif condition == 4:
            go = self.y != 0
            self.y = self.y - 1 & WORD
            self.y_looks += not go
        elif condition == 5:
            self.x_looks += 1
            self.y_looks += 1
            go = self.x != self.y
        elif condition == 6:
            go = self.look(self.settings.execctrl >> 24 & 31) == 1
        elif condition == 7:
            go = self.osr_count < self._pull_at
        return address if go else None

    def _wait(self, how: int, index: int) -> int | None:
        wanted, source = how >> 2, how & 3
        if source == 2:
            number = self._flag(index)
            if self.block.flags >> number & 1 != wanted:
                return self._stalled("flag")
            if wanted:
                self.effects += 1
                self.block.clear_flag(number)
            return None
        gpio = index if source == 0 else (self.settings.pinctrl >> 15) + index & 31
        return None if self.look(gpio) == wanted else self._stalled("pin", gpio)

    def _in(self, source: int, count: int) -> int | None:
        count = count or 32
        shiftctrl = self.settings.shiftctrl
        full = self._push_at
        if shiftctrl & AUTOPUSH and min(32, self.isr_count + count) >= full and len(self.rx) >= self.rx_size:
            return self._stalled("rx")
        data = (self._look_at(count) if source == 0 else self._source(source)) & (1 << count) - 1
        if shiftctrl >> 18 & 1:
            self.isr = (self.isr >> count | data << 32 - count) & WORD
        else:
            self.isr = (self.isr << count | data) & WORD
        self.isr_count = min(32, self.isr_count + count)
        if shiftctrl & AUTOPUSH and self.isr_count >= full:
            self._send_isr()
        return None

    def _out(self, destination: int, count: int) -> int | None:
        count = count or 32
        shiftctrl = self.settings.shiftctrl
        if shiftctrl & AUTOPULL and self.osr_count >= self._pull_at:
            return self._stalled("tx")
        if shiftctrl >> 19 & 1:
            data = self.osr & (1 << count) - 1
            self.osr >>= count
        else:
            data = self.osr >> 32 - count
            self.osr = self.osr << count & WORD
        self.osr_count = min(32, self.osr_count + count)
        after = self._store(destination, data, count)
        if shiftctrl & AUTOPULL and self.osr_count >= self._pull_at:
            self._refill()
        return after

    def _push(self, how: int, _: int) -> int | None:
        if how & 2 and self.isr_count < self._push_at:
            return None
        if len(self.rx) < self.rx_size:
            self._send_isr()
        elif how & 1:
            return self._stalled("rx")
        else:
            self.isr = self.isr_count = 0
        return None

    def _pull(self, how: int, _: int) -> int | None:
        full = self.osr_count < self._pull_at
        if full and (how & 2 or self.settings.shiftctrl & AUTOPULL):
            return None
        if self.tx:
            self._refill()
        elif how & 1:
            return self._stalled("tx")
        else:
            self.x_looks += 1
            self.osr, self.osr_count = self.x, 0
        return None

    def _mov(self, destination: int, what: int) -> int | None:
        source = what & 7
        data = self._look_at(32) if source == 0 else self._source(source)
        operation = what >> 3 & 3
        if operation == 1:
            data ^= WORD
        elif operation == 2:
            data = int(f"{data:032b}"[::-1], 2)
        if destination == 4:
            self.forced = data & 0xFFFF
            return None
        if destination == 3:
            self._direct(self.out_pins, rotated(data, self.out_base))
            return None
        if destination == 6:
            self.isr, self.isr_count = data, 0
            return None
        if destination == 7:
            self.osr, self.osr_count = data, 0
            return None
        return self._store(destination, data, 0)

    def _irq(self, how: int, index: int) -> int | None:
        number = self._flag(index)
        if how & 2:
            if self.block.flags >> number & 1:
                self.effects += 1
                self.block.clear_flag(number)
            return None
        if not self.told:
            if not self.block.flags >> number & 1:
                self.effects += 1
                self.block.raise_flag(number)
            if not how & 1:
                return None
            self.told = True
        if self.block.flags >> number & 1:
            return self._stalled("flag")
        self.told = False
        return None

    def _set(self, destination: int, data: int) -> int | None:
        if destination == 0:
            self._drive(self.set_pins, rotated(data, self.set_base))
        elif destination == 4:
            self._direct(self.set_pins, rotated(data, self.set_base))
        else:
            self._store(destination, data, 0)
        return None
