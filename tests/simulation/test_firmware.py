"""Firmware whose functions the test itself calls."""

import sys
from pathlib import Path

import pytest

from machine_compat import board as board_module
from machine_compat.errors import ConfigError, Fault
from tests.simulation.make import BLINK, DRIVER, Make, Write


def test_a_module_is_imported_and_its_sleeps_move_the_world(make: Make, write: Write) -> None:
    folder = write(DRIVER, "lamp.py").parent
    board = make()
    lamp = board.import_module("lamp", folder)
    lamp.Lamp(2).flash(250)
    assert board.ms == pytest.approx(250, abs=0.1)
    rising, falling = board.pin(2).edges
    assert falling.ms - rising.ms == pytest.approx(250, abs=0.1)


def test_each_import_is_a_fresh_copy(make: Make, write: Write) -> None:
    folder = write(DRIVER, "lamp.py").parent
    board = make(path=[folder])
    one, two = board.import_module("lamp"), board.import_module("lamp")
    one.Lamp(2).flash(1)
    assert (one.calls, two.calls) == ([1], [])
    assert one is not two
    assert "lamp" not in sys.modules


def test_a_module_that_is_not_there(make: Make, tmp_path: Path) -> None:
    with pytest.raises(ImportError, match="no module named 'lamp'"):
        make().import_module("lamp", tmp_path)


def test_the_boards_machine(make: Make) -> None:
    board = make("esp32")
    assert board.machine is board.machine
    assert type(board.machine.Pin(2)) is board.machine.Pin
    assert board.machine.Pin is not make("pico").machine.Pin


def test_in_use_is_for_a_while(make: Make) -> None:
    board = make()
    with board.in_use() as same:
        assert same is board
        assert board_module.current() is board.board
    with pytest.raises(ConfigError, match="no board"):
        board_module.current()


def test_renew_is_a_new_world_around_the_same_board(make: Make, write: Write) -> None:
    folder = write(DRIVER, "lamp.py").parent
    board = make(path=[folder])
    board.attach("memory@i2c0:0x50")
    board.wire(2, 3)
    board.i2c(0).fault(0x50, Fault.NACK_ADDRESS, times=None)
    lamp = board.firmware.load("lamp")
    board.run(write(BLINK), seconds=1)
    board.at(5_000, lambda: pytest.fail("an event of the old world"))
    board.renew()
    assert (board.ms, board.output, board.finished) == (0, "", True)
    assert board.pin("LED").edges == []
    assert board.firmware.load("lamp") is lamp
    assert board.machine.I2C(0).scan() == []
    board.machine.Pin(2, board.machine.Pin.OUT, value=1)
    assert board.pin(3).level == 0
    board.attach("memory@i2c0:0x50")
    assert board.machine.I2C(0).scan() == [0x50]
    board.run(write("print('again')"), seconds=10)
    assert board.output == "again\n"
