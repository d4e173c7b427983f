"""Keeps the prompt of a board like a board's: what it prints, when a statement is whole, what a reset leaves."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from machine_compat.interpreter.repl import NoProgram, Prompt, shown, wants_more
from machine_compat.mock.world import FAR
from machine_compat.simulation import SimulatedBoard


class Person:
    """Somebody who types statements, and reads what the board answers."""

    def __init__(self, board: SimulatedBoard, folder: Path) -> None:
        self.board = board
        self.read = 0
        board.power.new_life = Prompt
        board.start(NoProgram(folder / "main.py"))
        self.greeting = self.wait()

    def wait(self) -> str:
        power = self.board.power
        self.board.world.run(FAR, lambda: power.finished or (isinstance(power.life, Prompt) and power.life.idle))
        answer = self.board.output[self.read :]
        self.read = len(self.board.output)
        return answer

    def type(self, text: str) -> str:
        life = self.board.power.life
        assert isinstance(life, Prompt)
        life.submit(text)
        return self.wait()


@pytest.fixture
def person(tmp_path: Path) -> Iterator[Person]:
    with SimulatedBoard("pico", flash=tmp_path) as board:
        yield Person(board, tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "1 +",
        "x = 1",
        "",
        "   ",
        "# nothing",
        "if x: y()\n",
        "for i in range(3):\n    print(i)\n",
        "def f():\n\treturn 1\n",
        "x = (1,\n2)",
        "print('''a\nb''')",
        "1 1",
        "'\\d'",
        "if x:\ny\n",
    ],
)
def test_a_whole_statement_runs(text: str) -> None:
    assert not wants_more(text)


@pytest.mark.parametrize(
    "text",
    [
        "if x: y()",
        "for i in range(3):",
        "for i in range(3):\n    print(i)",
        "x = (1,",
        "print('''a",
        "x = 1 + \\",
        "@micropython.native",
        "try:\n    x",
        "try:\n    x\nexcept OSError:",
    ],
)
def test_a_statement_that_goes_on_waits(text: str) -> None:
    assert wants_more(text)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("1 + 1", "__repl_print__((1 + 1))"),
        ("1, 2", "__repl_print__((1, 2))"),
        ("f(1); x = 2; 'é'; x", "__repl_print__((f(1))); x = 2; __repl_print__(('é')); __repl_print__((x))"),
        ("(1,\n2)  # both", "__repl_print__(((1,\n2)))  # both"),
        ("if x:\n    1\nelse:\n    2\n", "if x:\n    __repl_print__((1))\nelse:\n    __repl_print__((2))\n"),
        ("try:\n    1\nexcept E:\n    2\n", "try:\n    __repl_print__((1))\nexcept E:\n    __repl_print__((2))\n"),
        ("def f():\n    1\n", "def f():\n    1\n"),
        ("class C:\n    'doc'\n", "class C:\n    'doc'\n"),
        ("x = 1", "x = 1"),
        ("1 1", "1 1"),
    ],
)
def test_expressions_are_printed(text: str, result: str) -> None:
    assert shown(text) == result


def test_it_greets_as_a_board(person: Person) -> None:
    first, second = person.greeting.splitlines()
    assert first.startswith("MicroPython v1.")
    assert first.endswith("; Raspberry Pi Pico with RP2040")
    assert second == 'Type "help()" for more information.'


def test_a_value_is_shown_by_its_repr_and_none_is_not(person: Person) -> None:
    assert person.type("'a' + 'b'") == "'ab'\n"
    assert person.type("None") == ""
    assert person.type("_") == "'ab'\n"
    assert person.type("print('x')") == "x\n"


def test_one_main_keeps_what_was_defined(person: Person) -> None:
    assert person.type("def f(x):\n    return x * 2\n") == ""
    assert person.type("from machine import Pin") == ""
    assert person.type("f(21), __name__") == "(42, '__main__')\n"
    assert person.type("Pin(2)") == "Pin(GPIO2, mode=IN)\n"


def test_what_scripts_know_without_an_import_is_known(person: Person) -> None:
    assert person.type("const(5)") == "5\n"
    assert person.type("buf = bytearray(1); buf[0] = 0x1FF; buf[0]") == "255\n"
    assert person.type("OSError(19).errno") == "19\n"


def test_an_error_is_a_boards_traceback_and_the_prompt_goes_on(person: Person) -> None:
    person.type("from machine import I2C")
    assert person.type("I2C(0).writeto(0x42, b'1')") == (
        'Traceback (most recent call last):\n  File "<stdin>", line 1, in <module>\nOSError: [Errno 5] EIO\n'
    )
    assert person.type("1 1").startswith('Traceback (most recent call last):\n  File "<stdin>", line 1\nSyntaxError: ')
    assert person.type("2") == "2\n"


def test_the_line_of_an_error_is_the_statements_own(person: Person) -> None:
    answer = person.type("if True:\n    1\n    1/0\n")
    assert answer.splitlines()[:3] == [
        "1",
        "Traceback (most recent call last):",
        '  File "<stdin>", line 3, in <module>',
    ]


def test_a_keyboard_interrupt_ends_the_statement_alone(person: Person) -> None:
    def interrupt() -> None:
        script = person.board.power.script
        assert script is not None
        script.throw(KeyboardInterrupt())

    person.board.at(300, interrupt)
    person.type("import time")
    assert person.type("time.sleep(10)").endswith('File "<stdin>", line 1, in <module>\nKeyboardInterrupt: \n')
    assert person.board.ms == pytest.approx(300)
    assert person.type("2") == "2\n"


def test_timers_go_on_at_the_prompt(person: Person) -> None:
    person.type("from machine import Timer")
    person.type("t = Timer(period=100, callback=lambda t: print('tick'))")
    person.board.run_on(ms=350)
    assert person.board.output.endswith("tick\ntick\ntick\n")


def test_a_reset_greets_again_and_forgets(person: Person) -> None:
    person.type("x = 1")
    person.type("import machine")
    assert person.type("machine.soft_reset()") == person.greeting
    assert person.type("x").endswith("NameError: name 'x' is not defined\n")


def test_sys_exit_leaves_with_its_status(person: Person) -> None:
    person.type("import sys")
    person.type("sys.exit(3)")
    assert person.board.finished
    assert person.board.exit_status == 3


def test_modules_come_from_the_boards_folder(person: Person, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("x = 5\n")
    person.type("import mine")
    assert person.type("mine.x") == "5\n"


def test_help_tells_of_the_board_its_modules_and_objects(person: Person) -> None:
    assert "Ctrl-D" in person.type("help()")
    assert {"machine", "micropython", "sys"} <= set(person.type("help('modules')").split())
    person.type("class C:\n    x = 5\n")
    assert person.type("help(C)").splitlines()[-1] == "  x -- 5"
