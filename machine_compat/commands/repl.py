"""`machine-compat repl`: a prompt on a simulated board; board time goes on while a person thinks."""

import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from machine_compat.commands.report import exit_code, report
from machine_compat.commands.session import Session, Setup
from machine_compat.commands.signals import Leave
from machine_compat.errors import DeviceError
from machine_compat.interpreter.power import ResetLoop
from machine_compat.interpreter.repl import PS1, PS2, NoProgram, Prompt, wants_more
from machine_compat.mock.nets import Contention
from machine_compat.mock.world import FAR


def repl(options: Namespace) -> int:
    """Run a prompt until it is left; the exit status."""
    folder = Path(options.flash) if options.flash is not None else Path()
    program = NoProgram(folder / "main.py", (), tuple(Path(path) for path in options.path))
    with Session(Setup.of(options, Path())) as session:
        session.power.new_life = Prompt
        try:
            session.board.start(program)
            return converse(session, line_reader(session))
        except Leave as leave:
            return leave.status
        except ResetLoop as error:
            return report(error)


def converse(session: Session, read: Callable[[str], str | None]) -> int:
    """Ask for statements and run them until there are no more, or one leaves; the exit status."""
    power = session.power
    while True:
        run_statement(session)
        if power.finished:
            return exit_code(power.exit_status) if power.error is None else report(power.error)
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
    except (Contention, DeviceError) as error:
        if not (isinstance(power.life, Prompt) and power.life.told is error):
            report(error)


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


def line_reader(session: Session) -> Callable[[str], str | None]:
    """A function that asks for one line: with editing and a history where there is a terminal and readline."""
    if sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty():
        try:
            from machine_compat.commands.editor import Editor
        except ImportError:  # no readline on this computer
            pass
        else:
            return Editor(session).ask

    def plain_line(prompt: str) -> str | None:
        session.stdout.write(prompt)
        session.stdout.flush()
        line = session.stdin.readline()
        return line.rstrip("\n") if line else None

    return plain_line
