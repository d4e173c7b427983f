"""`machine-compat repl`: a prompt on a simulated board; board time goes on while a person thinks."""

import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from machine_compat.commands.report import FAILED, exit_code, report
from machine_compat.commands.session import Session, Setup
from machine_compat.commands.signals import Leave
from machine_compat.errors import DeviceError
from machine_compat.interpreter.power import ResetLoop
from machine_compat.interpreter.repl import PS1, PS2, NoProgram, Prompt, wants_more
from machine_compat.mock.world import FAR


def repl(options: Namespace) -> int:
    """Run a prompt until it is left; the exit status."""
    folder = Path(options.flash) if options.flash is not None else Path()
    program = NoProgram(folder / "main.py", (), tuple(Path(path) for path in options.path))
    with Session(Setup.of(options, Path())) as session:
        session.power.new_life = Prompt
        try:
            session.board.start(program)
            with line_reader(session) as read:
                return converse(session, read)
        except Leave as leave:
            return leave.status
        except ResetLoop as error:
            return report(error, session.files)


def converse(session: Session, read: Callable[[str], str | None]) -> int:
    """Ask for statements and run them until there are no more, or one leaves; the exit status."""
    power = session.power
    while True:
        run_statement(session)
        if power.finished:
            return exit_code(power.exit_status) if power.error is None else report(power.error, session.files)
        text = statement(session, read)
        if text is None:
            session.stdout.write("\n")
            return 0
        prompt = power.life
        assert isinstance(prompt, Prompt)
        prompt.submit(text)


def run_statement(session: Session) -> None:
    """Let the world go on until the board is at its prompt, as it was or after a reset."""
    power = session.power

    def waits() -> bool:
        return power.finished or (isinstance(power.life, Prompt) and power.life.idle)

    session.pacer.rebase()
    session.signals.forget()
    try:
        session.world.run(FAR, waits)
    except DeviceError as error:
        report(error, session.files)


def statement(session: Session, read: Callable[[str], str | None]) -> str | None:
    """One whole statement; None when nothing more will be typed."""
    lines: list[str] = []
    signals = session.signals
    while True:
        signals.at_prompt = True
        try:
            line = read(PS2 if lines else PS1)
        except KeyboardInterrupt:
            session.stdout.write("\n")
            lines.clear()
            continue
        finally:
            signals.at_prompt = False
        if line is None:
            return "\n".join(lines) + "\n" if lines else None
        lines.append(line)
        text = "\n".join(lines)
        if not wants_more(text):
            return text


# ---- where lines come from


@contextmanager
def line_reader(session: Session) -> Iterator[Callable[[str], str | None]]:
    """A function that asks for one line: with editing and a history where there is a terminal and readline."""
    if sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty():
        try:
            import readline
        except ImportError:
            pass
        else:
            readline.parse_and_bind("tab: tab-insert")
            with world_goes_on(session):
                yield edited_line
            return

    def plain_line(prompt: str) -> str | None:
        session.stdout.write(prompt)
        session.stdout.flush()
        line = session.stdin.readline()
        return line.rstrip("\n") if line else None

    yield plain_line


def edited_line(prompt: str) -> str | None:
    try:
        return input(prompt)
    except EOFError:
        return None


@contextmanager
def world_goes_on(session: Session) -> Iterator[None]:
    """Let board time catch up while readline waits, which calls PyOS_InputHook ten times a second."""
    import ctypes

    world, pacer = session.world, session.pacer
    kind = ctypes.PYFUNCTYPE(ctypes.c_int)

    def catch_up() -> int:
        # A Ctrl-C in here is lost: readline knows nothing of exceptions in its hook.
        try:
            world.run(max(world.now, pacer.board_ns))
        except (DeviceError, KeyboardInterrupt) as error:
            if isinstance(error, DeviceError):
                session.failed = FAILED
                report(error, session.files)
        return 0

    hook = kind(catch_up)
    slot = ctypes.c_void_p.in_dll(ctypes.pythonapi, "PyOS_InputHook")
    before = slot.value
    slot.value = ctypes.cast(hook, ctypes.c_void_p).value
    try:
        yield
    finally:
        slot.value = before
