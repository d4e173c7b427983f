"""A simulated board with its world in hand: run scripts on it, hang chips on it, press its buttons, look at its pins.

board = SimulatedBoard("pico")
sensor = board.attach("bme280@i2c0:0x76", temperature=21.5)
board.run("main.py", seconds=3)
assert "21.5" in board.output
board.press("GP14", ms=50)
board.run_on(ms=500)
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from operator import attrgetter
from pathlib import Path
from types import ModuleType
from typing import Any

from machine_compat.board import OFF, Board, TextOut, using
from machine_compat.errors import ConfigError
from machine_compat.interpreter.flash_copy import FlashCopy
from machine_compat.interpreter.life import Life, Program
from machine_compat.interpreter.loader import Loader
from machine_compat.interpreter.power import Power
from machine_compat.interpreter.terminal import Input, Output
from machine_compat.mock.backend import MockBackend
from machine_compat.mock.world import FAR, World
from machine_compat.profile import Profile, load
from machine_compat.surroundings import Surroundings

DAY_NS = 24 * 3600 * 1_000_000_000
ERROR_OF = attrgetter("error")


class SimulatedBoard(Surroundings):
    """A board in a simulated world.

    profile: a board's name, its TOML file, or a Profile. world: another board's, to live beside it. flash: the folder
    that is the board's file system; None gives it a temporary copy of the script's folder. flash_image: a file that
    is the chip's raw flash, made if it is missing, and kept: what `esp32.Partition`, `rp2.Flash`, `pyb.Flash` and
    `esp.flash_write` change is there in the next run; None is memory. ConfigError for one that does not fit, or is
    another board's. path: more folders to import from. stdout: where the script prints besides `output`.
    """

    def __init__(
        self,
        profile: str | Profile = "mock",
        *,
        world: World | None = None,
        flash: Path | None = None,
        flash_image: Path | None = None,
        path: Sequence[Path | str] = (),
        stdout: TextOut | None = None,
    ) -> None:
        self.profile = load(profile) if isinstance(profile, str) else profile
        backend = MockBackend(self.profile.wiring(), world if world is not None else World())
        super().__init__(Board(self.profile, backend, flash), backend)
        self.path = tuple(Path(folder) for folder in path)
        self._onward = stdout
        self._printed: list[str] = []
        self.board.stdout = Output(self._print)
        self.board.stdin = self._keyboard = Input(self.board)
        self.power = Power(self.board, self.world, self.backend.clock())
        self._copy: FlashCopy | None = None
        self._firmware: Loader | None = None
        self._solder_parts()
        if flash_image is not None:
            self._hold(Path(flash_image))
        self.world.inhabitants.append(self)

    def _hold(self, image: Path) -> None:
        from machine_compat.modules.nor_flash import chip_size
        from machine_compat.raw_flash import Image

        self.board.image = Image(image, chip_size(self.board))

    def _solder_parts(self) -> None:
        try:
            self.parts = tuple(self.attach(spec) for spec in self.profile.parts)
            """The chips that are soldered on the board, as the pyboard's accelerometer."""
        except ConfigError as error:
            raise ConfigError(f"board file {self.profile.file}: parts: {error}") from error

    # ---- running

    def run(self, script: str | Path, *args: str, seconds: float | None = None, ms: float | None = None) -> None:
        """Switch on with a script and let the world go on.

        Returns when the script ends or, where a time is given, after that much board time, be the script alive or not.
        A folder runs boot.py and main.py. Raises what the script raises, where it raised it; an error of a simulated
        chip and two outputs that fight are raised even if the script swallows them.
        """
        self.start(Program(Path(script), args, self.path))
        self._go_on(seconds, ms)

    def run_on(self, *, seconds: float | None = None, ms: float | None = None) -> None:
        """Let the world go on, with the script that is alive."""
        self._go_on(seconds, ms)

    def start(self, program: Program) -> None:
        """Switch on with a program; it runs when the world does."""
        program.files()
        if self.board.flash is None or self._copy is not None:
            self._drop_copy()
            self._copy = FlashCopy(program.folder)
            self.board.flash = self._copy.made
        self.power.start(program)

    def _go_on(self, seconds: float | None, ms: float | None) -> None:
        limit = span_ns(seconds, ms)
        # A script that raises ends the run, whatever board it is on.
        powers = [board.power for board in boards_in(self.world)]

        def any_failed() -> bool:
            return any(map(ERROR_OF, powers))

        # Asked after every event.
        failed = any_failed if len(powers) > 1 else partial(ERROR_OF, self.power)

        if limit is not None:
            self.world.run(self.world.now + limit, failed)
        else:
            self.world.run(self.world.now + DAY_NS, lambda: self.finished or failed())
            if not self.finished and not failed():
                raise ConfigError("the script still runs after a board day: say how long, as in run(..., seconds=3)")
        for power in powers:
            power.raise_failures()

    @property
    def finished(self) -> bool:
        """Whether no script is alive on the board."""
        return self.power.finished

    @property
    def exit_status(self) -> object:
        """What the script gave to sys.exit, once it did; None for nothing, which the command makes 0."""
        return self.power.exit_status

    def power_off(self) -> None:
        """Take the board's power away: none of its script's code runs any more, not even `finally`.

        Its pins let go, its handlers and timers are forgotten, and it is gone from the USB bus. `run` switches it on.
        """
        self.power.off()
        self.board.power_cycle(OFF)

    def close(self) -> None:
        """Switch off and give everything back."""
        self.power.off()
        if self in self.world.inhabitants:
            self.world.inhabitants.remove(self)
        self.board.close()
        self._drop_copy()

    def _drop_copy(self) -> None:
        if self._copy is not None:
            self._copy.remove()
            self._copy = None
            self.board.flash = None

    def __enter__(self) -> "SimulatedBoard":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def renew(self) -> None:
        """A new world around the same board: no chips, no wires, time 0. Firmware that was imported stays imported."""
        self.power.off()
        self.board.power_cycle("PWRON")
        self.board.channels.taps.clear()
        self.board.retained.clear()
        self.board.booted_ns = 0
        self.power = Power(self.board, self.world, self.backend.clock())
        self.world.renew()
        self.backend.renew()
        self._drop_copy()
        self._printed.clear()
        self.board.stdin = self._keyboard = Input(self.board)
        self._solder_parts()

    # ---- terminal

    @property
    def output(self) -> str:
        """What the script has printed."""
        return "".join(self._printed)

    def _print(self, text: str) -> None:
        self._printed.append(text)
        if self._onward is not None:
            self._onward.write(text)

    def type(self, text: str) -> None:
        """Type at the board's terminal, for `input()` and `sys.stdin`; a line ends with a newline."""
        self._keyboard.feed(text)

    # ---- firmware called by the test itself

    @property
    def firmware(self) -> Loader:
        """The loader of modules that the test imports."""
        if self._firmware is None:
            self._firmware = self._fresh_loader(())
        return self._firmware

    @property
    def machine(self) -> Any:
        """The board's `machine`, for the objects a driver takes: ``Driver(board.machine.I2C(0))``."""
        return self.firmware.load("machine")

    def import_module(self, name: str, *path: Path | str) -> ModuleType:
        """A fresh copy of a firmware module, loaded as the board's scripts are; its calls run in the test itself."""
        with using(self.board):
            return self._fresh_loader([Path(folder) for folder in path]).load(name)

    def _fresh_loader(self, path: Sequence[Path]) -> Loader:
        folders = (*path, *self.path)
        return Life(self.board, Program((folders or (Path(),))[0] / "main.py", (), folders)).loader

    @contextmanager
    def in_use(self) -> Iterator["SimulatedBoard"]:
        """The board is the current one: facade classes and firmware called from here use it."""
        with using(self.board):
            yield self


def boards_in(world: World) -> list[SimulatedBoard]:
    """The boards of a world that are switched on, in the order they came."""
    return [board for board in world.inhabitants if isinstance(board, SimulatedBoard)]


def span_ns(seconds: float | None, ms: float | None) -> int | None:
    """A span given in seconds, in milliseconds, or both; None when in neither."""
    if seconds is None and ms is None:
        return None
    ns = round((seconds or 0) * 1_000_000_000) + round((ms or 0) * 1_000_000)
    if not 0 <= ns < FAR:
        raise ConfigError(f"{seconds if seconds is not None else ms} is no span of time")
    return ns
