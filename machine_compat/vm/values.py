"""What a message carries: values of the script's and of the board's, packed as JSON.

None, bool, int and str are themselves; everything else is a list that begins with a letter:

    f float, 8 bytes    b bytes             B bytearray or array: type code, content    t tuple    l list    d dict
    n named tuple       o object of the board's: handle, class    k class of the board's    c callable of the script's

Bytes are hexadecimal. A buffer that the script passes comes as a copy, and what a call has changed in it goes back.
"""

from __future__ import annotations

import array
import struct
from collections.abc import Callable, Sequence
from typing import Any

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
    """The buffers in one message: copies for the board, and what has changed in them afterwards."""

    def __init__(self) -> None:
        self._copies: list[tuple[str, bytearray | array.array[Any], bytes]] = []

    def copy(self, code: str, content: bytes) -> bytearray | array.array[Any]:
        made = bytearray(content) if code == "B" else array.array(LONG.get(code, code), content)
        self._copies.append((code, made, content))
        return made

    def changes(self) -> list[list[object]]:
        """[index, type code, content] of every buffer that was written to."""
        return [
            [index, code, bytes(copy).hex()]
            for index, (code, copy, before) in enumerate(self._copies)
            if bytes(copy) != before
        ]


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
        if isinstance(value, bytearray | memoryview):
            return ["B", "B", bytes(value).hex()]
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
            case ["l", *items]:
                return [self.unpack(item, buffers) for item in items]
            case ["d", *pairs]:
                return {self.unpack(key, buffers): self.unpack(item, buffers) for key, item in pairs}
            case ["o" | "k", int() as handle]:
                return self.thing(handle)
            case ["c", int() as number]:
                return self._functions.setdefault(number, ScriptFunction(number, self._call))
        raise ValueError(f"no such packed value: {packed!r}")
