"""Where the device of a bus is: what the board's backend URL says, for the model of computer that this is."""

import re
from collections.abc import Mapping
from pathlib import Path

from machine_compat.errors import ConfigError

NODES = {"i2c": "/dev/i2c-{}", "spi": "/dev/spidev{}.0", "uart": "/dev/ttyS{}"}
"""Where a bus is unless the board says otherwise."""
COMPATIBLE = Path("/sys/firmware/devicetree/base/compatible")


def node_of(kind: str, ref: str, options: Mapping[str, str], compatible: Path = COMPATIBLE) -> str:
    """The device of a bus: kind "uart", ref "uart0" or a path.

    options: ``{"uart0": "bcm2712:/dev/ttyAMA0,/dev/serial0"}``: the device on computers that have a chip of that name,
    and after a comma the one on all others. Raises ConfigError for a ref that is no bus.
    """
    if "/" in ref:
        return ref
    number = re.fullmatch(rf"{kind}(\d+)", ref)
    if number is None:
        raise ConfigError(f"Linux has no {kind} bus {ref!r}; write a number, or a path as in {NODES[kind].format(1)!r}")
    # A path may have colons itself: /dev/serial/by-path/pci-0000:00:14.0-usb-0:2:1.0-port0.
    choices: list[str] = re.split(r",(?=/|[\w-]+:/)", options.get(ref) or NODES[kind].format(number[1]))
    for choice in choices:
        chip = re.match(r"([\w-]+):(?=/)", choice)
        if chip is None or chip[1] in chips_of(compatible):
            return choice[chip.end() if chip else 0 :]
    return NODES[kind].format(number[1])


def chips_of(compatible: Path = COMPATIBLE) -> frozenset[str]:
    """What the device tree says this computer is, without makers' names; empty where there is no device tree."""
    try:
        text = compatible.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return frozenset()
    return frozenset(name.rpartition(",")[2] for name in text.split("\0") if name)
