"""`usb`: pyusb, with which CircuitPython's scripts and a computer's programs talk to USB devices.

On a board with a bus of its own, as the simulated one, `usb.core.find` and pyusb's other ways to a device look at that
bus; all classes, errors and functions besides are pyusb's own objects. On other boards all of it is pyusb as it is.

The package is open: `usb.device`, micropython-lib's drivers for a board that is a USB device itself, has the same
parent, and is found in the `usb` folder of the script or its lib.

# Ref: pyusb 1.3.1; CircuitPython shared-bindings/usb/core.
"""

from importlib import import_module
from types import ModuleType

from machine_compat.board import Board
from machine_compat.modules.usb.bound import MODULES, Bound

INSTALL = "pip install machine-compat[usb]"
TOP = ("core", "util", "control", "legacy", "backend", "libloader")
"""What is there once `usb` is imported."""


def names(board: Board) -> dict[str, object]:
    """What `import usb` gives: pyusb's old interface, and its parts."""
    own = pyusb("usb")
    public = {name: value for name, value in vars(part(board, "usb.legacy")).items() if name in own.__dict__}
    version = {name: value for name, value in vars(own).items() if name in ("__version__", "version_info", "__all__")}
    parts = {name: part(board, f"usb.{name}") for name in TOP}
    return {"__path__": "usb", **version, **plain(public), **parts}


def part(board: Board, name: str) -> ModuleType:
    """A module of pyusb for a board, always the same one; ImportError for one that it has not."""
    own = pyusb(name)
    if name not in MODULES or board.backend.usb_bus() is None:
        return own
    return board.singleton(("module", name), lambda: bound(board).module(own))


def bound(board: Board) -> Bound:
    """The ways to devices that end on a board's bus."""
    return board.singleton(("usb",), lambda: Bound(board))


def pyusb(name: str) -> ModuleType:
    """CPython's own module of that name."""
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name != "usb":
            raise ImportError(f"no module named '{name}'", name=name) from None
        raise ImportError(f"usb needs the Python package pyusb: {INSTALL}", name=name) from error


def plain(namespace: dict[str, object]) -> dict[str, object]:
    """What of a module's names is its public own: no modules, nothing with an underscore."""
    return {
        name: value
        for name, value in namespace.items()
        if not name.startswith("_") and not isinstance(value, ModuleType)
    }
