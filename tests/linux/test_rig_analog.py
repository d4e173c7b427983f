"""This file shows that PWM outputs, analog inputs, watchdog and clock are real to the kernel."""

from pathlib import Path

import pytest

from tests.bench.rig import Rig


def write_all(folder: Path, **values: int) -> None:
    for name, value in values.items():
        (folder / name).write_text(str(value))


def test_a_led_shines_with_part_of_its_brightness() -> None:
    with Rig("led@GPIO18") as rig:
        write_all(rig.pwm, export=0)
        channel = rig.pwm / "pwm0"
        write_all(channel, period=1_000_000, duty_cycle=250_000, enable=1)
        assert rig["led"].brightness == 0.25
        assert rig.pin("GPIO18").pwm.frequency == 1000
        write_all(channel, duty_cycle=750_000)
        assert rig["led"].brightness == 0.75
        write_all(channel, enable=0)
        assert rig["led"].brightness == 0


def test_the_controller_is_found_by_the_name_of_its_device() -> None:
    with Rig(pwm_label="1f00098000.pwm") as rig:
        assert rig.pwm.resolve().parents[1].name == "1f00098000.pwm"
        assert (rig.pwm / "npwm").read_text() == "2\n"


@pytest.mark.parametrize(("volts", "raw"), [(0, 0), (1.65, 2048), (3.3, 4095), (5, 4095)])
def test_a_voltage_is_measured(volts: float, raw: int) -> None:
    with Rig() as rig:
        rig.pin("A1").volts = volts
        assert int((rig.adc / "in_voltage1_raw").read_text()) == pytest.approx(raw, abs=1)
        assert int((rig.adc / "in_voltage0_raw").read_text()) == 0
        assert float((rig.adc / "in_voltage_scale").read_text()) == pytest.approx(3300 / 4096)
        assert (rig.adc / "name").read_text() == "ads1015\n"


def test_there_is_a_watchdog_and_a_clock() -> None:
    assert Path("/dev/watchdog").is_char_device()
    assert Path("/sys/class/watchdog/watchdog0/identity").read_text() == "Software Watchdog\n"
    assert Path("/sys/class/rtc/rtc0/name").read_text().startswith("rtc_cmos")
