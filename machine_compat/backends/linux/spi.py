"""An SPI bus through spidev, with chip select left to the script's own Pin, as MicroPython has it.

The ioctl is made here: py-spidev cannot leave a chip selected after a message, and keeps all other threads from running
during one.

# Ref: Linux Documentation/spi/spidev.rst, include/uapi/linux/spi/spidev.h
"""

import ctypes
import errno
import os
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from fcntl import ioctl
from pathlib import Path

from machine_compat.backends.linux.errors import bus_error, open_node
from machine_compat.backends.linux.ioctl import (
    SPI_CPHA,
    SPI_CPOL,
    SPI_LSB_FIRST,
    SPI_NO_CS,
    SPI_RD_MODE,
    SPI_TRANSFER,
    SPI_WR_BITS,
    SPI_WR_MODE,
    SPI_WR_SPEED,
    spi_message,
)
from machine_compat.contract import SPIBus, SPIConfig
from machine_compat.errors import BusError, ConfigError, Unsupported

BUFSIZ = 4096
"""What spidev takes in one message where its parameter cannot be read."""
REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


@dataclass(slots=True)
class Device:
    """One /dev/spidevB.C that is open: its file, the mode it had before, the one it has now, and those it refused."""

    node: str
    fd: int
    before: int
    mode: int = -1
    refused: set[int] = field(default_factory=set)


class LinuxSPI(SPIBus):
    """A controller of the kernel's, used through one of its devices.

    node: /dev/spidev0.0. Transfers go without the kernel's chip select: the script's Pin is what selects. Where that is
    one the kernel's driver holds, `selector` has the kernel set it. What is longer than spidev's parameter bufsiz goes
    in several messages, with a pause between; a select stays as it is meanwhile.
    """

    __slots__ = (
        "_base",
        "_buffer",
        "_bufsiz",
        "_bus",
        "_config",
        "_devices",
        "_held",
        "_managed",
        "_own",
        "_ready",
        "_soft_lsb",
        "_wired",
    )

    def __init__(self, node: str, wired: Mapping[str, str], sysfs: Path = Path("/sys")) -> None:
        self._bus, self._own = numbers_of(node)
        self._wired = wired
        self._config: SPIConfig | None = None
        self._devices: dict[int, Device] = {}
        self._held: int | None = None
        self._ready: Device | None = None
        self._managed = False
        self._soft_lsb = False
        self._bufsiz = bufsiz(sysfs)
        self._buffer = bytearray(self._bufsiz)
        self._base = ctypes.addressof((ctypes.c_char * self._bufsiz).from_buffer(self._buffer))

    # ---- configuration

    def configure(self, config: SPIConfig, /) -> None:
        for signal in ("sck", "mosi", "miso"):
            ref, own = getattr(config, signal), self._wired.get(signal)
            if ref is not None and own is not None and ref != own:
                raise ConfigError(
                    f"SPI bus {self._bus} has {signal.upper()} on {own}, and the kernel cannot move it to {ref}: use "
                    "SoftSPI, or another bus"
                )
        self._config = config
        self._ready = None
        device = self._device(self._own)
        self._soft_lsb = config.lsb_first and not self._try_mode(device, self._mode() | SPI_LSB_FIRST)
        if self._soft_lsb and config.bits != 8:
            raise ConfigError(
                f"{device.node}: its controller sends the highest bit first, and only bytes can be turned here"
            )
        self._set(device, SPI_WR_BITS, config.bits.to_bytes(1, "little"), f"bits={config.bits}")
        self._set(device, SPI_WR_SPEED, config.baudrate.to_bytes(4, "little"), f"baudrate={config.baudrate}")

    def _mode(self) -> int:
        config = self._config or SPIConfig()
        return (
            SPI_CPHA * config.phase
            | SPI_CPOL * config.polarity
            | SPI_LSB_FIRST * (config.lsb_first and not self._soft_lsb)
        )

    def _device(self, select: int) -> Device:
        """The device with that chip select, opened when it is first used."""
        known = self._devices.get(select)
        if known is None:
            node = f"/dev/spidev{self._bus}.{select}"
            fd = open_node(node)
            before = int.from_bytes(ioctl(fd, SPI_RD_MODE, bytes(4)), "little")
            known = self._devices[select] = Device(node, fd, before)
        return known

    def _try_mode(self, device: Device, mode: int) -> bool:
        if mode == device.mode:
            return True
        if mode in device.refused:
            return False
        try:
            ioctl(device.fd, SPI_WR_MODE, mode.to_bytes(4, "little"))
        except OSError as error:
            if error.errno != errno.EINVAL:
                raise self._failed(error, device) from error
            device.refused.add(mode)
            return False
        device.mode = mode
        return True

    def _set(self, device: Device, request: int, value: bytes, what: str) -> None:
        try:
            ioctl(device.fd, request, value)
        except OSError as error:
            if error.errno != errno.EINVAL:
                raise self._failed(error, device) from error
            raise ConfigError(f"{device.node}: its controller does not do {what}") from error

    def _prepared(self) -> Device:
        """The device to send through, in the mode for it."""
        mode = self._mode()
        device = self._device(self._own if self._held is None else self._held)
        if self._held is not None or not self._try_mode(device, mode | SPI_NO_CS):
            if self._held is None and self._managed:
                raise Unsupported(
                    f"{device.node}: its controller cannot send without its own chip select, which the script has as a "
                    f"Pin and does not set low; on a Raspberry Pi dtoverlay=spi{self._bus}-0cs makes it an ordinary pin"
                )
            if not self._try_mode(device, mode):
                raise ConfigError(f"{device.node}: its controller does not do mode {mode & 3}")
        self._ready = device
        return device

    # ---- transfers

    def transfer(self, out: bytes, want_reply: bool = True, /) -> bytes:
        device = self._ready or self._prepared()
        size = self._bufsiz
        if self._soft_lsb:
            out = out.translate(REVERSED)
        if len(out) <= size:
            reply = self._piece(device, out, want_reply)
        else:
            reply = b"".join(self._piece(device, out[at : at + size], want_reply) for at in range(0, len(out), size))
        return reply.translate(REVERSED) if self._soft_lsb else reply

    @property
    def longest(self) -> int:
        """How many bytes go without a pause."""
        return self._bufsiz

    def send(self, config: SPIConfig, out: bytes) -> None:
        """Send bytes with settings of their own, and no chip selected."""
        before, self._config = self._config, config
        held, self._held = self._held, None
        try:
            self._message(self._prepared(), out, False)
        finally:
            self._config, self._held, self._ready = before, held, None

    def _piece(self, device: Device, out: bytes, want_reply: bool) -> bytes:
        """One message of what the script sends; without a reply and a select to keep, a write does, and copies less."""
        if want_reply or self._held is not None:
            return self._message(device, out, want_reply)
        try:
            os.write(device.fd, out)
        except OSError as error:
            raise self._failed(error, device) from error
        return b""

    def _message(self, device: Device, out: bytes, want_reply: bool) -> bytes:
        config = self._config or SPIConfig()
        count = len(out)
        buffer, base = self._buffer, self._base
        buffer[:count] = out
        keep = self._held is not None
        transfer = SPI_TRANSFER.pack(
            base, base if want_reply else 0, count, config.baudrate, 0, config.bits, keep, 0, 0, 0, 0
        )
        try:
            ioctl(device.fd, ONE_TRANSFER, transfer)
        except OSError as error:
            raise self._failed(error, device) from error
        return bytes(buffer[:count]) if want_reply else b""

    @staticmethod
    def _failed(error: OSError, device: Device) -> BusError:
        return bus_error(error, device.node, device.node)

    # ---- chip selects that the kernel holds

    def selector(self, select: int) -> Callable[[int], None]:
        """What sets the level of a chip select of this bus that the kernel's driver holds."""
        self._managed = True
        self._ready = None

        def put(level: int) -> None:
            if level:
                self._let_go(select)
            else:
                self._hold(select)

        return put

    def _hold(self, select: int) -> None:
        """Select a chip, and have the kernel leave it so after each message."""
        if self._held not in (None, select):
            self._let_go(self._held or 0)
        if self._held != select:
            self._held = select
            self._message(self._prepared(), b"", False)

    def _let_go(self, select: int) -> None:
        if self._held == select:
            device = self._prepared()
            self._held = self._ready = None
            self._message(device, b"", False)

    def close(self) -> None:
        # A device that has gone holds no select and no mode.
        with suppress(BusError):
            if self._held is not None:
                self._let_go(self._held)
        devices, self._devices = self._devices, {}
        self._held = self._ready = None
        for device in devices.values():
            # The mode belongs to the device and would outlive this run: other programs expect a select of their own.
            with suppress(BusError):
                self._try_mode(device, device.before)
            os.close(device.fd)


ONE_TRANSFER = spi_message(1)


def numbers_of(node: str) -> tuple[int, int]:
    """Bus and chip select in a node's name: /dev/spidev0.1 is (0, 1)."""
    match = re.fullmatch(r"spidev(\d+)\.(\d+)", os.path.basename(node))
    if not match:
        raise ConfigError(f"{node} is no SPI device; write it as in /dev/spidev0.0")
    return int(match[1]), int(match[2])


def bufsiz(sysfs: Path) -> int:
    """How many bytes spidev takes in one message (module parameter, spidev.bufsiz=65536 in cmdline.txt raises it)."""
    try:
        return int((sysfs / "module/spidev/parameters/bufsiz").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return BUFSIZ
