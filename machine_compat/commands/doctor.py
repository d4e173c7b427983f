"""`machine-compat doctor`: what this computer has for a board, whether it can be used, and if not, what would help."""

import os
import re
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

from machine_compat.backends.linux.adc import iio_devices
from machine_compat.backends.linux.chips import chip_nodes
from machine_compat.backends.linux.errors import held_by, kind_of, permission
from machine_compat.backends.linux.pwm import pwm_chips
from machine_compat.contract import natural
from machine_compat.errors import ConfigError

PACKAGES = (
    ("gpiod", 2, "GPIO", "pip install machine-compat[linux]"),
    ("pyserial", 3, "serial ports", "pip install machine-compat[linux]"),
    ("pyusb", 1, "USB adapters", "pip install machine-compat[usb]"),
)
"""Package, least major version, what for, what installs it."""
ADAPTERS = {
    "0403:6010": "FT2232H, board ft232h",
    "0403:6011": "FT4232H, board ft232h",
    "0403:6014": "FT232H, board ft232h",
    "04d8:00dd": "MCP2221A, board mcp2221",
    "1a86:5512": "CH341A, board ch341",
}


class Finding(NamedTuple):
    """One thing that was looked at: usable or not, and in a few words what it is, or why not and what would help."""

    usable: bool
    name: str
    text: str


class Computer:
    """The Linux computer that is examined, by its file systems."""

    def __init__(self, dev: Path = Path("/dev"), sysfs: Path = Path("/sys")) -> None:
        self.dev = dev
        self.sysfs = sysfs

    def gpio(self) -> Iterator[Finding]:
        for node in chip_nodes(str(self.dev)):
            try:
                yield Finding(True, node, described(node))
            except ConfigError as error:
                yield Finding(False, node, str(error))

    def i2c(self) -> Iterator[Finding]:
        for node in self._nodes(r"i2c-\d+"):
            name = self._text(f"class/i2c-dev/{node.name}/name")
            number = node.name.removeprefix("i2c-")
            bound = (self.sysfs / "bus/i2c/devices").glob(f"{number}-*/driver")
            held = [f"{int(link.parent.name[-4:], 16):#04x} by {link.resolve().name}" for link in sorted(bound)]
            yield self._openable(node, name + (f"; held: {', '.join(held)}" if held else ""))

    def spi(self) -> Iterator[Finding]:
        for node in self._nodes(r"spidev\d+\.\d+"):
            yield self._openable(node, f"bus {node.name[6:].partition('.')[0]}, select {node.name.partition('.')[2]}")

    def serial(self) -> Iterator[Finding]:
        for node in self._nodes(r"tty(S|AMA|USB|ACM|O|mxc|SC|HS|THS)\d+"):
            device = self.sysfs / "class/tty" / node.name
            # The kernel makes ttyS0 to ttyS3 even where there is no such port: their type is then 0.
            if (device / "device").exists() and self._text(f"class/tty/{node.name}/type") != "0":
                driver = (device / "device/driver").resolve().name
                holder = held_by(str(node))
                yield (
                    self._openable(node, f"driver {driver}")
                    if not holder
                    else Finding(False, str(node), f"in use{holder}")
                )

    def pwm(self) -> Iterator[Finding]:
        chips = pwm_chips(self.sysfs)
        for chip in sorted(set(chips.values()), key=lambda path: natural(path.name)):
            names = sorted((name for name, there in chips.items() if there == chip and name != chip.name), key=natural)
            count = (chip / "npwm").read_text(encoding="ascii").strip()
            text = ", ".join([*names, f"{count} channels"])
            usable = os.access(chip / "export", os.W_OK)
            yield Finding(
                usable, chip.name, text if usable else f"{text}; not writable: run as root, or add a udev rule"
            )

    def iio(self) -> Iterator[Finding]:
        for folder, name, channels in iio_devices(self.sysfs):
            yield Finding(True, f"{name}/{channels[0]}", f"{folder.name}, channels {', '.join(channels)}")

    def watchdog(self) -> Iterator[Finding]:
        for node in self._nodes(r"watchdog"):
            yield self._openable(node, self._text("class/watchdog/watchdog0/identity"))

    def usb(self) -> Iterator[Finding]:
        for device in sorted((self.sysfs / "bus/usb/devices").glob("*/idVendor"), key=str):
            there = device.parent
            found = ADAPTERS.get(
                "{}:{}".format(*((there / name).read_text().strip() for name in ("idVendor", "idProduct")))
            )
            if found:
                bus, number = (int((there / name).read_text()) for name in ("busnum", "devnum"))
                yield self._openable(self.dev / f"bus/usb/{bus:03}/{number:03}", found)

    def _nodes(self, pattern: str) -> list[Path]:
        names = sorted((name for name in os.listdir(self.dev) if re.fullmatch(pattern, name)), key=natural)
        return [self.dev / name for name in names]

    def _text(self, file: str) -> str:
        try:
            return (self.sysfs / file).read_text(encoding="utf-8").strip()
        except OSError:
            return ""

    @staticmethod
    def _openable(node: Path, text: str) -> Finding:
        """Whether a node may be opened, by its rights alone: opening a serial port would reset an Arduino."""
        if os.access(node, os.R_OK | os.W_OK):
            return Finding(True, str(node), text)
        return Finding(False, str(node), f"may not be opened by this user: {permission(str(node))}")


def described(node: str) -> str:
    """A gpiochip's label and who has lines of it."""
    from machine_compat.backends.linux.chips import gpiod_module, read_chip

    gpiod = gpiod_module()
    chip = read_chip(node)
    with gpiod.Chip(node) as opened:
        infos = [opened.get_line_info(offset) for offset in range(len(chip.names))]
    held = [f"{info.offset} by {info.consumer or 'the kernel'}" for info in infos if info.used]
    return f"{chip.label}, {len(chip.names)} lines" + (f"; in use: {', '.join(held)}" if held else "")


def packages() -> Iterator[Finding]:
    for name, least, purpose, install in PACKAGES:
        try:
            found = version(name)
        except PackageNotFoundError:
            yield Finding(False, name, f"not installed, {purpose} need it: {install}")
            continue
        usable = int(found.partition(".")[0]) >= least
        yield Finding(usable, name, found if usable else f"{found} is too old, {purpose} need {least}: {install}")


def doctor(computer: Computer | None = None) -> int:
    """Print all findings, one line each; 0."""
    groups: list[tuple[str, Callable[[], Iterator[Finding]], str]] = [("Packages", packages, "")]
    if sys.platform == "linux" or computer is not None:
        here = computer or Computer()
        groups += [
            ("GPIO", here.gpio, "gpiochip0"),
            ("I2C", here.i2c, "i2c-1"),
            ("SPI", here.spi, "spidev0.0"),
            ("Serial ports", here.serial, "ttyS0"),
            ("PWM", here.pwm, ""),
            ("Analog inputs (IIO)", here.iio, ""),
            ("Watchdog", here.watchdog, "watchdog0"),
            ("USB adapters", here.usb, ""),
        ]
    for title, findings, example in groups:
        sys.stdout.write(f"{title}\n")
        found = list(findings())
        width = max((len(finding.name) for finding in found), default=0)
        for finding in found:
            sys.stdout.write(f"  {'ok' if finding.usable else 'no'}  {finding.name:<{width}}  {finding.text}\n")
        if not found:
            reason = f": {kind_of(example)[1]}" if example else ""
            sys.stdout.write(f"  --  none{reason}\n")
    return 0
