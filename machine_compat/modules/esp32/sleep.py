"""What wakes an ESP32 from deep sleep besides time: pins, touch pads.

# Ref: MicroPython ports/esp32/modesp32.c, ports/esp32/modmachine.c (wake reasons); docs/library/esp32.rst
"""

from collections.abc import Callable, Iterable

from machine_compat.board import Board
from machine_compat.contract import Edge
from machine_compat.machine.functions import WAKE_SOURCES, WakeSource
from machine_compat.machine.peripheral import made_for
from machine_compat.machine.pin import Pin
from machine_compat.machine.pins import pin_of
from machine_compat.modules.esp32.ulp import refuse

EXT0, EXT1, GPIO = 2, 3, 7
RTC_PINS = frozenset({0, 2, 4, *range(12, 16), *range(25, 28), *range(32, 40)})
"""The pins that are awake while an ESP32 sleeps (ESP32 datasheet, table 2-1); its successors have others."""

Wake = Callable[[int], None]


def wake_functions(board: Board) -> dict[str, object]:
    sources: dict[str, WakeSource] = {}

    def arm(name: str, source: WakeSource | None) -> None:
        sources.pop(name, None)
        if source is not None:
            sources[name] = source
        board.singletons[WAKE_SOURCES] = list(sources.values())

    def wake_on_ext0(pin: object = None, level: bool = False) -> None:
        """Wake when the pin is at the level; without a pin, do not. ValueError "invalid pin"."""
        arm("ext0", None if pin is None else any_at([rtc_pin(board, pin)], int(bool(level)), EXT0))

    def wake_on_ext1(pins: Iterable[object] | None = None, level: bool = False) -> None:
        """Wake when any of the pins is high (WAKEUP_ANY_HIGH), or all are low (WAKEUP_ALL_LOW)."""
        there = [rtc_pin(board, pin) for pin in pins or ()]
        source = any_at(there, 1, EXT1) if level else all_low(there, EXT1)
        arm("ext1", source if there else None)

    def wake_on_gpio(pins: Iterable[object] | None = None, level: bool = False) -> None:
        """Wake when any of the pins is at the level."""
        there = [made_for(board, Pin)(pin) for pin in pins or ()]
        arm("gpio", any_at(there, int(bool(level)), GPIO) if there else None)

    def wake_on_touch(wake: bool, /) -> None:
        """Accepted: the finger that would wake the board is not simulated while it sleeps."""

    def wake_on_ulp(wake: bool, /) -> None:
        """NotImplementedError, as for ULP."""
        if wake:
            refuse()

    def gpio_deep_sleep_hold(enable: bool, /) -> None:
        """Accepted: pins keep their levels while the board sleeps, and lose them when it starts."""

    return {
        "wake_on_ext0": wake_on_ext0, "wake_on_ext1": wake_on_ext1, "wake_on_gpio": wake_on_gpio,
        "wake_on_touch": wake_on_touch, "wake_on_ulp": wake_on_ulp, "gpio_deep_sleep_hold": gpio_deep_sleep_hold,
    }  # fmt: skip


def is_original(board: Board) -> bool:
    """Whether the chip is the first ESP32, and none of its successors."""
    return board.profile.machine.endswith("with ESP32")


def rtc_pin(board: Board, pin: object) -> Pin:
    """A pin that can wake the chip."""
    found = made_for(board, Pin)(pin)
    if is_original(board) and pin_of(board, pin).number not in RTC_PINS:
        raise ValueError("invalid pin")
    return found


def any_at(pins: list[Pin], level: int, reason: int) -> WakeSource:
    """A source that wakes as soon as one of the pins is at a level."""
    return source_of(pins, lambda: [pin for pin in pins if pin.line.read() == level], reason)


def all_low(pins: list[Pin], reason: int) -> WakeSource:
    return source_of(pins, lambda: [] if any(pin.line.read() for pin in pins) else pins, reason)


def source_of(pins: list[Pin], waking: Callable[[], list[Pin]], reason: int) -> WakeSource:
    """A source that wakes as soon as there are `waking` pins; all but EXT0 tell which they were."""

    def arm(wake: Wake) -> None:
        def look(*_: object) -> None:
            found = waking()
            if found and reason != EXT0:
                board = found[0]._board
                board.retained["wake pins"] = tuple(board.spot(pin.ref).number for pin in found)
            if found:
                wake(reason)

        for pin in pins:
            pin.line.watch(Edge.BOTH, look)
        look()

    return arm
