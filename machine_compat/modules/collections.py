"""`collections` as boards have it: a deque with a fixed length, named tuples of any names, ordered dicts.

# Ref: MicroPython py/objdeque.c, py/objnamedtuple.c, py/objdict.c
"""

from collections import OrderedDict as Ordered
from collections import defaultdict
from collections import deque as Queue
from collections.abc import Iterable
from operator import itemgetter
from typing import NoReturn, Self, TypeVar

from machine_compat.machine.peripheral import to_int

__all__ = ("OrderedDict", "defaultdict", "deque", "namedtuple")

T = TypeVar("T")
V = TypeVar("V")


class deque(Queue[T]):
    """deque(iterable, maxlen[, flags]): at most `maxlen` items.

    When it is full, an item that is added pushes one out at the other end; with bit 0 of flags set, IndexError("full")
    is raised instead. IndexError("empty"): nothing to pop. ValueError: a negative length. TypeError: one that is no
    integer.
    """

    __slots__ = ("_checked",)

    def __init__(self, iterable: Iterable[T], maxlen: int, flags: int = 0, /) -> None:
        super().__init__((), to_int(maxlen))
        self._checked = bool(to_int(flags) & 1)
        self.extend(iterable)

    def __repr__(self) -> str:
        return "<deque>"

    def __delitem__(self, index: object, /) -> NoReturn:
        raise TypeError("'deque' object doesn't support item deletion")

    def append(self, item: T, /) -> None:
        if self._checked:
            self._need_room()
        super().append(item)

    def appendleft(self, item: T, /) -> None:
        if self._checked:
            self._need_room()
        super().appendleft(item)

    def pop(self, *index: int) -> T:
        if index:
            raise TypeError(f"function takes 1 positional arguments but {1 + len(index)} were given")
        self._need_item()
        return super().pop()

    def popleft(self) -> T:
        self._need_item()
        return super().popleft()

    def extend(self, iterable: Iterable[T], /) -> None:
        for item in iterable:
            self.append(item)

    def _need_item(self) -> None:
        if not self:
            raise IndexError("empty")

    def _need_room(self) -> None:
        if len(self) == self.maxlen:
            raise IndexError("full")


class OrderedDict(Ordered[T, V]):
    """A dict in the order its keys came; equal to another of the same order, and never to a plain dict."""

    def __repr__(self) -> str:
        return f"OrderedDict({dict(self)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ordered) and super().__eq__(other)

    def __ne__(self, other: object) -> bool:
        return not self == other


def namedtuple(name: str, fields: str | list[str] | tuple[str, ...], /) -> type[tuple[object, ...]]:
    """A class of tuples whose items are attributes too: `fields` separated by spaces, or a list of them.

    A field may have any name, also one that begins with _ or is a keyword. TypeError: other fields.
    """
    if not isinstance(fields, str | list | tuple):
        raise TypeError(f"object '{type(fields).__name__}' isn't a tuple or list")
    names = tuple(fields.split()) if isinstance(fields, str) else tuple(fields)

    class Named(tuple[object, ...]):
        __slots__ = ()

        def __new__(cls, *values: object, **named: object) -> Self:
            return super().__new__(cls, bound(name, names, values, named))

        def __repr__(self) -> str:
            shown = (f"{field}={value!r}" for field, value in zip(names, self, strict=True))
            return f"{name}({', '.join(shown)})"

    items = {field: property(itemgetter(place)) for place, field in enumerate(names)}
    return type(name, (Named,), {"__slots__": (), **items})


def bound(
    kind: str, names: tuple[str, ...], values: tuple[object, ...], named: dict[str, object]
) -> tuple[object, ...]:
    """The values of all fields, from those given in order and those given by name; TypeError as for a function."""
    for name in named:
        if name not in names:
            raise TypeError(f"unexpected keyword argument '{name}'")
        if name in names[: len(values)]:
            raise TypeError(f"function got multiple values for argument '{name}'")
    given = len(values) + len(named)
    if given != len(names):
        raise TypeError(f"{kind}() takes {len(names)} positional arguments but {given} were given")
    return values + tuple(named[name] for name in names[len(values) :])
