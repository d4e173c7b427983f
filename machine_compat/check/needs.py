"""Says what a script can need of a board: a name, a keyword, a pin, a bus; with its place and its conditions."""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

PinName: TypeAlias = int | str


@dataclass(frozen=True, slots=True)
class NeedsModule:
    """``import rp2``"""

    name: str


@dataclass(frozen=True, slots=True)
class NeedsName:
    """``machine.DAC``, ``Pin.OPEN_DRAIN``, ``pin.toggle()``; entry: "machine", "pyb", or a class of machine."""

    entry: str
    name: str


@dataclass(frozen=True, slots=True)
class NeedsKeyword:
    """``PWM(pin, duty=512)``; entry: "PWM()" for the constructor, "Pin.irq()" for a method."""

    entry: str
    keyword: str


@dataclass(frozen=True, slots=True)
class NeedsPin:
    """``Pin(25)``; space: "board" or "cpu" for Pin.board.X; use: "out" for an output, "dac", "adc", "channel".

    "channel" is what ADC takes that is no Pin: a channel or a pin, as the port has it.
    """

    pin: PinName
    space: str = ""
    use: str = ""


@dataclass(frozen=True, slots=True)
class NeedsBus:
    """``I2C(1, scl=Pin(5))``; id: None where the script names none; pins: signal and pin, as far as they are known."""

    kind: str
    label: str
    id: PinName | None
    pins: tuple[tuple[str, NeedsPin], ...] = ()


@dataclass(frozen=True, slots=True)
class NeedsTimer:
    """``Timer(4)``"""

    id: int


Need: TypeAlias = NeedsModule | NeedsName | NeedsKeyword | NeedsPin | NeedsBus | NeedsTimer


@dataclass(frozen=True, slots=True)
class OnPlatform:
    """A condition: ``sys.platform`` is one of some, or is none of them."""

    names: frozenset[str]
    among: bool = True

    def holds(self, platform: str) -> bool:
        return (platform in self.names) == self.among

    def otherwise(self) -> "OnPlatform":
        return OnPlatform(self.names, not self.among)


@dataclass(frozen=True, slots=True)
class Use:
    """One need of a script, at its place, under the conditions that all have to hold."""

    file: Path
    line: int
    need: Need
    conditions: tuple[OnPlatform, ...] = ()


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that is no Python: at which line, and why."""

    file: Path
    line: int
    reason: str
