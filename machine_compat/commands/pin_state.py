"""What the pins of a Linux board are doing now, for `machine-compat pins`: asked of the kernel, no line is taken."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from machine_compat import registry
from machine_compat.contract import natural
from machine_compat.errors import ConfigError
from machine_compat.profile import Profile

if TYPE_CHECKING:
    from machine_compat.backends.linux.chips import Chip

SIGNALS = {"i2c": ("sda", "scl"), "spi": ("sck", "mosi", "miso"), "uart": ("tx", "rx")}
"""What a bus of the kernel's surely has; RTS, CTS and chip selects are pins of their own."""
MODEL = Path("/sys/firmware/devicetree/base/model")


@dataclass(frozen=True, slots=True)
class Now:
    """A board's pins now. head: who was asked, or why nobody could be; does: what each pin does, by its ref.

    lines: those lines that somebody holds; of a board whose file names no pins, all.
    """

    head: str
    does: dict[str, str] = field(default_factory=dict)
    lines: tuple[str, ...] = ()


def pin_state(profile: Profile) -> Now | None:
    """What a board's pins are doing on this computer; None for a board that is no Linux computer."""
    address = registry.address(profile.backend)
    if address.scheme != "linux":
        return None
    registry.backend_class(profile.backend)
    from machine_compat.backends.linux.chips import listed, read_chips

    try:
        chips = read_chips()
        if not chips:
            raise ConfigError(listed(chips))
        if profile.spots:
            return named(profile, chips, address)
        return Now(f"{computer()} now", lines=tuple(every(chips)))
    except ConfigError as error:
        return Now(f"What they do now is not to be had here: {error}")


def named(profile: Profile, chips: "list[Chip]", address: registry.Address) -> Now:
    """The pins that a board's file names, on the chip that has one of its labels."""
    from machine_compat.backends.linux.chips import find_line
    from machine_compat.backends.linux.states import line_states

    places = {ref: find_line(ref, chips, address.place.split(",")) for ref in profile.spots}
    nodes = {place.node for place in places.values()}
    used = [chip for chip in chips if chip.node in nodes]
    states = {(chip.node, state.offset): state for chip in used for state in line_states(chip)}
    found = {ref: states[place.node, place.offset] for ref, place in places.items()}
    refs = sorted(found, key=natural)
    held = [f"{ref} {found[ref]}" for ref in refs if found[ref].consumer]
    does = taken(profile, address.options) | {ref: str(found[ref]) for ref in refs if found[ref].told}
    chip_names = ", ".join(f"{chip.name} [{chip.label}]" for chip in used)
    return Now(f"{computer()} now, {chip_names}", {ref: does.get(ref, str(found[ref])) for ref in refs}, tuple(held))


def taken(profile: Profile, options: Mapping[str, str]) -> dict[str, str]:
    """The pins of the buses whose devices are there: that they are the bus's is all that an ordinary user is told."""
    from machine_compat.backends.linux.nodes import node_of

    there = {ref: bus for ref, bus in profile.buses.items() if bus.kind in SIGNALS}
    return {
        pin: f"{ref.upper()} {signal.upper()}"
        for ref, bus in there.items()
        if os.path.exists(node_of(bus.kind, ref, options))
        for signal in SIGNALS[bus.kind]
        if (pin := bus.default(signal)) is not None
    }


def every(chips: "list[Chip]") -> Iterator[str]:
    """All lines of all chips."""
    from machine_compat.backends.linux.states import line_states

    for chip in chips:
        states = line_states(chip)
        yield f"{chip.name} [{chip.label}]"
        width = max((len(state.name) for state in states), default=0)
        yield from (f"  {state.offset:>3}  {state.name:<{width}}  {state}" for state in states)


def computer() -> str:
    """What this computer calls itself: its device tree knows which model it is."""
    try:
        return MODEL.read_text(encoding="utf-8", errors="replace").strip("\0\n")
    except OSError:
        return "this computer"
