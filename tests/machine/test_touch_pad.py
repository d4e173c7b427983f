"""machine.TouchPad: a finger on a pin."""

import pytest

from machine_compat.simulation import SimulatedBoard


def test_a_finger_lowers_the_reading() -> None:
    with SimulatedBoard("esp32") as board:
        pad = board.machine.TouchPad(board.machine.Pin(14))
        other = board.machine.TouchPad(27)
        assert pad.read() == 1000
        board.pin(14).touch()
        assert (pad.read() < 300, other.read()) == (True, 1000)
        board.pin(14).let_go()
        assert pad.read() == 1000


def test_a_finger_may_stay_for_a_while() -> None:
    with SimulatedBoard("esp32") as board:
        pad = board.machine.TouchPad(4)
        board.pin(4).touch(ms=20)
        board.board.sleep_ns(10_000_000)
        assert pad.read() < 300
        board.board.sleep_ns(10_000_000)
        assert pad.read() == 1000


def test_a_measurement_takes_time() -> None:
    with SimulatedBoard("esp32") as board:
        pad = board.machine.TouchPad(4)
        began = board.ms
        pad.read()
        assert board.ms - began == pytest.approx(0.5)


def test_only_ten_pins_feel() -> None:
    with SimulatedBoard("esp32") as board:
        TouchPad = board.machine.TouchPad
        for number in (0, 2, 4, 12, 13, 14, 15, 27, 32, 33):
            assert TouchPad(number) is TouchPad(number)
        with pytest.raises(ValueError, match="invalid pin for touchpad"):
            TouchPad(25)
        TouchPad(4).config(500)
        with pytest.raises(TypeError):
            TouchPad(4).config("500")


def test_boards_without() -> None:
    for name, has in (("pico", False), ("pyboard", False), ("mock", True)):
        with SimulatedBoard(name) as board:
            assert hasattr(board.machine, "TouchPad") is has
