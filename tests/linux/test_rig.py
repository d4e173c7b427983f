"""This file shows how a rig comes and goes."""

import os
import subprocess
import sys

import gpiod
import pytest
from gpiod.line import Direction, Value

from machine_compat.errors import ConfigError
from tests.bench.rig import Rig


def test_nothing_is_there_before_and_after() -> None:
    nodes = ["/dev/i2c-0", "/dev/i2c-1", "/dev/spidev0.0", "/dev/spidev0.1", "/dev/gpiochip0"]
    assert not any(map(os.path.exists, nodes))
    with Rig() as rig:
        assert all(map(os.path.exists, nodes))
        assert rig.gpiochip == "/dev/gpiochip0"
    assert not any(map(os.path.exists, nodes))


def test_a_bus_that_is_kept_open_is_noticed() -> None:
    with Rig() as rig:
        kept = os.open(rig.i2c(1), os.O_RDWR)
    with pytest.raises(ConfigError, match="keeps a bus of the last one open"), Rig():
        pytest.fail("plugged in all the same")
    os.close(kept)
    with Rig():
        assert os.path.exists("/dev/i2c-1")


def test_a_chip_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigError, match="no simulated chip"), Rig("toaster@i2c1"):
        pytest.fail("plugged in all the same")


def test_what_went_wrong_in_the_world_is_raised_at_the_end() -> None:
    high = gpiod.LineSettings(direction=Direction.OUTPUT, output_value=Value.ACTIVE)
    rig = Rig()
    rig.__enter__()
    rig.pin("GPIO6").drive(0)
    with pytest.raises(OSError, match="Input/output"):
        gpiod.request_lines(rig.gpiochip, config={6: high})
    with pytest.raises(ExceptionGroup, match="in the world of the rig"):
        rig.__exit__(None, None, None)


def test_a_command_runs_with_a_rig_around_it() -> None:
    command = [sys.executable, "-m", "tests.bench.rig", "bme280@i2c1:0x76", "--", "ls", "/dev/i2c-1"]
    assert subprocess.run(command, capture_output=True, check=True, text=True).stdout == "/dev/i2c-1\n"
