"""The simulated USB devices that scripts talk to, one file each, found by the part names in their PARTS tables."""

import importlib
import pkgutil
from collections.abc import Callable, Mapping

from machine_compat.mock.usb.device import SimulatedDevice

Maker = Callable[..., SimulatedDevice]


def parts() -> dict[str, Maker]:
    """All devices there are, by name; they are attached as ``usbkeyboard@usb``."""
    found: dict[str, Maker] = {}
    for module in pkgutil.iter_modules(__path__):
        makers: Mapping[str, Maker] = getattr(importlib.import_module(f"{__name__}.{module.name}"), "PARTS", {})
        found.update(makers)
    return found
