"""Facade classes of which there is one object a bus: constructing it again gives the same one."""

from typing import ClassVar, Self

from machine_compat.machine.peripheral import Peripheral
from machine_compat.machine.pins import bus_of
from machine_compat.profile import Bus


class OnePerBus(Peripheral):
    """The first argument of its constructor is the bus, by number or name. `_made` is the hook of a new object."""

    _bus_kind: ClassVar[str]
    """As board files name it: "can"."""
    _bus_label: ClassVar[str]
    """As errors name it: "CAN(7) doesn't exist"."""
    _place: Bus

    def __new__(cls, bus: object, *args: object, **options: object) -> Self:
        place = bus_of(cls._board, cls._bus_kind, bus, cls._bus_label)
        return cls._board.singleton((cls, place.ref), lambda: cls._make(place))

    @classmethod
    def _make(cls, place: Bus) -> Self:
        self = object.__new__(cls)
        self._place = place
        self._made()
        return self

    def _made(self) -> None:
        """Give a new object its state; its __init__ runs again and again."""
