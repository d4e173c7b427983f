"""The files of a board: boot.py, main.py, modules, and what a script writes."""

import pytest

from tests.simulation.make import Make, Write


def test_a_folder_runs_boot_and_then_main(make: Make, write: Write) -> None:
    write("print('boot', __name__)\nfound = 42", "app/boot.py")
    folder = write("print('main', __name__, found)", "app/main.py").parent
    board = make()
    board.run(folder)
    assert board.output == "boot __main__\nmain __main__ 42\n"


def test_an_error_in_boot_keeps_main_from_running(make: Make, write: Write) -> None:
    write("1 / 0", "app/boot.py")
    folder = write("print('main')", "app/main.py").parent
    board = make()
    with pytest.raises(ZeroDivisionError):
        board.run(folder)
    assert board.output == ""


def test_modules_beside_the_script_in_lib_and_in_further_folders(make: Make, write: Write) -> None:
    write("name = 'beside'", "app/one.py")
    write("name = 'lib'", "app/lib/two.py")
    further = write("name = 'further'", "further/three.py").parent
    script = write("import one, two, three\nprint(one.name, two.name, three.name)", "app/main.py")
    board = make(path=[further])
    board.run(script)
    assert board.output == "beside lib further\n"


def test_what_a_script_writes_does_not_stay(make: Make, write: Write) -> None:
    script = write("with open('log.txt', 'w') as file:\n    file.write('x')\nprint(open('log.txt').read())")
    board = make()
    board.run(script)
    assert board.output == "x\n"
    assert not (script.parent / "log.txt").exists()
