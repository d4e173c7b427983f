"""Says what a board is once its file has been read: pins, buses, alternate functions, and where they are."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from machine_compat.contract import Wiring, natural


class Spot(NamedTuple):
    """One pin: the backend's ref, the chip's name, and the number scripts use, if any."""

    ref: str
    cpu: str
    number: int | None = None


def names_of(spots: Mapping[str, Spot], board_names: Mapping[str, str]) -> dict[str, str]:
    """Every name pins have, and the refs: the ref itself, the name in Pin.board or Pin.cpu, the number."""
    names = {ref: ref for ref in spots} | dict(board_names)
    for spot in spots.values():
        names.setdefault(spot.cpu, spot.ref)
        if spot.number is not None:
            names.setdefault(str(spot.number), spot.ref)
    return names


class Bus(NamedTuple):
    """One bus: which pins each signal may take, the default first, and other names scripts give it.

    anywhere: the signals that may take any pin of the board besides. path: the device that a script named itself.
    """

    kind: str
    id: int
    pins: Mapping[str, tuple[str, ...]]
    names: tuple[str, ...] = ()
    anywhere: frozenset[str] = frozenset()
    path: str = ""

    @property
    def ref(self) -> str:
        return self.path or f"{self.kind}{self.id}"

    def default(self, signal: str) -> str | None:
        """The ref a signal has unless the script says otherwise; None where it then has no pin."""
        choices = self.pins.get(signal)
        return choices[0] if choices else None

    def allows(self, signal: str, ref: str) -> bool:
        """Whether a signal can be put on a pin; `ref` is one of the board's."""
        return signal in self.anywhere or ref in self.pins.get(signal, ())


class Alternate(NamedTuple):
    """One thing the chip can connect a pin to: ``TIM2_CH1`` by its alternate function 1."""

    function: str
    number: int

    @property
    def unit(self) -> str:
        """The peripheral: ``TIM2``."""
        return self.function.partition("_")[0]

    @property
    def signal(self) -> str:
        """The peripheral's own signal: ``CH1``."""
        return self.function.partition("_")[2]

    @property
    def name(self) -> str:
        """Its constant in Pin: ``AF1_TIM2``."""
        return f"AF{self.number}_{self.unit}"


class Layout(NamedTuple):
    """Where the pins are, seen from above: down the left and the right side, and along the bottom edge.

    Each entry is a pin's name, or any other text (GND); ``label=pin`` is a pin whose print on the board is no name of
    it. top_edge, bottom_edge: what is there, as "USB". numbered: whether pins count down the left side, up the right.
    """

    left: tuple[str, ...]
    right: tuple[str, ...]
    bottom: tuple[str, ...] = ()
    top_edge: str = ""
    bottom_edge: str = ""
    numbered: bool = False


class Profile(NamedTuple):
    """What a board file says. See the module's text for the file."""

    name: str
    description: str
    port: str
    machine: str
    backend: str
    spots: Mapping[str, Spot]
    numbers: Mapping[int, str]
    board_names: Mapping[str, str]
    input_only: frozenset[str]
    buses: Mapping[str, Bus]
    analog: Mapping[str, str]
    dac: Mapping[str, str]
    alternates: Mapping[str, tuple[Alternate, ...]]
    roles: Mapping[str, str]
    limits: Mapping[str, int]
    parts: tuple[str, ...]
    open_pins: bool
    call_ns: int
    layout: Layout | None = None
    file: str = ""
    pwm: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    lacks: frozenset[str] = frozenset()
    lacks_modules: frozenset[str] = frozenset()
    build: str = ""
    constants: Mapping[str, int] = MappingProxyType({})
    """What its chip numbers otherwise than its port's usual one: "Pin.ALT_USB"."""

    def constants_of(self, entry: str) -> dict[str, int]:
        """The chip's own numbers under a class: "ALT_USB" for Pin."""
        return {
            name.removeprefix(f"{entry}."): number
            for name, number in self.constants.items()
            if name.startswith(f"{entry}.")
        }

    @property
    def foreign(self) -> tuple[str, ...]:
        """The names in the file that are a port's: "DAC" of `machine`, "UART.irq" of a class, "pyb.CAN" of pyb."""
        return (*sorted(self.lacks), *self.constants)

    def lacking(self, entry: str) -> frozenset[str]:
        """What the board lacks of its port's names under "machine" or a class: "I2CTarget", "irq" for UART.irq."""
        parts = [name.rpartition(".") for name in self.lacks]
        return frozenset(name for kind, _, name in parts if (kind or "machine") == entry)

    def names(self) -> dict[str, str]:
        """Every name of a pin and the ref it stands for; a name in Pin.board goes before any other."""
        return names_of(self.spots, self.board_names)

    def _labels(self) -> tuple[str, ...]:
        """The names people use: those on the board, and the chip's own where there is no other."""
        named = set(self.board_names.values())
        bare = {ref for ref, spot in self.spots.items() if spot.number is not None or ref not in named}
        return tuple(sorted({*self.board_names, *bare}, key=natural))

    def wiring(self) -> Wiring:
        """The plain data a backend gets."""
        aliases = self.names()
        return Wiring(
            board=self.name,
            pins=frozenset(self.spots) | frozenset(self.analog.values()),
            aliases={name: ref for name, ref in aliases.items() if name != ref},
            buses={bus.ref: {s: p[0] for s, p in bus.pins.items() if p} for bus in self.buses.values()},
            parts=self.parts,
            open_pins=self.open_pins,
            call_ns=self.call_ns,
            pwm=self.pwm,
            labels=self._labels(),
        )
