"""Simulates a rotary encoder as on the KY-040 module: two contacts a quarter cycle apart, detents, a push button."""

# Ref: ALPS EC11E datasheet, "Output wave"; Joy-IT KY-040 schematic (10 kΩ to the supply on CLK and DT, none on SW).

from machine_compat.mock.chip import Chip
from machine_compat.mock.contact import Contact
from machine_compat.mock.options import within

CLOCKWISE = (("clk", True), ("dt", True), ("clk", False), ("dt", False))
COUNTER = (("dt", True), ("clk", True), ("dt", False), ("clk", False))


class Rotary(Chip):
    """Rotary encoder. One detent is one Gray code cycle, with both contacts open at rest; clockwise, clk goes first.

    pullup: 0 leaves the pulls of clk and dt to the board. bounce_us: for how long contacts chatter.
    """

    pins = ("clk", "dt")
    option_pins = ("sw",)

    def __init__(self, pullup: int = 1, bounce_us: float = 0) -> None:
        super().__init__()
        self._pull = 1 if pullup else None
        self._contacts = {leg: Contact(self, leg, 0, bounce_us) for leg in (*self.pins, *self.option_pins)}
        self._still_at = 0
        self.position = 0
        """Detents it has been turned, clockwise counted up."""

    @property
    def pressed(self) -> bool:
        """Whether the knob is pushed in."""
        return self._contacts["sw"].closed

    def turn(self, detents: int, ms: float = 20) -> None:
        """Turn by so many detents, clockwise or (negative) back, one every `ms`; after any turn under way."""
        quarter = round(within(self, "ms", ms, 0.001, 1e6) * 1e6) // 4
        start = max(self.world.now, self._still_at)
        step = 1 if detents > 0 else -1
        for index in range(abs(detents)):
            for quarters, (leg, closed) in enumerate(CLOCKWISE if step > 0 else COUNTER):
                self._plan(start + (4 * index + quarters) * quarter, leg, closed)
            self.after(start + (4 * index + 3) * quarter - self.world.now, lambda: self._count(step))
        self._still_at = start + 4 * abs(detents) * quarter

    def press(self, ms: float | None = None) -> None:
        """Push the knob in; with `ms`, let it go by itself after so many milliseconds."""
        self._contacts["sw"].close(ms)

    def release(self) -> None:
        """Let the knob go."""
        self._contacts["sw"].open()

    def installed(self) -> None:
        for leg in self.pins:
            self.legs[leg].pull(self._pull)

    def _plan(self, time: int, leg: str, closed: bool) -> None:
        self.after(time - self.world.now, lambda: self._contacts[leg].move(closed))

    def _count(self, step: int) -> None:
        self.position += step


PARTS = {"rotary": Rotary, "ky-040": Rotary}
