"""The flash of a board that was given none: a copy of its script's folder, in which what it writes does not stay."""

from pathlib import Path

from machine_compat.errors import ConfigError


class FlashCopy:
    """A temporary copy of a script's folder, made when it first asks for a file: what it writes does not stay."""

    LIMIT = 16 * 1024 * 1024

    def __init__(self, source: Path) -> None:
        self._source = source
        self._folder: Path | None = None

    def made(self) -> Path:
        """The copy's folder."""
        if self._folder is None:
            import shutil
            import tempfile

            source = self._source
            size = sum(file.stat().st_size for file in source.rglob("*") if file.is_file() and not hidden(file, source))
            if size > self.LIMIT:
                raise ConfigError(f"{source} is too large to copy as flash: give one, SimulatedBoard(flash=FOLDER)")
            self._folder = Path(tempfile.mkdtemp(prefix="machine-compat-flash-"))
            ignored = shutil.ignore_patterns(".*", "__pycache__")
            shutil.copytree(source, self._folder, dirs_exist_ok=True, ignore=ignored)
        return self._folder

    def remove(self) -> None:
        if self._folder is not None:
            import shutil

            shutil.rmtree(self._folder, ignore_errors=True)


def hidden(file: Path, below: Path) -> bool:
    return any(part.startswith(".") or part == "__pycache__" for part in file.relative_to(below).parts)
