"""An I2C bus through /dev/i2c-N: every transfer is one I2C_RDWR, so that nothing of SMBus's 32 bytes limits it.

# Ref: Linux Documentation/i2c/dev-interface.rst, include/uapi/linux/i2c-dev.h
"""

import ctypes
import errno
import logging
import os
import re
import sys
import time
from collections.abc import Mapping, Sequence
from fcntl import ioctl
from pathlib import Path

from machine_compat.backends.linux.errors import bus_error, open_node
from machine_compat.backends.linux.ioctl import (
    I2C_FUNC_I2C,
    I2C_FUNCS,
    I2C_LONGEST_MESSAGE,
    I2C_M_RD,
    I2C_MESSAGE,
    I2C_MESSAGES,
    I2C_MOST_MESSAGES,
    I2C_RDWR,
)
from machine_compat.contract import I2CBus, I2CConfig, Op, Write
from machine_compat.errors import BusError, ConfigError, Fault, Unsupported

log = logging.getLogger("machine_compat")
SMBUS_ALONE = "knows SMBus's own messages alone, as those of PC mainboards do: use another adapter"
DEAF = ("MCP2221",)
"""Adapters whose drivers report an empty message as answered without having sent it (hid-mcp2221)."""
STUCK_NS = 500_000_000
"""Adapters wait about a second for a bus that is held low; SMBus allows 25 ms of it, a busy computer adds its own."""


class LinuxI2C(I2CBus):
    """An adapter of the kernel's.

    node: /dev/i2c-1. wired: the refs of its own pins by signal, as far as they are known. It cannot be held without a
    STOP, and its frequency is the kernel's affair. An address that a kernel driver has is refused and its driver named.
    """

    __slots__ = (
        "_address",
        "_buffer",
        "_deaf",
        "_fd",
        "_free",
        "_node",
        "_number",
        "_sysfs",
        "_table",
        "_table_at",
        "_wired",
    )

    def __init__(self, node: str, wired: Mapping[str, str], sysfs: Path = Path("/sys")) -> None:
        self._node = node
        self._wired = wired
        self._sysfs = sysfs
        self._fd = -1
        self._deaf = False
        self._free: set[int] = set()
        self._table = bytearray(I2C_MOST_MESSAGES * I2C_MESSAGE.size)
        self._table_at = address_of(self._table)
        self._reserve(256)
        self._number = number_of(node)

    def configure(self, config: I2CConfig, /) -> None:
        for signal, ref in (("scl", config.scl), ("sda", config.sda)):
            own = self._wired.get(signal)
            if ref is not None and own is not None and ref != own:
                raise ConfigError(
                    f"{self._node} has {signal.upper()} on {own}, and the kernel cannot move it to {ref}: use "
                    f"SoftI2C, or on a Raspberry Pi a bus of its own (dtoverlay=i2c-gpio)"
                )
        if self._fd < 0:
            self._fd = open_adapter(self._node)
            self._number = number_of(os.path.realpath(self._node))
            self._deaf = name_of(self._sysfs, self._number).startswith(DEAF)
            self._compare(config.frequency)

    def _compare(self, asked: int) -> None:
        """Say it once when the bus does not run at the frequency that is asked for."""
        real = frequency(self._sysfs, self._number)
        if real is not None and real != asked:
            log.warning(
                "%s runs at %d Hz, as the kernel was told; freq=%d changes nothing (on a Raspberry Pi: "
                "dtparam=i2c_arm_baudrate=%d in config.txt)",
                self._node, real, asked, asked,
            )  # fmt: skip

    def transfer(self, address: int, ops: Sequence[Op], stop: bool = True, /) -> bytes:
        if not stop:
            raise Unsupported("Linux ends every I2C transfer with a STOP")
        if address not in self._free:
            self._check(address)
        reads: list[slice] = []
        size = self._lay_out(address, ops, reads)
        if not size and self._deaf:
            raise Unsupported(f"{self._node}: its driver does not send empty messages, and says that it did")
        asked_ns = time.monotonic_ns() if size <= 1 else 0
        try:
            ioctl(self._fd, I2C_RDWR, I2C_MESSAGES.pack(self._table_at, len(ops)))
        except OSError as error:
            if error.errno == errno.EOPNOTSUPP:
                kind = f"the adapter does not take {len(ops)} messages of {size} bytes in all"
                raise Unsupported(f"{self._node}, address {address:#x}: {kind}") from error
            raise self._failed(error, address, asked_ns) from error
        if len(reads) == 1:
            return bytes(self._buffer[reads[0]])
        return b"".join(self._buffer[read] for read in reads)

    def _lay_out(self, address: int, ops: Sequence[Op], reads: list[slice]) -> int:
        """Put the messages into the table and their bytes into the buffer, where those read will be, too; how many."""
        size = sum(len(op.data) if isinstance(op, Write) else op.count for op in ops)
        if size > len(self._buffer):
            self._reserve(size)
        if len(ops) > I2C_MOST_MESSAGES:
            raise Unsupported(f"{self._node}: Linux takes at most {I2C_MOST_MESSAGES} messages in one transfer")
        at = row = 0
        for op in ops:
            if isinstance(op, Write):
                flags, end = 0, at + len(op.data)
                self._buffer[at:end] = op.data
            else:
                flags, end = I2C_M_RD, at + op.count
                reads.append(slice(at, end))
            if end - at > I2C_LONGEST_MESSAGE:
                raise Unsupported(f"{self._node}: Linux moves at most {I2C_LONGEST_MESSAGE} bytes in one message")
            I2C_MESSAGE.pack_into(self._table, row, address, flags, end - at, self._address + at)
            at = end
            row += I2C_MESSAGE.size
        return size

    def _reserve(self, size: int) -> None:
        self._buffer = bytearray(size)
        self._address = address_of(self._buffer)

    def _check(self, address: int) -> None:
        """Leave a chip alone that a kernel driver has: transfers from two sides would be mixed up."""
        driver = driver_of(self._sysfs, self._number, address)
        if driver is not None:
            raise BusError(
                Fault.BUSY,
                message=f"address {address:#x} of {self._node} is held by the kernel's driver {driver}; to free it: "
                f"echo {self._number}-{address:04x} | sudo tee /sys/bus/i2c/drivers/{driver}/unbind",
            )
        self._free.add(address)

    def _failed(self, error: OSError, address: int, asked_ns: int = 0) -> BusError:
        """asked_ns: when somebody was asked for by an empty message or a single byte; 0 for any other transfer."""
        # A driver may have been bound since the address was used last.
        self._free.discard(address)
        if error.errno == errno.EBADF:
            return BusError(Fault.IO, message=f"{self._node} is closed")
        failure = bus_error(error, f"{self._node}, address {address:#x}", self._node)
        at_once = asked_ns and time.monotonic_ns() - asked_ns < STUCK_NS
        if at_once and error.errno in (errno.ETIMEDOUT, errno.EIO) and os.path.exists(self._node):
            # A bus held low takes the adapter's whole timeout to be noticed: this is its word for a NAK.
            return BusError(Fault.NACK_ADDRESS, message=str(failure))
        return failure

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
        self._free.clear()


def open_adapter(node: str) -> int:
    """Open an adapter's file; ConfigError for what is none, or one that has SMBus's fixed messages alone."""
    fd = open_node(node)
    able = functions(fd)
    if able is not None and able & I2C_FUNC_I2C:
        return fd
    os.close(fd)
    raise ConfigError(f"{node} {'is no I2C adapter; write its path as in /dev/i2c-1' if able is None else SMBUS_ALONE}")


def functions(fd: int) -> int | None:
    """What an adapter can do, as I2C_FUNC_... has it; None for what is no adapter."""
    try:
        return int.from_bytes(ioctl(fd, I2C_FUNCS, bytes(ctypes.sizeof(ctypes.c_ulong))), sys.byteorder)
    except OSError:
        return None


def address_of(buffer: bytearray) -> int:
    """Where a buffer's bytes are; they stay there, for it can no longer be resized."""
    return ctypes.addressof((ctypes.c_char * len(buffer)).from_buffer(buffer)) if buffer else 0


def number_of(node: str) -> int:
    """The adapter's number in its node's name; -1 where there is none."""
    match = re.search(r"i2c-(\d+)$", node)
    return int(match[1]) if match else -1


def name_of(sysfs: Path, bus: int) -> str:
    """What an adapter's driver calls it; "" where that is not known."""
    try:
        return (sysfs / f"bus/i2c/devices/i2c-{bus}/name").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def frequency(sysfs: Path, bus: int) -> int | None:
    """What a bus runs at in Hz, by the device tree; None where there is none."""
    for node in (sysfs / f"bus/i2c/devices/i2c-{bus}/of_node", sysfs / f"bus/i2c/devices/i2c-{bus}/device/of_node"):
        try:
            return int.from_bytes((node / "clock-frequency").read_bytes(), "big") or None
        except OSError:
            continue
    return None


def driver_of(sysfs: Path, bus: int, address: int) -> str | None:
    """The kernel driver that is bound to an address."""
    try:
        return os.path.basename(os.readlink(sysfs / f"bus/i2c/devices/{bus}-{address:04x}/driver"))
    except OSError:
        return None
