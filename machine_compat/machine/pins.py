"""From what scripts write for a pin or a bus to the board's own: shared by all classes that take pins."""

import re

from machine_compat.board import Board
from machine_compat.machine.pin_names import NamedPin, PinMap
from machine_compat.profile import Bus, Spot


def pin_of(board: Board, pin: object) -> Spot:
    """The pin that a Pin, a number or a name means; ValueError in the port's words."""
    names = board.singletons.get((PinMap,))
    if not isinstance(names, PinMap):
        return pin._spot if isinstance(pin, NamedPin) else board.spot(pin)
    found = names.find(pin)
    if isinstance(found, NamedPin):
        return found._spot
    spot = board.spot(found)
    names.found(found, spot)
    return spot


def bus_of(board: Board, kind: str, id: object, label: str) -> Bus:
    """The bus of that id or name; ValueError "I2C(7) doesn't exist" otherwise."""
    buses = board.profile.buses
    if isinstance(id, str):
        for bus in buses.values():
            if bus.kind == kind and id in bus.names:
                return bus
        if board.profile.open_pins and "/" in id:
            return Bus(kind, last_number(id), {}, path=id)
    elif isinstance(id, int):
        bus_here = buses.get(f"{kind}{int(id)}")
        if bus_here is not None:
            return bus_here
        if board.profile.open_pins and id >= 0:
            return Bus(kind, int(id), {})
    else:
        raise TypeError(f"can't convert {type(id).__name__} to int")
    raise ValueError(f"{label}({id}) doesn't exist")


def last_number(path: str) -> int:
    """The number that a device's path ends in, as reprs show it: 1 for /dev/i2c-1."""
    digits = re.search(r"\d+$", path)
    return int(digits[0]) if digits else 0


def bus_pin(board: Board, bus: Bus, signal: str, pin: object, message: str) -> str | None:
    """The ref for a signal: the pin given, checked against what the bus may take, or the bus's own for None."""
    if pin is None:
        return bus.default(signal)
    spot = pin_of(board, pin)
    if not board.profile.open_pins and not bus.allows(signal, spot.ref):
        raise ValueError(message)
    return spot.ref


def shown(board: Board, ref: str | None) -> str:
    """A pin as reprs show it: its number, or the chip's name where the port has no numbers."""
    if ref is None:
        return "-1"
    spot = board.profile.spots.get(ref)
    if spot is None:
        return ref
    return str(spot.number) if spot.number is not None else spot.cpu
