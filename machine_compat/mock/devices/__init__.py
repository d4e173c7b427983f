"""The simulated chips, one file each, found by the part names in their PARTS tables."""

import importlib
import importlib.util
import pkgutil
from collections.abc import Callable, Mapping

from machine_compat.errors import ConfigError, choices
from machine_compat.mock.chip import Chip

Maker = Callable[..., Chip]


def part(name: str) -> Maker:
    """What builds a part, by its name in lower case; one with a file of its own name is found without a search."""
    if name.isidentifier() and importlib.util.find_spec(f"{__name__}.{name}"):
        makers = parts_of(name)
        if name in makers:
            return makers[name]
    every = parts()
    if name not in every:
        from machine_compat.mock.usb.devices import parts as on_usb

        if name in on_usb():
            raise ConfigError(f"{name} is a USB device: attach it as {name}@usb")
        raise ConfigError(f"no simulated chip {name!r}; {choices(name, sorted(every))}")
    return every[name]


def parts() -> dict[str, Maker]:
    """All parts there are, by name."""
    found: dict[str, Maker] = {}
    for module in pkgutil.iter_modules(__path__):
        found.update(parts_of(module.name))
    return found


def parts_of(module: str) -> Mapping[str, Maker]:
    makers: Mapping[str, Maker] = getattr(importlib.import_module(f"{__name__}.{module}"), "PARTS", {})
    return makers
