"""Draws a board's pins as text: the board seen from above with what each pin does by default, or a table of its pins.

The text is for a terminal of 80 columns. What a pin does is what a bus or converter takes unless the script says
otherwise; what else may be chosen is listed below the picture.
"""

import re
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from machine_compat.contract import natural
from machine_compat.profile import Layout, Profile

COLUMNS = 80
GAP = 4
"""Free columns between the labels inside the board."""


def picture(profile: Profile, now: Mapping[str, str] | None = None) -> str:
    """What ``machine-compat pins BOARD`` prints: no line longer than 80 columns, none ending in spaces.

    now: what each pin is doing at this moment, by its ref; shown instead of what it does by default.
    """
    pins = Pins(profile, now or {})
    head = [profile.description, f'board "{profile.name}", speaks like MicroPython on {profile.port}']
    body = drawing(pins, profile.layout) if profile.layout else table(pins) if profile.spots else []
    blocks = [head, body, on_board(pins), choices(profile)]
    return "\n\n".join("\n".join(line.rstrip() for line in block) for block in blocks if block) + "\n"


@dataclass(frozen=True, slots=True)
class Place:
    """A place on the edge: the print on the board, the pin's other name, what it does."""

    label: str = ""
    name: str = ""
    does: str = ""


class Pins:
    """A board's pins by any name, with what they do."""

    def __init__(self, profile: Profile, now: Mapping[str, str]) -> None:
        self.profile = profile
        self.names = profile.names()
        self.column = "now" if now else "default functions"
        self.doing: dict[str, list[str]] = {ref: [] for ref in profile.spots}
        for channel, ref in profile.analog.items():
            self._does(ref, f"ADC{channel}" if channel.isdigit() else channel)
        for channel, ref in profile.dac.items():
            self._does(ref, f"DAC{channel}" if channel.isdigit() else channel)
        for bus in profile.buses.values():
            for signal in bus.pins:
                self._does(bus.default(signal), f"{bus.ref.upper()} {signal.upper()}")
        for ref in sorted(profile.input_only):
            self._does(ref, "input only")
        for ref, text in now.items():
            self.doing[ref] = [text]

    def _does(self, ref: str | None, function: str) -> None:
        if ref is not None and ref in self.doing:
            self.doing[ref].append(function)

    def place(self, entry: str) -> Place:
        """What a layout's entry shows: the print on the board, and for a pin what else there is to know."""
        label, _, name = entry.partition("=")
        spot = self.profile.spots.get(self.names.get(name or label, ""))
        if spot is None:
            return Place(label)
        other = spot.cpu if spot.number is None else str(spot.number)
        told = other in (label, *re.findall(r"^(?:GP|GPIO|IO)(\d+)$", label))
        return Place(label, "" if told else other, ", ".join(self.doing[spot.ref]))


# ---- the board from above


class Side:
    """One side of the board from top to bottom, with the widths of its columns."""

    def __init__(self, pins: Pins, entries: tuple[str, ...], rows: int) -> None:
        self.places = [pins.place(entry) for entry in entries] + [Place()] * (rows - len(entries))
        self.name = widest(place.name for place in self.places)
        self.does = widest(place.does for place in self.places)

    @property
    def label(self) -> int:
        return widest(place.label for place in self.places)

    def relabel(self, labels: Iterable[str]) -> None:
        self.places = [
            replace(place, label=label) if place.label else place
            for place, label in zip(self.places, labels, strict=True)
        ]


def drawing(pins: Pins, layout: Layout) -> list[str]:
    """The board as a box with its pins down both sides."""
    rows = max(len(layout.left), len(layout.right))
    left, right = Side(pins, layout.left, rows), Side(pins, layout.right, rows)
    if layout.numbered:
        last = len(layout.left) + len(layout.right)
        digits = len(str(last))
        left.relabel(f"{row + 1:>{digits}} {place.label}" for row, place in enumerate(left.places))
        right.relabel(f"{place.label} {last - row:>{digits}}" for row, place in enumerate(right.places))
    fit(left, right)
    width = left.label + GAP + right.label + 2
    margin = " " * (left.does + left.name + 2)
    lines = [margin + edge("┌", layout.top_edge, "┐", width)]
    for here, there in zip(left.places, right.places, strict=True):
        west = f"{clip(here.does, left.does):>{left.does}} {here.name:>{left.name}}"
        board = f"│ {here.label:<{left.label}}{' ' * GAP}{there.label:>{right.label}} │"
        lines.append(f"{west} {board} {there.name:<{right.name}} {clip(there.does, right.does)}")
    lines.append(margin + edge("└", layout.bottom_edge, "┘", width))
    return lines + lower_edge(pins, layout)


def fit(left: Side, right: Side) -> None:
    """Narrow the columns of functions until a line fits the terminal, the wider one first."""
    taken = left.label + GAP + right.label + 4 + left.name + right.name + 4
    room = max(COLUMNS - taken, 0)
    if left.does + right.does > room:
        narrow = min(left.does, right.does, room // 2)
        if left.does <= right.does:
            left.does, right.does = narrow, room - narrow
        else:
            left.does, right.does = room - narrow, narrow


def edge(begin: str, text: str, end: str, width: int) -> str:
    """The upper or lower edge of the board, with what is there."""
    return begin + (f" {text} " if text else "").center(width, "─") + end


def lower_edge(pins: Pins, layout: Layout) -> list[str]:
    """The pins along the lower edge, from left to right."""
    said = []
    for place in map(pins.place, layout.bottom):
        told = ", ".join(filter(None, (place.name, place.does)))
        said.append(f"{place.label} ({told})" if told else place.label)
    return ["", *paragraph("Lower edge, from left to right", said)] if said else []


# ---- the table of a board without a layout


def table(pins: Pins) -> list[str]:
    """One line a pin: its name, the number scripts write, Pin.board's names for it, what it does."""
    named: dict[str, list[str]] = {}
    for name, ref in pins.profile.board_names.items():
        named.setdefault(ref, []).append(name)
    rows = [("pin", "number", "also", pins.column)]
    for ref, spot in sorted(pins.profile.spots.items(), key=lambda item: natural(item[0])):
        names = dict.fromkeys((*named.get(ref, ()), spot.cpu))
        number = "" if spot.number is None else str(spot.number)
        rows.append((ref, number, ", ".join(name for name in names if name != ref), ", ".join(pins.doing[ref])))
    widths = [widest(row[column] for row in rows) for column in range(3)]
    lines = []
    for ref, number, names_, does in rows:
        start = f"{ref:<{widths[0]}}  {number:>{widths[1]}}  {names_:<{widths[2]}}  "
        lines.append(clip(start + does, COLUMNS))
    return lines


# ---- below


def on_board(pins: Pins) -> list[str]:
    """What Pin.board names that no header brings out, and the parts soldered on."""
    profile = pins.profile
    layout = profile.layout
    shown = {entry.partition("=")[0] for entry in (*layout.left, *layout.right, *layout.bottom)} if layout else set()
    names = [f"{name} = {ref}" for name, ref in profile.board_names.items() if layout and name not in {*shown, ref}]
    return [
        *(paragraph("On the board", names) if names else ()),
        *(paragraph("Soldered on", profile.parts) if profile.parts else ()),
    ]


def choices(profile: Profile) -> list[str]:
    """Each bus with its other names and the pins it may take, the default first."""
    lines: list[str] = []
    for bus in sorted(profile.buses.values(), key=lambda bus: natural(bus.ref)):
        said = " ".join((bus.ref.upper(), *(f'"{name}"' for name in bus.names)))
        signals = [pins_of(signal, *refs) for signal, refs in bus.pins.items()]
        free = sorted(bus.anywhere, key=lambda signal: ([*bus.pins, signal].index(signal), signal))
        lines += paragraph(said, [*signals, *([f"any pin for {', '.join(free)}"] if free else ())], "; ")
    return ["Buses: each signal's pin, then those a script may choose instead", *lines] if lines else []


def pins_of(signal: str, default: str, *others: str) -> str:
    return f"{signal} {default}" + (f" (or {' '.join(others)})" if others else "")


def paragraph(title: str, items: Iterable[str], between: str = ", ") -> list[str]:
    """``title: item, item`` in lines of the terminal's width, each ``NAME = pin`` in one piece."""
    text = f"{title}: {between.join(items)}".replace(" = ", "\0=\0")
    lines = textwrap.wrap(text, COLUMNS, subsequent_indent="  ", break_on_hyphens=False)
    return [line.replace("\0", " ") for line in lines]


def widest(texts: Iterable[str]) -> int:
    return max(map(len, texts), default=0)


def clip(text: str, width: int) -> str:
    """The text, cut with an ellipsis where it does not fit."""
    return text if len(text) <= width else text[: max(width - 1, 0)] + "…" * (width > 0)
