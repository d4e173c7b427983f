"""A pyboard that runs files of a test, and the PC at the other end of its cable: plain pyusb and serial ports."""

import struct
from pathlib import Path
from typing import Any

import usb.core

from machine_compat.simulation import SimulatedBoard

VENDOR = 0xF055
HEAD = "import pyb\n"


class Plugged:
    """host: where the PC's programs run, once it has been asked for."""

    def __init__(self, folder: Path, name: str = "pyboard") -> None:
        self.folder = folder
        self.board = SimulatedBoard(name)

    @property
    def host(self) -> Any:
        return self.board.usb

    @property
    def output(self) -> str:
        return self.board.output

    def run(self, script: str, ms: float = 500) -> None:
        """Run a single file."""
        path = self.folder / "script.py"
        path.write_text(HEAD + script)
        self.board.run(path, ms=ms)

    def boot(self, boot: str, main: str, ms: float = 500) -> None:
        """Run boot.py and main.py."""
        for name, script in (("boot.py", boot), ("main.py", main)):
            (self.folder / name).write_text(HEAD + script)
        self.board.run(self.folder, ms=ms)

    def run_ms(self, ms: float) -> None:
        self.board.run_on(ms=ms)

    def serial(self, ms: float = 50) -> Any:
        """The serial port, opened by a program for some time."""
        port = self.host.serial(self.board.gadget)
        self.run_ms(ms)
        return port

    def ready(self, script: str, ms: float = 300) -> Any:
        """The port of a board that runs a script, opened; what it printed before is read."""
        assert self.host.log == []
        self.run(script, ms)
        port = self.serial()
        port.read()
        return port

    def device(self, *detached: int) -> Any:
        """The device as a program finds it, and takes interfaces from the kernel's drivers; None: it is not there."""
        found: Any = usb.core.find(idVendor=VENDOR, backend=self.host.backend())
        for number in detached:
            found.detach_kernel_driver(number)
        return found

    @property
    def product(self) -> int | None:
        found = self.device()
        return None if found is None else int(found.idProduct)


class Disk:
    """A PC's driver of mass storage, as far as the tests need one. stalls: how often a pipe was halted."""

    def __init__(self, device: Any) -> None:
        self.device = device
        self.stalls = 0
        self._tag = 0

    def command(self, block: str, expect: int = 0, data: bytes | None = None, lun: int = 0) -> tuple[bytes, int, int]:
        """Carry out a command: what came, the status, and what is left over."""
        self._tag += 1
        size, flags = (expect, 0x80) if data is None else (len(data), 0)
        cdb = bytes.fromhex(block)
        head = struct.pack("<4sIIBBB", b"USBC", self._tag, size, flags, lun, len(cdb))
        self.device.write(0x01, head + cdb.ljust(16, b"\0"))
        came = b""
        try:
            if data is not None:
                self.device.write(0x01, data)
            elif expect:
                came = bytes(self.device.read(0x81, expect))
        except usb.core.USBError:
            self.device.clear_halt(0x01 if data is not None else 0x81)
        signature, tag, residue, status = struct.unpack("<4sIIB", self.status())
        assert (signature, tag) == (b"USBS", self._tag)
        return came, status, residue

    def status(self) -> bytes:
        """The next status, also after a halt."""
        try:
            return bytes(self.device.read(0x81, 13))
        except usb.core.USBError:
            self.stalls += 1
            self.device.clear_halt(0x81)
            return bytes(self.device.read(0x81, 13))

    def sense(self) -> tuple[int, int]:
        """Why the last command failed: key and code."""
        data, status, _ = self.command("03 00 00 00 12 00", 18)
        assert status == 0
        return data[2], data[12]

    def blocks(self) -> int:
        data, status, _ = self.command("25" + "00" * 9, 8)
        assert status == 0
        last, size = struct.unpack(">II", data)
        assert size == 512
        return int(last) + 1

    def read(self, first: int, count: int) -> bytes:
        data, status, residue = self.command(f"28 00 {first:08x} 00 {count:04x} 00", 512 * count)
        assert (status, residue) == (0, 0)
        return data

    def write(self, first: int, data: bytes) -> None:
        _, status, residue = self.command(f"2a 00 {first:08x} 00 {len(data) // 512:04x} 00", data=data)
        assert (status, residue) == (0, 0)
