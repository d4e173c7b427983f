"""`json` as boards read and write it: bytes are text, any key is quoted, and on reading commas and colons are optional.

# Ref: MicroPython extmod/modjson.c
"""

import io
import re
from collections.abc import Callable, Iterator
from typing import Final, Protocol

from machine_compat.machine.peripheral import readable
from machine_compat.modules.io import Encoded, IOBase
from machine_compat.oserror import EIO, os_error

__all__ = ("dump", "dumps", "load", "loads")

ESCAPES: Final = str.maketrans(
    {chr(code): f"\\u{code:04x}" for code in range(0x20)}
    | {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
)
UNESCAPED: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
TOKEN: Final = re.compile(
    r'[ \t\n\r,:]*(?:"(?P<text>(?:[^"\\]|\\.)*)"|(?P<number>[-0-9][-+.eE0-9]*)|(?P<name>null|true|false)'
    r"|(?P<open>[\[{])|(?P<close>[\]}]))",
    re.DOTALL,
)
ESCAPE: Final = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
NAMED: Final = {"null": None, "true": True, "false": False}


class Writer(Protocol):
    def write(self, data: str, /) -> object: ...


def dumps(value: object, *, separators: tuple[str, str] | list[str] | None = None) -> str:
    """The value as JSON; what JSON does not know, as its repr."""
    return "".join(written(value, *between(separators)))


def dump(value: object, stream: Writer | IOBase, *, separators: tuple[str, str] | list[str] | None = None) -> None:
    """Write the value to a stream, a binary one too; OSError for what is no stream."""
    data = dumps(value, separators=separators)
    write = getattr(stream, "write", None)
    if write is None:
        raise OSError("stream operation not supported")
    if isinstance(stream, IOBase):
        Encoded(stream).write(data)
    else:
        write(data.encode() if isinstance(stream, io.RawIOBase | io.BufferedIOBase) else data)


def loads(data: object, /) -> object:
    """The value of a JSON text, as a str or a buffer; ValueError when it is none."""
    return parsed(data if isinstance(data, str) else readable(data).decode())


def load(stream: object, /) -> object:
    """The value of all that a stream still has; OSError for what is no stream, EIO where it gives more than asked."""
    read = getattr(stream, "read", None)
    fill = getattr(stream, "readinto", None)
    if read is not None:
        data = read()
    elif fill is not None:
        data = b"".join(filled(fill))
    else:
        raise OSError("stream operation not supported")
    return loads(b"" if data is None else data)


def filled(fill: Callable[[bytearray], int]) -> Iterator[bytes]:
    """What a stream of the script's gives, byte by byte."""
    byte = bytearray(1)
    while count := fill(byte):
        if count > len(byte):
            raise os_error(EIO)
        yield bytes(byte)


# ---- writing


def between(separators: object) -> tuple[str, str]:
    """What stands between items, and between key and value."""
    if separators is None:
        return ", ", ": "
    if not isinstance(separators, tuple | list):
        raise TypeError(f"object '{type(separators).__name__}' isn't a tuple or list")
    if len(separators) != 2:
        raise ValueError(f"requested length 2 but object has length {len(separators)}")
    for separator in separators:
        if not isinstance(separator, str):
            raise TypeError(f"can't convert '{type(separator).__name__}' object to str implicitly")
    return separators[0], separators[1]


def written(value: object, comma: str, colon: str) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | bytes):
        text = value if isinstance(value, str) else value.decode(errors="replace")
        return f'"{text.translate(ESCAPES)}"'
    if isinstance(value, dict):
        pairs = (f"{key_of(key, comma, colon)}{colon}{written(item, comma, colon)}" for key, item in value.items())
        return "{" + comma.join(pairs) + "}"
    # A namedtuple prints itself, as any other object.
    if isinstance(value, list | tuple) and type(value).__repr__ in (list.__repr__, tuple.__repr__):
        return "[" + comma.join(written(item, comma, colon) for item in value) + "]"
    return repr(value)


def key_of(key: object, comma: str, colon: str) -> str:
    text = written(key, comma, colon)
    return text if isinstance(key, str | bytes) else f'"{text}"'


# ---- reading


def parsed(text: str) -> object:
    """The one value of a text. Each level collects its values, keys among them, until its bracket closes."""
    levels: list[tuple[str, list[object]]] = [("", [])]
    place = 0
    while not levels[0][1]:
        token = TOKEN.match(text, place)
        if token is None:
            raise syntax_error()
        place = token.end()
        kind, word = token.lastgroup, token[token.lastgroup or 0]
        if kind == "open":
            levels.append((word, []))
            continue
        if kind == "close":
            if len(levels) == 1:
                raise syntax_error()
            value = container(*levels.pop())
        else:
            value = scalar(kind, word)
        levels[-1][1].append(value)
    if text[place:].strip():
        raise syntax_error()
    return levels[0][1][0]


def container(bracket: str, values: list[object]) -> object:
    """The list or dict of a level; a key without a value is dropped."""
    if bracket == "[":
        return values
    keys = values[::2]
    if any(isinstance(key, list | dict) for key in keys):
        raise syntax_error()
    return dict(zip(keys, values[1::2], strict=False))


def scalar(kind: str | None, word: str) -> object:
    if kind == "name":
        return NAMED[word]
    if kind == "number":
        return float(word) if any(sign in word for sign in ".eE") else int(word)
    text = ESCAPE.sub(unescaped, word)
    # Two escapes may be the two halves of one character.
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def unescaped(escape: re.Match[str]) -> str:
    word = escape[1]
    if len(word) == 5:
        return chr(int(word[1:], 16))
    if word == "u":
        raise syntax_error()
    return UNESCAPED.get(word, word)


def syntax_error() -> ValueError:
    return ValueError("syntax error in JSON")
