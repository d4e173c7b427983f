"""What all facade classes share: the board behind them, and how a bus fault becomes the port's OSError."""

from typing import Any, NoReturn, TypeVar

from machine_compat.board import Board, current
from machine_compat.errors import BusError
from machine_compat.oserror import os_error

C = TypeVar("C")


class BoardOf:
    """The board of a class that was made for one; the current board for any other."""

    def __get__(self, instance: object, owner: type) -> Board:
        return current()


class PeripheralType(type):
    """The type of facade classes, which know what they do not have."""

    def __dir__(cls) -> list[str]:
        return [name for name in super().__dir__() if not is_absent(cls, name)]

    def __repr__(cls) -> str:
        """A board's classes do not know their module (py/objtype.c)."""
        return f"<class '{cls.__name__}'>"


class Peripheral(metaclass=PeripheralType):
    """A facade class. Boards make subclasses of it that carry the board and the port's constants."""

    _board = BoardOf()

    def __dir__(self) -> list[str]:
        return [name for name in super().__dir__() if not is_absent(type(self), name)]


class Absent:
    """Stands for a name that other ports have and this one lacks."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, instance: object, owner: type) -> NoReturn:
        kind = f"type object '{owner.__name__}'" if instance is None else f"'{owner.__name__}' object"
        raise AttributeError(f"{kind} has no attribute '{self._name}'")


def is_absent(kind: type, name: str) -> bool:
    """Whether what a class has under a name stands for its lack."""
    return next((isinstance(base.__dict__[name], Absent) for base in kind.__mro__ if name in base.__dict__), False)


def made_for(board: Board, base: type[C], module: str = "machine") -> type[C]:
    """The class as a board has it: with the board, its port's constants, and without what its port lacks.

    module: the module scripts have it from. A port's tables know the classes of `machine` by their names alone, those
    of any other module as "pyb.ADC".
    """
    known = board.classes.get(base)
    if known is None:
        name, port = base.__name__, board.port
        entry = name if module == "machine" else f"{module}.{name}"
        names: dict[str, object] = {"__module__": module, "__doc__": base.__doc__, "_board": board}
        names.update(port.constants.get(entry, {}))
        names.update(board.profile.constants_of(entry))
        names.update((lacking, Absent(lacking)) for lacking in board.lacking(entry))
        known = board.classes[base] = type(name, (base,), names)
    return known


def fail(board: Board, kind: str, error: BusError) -> NoReturn:
    """Raise the OSError this port's class raises for a bus fault."""
    number = board.port.errno_of(kind, error.fault)
    raise os_error(number if number is not None else 5) from error


def to_int(value: object) -> int:
    """An int argument as MicroPython takes it: ints and bools, and nothing that would have to be rounded."""
    if isinstance(value, int):
        return int(value)
    index = getattr(value, "__index__", None)
    if index is not None:
        return int(index())
    raise TypeError(f"can't convert {type(value).__name__} to int")


def readable(data: object) -> bytes:
    """A buffer argument that is read: any object with a buffer, or a str as UTF-8."""
    if type(data) is bytes:
        return data
    if isinstance(data, str):
        return data.encode()
    return bytes(buffer_of(data))


def writable(data: object) -> memoryview:
    """A buffer argument that is written to, as bytes."""
    view = buffer_of(data)
    if view.readonly:
        raise TypeError("object with buffer protocol required")
    if view.format == "B" and view.ndim == 1:
        return view
    return view.cast("B") if view.nbytes else memoryview(bytearray())


def buffer_of(data: Any) -> memoryview:
    """The buffer of an object, of FrameBuffer's kind too, which CPython finds from 3.12 on alone."""
    try:
        return memoryview(data)
    except TypeError:
        export = getattr(type(data), "__buffer__", None)
    if export is None:
        raise TypeError("object with buffer protocol required")
    view: memoryview = export(data, 0)
    return view
