"""Drivers compiled with Cython: they run against the machine of the board that loads them, and print the same."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

import machine_compat
from machine_compat.simulation import SimulatedBoard

HERE = Path(__file__).resolve().parent
EXAMPLE = HERE.parent / "examples" / "compiled"
EXPECTED = HERE / "examples" / "barometer.exp"
CHIP = "bme280@i2c0:0x76,temperature=21.5"
LAZY = """
print("loaded")

def ticks():
    import time
    from machine import Pin
    import micropython as other
    return time.ticks_ms() >= 0, repr(Pin(25)), other.const(3)

def missing():
    import nothing_of_the_kind
"""


def build(folder: Path, source: Path, *options: str) -> None:
    """Compile a module as the example does, or with options of its own."""
    code = f"import sys; sys.path.insert(0, {str(EXAMPLE)!r}); import build; from pathlib import Path\n"
    code += options[0] if options else ""
    code += f"build.build(Path({str(source)!r}), Path({str(folder)!r}))"
    # A driver needs no optimizer to be tested.
    built = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "CFLAGS": "-O0"}, capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stdout + built.stderr


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the example's driver, and a module `lazy`, both compiled."""
    folder = tmp_path_factory.mktemp("compiled")
    source = folder / "source" / "lazy.py"
    source.parent.mkdir()
    source.write_text(LAZY)
    build(folder / "out", EXAMPLE / "driver" / "bme280.py")
    build(folder / "out", source)
    return folder / "out"


@pytest.fixture
def pico(compiled: Path) -> Iterator[SimulatedBoard]:
    board = SimulatedBoard("pico", path=[compiled])
    yield board
    board.close()


def test_the_example_prints_the_same_either_way(compiled: Path) -> None:
    for folder in (EXAMPLE / "driver", compiled):
        with closing(SimulatedBoard("pico", path=[folder])) as board:
            board.attach(CHIP)
            board.run(EXAMPLE / "barometer.py")
            assert board.output == EXPECTED.read_text()


def test_it_is_the_compiled_one_that_runs(pico: SimulatedBoard, tmp_path: Path) -> None:
    before = set(sys.modules)
    (tmp_path / "main.py").write_text("import bme280\nprint(bme280.__file__, type(bme280.BME280.read).__name__)")
    pico.run(tmp_path / "main.py")
    file, kind = pico.output.split()
    assert file.rpartition(".")[2] in ("so", "pyd")
    assert kind == "cython_function_or_method"
    assert "bme280" not in set(sys.modules) - before


def test_imports_of_its_functions_are_the_boards(pico: SimulatedBoard, tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(
        "import lazy\nprint(lazy.ticks())\ntry:\n    lazy.missing()\nexcept ImportError as error:\n    print(error)"
    )
    pico.run(tmp_path / "main.py")
    assert pico.output == ("loaded\n(True, 'Pin(GPIO25, mode=IN)', 3)\nno module named 'nothing_of_the_kind'\n")


def test_two_boards_have_their_own(compiled: Path, tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(
        "import sys, bme280, machine\n"
        "bme280.count = getattr(bme280, 'count', 0) + 1\n"
        "sensor = bme280.BME280(machine.I2C(0))\n"
        "print('%s %d %.1f' % (sys.platform, bme280.count, sensor.read()[0]))\n"
        "if machine.reset_cause() == machine.PWRON_RESET:\n    machine.reset()\n"
    )
    boards = [SimulatedBoard(name, path=[compiled]) for name in ("pico", "esp32")]
    for board, celsius in zip(boards, (10, 20), strict=True):
        board.attach("bme280@i2c0:0x76").temperature = celsius
    for board in boards:
        board.run(tmp_path / "main.py", seconds=5)
    assert [board.output for board in boards] == ["rp2 1 10.0\nrp2 1 10.0\n", "esp32 1 20.0\nesp32 1 20.0\n"]
    for board in boards:
        board.close()


def test_a_traceback_shows_its_lines(pico: SimulatedBoard, tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("import bme280, machine\nbme280.BME280(machine.I2C(0), 0x20)\n")
    with pytest.raises(OSError, match="Errno 5") as failure:
        pico.run(tmp_path / "main.py")
    assert [entry.name for entry in failure.traceback if "bme280.py" in str(entry.path)] == ["bme280.BME280.__init__"]


def test_a_module_compiled_without_the_header_says_so(tmp_path: Path) -> None:
    source = tmp_path / "source" / "plain.py"
    source.parent.mkdir()
    source.write_text("from machine import Pin\n")
    build(tmp_path / "out", source, "build.INCLUDE = []\n")
    (tmp_path / "main.py").write_text("import plain\n")
    with closing(SimulatedBoard("pico", path=[tmp_path / "out"])) as board:
        with pytest.raises(ImportError, match=r"compile it with -include machine_compat.h"):
            board.run(tmp_path / "main.py")
        assert "plain" not in sys.modules


def test_cpython_loads_it_on_the_installed_board(compiled: Path) -> None:
    program = (
        f"import sys; sys.path.insert(0, {str(compiled)!r}); sys.path.insert(0, {str(HERE.parent)!r})\n"
        "import machine_compat\nboard = machine_compat.install('pico')\n"
        f"board.attach({CHIP!r})\nimport bme280, machine\n"
        "print('%.1f' % (bme280.BME280(machine.I2C(0)).fine_temperature(519888) / 5120), bme280.scan())\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ran.stdout.endswith("['0x76']\n"), ran.stderr


def test_get_include() -> None:
    assert (Path(machine_compat.get_include()) / "machine_compat.h").is_file()
