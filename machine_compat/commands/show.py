"""`--show`: what the displays on a board show, as a picture in the terminal or in a PNG file."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from machine_compat.commands.report import write
from machine_compat.errors import ConfigError
from machine_compat.mock.chip import Chip
from machine_compat.mock.picture import Picture

SCALE = 4
"""Pixels of the PNG for each of the display's."""


def show(chips: Sequence[Chip], where: str) -> None:
    """Write what the displays among the chips show: ``-`` draws all on stderr, a name writes one PNG file for each."""
    pictures = [(chip, picture_of(chip)) for chip in displays(chips)]
    if where == "-":
        for chip, picture in pictures:
            write(f"{chip.name} shows:\n{framed(picture) if isinstance(picture, Picture) else picture}\n")
        return
    drawn = [(chip, picture) for chip, picture in pictures if isinstance(picture, Picture)]
    if not drawn:
        raise ConfigError("no display with pixels is attached; --show - draws those with characters")
    for number, (chip, picture) in enumerate(drawn):
        file = file_of(where, number)
        file.write_bytes(picture.png(scale=SCALE))
        write(f"{chip.name} shows: {file}\n")


def file_of(where: str, number: int = 0) -> Path:
    """The file of the first picture, or of a further one; ConfigError where there can be none."""
    file = Path(where)
    if not file.parent.is_dir():
        raise ConfigError(f"there is no folder {file.parent}; make it first")
    if file.is_dir():
        raise ConfigError("a folder; name a file, as in out.png")
    return file if number == 0 else file.with_stem(f"{file.stem}-{number + 1}")


def displays(chips: Sequence[Chip]) -> list[Chip]:
    """The chips that show something; ConfigError when there is none."""
    found = [chip for chip in chips if picture_of(chip) is not None]
    if not found:
        raise ConfigError("no display is attached; --attach ssd1306@i2c0 is one")
    return found


def picture_of(chip: Any) -> Picture | str | None:
    """What a chip shows: pixels, lines of text, or None for one that shows nothing."""
    draw = getattr(chip, "picture", None) or getattr(chip, "show", None)
    if callable(draw):
        made: Picture | str = draw()
        return made
    text = getattr(chip, "text", None)
    return text if isinstance(text, str) else None


def framed(picture: Picture) -> str:
    """The picture as large as the terminal has room for, with a frame, so that its dark edges can be seen."""
    lines = picture.blocks().splitlines()
    if picture.width + 2 > shutil.get_terminal_size().columns:
        lines = picture.braille().splitlines()
    width = max(map(len, lines), default=0)
    return "\n".join(("┌" + "─" * width + "┐", *(f"│{line:{width}}│" for line in lines), "└" + "─" * width + "┘"))
