"""`machine-compat boards`, `pins` and `chips`: what there is to choose from."""

import functools
import shutil
import sys
import textwrap
from collections.abc import Callable
from typing import TypeAlias

from machine_compat.commands.pin_state import pin_state
from machine_compat.mock.attach import USB
from machine_compat.mock.chip import Chip, I2CChip, SPIChip, UARTPeer
from machine_compat.mock.devices import parts
from machine_compat.mock.usb import devices as usb_devices
from machine_compat.mock.usb.device import SimulatedDevice
from machine_compat.pinout import picture
from machine_compat.ports import port
from machine_compat.profile import board_names, load

INDENT = 4
AnyMaker: TypeAlias = Callable[..., Chip | SimulatedDevice]
Model: TypeAlias = type[Chip] | type[SimulatedDevice] | AnyMaker


def boards() -> int:
    """Print each board's name, and what it is."""
    names = board_names()
    width = max(map(len, names))
    for name in names:
        sys.stdout.write(f"{name:<{width}}  {load(name).description}\n")
    return 0


def pins(name: str) -> int:
    """Print a board's pinout; of a Linux board with what each pin is doing now, where this computer can tell."""
    profile = load(name)
    port(profile.port, profile.foreign, profile.file)  # for the mistakes in a board's file that only it finds
    now = pin_state(profile)
    sys.stdout.write(picture(profile, now.does if now else None))
    if now:
        sys.stdout.write("".join(f"{line}\n" for line in ("", now.head, *now.lines)))
    return 0


def chips() -> int:
    """Print each simulated part with the form of its --attach; parts that differ in size alone stand together."""
    groups: dict[Model, list[str]] = {}
    makers: dict[str, AnyMaker] = {**parts(), **usb_devices.parts()}
    for name, maker in makers.items():
        groups.setdefault(model_of(maker), []).append(name)
    width = shutil.get_terminal_size().columns
    for model, names in sorted(groups.items(), key=lambda group: group[1][0]):
        sys.stdout.write(" ".join(f"{name}@{place_of(model)}" if name == names[0] else name for name in names) + "\n")
        text = (model.__doc__ or "").strip().partition("\n\n")[0]
        indent = " " * INDENT
        lines = textwrap.wrap(" ".join(text.split()), width - 1, initial_indent=indent, subsequent_indent=indent)
        sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 0


def model_of(maker: AnyMaker) -> Model:
    """The class that a part is an instance of."""
    while isinstance(maker, functools.partial):
        maker = maker.func
    return maker


def place_of(model: Model) -> str:
    """The form of the place where a chip hangs: a bus, or its legs."""
    if isinstance(model, type) and issubclass(model, SimulatedDevice):
        return USB
    if not isinstance(model, type) or not issubclass(model, Chip):
        return "PLACE"
    if issubclass(model, I2CChip):
        return "i2cN" if model.default_address is not None else "i2cN:ADDRESS"
    if issubclass(model, SPIChip):
        return "spiN:CS"
    if issubclass(model, UARTPeer):
        return "uartN"
    return ",".join(model.pins).upper() or "PLACE"
