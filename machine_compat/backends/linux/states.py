"""What each line of this computer is doing now, as far as the kernel tells without giving the line.

Everybody who may open a gpiochip learns who holds a line and how it is set. Levels, and the functions of pins that are
no GPIO, are in debugfs, which is root's.

# Ref: Linux Documentation/userspace-api/gpio/gpio-v2-get-lineinfo-ioctl.rst, Documentation/driver-api/pin-control.rst;
# drivers/gpio/gpiolib.c (gpiolib_dbg_show), drivers/pinctrl/pinmux.c (pinmux_pins_show) and the pin_dbg_show of
# bcm/pinctrl-bcm2835.c and pinctrl-rp1.c, for the forms of the files
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING

from machine_compat.backends.linux.chips import Chip, gpiod_module
from machine_compat.backends.linux.errors import node_error

if TYPE_CHECKING:
    import gpiod

DEBUG = Path("/sys/kernel/debug")
PLAIN = ("gpio", "gpio_in", "gpio_out", "input", "output", "sys_rio")
"""What drivers call a pin that is a GPIO line."""
KERNEL = "the kernel"


@dataclass(frozen=True, slots=True)
class LineState:
    """A line now. consumer: who holds it, "" for nobody; settings: what differs from a plain line, in words.

    level: None where it is not told. function: what the pin is instead of GPIO, "" for GPIO or where it is not told.
    """

    offset: int
    name: str
    output: bool = False
    consumer: str = ""
    settings: tuple[str, ...] = ()
    level: int | None = None
    function: str = ""

    @property
    def told(self) -> bool:
        """Whether the kernel has told what the pin is: of a free line that looks like an input, it may not have."""
        return bool(self.consumer or self.function or self.output or self.level is not None)

    def __str__(self) -> str:
        """``out 1, fan control``; ``i2c1 1``; ``in pull-up``."""
        level = () if self.level is None else (str(self.level),)
        plain = ("out" if self.output else "in", *level, *self.settings)
        words = (self.function, *level) if self.function else plain
        return " ".join(words) + (f", {self.consumer}" if self.consumer else "")


def line_states(chip: Chip, debug: Path = DEBUG) -> list[LineState]:
    """All lines of a chip, none of them requested. Raises ConfigError when the chip cannot be opened."""
    gpiod_module()
    import gpiod

    try:
        with gpiod.Chip(chip.node) as opened:
            infos = [opened.get_line_info(offset) for offset in range(len(chip.names))]
    except OSError as error:
        raise node_error(error, chip.node) from error
    levels = requested_levels(chip, debug)
    pins = pin_functions(chip.label, debug)
    states = []
    for info in infos:
        function, level = pins.get(info.offset, ("", None))
        states.append(
            LineState(
                info.offset,
                info.name or "",
                output=info.direction == gpiod.line.Direction.OUTPUT,
                consumer=info.consumer or (KERNEL if info.used else ""),
                settings=settings_of(info),
                level=levels.get(info.offset, level),
                function=function,
            )
        )
    return states


def settings_of(info: "gpiod.LineInfo") -> tuple[str, ...]:
    """Pull, drive, edges and polarity, where they are not a plain line's."""
    from gpiod.line import Bias, Drive, Edge

    words = {
        Bias.PULL_UP: "pull-up", Bias.PULL_DOWN: "pull-down", Bias.DISABLED: "no pull",
        Drive.OPEN_DRAIN: "open drain", Drive.OPEN_SOURCE: "open source",
        Edge.RISING: "rising edges", Edge.FALLING: "falling edges", Edge.BOTH: "both edges",
    }  # fmt: skip
    found = [words[value] for value in (info.bias, info.drive, info.edge_detection) if value in words]
    return (*found, "active low") if info.active_low else tuple(found)


# ---- debugfs


def requested_levels(chip: Chip, debug: Path = DEBUG) -> dict[int, int]:
    """The levels on the wires of a chip's lines that somebody holds, by offset; empty for those who are not root."""
    levels: dict[int, int] = {}
    base: int | None = None
    for row in rows(debug / "gpio"):
        head = re.match(r"(gpiochip\d+): (?:GPIOs (\d+)-|\d+ GPIOs)", row)
        if head:
            base = int(head[2] or 0) if head[1] == chip.name else None
        line = re.match(r" gpio-(\d+) .*\) +(?:in|out) +(hi|lo)\b", row)
        if line and base is not None:
            levels[int(line[1]) - base] = int(line[2] == "hi")
    return levels


def pin_functions(label: str, debug: Path = DEBUG) -> dict[int, tuple[str, int | None]]:
    """What a Raspberry Pi's pins are, "" for GPIO, and their levels, by number; empty for those who are not root."""
    found: dict[int, tuple[str, int | None]] = {}
    try:
        folders = sorted((debug / "pinctrl").glob(f"*-{escape(label)}"))
    except OSError:
        return found
    for folder in folders[:1]:
        owners = {
            int(match[1]): match[2]
            for row in rows(folder / "pinmux-pins")
            if (match := re.match(r"pin (\d+) \([^)]*\): (?:device )?([^\s(,]+\.[^\s,]+)", row))
        }
        for row in rows(folder / "pins"):
            pin = re.match(r"pin (\d+) .*\bfunction (\S+)(?: \((\w+)\))? in (hi|lo)", row)
            if pin:
                number, function = int(pin[1]), pin[3] or pin[2]
                owner = f" of {owners[number]}" if number in owners else ""
                found[number] = ("" if function in PLAIN else function + owner, int(pin[4] == "hi"))
    return found


def rows(file: Path) -> Iterator[str]:
    """A file's lines; none of one that is not there, or is root's."""
    try:
        yield from file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
