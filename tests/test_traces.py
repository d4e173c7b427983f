"""Tracebacks as a board prints them: the script's own lines, in MicroPython's words."""

from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from machine_compat.simulation import SimulatedBoard
from machine_compat.traces import format_exception

Printed = Callable[..., list[str]]


@pytest.fixture
def printed(tmp_path: Path) -> Iterator[Printed]:
    """The lines a script prints, with its folder taken out of them."""
    boards: list[SimulatedBoard] = []

    def go(main: str, files: dict[str, str] | None = None) -> list[str]:
        for name, source in {"main.py": main, **(files or {})}.items():
            (tmp_path / name).write_text(dedent(source), encoding="utf-8")
        board = SimulatedBoard("pico")
        boards.append(board)
        board.run(tmp_path / "main.py", seconds=1)
        return board.output.replace(f"{tmp_path}/", "").splitlines()

    yield go
    for board in boards:
        board.close()


def shown(printed: Printed, statement: str) -> str:
    """The last line that sys.print_exception prints for what a statement raises."""
    lines = printed(
        f"import sys\ntry:\n    {statement}\nexcept BaseException as error:\n    sys.print_exception(error)\n"
    )
    return lines[-1]


def test_a_traceback(printed: Printed) -> None:
    main = """
        import sys
        import helper
        def outer():
            helper.inner(0)
        try:
            outer()
        except ZeroDivisionError as error:
            sys.print_exception(error)
    """
    helper = """
        class A:
            def divide(self, n):
                return 1 // n
        def inner(n):
            return A().divide(n)
    """
    lines = printed(main, {"helper.py": helper})
    assert lines[:-1] == [
        "Traceback (most recent call last):",
        '  File "main.py", line 7, in <module>',
        '  File "main.py", line 5, in outer',
        '  File "helper.py", line 6, in inner',
        '  File "helper.py", line 4, in divide',
    ]
    assert lines[-1].startswith("ZeroDivisionError: ")


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("raise ValueError('bad')", "ValueError: bad"),
        ("raise ValueError", "ValueError: "),
        ("raise ValueError('a', 2)", "ValueError: ('a', 2)"),
        ("{}['a']", "KeyError: a"),
        ("raise KeyError", "KeyError: "),
        ("raise KeyError(3)", "KeyError: 3"),
        ("raise OSError(19)", "OSError: [Errno 19] ENODEV"),
        ("raise OSError(16)", "OSError: 16"),
        ("raise OSError('words')", "OSError: words"),
        ("open('nowhere')", "OSError: [Errno 2] ENOENT"),
        ("import nowhere", "ImportError: no module named 'nowhere'"),
        ("assert 0", "AssertionError: "),
        ("assert 0, 'why'", "AssertionError: why"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("raise KeyboardInterrupt", "KeyboardInterrupt: "),
        ("nothing", "NameError: name 'nothing' is not defined"),
        ("raise StopIteration(5)", "StopIteration: 5"),
    ],
)
def test_the_last_line(printed: Printed, statement: str, text: str) -> None:
    assert shown(printed, statement) == text


def test_an_exception_of_the_scripts_own(printed: Printed) -> None:
    main = """
        import sys
        class Broken(Exception):
            def __str__(self):
                return "in " + str(len(self.args)) + " parts"
        try:
            raise Broken(1, 2)
        except Broken as error:
            sys.print_exception(error)
    """
    assert printed(main)[-1] == "Broken: in 2 parts"


def test_a_syntax_error_names_its_line(printed: Printed) -> None:
    main = """
        import sys
        try:
            import wrong
        except SyntaxError as error:
            sys.print_exception(error)
    """
    lines = printed(main, {"wrong.py": "x = 1\n\nif x\n    y = 2\n"})
    assert lines[:2] == ["Traceback (most recent call last):", '  File "main.py", line 4, in <module>']
    assert lines[2] == '  File "wrong.py", line 3'
    assert lines[3].startswith("SyntaxError: ")
    assert len(lines) == 4


def test_of_chained_exceptions_only_the_last_is_shown(printed: Printed) -> None:
    main = """
        import sys
        def f():
            try:
                {}['a']
            except KeyError:
                raise ValueError("second")
        try:
            f()
        except ValueError as error:
            sys.print_exception(error)
        try:
            raise OSError(5) from ValueError("first")
        except OSError as error:
            sys.print_exception(error)
    """
    assert printed(main) == [
        "Traceback (most recent call last):",
        '  File "main.py", line 9, in <module>',
        '  File "main.py", line 7, in f',
        "ValueError: second",
        "Traceback (most recent call last):",
        '  File "main.py", line 13, in <module>',
        "OSError: [Errno 5] EIO",
    ]


def test_frames_of_the_library_are_left_out(printed: Printed) -> None:
    main = """
        import sys
        from machine import I2C, Pin, Timer
        def read():
            I2C(0).readfrom(0x42, 1)
        try:
            read()
        except OSError as error:
            sys.print_exception(error)
        try:
            Pin(99)
        except ValueError as error:
            sys.print_exception(error)
    """
    assert printed(main) == [
        "Traceback (most recent call last):",
        '  File "main.py", line 7, in <module>',
        '  File "main.py", line 5, in read',
        "OSError: [Errno 5] EIO",
        "Traceback (most recent call last):",
        '  File "main.py", line 11, in <module>',
        "ValueError: invalid pin",
    ]


def test_text_that_was_executed_is_a_file(printed: Printed) -> None:
    main = """
        import sys
        try:
            exec("x = 1\\n1 // 0")
        except ZeroDivisionError as error:
            sys.print_exception(error)
    """
    assert printed(main)[1:3] == ['  File "main.py", line 4, in <module>', '  File "<string>", line 2, in <module>']


def test_stores_that_were_rewritten_add_no_lines(printed: Printed) -> None:
    main = """
        import sys
        b = bytearray(2)
        try:
            b[9] = 1
        except IndexError as error:
            sys.print_exception(error)
        try:
            b[0] = "x"
        except TypeError as error:
            sys.print_exception(error)
    """
    lines = printed(main)
    assert [line for line in lines if line.startswith("  File")] == [
        '  File "main.py", line 5, in <module>',
        '  File "main.py", line 9, in <module>',
    ]


def test_into_a_stream(printed: Printed) -> None:
    main = """
        import sys, io
        out = io.StringIO()
        try:
            raise ValueError("kept")
        except ValueError as error:
            sys.print_exception(error, out)
            with open("log.txt", "w") as log:
                sys.print_exception(error, log)
        print(out.getvalue() == open("log.txt").read(), out.getvalue(), end="")
    """
    assert printed(main) == [
        "True Traceback (most recent call last):",
        '  File "main.py", line 5, in <module>',
        "ValueError: kept",
    ]


def test_what_was_never_raised() -> None:
    assert format_exception(ValueError("new")) == "ValueError: new\n"


def test_notes_say_what_would_help() -> None:
    error = OSError("no flash")
    error.add_note("name a folder with --flash")
    assert format_exception(error).endswith("OSError: no flash\n  (name a folder with --flash)\n")


def test_endless_recursion_is_folded(tmp_path: Path) -> None:
    script = tmp_path / "main.py"
    script.write_text("def f():\n    f()\nf()\n")
    board = SimulatedBoard("pico")
    with pytest.raises(RecursionError) as raised:
        board.run(script)
    lines = format_exception(raised.value).splitlines()
    board.close()
    assert len(lines) == 1 + 1 + 3 + 1 + 1
    assert lines[5].startswith("  (and ")
