"""Says where a script's modules are looked for: its `sys.path`, and what each entry of it is on this computer."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from machine_compat.board import Board
from machine_compat.flash import Flash, mounted
from machine_compat.interpreter.mirror import Copied, Mirror


class Place(NamedTuple):
    """A folder as the board calls it, and as this computer does. copied: it is on a file system that is mounted."""

    shown: str
    host: str
    copied: Copied | None = None

    def inner(self, name: str) -> "Place":
        """Something in the folder."""
        separator = "" if not self.shown or self.shown.endswith("/") else "/"
        copied = None if self.copied is None else self.copied.inner(name)
        return Place(f"{self.shown}{separator}{name}", str(Path(self.host) / name), copied)

    def look_for(self, name: str) -> None:
        """Have a module of the folder on this computer, if it is there."""
        if self.copied is not None:
            self.copied.bring(name)


class Search:
    """The folders of a board's modules, in the order in which they are looked through.

    folder: the script's own, which is the board's current directory; more: other folders of this computer's. `path`
    is the list that the script may change: an entry is a folder of `more`, or one of the board's flash.
    """

    def __init__(self, board: Board, folder: Path, more: Sequence[Path]) -> None:
        self.path: list[str] = ["", "/lib", *map(str, more)]
        self._board = board
        self._folder = folder
        self._more = frozenset(map(str, more))
        self._mirror = Mirror()

    def places(self) -> Iterator[Place]:
        for entry in self.path:
            if entry in self._more:
                yield Place(entry, entry)
            elif isinstance(entry, str):
                yield from self._on_flash(entry)

    def hosts(self, path: str) -> Iterator[Path]:
        """What a full or relative path of the board's may be on this computer, the first one first."""
        if any(path.startswith(f"{folder}/") for folder in self._more):
            yield Path(path)
            return
        folder, slash, name = path.rpartition("/")
        for place in self._on_flash(folder or slash):
            place.look_for(name.partition(".")[0])
            yield Path(place.inner(name).host)

    def file(self, host: Path) -> str:
        """What the board calls the script that it runs."""
        return host.name if host.parent == self._folder else str(host)

    def _on_flash(self, entry: str) -> Iterator[Place]:
        flash = self._flash()
        if flash is not None and flash.split(f"{entry}/module" if entry else "module")[0] is not None:
            copied = self._mirror.of(flash, entry)
            yield Place(entry, str(copied.host), copied)
            return
        inside = (flash or Flash(None)).absolute(entry)
        host = self._folder / inside[1:]
        yield Place(entry, str(host))
        if flash is not None:
            written = flash.resolve(inside)
            if written != host:
                yield Place(entry, str(written))

    def _flash(self) -> Flash | None:
        """The board's flash, unless it is a copy of the script's folder that nobody has asked for yet."""
        board = self._board
        used = board.singletons.get(("flash",))
        if isinstance(used, Flash):
            return used
        return mounted(board) if isinstance(board.flash, Path) else None
