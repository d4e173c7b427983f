"""A board's prompt: takes statements one by one and runs each as the board's script, in one `__main__`.

# Ref: MicroPython shared/runtime/pyexec.c (what the prompt prints), py/repl.c (when a statement goes on).
"""

import ast
import codeop
import warnings
from pathlib import Path
from types import ModuleType

from machine_compat.board import Board
from machine_compat.interpreter.life import Life, Program
from machine_compat.interpreter.rewrite.source import expand_tabs
from machine_compat.interpreter.script_sys import VERSION
from machine_compat.traces import format_exception

PS1, PS2 = ">>> ", "... "
FILE = "<stdin>"
SHOW = "__repl_print__"
"""The builtin that prints the value of an expression at the prompt; MicroPython's own is named so, too."""

HELP = """\
This is a MicroPython prompt on a simulated board: time goes with the clock on
your wall, and what hangs on the pins are the chips named with --attach.

    from machine import Pin, I2C    the board's hardware
    led = Pin("LED", Pin.OUT)
    led.on()
    import time; time.sleep_ms(100)

    help(obj)                       what an object has
    help("modules")                 what can be imported
    machine.soft_reset()            start again with nothing defined

Ctrl-C interrupts what runs, Ctrl-D leaves.
"""


class NoProgram(Program):
    """What a board runs that goes to its prompt at once; script: any name in the folder to import from."""

    def files(self) -> list[Path]:
        return []


class Prompt(Life):
    """A board's life at its prompt. What is given to `submit` runs when the world does; then it is `idle` again."""

    def __init__(self, board: Board, program: Program) -> None:
        super().__init__(board, program)
        self._board = board
        self._text: str | None = None
        self.idle = False
        self.told: BaseException | None = None
        """The exception that was printed last."""
        builtins = self.loader.builtins
        builtins[SHOW] = self._show
        builtins["help"] = self._help
        self.main: ModuleType = self.loader.run("", FILE)

    def submit(self, text: str) -> None:
        """Have one statement run."""
        self.idle = False
        self._text = text
        self._board.clock.wake()

    def run(self) -> None:
        """Take statements for ever; SystemExit goes through."""
        clock, interrupts = self._board.clock, self._board.interrupts
        self._write(banner(self._board))
        while True:
            while self._text is None:
                self.idle = True
                clock.wait_until(None)
                interrupts.run()
            text, self._text = self._text, None
            self._execute(text)

    def _execute(self, text: str) -> None:
        try:
            self.loader.exec(self.loader.compile(shown(text), FILE), self.main.__dict__)
        except SystemExit:
            raise
        except BaseException as error:  # a prompt survives everything, KeyboardInterrupt and the guard too
            self.told = error
            self._write(format_exception(error))

    # ---- what is printed

    def _write(self, text: str) -> None:
        if self._board.stdout is not None:
            self._board.stdout.write(text)
            self._board.stdout.flush()

    def _show(self, value: object) -> None:
        if value is not None:
            # As in CPython's prompt: what has no repr leaves `_` alone.
            self._write(f"{value!r}\n")
            self.loader.builtins["_"] = value

    def _help(self, *about: object) -> None:
        if not about:
            self._write(HELP)
        elif about[0] == "modules":
            self._write(module_list())
        else:
            self._write(described(about[0]))


def banner(board: Board) -> str:
    """The first lines of a prompt, as a board greets."""
    version = ".".join(str(part) for part in VERSION[:3])
    return f'MicroPython v{version} on machine_compat; {board.profile.machine}\nType "help()" for more information.\n'


def wants_more(text: str) -> bool:
    """Whether a statement goes on with the next line; a compound one does until an empty line."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return codeop.compile_command(expand_tabs(text), FILE, "single") is None
        except (SyntaxError, ValueError, OverflowError):
            # What is wrong with it is said when it runs.
            return False


def shown(text: str) -> str:
    """A statement in which every expression that stands by itself is printed, except in functions and classes."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return text
    lines = [line.encode() for line in text.split("\n")]
    for node in reversed(expressions(tree.body)):
        begin, end = node.lineno - 1, (node.end_lineno or node.lineno) - 1
        stop, start = node.end_col_offset or 0, node.col_offset
        lines[end] = lines[end][:stop] + b"))" + lines[end][stop:]
        lines[begin] = lines[begin][:start] + f"{SHOW}((".encode() + lines[begin][start:]
    return b"\n".join(lines).decode()


def expressions(body: list[ast.stmt]) -> list[ast.Expr]:
    """The statements that are an expression, in order, outside functions and classes."""
    found: list[ast.Expr] = []
    for statement in body:
        if isinstance(statement, ast.Expr):
            found.append(statement)
        elif not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            for inner in ast.iter_child_nodes(statement):
                if isinstance(inner, ast.stmt):
                    found += expressions([inner])
                elif isinstance(inner, ast.ExceptHandler | ast.match_case):
                    found += expressions(inner.body)
    return found


def module_list() -> str:
    """The modules a board has, in columns; what is in its folders and in CPython can be imported besides."""
    from machine_compat.modules import BUILT_IN, FROZEN

    names = sorted({"machine", "pyb", "sys", *BUILT_IN, *FROZEN})
    rows = [names[at : at + 4] for at in range(0, len(names), 4)]
    table = "\n".join("".join(f"{name:<18}" for name in row).rstrip() for row in rows)
    return f"{table}\nPlus any module in the board's folders\n"


def described(value: object) -> str:
    """What an object is and has, a line each."""
    names = [name for name in dir(value) if not name.startswith("__")]
    lines = [f"object {value!r} is of type {type(value).__name__}"]
    lines += [f"  {name} -- {getattr(value, name, None)!r}" for name in names]
    return "\n".join(lines) + "\n"
