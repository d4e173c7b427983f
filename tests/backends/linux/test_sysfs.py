"""PWM channels, analog inputs and what is known of I2C buses, on trees of files like the kernel's."""

from pathlib import Path

import pytest

from machine_compat.backends.linux.adc import find_input
from machine_compat.backends.linux.i2c import LinuxI2C, driver_of, frequency, number_of
from machine_compat.backends.linux.pwm import SysfsPWM, find_channel
from machine_compat.contract import ADCConfig, I2CConfig, PWMConfig
from machine_compat.errors import ConfigError

PINS = {"GPIO18": ("1f00098000.pwm/2", "fe20c000.pwm/0"), "GPIO19": ("1f00098000.pwm/3", "fe20c000.pwm/1")}


def write_all(folder: Path, **files: object) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_text(f"{content}\n")


@pytest.fixture
def pwm(tmp_path: Path) -> Path:
    """A chip of a Raspberry Pi 4; its first channel was exported before."""
    chip = tmp_path / "class/pwm/pwmchip0"
    write_all(chip, npwm=2, export="", unexport="")
    write_all(chip / "pwm0", period=0, duty_cycle=0, enable=0, polarity="normal")
    device = tmp_path / "devices/fe20c000.pwm"
    driver = tmp_path / "bus/platform/drivers/bcm2835-pwm"
    device.mkdir(parents=True)
    driver.mkdir(parents=True)
    (device / "driver").symlink_to(driver)
    (chip / "device").symlink_to(device)
    return chip


@pytest.mark.parametrize("ref", ["GPIO18", "pwmchip0/0", "fe20c000.pwm/0", "bcm2835-pwm/0"])
def test_a_pwm_channel_by_pin_chip_device_and_driver(tmp_path: Path, pwm: Path, ref: str) -> None:
    assert find_channel(ref, PINS, tmp_path) == (pwm, 0)


def test_a_pin_without_pwm_names_those_that_have_it(tmp_path: Path, pwm: Path) -> None:
    with pytest.raises(ConfigError, match=r"no PWM on GPIO5: the board has it on GPIO18, GPIO19; .*pwmchip0"):
        find_channel("GPIO5", PINS, tmp_path)


def test_a_chip_that_is_not_switched_on_names_the_overlay(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match=r"no PWM on GPIO18: the kernel has no 1f00098000.pwm or fe20c000.pwm; .*dtoverlay"
    ):
        find_channel("GPIO18", PINS, tmp_path)


def test_pwm_settings(pwm: Path) -> None:
    channel = SysfsPWM(pwm, 0)

    def settings() -> dict[str, str]:
        return {file.name: file.read_text().strip() for file in (pwm / "pwm0").iterdir()}

    channel.configure(PWMConfig(1_000_000, 250_000))
    assert settings() == {"period": "1000000", "duty_cycle": "250000", "enable": "1", "polarity": "normal"}
    channel.configure(PWMConfig(100_000, 200_000, invert=True))
    assert settings() == {"period": "100000", "duty_cycle": "100000", "enable": "1", "polarity": "inversed"}
    channel.close()
    assert settings()["enable"] == "0"
    assert (pwm / "unexport").read_text() == "0"


@pytest.fixture
def iio(tmp_path: Path) -> Path:
    device = tmp_path / "bus/iio/devices/iio:device1"
    write_all(device, name="ads1015", in_voltage0_raw=1023, in_voltage3_raw=-5, in_voltage_scale="2.0")
    write_all(device / "scan_elements", in_voltage0_type="le:s12/16>>4")
    other = tmp_path / "bus/iio/devices/iio:device0"
    write_all(other, name="bme280", in_temp_input=21000)
    return device


@pytest.mark.parametrize("ref", ["voltage0", "0", "ads1015/voltage0", "iio:device1/0"])
def test_an_analog_input(tmp_path: Path, iio: Path, ref: str) -> None:
    channel = find_input(ref, tmp_path)
    channel.configure(ADCConfig())
    assert channel.sample() == 1023 * 65_535 // 2047
    assert channel.full_scale_uv() == 2047 * 2000


def test_what_is_negative_reads_as_0_and_full_scale_is_3v3_where_nothing_tells(tmp_path: Path, iio: Path) -> None:
    channel = find_input("voltage3", tmp_path)
    channel.configure(ADCConfig())
    assert channel.sample() == 0
    assert channel.full_scale_uv() == 3_300_000


def test_an_absent_input_names_the_choices(tmp_path: Path, iio: Path) -> None:
    with pytest.raises(ConfigError, match="no analog input 'voltage7'; Linux has ads1015/voltage0, ads1015/voltage3"):
        find_input("voltage7", tmp_path)


def test_a_buss_frequency_is_the_device_trees(tmp_path: Path) -> None:
    node = tmp_path / "bus/i2c/devices/i2c-1/of_node"
    node.mkdir(parents=True)
    (node / "clock-frequency").write_bytes(bytes.fromhex("000186a0"))
    assert frequency(tmp_path, 1) == 100_000
    assert frequency(tmp_path, 2) is None


def test_the_driver_of_an_address(tmp_path: Path) -> None:
    driver = tmp_path / "bus/i2c/drivers/rtc-ds1307"
    driver.mkdir(parents=True)
    device = tmp_path / "bus/i2c/devices/1-0068"
    device.mkdir(parents=True)
    (device / "driver").symlink_to(driver)
    assert driver_of(tmp_path, 1, 0x68) == "rtc-ds1307"
    assert driver_of(tmp_path, 1, 0x69) is None


def test_pins_must_be_the_buss_own() -> None:
    bus = LinuxI2C("/dev/i2c-1", {"scl": "GPIO3", "sda": "GPIO2"})
    with pytest.raises(ConfigError, match="/dev/i2c-1 has SDA on GPIO2, and the kernel cannot move it to GPIO4"):
        bus.configure(I2CConfig(scl="GPIO3", sda="GPIO4"))


@pytest.mark.parametrize(("node", "number"), [("/dev/i2c-11", 11), ("/dev/i2c/1", -1)])
def test_an_adapters_number(node: str, number: int) -> None:
    assert number_of(node) == number
