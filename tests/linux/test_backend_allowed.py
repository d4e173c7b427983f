"""This file shows what a Linux board does only where its URL allows it: PWM by a thread, setting the real clock."""

import os
import time
from itertools import pairwise
from pathlib import Path

import pytest

from machine_compat.contract import PWMConfig
from machine_compat.errors import ConfigError
from tests.bench.rig import Rig
from tests.linux.board import Runner, backend_on

MS = 1_000_000


def pulse_widths(rig: Rig, pin: str) -> tuple[list[int], list[int]]:
    """How long a pin was high and low in ns, pulse by pulse, as far as complete."""
    edges = rig.pin(pin).edges
    spans = [(one.level, round((other.ms - one.ms) * MS)) for one, other in pairwise(edges)]
    return [span for level, span in spans if level], [span for level, span in spans if not level]


@pytest.mark.parametrize("invert", [False, True])
def test_a_thread_makes_pwm_on_any_line(invert: bool) -> None:
    with Rig() as rig, backend_on(rig, allowed="soft_pwm=yes") as backend:
        pwm, clock = backend.pwm("GPIO5"), backend.clock()
        pwm.configure(PWMConfig(20 * MS, 5 * MS, invert))
        end = clock.now_ns() + 1_000 * MS
        while clock.now_ns() < end:
            clock.wait_until(end)
        pwm.close()
        assert rig.pin("GPIO5").level == invert
        highs, lows = pulse_widths(rig, "GPIO5")
        active, idle = (lows, highs) if invert else (highs, lows)
        assert len(active) > 10
        # A busy computer makes pulses longer, and the most of them still what they should be.
        quarter = len(active) // 4, len(idle) // 4
        assert 3 * MS < sorted(active)[quarter[0]] < 9 * MS
        assert 12 * MS < sorted(idle)[quarter[1]] < 22 * MS


SERVO = """
    import time
    from machine import PWM, Pin
    servo = PWM(Pin(5), freq=50, duty_ns=1_500_000)
    led = PWM(Pin(18), freq=1000, duty_u16=16384)
    time.sleep_ms(300)
    print(servo.freq(), servo.duty_ns())
"""


def test_a_script_has_both_kinds(tmp_path: Path) -> None:
    with Rig("led@GPIO18") as rig:
        runner = Runner(tmp_path)
        assert runner.run(rig, SERVO, allowed="soft_pwm=yes") == "50 1500000\n"
        assert len(rig.pin("GPIO5").edges) > 4
        assert rig.pin("GPIO5").level == 0


SET = """
    from machine import RTC
    RTC().datetime((2031, 5, 6, 0, 7, 8, 9, 0))
    print(RTC().datetime()[:6])
"""


def test_setting_the_computers_clock(tmp_path: Path) -> None:
    start, monotonic = time.time_ns(), time.monotonic_ns()
    try:
        with Rig() as rig:
            assert Runner(tmp_path).run(rig, SET, allowed="rtc=system") == "(2031, 5, 6, 1, 7, 8)\n"
        assert time.localtime()[:5] == (2031, 5, 6, 7, 8)
    finally:
        time.clock_settime_ns(time.CLOCK_REALTIME, start + time.monotonic_ns() - monotonic)


def test_elsewhere_setting_it_keeps_an_offset(tmp_path: Path) -> None:
    year = time.localtime().tm_year
    with Rig() as rig:
        assert Runner(tmp_path).run(rig, SET) == "(2031, 5, 6, 1, 7, 8)\n"
    assert time.localtime().tm_year == year


def test_an_ordinary_user_may_not_set_it() -> None:
    with Rig() as rig, backend_on(rig, allowed="rtc=system") as backend:
        os.seteuid(65534)
        try:
            with pytest.raises(ConfigError, match="may be set by root alone"):
                backend.rtc().set(0)
        finally:
            os.seteuid(0)
