"""A board that is switched off: nothing of it goes on, and nothing of it is left on the wires or the bus."""

import pytest

from machine_compat.interpreter.life import Program
from tests.simulation.make import Make, Write

LISTENING = """
    from machine import PWM, Pin, Timer
    from time import sleep_ms

    button = Pin(14, Pin.IN, Pin.PULL_UP)
    button.irq(lambda pin: print("pressed"), Pin.IRQ_FALLING)
    Timer(-1).init(period=10, callback=lambda timer: print("tick"))
    Pin(15, Pin.OUT, value=1)
    PWM(Pin(16)).init(freq=1000, duty_u16=32768)
    print("up")
"""
WAITING = LISTENING + "    while True:\n        sleep_ms(1000)\n"


@pytest.mark.parametrize("script", [LISTENING, WAITING], ids=["ended", "alive"])
def test_handlers_timers_and_pins_go_with_the_power(make: Make, write: Write, script: str) -> None:
    board = make()
    board.run(write(script), ms=35)
    assert board.output.count("tick") == 3
    assert board.pin("GP15").level == 1
    assert board.pin("GP16").pwm is not None
    board.power_off()
    assert board.finished
    board.press("GP14", ms=5)
    board.run_on(ms=100)
    assert (board.output.count("tick"), board.output.count("pressed")) == (3, 0)
    assert board.pin("GP15").level == 0
    assert board.pin("GP16").pwm is None


def test_it_can_be_switched_on_again(make: Make, write: Write) -> None:
    board = make()
    script = write(LISTENING + "    import machine\n    print(machine.reset_cause() == machine.PWRON_RESET)\n")
    board.power_off()
    for life in (1, 2):
        board.run(script, ms=15)
        board.press("GP14", ms=5)
        board.run_on(ms=1)
        assert board.output.count("True") == life
        assert board.output.count("pressed") == life
        board.power_off()
        board.power_off()


def test_it_leaves_the_bus_until_it_is_switched_on(make: Make, write: Write) -> None:
    board = make()
    host = board.usb
    script = write(WAITING)
    board.run(script, ms=300)
    assert [port.device for port in host.ports] == [board.gadget]
    board.power_off()
    assert board.usb is host
    board.run_on(ms=1000)
    assert (host.ports, host.log[-1]) == ([], "port 1: disconnected")
    board.run(script, ms=300)
    assert [port.device for port in host.ports] == [board.gadget]
    assert host.serial(board.gadget).open


def test_a_board_that_is_looked_at_only_when_it_is_off(make: Make, write: Write) -> None:
    board = make()
    board.power_off()
    host = board.usb
    board.run_on(ms=300)
    assert host.ports == []
    board.run(write(WAITING), ms=300)
    assert len(host.ports) == 1


def test_it_is_switched_off_while_it_comes_back_from_a_reset(make: Make, write: Write) -> None:
    board = make()
    host = board.usb
    board.run(write("import machine, time\ntime.sleep_ms(400)\nmachine.reset()\n"), ms=400)
    board.power_off()
    board.run_on(ms=500)
    assert host.ports == []


def test_the_other_boards_of_its_world_stay(make: Make, write: Write) -> None:
    script = write(WAITING)
    first = make()
    second = make("pico2", world=first.world)
    second.start(Program(script))
    host = first.usb
    assert second.usb is host
    first.run(script, ms=300)
    second.power_off()
    before = second.output.count("tick")
    first.run_on(ms=300)
    assert [port.device for port in host.ports] == [first.gadget]
    assert second.output.count("tick") == before > 20
    assert first.output.count("tick") > 50
