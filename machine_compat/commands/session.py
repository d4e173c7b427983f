"""A simulated board at a terminal: its wires and chips as asked for, its pace, guard, signals and trace."""

import io
import os
import sys
import time
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple, NoReturn, TextIO

from machine_compat.commands.cable import Cable, cable_for
from machine_compat.commands.choice import choose
from machine_compat.commands.report import FAILED, report, say, write
from machine_compat.commands.signals import Leave, Signals
from machine_compat.errors import ConfigError
from machine_compat.interpreter.guard import Guard
from machine_compat.interpreter.pace import Pacer
from machine_compat.interpreter.terminal import Input, Output
from machine_compat.mock.chip import Chip
from machine_compat.mock.world import World
from machine_compat.profile import Profile
from machine_compat.simulation import SimulatedBoard

PIPE_BROKEN = 141
"""What a shell sees of a program that SIGPIPE has ended."""


class Setup(NamedTuple):
    """What the command line asks for. wire: ``A=B``; attach: ``CHIP@PLACE``; trace, show: a file, ``-`` or None.

    usb: how the board is to be a USB device of this computer, as "vhci" or "pty".
    """

    board: str | None
    folder: Path
    wire: Sequence[str] = ()
    attach: Sequence[str] = ()
    path: Sequence[str] = ()
    flash: str | None = None
    flash_image: str | None = None
    fast: bool = False
    guard: float = 0
    trace: str | None = None
    show: str | None = None
    usb: str | None = None

    @classmethod
    def of(cls, options: Namespace, folder: Path) -> "Setup":
        """What the options of a command say; folder: the script's."""
        given = vars(options)
        return cls(folder=folder, **{name: given[name] for name in cls._fields if name in given})


class Terminal(Output):
    """This process's stdout as the board's; when nobody reads it any more, the run is over."""

    def __init__(self, file: TextIO, over: Callable[[], object]) -> None:
        self._over = over
        super().__init__(file)

    def send(self, data: bytes) -> int:
        try:
            return super().send(data)
        except BrokenPipeError:
            self._over()
            raise

    def flush(self) -> None:
        try:
            super().flush()
        except BrokenPipeError:
            self._over()
            raise

    def finish(self) -> None:
        """Hand over the rest."""
        with suppress(BrokenPipeError):
            self.flush()


class Keys:
    """A stdin that cannot be asked whether there is something to read; `waiting` is true while it is read."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self.waiting = False
        self.fileno = file.fileno

    def readline(self) -> str:
        self.waiting = True
        try:
            return self._file.readline()
        finally:
            self.waiting = False


class Session:
    """A simulated board with all that a run at a terminal needs; everything is given back at the end.

    failed: the exit status for exceptions in handlers, which do not end a run.
    """

    def __init__(self, setup: Setup) -> None:
        profile, origin = choose(setup.board, setup.folder)
        if not profile.backend.startswith("mock://"):
            refuse(profile)
        flash = Path(setup.flash) if setup.flash is not None else setup.folder
        if not flash.is_dir():
            raise ConfigError(f"--flash {flash}: no such folder")
        say(f"board {profile.name}: {profile.description}, simulated; {origin}")
        self.setup = setup
        self.failed = 0
        self._stack = ExitStack()
        self.world = World()
        self.chips: list[Chip] = []
        """What --attach has hung on the board."""
        with ExitStack() as building:
            # The trace is there before the first wire, so that it sees them all.
            self._trace_file(building)
            self.cable = cable = self._make_cable(building)
            image = None if setup.flash_image is None else Path(setup.flash_image)
            self.board = board = SimulatedBoard(profile, world=self.world, flash=flash, flash_image=image)
            building.callback(board.close)
            self.power = board.power
            self.signals = Signals(self.world, self.power)
            self.pacer = self._make_pacer(cable)
            self._wire_up()
            self._connect_terminal(building)
            if cable is not None:
                cable.plug(self.board, self.pacer)
            self._trace_lines()
            self._stack = building.pop_all()

    # ---- building

    def _make_cable(self, building: ExitStack) -> Cable | None:
        """What --usb asks for; made before the board is, so that it goes after it."""
        if self.setup.usb is None:
            return None
        if self.setup.fast:
            raise ConfigError("--usb needs a board in real time: leave --fast out")
        return building.enter_context(cable_for(self.setup.usb, self.world))

    def _make_pacer(self, cable: Cable | None) -> Pacer:
        """What keeps the board in time; with a cable, what this computer asks of it ends its waits."""
        if cable is None:
            return Pacer(self.world, self._alive)
        return Pacer(self.world, self._alive, sleep=cable.wait or time.sleep)

    def _alive(self) -> bool:
        return not self.power.finished

    def _wire_up(self) -> None:
        for spec in self.setup.wire:
            one, equals, other = spec.partition("=")
            if not equals or not one or not other:
                raise ConfigError(f"--wire {spec}: write A=B, as in GP0=GP1")
            with naming("--wire", spec):
                self.board.wire(one, other)
        for spec in self.setup.attach:
            self.chips.append(self.board.attach(spec))
        if self.setup.show is not None:
            from machine_compat.commands.show import displays, file_of

            with naming("--show", self.setup.show):
                displays(self.chips)
                file_of(self.setup.show)
        for folder in self.setup.path:
            if not Path(folder).is_dir():
                raise ConfigError(f"--path {folder}: no such folder")

    def _connect_terminal(self, building: ExitStack) -> None:
        board = self.board.board
        self._keys = Keys(sys.stdin) if sys.stdin is not None else None
        board.stdin = self.stdin = Input(board, self._keys)
        # Who is at the other end of a cable may type when this computer's stdin is at its end.
        self.stdin.keyboard.lasting = self.setup.usb is not None
        board.stdout = self.stdout = Terminal(sys.stdout or io.StringIO(), self._unheard)
        building.callback(self.stdout.finish)
        board.handler_failed = self._handler_failed

    def _trace_file(self, building: ExitStack) -> None:
        name = self.setup.trace
        if name is not None and name != "-":
            with naming("--trace", name):
                building.enter_context(traced(self.world, name))

    def _trace_lines(self) -> None:
        if self.setup.trace == "-":
            from machine_compat.taps import trace

            board = self.board.board
            board.tap(trace(lambda line: write(f"{line}\n"), board.clock.now_ns))

    # ---- running

    def __enter__(self) -> "Session":
        with ExitStack() as entering:
            entering.push(self._stack)
            entering.enter_context(self.signals)
            guard = Guard(self.world, self.setup.guard, self._waiting)
            guard.start()
            entering.callback(guard.stop)
            if not self.setup.fast:
                self.pacer.start()
                entering.callback(self.pacer.stop)
            self._stack = entering.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def pace(self, go_on: bool) -> None:
        """Hold a script back that spins, or leave the world to its own events."""
        if not self.setup.fast:
            (self.pacer.arm if go_on else self.pacer.rest)()

    def drain(self) -> None:
        """Once the script has ended, let what it has printed last reach who is at the other end of the cable."""
        if self.cable is not None and self.power.finished:
            self.cable.drain()

    def show(self) -> None:
        """Write what the displays show, if that was asked for."""
        if self.setup.show is not None:
            from machine_compat.commands.show import show

            with naming("--show", self.setup.show):
                show(self.chips, self.setup.show)

    def _waiting(self) -> bool:
        return self.pacer.waiting or self.signals.at_prompt or (self._keys is not None and self._keys.waiting)

    def _handler_failed(self, error: BaseException) -> None:
        if error is self.world.failure:
            return  # which ends the run, and is reported then
        self.failed = FAILED
        report(error)

    def _unheard(self) -> None:
        """Nobody reads stdout any more: nothing is written to it, not even when the interpreter ends."""
        with suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, sys.stdout.fileno())
            os.close(nowhere)
        if self.world.running:
            self.world.break_off(Leave(PIPE_BROKEN))


def refuse(profile: Profile) -> NoReturn:
    """The board is not one that can be simulated, or there is no such thing as its backend."""
    from machine_compat.registry import backend_class

    backend_class(profile.backend)
    raise ConfigError(f"board {profile.name} is no simulated board: its backend is {profile.backend}")


@contextmanager
def traced(world: World, name: str) -> Iterator[None]:
    """Have all that happens on the wires written to a file."""
    from machine_compat.mock.vcd import VCDTracer

    with Path(name).open("w", encoding="ascii") as file:
        world.tracer = tracer = VCDTracer(file, world)
        try:
            yield
        finally:
            world.tracer = None
            tracer.close()
            write(f"trace: {name} (open with PulseView or GTKWave)\n")


@contextmanager
def naming(option: str, value: str) -> Iterator[None]:
    """What goes wrong with an option is a wrong call, and names it."""
    try:
        yield
    except (ConfigError, OSError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        raise ConfigError(f"{option} {value}: {reason or error}") from error
