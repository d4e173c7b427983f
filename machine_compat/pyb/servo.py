"""`pyb.Servo`: a hobby servo on X1 to X4.

# Ref: MicroPython ports/stm32/servo.c: timer 5 makes 50 pulses a second, in steps of 10 µs
"""

from collections.abc import Callable
from typing import Any, Self

from machine_compat.board import Board
from machine_compat.contract import PWMConfig
from machine_compat.machine.peripheral import Peripheral, made_for, to_int
from machine_compat.machine.pwm_leg import Leg, leg_of
from machine_compat.pyb.timebase import Beats

STEP_NS, STEP_US = 10_000, 10
FRAME_MS = 20
FRAME_NS = FRAME_MS * 1_000_000
IDS = range(1, 5)
PWM_ID = 3
"""The servo on the channel that pyb.pwm sets."""


class Servo(Peripheral):
    """Servo(id)

    id: 1 to 4, for the servo on X1 to X4; there is one object each. It gets pulses from then on, 1500 µs wide. Angles
    are in degrees, speeds of servos that turn on and on in percent, times in ms: a timed move goes in steps of 20 ms.
    Raises ValueError "Servo(5) doesn't exist".
    """

    _id: int
    _leg: Leg

    def __new__(cls, id: int, /) -> Self:
        number = to_int(id)
        if number not in IDS:
            raise ValueError(f"Servo({number}) doesn't exist")
        return cls._board.singleton((cls, number), lambda: cls._make(number))

    @classmethod
    def _make(cls, id: int) -> Self:
        board = cls._board
        servo = object.__new__(cls)
        servo._id = id
        servo._leg = leg_of(board, board.spot(f"X{id}").ref)
        servo._least, servo._most, servo._centre = 64, 242, 150
        servo._right_angle, servo._full_speed = 97, 70
        servo._width = 150
        servo._beats = Beats(board, frames(board).following, servo._step)
        return servo

    def __init__(self, id: int, /) -> None:
        self._goal = self._width
        self._frames_left = 0
        self._rest = 0
        self._leg.take("TIM5")
        self._pulse()

    # ---- in 10 µs

    def _pulse(self) -> None:
        self._set(self._width)

    def _set(self, steps: int) -> None:
        """Put pulses of a width on the pin, whatever the servo takes for its own."""
        self._compare = steps
        frame_ns = frames(self._board).length_ns
        self._leg.put(PWMConfig(frame_ns, min(steps * STEP_NS, frame_ns)))

    def _go(self, goal: int, frames: int) -> None:
        """Get to a pulse width in so many frames, at once for less than two."""
        self._goal = goal
        self._frames_left = frames
        self._rest = 0
        if self._width != goal:
            self._beats.start()
            self._step()

    def _step(self) -> None:
        """One frame of a move: its part of the way that is left, and what rounding kept of the parts before."""
        self._goal = max(self._least, min(self._most, self._goal))
        left = self._frames_left
        if left <= 1:
            self._width, self._frames_left = self._goal, 0
            self._beats.stop()
        else:
            self._rest += self._goal - self._width
            part = quotient(self._rest, left)
            self._rest -= part * left
            self._width += part
            self._frames_left = left - 1
        self._pulse()

    def _to(self, share: float, unit: int, full: int, time: tuple[int, ...]) -> None:
        """Get to a share of the pulse width that is `full` units from the centre."""
        goal = max(0, int(self._centre + unit * share / full))
        self._go(goal, to_int(time[0]) // FRAME_MS if time else 0)

    def _share(self, unit: int, full: int) -> int:
        return quotient((self._width - self._centre) * full, unit)

    # ---- in the units of scripts

    def pulse_width(self, *us: int) -> int | None:
        """The width of its pulses in µs; with an argument, set it, in steps of 10 µs and within the calibration."""
        if not us:
            return STEP_US * self._width
        self._go(to_int(us[0]) // STEP_US, 0)
        return None

    def angle(self, *angle: Any) -> int | None:
        """The angle, 0 in the middle; angle(degrees, time=0) moves there."""
        if not angle:
            return self._share(self._right_angle, 90)
        self._to(float(angle[0]), self._right_angle, 90, angle[1:])
        return None

    def speed(self, *speed: Any) -> int | None:
        """The speed, -100 to 100; speed(percent, time=0) gets there."""
        if not speed:
            return self._share(self._full_speed, 100)
        self._to(float(speed[0]), self._full_speed, 100, speed[1:])
        return None

    def calibration(self, *widths: int) -> tuple[int, ...] | None:
        """Pulse widths in µs: least, most, centre, at 90 degrees, at full speed; the first three or all can be set."""
        if not widths:
            centre = self._centre
            ends = (centre + self._right_angle, centre + self._full_speed)
            return tuple(STEP_US * width for width in (self._least, self._most, centre, *ends))
        if len(widths) not in (3, 5):
            raise TypeError(f"calibration expecting 1, 4 or 6 arguments, got {1 + len(widths)}")
        steps = [to_int(width) // STEP_US for width in widths]
        self._least, self._most, self._centre = steps[:3]
        if len(steps) == 5:
            self._right_angle, self._full_speed = (step - self._centre for step in steps[3:])
        return None

    def __repr__(self) -> str:
        return f"<Servo {self._id} at {STEP_US * self._width}us>"

    _least: int
    _most: int
    _centre: int
    _right_angle: int
    _full_speed: int
    _width: int
    _compare: int
    _beats: Beats


class Frames:
    """The rhythm of the timer that all servos share."""

    def __init__(self, board: Board) -> None:
        self._began_ns = board.clock.now_ns()
        self.length_ns = FRAME_NS

    def following(self, after: int) -> int:
        """When the first frame after a time begins."""
        return after + self.length_ns - (after - self._began_ns) % self.length_ns


def frames(board: Board) -> Frames:
    return board.singleton((Frames,), lambda: Frames(board))


def functions(board: Board) -> dict[str, Callable[[int, int], None]]:
    """What pyb had before Servo was a class: functions that write the timer's registers, if it runs."""
    kind = made_for(board, Servo, "pyb")

    def running() -> dict[int, Servo]:
        found = {id: board.singletons.get((kind, id)) for id in IDS}
        return {id: servo for id, servo in found.items() if isinstance(servo, Servo)}

    def servo(port: int, value: int, /) -> None:
        """Give a servo, 1 to 4, pulses of a width in 10 µs, 50 to 250; Servo objects do not know of it."""
        steps = max(50, min(250, to_int(value)))
        if to_int(port) in running():
            running()[port]._set(steps)

    def pwm(period: int, pulse: int, /) -> None:
        """Set the period of all servos' pulses, less one, and the width of the third's, both in 10 µs."""
        length, steps = to_int(period), to_int(pulse)
        if running():
            frames(board).length_ns = (length + 1) * STEP_NS
        for id, known in running().items():
            known._set(steps if id == PWM_ID else known._compare)

    return {"servo": servo, "pwm": pwm}


def quotient(dividend: int, divisor: int) -> int:
    """A quotient rounded towards zero, as C has it."""
    return dividend // divisor if (dividend < 0) == (divisor < 0) else -(-dividend // divisor)
