"""`machine-compat doctor`: what this computer has for a board, whether it can be used, and if not, what would help."""

import sys
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from machine_compat.bridge.find import has_libusb
from machine_compat.commands.adapters import by_libusb
from machine_compat.commands.finding import Finding

if TYPE_CHECKING:
    from machine_compat.commands.computer import Computer

LINUX = "pip install machine-compat[linux]"
USB = "pip install machine-compat[usb]"
PACKAGES = (("gpiod", 2, "GPIO", LINUX), ("pyserial", 3, "serial ports", LINUX), ("pyusb", 1, "USB adapters", USB))
"""Package, least major version, what for, what installs it."""

Group = tuple[str, Callable[[], Iterator[Finding]], str]
"""A title, what finds things under it, and why there may be none."""


def packages() -> Iterator[Finding]:
    for name, least, purpose, install in PACKAGES:
        try:
            found = version(name)
        except PackageNotFoundError:
            yield Finding(False, name, f"not installed, needed for {purpose}: {install}")
            continue
        usable = int(found.partition(".")[0]) >= least
        yield Finding(usable, name, found if usable else f"{found} is too old, {least} needed for {purpose}: {install}")
        if name == "pyusb" and not has_libusb():
            yield Finding(False, "libusb", f"not found, pyusb needs it: {USB}")


def on_linux(computer: "Computer | None") -> list[Group]:
    """The groups that the kernel's file systems tell of."""
    from machine_compat.backends.linux.errors import kind_of
    from machine_compat.commands.computer import Computer

    def none(node: str) -> str:
        return f": {kind_of(node)[1]}"

    here = computer or Computer()
    return [
        ("GPIO", here.gpio, none("gpiochip0")),
        ("I2C", here.i2c, none("i2c-1")),
        ("SPI", here.spi, none("spidev0.0")),
        ("Serial ports", here.serial, none("ttyS0")),
        ("PWM", here.pwm, ""),
        ("Analog inputs (IIO)", here.iio, ""),
        ("Watchdog", here.watchdog, none("watchdog0")),
        ("USB adapters", here.usb, ""),
    ]


def doctor(computer: "Computer | None" = None) -> int:
    """Print all findings, one line each; 0."""
    groups: list[Group] = [("Packages", packages, "")]
    if sys.platform == "linux" or computer is not None:
        groups += on_linux(computer)
    else:
        groups.append(("USB adapters", lambda: by_libusb(sys.platform), ""))
    for title, findings, reason in groups:
        sys.stdout.write(f"{title}\n")
        found = list(findings())
        width = max((len(finding.name) for finding in found), default=0)
        for finding in found:
            sys.stdout.write(f"  {'ok' if finding.usable else 'no'}  {finding.name:<{width}}  {finding.text}\n")
        if not found:
            sys.stdout.write(f"  --  none{reason}\n")
    return 0
