"""`machine-compat run --vm both`: a script on CPython and on MicroPython, and the first difference between the two."""

import sys
from argparse import Namespace
from pathlib import Path

from machine_compat.commands.choice import choose
from machine_compat.commands.report import FAILED, say, write
from machine_compat.errors import ConfigError
from machine_compat.interpreter.life import Program
from machine_compat.vm.judge import Stage, difference, play
from machine_compat.vm.life import lives

SECONDS = 10.0
"""How much board time a script gets that may have no end, unless --for says."""


def compare(options: Namespace, program: Program) -> int:
    """Print what the script prints on CPython and how MicroPython's run differs; 1 if it does."""
    if options.trace is not None or options.show is not None:
        raise ConfigError("--vm both compares what is printed and what is on the wires: leave --trace and --show out")
    if options.flash_image is not None:
        raise ConfigError("--vm both runs two boards, and a flash image is one board's: leave --flash-image out")
    micropython = lives()
    profile, origin = choose(options.board, program.folder)
    say(f"board {profile.name}: {profile.description}, simulated twice; {origin}")
    stage = Stage(
        profile,
        options.attach,
        options.wire,
        program.path,
        SECONDS if options.seconds is None else options.seconds,
        Path(options.flash) if options.flash is not None else None,
    )
    ours = play(program.script, stage, args=program.args)
    sys.stdout.write(ours.output)
    sys.stdout.flush()
    found = difference(ours, play(program.script, stage, micropython, program.args))
    if found is None:
        seen = f"{len(ours.output.splitlines())} printed lines and {len(ours.wires)} events on the wires"
        say(f"no difference in {seen}, within {stage.seconds:g} s of board time")
        return 0
    say(f"the first difference is {found.partition(chr(10))[0]}")
    write(f"{found.partition(chr(10))[2]}\n")
    return FAILED
