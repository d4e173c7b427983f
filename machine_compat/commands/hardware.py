"""`machine-compat run` on a real board: the script runs on this computer's own buses, or an adapter's."""

import sys
from argparse import Namespace
from pathlib import Path

from machine_compat.board import Board
from machine_compat.commands.report import FAILED, exit_code, report, say, write
from machine_compat.commands.signals import INTERRUPTED
from machine_compat.errors import ConfigError
from machine_compat.interpreter.direct import DirectRun, open_board
from machine_compat.interpreter.life import Program
from machine_compat.profile import Profile

SIMULATED_ONLY = ("attach", "wire", "show", "fast", "flash_image")


def run_on_hardware(options: Namespace, profile: Profile, origin: str) -> int:
    """Run a program on a real board until it ends; the exit status. All that it opened is given back.

    origin: where the choice of the board came from. ConfigError for options that only a simulation has.
    """
    for name in SIMULATED_ONLY:
        if getattr(options, name, None):
            raise ConfigError(f"--{name.replace('_', '-')} is for simulated boards, and board {profile.name} is real")
    program = Program(Path(options.script), tuple(options.args), tuple(Path(folder) for folder in options.path))
    flash = Path(options.flash) if options.flash is not None else program.folder
    if not flash.is_dir():
        raise ConfigError(f"--flash {flash}: no such folder")
    say(f"board {profile.name}: {profile.description}; {origin}")
    board = open_board(profile, flash)
    trace(board, options.trace)
    run = DirectRun(board, program)
    failed = 0

    def handler_failed(error: BaseException) -> None:
        nonlocal failed
        failed = FAILED
        report(error)

    board.handler_failed = handler_failed
    try:
        return exit_code(run.run(options.seconds)) or failed
    except KeyboardInterrupt as error:
        # Where only its handlers were left, the script has nothing to tell.
        return INTERRUPTED if run.standing_by else report(error)
    except Exception as error:  # the script's own, told as a board does
        return report(error)
    finally:
        sys.stdout.flush()


def trace(board: Board, name: str | None) -> None:
    if name is None:
        return
    if name != "-":
        raise ConfigError("--trace FILE.vcd draws simulated wires; on a real board --trace - tells of each transfer")
    from machine_compat.taps import trace as tracing

    board.tap(tracing(lambda line: write(f"{line}\n"), board.clock.now_ns))
