"""Hangs chips on a board's wires: the grammar of --attach, and the same from Python.

    bme280@i2c0:0x76            an I2C chip on a bus, at an address (left out: the chip's own)
    eeprom@GP5,GP4:0x50         the same on two pins: SCL, SDA
    w25q16@spi0:GP17            an SPI chip with its chip select on a pin
    gps@uart1                   a peer on a serial port
    sdcard@sd1                  a card in a slot of machine.SDCard
    ds18b20@GP4                 a chip on pins, in the order of its legs
    ssd1306@spi0:GP17,dc=GP20,width=128     options: legs by name, and what the chip's constructor takes
    usbkeyboard@usb             a device at the USB host; one with wires is soldered to pins: usbserial@usb,tx=GP1

A part that comes with either kind of bus is the SPI one on an SPI bus: there ``ssd1306`` means ``ssd1306_spi``.
"""

import inspect
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from machine_compat.errors import ConfigError
from machine_compat.mock.backend import MockBackend
from machine_compat.mock.chip import Chip, I2CChip, SPIChip, UARTPeer
from machine_compat.mock.devices import Maker, part
from machine_compat.mock.i2c import I2CDecoder, chips_on
from machine_compat.mock.nets import Terminal, connect
from machine_compat.mock.sockets import LEGS
from machine_compat.mock.spi import SPIDecoder
from machine_compat.mock.uart import join_peer

if TYPE_CHECKING:
    from machine_compat.mock.usb.device import SimulatedDevice

Option = int | float | str
Part: TypeAlias = "Chip | SimulatedDevice"
"""What --attach makes: a chip on wires, or a device on USB."""
USB = "usb"
CARD = {"sck": "clk", "mosi": "cmd", "miso": "dat0", "cs": "dat3"}
"""The contacts of a memory card, and what they are called where it is not on an SPI bus."""


class Place(NamedTuple):
    """Where a chip goes. bus: a socket's name or ""; pins: refs in the order of legs; sub: what follows the colon."""

    bus: str = ""
    pins: tuple[str, ...] = ()
    sub: str = ""
    options: Mapping[str, str] = MappingProxyType({})


def parse(spec: str) -> tuple[str, Place]:
    """Split ``part@place[:sub][,key=value]...`` into the part's name and its place."""
    name, at, rest = spec.partition("@")
    if not at or not name or not rest:
        raise ConfigError(f"--attach {spec}: write CHIP@PLACE, as in bme280@i2c0:0x76 or button@GP14")
    words = rest.split(",")
    options: dict[str, str] = {}
    for word in words:
        key, equals, text = word.partition("=")
        if equals and not (key and text):
            raise ConfigError(f"--attach {spec}: {word!r} is not key=value")
        if key in options:
            raise ConfigError(f"--attach {spec}: {key} is there twice")
        if equals:
            options[key] = text
    place = ",".join(word for word in words if "=" not in word)
    head, _, sub = place.partition(":")
    if head.rstrip("0123456789") in LEGS and head[-1].isdigit():
        return name.lower(), Place(bus=head, sub=sub, options=options)
    return name.lower(), Place(pins=tuple(head.split(",")) if head else (), sub=sub, options=options)


def value_of(text: str) -> Option:
    """An option's value: a number where it can be one."""
    for kind in (lambda t: int(t, 0), float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def attach_spec(backend: MockBackend, spec: str) -> Part:
    """Build the chip or USB device a specification names, and hang it where it says."""
    name, place = parse(spec)
    if place.pins == (USB,):
        from machine_compat.mock.usb.attach import attach_device

        return attach_device(backend, spec, name, place)
    maker = maker_of(name, place)
    options, legs = sorted_options(maker, place)
    takes = inspect.signature(maker).parameters
    if place.sub and "address" in takes and not place.bus.startswith("spi"):
        options["address"] = address_of(spec, place.sub)
    require(maker, spec, name, options)
    try:
        chip = maker(**options)
    except (ConfigError, TypeError, ValueError) as error:
        raise ConfigError(f"--attach {spec}: {error}") from error
    if place.sub and not isinstance(chip, SPIChip) and "address" not in takes:
        raise ConfigError(f"--attach {spec}: a colon is for an I2C address or an SPI chip select, {name} has none")
    unknown = [key for key in legs if key not in chip.option_pins and key not in chip.pins]
    if unknown:
        choices = ", ".join(sorted({*takes, *chip.option_pins} - {"address"})) or "none"
        raise ConfigError(f"--attach {spec}: {name} has no option {unknown[0]!r}; it has {choices}")
    attach(backend, chip, place, name, legs)
    return chip


def sorted_options(maker: Callable[..., object], place: Place) -> tuple[dict[str, Option], dict[str, str]]:
    """What of a place's options a part's constructor takes; the rest are legs."""
    takes = inspect.signature(maker).parameters
    options = {key: value_of(text) for key, text in place.options.items() if key in takes}
    return options, {key: text for key, text in place.options.items() if key not in takes}


def require(maker: Callable[..., object], spec: str, name: str, options: Mapping[str, Option]) -> None:
    """Raise ConfigError for an option that a part cannot be without."""
    for key, takes in inspect.signature(maker).parameters.items():
        if takes.default is takes.empty and takes.kind is takes.POSITIONAL_OR_KEYWORD and key not in options:
            raise ConfigError(f"--attach {spec}: {name} needs the option {key}: {spec},{key}=...")


def maker_of(name: str, place: Place) -> Maker:
    """What builds a part: on an SPI bus its SPI form, where it has one."""
    maker = part(name)
    made: object = maker.func if isinstance(maker, partial) else maker
    if place.bus.startswith("spi") and isinstance(made, type) and issubclass(made, I2CChip):
        try:
            return part(f"{name}_spi")
        except ConfigError:
            return maker
    return maker


def address_of(spec: str, text: str) -> int:
    try:
        return int(text, 0)
    except ValueError:
        raise ConfigError(f"--attach {spec}: {text!r} is not an address; write it as 0x76 or 118") from None


def attach(
    backend: MockBackend, chip: Chip, place: Place, name: str = "", legs: Mapping[str, str] | None = None
) -> None:
    """Hang a chip on a board: its legs to the place's wires, its decoder to its legs."""
    label = name or chip.name
    where = place.bus or ",".join(place.pins)
    wires = legs_at(backend, chip, place, label)
    for leg, ref in (legs or {}).items():
        wires[leg] = backend.terminal(backend.wiring.ref(ref))
    optional = ("cs",) if isinstance(chip, SPIChip) else chip.pins if isinstance(chip, UARTPeer) else ()
    loose = [leg for leg in chip.pins if leg not in wires and leg not in optional]
    if loose:
        legs_there = ", ".join(chip.pins)
        raise ConfigError(f"{label} has the legs {legs_there}: {where or 'no place'} leaves {loose[0]} in the air")
    chip.install(backend.world, f"{label}@{where}" if where else label)
    for leg, terminal in wires.items():
        connect(terminal, chip.legs[leg])
    if isinstance(chip, I2CChip):
        chip.legs["scl"].pull(1)
        chip.legs["sda"].pull(1)
        chips_on(chip.legs["scl"], chip.legs["sda"])
        I2CDecoder(chip)
    elif isinstance(chip, SPIChip):
        chip.legs["cs"].pull(1)
        if "cs" not in wires:
            chip.legs["cs"].drive(0)
        SPIDecoder(chip)
    elif isinstance(chip, UARTPeer):
        join_peer(chip)


def legs_at(backend: MockBackend, chip: Chip, place: Place, label: str) -> dict[str, Terminal]:
    """Which leg of the chip goes to which terminal of the board."""
    names = chip.pins
    if place.bus:
        socket = backend.socket(place.bus)
        socket.plug_defaults()
        crossed = {"rx": "tx", "tx": "rx"} if isinstance(chip, UARTPeer) else CARD if place.bus.startswith("sd") else {}
        wires = {leg: socket.legs[crossed.get(leg, leg)] for leg in names if crossed.get(leg, leg) in socket.legs}
        if not wires:
            raise ConfigError(f"{label} cannot hang on {place.bus}: it {place_for(chip)}")
        return wires | chip_select(backend, chip, place)
    if len(place.pins) > len(names):
        raise ConfigError(f"{label} has {len(names)} legs ({', '.join(names)}), not {len(place.pins)}")
    pins = [backend.terminal(backend.wiring.ref(ref)) for ref in place.pins]
    return dict(zip(names, pins, strict=False)) | chip_select(backend, chip, place)


def chip_select(backend: MockBackend, chip: Chip, place: Place) -> dict[str, Terminal]:
    """The cs leg of an SPI chip, where the place says what drives it."""
    if not (isinstance(chip, SPIChip) and place.sub):
        return {}
    return {"cs": backend.terminal(backend.wiring.ref(place.sub))}


def place_for(chip: Chip) -> str:
    """Where a chip belongs, for an error's text."""
    for kind, bus in ((I2CChip, "an I2C bus"), (SPIChip, "an SPI bus"), (UARTPeer, "a serial port")):
        if isinstance(chip, kind):
            return f"wants {bus}"
    return f"has the legs {', '.join(chip.pins)}, each on a pin"
