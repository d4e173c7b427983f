"""What a PIO state machine has: registers, shift counters, two FIFOs, and its ways to the pins.

# Ref: RP2040 datasheet 3.5.3 (FIFO joining), 3.5.4 (autopush and autopull), 3.5.6 (GPIO mapping), 3.7 (registers)
"""

from collections import deque
from collections.abc import Callable

from machine_compat.contract import StateMachineConfig
from machine_compat.mock.pio_block import WORD, PIOBlock, rotated

STALL = -1
"""An instruction's answer when it has to be tried again; else the next address, or None for the one after."""
AUTOPUSH, AUTOPULL = 1 << 16, 1 << 17


class Registers:
    """The state of one state machine."""

    def __init__(self, block: PIOBlock, index: int) -> None:
        self.block = block
        self.index = index
        self.tx: deque[int] = deque()
        self.rx: deque[int] = deque()
        self.tx_size = self.rx_size = 4
        self.x = self.y = self.pc = self.isr = self.osr = 0
        self.isr_count, self.osr_count = 0, 32
        self.forced: int | None = None
        """An instruction to execute instead of the next one."""
        self.told = False
        """Whether an `irq wait` has set its flag already."""
        self.x_looks = self.y_looks = self.effects = 0
        """How often X and Y were used other than to count, and how often something beyond the pins changed."""
        self.seen: dict[int, int] = {}
        """The GPIOs that have been looked at, and what they were."""
        self.awaited: tuple[str, int] | None = None
        """What a stalled machine waits for: ("tx" | "rx" | "flag", 0), or ("pin", GPIO)."""
        self.cycle = 0
        self.moved: Callable[[int, int], None] = lambda changed, levels: None
        """Told which latches changed and what they are now."""
        self.fifo_moved: Callable[[str], None] = lambda which: None
        self.out_base = self.set_base = self.side_base = 0
        self.out_pins = self.set_pins = self.side_pins = 0
        self.frozen = False
        """Whether inputs are still what they were when they were looked at last: for going over that time again."""
        self.settings = StateMachineConfig(1, 256, 0x1F << 12, 0, 0, 0, ("",) * 32)

    # ---- registers

    def configure(self, config: StateMachineConfig) -> None:
        self.settings = config
        joined = config.shiftctrl >> 30
        self.tx_size, self.rx_size = {0: (4, 4), 1: (8, 0), 2: (0, 8), 3: (0, 0)}[joined]
        self.tx.clear()
        self.rx.clear()
        self.x = self.y = 0
        self.seen.clear()
        self._map_pins(config.pinctrl, config.execctrl >> 30 & 1)
        self.restart()
        self.pc = config.entry

    def restart(self) -> None:
        self.isr = self.osr = self.isr_count = 0
        self.osr_count = 32
        self.forced, self.told, self.awaited = None, False, None
        self.effects += 1

    def _map_pins(self, pinctrl: int, side_enable: int) -> None:
        """Work out the masks of the three groups of output pins."""
        self.out_base, self.set_base, self.side_base = pinctrl & 31, pinctrl >> 5 & 31, pinctrl >> 10 & 31
        sizes = pinctrl >> 20 & 0x3F, pinctrl >> 26 & 7, max(0, (pinctrl >> 29) - side_enable)
        groups = ((1 << size) - 1 & WORD for size in sizes)
        bases = self.out_base, self.set_base, self.side_base
        self.out_pins, self.set_pins, self.side_pins = map(rotated, groups, bases)

    def state(self) -> tuple[int, ...]:
        """All that decides what happens next, but for X, Y and the world outside."""
        block = self.block
        own = self.out_pins | self.set_pins | self.side_pins
        return (
            self.pc, self.isr, self.osr, self.isr_count, self.osr_count, len(self.tx), len(self.rx), self.effects,
            block.levels & own, block.dirs & own,
        )  # fmt: skip

    # ---- pins

    def _drive(self, mask: int, value: int) -> None:
        changed = self.block.drive(mask, value)
        if changed:
            self.moved(changed, self.block.levels)

    def _direct(self, mask: int, value: int) -> None:
        if self.block.direct(mask, value):
            self.effects += 1

    def look(self, gpio: int) -> int:
        """The level of an input."""
        if self.frozen:
            return self.seen[gpio]
        level = self.block.read(gpio)
        if self.seen.get(gpio) != level:
            self.seen[gpio] = level
            self.effects += 1
        return level

    def _look_at(self, count: int) -> int:
        base = self.settings.pinctrl >> 15 & 31
        return sum(self.look(base + place & 31) << place for place in range(count))

    # ---- parts of instructions

    def _stalled(self, what: str, gpio: int = 0) -> int:
        self.awaited = what, gpio
        return STALL

    def _flag(self, index: int) -> int:
        return index & 4 | index + self.index & 3 if index & 16 else index & 7

    def _source(self, source: int) -> int:
        if source == 1:
            self.x_looks += 1
            return self.x
        if source == 2:
            self.y_looks += 1
            return self.y
        if source == 5:
            ctrl = self.settings.execctrl
            return WORD if len(self.rx if ctrl >> 4 & 1 else self.tx) < ctrl & 15 else 0
        return {6: self.isr, 7: self.osr}.get(source, 0)

    def _store(self, destination: int, data: int, count: int) -> int | None:
        """Where OUT and MOV put what they have; MOV with a count of 0."""
        if destination == 0:
            self._drive(self.out_pins, rotated(data, self.out_base))
        elif destination == 1:
            self.x_looks += 1
            self.x = data
        elif destination == 2:
            self.y_looks += 1
            self.y = data
        elif destination == 4:
            self._direct(self.out_pins, rotated(data, self.out_base))
        elif destination == 5:
            return data & 31
        elif destination == 6:
            self.isr, self.isr_count = data, count
        elif destination == 7:
            self.forced = data & 0xFFFF
        return None

    @property
    def _pull_at(self) -> int:
        return self.settings.shiftctrl >> 25 & 31 or 32

    @property
    def _push_at(self) -> int:
        return self.settings.shiftctrl >> 20 & 31 or 32

    def _refill(self) -> None:
        if self.tx:
            self.osr, self.osr_count = self.tx.popleft(), 0
            self.effects += 1
            self.fifo_moved("tx")

    def _send_isr(self) -> None:
        self.rx.append(self.isr)
        self.isr = self.isr_count = 0
        self.effects += 1
        self.fifo_moved("rx")
