"""The GPIO pins of a bridge chip: eight at a time, with a direction and an open-drain mode each."""

from collections.abc import Sequence

from machine_compat.mock.nets import Terminal


class Bank:
    """Up to eight pins as the bits of a byte. Pins are inputs with a weak pull-up until told otherwise."""

    __slots__ = ("_terminals", "direction", "open_drain", "value")

    def __init__(self, terminals: Sequence[Terminal]) -> None:
        self._terminals = tuple(terminals)
        self.value = 0
        """What the pins drive, where they are outputs."""
        self.direction = 0
        """1: output."""
        self.open_drain = 0
        """1: drives low only."""
        for terminal in self._terminals:
            terminal.pull(1)

    def __getitem__(self, bit: int) -> Terminal:
        return self._terminals[bit]

    def set(self, value: int, direction: int) -> None:
        """Drive the outputs to a value, the lowest bit first where several change."""
        changed = (self.value ^ value) | (self.direction ^ direction)
        self.value = value
        self.direction = direction
        for bit in range(len(self._terminals)):
            if changed >> bit & 1:
                self._apply(bit)

    def set_open_drain(self, mask: int) -> None:
        changed = self.open_drain ^ mask
        self.open_drain = mask
        for bit in range(len(self._terminals)):
            if changed >> bit & 1:
                self._apply(bit)

    def put(self, bit: int, level: int) -> None:
        """Drive one pin, if it is an output."""
        if self.value >> bit & 1 != level:
            self.value ^= 1 << bit
            self._apply(bit)

    def read(self) -> int:
        """The levels of the wires."""
        return sum(terminal.level << bit for bit, terminal in enumerate(self._terminals))

    def _apply(self, bit: int) -> None:
        terminal = self._terminals[bit]
        level = self.value >> bit & 1
        if not self.direction >> bit & 1:
            terminal.release()
        elif self.open_drain >> bit & 1:
            terminal.pull_low(not level)
        else:
            terminal.drive(level)
