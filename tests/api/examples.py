"""Reads the examples: what one types at a board's prompt, and what it answers.

    # board: pyboard
    # wire: X1=X2

    Pin.on Pin.off
        >>> led = Pin("X1", Pin.OUT)
        >>> led.on()
        >>> led.value()
        1
        >>> Pin("Z9")
        ValueError: Pin(Z9) doesn't exist

A file is one board from switch-on. A line at the margin lists the names that the lines below it show; another `#` line
is a remark. An answer may have `...` for what does not matter. The folder or file below `examples` is the module the
names are of. What stops or restarts a board is a script with its output beside it; `# shows:` in it lists the names.
"""

import ast
import doctest
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).resolve().parent / "examples"
SHOWS = re.compile(r"# shows: *(.*)")
MARK = "\x1e"
PROMPT = f"""\
def __show(value):
    if value is not None: print(repr(value))
def __mark(line):
    print("{MARK}" + str(line))
"""


@dataclass(frozen=True, slots=True)
class Example:
    """What shows some names. source: all that is typed; full names have their module before them."""

    names: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Session:
    """A file of examples. lines: of the file, each with what is typed there and the answer expected."""

    path: Path
    examples: tuple[Example, ...]
    lines: Sequence[doctest.Example]

    def script(self) -> str:
        """The session as a script, which marks in its output where each answer begins."""
        header = [line for line in self.path.read_text(encoding="utf-8").splitlines() if line.startswith("# ")]
        body = "".join(f"__mark({line.lineno + 1})\n{typed(line.source)}" for line in self.lines)
        return "\n".join(header) + f"\n{PROMPT}{body}"

    def wrong(self, output: str) -> Iterator[str]:
        """What is not as expected, with file and line."""
        answers = {int(line): text for line, _, text in (part.partition("\n") for part in output.split(MARK)[1:])}
        check = doctest.OutputChecker().check_output
        for line in self.lines:
            answer = answers.get(line.lineno + 1, "(the session ended before)\n")
            if not check(line.want, answer, doctest.ELLIPSIS):
                yield f"{self.path.name}:{line.lineno + 1}: {line.source}expected: {line.want}answered: {answer}"


def typed(source: str) -> str:
    """A line as a board's prompt takes it: the values of expressions are shown, and so is an exception."""
    statements = ast.parse(source).body
    if any(isinstance(statement, ast.Expr) for statement in statements):
        source = "".join(shown_by(statement, source) for statement in statements)
    inside = "".join(f"    {line}\n" for line in source.splitlines())
    return f'try:\n{inside}except Exception as __e: print(type(__e).__name__ + ": " + str(__e))\n'


def shown_by(statement: ast.stmt, source: str) -> str:
    text = ast.get_source_segment(source, statement)
    return f"__show(({text}))\n" if isinstance(statement, ast.Expr) else f"{text}\n"


@cache
def sessions() -> tuple[Session, ...]:
    """All files of prompts and answers."""
    return tuple(read(path) for path in sorted(HERE.rglob("*.txt")))


def read(path: Path) -> Session:
    text = path.read_text(encoding="utf-8")
    lines = doctest.DocTestParser().get_examples(text, str(path))
    return Session(path, tuple(headed(path, text, lines)), lines)


def headed(path: Path, text: str, lines: Sequence[doctest.Example]) -> Iterator[Example]:
    """The names at the margin, and what is typed below them."""
    margins = [
        (number, line.split())
        for number, line in enumerate(text.splitlines())
        if line and not line.startswith((" ", "#"))
    ]
    ends = [number for number, _ in margins[1:]] + [len(text)]
    for (start, names), end in zip(margins, ends, strict=True):
        source = "".join(line.source for line in lines if start < line.lineno < end)
        yield Example(tuple(f"{module_of(path)}.{name}" for name in names), source)


@cache
def scripts() -> tuple[tuple[Path, Example], ...]:
    """The examples that are scripts, with their files."""
    found = []
    for path in sorted(HERE.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        names = tuple(f"{module_of(path)}.{name}" for line in SHOWS.findall(source) for name in line.split())
        found.append((path, Example(names, source)))
    return tuple(found)


def module_of(path: Path) -> str:
    return path.relative_to(HERE).with_suffix("").parts[0]


@cache
def examples() -> tuple[Example, ...]:
    """All examples."""
    return (*(example for session in sessions() for example in session.examples), *(shown for _, shown in scripts()))


@cache
def shown() -> frozenset[str]:
    """The full names that have an example."""
    return frozenset(name for example in examples() for name in example.names)
