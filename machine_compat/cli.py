"""The command `machine-compat`: what it understands, and which part of the house answers."""

import argparse
import io
import os
import sys
from collections.abc import Sequence
from typing import NoReturn, TypeAlias

from machine_compat import __version__
from machine_compat.errors import ConfigError

FAILED = 1
WRONG = 2
INTERRUPTED = 130

RUN = """\
Runs a MicroPython script, or a folder with boot.py and main.py, on a simulated board.

The exit status is the script's own, 1 after an uncaught exception, 2 for a wrong call, 130 after Ctrl-C."""
RUN_EXAMPLE = """\
examples:
  machine-compat run --board pico blink.py
  machine-compat run --board esp32 --attach bme280@i2c0:0x76 --for 10 --fast --trace weather.vcd weather.py"""
REPL = "A prompt on a simulated board, in real time. Ctrl-C interrupts, Ctrl-D leaves."
REPL_EXAMPLE = """\
example:
  machine-compat repl --board pico --attach bme280@i2c0:0x76"""

CHECK = """\
Tells which names, pins, buses and modules scripts use that a board lacks, with file and line. Nothing is executed.

The modules that a script imports from its own folder, and from lib in it, are checked with it. What cannot be told
from the text alone is not reported.

The exit status is 1 when something is missing, 0 when nothing is, 2 for a wrong call."""
CHECK_EXAMPLE = """\
examples:
  machine-compat check main.py --board esp32 --board pico_w
  machine-compat check *.py --all-boards"""


class Wrong(ConfigError):
    """The command was called wrongly."""


class Help(argparse.RawDescriptionHelpFormatter):
    """Texts as they are written here, as wide as the terminal."""

    def __init__(self, prog: str) -> None:
        # Not from shutil, which costs more to import than all the rest of this file.
        try:
            columns = os.get_terminal_size().columns
        except OSError:
            columns = 80
        super().__init__(prog, width=columns - 2)


class Parser(argparse.ArgumentParser):
    """A parser whose complaint is one line."""

    def error(self, message: str) -> NoReturn:
        raise Wrong(f"{message} (see {self.prog} --help)")


Commands: TypeAlias = "argparse._SubParsersAction[Parser]"


def seconds(text: str) -> float:
    """A span of time, up to the 30 years that board time is good for; `float` alone takes "nan"."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < 1e9:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds; write 2.5 or 60")
    return value


def usb(text: str) -> str:
    """A way to plug a board in: "vhci", "pty", or "pty:" and the name of a link."""
    kind, _, link = text.partition(":")
    if text not in ("vhci", "pty") and not (kind == "pty" and link):
        raise argparse.ArgumentTypeError(f"{text!r} is no way to plug a board in; write pty, pty:/tmp/board or vhci")
    return text


def parser(asked: str = "") -> Parser:
    """What understands the command line; asked: its first word."""
    top = Parser(
        prog="machine-compat",
        description="Runs unmodified MicroPython hardware scripts on this computer.",
        epilog="example:\n  machine-compat run --board pico blink.py",
        formatter_class=Help,
    )
    version = f"machine-compat {__version__} ({sys.implementation.name} {sys.version.split()[0]})"
    top.add_argument("--version", action="version", version=version, help="print the version and leave")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=Parser)
    # argparse looks for translations of each parser's texts: only the one that is asked for is made, if it is known.
    for name in [asked] if asked in COMMANDS else COMMANDS:
        COMMANDS[name](commands)
    return top


def add_run(commands: Commands) -> None:
    run = commands.add_parser(
        "run", help="run a script on a simulated board", description=RUN, epilog=RUN_EXAMPLE, formatter_class=Help
    )
    add_world(run, flash="the script's own folder")
    run.add_argument(
        "--for", dest="seconds", type=seconds, metavar="SECONDS", help="stop after so many board seconds: --for 2.5"
    )
    run.add_argument("--fast", action="store_true", help="board time goes as fast as it can, not with the wall clock")
    run.add_argument(
        "--vm",
        choices=("micropython", "both"),
        help="run it in MicroPython itself, in Node.js; both: on CPython too, and show the first difference",
    )
    run.add_argument(
        "--usb",
        type=usb,
        metavar="pty[:LINK]|vhci",
        help="plug the board into this computer. pty: its serial port on a pseudo terminal, for pyserial or screen; "
        "vhci: the whole USB device, for this computer's kernel (on Linux, as root, after modprobe vhci-hcd)",
    )
    run.add_argument("script", metavar="SCRIPT", help="a .py file, or a folder with boot.py and main.py")
    rest = run.add_argument("args", metavar="ARG", nargs=argparse.REMAINDER, help="what the script finds in sys.argv")
    rest.required = False  # or argparse says that a missing ARG were missing, too


def add_repl(commands: Commands) -> None:
    repl = commands.add_parser(
        "repl", help="a prompt on a simulated board", description=REPL, epilog=REPL_EXAMPLE, formatter_class=Help
    )
    add_world(repl, flash="the current folder")


def add_boards(commands: Commands) -> None:
    add_listing(commands, "boards", "list the boards")


def add_pins(commands: Commands) -> None:
    pins = add_listing(commands, "pins", "print a board's pinout", " pico")
    pins.add_argument("board", metavar="BOARD", help="a board's name, or its TOML file")


def add_chips(commands: Commands) -> None:
    add_listing(commands, "chips", "list the simulated chips that --attach knows")


def add_check(commands: Commands) -> None:
    check = commands.add_parser(
        "check",
        help="tell what scripts use that a board lacks",
        description=CHECK,
        epilog=CHECK_EXAMPLE,
        formatter_class=Help,
    )
    add = check.add_argument
    add("script", metavar="SCRIPT", nargs="+", help="a .py file, or a folder with boot.py and main.py")
    add(
        "--board",
        action="append",
        default=[],
        metavar="NAME|FILE.toml",
        help="a board to check for: --board pico (default: as for run)",
    )
    add("--all-boards", action="store_true", help="print a table: a row for each script, a column for each board")
    add("--path", action="append", default=[], metavar="DIR", help="a further folder to import from: --path lib")


def add_doctor(commands: Commands) -> None:
    add_listing(commands, "doctor", "list what this computer could use, what it cannot, and what would help")


def add_scan(commands: Commands) -> None:
    scan = add_listing(commands, "scan", "list the addresses that answer on a real board's I2C buses", " --board rpi")
    scan.add_argument("--board", metavar="NAME|FILE.toml", help="the board: --board rpi, --board linux")


def add_listing(commands: Commands, name: str, text: str, example: str = "") -> Parser:
    return commands.add_parser(
        name,
        help=text,
        description=f"{text[0].upper()}{text[1:]}.",
        epilog=f"example:\n  machine-compat {name}{example}",
        formatter_class=Help,
    )


COMMANDS = {
    "run": add_run, "repl": add_repl, "check": add_check, "boards": add_boards, "pins": add_pins, "chips": add_chips,
    "doctor": add_doctor, "scan": add_scan,
}  # fmt: skip


def add_world(command: argparse.ArgumentParser, flash: str) -> None:
    """The options that say which board it is and what is around it."""
    add = command.add_argument
    add(
        "--board",
        metavar="NAME|FILE.toml",
        help="the board: --board pico, --board my_board.toml, --board ft232h://SERIAL (default: $MACHINE_COMPAT_BOARD, "
        "board in [tool.machine_compat] of the nearest pyproject.toml, mock)",
    )
    add("--wire", action="append", default=[], metavar="A=B", help="solder two pins together: --wire GP0=GP1")
    add("--path", action="append", default=[], metavar="DIR", help="a further folder to import from: --path lib")
    add(
        "--attach",
        action="append",
        default=[],
        metavar="CHIP@PLACE",
        help="hang a simulated chip on the board: --attach bme280@i2c0:0x76, --attach button@GP14, "
        "--attach usbkeyboard@usb (machine-compat chips lists them)",
    )
    add("--flash", metavar="DIR", help=f"the folder that is the board's file system (default: {flash})")
    add(
        "--flash-image",
        metavar="FILE.bin",
        help="the file that is the chip's raw flash, behind esp32.Partition, rp2.Flash and pyb.Flash: made if it is "
        "missing, and kept (default: memory, forgotten at the end)",
    )
    add(
        "--guard",
        type=seconds,
        default=10.0,
        metavar="SECONDS",
        help="stop a script that computes for so long without board time moving; 0 lets it (default: 10)",
    )
    add(
        "--trace",
        metavar="FILE.vcd|-",
        help="write what happens on the wires: --trace out.vcd for PulseView or GTKWave, - for one line each on stderr",
    )
    add(
        "--show",
        metavar="FILE.png|-",
        help="at the end, what the attached displays show: --show out.png for a picture, - for one in the terminal",
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line says; the exit status."""
    words = list(sys.argv[1:] if argv is None else argv)
    if sys.stdout is None:  # a shell's >&-
        sys.stdout = io.StringIO()
    try:
        return answer(parser(*words[:1]).parse_args(words))
    except SystemExit as leave:  # how argparse ends after --help
        return leave.code if isinstance(leave.code, int) else 0
    except ConfigError as error:
        complain(str(error))
        return WRONG
    except KeyboardInterrupt:
        return INTERRUPTED
    except OSError as error:
        # Nobody reads the list any more, or there is no room for it; nothing must be left to write when the interpreter
        # ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            return 0
        complain(f"{error.filename or 'standard output'}: {error.strerror or error}")
        return WRONG if error.filename else FAILED


def complain(text: str) -> None:
    """One line for the person at the terminal, if there is one."""
    if sys.stderr is not None:
        sys.stderr.write(f"machine-compat: {text}\n")


def answer(options: argparse.Namespace) -> int:
    match options.command:
        case "boards" | "chips" | "pins" as listing:
            from machine_compat.commands import catalogue

            status = catalogue.pins(options.board) if listing == "pins" else getattr(catalogue, listing)()
            sys.stdout.flush()
            return int(status)
        case "check":
            from machine_compat.commands.check import check

            return check(options)
        case "doctor":
            from machine_compat.commands.doctor import doctor

            return doctor()
        case "scan":
            from machine_compat.commands.scan import scan

            return scan(options.board)
        case "repl":
            from machine_compat.commands.repl import repl

            return repl(options)
    from machine_compat.commands.run import run

    return run(options)
