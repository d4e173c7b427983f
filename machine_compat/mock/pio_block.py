"""What the four state machines of a PIO block share: program memory, interrupt flags, and the pins they drive.

# Ref: RP2040 datasheet 3.2 (overview), 3.5.6 (GPIO mapping), 3.7 (registers)
"""

from collections.abc import Callable

from machine_compat.mock.clock import WorldClock
from machine_compat.mock.nets import Terminal

WORDS = 32
WORD = 0xFFFF_FFFF


def rotated(bits: int, by: int) -> int:
    """A mask of GPIOs that begins at another one; they wrap around after 31."""
    return (bits << by | bits >> (32 - by)) & WORD


class PIOBlock:
    """One PIO block. levels, dirs: its output latches and output enables, a bit a GPIO; connected: those it drives."""

    __slots__ = (
        "_find", "_refs", "_terminals", "clock", "connected", "dirs", "flags", "handlers", "levels", "memory", "muted",
        "waiting", "world",
    )  # fmt: skip

    def __init__(self, clock: WorldClock, find: Callable[[str], Terminal]) -> None:
        self.clock = clock
        self.world = clock.world
        self.memory = [0] * WORDS
        self.flags = 0
        self.levels = self.dirs = self.connected = 0
        self.muted = False
        """Whether the latches change without the wires, while a machine goes over what the wires have done already."""
        self.handlers: list[Callable[[], None] | None] = [None] * 4
        self.waiting: list[Callable[[], None]] = []
        """Called when a flag changes: machines that wait for one."""
        self._find = find
        self._refs: tuple[str, ...] = ("",) * 32
        self._terminals: list[Terminal | None] = [None] * 32

    # ---- pins

    def name_pins(self, refs: tuple[str, ...]) -> None:
        """Say which lines the GPIOs are."""
        if refs != self._refs:
            self._refs = refs
            self._terminals = [None] * 32

    def terminal(self, gpio: int) -> Terminal | None:
        """The pin of a GPIO; None where the chip has none."""
        found = self._terminals[gpio]
        if found is None and self._refs[gpio]:
            found = self._terminals[gpio] = self._find(self._refs[gpio])
        return found

    def read(self, gpio: int) -> int:
        """The level at a pad."""
        terminal = self.terminal(gpio)
        return terminal.level if terminal is not None else 0

    def connect(self, gpio: int, output: int, level: int) -> None:
        bit = 1 << gpio
        terminal = self.terminal(gpio)
        if terminal is not None and terminal.wave is not None and not self.connected & bit:
            terminal.modulate(None)
        self.connected |= bit
        self.levels = self.levels & ~bit | level << gpio
        self.dirs = self.dirs & ~bit | output << gpio
        self.show(bit)

    def disconnect(self, gpio: int) -> None:
        """Let go of a line, unless somebody else has it already."""
        bit = 1 << gpio
        terminal = self.terminal(gpio)
        if self.connected & bit and terminal is not None:
            terminal.modulate(None)
        self.connected &= ~bit

    def drive(self, mask: int, value: int) -> int:
        """Set output latches; returns which changed."""
        changed = (self.levels ^ value) & mask
        if changed:
            self.levels ^= changed
            if not self.muted:
                self.show(changed & self.dirs)
        return changed

    def direct(self, mask: int, value: int) -> int:
        """Set directions, 1 for an output; returns which changed."""
        changed = (self.dirs ^ value) & mask
        if changed:
            self.dirs ^= changed
            if not self.muted:
                self.show(changed)
        return changed

    def show(self, mask: int) -> None:
        """Bring the latches and directions of some GPIOs onto their wires."""
        mask &= self.connected
        while mask:
            bit = mask & -mask
            mask ^= bit
            terminal = self.terminal(bit.bit_length() - 1)
            if terminal is None:
                continue
            level = 1 if self.levels & bit else 0
            net = terminal.alone
            if not self.dirs & bit:
                terminal.release()
            elif net is None:
                terminal.drive(level)
            elif level != net.level:
                net.level = level
                net.edges.append(self.world.now)

    # ---- interrupt flags

    def raise_flag(self, number: int) -> None:
        """Set a flag. One that somebody handles is cleared at once, as the interrupt routine does."""
        self.flags |= 1 << number
        if number < 4 and (handler := self.handlers[number]) is not None:
            self.flags &= ~(1 << number)
            self.world.at(self.world.now, handler)
        self._changed()

    def clear_flag(self, number: int) -> None:
        self.flags &= ~(1 << number)
        self._changed()

    def _changed(self) -> None:
        waiting, self.waiting = self.waiting, []
        for go_on in waiting:
            go_on()
