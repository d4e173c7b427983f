"""What `machine-compat doctor` says of a computer, and `machine-compat scan` of a bus, on fakes of both."""

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from machine_compat.cli import main
from machine_compat.commands import doctor as doctor_module
from machine_compat.commands.computer import Computer
from machine_compat.commands.doctor import doctor
from machine_compat.commands.scan import READ_ONLY, answers, buses
from machine_compat.contract import I2CBus, I2CConfig, Op, Read, Write
from machine_compat.errors import BusError, Fault, Unsupported
from machine_compat.profile import load


def write_all(folder: Path, **files: object) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_text(f"{content}\n")


@pytest.fixture
def computer(tmp_path: Path) -> Computer:
    """A computer with one bus of each kind, one chip held by a driver, one adapter plugged in."""
    dev, sysfs = tmp_path / "dev", tmp_path / "sys"
    dev.mkdir()
    for node in ("i2c-1", "spidev0.0", "ttyUSB0", "ttyS0", "tty1"):
        (dev / node).touch()
    write_all(sysfs / "class/i2c-dev/i2c-1", name="bcm2835 (i2c@7e804000)")
    driver = sysfs / "bus/i2c/drivers/rtc-ds1307"
    driver.mkdir(parents=True)
    (sysfs / "bus/i2c/devices/1-0068").mkdir(parents=True)
    (sysfs / "bus/i2c/devices/1-0068/driver").symlink_to(driver)
    write_all(sysfs / "class/tty/ttyS0", type=0)
    for port in ("ttyUSB0", "ttyS0"):
        (sysfs / "class/tty" / port / "device/driver").mkdir(parents=True)
    write_all(sysfs / "class/pwm/pwmchip0", npwm=2, export="")
    write_all(sysfs / "bus/iio/devices/iio:device0", name="ads1015", in_voltage0_raw=1, in_voltage1_raw=2)
    write_all(sysfs / "bus/usb/devices/1-2", idVendor="0403", idProduct="6014", busnum=1, devnum=7)
    (dev / "bus/usb/001").mkdir(parents=True)
    (dev / "bus/usb/001/007").touch()
    return Computer(dev, sysfs)


def test_everything_is_listed_with_what_it_is(computer: Computer, capsys: pytest.CaptureFixture[str]) -> None:
    assert doctor(computer) == 0
    lines = capsys.readouterr().out.splitlines()
    dev = computer.dev
    assert f"  ok  {dev}/i2c-1  bcm2835 (i2c@7e804000); held: 0x68 by rtc-ds1307" in lines
    assert f"  ok  {dev}/spidev0.0  bus 0, select 0" in lines
    assert f"  ok  {dev}/ttyUSB0  driver driver" in lines
    assert "  ok  pwmchip0  2 channels" in lines
    assert "  ok  ads1015/voltage0  iio:device0, channels voltage0, voltage1" in lines
    assert "  ok  ft232h://?port=1-2  FT232H on USB port 1-2, board ft232h" in lines
    assert not any("ttyS0" in line or "tty1" in line for line in lines)


def test_what_is_missing_says_what_makes_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    doctor(Computer(tmp_path, tmp_path))
    text = capsys.readouterr().out
    assert (
        "I2C\n  --  none: the driver i2c-dev makes it (sudo modprobe i2c-dev), for a bus that is switched on\n" in text
    )
    assert "USB adapters\n  --  none\n" in text


def test_what_may_not_be_opened_says_what_to_do(
    computer: Computer, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    doctor(computer)
    lines = capsys.readouterr().out.splitlines()
    [line] = [line for line in lines if "i2c-1" in line]
    assert line.startswith(f"  no  {computer.dev}/i2c-1  may not be opened by this user: ")
    assert 'KERNEL=="i2c-*", GROUP="i2c"' in line


def test_packages_that_are_missing_or_too_old(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    versions = {"gpiod": "1.6.3", "pyserial": "3.5"}

    def version(name: str) -> str:
        if name not in versions:
            raise doctor_module.PackageNotFoundError(name)
        return versions[name]

    monkeypatch.setattr(doctor_module, "version", version)
    doctor(Computer(tmp_path, tmp_path))
    lines = capsys.readouterr().out.splitlines()
    assert lines[1:4] == [
        "  no  gpiod     1.6.3 is too old, 2 needed for GPIO: pip install machine-compat[linux]",
        "  ok  pyserial  3.5",
        "  no  pyusb     not installed, needed for USB adapters: pip install machine-compat[usb]",
    ]


class Bus(I2CBus):
    """Chips at some addresses, a driver at one; it remembers what it was asked."""

    def __init__(self, chips: Sequence[int], held: int = -1, empty_writes: bool = True) -> None:
        self.chips = chips
        self.held = held
        self.empty_writes = empty_writes
        self.asked: dict[int, list[Op]] = {}

    def configure(self, config: I2CConfig, /) -> None:
        """As it is."""

    def transfer(self, address: int, ops: Sequence[Op], stop: bool = True, /) -> bytes:
        self.asked.setdefault(address, []).extend(ops)
        if address == self.held:
            raise BusError(Fault.BUSY, message="held by the kernel's driver lm75")
        if ops == [Write(b"")] and not self.empty_writes:
            raise Unsupported("no empty write")
        if address not in self.chips:
            raise BusError(Fault.NACK_ADDRESS)
        return b"x" if isinstance(ops[0], Read) else b""

    def close(self) -> None:
        """Nothing is open."""


def test_a_scan_names_likely_chips_and_holders() -> None:
    bus = Bus([0x50, 0x76, 0x0B], held=0x48)
    assert list(answers(bus)) == [
        "0x0b",
        "0x48  held by the kernel's driver lm75",
        "0x50  24Cxx EEPROM",
        "0x76  BME280, BMP280, MS5611",
    ]
    assert sorted(bus.asked) == list(range(0x08, 0x78))


def test_a_scan_sends_nothing_that_could_change_a_chip() -> None:
    bus = Bus([])
    assert list(answers(bus)) == []
    for address, ops in bus.asked.items():
        assert ops == ([Read(1)] if address in READ_ONLY else [Write(b"")])


def test_a_scan_reads_where_there_is_no_empty_write() -> None:
    bus = Bus([0x20], empty_writes=False)
    assert list(answers(bus)) == ["0x20  PCF8574, MCP23017"]
    assert bus.asked[0x21] == [Write(b""), Read(1)]


def test_a_scan_of_a_bus_out_of_order_says_so() -> None:
    class Stuck(Bus):
        def transfer(self, address: int, ops: Sequence[Op], stop: bool = True, /) -> bytes:
            raise BusError(Fault.TIMEOUT, message="SDA is held low")

    with pytest.raises(BusError, match="SDA is held low"):
        list(answers(Stuck([])))


def test_the_buses_to_scan(tmp_path: Path) -> None:
    for node in ("i2c-10", "i2c-2", "i2c"):
        (tmp_path / node).touch()
    assert buses(load("rpi"), tmp_path) == ["i2c0", "i2c1"]
    assert buses(load("linux"), tmp_path) == ["i2c2", "i2c10"]


def test_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    assert capsys.readouterr().out.startswith("Packages\n")
    assert main(["scan", "--board", "pico"]) == 2
    assert "board pico is simulated" in capsys.readouterr().err
