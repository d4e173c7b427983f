"""This file says what the server needs of a far side: a world in real time, and the files on which drivers ask."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol


class Readable(Protocol):
    """What a selector can wait for."""

    def fileno(self) -> int: ...


class Side(Protocol):
    """What hangs behind the guest's drivers. failures: what went wrong where nobody could be told."""

    chips: dict[str, Any]
    failures: list[Exception]

    def nodes(self) -> list[str]:
        """What the near side has to know to find it."""

    def files(self) -> Mapping[Readable, Callable[[], object]]:
        """What to call when a file is readable."""

    def attach(self, spec: str) -> None:
        """Hang one more chip on it."""

    def detach(self, spec: str) -> None:
        """Take a chip off all its wires."""

    def pin(self, name: str) -> object:
        """A pin from outside."""

    def run(self) -> None:
        """Let the world catch up with the clock on the wall."""

    def idle_s(self) -> float:
        """How long nothing will happen in the world by itself."""

    def unplug(self) -> None:
        """Pull it out: its devices vanish, and programs that have them open are told."""
