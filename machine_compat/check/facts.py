"""Knows what one board has, and says of a need what of it the board lacks."""

from collections.abc import Iterable

from machine_compat.check import hints
from machine_compat.check.needs import (
    Need,
    NeedsBus,
    NeedsKeyword,
    NeedsModule,
    NeedsName,
    NeedsPin,
    NeedsTimer,
    PinName,
    Use,
)
from machine_compat.modules import PACKAGES
from machine_compat.ports import names, port
from machine_compat.profile import Bus, Profile

SHOWN_PINS = 8
CLASS_OF = {"adc": "ADC", "channel": "ADC", "dac": "DAC"}
"""The class that a pin is for."""


class Facts:
    """One board. own_names: whether scripts make names of pins themselves (Pin.mapper, Pin.dict)."""

    def __init__(self, profile: Profile, own_names: bool = False) -> None:
        self.profile = profile
        self.port = port(profile.port)
        self.name = profile.name
        self._own_names = own_names
        self._known = profile.port in names.PORTS
        self._alternates = frozenset(a.name for found in profile.alternates.values() for a in found)

    def lacks(self, use: Use) -> str | None:
        """What the board lacks of a use, with a hint; None where it has it, or the use is not for its platform."""
        if not all(condition.holds(self.port.platform) for condition in use.conditions):
            return None
        return self._missing(use.need)

    def _missing(self, need: Need) -> str | None:
        match need:
            case NeedsModule():
                return self._module(need)
            case NeedsName():
                return self._name(need)
            case NeedsKeyword():
                return self._keyword(need)
            case NeedsPin():
                return self._pin(need)
            case NeedsBus():
                return self._bus(need)
            case NeedsTimer():
                return self._timer(need)

    # ---- names

    def has(self, entry: str, name: str) -> bool:
        """Whether the board has a name; True where nothing is known of it."""
        known = names.names_of(self.profile.port, entry)
        if name in self.profile.lacking(entry):
            return False
        return known is None or name in known or (entry == "Pin" and name in self._alternates)

    def _module(self, need: NeedsModule) -> str | None:
        if need.name == "pyb" and not self.port.pyb:
            return with_hint("has no module pyb", hints.for_module(need))
        in_none = need.name.partition(".")[0] in PACKAGES
        elsewhere = (need.name in names.every("modules") or in_none) and self._known
        there = names.names_of(self.profile.port, "modules") or frozenset()
        if (elsewhere and need.name not in there) or need.name in self.profile.lacks_modules:
            return with_hint(f"has no module {need.name}", hints.for_module(need))
        return None

    def _name(self, need: NeedsName) -> str | None:
        if need.entry == "pyb" and not self.port.pyb:
            return None
        class_missing = need.entry[0].isupper() and not self.has("machine", need.entry)
        if class_missing or self.has(need.entry, need.name):
            return None
        module = "" if need.entry in ("machine", "pyb") else "machine."
        return with_hint(f"has no {module}{need.entry}.{need.name}", self._instead(need))

    def _keyword(self, need: NeedsKeyword) -> str | None:
        kind = need.entry.partition("(")[0].partition(".")[0]
        if not self.has("machine", kind) or self.has(need.entry, need.keyword):
            return None
        call = need.entry.removesuffix("()")
        problem = f"has no {need.keyword}= in machine.{call}"
        if hints.pins_are_fixed(need):
            return with_hint(problem, "its pins are fixed, leave them out")
        return with_hint(problem, self._instead(need))

    def _instead(self, need: NeedsName | NeedsKeyword) -> str:
        found = hints.alternative(need)
        if found is None:
            return ""
        (entry, name), words = found
        there = not entry or (names.names_of(self.profile.port, entry) is not None and self.has(entry, name))
        return f"use {words}" if there else ""

    # ---- pins and buses

    def ref(self, pin: PinName, space: str = "") -> str | None:
        """The ref of a pin by what scripts write; None for a pin the board does not have."""
        profile = self.profile
        if isinstance(pin, int):
            return profile.numbers.get(pin) if self.port.pin_numbers else None
        if space != "cpu" and pin in profile.board_names:
            return profile.board_names[pin]
        if space == "board":
            return None
        by_cpu = next((spot.ref for spot in profile.spots.values() if spot.cpu == pin), None)
        return by_cpu or (pin if pin in profile.spots and not space else None)

    def _pin(self, need: NeedsPin) -> str | None:
        profile, pin = self.profile, need.pin
        if profile.open_pins or (isinstance(pin, str) and self._own_names and not need.space):
            return None
        if need.use == "channel" and self._is_channel(pin):
            return None
        if need.use in CLASS_OF and not self.has("machine", CLASS_OF[need.use]):
            return None
        ref = self.ref(pin, need.space)
        if ref is None:
            return with_hint(f"has no pin {shown(need)}", self._pin_hint(pin))
        if need.use == "out" and ref in profile.input_only:
            return f"cannot drive pin {shown(need)}, which is an input alone"
        if need.use in ("adc", "channel") and ref not in profile.analog.values():
            return with_hint(f"has no ADC on pin {shown(need)}", self._these("it has", profile.analog.values()))
        if need.use == "dac" and ref not in profile.dac.values():
            return with_hint(f"has no DAC on pin {shown(need)}", self._these("it has", profile.dac.values()))
        return None

    def _is_channel(self, pin: PinName) -> bool:
        """Whether ADC(pin) is a channel, or a value that the class itself has for one."""
        channels = self.port.adc_channels and str(pin) in self.profile.analog
        return channels or pin in self.port.constants.get("ADC", {}).values()

    def _pin_hint(self, pin: PinName) -> str:
        """What the board calls its pins, where that helps."""
        profile = self.profile
        if isinstance(pin, int) and not self.port.pin_numbers:
            return f"its pins have names, as {next(iter(profile.board_names or profile.spots))!r}"
        if isinstance(pin, str) and "LED" in pin.upper():
            leds = [name for name in profile.board_names if "LED" in name]
            return f"it has {', '.join(leds)}" if leds else "write the number of the pin that has one"
        if pin == 25 and profile.board_names.get("LED"):
            return 'its LED is Pin("LED")'
        return ""

    def _these(self, words: str, refs: Iterable[str]) -> str:
        found = [self._shown_ref(ref) for ref in refs if ref in self.profile.spots]
        return f"{words} {', '.join(found[:SHOWN_PINS])}{', ...' if len(found) > SHOWN_PINS else ''}" if found else ""

    def _shown_ref(self, ref: str) -> str:
        number = self.profile.spots[ref].number
        return str(number) if number is not None and self.port.pin_numbers else ref

    def _bus(self, need: NeedsBus) -> str | None:
        if not self.has("machine", need.label):
            return None
        if need.label == "I2C" and self.port.i2c_is_soft:
            return (
                None
                if need.id in (None, -1) or not need.pins
                else with_hint(f"has no {self._label(need)}", "leave the id out")
            )
        if need.id == -1 and self.port.i2c_deprecated_soft:
            return None
        bus = self._bus_of(need)
        if bus is None:
            return self._no_bus(need) if not self.profile.open_pins else None
        fixed = {"I2C": self.port.i2c_pins_fixed, "SPI": self.port.spi_pins_fixed}.get(need.label, False)
        if fixed and need.pins:
            # Where the constructor has no such keyword, that is already said.
            keyword = NeedsKeyword(f"{need.label}()", need.pins[0][0])
            known = self._keyword(keyword) is None
            return f"has fixed pins for {self._label(need)}; leave {need.pins[0][0]}= out" if known else None
        return self._wrong_pins(need, bus)

    def _wrong_pins(self, need: NeedsBus, bus: Bus) -> str | None:
        if self.profile.open_pins:
            return None
        for signal, pin in need.pins:
            ref = self.ref(pin.pin, pin.space)
            if ref is None:
                return self._pin(pin)
            if self._known and not bus.allows(signal, ref) and (bus.pins or bus.anywhere):
                choices = [self._shown_ref(one) for one in bus.pins.get(signal, ())]
                hint = f"it can be {', '.join(choices[:SHOWN_PINS])}" if choices else ""
                return with_hint(f"cannot put {signal} of {self._label(need)} on pin {shown(pin)}", hint)
        return None

    def _bus_of(self, need: NeedsBus) -> Bus | None:
        buses = [bus for bus in self.profile.buses.values() if bus.kind == need.kind]
        if need.id is None:
            return buses[0] if buses else None
        return next((bus for bus in buses if need.id == bus.id or need.id in bus.names), None)

    def _no_bus(self, need: NeedsBus) -> str:
        there = [str(bus.id) for bus in self.profile.buses.values() if bus.kind == need.kind]
        return with_hint(f"has no {self._label(need)}", f"it has {need.label} {', '.join(there)}" if there else "")

    def _label(self, need: NeedsBus) -> str:
        return f"{need.label}({'' if need.id is None else repr(need.id)})"

    def _timer(self, need: NeedsTimer) -> str | None:
        if not self._known:
            return None
        try:
            self.port.timer_exists(need.id)
        except (ValueError, OSError):
            soft = -1 in self.port.timer_ids
            return with_hint(
                f"has no machine.Timer({need.id})", "use Timer(-1), which takes no hardware" if soft else ""
            )
        return None


def shown(need: NeedsPin) -> str:
    """A pin as the script wrote it."""
    return f"Pin.{need.space}.{need.pin}" if need.space else repr(need.pin)


def with_hint(problem: str, hint: str) -> str:
    return f"{problem}; {hint}" if hint else problem
