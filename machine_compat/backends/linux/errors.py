"""Turns what the kernel answers into the errors of the contract, with the reason and what to do about it.

# Ref: Linux Documentation/i2c/fault-codes.rst
"""

import errno
import grp
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager

from machine_compat.errors import BusError, ConfigError, Fault, Unsupported

INSTALL = "pip install machine-compat[linux]"

FAULTS = {
    errno.ENXIO: Fault.NACK_ADDRESS,
    errno.EREMOTEIO: Fault.NACK_ADDRESS,
    errno.ENODEV: Fault.NACK_ADDRESS,
    errno.ETIMEDOUT: Fault.TIMEOUT,
    errno.EAGAIN: Fault.ARBITRATION,
    errno.EBUSY: Fault.BUSY,
    errno.EOPNOTSUPP: Fault.UNSUPPORTED,
    errno.EINVAL: Fault.UNSUPPORTED,
    errno.EMSGSIZE: Fault.UNSUPPORTED,
}
"""What adapters' drivers answer. None says which byte was not acknowledged, so that a NAK counts as the address's."""

NODES = (
    (r"i2c-\d+", "i2c", "the driver i2c-dev makes it (sudo modprobe i2c-dev), for a bus that is switched on"),
    (r"spidev\d+\.\d+", "spi", "the driver spidev makes it, for a bus that is switched on in the device tree"),
    (r"gpiochip\d+", "gpio", "a kernel with CONFIG_GPIO_CDEV makes it"),
    (r"tty\w+|serial\d+", "dialout", "its driver makes it, once the port is plugged in or switched on"),
    (r"watchdog\d*", "watchdog", "a watchdog's driver makes it (sudo modprobe softdog, where there is no real one)"),
)
"""Device nodes by name: the group that usually may use them, and what makes them."""
RASPBERRY = {
    "i2c": "on a Raspberry Pi: dtparam=i2c_arm=on in config.txt",
    "spi": "on a Raspberry Pi: dtparam=spi=on in config.txt",
    "dialout": "on a Raspberry Pi: enable_uart=1 in config.txt (Raspberry Pi 5: dtparam=uart0=on)",
}


def bus_error(error: OSError, what: str, node: str = "") -> BusError:
    """The BusError for what a transfer failed with; `what` begins its message, `node` is the device's file."""
    reason = f"{what}: {error.strerror or error}"
    if node and not os.path.exists(node):
        return BusError(Fault.IO, message=f"{reason}; {node} has gone: the adapter was unplugged or its driver removed")
    fault = FAULTS.get(error.errno or 0, Fault.IO)
    return Unsupported(reason) if fault is Fault.UNSUPPORTED else BusError(fault, message=reason)


def node_error(error: OSError, node: str) -> ConfigError:
    """The ConfigError for a device that cannot be opened: missing, not permitted, in use."""
    group, maker = kind_of(node)
    match error.errno:
        case errno.ENOENT | errno.ENODEV | errno.ENXIO:
            hint = f"; {RASPBERRY[group]}" if group in RASPBERRY else ""
            return ConfigError(f"there is no {node}: {maker}{hint}")
        case errno.EACCES | errno.EPERM:
            return ConfigError(f"{node} may not be opened by this user: {permission(node)}")
        case errno.EBUSY | errno.EAGAIN:
            return ConfigError(f"{node} is in use by another process or driver{held_by(node)}")
    return ConfigError(f"{node} cannot be opened: {error.strerror or error}")


def kind_of(node: str) -> tuple[str, str]:
    """The usual group of a device's file, and what makes it."""
    name = os.path.basename(node)
    for pattern, group, maker in NODES:
        if re.fullmatch(pattern, name):
            return group, maker
    return "dialout", "its driver makes it"


def permission(node: str) -> str:
    """What gives a user the right to open a device: a group to join, or the udev rule that makes one."""
    usual, _ = kind_of(node)
    try:
        there = os.stat(node)
        group = grp.getgrgid(there.st_gid).gr_name
    except (OSError, KeyError):
        group, mode = "root", 0
    else:
        mode = there.st_mode
    if group != "root" and mode & stat.S_IWGRP:
        return f"sudo usermod -aG {group} $USER, then log in again"
    pattern = re.sub(r"\d+(\.\d+)?$", "*", os.path.basename(node))
    rule = f'KERNEL=="{pattern}", GROUP="{usual}", MODE="0660"'
    return f"put {rule} into /etc/udev/rules.d/60-{usual}.rules, then sudo usermod -aG {usual} $USER and log in again"


def held_by(node: str, proc: str = "/proc") -> str:
    """`` (python3, process 812)``: who has a device open, where this user may see it; else nothing."""
    target = os.path.realpath(node)
    for process in filter(str.isdigit, os.listdir(proc)):
        folder = f"{proc}/{process}/fd"
        try:
            numbers = os.listdir(folder)
            if (
                any(os.path.realpath(f"{folder}/{number}") == target for number in numbers)
                and int(process) != os.getpid()
            ):
                with open(f"{proc}/{process}/comm", encoding="utf-8", errors="replace") as name:
                    return f" ({name.read().strip()}, process {process})"
        except OSError:
            continue
    return ""


def open_node(node: str, flags: int = os.O_RDWR) -> int:
    """Open a device's file; ConfigError says what is wrong and what would help."""
    try:
        return os.open(node, flags | os.O_CLOEXEC)
    except OSError as error:
        raise node_error(error, node) from error


@contextmanager
def needing(package: str, what: str) -> Iterator[None]:
    """An import whose failure says what to install."""
    try:
        yield
    except ImportError as error:
        raise ConfigError(f"{what} needs the Python package {package}: {INSTALL}") from error
