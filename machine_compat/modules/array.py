"""`array` as boards have it: elements keep their low bits, and bytes can be added.

# Ref: MicroPython py/objarray.c
"""

from array import array as Storage
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, Self, SupportsIndex, overload

from machine_compat.machine.peripheral import readable
from machine_compat.modules.binary import fitted

if TYPE_CHECKING:
    Numbers = Storage[float]
else:
    Numbers = Storage  # CPython 3.11 cannot say of what

__all__ = ("array",)

STORED: Final = {"l": "i", "L": "I", "P": "I"} | {code: code for code in "bBhHiIqQfd"}
"""The CPython type whose elements are as wide as a 32-bit board's."""
element: Final = Storage.__getitem__
"""Half the time of super(), where scripts spend much of theirs."""


class array(Numbers):
    """array(typecode[, values]): numbers of one C type, b B h H i I l L q Q f d or P.

    values: numbers, which are truncated to the type; or bytes or a bytearray, taken as the elements' own bytes. What
    comes after the last whole element is left out. ValueError: another typecode. TypeError: no number.
    """

    __slots__ = ("_code",)

    _code: str

    def __new__(cls, typecode: str, values: Iterable[object] = (), /) -> Self:
        if typecode not in STORED:
            raise ValueError("bad typecode")
        made = super().__new__(cls, STORED[typecode])
        made._code = typecode
        if isinstance(values, bytes | bytearray):
            made._extend_bytes(values)
        else:
            for value in values:
                made.append(value)
        return made

    # `a[i] = v` is CPython's own: the script's stores truncate by themselves, and stay fast.

    @overload
    def __getitem__(self, key: SupportsIndex, /) -> float: ...

    @overload
    def __getitem__(self, key: slice, /) -> "array": ...

    def __getitem__(self, key: SupportsIndex | slice, /) -> "float | array":
        if isinstance(key, slice):
            return self._like(super().__getitem__(key).tobytes())
        return element(self, key)

    def append(self, value: object, /) -> None:
        super().append(fitted(self._code, value))

    def extend(self, values: object, /) -> None:
        """Add numbers, or the bytes of any object with a buffer, arrays of other types too."""
        try:
            data = readable(values)
        except TypeError:
            if not isinstance(values, Iterable):
                raise TypeError(f"'{type(values).__name__}' object isn't iterable") from None
            for value in values:
                self.append(value)
        else:
            self._extend_bytes(data)

    def __add__(self, other: object, /) -> "array":
        """A new array with the bytes of any object with a buffer added."""
        return self._like(self.tobytes() + self._whole(readable(other)))

    def __iadd__(self, other: object, /) -> Self:
        self.extend(other)
        return self

    def __repr__(self) -> str:
        return f"array('{self._code}', {self.tolist()})" if self else f"array('{self._code}')"

    def _like(self, data: bytes) -> "array":
        made = array(self._code)
        made.frombytes(data)
        return made

    def _extend_bytes(self, data: bytes | bytearray) -> None:
        self.frombytes(self._whole(data))

    def _whole(self, data: bytes | bytearray) -> bytes | bytearray:
        return data[: len(data) - len(data) % self.itemsize]
