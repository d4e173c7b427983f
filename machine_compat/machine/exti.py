"""Keeps who uses each external-interrupt line of an stm32: pins of the same number, as A4 and B4, share one.

# Ref: MicroPython ports/stm32/extint.c; RM0090 12.2.5 (external interrupt line mapping)
"""

from collections.abc import Callable
from dataclasses import dataclass

from machine_compat.board import Board
from machine_compat.contract import Edge
from machine_compat.machine.pin_names import NamedPin


@dataclass(frozen=True, slots=True, eq=False)
class Use:
    """A handler on line number `line`. stop: takes it away; edges: what it is called at now; pin: whose irq() it is."""

    line: int
    stop: Callable[[], None]
    edges: Callable[[], Edge]
    pin: NamedPin | None = None


class ExtiLines:
    """The lines of one board."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._uses: dict[object, Use] = {}

    def key(self, pin: NamedPin) -> object:
        """What pins that share a line have in common; on a board of any pins none do."""
        return pin.ref if self._board.profile.open_pins else pin.pin()

    def used(self, key: object) -> bool:
        return key in self._uses

    def take(self, key: object, use: Use | None) -> None:
        """Give a line to a handler, or to none; whoever had it is stopped."""
        before = self._uses.pop(key, None)
        if before is not None:
            before.stop()
        if use is not None:
            self._uses[key] = use

    def drop(self, key: object, use: Use) -> None:
        """A handler gives its line back, unless another has it already."""
        if self._uses.get(key) is use:
            del self._uses[key]

    def registers(self) -> tuple[int, int, int]:
        """IMR, RTSR and FTSR: a bit for each line that interrupts, at a rising edge, at a falling edge."""
        masked = rising = falling = 0
        for use in self._uses.values():
            bit, edges = 1 << use.line, use.edges()
            masked |= bit if edges else 0
            rising |= bit if edges & Edge.RISING else 0
            falling |= bit if edges & Edge.FALLING else 0
        return masked, rising, falling

    def take_for(self, pin: NamedPin, stop: Callable[[], None], edges: Callable[[], Edge]) -> None:
        """Give a pin's line to its irq(); OSError where it is in use by anything else than that pin."""
        key = self.key(pin)
        use = self._uses.get(key)
        if use is not None and use.pin is not pin:
            if use.pin is None:
                raise OSError(f"ExtInt vector {key} is already in use")
            raise OSError(f"IRQ resource already taken by Pin('{use.pin.name()}')")
        self._uses[key] = Use(pin.pin(), stop, edges, pin)

    def free(self, pin: NamedPin) -> None:
        """The pin's irq() has no handler any more."""
        use = self._uses.get(self.key(pin))
        if use is not None and use.pin is pin:
            self.drop(self.key(pin), use)


def exti_lines(board: Board) -> ExtiLines:
    return board.singleton((ExtiLines,), lambda: ExtiLines(board))
