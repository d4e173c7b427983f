"""The world around a board: buttons, voltages, other boards."""

import pytest

from machine_compat.errors import ConfigError
from machine_compat.interpreter.life import Program
from tests.simulation.make import BLINK, Make, Write


def test_a_button(make: Make, write: Write) -> None:
    board = make()
    script = write(
        """
        from machine import Pin
        from time import sleep_ms, ticks_ms

        up = Pin(14, Pin.IN, Pin.PULL_UP)
        down = Pin(15, Pin.IN, Pin.PULL_DOWN)
        last = None
        while True:
            now = up(), down()
            if now != last:
                print(ticks_ms() // 10 * 10, *now)
                last = now
            sleep_ms(1)
        """
    )
    board.run(script, ms=105)
    board.press("GP14", ms=50)
    board.press("GPIO15", ms=100)
    board.run_on(ms=200)
    assert board.output.splitlines() == ["0 1 0", "100 0 1", "150 1 1", "200 1 0"]


def test_what_no_hand_can_do_to_a_pin_is_refused(make: Make) -> None:
    board = make()
    with pytest.raises(ConfigError, match="GP14 cannot be pressed for -5 ms"):
        board.press("GP14", ms=-5)
    with pytest.raises(ConfigError, match="GP14 cannot be driven to 2; a level is 0 or 1"):
        board.pin("GP14").drive(2)


def test_at_a_time(make: Make, write: Write) -> None:
    board = make()
    seen: list[float] = []
    board.at(250, lambda: seen.append(board.ms))
    board.at(750, lambda: seen.append(board.ms)).cancel()
    board.run(write(BLINK), seconds=1)
    assert seen == [250]


def test_pulses_voltages_and_levels(make: Make, write: Write) -> None:
    board = make()
    board.pin("GP26").volts = 1.65
    script = write(
        """
        from machine import ADC, PWM, Pin
        from time import sleep_ms

        PWM(Pin(15), freq=1000, duty_u16=16384)
        print(round(ADC(Pin(26)).read_u16() / 65535, 2))
        Pin(3, Pin.OUT, value=1)
        """
    )
    board.run(script)
    assert board.output == "0.5\n"
    pulses = board.pin("GP15").pwm
    assert pulses is not None
    assert pulses.frequency == pytest.approx(1000, rel=0.01)
    assert pulses.duty == pytest.approx(0.25, abs=0.001)
    assert board.pin("GP3").pwm is None
    assert board.pin("GP3").level == 1
    assert board.pin("GP26").volts == 1.65
    assert repr(board.pin("GP3")) == "<pico.GP3 high>"


def test_a_pin_is_driven_from_outside_and_let_go(make: Make) -> None:
    board = make()
    pin = board.machine.Pin(2, board.machine.Pin.IN, board.machine.Pin.PULL_UP)
    levels = [pin()]
    board.pin(2).drive(0)
    levels.append(pin())
    board.pin(2).drive(None)
    levels.append(pin())
    assert levels == [1, 0, 1]


def test_a_pin_that_is_not_there_names_the_choices(make: Make) -> None:
    with pytest.raises(ConfigError, match="board pico has no pin 'GP99'; it has GP0, GP1, GP2, GP3"):
        make().pin("GP99")


def test_two_boards_wired_together(make: Make, write: Write) -> None:
    one = make("pico")
    two = make("esp32", world=one.world)
    one.wire("GP0", "GPIO16", two)
    two.wire("GPIO17", "GP1", one)
    echo = write(
        """
        from machine import UART
        uart = UART(2, 9600, tx=17, rx=16)
        while True:
            if uart.any():
                uart.write(uart.read().upper())
        """,
        "echo.py",
    )
    ask = write(
        """
        from machine import UART
        from time import sleep_ms
        uart = UART(0, 9600, tx=0, rx=1)
        for word in (b"hello", b"world"):
            uart.write(word)
            sleep_ms(50)
            print(uart.read())
        """,
        "ask.py",
    )
    two.start(Program(echo))
    one.run(ask)
    assert one.output == "b'HELLO'\nb'WORLD'\n"
    assert not two.finished
    assert two.output == ""


def test_boards_of_two_worlds_cannot_be_wired(make: Make) -> None:
    with pytest.raises(ConfigError, match=r"must share a world: SimulatedBoard\(..., world=first.world\)"):
        make().wire(0, 1, make())


def test_an_error_on_any_board_of_the_world_is_raised(make: Make, write: Write) -> None:
    one = make("pico")
    two = make("esp32", world=one.world)
    two.start(Program(write("from time import sleep\nsleep(1)\n1 / 0", "bad.py")))
    with pytest.raises(ZeroDivisionError):
        one.run(write(BLINK), seconds=5)
    assert one.ms == pytest.approx(1000, abs=1)
