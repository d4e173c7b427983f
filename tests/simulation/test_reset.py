"""Resets: their causes, what they forget, what outlives them."""

import pytest

from machine_compat.interpreter.power import MAX_STANDING_RESETS, ResetLoop
from tests.simulation.make import Make, Write

CAUSES = """
    import machine
    from time import sleep_ms

    life = machine.RTC().memory() if hasattr(machine.RTC(), "memory") else b""
    cause = machine.reset_cause()
    print([name for name in dir(machine) if name.endswith("_RESET") and getattr(machine, name) == cause])
    sleep_ms(10)
    {reset}
"""


@pytest.mark.parametrize(
    ("name", "reset", "cause"),
    [
        ("pico", "machine.reset()", ["WDT_RESET"]),
        ("pico", "machine.WDT(timeout=100)", ["WDT_RESET"]),
        ("esp32", "machine.reset()", ["SOFT_RESET"]),
        ("esp32", "machine.deepsleep(100)", ["DEEPSLEEP_RESET"]),
        ("esp32", "machine.WDT(timeout=1000)", ["WDT_RESET"]),
        ("pyboard", "machine.reset()", ["SOFT_RESET"]),
        ("pyboard", "machine.deepsleep(100)", ["DEEPSLEEP_RESET"]),
    ],
)
def test_the_cause_of_a_reset(make: Make, write: Write, name: str, reset: str, cause: list[str]) -> None:
    board = make(name)
    profile_causes = board.board.port.reset_causes
    board.run(write(CAUSES.format(reset=reset) + "\n    while True:\n        sleep_ms(10)\n"), ms=1_500)
    lives = [eval(line) for line in board.output.splitlines()]
    assert len(lives) >= 2
    assert "PWRON_RESET" in lives[0]
    kind = {"reset": "HARD", "WDT": "WDT", "deepsleep": "DEEPSLEEP"}[reset.partition("(")[0].partition(".")[2]]
    number = profile_causes[kind]
    constants = board.board.port.constants["machine"]
    assert lives[1] == sorted(key for key, value in constants.items() if key.endswith("_RESET") and value == number)


def test_a_reset_unwinds_nothing_and_forgets_modules_pins_and_handlers(make: Make, write: Write) -> None:
    write("count = 0", "counter.py")
    board = make()
    script = write(
        """
        import counter
        import machine
        from machine import Pin, Timer
        from time import sleep_ms

        counter.count += 1
        led = Pin("LED", Pin.OUT)
        print("life", counter.count, led.value())
        led(1)
        ticks = []
        Timer(-1).init(period=7, callback=lambda timer: ticks.append(timer))
        sleep_ms(20)
        print(len(ticks))
        try:
            try:
                machine.reset()
            except BaseException:
                print("except")
        finally:
            print("finally")
        """
    )
    board.run(script, ms=50)
    assert board.output.splitlines() == ["life 1 0", "2", "life 1 0", "2", "life 1 0"]


def test_a_reset_from_a_handler_and_from_a_thread(make: Make, write: Write) -> None:
    board = make()
    script = write(
        """
        import _thread, machine
        from machine import Timer
        from time import sleep, sleep_ms

        print("up")

        def later():
            sleep_ms(30)
            machine.reset()

        if machine.reset_cause() == machine.PWRON_RESET:
            Timer(-1).init(mode=Timer.ONE_SHOT, period=20, callback=lambda timer: machine.reset())
        else:
            _thread.start_new_thread(later, ())
        sleep(10)
        """
    )
    board.run(script, ms=70)
    assert board.output == "up\n" * 3


def test_what_outlives_a_deep_sleep(make: Make, write: Write) -> None:
    board = make("esp32")
    script = write(
        """
        import machine
        from time import sleep_ms, ticks_ms

        memory = machine.RTC().memory
        print(len(memory()), ticks_ms() < 50)
        memory(memory() + b"x")
        with open("log", "a") as file:
            file.write("y")
        sleep_ms(100)
        if len(memory()) < 3:
            machine.deepsleep(1000)
        print(open("log").read())
        """
    )
    board.run(script)
    assert board.output.splitlines() == ["0 True", "1 True", "2 True", "yyy"]
    assert board.ms == pytest.approx(2_300, abs=2)


def test_a_soft_reset_starts_again(make: Make, write: Write) -> None:
    board = make()
    write("import machine\nprint('boot')", "app/boot.py")
    folder = write("from time import sleep\nsleep(1)\nmachine.soft_reset()", "app/main.py").parent
    board.run(folder, seconds=2.5)
    assert board.output == "boot\n" * 3


def test_a_board_that_resets_without_time_moving_is_stopped(make: Make, write: Write) -> None:
    board = make()
    script = write(
        """
        import machine
        try:
            machine.reset()
        except BaseException:
            pass
        """
    )
    with pytest.raises(ResetLoop, match=f"was reset {MAX_STANDING_RESETS + 1} times and no board time has passed"):
        board.run(script)
    board.run(write("print('works again')"))
    assert board.output == "works again\n"


def test_resets_with_time_between_them_are_no_loop(make: Make, write: Write) -> None:
    board = make()
    board.run(write("import machine, time\nprint('up')\ntime.sleep_ms(1)\nmachine.reset()"), ms=100)
    assert board.output.count("up") == 101
