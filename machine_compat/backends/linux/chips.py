"""Finds the GPIO line that a name means: which chip, by its label where numbers change, and which line of it."""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from machine_compat.backends.linux.errors import INSTALL, needing, node_error
from machine_compat.contract import natural
from machine_compat.errors import ConfigError

if TYPE_CHECKING:
    from types import ModuleType

GPIOD = "gpiod 2 or later"
CONSUMER = "machine-compat"
"""What this library calls itself on the lines it holds."""


@dataclass(frozen=True, slots=True)
class Chip:
    """A gpiochip: its node, the label its driver gives it, and its lines' names by offset, "" for none."""

    node: str
    label: str
    names: tuple[str, ...]

    @property
    def name(self) -> str:
        return os.path.basename(self.node)


@dataclass(frozen=True, slots=True)
class Place:
    """A line: the node of its chip, its offset there, and what to call it in messages."""

    node: str
    offset: int
    name: str


def find_line(ref: str, chips: Sequence[Chip], main: Sequence[str]) -> Place:
    """The line of a ref.

    ref: ``gpiochip0/17``, ``LABEL/17`` or ``LABEL/NAME``; a line's name, which the main chip's lines have before those
    of any other; ``GPIO17``, ``GP17`` or ``17``, a line of the main chip. main: labels or names of the chip that
    numbers belong to; the first that is there. Raises ConfigError naming the choices.
    """
    chip_name, slash, line = ref.removeprefix("/dev/").rpartition("/")
    if slash:
        return _on_chip(ref, named_chip(chip_name, chips), line)
    own = next((chip for wanted in main for chip in chips if wanted in (chip.label, chip.name)), None)
    for chip in sorted(chips, key=lambda chip: chip is not own):
        if ref in chip.names:
            return Place(chip.node, chip.names.index(ref), ref)
    number = re.fullmatch(r"(?:GPIO|GP)?(\d+)", ref)
    if number and own is not None:
        return _on_chip(ref, own, number[1])
    if number:
        raise ConfigError(f"no gpiochip for line {ref!r}: none is {' or '.join(main)}; {listed(chips)}")
    if not chips:
        raise ConfigError(f"no GPIO line is called {ref!r}; {listed(chips)}")
    names = sorted({name for chip in chips for name in chip.names if name}, key=natural)[:60]
    raise ConfigError(f"no GPIO line is called {ref!r}; {', '.join(names) if names else 'no line has a name'}")


def named_chip(name: str, chips: Sequence[Chip]) -> Chip:
    """The chip of that name or label."""
    for chip in chips:
        if name in (chip.name, chip.label):
            return chip
    raise ConfigError(f"there is no gpiochip {name!r}; {listed(chips)}")


def _on_chip(ref: str, chip: Chip, line: str) -> Place:
    if line in chip.names and line:
        return Place(chip.node, chip.names.index(line), line)
    if not line.isdecimal() or int(line) >= len(chip.names):
        raise ConfigError(f"{chip.name} [{chip.label}] has no line {line!r}: its lines are 0 to {len(chip.names) - 1}")
    name = chip.names[int(line)]
    return Place(chip.node, int(line), name if name and name != ref else ref)


def listed(chips: Sequence[Chip]) -> str:
    """``there are gpiochip0 [pinctrl-rp1]``, for messages."""
    if not chips:
        return "this computer has no /dev/gpiochip that this user may open"
    return "there are " + ", ".join(f"{chip.name} [{chip.label}]" for chip in chips)


# ---- from the kernel


def gpiod_module() -> "ModuleType":
    """The package gpiod, in its second version; ConfigError where there is none or the first."""
    with needing(GPIOD, "GPIO"):
        import gpiod
    if not hasattr(gpiod, "request_lines"):
        version = getattr(gpiod, "__version__", "1")
        raise ConfigError(
            f"the Python package gpiod is version {version} (python3-libgpiod 1.x), and GPIO needs 2: {INSTALL}"
        )
    return gpiod


def chip_nodes(folder: str = "/dev") -> list[str]:
    """The nodes of all gpiochips, gpiochip2 before gpiochip10, each once."""
    names = [name for name in os.listdir(folder) if re.fullmatch(r"gpiochip\d+", name)]
    # Raspberry Pi OS keeps gpiochip4 as a link to gpiochip0 for programs that were written for the first Pi 5 kernels.
    return [f"{folder}/{name}" for name in sorted(names, key=natural) if not os.path.islink(f"{folder}/{name}")]


def read_chip(node: str) -> Chip:
    """What the kernel tells of a gpiochip; ConfigError when it cannot be opened."""
    gpiod_module()
    import gpiod

    try:
        with gpiod.Chip(node) as chip:
            info = chip.get_info()
            names = tuple(chip.get_line_info(offset).name or "" for offset in range(info.num_lines))
            return Chip(node, info.label, names)
    except OSError as error:
        raise node_error(error, node) from error


def read_chips() -> list[Chip]:
    """All gpiochips that can be opened; ConfigError when there are some and none can."""
    found: list[Chip] = []
    refused: ConfigError | None = None
    for node in chip_nodes():
        try:
            found.append(read_chip(node))
        except ConfigError as error:
            refused = error
    if refused is not None and not found:
        raise refused
    return found


# ---- who has a line


def consumer_of(place: Place) -> str:
    """Who has a line."""
    import gpiod

    try:
        with gpiod.Chip(place.node) as chip:
            return chip.get_line_info(place.offset).consumer or "the kernel"
    except OSError:
        return "somebody"


def release_hint(consumer: str) -> str:
    """What would free a line, where that is known."""
    if consumer == CONSUMER:
        return ": another run of machine-compat, or this one under another name of the pin"
    if re.fullmatch(r"spi\d+ CS\d+", consumer):
        bus = consumer.partition(" ")[0]
        return f", the kernel's SPI driver; on a Raspberry Pi dtoverlay={bus}-0cs in config.txt frees it"
    return ""
