"""`machine_compat.install()`: `import machine` in a plain CPython program, and nothing left when it is taken back."""

import sys
from collections.abc import Iterator

import pytest

import machine_compat
from machine_compat.errors import ConfigError


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    before = dict(sys.modules)
    yield
    machine_compat.uninstall()
    for name in machine_compat.INSTALLED:
        assert sys.modules.get(name) is before.get(name)


def test_machine_can_be_imported_and_drives_the_board() -> None:
    board = machine_compat.install("pico")
    import machine

    machine.Pin("LED", machine.Pin.OUT).on()
    assert board.pin("LED").level == 1
    assert machine.I2C(0).scan() == []


def test_a_second_call_changes_the_board() -> None:
    machine_compat.install("pico")
    machine_compat.install("esp32")
    import machine

    assert machine.Pin.OUT == 3


def test_modules_that_cpython_has_stay_its_own() -> None:
    machine_compat.install("pico")
    import time

    assert not hasattr(time, "sleep_ms")


def test_pyb_is_there_on_the_pyboard_only() -> None:
    machine_compat.install("pico")
    assert "pyb" not in sys.modules
    machine_compat.install("pyboard")
    assert "pyb" in sys.modules


def test_somebody_elses_machine_is_not_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = type(sys)("machine")
    monkeypatch.setitem(sys.modules, "machine", theirs)
    with pytest.raises(ImportError, match="machine is imported already"):
        machine_compat.install("pico")
    assert sys.modules["machine"] is theirs
    assert "neopixel" not in sys.modules


def test_an_unknown_board_installs_nothing() -> None:
    with pytest.raises(ConfigError, match="no board 'arduino'"):
        machine_compat.install("arduino")
    assert "machine" not in sys.modules
