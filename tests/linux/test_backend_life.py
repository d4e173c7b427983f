"""This file shows how a run on a Linux board begins and ends, and that nothing stays held."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import gpiod
import pytest

from tests.bench.rig import ROOT, Rig
from tests.linux.board import Runner


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


def used(rig: Rig, *offsets: int) -> list[bool]:
    with gpiod.Chip(rig.gpiochip) as chip:
        return [chip.get_line_info(offset).used for offset in offsets]


def test_lines_are_given_back_after_an_exception(runner: Runner) -> None:
    with Rig() as rig:
        with pytest.raises(ZeroDivisionError):
            runner.run(rig, "from machine import Pin\nPin(5, Pin.OUT)\nPin(6, Pin.IN)\n1 / 0")
        assert used(rig, 5, 6) == [False, False]


def test_a_reset_begins_again_with_lines_free(runner: Runner) -> None:
    script = """
        import machine
        from machine import Pin
        cause = machine.reset_cause()
        if cause == machine.PWRON_RESET:
            Pin(5, Pin.OUT, value=1)
            machine.reset()
        import gpiod
        with gpiod.Chip("%s") as chip:
            print(cause == machine.HARD_RESET, chip.get_line_info(5).used)
    """
    with Rig() as rig:
        assert runner.run(rig, script % rig.gpiochip) == "True False\n"


def test_a_reset_from_a_handler(runner: Runner) -> None:
    script = """
        import machine
        from machine import Timer
        if machine.reset_cause() == machine.PWRON_RESET:
            Timer(period=20, mode=Timer.ONE_SHOT, callback=lambda timer: machine.reset())
            for turn in range(10**9):
                turn * turn
        print("again")
    """
    with Rig() as rig:
        assert runner.run(rig, script) == "again\n"


def test_a_run_ends_when_its_time_is_over(runner: Runner) -> None:
    with Rig() as rig:
        before = time.monotonic()
        runner.run(rig, "from machine import Pin\nPin(5, Pin.OUT)\nwhile True:\n    pass", seconds=0.3)
        assert 0.3 <= time.monotonic() - before < 5
        assert used(rig, 5) == [False]


def test_a_periodic_timer_runs_in_the_script(runner: Runner) -> None:
    script = """
        import time
        from machine import Timer
        ticks = []
        start = time.ticks_ms()
        timer = Timer(period=20, callback=lambda timer: ticks.append(time.ticks_diff(time.ticks_ms(), start)))
        for turn in range(100):
            time.sleep_ms(100)
            if len(ticks) >= 12:
                break
        timer.deinit()
        count = len(ticks)
        time.sleep_ms(100)
        print(count == len(ticks), all(tick >= 20 * (at + 1) - 1 for at, tick in enumerate(ticks)), turn < 99)
    """
    with Rig() as rig:
        assert runner.run(rig, script) == "True True True\n"


def test_an_exception_in_a_handler_is_told_and_the_script_goes_on(runner: Runner) -> None:
    script = """
        import time
        from machine import Timer
        Timer(period=20, mode=Timer.ONE_SHOT, callback=lambda timer: 1 / 0)
        time.sleep_ms(100)
        print("on")
    """
    with Rig() as rig:
        assert runner.run(rig, script) == "on\n"
        assert [type(error) for error in runner.failures] == [ZeroDivisionError]


def test_no_thread_and_no_file_is_left(runner: Runner) -> None:
    script = """
        from machine import I2C, Pin, SPI, Timer, UART
        Pin(5, Pin.OUT)
        Pin(6, Pin.IN).irq(print)
        I2C(1).scan()
        SPI(0).write(b"x")
        UART(0).write(b"x")
        Timer(period=1000, callback=print)
    """
    with Rig("echo@uart0") as rig:
        runner.run(rig, script)
        threads, files = threading.active_count(), len(os.listdir("/proc/self/fd"))
        runner.run(rig, script)
        assert threading.active_count() == threads
        assert len(os.listdir("/proc/self/fd")) == files
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


WATCHDOG = Path("/sys/class/watchdog/watchdog0/state")
PROGRAM = """
import sys
from pathlib import Path
from machine_compat.interpreter.direct import DirectRun, open_board
from machine_compat.interpreter.life import Program
from machine_compat.profile import load
sys.exit(DirectRun(open_board(load("rpi")), Program(Path(sys.argv[1]))).run())
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_run_in_the_middle_of_transfers(tmp_path: Path, number: int) -> None:
    script = tmp_path / "main.py"
    script.write_text(
        "from machine import I2C, PWM, Pin, WDT\nPin(5, Pin.OUT, value=1)\nPin(8, Pin.OUT, value=0)\n"
        "PWM(Pin(18), freq=1000, duty_u16=9999)\nWDT(timeout=60_000)\ni2c = I2C(1)\nprint('go')\n"
        "while True:\n    i2c.readfrom_mem(0x50, 0, 512, addrsize=16)\n",
        encoding="utf-8",
    )
    with Rig("24c32@i2c1:0x50") as rig:
        command = [sys.executable, "-c", PROGRAM, str(script)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"go\n"
            assert used(rig, 5) == [True]
            assert (rig.pin("GPIO8").level, WATCHDOG.read_text(), (rig.pwm / "pwm0").exists()) == (0, "active\n", True)
            process.send_signal(number)
            status = process.wait(30)
        assert status == (143 if number == signal.SIGTERM else -signal.SIGINT)
        assert used(rig, 5) == [False]
        assert rig.pin("GPIO5").level == 0
        assert (rig.pin("GPIO8").level, WATCHDOG.read_text(), (rig.pwm / "pwm0").exists()) == (1, "inactive\n", False)
