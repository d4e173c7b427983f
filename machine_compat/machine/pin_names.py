"""Knows what pins are called: the namespaces Pin.board and Pin.cpu, and on stm32 the script's own names for pins.

# Ref: MicroPython ports/stm32/pin.c and pin_named_pins.c; RM0090 2.3 (memory map)
"""

from collections.abc import Callable, Mapping
from typing import Any, Self

from machine_compat.board import Board
from machine_compat.machine.peripheral import Peripheral
from machine_compat.machine.pin_af import PinAF
from machine_compat.profile import Spot

_READ: Any = object()
GPIOA, GPIO_BYTES = 0x4002_0000, 0x400
"""Where the registers of port A are, and how far apart those of two ports are."""


class PinMap:
    """A script's own names of pins, which it gives to Pin.mapper and Pin.dict; a reset forgets them."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self.mapper: Callable[[object], object] | None = None
        self.dict: Mapping[object, object] | None = None
        self.debug = False

    def find(self, id: object) -> object:
        """What a name stands for: a pin where the script says so, else the name itself.

        Raises ValueError "Pin.mapper didn't return a Pin object".
        """
        if isinstance(id, NamedPin):
            self._say(f"Pin map passed pin {id}")
            return id
        mapped = None if self.mapper is None else self.mapper(id)
        if mapped is not None:
            if not isinstance(mapped, NamedPin):
                raise ValueError("Pin.mapper didn't return a Pin object")
            self._say(f"Pin.mapper maps {id!r} to {mapped}")
            return mapped
        if self.dict is not None and id in self.dict:
            mapped = self.dict[id]
            self._say(f"Pin.map_dict maps {id!r} to {mapped}")
            return mapped
        return id

    def found(self, id: object, spot: Spot) -> None:
        """Tell of a pin found by its name."""
        table = "board" if id in self._board.profile.board_names else "cpu"
        self._say(f"Pin.{table} maps {id!r} to {spot.cpu}")

    def _say(self, text: str) -> None:
        if self.debug:
            print(text, file=self._board.stdout)


def pin_map(board: Board) -> PinMap:
    return board.singleton((PinMap,), lambda: PinMap(board))


class NamedPin(Peripheral):
    """What a Pin tells about its name and place in the chip; all but `ref` is stm32's alone."""

    _spot: Spot
    board: Any
    cpu: Any

    def __init_subclass__(cls) -> None:
        board = cls.__dict__.get("_board")
        if isinstance(board, Board):
            # This is the class that a board's scripts get, with the board's own names in it.
            profile = board.profile
            if "board" not in board.lacking("Pin"):
                cls.board = PinNames("board", profile.board_names, cls)
            if "cpu" not in board.lacking("Pin"):
                cls.cpu = PinNames("cpu", {spot.cpu: spot.ref for spot in profile.spots.values()}, cls)
            for alternates in profile.alternates.values():
                for alternate in alternates:
                    setattr(cls, alternate.name, alternate.number)

    @classmethod
    def _at(cls, spot: Spot) -> Self:
        """The pin there, by no name of the script's."""
        raise NotImplementedError(f"{cls.__name__}._at")

    @property
    def ref(self) -> str:
        """The backend's name of the pin."""
        return self._spot.ref

    @classmethod
    def mapper(cls, function: Callable[[object], object] | None = _READ, /) -> Callable[[object], object] | None:
        """The function that turns the script's names into Pins, and None into the next way of finding them."""
        names = pin_map(cls._board)
        if function is _READ:
            return names.mapper
        names.mapper = function
        return None

    @classmethod
    def dict(cls, table: Mapping[object, object] | None = _READ, /) -> Mapping[object, object] | None:
        """The table of the script's names and the Pins they stand for."""
        names = pin_map(cls._board)
        if table is _READ:
            return names.dict
        names.dict = table
        return None

    @classmethod
    def debug(cls, state: object = _READ, /) -> bool | None:
        """Whether finding a pin by its name is told on the console."""
        names = pin_map(cls._board)
        if state is _READ:
            return names.debug
        names.debug = bool(state)
        return None

    def name(self) -> str:
        """The chip's name of the pin: "A13"."""
        return self._spot.cpu

    def names(self) -> list[str]:
        """The chip's name and all names of the board's."""
        board = [name for name, ref in self._board.profile.board_names.items() if ref == self._spot.ref]
        return [self._spot.cpu, *board]

    def af_list(self) -> list[PinAF]:
        """What the chip can connect the pin to."""
        return [PinAF(alternate) for alternate in self._board.profile.alternates.get(self._spot.ref, ())]

    def port(self) -> int:
        """The port letter as a number: A is 0."""
        return ord(self._spot.cpu[0].upper()) - ord("A")

    def pin(self) -> int:
        """The number within the port."""
        return int("".join(c for c in self._spot.cpu if c.isdigit()) or 0)

    def gpio(self) -> int:
        """The address of the port's registers."""
        return GPIOA + GPIO_BYTES * self.port()


class PinNames:
    """`Pin.board` and `Pin.cpu`: pins as attributes."""

    def __init__(self, title: str, pins: Mapping[str, str], kind: type[NamedPin]) -> None:
        self.__dict__.update(_title=title, _pins=pins, _kind=kind)

    def __getattr__(self, name: str) -> NamedPin:
        pins: Mapping[str, str] = self.__dict__["_pins"]
        if name not in pins:
            raise AttributeError(f"type object '{self.__dict__['_title']}' has no attribute '{name}'")
        kind: type[NamedPin] = self.__dict__["_kind"]
        return kind._at(kind._board.spot(pins[name]))

    def __dir__(self) -> list[str]:
        return list(self.__dict__["_pins"])

    def __repr__(self) -> str:
        return f"<class '{self.__dict__['_title']}'>"
