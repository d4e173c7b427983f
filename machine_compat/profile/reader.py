"""Turns the tables of a board file into a Profile, and refuses what does not fit together."""

import re
from collections.abc import Mapping
from typing import NoReturn

from machine_compat.contract import natural
from machine_compat.profile.model import Alternate, Bus, Layout, Profile, Spot, names_of
from machine_compat.profile.table import Table

SIGNALS = {
    "i2c": ("scl", "sda"),
    "spi": ("sck", "mosi", "miso"),
    "uart": ("tx", "rx", "rts", "cts"),
    "can": ("tx", "rx"),
    "i2s": ("sck", "ws", "sd", "mck"),
    "sd": ("clk", "cmd", "dat0", "dat3"),
}
"""The signals of each kind of bus."""
KINDS = tuple(SIGNALS)
TEXTS = "description port machine build backend parts lacks lacks_modules"
TABLES = "pins analog dac pwm alternates roles limits constants layout"
KEYS = frozenset((*TEXTS.split(), "call_ns", *TABLES.split(), *KINDS))
PIN_KEYS = frozenset(("numbers", "ref", "cpu", "chip", "open", "input_only", "board"))
LAYOUT_KEYS = frozenset(("left", "right", "bottom", "top_edge", "bottom_edge", "numbered"))
LIMITS = frozenset(("frequency", "pio_blocks", "watchdog_ms"))
ROLES = r"led[1-9]|switch|accel_power|bootsel"
MOST_PINS = 1024
"""No board has more, but a slip in a range has."""
ANYWHERE = "*"
INSIDE = "core_"
"""How the names of analog sources begin that are no pin: core_temp."""


class Reader:
    """Reads one file's tables; `profile` is the result. ConfigError names the file, the key and the choices."""

    def __init__(self, data: Mapping[str, object], name: str, file: str) -> None:
        self.name = name
        self.file = Table(file, "", data, KEYS)
        self.pins = self.file.table("pins", PIN_KEYS)
        self.open_pins = self.pins.flag("open")
        self.spots: dict[str, Spot] = {}
        self.numbers: dict[int, str] = {}
        self._numbered_pins()
        self._chip_pins()
        self.board_names = self._board_names()
        self.names = names_of(self.spots, self.board_names)

    def profile(self) -> Profile:
        file = self.file
        return Profile(
            name=self.name,
            description=file.text("description", self.name),
            port=file.text("port", "generic"),
            machine=file.text("machine", self.name),
            backend=file.text("backend", "mock://"),
            spots=self.spots,
            numbers=self.numbers,
            board_names=self.board_names,
            input_only=frozenset(self._refs(self.pins, "input_only")) - {ANYWHERE},
            buses=self._buses(),
            analog=self._channels("analog", INSIDE),
            dac=self._channels("dac"),
            alternates=self._alternates(),
            roles=self._roles(),
            limits=self._integers("limits", LIMITS),
            parts=self._parts(),
            open_pins=self.open_pins,
            call_ns=file.integer("call_ns", 1_000, least=1),
            layout=self._layout(),
            pwm=self._pulses(),
            lacks=frozenset(file.texts("lacks")),
            build=file.text("build"),
            constants=self._integers("constants"),
            lacks_modules=frozenset(file.texts("lacks_modules")),
            file=file.file,
        )

    # ---- pins

    def _numbered_pins(self) -> None:
        ref_form = self.pins.text("ref", "{}")
        cpu_form = self.pins.text("cpu", ref_form)
        for key, form in (("ref", ref_form), ("cpu", cpu_form)):
            if form.count("{}") != 1 and key in self.pins.data:
                raise self.pins.error(key, 'must have one {} for the number, as in "GP{}"')
        for item in self.pins.texts("numbers"):
            for digits in self._range("numbers", "", item):
                number = int(digits)
                ref = ref_form.replace("{}", digits)
                if number in self.numbers:
                    raise self.pins.error("numbers", f"has {number} twice")
                self.numbers[number] = ref
                self._add(Spot(ref, cpu_form.replace("{}", digits), number), "numbers")

    def _chip_pins(self) -> None:
        if isinstance(self.pins.data.get("chip"), dict):
            table = self.pins.table("chip")
            for cpu in table.data:
                self._add(Spot(table.text(cpu), cpu), "chip")
            return
        for item in self.pins.texts("chip"):
            for cpu in self._range("chip", r"[A-Za-z_]+", item):
                self._add(Spot(cpu, cpu), "chip")

    def _range(self, key: str, prefix: str, item: str) -> list[str]:
        """``0-22`` or ``A0-A15`` as the names it means."""
        match = re.fullmatch(rf"({prefix})(\d{{1,6}})(?:-\1(\d{{1,6}}))?", item, re.ASCII)
        if not match:
            example = '"A0-A15" or "D2"' if prefix else '"0-22" or "25"'
            raise self.pins.error(key, f"has {item!r}; write {example}")
        first, last = int(match[2]), int(match[3] or match[2])
        if not first <= last < first + MOST_PINS - len(self.spots):
            raise self.pins.error(key, f"has {item!r}, which is no rising range of at most {MOST_PINS} pins in all")
        return [f"{match[1]}{number}" for number in range(first, last + 1)]

    def _add(self, spot: Spot, key: str) -> None:
        if spot.ref in self.spots or any(spot.cpu == other.cpu for other in self.spots.values()):
            raise self.pins.error(key, f"names pin {spot.cpu!r} twice")
        self.spots[spot.ref] = spot

    def _board_names(self) -> dict[str, str]:
        table = self.pins.table("board")
        names = {}
        for name in table.data:
            ref = table.text(name)
            if ref not in self.spots and not self.open_pins:
                self._no_pin(table, name, ref)
            if name in self.spots and name != ref:
                raise table.error(name, f"gives the name of pin {name} to another pin")
            names[name] = ref
        return names

    def _no_pin(self, table: Table, key: str, ref: str) -> NoReturn:
        choices = ", ".join(sorted(self.spots, key=natural)[:60]) or "none"
        raise table.error(key, f"has {ref!r}, which is no pin of the board; its pins are {choices}")

    def _refs(self, table: Table, key: str) -> tuple[str, ...]:
        """A list of pins by their refs, the wildcard aside."""
        refs = table.texts(key)
        for ref in refs:
            if ref not in self.spots and not self.open_pins and ref != ANYWHERE:
                self._no_pin(table, key, ref)
            if refs.count(ref) > 1:
                raise table.error(key, f"has {ref!r} twice")
        return refs

    # ---- what the pins are for

    def _buses(self) -> dict[str, Bus]:
        found: dict[str, Bus] = {}
        for kind in KINDS:
            kinds = self.file.table(kind)
            taken: set[str] = set()
            for key in kinds.data:
                if not re.fullmatch(r"0|[1-9]\d{0,3}", key, re.ASCII):
                    raise kinds.error(key, f"is no bus number; write [{kind}.0]")
                bus = self._bus(kind, int(key), kinds.table(key, (*SIGNALS[kind], "names")))
                for name in bus.names:
                    if name in taken:
                        raise kinds.error(key, f"has a name that another {kind} bus has: {name!r}")
                    taken.add(name)
                found[bus.ref] = bus
        return found

    def _bus(self, kind: str, number: int, table: Table) -> Bus:
        pins: dict[str, tuple[str, ...]] = {}
        anywhere = set()
        for signal in SIGNALS[kind]:
            refs = self._refs(table, signal)
            if refs and refs[-1] == ANYWHERE:
                anywhere.add(signal)
                refs = refs[:-1]
            if ANYWHERE in refs:
                raise table.error(signal, 'has "*" before its end; the default pin comes first')
            if refs:
                pins[signal] = refs
        return Bus(kind, number, pins, table.texts("names"), frozenset(anywhere))

    def _channels(self, key: str, inside: str | None = None) -> dict[str, str]:
        table = self.file.table(key)
        channels = {channel: table.text(channel) for channel in table.data}
        for channel, ref in channels.items():
            if ref not in self.spots and not self.open_pins and not (inside and ref.startswith(inside)):
                self._no_pin(table, channel, ref)
        return channels

    def _pulses(self) -> dict[str, tuple[str, ...]]:
        table = self.file.table("pwm")
        for ref in table.data:
            if ref not in self.spots and not self.open_pins:
                self._no_pin(table, ref, ref)
        return {ref: table.texts(ref) for ref in table.data}

    def _alternates(self) -> dict[str, tuple[Alternate, ...]]:
        table = self.file.table("alternates")
        found = {}
        for ref in table.data:
            if ref not in self.spots:
                self._no_pin(table, ref, ref)
            functions = []
            for text in table.texts(ref):
                match = re.fullmatch(r"(\w+_\w+):(\d|1[0-5])", text, re.ASCII)
                if not match:
                    raise table.error(ref, f'has {text!r}; write function and number (0 to 15) as in "TIM2_CH1:1"')
                functions.append(Alternate(match[1], int(match[2])))
            found[ref] = tuple(functions)
        return found

    def _roles(self) -> dict[str, str]:
        table = self.file.table("roles")
        roles = {role: table.text(role) for role in table.data}
        for role, name in roles.items():
            if not re.fullmatch(ROLES, role):
                raise table.error(role, "is no role; there are led1 to led9, switch, accel_power, bootsel")
            if name not in self.names and not self.open_pins:
                self._no_pin(table, role, name)
        return roles

    def _integers(self, name: str, keys: frozenset[str] | None = None) -> dict[str, int]:
        table = self.file.table(name, keys)
        return {key: table.integer(key, 0) for key in table.data}

    def _parts(self) -> tuple[str, ...]:
        parts = self.file.texts("parts")
        for part in parts:
            if not re.fullmatch(r"[^@]+@[^@]+", part):
                raise self.file.error("parts", f'has {part!r}; write CHIP@PLACE as in "bme280@i2c0:0x76"')
        return parts

    def _layout(self) -> Layout | None:
        if "layout" not in self.file.data:
            return None
        table = self.file.table("layout", LAYOUT_KEYS)
        left, right, bottom = (table.texts(side) for side in ("left", "right", "bottom"))
        for side, labels in (("left", left), ("right", right), ("bottom", bottom)):
            for label in labels:
                pin = label.partition("=")[2]
                if pin and pin not in self.names:
                    self._no_pin(table, side, pin)
        return Layout(left, right, bottom, table.text("top_edge"), table.text("bottom_edge"), table.flag("numbered"))
