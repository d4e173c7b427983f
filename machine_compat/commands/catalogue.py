"""`machine-compat boards`, `pins` and `chips`: what there is to choose from."""

import functools
import shutil
import sys
import textwrap

from machine_compat.mock.chip import Chip, I2CChip, SPIChip, UARTPeer
from machine_compat.mock.devices import Maker, parts
from machine_compat.pinout import picture
from machine_compat.profile import board_names, load

INDENT = 4


def boards() -> int:
    """Print each board's name, and what it is."""
    names = board_names()
    width = max(map(len, names))
    for name in names:
        sys.stdout.write(f"{name:<{width}}  {load(name).description}\n")
    return 0


def pins(name: str) -> int:
    """Print a board's pinout."""
    sys.stdout.write(picture(load(name)))
    return 0


def chips() -> int:
    """Print each simulated part with the form of its --attach; parts that differ in size alone stand together."""
    groups: dict[type[Chip] | Maker, list[str]] = {}
    for name, maker in parts().items():
        groups.setdefault(model_of(maker), []).append(name)
    width = shutil.get_terminal_size().columns
    for model, names in sorted(groups.items(), key=lambda group: group[1][0]):
        sys.stdout.write(" ".join(f"{name}@{place_of(model)}" if name == names[0] else name for name in names) + "\n")
        text = (model.__doc__ or "").strip().partition("\n\n")[0]
        indent = " " * INDENT
        lines = textwrap.wrap(" ".join(text.split()), width - 1, initial_indent=indent, subsequent_indent=indent)
        sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 0


def model_of(maker: Maker) -> type[Chip] | Maker:
    """The class that a part is an instance of."""
    return model_of(maker.func) if isinstance(maker, functools.partial) else maker


def place_of(model: type[Chip] | Maker) -> str:
    """The form of the place where a chip hangs: a bus, or its legs."""
    if not isinstance(model, type) or not issubclass(model, Chip):
        return "PLACE"
    if issubclass(model, I2CChip):
        return "i2cN" if model.default_address is not None else "i2cN:ADDRESS"
    if issubclass(model, SPIChip):
        return "spiN:CS"
    if issubclass(model, UARTPeer):
        return "uartN"
    return ",".join(model.pins).upper() or "PLACE"
