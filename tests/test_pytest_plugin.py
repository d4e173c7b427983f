"""The pytest plugin, used as a project with firmware would use it."""

import sys

import pytest

DRIVER = """
from machine import Pin
import helper
import time

class Blinker:
    def __init__(self, pin):
        self.pin = pin

    def blink(self):
        self.pin.on()
        time.sleep_ms(helper.PAUSE)
        self.pin.off()
"""


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    firmware = pytester.mkdir("firmware")
    (firmware / "blinker.py").write_text(DRIVER)
    (firmware / "helper.py").write_text("PAUSE = 250\n")
    (firmware / "main.py").write_text(
        "from machine import Pin\nfrom blinker import Blinker\n"
        "blinker = Blinker(Pin('LED', Pin.OUT))\nwhile True:\n    blinker.blink()\n    time = __import__('time')\n"
        "    time.sleep_ms(250)\n"
    )
    pytester.makepyprojecttoml(
        '[tool.pytest.ini_options]\nmachine_compat_board = "pico"\nmachine_compat_path = ["firmware"]\n'
        'filterwarnings = ["error"]\naddopts = "-p no:cacheprovider"\n'
    )
    return pytester


def passes(project: pytest.Pytester, source: str, count: int = 1) -> None:
    project.makepyfile(test_it=source)
    project.runpytest_subprocess().assert_outcomes(passed=count)


def test_a_folder_of_firmware_that_is_not_there_is_told(project: pytest.Pytester) -> None:
    project.makepyprojecttoml('[tool.pytest.ini_options]\nmachine_compat_path = ["nowhere"]\n')
    project.makepyfile(test_it="def test(): ...")
    result = project.runpytest_subprocess()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*machine_compat_path: no folder *nowhere"])


def test_a_program_runs_on_the_board_of_the_ini(project: pytest.Pytester) -> None:
    passes(
        project,
        """
        def test_blinks(board):
            board.run("firmware/main.py", seconds=1)
            assert board.profile.name == "pico"
            assert [round(edge.ms, -1) for edge in board.pin("LED").edges] == [0, 250, 500, 750]
        """,
    )


def test_firmware_is_imported_plainly_and_lives_on_the_boards_time(project: pytest.Pytester) -> None:
    passes(
        project,
        """
        import blinker, helper

        def test_blink(board):
            pin = board.machine.Pin(15, board.machine.Pin.OUT)
            before = board.ms
            blinker.Blinker(pin).blink()
            assert 250 <= board.ms - before < 251

        def test_each_test_has_a_fresh_world(board):
            assert board.ms == 0
            assert board.pin("GP15").edges == []
            helper.PAUSE = 500
            blinker.Blinker(board.machine.Pin(15, board.machine.Pin.OUT)).blink()
            assert board.ms >= 500

        def test_a_fresh_copy(board):
            assert board.import_module("helper").PAUSE == 250
            assert board.import_module("blinker").Blinker is not blinker.Blinker
        """,
        3,
    )


def test_the_marker_chooses_board_chips_and_wires(project: pytest.Pytester) -> None:
    passes(
        project,
        """
        import pytest

        @pytest.mark.board("esp32", attach=["bme280@i2c0:0x76"], wire=["4=5"])
        def test_it(board):
            assert board.profile.name == "esp32"
            assert board.machine.I2C(0).scan() == [0x76]
            a, b = board.machine.Pin(4, board.machine.Pin.OUT), board.machine.Pin(5, board.machine.Pin.IN)
            a.on()
            assert b.value() == 1
        """,
    )


def test_the_option_overrides_the_ini(project: pytest.Pytester) -> None:
    project.makepyfile(test_it="def test_it(board):\n    assert board.profile.name == 'pyboard'\n")
    project.runpytest_subprocess("--machine-compat-board=pyboard").assert_outcomes(passed=1)


def test_a_scripts_exception_fails_the_test_at_the_scripts_line(project: pytest.Pytester) -> None:
    (project.path / "firmware" / "broken.py").write_text("x = 1\nraise ValueError('line two')\n")
    project.makepyfile(test_it="def test_it(board):\n    board.run('firmware/broken.py')\n")
    result = project.runpytest_subprocess()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*firmware/broken.py:2: ValueError"])


def test_a_script_that_computes_for_ever_is_stopped_at_its_line(project: pytest.Pytester) -> None:
    (project.path / "firmware" / "busy.py").write_text("x = 0\nfor i in range(10**12):\n    x += i\n")
    project.makepyfile(test_it="def test_it(board):\n    board.run('firmware/busy.py', seconds=1)\n")
    result = project.runpytest_subprocess("-o", "machine_compat_guard=0.3")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*busy.py:3 has kept board time from moving for 0.3 s*"])


def test_an_unknown_board_is_an_error_that_lists_the_boards(project: pytest.Pytester) -> None:
    project.makepyfile(test_it="def test_it(board):\n    pass\n")
    result = project.runpytest_subprocess("--machine-compat-board=arduino")
    assert result.ret != 0
    assert "no board 'arduino'" in result.stdout.str() + result.stderr.str()


def test_nothing_stays_behind(project: pytest.Pytester) -> None:
    project.makepyfile(test_it="import blinker\ndef test_it(board):\n    pass\n")
    finders = list(sys.meta_path)
    own_plugin = ("-p", "no:machine_compat", "-p", "machine_compat.pytest_plugin")
    project.runpytest_inprocess(*own_plugin).assert_outcomes(passed=1)
    assert sys.meta_path == finders
    assert "blinker" not in sys.modules
