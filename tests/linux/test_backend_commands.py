"""This file shows what the commands doctor, scan and run say and do on a computer with real buses."""

import re
import subprocess
from argparse import Namespace
from pathlib import Path

import gpiod
import pytest
from gpiod.line import Bias, Direction, Value

from machine_compat.cli import main
from machine_compat.commands.choice import is_hardware
from machine_compat.commands.hardware import run_on_hardware
from machine_compat.errors import ConfigError
from tests.bench.plan import I2C_FUNC_SMBUS_EMULATED
from tests.bench.rig import Rig
from tests.linux.board import profile_on


def test_scan_names_chips_and_holders(capsys: pytest.CaptureFixture[str]) -> None:
    adapter = Path("/sys/bus/i2c/devices/i2c-1")
    with Rig("bme280@i2c1:0x76", "24c32@i2c1:0x50", "ds3231@i2c1:0x68"):
        (adapter / "new_device").write_text("dummy 0x68")
        try:
            assert main(["scan", "--board", "rpi"]) == 0
        finally:
            (adapter / "delete_device").write_text("0x68")
        lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["i2c0: nobody answers", "i2c1: "]
    assert lines[2] == "  0x50  24Cxx EEPROM"
    assert lines[3].startswith("  0x68  address 0x68 of /dev/i2c-1 is held by the kernel's driver dummy")
    assert lines[4] == "  0x76  BME280, BMP280, MS5611"


def test_doctor_sees_the_whole_computer(capsys: pytest.CaptureFixture[str]) -> None:
    config = {5: gpiod.LineSettings(direction=Direction.OUTPUT)}
    with Rig() as rig, gpiod.request_lines(rig.gpiochip, config, consumer="fan control"):
        assert main(["doctor"]) == 0
        text = capsys.readouterr().out
        assert (
            f"  ok  {rig.gpiochip}  pinctrl-bcm2711, 28 lines; in use: 5 by fan control, 7 by spi0 CS1, 8 by spi0 CS0"
            in text
        )
        for node in ("/dev/i2c-0", "/dev/i2c-1", "/dev/spidev0.0", "/dev/spidev0.1", "ads1015/voltage0"):
            assert f"  ok  {node}" in text
        assert "fe20c000.pwm, " in text
        assert "Software Watchdog" in text


def options(script: Path, **more: object) -> Namespace:
    given = {"script": str(script), "args": [], "path": [], "flash": None, "seconds": None, "trace": None}
    return Namespace(**(given | more))


def test_run_on_hardware(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    script = tmp_path / "main.py"
    script.write_text("from machine import I2C\nprint(I2C(1).scan())\nI2C(1).readfrom(0x33, 1)\n", encoding="utf-8")
    with Rig("bme280@i2c1:0x76") as rig:
        profile = profile_on(rig)
        assert is_hardware(profile)
        status = run_on_hardware(options(script, trace="-"), profile, "chosen by --board")
    out, err = capfd.readouterr()
    assert (status, out) == (1, "[118]\n")
    assert "board rpi: Raspberry Pi, any model with 40 pins, by Linux's own drivers; chosen by --board\n" in err
    assert " i2c1 S 76W P\n" in err
    assert f'File "{script}", line 3, in <module>\nOSError: [Errno 19] ENODEV\n' in err


def test_a_write_without_stop_is_part_of_the_next_transfer(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    script = tmp_path / "main.py"
    script.write_text(
        "from machine import I2C\ni2c = I2C(1)\ni2c.writeto(0x50, b'\\0\\x10', False)\nprint(i2c.readfrom(0x50, 2))\n",
        encoding="utf-8",
    )
    with Rig("24c32@i2c1:0x50") as rig:
        assert run_on_hardware(options(script, trace="-"), profile_on(rig), "") == 0
    out, err = capfd.readouterr()
    assert out == "b'\\xff\\xff'\n"
    assert " i2c1 S 50W 00 10 Sr 50R ff ff P\n" in err


def test_options_of_a_simulation_are_refused(tmp_path: Path) -> None:
    script = tmp_path / "main.py"
    script.touch()
    with Rig() as rig, pytest.raises(ConfigError, match="--attach is for simulated boards, and board rpi is real"):
        run_on_hardware(options(script, attach=["bme280@i2c1:0x76"]), profile_on(rig), "")


def test_pins_says_what_each_is_doing(capsys: pytest.CaptureFixture[str]) -> None:
    output = gpiod.LineSettings(direction=Direction.OUTPUT)
    button = gpiod.LineSettings(direction=Direction.INPUT, bias=Bias.PULL_UP)
    with Rig() as rig, gpiod.request_lines(rig.gpiochip, {5: output, 6: button}, consumer="fan control"):
        assert main(["pins", "rpi"]) == 0
        header, _, held = capsys.readouterr().out.partition(f" now, {Path(rig.gpiochip).name} [pinctrl-bcm2711]\n")
        assert main(["pins", "linux"]) == 0
        table = capsys.readouterr().out
        with gpiod.Chip(rig.gpiochip) as chip:
            assert not chip.get_line_info(17).used
    assert "out, fan control │ GPIO5" in re.sub(r" {2,}", " ", header)
    assert "in pull-up, fan control │ GPIO6" in re.sub(r" {2,}", " ", header)
    assert "I2C1 SDA" in header
    assert [line.partition(", ")[2] for line in held.splitlines()] == ["fan control"] * 2 + ["spi0 CS1", "spi0 CS0"]
    assert re.search(r"^    5  GPIO5 +out, fan control$", table, re.MULTILINE)
    assert re.search(r"^   17  GPIO17 +in$", table, re.MULTILINE)


def test_root_is_told_levels_too(capsys: pytest.CaptureFixture[str]) -> None:
    subprocess.run(["mount", "-t", "debugfs", "debugfs", "/sys/kernel/debug"], check=True)
    output = gpiod.LineSettings(direction=Direction.OUTPUT, output_value=Value.ACTIVE)
    try:
        with Rig() as rig, gpiod.request_lines(rig.gpiochip, {5: output}, consumer="fan control"):
            assert main(["pins", "rpi"]) == 0
    finally:
        subprocess.run(["umount", "/sys/kernel/debug"], check=True)
    assert "GPIO5 out 1, fan control\n" in capsys.readouterr().out


def test_doctor_knows_adapters_of_smbus_alone(capsys: pytest.CaptureFixture[str]) -> None:
    with Rig(i2c_functions=I2C_FUNC_SMBUS_EMULATED):
        assert main(["doctor"]) == 0
    assert re.search(r"^  no  /dev/i2c-1  .*knows SMBus's own messages alone", capsys.readouterr().out, re.MULTILINE)
