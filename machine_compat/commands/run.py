"""`machine-compat run`: a script on a simulated board, until it ends, for so long, or until Ctrl-C."""

from argparse import Namespace
from pathlib import Path

from machine_compat.commands.choice import choose, is_hardware
from machine_compat.commands.report import exit_code, report, say, standstill
from machine_compat.commands.session import Session, Setup
from machine_compat.commands.signals import Leave
from machine_compat.errors import ConfigError, DeviceError
from machine_compat.interpreter.guard import GuardTimeout
from machine_compat.interpreter.life import Program
from machine_compat.interpreter.power import ResetLoop
from machine_compat.mock.world import FAR


def run(options: Namespace) -> int:
    """Run a program on a board; the exit status."""
    path = tuple(Path(folder) for folder in options.path)
    program = Program(Path(options.script), tuple(options.args), path)
    program.files()
    profile, origin = choose(options.board, program.folder)
    if is_hardware(profile):
        if options.vm is not None:
            raise ConfigError(f"--vm is for simulated boards, and board {profile.name} is real")
        if options.usb is not None:
            raise ConfigError(f"--usb is for simulated boards, and board {profile.name} is real")
        from machine_compat.commands.hardware import run_on_hardware

        return run_on_hardware(options, profile, origin)
    if options.vm == "both":
        if options.usb is not None:
            raise ConfigError("--vm both runs two boards, and --usb plugs one in: leave one of them out")
        from machine_compat.commands.compare import compare

        return compare(options, program)
    with Session(Setup.of(options, program.folder)) as session:
        try:
            if options.vm == "micropython":
                from machine_compat.vm.life import lives

                session.power.new_life = lives()
            status = play(session, program, options.seconds)
            session.drain()
            return status
        except Leave as leave:
            return leave.status
        except (ConfigError, DeviceError, GuardTimeout, ResetLoop) as error:
            return report(error)
        finally:
            session.show()


def play(session: Session, program: Program, seconds: float | None) -> int:
    """Run a program until it ends, or the board's time is over; the exit status."""
    world, power = session.world, session.power
    session.board.start(program)
    end = FAR if seconds is None else world.now + round(seconds * 1e9)
    said = False
    while True:
        session.pace(True)
        world.run(end, lambda: power.error is not None or power.finished)
        session.pace(False)
        if power.error is not None:
            return report(power.error)
        if not power.finished:
            return standstill(power) if seconds is None else session.failed
        if not power.standing_by or world.quiet() or world.now >= end:
            break
        if not said:
            say("the script has ended; its timers and interrupts go on, as on a board" + until(seconds))
            said = True
        world.run(end, lambda: power.error is not None or not power.standing_by)
        if power.finished and power.error is None:
            break
    return exit_code(power.exit_status) or session.failed


def until(seconds: float | None) -> str:
    return ", until Ctrl-C" if seconds is None else f", until {seconds:g} s have passed"
