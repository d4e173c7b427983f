"""Makes a USB gadget of one FunctionFS function in configfs, and takes it away again, whatever state it is in.

# Ref: Linux Documentation/usb/gadget_configfs.rst, Documentation/usb/functionfs.rst
"""

import errno
import os
import subprocess
import tempfile
from collections.abc import Callable
from itertools import count
from pathlib import Path

from machine_compat.backends.linux.errors import held_by
from machine_compat.contract import USBDeviceConfig
from machine_compat.errors import ConfigError

PREFIX = "machine_compat_"
ENGLISH = "strings/0x409"
OVERLAY = "on a Raspberry Pi Zero, 3A+, 4 or 5: dtoverlay=dwc2,dr_mode=peripheral in config.txt"


def controller(sysfs: Path, wanted: str = "") -> str:
    """The USB device controller to use: the wanted one, else the only one; ConfigError says which there are."""
    there = sorted(path.name for path in (sysfs / "class/udc").glob("*"))
    if not there:
        raise ConfigError(f"this computer has no USB device controller, or none is switched on; {OVERLAY}")
    if wanted and wanted not in there:
        raise ConfigError(f"no USB device controller {wanted!r}; there are {', '.join(there)}")
    if not wanted and len(there) > 1:
        raise ConfigError(
            f"there are several USB device controllers: {', '.join(there)}; say which in the board's backend URL, as "
            f"usb0={there[0]}"
        )
    return wanted or there[0]


class Gadget:
    """A gadget in configfs whose function's files are in `files`. `remove` undoes whatever has been done."""

    def __init__(self, configfs: Path = Path("/sys/kernel/config")) -> None:
        self._root = configfs / "usb_gadget"
        names = (f"{PREFIX}{os.getpid()}_{number}" for number in count())
        self.name = next(name for name in names if not (self._root / name).exists())
        self._folder = self._root / self.name
        self.files = Path()
        self._undo: list[Callable[[], object]] = []

    def make(self, config: USBDeviceConfig) -> None:
        """Make the gadget and mount its function; it is not on the bus yet. Raises ConfigError."""
        try:
            self._remove_left_behind()
            self._make_folder(self._folder)
            self._describe(config)
            self._mount()
        except PermissionError as error:
            raise ConfigError("only root may make USB gadgets: run the script with sudo") from error
        except FileNotFoundError as error:
            raise ConfigError(
                f"{self._root} is missing: sudo modprobe -a libcomposite usb_f_fs, and configfs mounted at "
                f"{self._root.parent}"
            ) from error

    def _describe(self, config: USBDeviceConfig) -> None:
        device, strings = config.device, config.strings
        words = {"bcdUSB": 2, "idVendor": 8, "idProduct": 10, "bcdDevice": 12}
        for name, at in words.items():
            self._put(name, f"{int.from_bytes(device[at : at + 2], 'little'):#06x}")
        for at, name in enumerate(("bDeviceClass", "bDeviceSubClass", "bDeviceProtocol"), 4):
            self._put(name, f"{device[at]:#04x}")
        # The script describes a full-speed device, and that is what the host shall see.
        self._put("max_speed", "full-speed")
        self._make_folder(self._folder / ENGLISH)
        for at, name in enumerate(("manufacturer", "product", "serialnumber"), 14):
            if device[at] in strings:
                self._put(f"{ENGLISH}/{name}", strings[device[at]].decode("utf-16-le"))
        configuration = self._folder / f"configs/c.{config.configuration[5]}"
        self._make_folder(configuration)
        self._put(f"configs/{configuration.name}/MaxPower", str(config.configuration[8] * 2))
        self._put(f"configs/{configuration.name}/bmAttributes", f"{config.configuration[7]:#04x}")
        function = self._folder / f"functions/ffs.{self.name}"
        self._make_folder(function)
        link = configuration / function.name
        link.symlink_to(function)
        self._undo.append(link.unlink)

    def _mount(self) -> None:
        self.files = Path(tempfile.mkdtemp(prefix=PREFIX))
        self._undo.append(self.files.rmdir)
        command = ["mount", "-t", "functionfs", self.name, str(self.files)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ConfigError(f"FunctionFS cannot be mounted: {done.stderr.strip()}")
        self._undo.append(self._unmount)

    def _unmount(self) -> None:
        subprocess.run(["umount", str(self.files)], capture_output=True, check=False)

    def bind(self, udc: str) -> None:
        """Appear on the bus; ConfigError if another gadget is there."""
        try:
            self._put("UDC", udc)
        except OSError as error:
            holder = self._holder(udc)
            if error.errno == errno.EBUSY and holder:
                raise ConfigError(f"the USB device controller {udc} is in use by the gadget {holder}") from error
            raise ConfigError(
                f"the USB device controller {udc} does not take this device: {error.strerror}; see the end of dmesg"
                f"{held_by(f'/dev/{udc}')}"
            ) from error
        self._undo.append(self.unbind)

    def unbind(self) -> None:
        """Disappear from the bus: all pending transfers end."""
        if (self._folder / "UDC").read_text(encoding="ascii").strip():
            self._put("UDC", "\n")

    def _holder(self, udc: str) -> str:
        for other in self._root.glob("*/UDC"):
            if other.read_text(encoding="ascii").strip() == udc:
                return other.parent.name
        return ""

    def remove(self) -> None:
        """Take it all away, the last thing first."""
        while self._undo:
            self._undo.pop()()

    def _remove_left_behind(self) -> None:
        """Gadgets of processes that were killed hold the controller."""
        for folder in self._root.glob(f"{PREFIX}*"):
            process = folder.name.removeprefix(PREFIX).partition("_")[0]
            if not Path("/proc", process).exists():
                clear(folder)

    def _make_folder(self, folder: Path) -> None:
        folder.mkdir()
        self._undo.append(folder.rmdir)

    def _put(self, name: str, value: str) -> None:
        (self._folder / name).write_text(value, encoding="utf-8")


def clear(folder: Path) -> None:
    """Remove a gadget that nobody serves any more, and the mount of its function's files."""
    for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines():
        name, files, kind, *_ = line.split()
        if (name, kind) == (folder.name, "functionfs"):
            subprocess.run(["umount", files], capture_output=True, check=False)
            Path(files).rmdir()
    if (folder / "UDC").read_text(encoding="ascii").strip():
        (folder / "UDC").write_text("\n", encoding="ascii")
    for link in folder.glob("configs/*/ffs.*"):
        link.unlink()
    for pattern in ("configs/*", "functions/*", "strings/*"):
        for one in folder.glob(pattern):
            one.rmdir()
    folder.rmdir()
