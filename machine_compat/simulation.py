"""A simulated board with its world in hand: run scripts on it, hang chips on it, press its buttons, look at its pins.

    board = SimulatedBoard("pico")
    sensor = board.attach("bme280@i2c0:0x76", temperature=21.5)
    board.run("main.py", seconds=3)
    assert "21.5" in board.output
    board.press("GP14", ms=50)
    board.run_on(ms=500)
"""

import io
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import TextIO

from machine_compat.board import Board, use
from machine_compat.errors import ConfigError
from machine_compat.faces import I2CFace, PinFace, SPIFace, UARTFace
from machine_compat.interpreter.life import Life, Program
from machine_compat.mock.attach import attach_spec
from machine_compat.mock.backend import MockBackend
from machine_compat.mock.chip import Chip
from machine_compat.mock.nets import connect
from machine_compat.mock.world import FAR, Event, Task, World
from machine_compat.profile import Profile, load

MAX_STANDING_RESETS = 20
"""Resets in a row without board time moving, after which the board is taken to be in a reset loop."""
DAY_NS = 24 * 3600 * 1_000_000_000


class ResetLoop(Exception):
    """The script resets the board again and again without letting time move."""


class SimulatedBoard:
    """A board in a simulated world.

    profile: a board's name, its TOML file, or a Profile. world: another board's, to live beside it. flash: the folder
    that is the board's file system; None makes a temporary one. stdout: where the script prints besides `output`.
    """

    def __init__(
        self,
        profile: str | Profile = "mock",
        *,
        world: World | None = None,
        flash: Path | None = None,
        path: Sequence[Path | str] = (),
        stdout: TextIO | None = None,
    ) -> None:
        self.profile = load(profile) if isinstance(profile, str) else profile
        self.world = world if world is not None else World()
        self.backend = MockBackend(self.profile.wiring(), self.world)
        self._own_flash = None if flash else tempfile.mkdtemp(prefix="machine-compat-flash-")
        self.flash = flash or Path(self._own_flash or "")
        self.path = tuple(Path(folder) for folder in path)
        self.board = Board(self.profile, self.backend, self.flash)
        self.board.stdout = Transcript(stdout)
        self.board.restart = self._restart
        self.board.handler_failed = self._handler_failed
        self.board.spawn = self._spawn
        self.exit_status: object = None
        """What the script gave to sys.exit, once it did."""
        self.failures: list[BaseException] = []
        """Exceptions in interrupt handlers and threads that no `run` has raised yet."""
        self._life: Life | None = None
        self._program: Program | None = None
        self._tasks: list[Task] = []
        self._resets = 0
        self._reset_at = -1
        for spec in self.profile.parts:
            attach_spec(self.backend, spec)

    # ---- running

    def run(self, script: str | Path, *args: str, seconds: float | None = None, ms: float | None = None) -> None:
        """Switch on with a script and let the world go on.

        Returns when the script ends, or after that much board time with the script still alive; a folder runs boot.py
        and main.py. Raises what the script raises, where it raised it.
        """
        self.start(Program(Path(script), args, self.path))
        self._go_on(seconds, ms)

    def run_on(self, *, seconds: float | None = None, ms: float | None = None) -> None:
        """Let the world go on, with the script that is alive."""
        self._go_on(seconds, ms)

    def start(self, program: Program) -> None:
        """Switch on with a program; it runs when the world does."""
        program.files()
        if self._program is not None:
            self.power_off()
            self.board.power_cycle("PWRON")
        self._program = program
        self._boot()

    def _go_on(self, seconds: float | None, ms: float | None) -> None:
        limit = span_ns(seconds, ms)
        if limit is not None:
            self.world.run(self.world.now + limit)
        else:
            self.world.run(self.world.now + DAY_NS, lambda: self.finished)
            if not self.finished:
                raise ConfigError("the script still runs after a board day: say how long, as in run(..., seconds=3)")
        self._raise_failures()

    def _raise_failures(self) -> None:
        failures, self.failures = self.failures, []
        if failures:
            raise failures[0]

    @property
    def finished(self) -> bool:
        """Whether no script is alive on the board."""
        return all(task.finished for task in self._tasks)

    # ---- the script's life

    def _boot(self) -> None:
        program = self._program
        assert program is not None
        # The loader reads no clock, but what it imports may ask for the board.
        self._life = life = Life(self.board, program)
        self._tasks = []
        self.backend.clock().main = self._task(lambda: self._live(life), program.script.name, self.board.interrupts.run)

    def _live(self, life: Life) -> None:
        try:
            life.run()
        except SystemExit as leave:
            self.exit_status = leave.code
        except BaseException as error:
            self.failures.append(error)
            if not isinstance(error, Exception):
                raise
        finally:
            self.backend.clock().main = None

    def _task(self, body: Callable[[], None], name: str, poll: Callable[[], None]) -> Task:
        def in_context() -> None:
            use(self.board)
            body()

        task = self.world.spawn(in_context, f"{self.profile.name}: {name}", poll)
        self._tasks.append(task)
        return task

    def _spawn(self, body: Callable[[], None], name: str) -> None:
        self._task(body, name, lambda: None)

    def _handler_failed(self, error: BaseException) -> None:
        self.failures.append(error)

    def _restart(self, cause: str) -> None:
        """Reset: the script is abandoned where it stands, and a new life begins."""
        world = self.world
        self._resets = self._resets + 1 if world.now == self._reset_at else 1
        self._reset_at = world.now
        me = world.current
        mine = me in self._tasks
        self.power_off()
        if self._resets > MAX_STANDING_RESETS:
            world.fail(ResetLoop(f"{self.profile.name} was reset {self._resets} times and no board time has passed"))
        else:
            self.board.power_cycle(cause)
            if self._program is not None:
                self._boot()
        if mine and me is not None:
            me.park(None)

    def power_off(self) -> None:
        """Stop the board's scripts where they are; none of their code runs any more."""
        self.backend.clock().main = None
        for task in self._tasks:
            task.abandon()
        self._tasks = []

    def close(self) -> None:
        """Switch off and give everything back."""
        self.power_off()
        self.board.close()
        if self._own_flash:
            shutil.rmtree(self._own_flash, ignore_errors=True)

    def __enter__(self) -> "SimulatedBoard":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ---- the world around the board

    @property
    def ms(self) -> float:
        """Board time in milliseconds."""
        return self.world.now / 1e6

    def at(self, ms: float, action: Callable[[], object]) -> Event:
        """Have something happen when board time is `ms`."""
        return self.world.at(round(ms * 1_000_000), action)

    def attach(self, spec: str, **face: object) -> Chip:
        """Hang a simulated chip on the board, as --attach does; `face` sets attributes of it."""
        chip = attach_spec(self.backend, spec)
        for name, value in face.items():
            if not hasattr(chip, name):
                raise ConfigError(f"{chip.name} has no {name!r} to set")
            setattr(chip, name, value)
        return chip

    def wire(self, pin: str | int, other: str | int, board: "SimulatedBoard | None" = None) -> None:
        """Solder two pins together; the second may be another board's."""
        there = board or self
        if there.world is not self.world:
            raise ConfigError("boards to be wired together must share a world: SimulatedBoard(..., world=first.world)")
        connect(self.pin(pin).terminal, there.pin(other).terminal)

    def pin(self, name: str | int) -> PinFace:
        """A pin, by any of its names, to look at and to drive from outside."""
        ref = self.backend.wiring.ref(str(name))
        return PinFace(self.board, ref, self.backend.terminal(ref))

    def press(self, name: str | int, ms: float = 50) -> None:
        """Press the button at a pin: the pin is pulled to its active level for so long, from now."""
        self.pin(name).press(ms)

    def i2c(self, id: int | str = 0, sda: str | int | None = None) -> I2CFace:
        """A bus by its number, or by its two pins as in ``board.i2c("X1", "X2")``."""
        if sda is not None:
            refs = tuple(self.backend.wiring.ref(str(pin)) for pin in (id, sda))
            return I2CFace(self.board, self.backend, ",".join(refs), refs)
        return I2CFace(self.board, self.backend, f"i2c{id}")

    def spi(self, id: int = 0) -> SPIFace:
        return SPIFace(self.board, self.backend, f"spi{id}")

    def uart(self, id: int = 0) -> UARTFace:
        return UARTFace(self.board, self.backend, f"uart{id}")

    # ---- terminal

    @property
    def output(self) -> str:
        """What the script has printed."""
        assert isinstance(self.board.stdout, Transcript)
        return self.board.stdout.text

    # ---- modules

    def import_module(self, name: str, *path: Path | str) -> ModuleType:
        """A fresh copy of a firmware module, loaded as the board's scripts are; its calls run in the test itself."""
        folders = [Path(folder) for folder in path] or [Path()]
        program = Program(folders[0] / "main.py", (), (*folders, *self.path))
        use(self.board)
        return Life(self.board, program).loader.load(name)


class Transcript(io.TextIOBase):
    """Keeps what a script prints, and passes it on."""

    def __init__(self, onward: TextIO | None = None) -> None:
        self._parts: list[str] = []
        self._onward = onward

    @property
    def text(self) -> str:
        return "".join(self._parts)

    def write(self, text: str) -> int:
        self._parts.append(text)
        if self._onward is not None:
            self._onward.write(text)
        return len(text)

    def flush(self) -> None:
        if self._onward is not None:
            self._onward.flush()


def span_ns(seconds: float | None, ms: float | None) -> int | None:
    """A span given in seconds, in milliseconds, or both; None when in neither."""
    if seconds is None and ms is None:
        return None
    ns = round((seconds or 0) * 1_000_000_000) + round((ms or 0) * 1_000_000)
    if not 0 <= ns < FAR:
        raise ConfigError(f"{seconds if seconds is not None else ms} is no span of time")
    return ns
