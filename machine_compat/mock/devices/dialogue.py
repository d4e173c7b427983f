"""Simulates peers on a serial line that answer what they are told to: a scripted conversation, and an echo.

A conversation in a file, for ``--attach dialogue@uart1,file=modem.txt``; ``>`` is heard, ``<`` answered, each a line:

    < RDY                 (before any question: said at the start)
    > AT
    < OK
    > AT+CSQ              (asked again, the next block of the same question answers, and at last the last one)
    < +CSQ: 17,0
    < OK
"""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from machine_compat.errors import ConfigError
from machine_compat.mock.chip import UARTPeer
from machine_compat.mock.options import within

POWER_UP = 100_000_000
"""ns before the greeting: time for a script to open its port."""
LONGEST = 1024
"""Bytes that are remembered while no question matches."""

Question = bytes | str | re.Pattern[bytes]
Reply = bytes | str | Callable[[re.Match[bytes]], bytes | None]
"""Bytes to send, or what works them out from the match (None: nothing)."""


@dataclass(slots=True)
class Exchange:
    """A question and its answers, one after the other; the last one stays."""

    pattern: re.Pattern[bytes]
    replies: Sequence[Reply]
    asked: int = 0

    def reply(self, match: re.Match[bytes]) -> bytes | None:
        """The answer to this time."""
        reply = self.replies[min(self.asked, len(self.replies) - 1)]
        self.asked += 1
        return reply(match) if callable(reply) else as_bytes(reply)


class Dialogue(UARTPeer):
    """Answers questions, as soon as their last byte has come or, with lines=1, when the line has ended.

    replies: bytes, str (sent as UTF-8) or a compiled bytes pattern -> the reply, or a list of replies for the first,
    second, ... time. With lines=1 a question is a whole line without its ending, `\\r` or `\\n` or both.
    delay_ms: from question to reply. otherwise: the reply to any other line.
    greeting: what it says 100 ms after it was attached.
    file: the conversation instead of `replies`: lines of ``>`` and ``<``, or TOML with the same keys, ``[replies]``,
    and ``[patterns]`` for questions that are regular expressions.
    """

    def __init__(
        self,
        replies: Mapping[Question, Reply | Sequence[Reply]] | None = None,
        *,
        delay_ms: float = 0,
        lines: int = 0,
        otherwise: Reply | None = None,
        greeting: bytes | str = b"",
        file: str | Path | None = None,
        baudrate: int | None = None,
    ) -> None:
        super().__init__(baudrate)
        if file is not None:
            script = read_script(self.name, Path(file))
            replies, greeting, lines = script.replies, script.greeting, script.lines
            delay_ms = delay_ms or script.delay_ms
            otherwise = otherwise or script.otherwise
        self._delay = round(within(self, "delay_ms", delay_ms, 0, 1e9, unit="ms") * 1e6)
        self._lines = bool(lines)
        if otherwise is not None and not lines:
            raise ConfigError(f"{self.name}: otherwise answers lines; set lines=1 too")
        self._otherwise = [] if otherwise is None else [Exchange(re.compile(b".*", re.DOTALL), [otherwise])]
        self._greeting = as_bytes(greeting)
        self._exchanges = [self._exchange(question, reply) for question, reply in (replies or {}).items()]
        self._heard = bytearray()
        self._pending = bytearray()

    @property
    def heard(self) -> bytes:
        """All bytes the board has sent."""
        return bytes(self._heard)

    def installed(self) -> None:
        if self._greeting:
            self.after(POWER_UP, lambda: self.send(self._greeting))

    def receive(self, data: bytes) -> None:
        self._heard += data
        for byte in data:
            if not self._lines:
                self._pending.append(byte)
                self._answer()
                del self._pending[:-LONGEST]
            elif byte not in b"\r\n":
                self._pending.append(byte)
            elif self._pending:
                self._answer()
                self._pending.clear()

    def _exchange(self, question: Question, reply: Reply | Sequence[Reply]) -> Exchange:
        if isinstance(question, re.Pattern):
            source, flags = question.pattern, question.flags
        else:
            text = as_bytes(question)
            source, flags = re.escape(text.rstrip(b"\r\n") if self._lines else text), 0
        if not source:
            raise ConfigError(f"{self.name}: an empty question is always asked; give it at least a byte")
        replies: Sequence[Reply] = [reply] if isinstance(reply, bytes | str) or callable(reply) else reply
        if not isinstance(replies, Sequence) or not replies or not all(map(is_reply, replies)):
            raise ConfigError(f"{self.name}: {reply!r}, the reply to {question!r}, is neither bytes nor text")
        return Exchange(re.compile(rb"(?:%b)\Z" % source, flags), replies)

    def _answer(self) -> None:
        """Answer what has just been asked; of several questions that end here, the longest."""
        text = bytes(self._pending)
        asked = self._asked(self._exchanges, text) or self._asked(self._otherwise, text)
        if not asked:
            return
        self._pending.clear()
        match, exchange = max(asked, key=lambda found: len(found[0][0]))
        reply = exchange.reply(match)
        if reply:
            self.after(self._delay, lambda: self.send(reply))

    def _asked(self, exchanges: list[Exchange], text: bytes) -> list[tuple[re.Match[bytes], Exchange]]:
        matches = [(each.pattern.match if self._lines else each.pattern.search)(text) for each in exchanges]
        return [(match, each) for match, each in zip(matches, exchanges, strict=True) if match]


class Echo(UARTPeer):
    """Sends back whatever it hears, at the speed it hears it."""

    def receive(self, data: bytes) -> None:
        self.send(data)


@dataclass(slots=True)
class Script:
    """What a conversation's file says."""

    replies: dict[Question, Reply | Sequence[Reply]]
    greeting: bytes = b""
    lines: bool = True
    delay_ms: float = 0
    otherwise: str | None = None


def is_reply(value: object) -> bool:
    return isinstance(value, bytes | str) or callable(value)


def as_bytes(text: bytes | str) -> bytes:
    return text.encode() if isinstance(text, str) else bytes(text)


def read_script(name: str, file: Path) -> Script:
    """Read a conversation; raises ConfigError for a file that is missing or is none."""
    try:
        text = file.read_text(encoding="utf-8")
        return script_of_toml(text) if file.suffix == ".toml" else script_of_lines(text)
    except (OSError, ValueError, TypeError, re.error) as error:
        raise ConfigError(f"{name}: file={file}: {error}") from error


def script_of_toml(text: str) -> Script:
    table = tomllib.loads(text)
    replies: dict[Question, Reply | Sequence[Reply]] = dict(table.pop("replies", {}))
    for pattern, reply in table.pop("patterns", {}).items():
        replies[re.compile(pattern.encode())] = reply
    return Script(replies, as_bytes(table.pop("greeting", "")), **table)


def script_of_lines(text: str) -> Script:
    blocks: dict[str, list[list[str]]] = {}
    greeting: list[str] = []
    block = greeting
    for number, line in enumerate(text.splitlines(), 1):
        mark, said = line[:1], line[1:].removeprefix(" ")
        if mark == ">":
            block = []
            blocks.setdefault(said, []).append(block)
        elif mark == "<":
            block.append(said)
        elif line.strip() and mark != "#":
            raise ValueError(f"line {number} begins with neither > nor < nor #: {line!r}")
    return Script(
        {said: ["".join(f"{line}\r\n" for line in lines) for lines in answers] for said, answers in blocks.items()},
        "".join(f"{line}\r\n" for line in greeting).encode(),
    )


PARTS = {"dialogue": Dialogue, "echo": Echo}
