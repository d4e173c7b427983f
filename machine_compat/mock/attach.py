"""Hangs chips on a board's wires: the grammar of --attach, and the same from Python.

    bme280@i2c0:0x76            an I2C chip on a bus, at an address (left out: the chip's own)
    eeprom@GP5,GP4:0x50         the same on two pins: SCL, SDA
    w25q16@spi0:GP17            an SPI chip with its chip select on a pin
    gps@uart1                   a peer on a serial port
    ds18b20@GP4                 a chip on pins, in the order of its legs
    ssd1306@spi0:GP17,dc=GP20,width=128     options: legs by name, and what the chip's constructor takes
"""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, field

from machine_compat.errors import ConfigError
from machine_compat.mock.backend import MockBackend
from machine_compat.mock.chip import Chip, I2CChip, SPIChip, UARTPeer
from machine_compat.mock.devices import part
from machine_compat.mock.i2c import I2CDecoder, chips_on
from machine_compat.mock.nets import Terminal, connect
from machine_compat.mock.sockets import LEGS
from machine_compat.mock.spi import SPIDecoder
from machine_compat.mock.uart import join_peer

Option = int | float | str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a chip goes. bus: a socket's name or ""; pins: refs in the order of legs; sub: what follows the colon."""

    bus: str = ""
    pins: tuple[str, ...] = ()
    sub: str = ""
    options: Mapping[str, Option] = field(default_factory=dict)


def parse(spec: str) -> tuple[str, Place]:
    """Split ``part@place[:sub][,key=value]...`` into the part's name and its place."""
    name, at, rest = spec.partition("@")
    if not at or not name or not rest:
        raise ConfigError(f"--attach {spec}: write CHIP@PLACE, as in bme280@i2c0:0x76 or button@GP14")
    words = rest.split(",")
    options = dict(option(spec, word) for word in words if "=" in word)
    place = ",".join(word for word in words if "=" not in word)
    head, _, sub = place.partition(":")
    if head.rstrip("0123456789") in LEGS and head[-1].isdigit():
        return name.lower(), Place(bus=head, sub=sub, options=options)
    return name.lower(), Place(pins=tuple(head.split(",")) if head else (), sub=sub, options=options)


def option(spec: str, word: str) -> tuple[str, Option]:
    key, _, text = word.partition("=")
    if not key or not text:
        raise ConfigError(f"--attach {spec}: {word!r} is not key=value")
    for kind in (lambda t: int(t, 0), float):
        try:
            return key, kind(text)
        except ValueError:
            continue
    return key, text


def attach_spec(backend: MockBackend, spec: str) -> Chip:
    """Build the chip a specification names, and hang it where it says."""
    name, place = parse(spec)
    maker = part(name)
    legs = {}
    options: dict[str, object] = {}
    takes = inspect.signature(maker).parameters
    for key, value in place.options.items():
        if key in takes:
            options[key] = value
        else:
            legs[key] = str(value)
    if place.sub and "address" in takes:
        options["address"] = address_of(spec, place.sub)
    try:
        chip = maker(**options)
    except (TypeError, ValueError) as error:
        raise ConfigError(f"--attach {spec}: {error}") from error
    unknown = [key for key in legs if key not in chip.option_pins and key not in chip.pins]
    if unknown:
        choices = ", ".join(sorted({*takes, *chip.option_pins} - {"address"})) or "none"
        raise ConfigError(f"--attach {spec}: {name} has no option {unknown[0]!r}; it has {choices}")
    attach(backend, chip, place, name, legs)
    return chip


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
        kind = "I2C" if isinstance(chip, I2CChip) else "SPI" if isinstance(chip, SPIChip) else "serial"
        crossed = {"rx": "tx", "tx": "rx"} if isinstance(chip, UARTPeer) else {}
        wires = {leg: socket.legs[crossed.get(leg, leg)] for leg in names if crossed.get(leg, leg) in socket.legs}
        if not wires:
            raise ConfigError(f"{label} cannot hang on {place.bus}: it is no {kind} bus")
        if isinstance(chip, SPIChip) and place.sub:
            wires["cs"] = backend.terminal(backend.wiring.ref(place.sub))
        return wires
    if len(place.pins) > len(names):
        raise ConfigError(f"{label} has {len(names)} legs ({', '.join(names)}), not {len(place.pins)}")
    pins = [backend.terminal(backend.wiring.ref(ref)) for ref in place.pins]
    return dict(zip(names, pins, strict=False))
