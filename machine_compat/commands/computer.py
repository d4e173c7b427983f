"""Examines a Linux computer for `machine-compat doctor`: each device that a board could be on, by its file systems."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from machine_compat.backends.linux.adc import iio_devices
from machine_compat.backends.linux.chips import chip_nodes
from machine_compat.backends.linux.errors import held_by, permission
from machine_compat.backends.linux.i2c import SMBUS_ALONE, functions
from machine_compat.backends.linux.ioctl import I2C_FUNC_I2C
from machine_compat.backends.linux.pwm import pwm_chips
from machine_compat.commands.adapters import on_linux
from machine_compat.commands.finding import Finding
from machine_compat.contract import natural
from machine_compat.errors import ConfigError


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
            found = self._openable(node, name + (f"; held: {', '.join(held)}" if held else ""))
            yield Finding(False, str(node), f"{name}: {SMBUS_ALONE}") if found.usable and smbus_alone(node) else found

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
        return on_linux(self.dev, self.sysfs)

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


def smbus_alone(node: Path) -> bool:
    """Whether an adapter cannot do plain I2C; opening one disturbs nobody."""
    with node.open("rb", buffering=0) as file:
        able = functions(file.fileno())
    return able is not None and not able & I2C_FUNC_I2C


def described(node: str) -> str:
    """A gpiochip's label and who has lines of it."""
    from machine_compat.backends.linux.chips import gpiod_module, read_chip

    gpiod = gpiod_module()
    chip = read_chip(node)
    with gpiod.Chip(node) as opened:
        infos = [opened.get_line_info(offset) for offset in range(len(chip.names))]
    held = [f"{info.offset} by {info.consumer or 'the kernel'}" for info in infos if info.used]
    return f"{chip.label}, {len(chip.names)} lines" + (f"; in use: {', '.join(held)}" if held else "")
