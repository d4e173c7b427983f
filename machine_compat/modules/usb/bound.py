"""The modules of pyusb through which a script finds devices, made to look at a board's bus.

Each is a copy of pyusb's own namespace, in which only the functions that look for devices or for libusb are others:
pyusb itself is left as it is, and its objects are the same everywhere.
"""

from collections.abc import Callable, Iterator
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from machine_compat.board import Board

if TYPE_CHECKING:
    from usb.core import Device

MODULES = frozenset(
    ("usb.core", "usb.legacy", "usb.backend", "usb.backend.libusb1", "usb.backend.libusb0", "usb.backend.openusb")
)
"""Those that lead to devices."""
OF_FILE = ("__name__", "__loader__", "__spec__", "__file__", "__cached__", "__path__")


class Bound:
    """One board's ways to its bus. Devices that a script found are given back when the board resets."""

    def __init__(self, board: Board) -> None:
        self._board = board
        # By identity: to pyusb, what stands for the same device is equal.
        self._found: WeakValueDictionary[int, Device] = WeakValueDictionary()

    def module(self, own: ModuleType) -> ModuleType:
        """A module that is pyusb's but for where it looks."""
        made = ModuleType(own.__name__, own.__doc__)
        namespace = made.__dict__
        namespace.update({name: value for name, value in vars(own).items() if name not in OF_FILE})
        if own.__name__ == "usb.core":
            namespace["find"] = self.find
            namespace["show_devices"] = moved(namespace["show_devices"], namespace)
        elif own.__name__ == "usb.legacy":
            namespace["core"] = Finding(self.find)
            namespace["busses"] = moved(namespace["busses"], namespace)
        elif own.__name__ == "usb.backend":
            # Its parts are modules of their own, to be imported.
            namespace["__path__"] = "usb/backend"
            for name in ("libusb1", "libusb0", "openusb"):
                namespace.pop(name, None)
        else:
            namespace["get_backend"] = self.get_backend
        return made

    def get_backend(self, find_library: Callable[[str], str | None] | None = None) -> object | None:
        """The board's bus, whatever library is looked for."""
        return self._board.backend.usb_bus()

    def find(
        self,
        find_all: bool = False,
        backend: object | None = None,
        custom_match: "Callable[[Device], bool] | None" = None,
        **args: object,
    ) -> "Device | Iterator[Device] | None":
        """Find devices on the board's bus, as pyusb's `find` does: the first or None, or with find_all an iterator."""
        import usb.core

        bus = self._board.backend.usb_bus() if backend is None else backend
        found = usb.core.find(find_all, bus, custom_match, **args)
        if find_all:
            return map(self._keep, found)
        return found if found is None else self._keep(found)

    def _keep(self, device: "Device") -> "Device":
        if not self._found:
            self._board.at_reset.append(self._give_back)
        self._found[id(device)] = device
        return device

    def _give_back(self) -> None:
        """Close what the script has open: it does not run any more, and could not do so itself."""
        import usb.util

        for device in list(self._found.values()):
            usb.util.dispose_resources(device)
        self._found.clear()


class Finding:
    """What pyusb's old interface needs of `usb.core`."""

    def __init__(self, find: Callable[..., object]) -> None:
        self.find = find


def moved(function: FunctionType, namespace: dict[str, object]) -> FunctionType:
    """The same function with other globals."""
    made = FunctionType(function.__code__, namespace, function.__name__, function.__defaults__, function.__closure__)
    made.__doc__ = function.__doc__
    return made
