"""What a message carries: values of the script's and of the board's, packed as JSON.

None, bool, int and str are themselves; everything else is a list that begins with a letter:

    f float, 8 bytes    b bytes             B bytearray or array: type code, content    t tuple    l list    d dict
    n named tuple       o object of the board's: handle, class    k class of the board's    c callable of the script's
    m memoryview: type code, content    s slice    a what the call was given: its number among the buffers and lists

Bytes are hexadecimal. A buffer or list that the script passes comes as a copy, and what a call has changed in it goes
back.
"""

from __future__ import annotations

import array
import struct
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

LONG = {"L": "I", "l": "i"}
"""Type codes that have 32 bits in the VM, and what has as many here."""


class ScriptError(Exception):
    """An exception of the script's that ended it, or one of its handlers.

    name: of its class; values: its arguments; board_traceback: as MicroPython prints it.
    """

    def __init__(self, name: str, values: tuple[object, ...], board_traceback: str) -> None:
        super().__init__(*values)
        self.name = name
        self.values = values
        self.board_traceback = board_traceback

    def __str__(self) -> str:
        return self.board_traceback.rstrip("\n").rpartition("\n")[2]


class ScriptFunction:
    """A callable of the script's, as the board has it: called, it runs in the VM."""

    def __init__(self, number: int, call: Callable[[int, tuple[object, ...]], object]) -> None:
        self.number = number
        self._call = call

    def __call__(self, *arguments: object) -> object:
        return self._call(self.number, arguments)


class Buffers:
    """The buffers and lists in one message: copies for the board, and what has changed in them afterwards."""

    def __init__(self) -> None:
        self._copies: list[Copy] = []

    def copy(self, code: str, content: bytes) -> bytearray | array.array[Any]:
        made = bytearray(content) if code == "B" else array.array(LONG.get(code, code), content)
        self._copies.append(Copy(code, made, content))
        return made

    def keep(self, items: list[Any]) -> list[Any]:
        self._copies.append(Copy("l", items, tuple(map(id, items))))
        return items

    def number(self, value: object) -> int | None:
        """Which of them a value is, from 0."""
        return next((index for index, one in enumerate(self._copies) if one.made is value), None)

    def changes(self, pack: Callable[[list[Any]], object]) -> list[list[object]]:
        """[index, type code, content] of everything that was written to; pack: for a list that was."""
        changed: list[list[object]] = []
        for index, (code, made, before) in enumerate(self._copies):
            if isinstance(made, list):
                if tuple(map(id, made)) != before:
                    changed.append([index, code, pack(made)])
            elif bytes(made) != before:
                changed.append([index, code, bytes(made).hex()])
        return changed


class Copy(NamedTuple):
    """before: the content of a buffer, the items' identities of a list."""

    code: str
    made: bytearray | array.array[Any] | list[Any]
    before: bytes | tuple[int, ...]


class Values:
    """Packs and unpacks, and keeps the board's objects that the script has: each has a handle, a number."""

    def __init__(self, call: Callable[[int, tuple[object, ...]], object]) -> None:
        self._call = call
        self._objects: list[object] = []
        self._handles: dict[int, int] = {}
        self._functions: dict[int, ScriptFunction] = {}

    def handle(self, thing: object) -> int:
        """The number of an object; it lives as long as the VM does, so that its identity does."""
        known = self._handles.get(id(thing))
        if known is None:
            known = self._handles[id(thing)] = len(self._objects)
            self._objects.append(thing)
        return known

    def thing(self, handle: int) -> Any:
        return self._objects[handle]

    # ---- to the VM

    def pack(self, value: object) -> object:
        if value is None or isinstance(value, bool | str):
            return value
        if isinstance(value, int):
            return int(value)
        if isinstance(value, float):
            return ["f", struct.pack(">d", value).hex()]
        if isinstance(value, bytes):
            return ["b", value.hex()]
        if isinstance(value, bytearray):
            return ["B", "B", bytes(value).hex()]
        if isinstance(value, memoryview) and issubclass(type(value), memoryview):  # not what only passes for one
            return ["m", *view_of(value)]
        if isinstance(value, array.array):
            return ["B", value.typecode, value.tobytes().hex()]
        if isinstance(value, ScriptFunction):
            return ["c", value.number]
        return self._pack_many(value) or self._pack_thing(value)

    def _pack_many(self, value: object) -> list[object] | None:
        if isinstance(value, tuple):
            items = self.pack_all(value)
            fields = getattr(value, "_fields", None)
            return ["t", *items] if fields is None else ["n", type(value).__name__, list(fields), items]
        if isinstance(value, list):
            return ["l", *self.pack_all(value)]
        if isinstance(value, dict):
            return ["d", *([self.pack(key), self.pack(item)] for key, item in value.items())]
        return None

    def _pack_thing(self, value: object) -> list[object]:
        if isinstance(value, type):
            return ["k", self.handle(value)]
        return ["o", self.handle(value), self.handle(type(value))]

    def pack_back(self, value: object, given: Buffers) -> object:
        """Pack what comes of a call; what the call was given is the same thing afterwards, in a list too."""
        number = given.number(value)
        return self.pack(value) if number is None else ["a", number]

    def changes(self, given: Buffers) -> list[list[object]]:
        """What a call has changed of what it was given."""
        return given.changes(lambda items: ["l", *(self.pack_back(item, given) for item in items)])

    def pack_all(self, values: Sequence[object]) -> list[object]:
        return [self.pack(value) for value in values]

    # ---- from the VM

    def unpack(self, packed: Any, buffers: Buffers) -> Any:
        if not isinstance(packed, list):
            return packed
        match packed:
            case ["f", str() as content]:
                return struct.unpack(">d", bytes.fromhex(content))[0]
            case ["b", str() as content]:
                return bytes.fromhex(content)
            case ["B", str() as code, str() as content]:
                return buffers.copy(code, bytes.fromhex(content))
            case ["t", *items]:
                return tuple(self.unpack(item, buffers) for item in items)
            case ["m", str() as code, str() as content]:
                return memoryview(buffers.copy(code, bytes.fromhex(content)))
            case ["l", *items]:
                return buffers.keep([self.unpack(item, buffers) for item in items])
            case ["s", *ends]:
                return slice(*ends)
            case ["d", *pairs]:
                return {self.unpack(key, buffers): self.unpack(item, buffers) for key, item in pairs}
            case ["o" | "k", int() as handle]:
                return self.thing(handle)
            case ["c", int() as number]:
                return self._functions.setdefault(number, ScriptFunction(number, self._call))
        raise ValueError(f"no such packed value: {packed!r}")


def view_of(view: memoryview) -> tuple[str, str]:
    """The type code of a memoryview's elements, as the VM has them, and its content."""
    code = view.format if view.format in tuple("bBhHiIqQfd") else {1: "B", 2: "H", 4: "I", 8: "Q"}[view.itemsize]
    return code, view.tobytes().hex()
