"""Lays the pin names of one board over another backend: a Pico's script on an adapter, without a Pico.

    like = "pico"                           # whose names, numbers and port
    backend = "ft232h://"                   # what is there instead

    [pins]                                  # the board's pin = the backend's own name of its pin
    GP5 = "D0"
    GP4 = "D1"
    LED = "D4"

    [buses]                                 # the board's bus = the backend's own name of its bus
    i2c0 = "i2c0"

Pins and buses that are not named do not exist then. Where a bus could have several of the pins, its default is the
board's own, or else the one that is named first.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from machine_compat.contract import natural
from machine_compat.profile.model import Bus, Profile, Spot
from machine_compat.profile.table import Table, wrong

OVERLAY_KEYS = frozenset(("like", "description", "backend", "pins", "buses"))
OPTIONAL = frozenset(("miso", "mosi", "rts", "cts", "rx", "mck"))
"""Signals that a bus can be without."""


def overlay(base: Profile, data: Mapping[str, object], name: str, file: str) -> Profile:
    """The profile of a file with `like`; base: the board it names. ConfigError names file, key and choices."""
    table = Table(file, "", data, OVERLAY_KEYS)
    if not table.text("backend"):
        raise wrong(file, 'backend is missing; write what the pins are on, as in backend = "ft232h://"')
    pins = laid(base, table.table("pins"))
    return base._replace(
        name=name,
        description=table.text("description", f"{base.name}'s pins on {table.text('backend')}"),
        backend=table.text("backend"),
        spots=spots(base, pins),
        numbers={number: pins[ref] for number, ref in base.numbers.items() if ref in pins},
        board_names=board_names(base, pins),
        input_only=frozenset(pins[ref] for ref in base.input_only if ref in pins),
        buses=buses(base, pins, table.table("buses")),
        analog={channel: pins[ref] for channel, ref in base.analog.items() if ref in pins},
        dac={channel: pins[ref] for channel, ref in base.dac.items() if ref in pins},
        alternates={},
        roles={role: pin for role, pin in base.roles.items() if base.names().get(pin) in pins},
        parts=(),
        open_pins=False,
        layout=None,
        file=file,
        pwm=MappingProxyType({}),
    )


def laid(base: Profile, table: Table) -> dict[str, str]:
    """The backend's pin for each of the board's refs that has one."""
    names = base.names()
    pins: dict[str, str] = {}
    for name in table.data:
        ref = names.get(name)
        if ref is None:
            raise table.error(name, f"is no pin of {base.name}; it has {listed(names)}")
        if ref in pins:
            raise table.error(name, f"is the same pin as another name there: {ref}")
        pins[ref] = table.text(name)
    if not pins:
        raise wrong(table.file, f'[pins] names no pin; write which of {base.name}\'s pins is where, as in GP25 = "D4"')
    return pins


def spots(base: Profile, pins: Mapping[str, str]) -> dict[str, Spot]:
    """The pins by their new refs; one that has several of the board's names keeps the first as its own."""
    found: dict[str, Spot] = {}
    for ref, spot in base.spots.items():
        if ref in pins:
            found.setdefault(pins[ref], Spot(pins[ref], spot.cpu, spot.number))
    return found


def listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names, key=natural))


def board_names(base: Profile, pins: Mapping[str, str]) -> dict[str, str]:
    """The names in Pin.board, and the other names of pins that share one of the backend's."""
    names = {spot.cpu: pins[ref] for ref, spot in base.spots.items() if ref in pins}
    shared = {ref for ref in pins.values() if list(pins.values()).count(ref) > 1}
    return {name: ref for name, ref in names.items() if ref in shared} | {
        name: pins[ref] for name, ref in base.board_names.items() if ref in pins
    }


def buses(base: Profile, pins: Mapping[str, str], table: Table) -> dict[str, Bus]:
    """The buses that are named, on the backend's pins and by its names."""
    found = {}
    for ref in table.data:
        bus = base.buses.get(ref)
        if bus is None:
            raise table.error(ref, f"is no bus of {base.name}; it has {listed(base.buses)}")
        there = {signal: laid_in(pins, refs) for signal, refs in bus.pins.items()}
        for signal, refs in there.items():
            if not refs and signal not in OPTIONAL:
                raise table.error(ref, f"has no pin for {signal} in [pins], which may be {', '.join(bus.pins[signal])}")
        there = {signal: refs for signal, refs in there.items() if refs}
        place = table.text(ref)
        found[ref] = bus._replace(pins=there, anywhere=frozenset(), path="" if place == ref else place)
    return found


def laid_in(pins: Mapping[str, str], refs: tuple[str, ...]) -> tuple[str, ...]:
    """The backend's pins for those of a signal's that have one, the board's own default first."""
    return tuple(pins[one] for one in sorted(pins, key=lambda one: one != refs[0]) if one in refs)
