"""pyb.Servo: pulses on X1 to X4, and moves in steps of 20 ms."""

import re
from itertools import pairwise
from typing import Any

import pytest


@pytest.fixture
def arm(either: Any) -> Any:
    """A servo on X1, of 640 to 2420 µs."""
    return either.attach("servo@X1,min_us=640,max_us=2420")


def test_it_begins_in_the_middle(either: Any, arm: Any) -> None:
    servo = either.pyb.Servo(1)
    assert repr(servo) == "<Servo 1 at 1500us>"
    assert arm.pulse_us == 1_500
    assert (servo.pulse_width(), servo.angle(), servo.speed()) == (1_500, 0, 0)


def test_it_gets_fifty_pulses_a_second(pyboard: Any) -> None:
    pyboard.pyb.Servo(2)
    edges: list[tuple[int, float]] = []
    pyboard.wire("X2").watch(lambda level, time: edges.append((level, time / 1e6)))
    pyboard.run_ms(50)
    rises = [time for level, time in edges if level]
    falls = [time for level, time in edges if not level]
    assert [round(after - before, 6) for before, after in pairwise(rises)] == [20.0]
    assert round(falls[1] - rises[0], 6) == 1.5


@pytest.mark.parametrize(("asked", "width"), [(1_000, 1_000), (1_234, 1_230), (100, 640), (9_000, 2_420)])
def test_pulse_widths(either: Any, arm: Any, asked: int, width: int) -> None:
    servo = either.pyb.Servo(1)
    servo.pulse_width(asked)
    assert (servo.pulse_width(), arm.pulse_us) == (width, width)


@pytest.mark.parametrize(
    ("angle", "width", "back"), [(0, 1_500, 0), (90, 2_420, 85), (-90, 640, -79), (45, 1_980, 44), (10.5, 1_610, 10)]
)
def test_angles(either: Any, arm: Any, angle: float, width: int, back: int) -> None:
    servo = either.pyb.Servo(1)
    servo.angle(angle)
    assert (arm.pulse_us, servo.angle()) == (width, back)


@pytest.mark.parametrize(
    ("speed", "width", "back"), [(100, 2_200, 100), (-100, 800, -100), (50, 1_850, 50), (-10, 1_430, -10)]
)
def test_speeds(either: Any, arm: Any, speed: int, width: int, back: int) -> None:
    servo = either.pyb.Servo(1)
    servo.speed(speed)
    assert (arm.pulse_us, servo.speed()) == (width, back)


def test_a_timed_move_goes_in_steps_of_20_ms(either: Any, arm: Any) -> None:
    servo = either.pyb.Servo(1)
    either.run_ms(5)
    servo.angle(60, 200)
    widths = []
    for _ in range(12):
        widths.append(arm.pulse_us)
        either.run_ms(20)
    whole = 2_140 - 1_500
    assert widths[:10] == pytest.approx([1_500 + whole * step / 10 for step in range(1, 11)], abs=10)
    assert widths[9:] == [2_140] * 3


def test_a_move_may_be_changed_on_its_way(pyboard: Any) -> None:
    servo = pyboard.pyb.Servo(1)
    servo.angle(90, 1_000)
    pyboard.run_ms(500)
    assert 1_900 < servo.pulse_width() < 2_020
    servo.speed(0, 100)
    pyboard.run_ms(100)
    assert servo.pulse_width() == 1_500
    pyboard.run_ms(1_000)
    assert servo.pulse_width() == 1_500


def test_there_is_one_of_each_and_making_it_again_ends_a_move(pyboard: Any) -> None:
    Servo = pyboard.pyb.Servo
    servo = Servo(3)
    servo.angle(80, 1_000)
    pyboard.run_ms(300)
    assert Servo(3) is servo
    width = servo.pulse_width()
    pyboard.run_ms(1_000)
    assert servo.pulse_width() == width


def test_calibration(pyboard: Any) -> None:
    servo = pyboard.pyb.Servo(1)
    assert servo.calibration() == (640, 2_420, 1_500, 2_470, 2_200)
    servo.calibration(630, 2_410, 1_490, 2_460, 2_190)
    assert servo.calibration() == (630, 2_410, 1_490, 2_460, 2_190)
    servo.calibration(700, 2_300, 1_500)
    assert servo.calibration() == (700, 2_300, 1_500, 2_470, 2_200)
    servo.angle(90)
    assert servo.pulse_width() == 2_300
    with pytest.raises(TypeError, match="calibration expecting 1, 4 or 6 arguments, got 3"):
        servo.calibration(700, 2_300)


@pytest.mark.parametrize("id", [0, 5])
def test_no_such_servo(either: Any, id: int) -> None:
    with pytest.raises(ValueError, match=re.escape(f"Servo({id}) doesn't exist")):
        either.pyb.Servo(id)


def test_a_reset_puts_it_in_the_middle(pyboard: Any) -> None:
    servo = pyboard.pyb.Servo(1)
    servo.angle(80, 1_000)
    pyboard.run_ms(300)
    pyboard.board.power_cycle("SOFT")
    assert pyboard.pyb.Servo(1).pulse_width() == 1_500


def test_the_functions_of_old_write_the_timers_registers(pyboard: Any) -> None:
    pyb, edges = pyboard.pyb, []
    pyb.servo(1, 200)
    servo = pyb.Servo(1)
    assert servo.pulse_width() == 1_500
    pyb.servo(1, 999)
    pyb.pwm(999, 100)
    start = pyboard.now
    pyboard.wire("X1").watch(lambda level, time: edges.append(((time - start) // 1_000, level)))
    pyboard.run_ms(15)
    assert edges == [(2_500, 0), (10_000, 1), (12_500, 0)]
    assert servo.pulse_width() == 1_500
    servo.pulse_width(1_000)
    third = pyb.Servo(3)
    pyb.pwm(1_999, 120)
    assert third.pulse_width() == 1_500
