"""pyb.Accel with the MMA7660 that sits on the pyboard."""

import re
from typing import Any

import pytest

from machine_compat.mock.devices.mma7660 import MMA7660


@pytest.fixture
def chip(pyboard: Any) -> Any:
    """The accelerometer on the board."""
    owners = {id(terminal.owner): terminal.owner for terminal in pyboard.wire("B5").net.terminals}
    [found] = [owner for owner in owners.values() if isinstance(owner, MMA7660)]
    return found


def test_it_takes_90_ms_to_switch_on(pyboard: Any, chip: Any) -> None:
    start = pyboard.now_ms
    accel = pyboard.pyb.Accel()
    assert pyboard.now_ms - start == pytest.approx(90, abs=1)
    assert repr(accel) == "<Accel>"
    assert accel.read(7) == 1
    assert pyboard.wire("MMA_AVDD").level == 1


@pytest.mark.parametrize(
    ("g", "counts"), [((0, 0, 1), (0, 0, 21)), ((-1, 0.5, 0), (-21, 11, 0)), ((2, -2, 0.1), (31, -32, 2))]
)
def test_readings(pyboard: Any, chip: Any, g: tuple[float, ...], counts: tuple[int, ...]) -> None:
    chip.x, chip.y, chip.z = g
    accel = pyboard.pyb.Accel()
    pyboard.run_ms(20)
    assert (accel.x(), accel.y(), accel.z()) == counts


def test_filtered_readings_are_sums_of_the_last_four(pyboard: Any, chip: Any) -> None:
    chip.x, chip.y, chip.z = -0.5, 0, 1
    accel = pyboard.pyb.Accel()
    pyboard.run_ms(20)
    sums = [accel.filtered_xyz() for _ in range(6)]
    assert sums == [(-11 * n, 0, 21 * n) for n in (1, 2, 3, 4, 4, 4)]


def test_tilt(pyboard: Any, chip: Any) -> None:
    chip.x, chip.y, chip.z = 0, 0, -1
    accel = pyboard.pyb.Accel()
    pyboard.run_ms(50)
    assert accel.tilt() & 3 == 2


def test_registers_are_read_and_written(pyboard: Any, chip: Any) -> None:
    accel = pyboard.pyb.Accel()
    accel.write(7, 0)
    accel.write(8, 0x04)
    accel.write(7, 1)
    assert (accel.read(8), accel.read(7)) == (4, 1)


def test_there_is_one_and_making_it_again_switches_it_off_and_on(pyboard: Any, chip: Any) -> None:
    accel = pyboard.pyb.Accel()
    accel.write(7, 0)
    accel.write(8, 0x04)
    assert pyboard.pyb.Accel() is accel
    assert accel.read(8) == 0


def test_the_bus_is_the_script_s_too(pyboard: Any, chip: Any) -> None:
    pyboard.pyb.Accel()
    i2c = pyboard.pyb.I2C(1, pyboard.pyb.I2C.CONTROLLER)
    assert i2c.scan() == [76]
    assert i2c.is_ready(76) is True
    assert i2c.mem_read(1, 76, 7, timeout=500) == b"\x01"


def test_a_board_without_one(either: Any) -> None:
    if either.profile.name == "pyboard":
        for terminal in list(either.wire("B6").net.terminals):
            if isinstance(terminal.owner, MMA7660):
                terminal.disconnect()
    with pytest.raises(OSError, match=re.escape("accelerometer not found")):
        either.pyb.Accel()


def test_one_attached_to_the_board_that_has_everything(either: Any) -> None:
    if either.profile.name == "mock":
        either.attach("mma7660@i2c1:0x4c")
    accel = either.pyb.Accel()
    either.run_ms(20)
    assert accel.z() == 21


def test_one_that_goes_away_is_eio(pyboard: Any, chip: Any) -> None:
    accel = pyboard.pyb.Accel()
    pyboard.pyb.Pin("MMA_AVDD").low()
    with pytest.raises(OSError, match=re.escape("[Errno 5] EIO")):
        accel.x()
