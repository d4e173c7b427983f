"""Running scripts on a simulated board: what a person who tests firmware may count on."""

import builtins
import contextvars
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from machine_compat import board as board_module
from machine_compat.errors import ConfigError, DeviceError, Fault
from machine_compat.interpreter.life import Program
from machine_compat.interpreter.power import MAX_STANDING_RESETS, ResetLoop
from machine_compat.mock.attach import Place, attach
from machine_compat.mock.chip import Chip, I2CChip
from machine_compat.mock.nets import Contention
from machine_compat.simulation import SimulatedBoard

Write = Callable[..., Path]
Make = Callable[..., SimulatedBoard]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a script and returns its path."""

    def written(text: str, name: str = "main.py") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text))
        return path

    return written


@pytest.fixture
def make() -> Iterator[Make]:
    """Makes boards that are closed after the test."""
    made: list[SimulatedBoard] = []

    def board(name: str = "pico", **options: Any) -> SimulatedBoard:
        made.append(SimulatedBoard(name, **options))
        return made[-1]

    yield board
    for one in made:
        one.close()


BLINK = """
    from machine import Pin
    from time import sleep_ms

    led = Pin("LED", Pin.OUT)
    while True:
        led.toggle()
        sleep_ms(500)
"""


# ---- running


def test_a_script_runs_to_its_end_and_its_output_is_kept(make: Make, write: Write) -> None:
    board = make()
    board.run(write("print('one', 2)\nprint('three', end='')"))
    assert board.output == "one 2\nthree"
    assert board.finished
    assert board.exit_status is None


def test_output_goes_on_to_a_stream(make: Make, write: Write) -> None:
    import io

    stream = io.StringIO()
    board = make(stdout=stream)
    board.run(write("print('hello')"))
    assert stream.getvalue() == board.output == "hello\n"


def test_arguments(make: Make, write: Write) -> None:
    board = make()
    script = write("import sys\nprint(sys.argv[1:])")
    board.run(script, "a", "b c")
    assert board.output == "['a', 'b c']\n"


@pytest.mark.parametrize(
    ("leave", "status"), [("", None), ("sys.exit()", 0), ("sys.exit(3)", 3), ("raise SystemExit", None)]
)
def test_the_exit_status(make: Make, write: Write, leave: str, status: object) -> None:
    board = make()
    board.run(write(f"import sys\n{leave}"))
    assert board.exit_status == status
    assert board.finished


def test_an_endless_loop_stays_alive_where_it_slept(make: Make, write: Write) -> None:
    board = make()
    board.run(write(BLINK), seconds=3)
    assert not board.finished
    assert board.ms == 3_000
    led = board.pin("LED")
    assert [edge.level for edge in led.edges] == [1, 0, 1, 0, 1, 0]
    assert [edge.ms for edge in led.edges] == pytest.approx([0, 500, 1000, 1500, 2000, 2500], abs=0.1)
    board.run_on(ms=600)
    assert board.ms == 3_600
    assert len(led.edges) == 8
    board.run_on(seconds=1, ms=100)
    assert board.ms == 4_700


@pytest.mark.parametrize("ms", [500, 1000, 2000, 499.9995, 0])
def test_a_script_is_held_when_its_time_is_up_though_it_would_go_on_then(make: Make, write: Write, ms: float) -> None:
    board = make()
    script = write(
        """
        from time import sleep_ms
        while True:
            sleep_ms(500)
        """
    )
    board.run(script, ms=ms)
    assert board.ms == pytest.approx(ms)
    assert not board.finished


def test_time_that_is_asked_for_passes_whether_the_script_lives_or_not(make: Make, write: Write) -> None:
    board = make()
    board.run(write("print('done')"), seconds=2)
    assert board.finished
    assert board.ms == 2_000


def test_without_a_time_it_ends_with_the_script(make: Make, write: Write) -> None:
    board = make()
    board.run(write("from time import sleep\nsleep(12.5)"))
    assert board.ms == pytest.approx(12_500, abs=1)


def test_a_script_without_an_end_wants_a_time(make: Make, write: Write) -> None:
    board = make()
    script = write("from time import sleep\nwhile True:\n    sleep(3600)")
    with pytest.raises(ConfigError, match=r"still runs after a board day: say how long, as in run\(..., seconds=3\)"):
        board.run(script)


@pytest.mark.parametrize("span", [{"seconds": -1}, {"ms": -0.5}])
def test_a_span_is_not_negative(make: Make, write: Write, span: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match="is no span of time"):
        make().run(write(""), **span)


def test_a_script_that_is_not_there(make: Make, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no script '.*nothing\.py'"):
        make().run(tmp_path / "nothing.py")
    with pytest.raises(ConfigError, match=r"has neither boot\.py nor main\.py"):
        make().run(tmp_path)


def test_run_again_is_a_power_cycle(make: Make, write: Write) -> None:
    board = make()
    script = write(BLINK)
    board.run(script, ms=10)
    second = write(
        """
        import machine
        print(machine.reset_cause() == machine.PWRON_RESET, machine.Pin(25).value())
        """,
        "second.py",
    )
    board.run(second)
    assert board.output == "True 0\n"


def test_a_program_can_be_started_and_run_on_later(make: Make, write: Write) -> None:
    board = make()
    board.start(Program(write("print('runs')")))
    assert board.output == ""
    board.run_on(ms=1)
    assert board.output == "runs\n"


def test_power_off_runs_nothing_more(make: Make, write: Write) -> None:
    board = make()
    board.run(
        write(
            """
            from time import sleep
            try:
                while True:
                    sleep(1)
            finally:
                print("finally")
            """
        ),
        ms=100,
    )
    board.power_off()
    assert board.finished
    board.run_on(seconds=5)
    assert board.output == ""


def test_a_script_that_was_left_runs_nothing_when_the_process_ends(write: Write) -> None:
    script = write(
        """
        from time import sleep
        try:
            while True:
                sleep(1)
        finally:
            print("finally")
        """
    )
    reset = write(
        """
        import machine, time
        time.sleep_ms(1)
        try:
            machine.reset()
        finally:
            print("finally")
        """,
        "reset.py",
    )
    program = f"""
import sys
from machine_compat.simulation import SimulatedBoard
board = SimulatedBoard("pico", stdout=sys.stdout)
board.run({str(reset)!r}, ms=5)
board.run({str(script)!r}, ms=5)
print("end")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.stderr, done.returncode) == ("end\n", "", 0)


def test_the_board_is_closed_by_with(write: Write) -> None:
    with SimulatedBoard("pico") as board:
        board.run(write(BLINK), ms=10)
        assert not board.finished
    assert board.finished


# ---- boot.py, main.py, modules


def test_a_folder_runs_boot_and_then_main(make: Make, write: Write) -> None:
    write("print('boot', __name__)\nfound = 42", "app/boot.py")
    folder = write("print('main', __name__, found)", "app/main.py").parent
    board = make()
    board.run(folder)
    assert board.output == "boot __main__\nmain __main__ 42\n"


def test_an_error_in_boot_keeps_main_from_running(make: Make, write: Write) -> None:
    write("1 / 0", "app/boot.py")
    folder = write("print('main')", "app/main.py").parent
    board = make()
    with pytest.raises(ZeroDivisionError):
        board.run(folder)
    assert board.output == ""


def test_modules_beside_the_script_in_lib_and_in_further_folders(make: Make, write: Write) -> None:
    write("name = 'beside'", "app/one.py")
    write("name = 'lib'", "app/lib/two.py")
    further = write("name = 'further'", "further/three.py").parent
    script = write("import one, two, three\nprint(one.name, two.name, three.name)", "app/main.py")
    board = make(path=[further])
    board.run(script)
    assert board.output == "beside lib further\n"


def test_what_a_script_writes_does_not_stay(make: Make, write: Write) -> None:
    script = write("with open('log.txt', 'w') as file:\n    file.write('x')\nprint(open('log.txt').read())")
    board = make()
    board.run(script)
    assert board.output == "x\n"
    assert not (script.parent / "log.txt").exists()


# ---- errors


def lines_of(error: BaseException, script: Path) -> list[int | None]:
    return [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(script)]


def test_an_uncaught_exception_is_raised_with_the_scripts_line(make: Make, write: Write) -> None:
    script = write(
        """
        def inner():
            raise ValueError("from the script")


        inner()
        """
    )
    board = make()
    with pytest.raises(ValueError, match="from the script") as caught:
        board.run(script)
    assert lines_of(caught.value, script) == [6, 3]
    assert board.finished
    board.run_on(ms=1)


def test_an_exception_later_is_raised_by_run_on_when_it_happens(make: Make, write: Write) -> None:
    board = make()
    board.run(write("from time import sleep\nsleep(2)\n[][1]"), seconds=1)
    with pytest.raises(IndexError):
        board.run_on(seconds=5)
    assert board.ms == pytest.approx(2_000, abs=1)


def test_an_os_error_is_raised_as_the_script_saw_it(make: Make, write: Write) -> None:
    board = make("esp32")
    with pytest.raises(OSError, match=r"\[Errno 19\] ENODEV") as caught:
        board.run(write("from machine import I2C\nI2C(0).readfrom(0x42, 1)"))
    assert caught.value.errno == 19


def test_an_error_in_the_syntax(make: Make, write: Write) -> None:
    script = write("x = 1\nif x\n")
    with pytest.raises(SyntaxError) as caught:
        make().run(script)
    assert (caught.value.filename, caught.value.lineno) == (str(script), 2)


def test_an_exception_in_a_handler_is_raised_and_the_script_goes_on(make: Make, write: Write) -> None:
    board = make()
    script = write(
        """
        from machine import Timer
        from time import sleep_ms

        def tick(timer):
            raise ValueError("in the handler")

        Timer(-1).init(mode=Timer.ONE_SHOT, period=10, callback=tick)
        sleep_ms(100)
        print("went on")
        """
    )
    with pytest.raises(ValueError, match="in the handler") as caught:
        board.run(script)
    assert lines_of(caught.value, script) == [6]
    assert board.output == "went on\n"
    board.run_on(ms=1)


def test_an_exception_in_a_thread_is_raised(make: Make, write: Write) -> None:
    board = make()
    script = write(
        """
        import _thread
        from time import sleep_ms

        def work():
            raise ValueError("in the thread")

        _thread.start_new_thread(work, ())
        sleep_ms(10)
        print("went on")
        """
    )
    with pytest.raises(ValueError, match="in the thread"):
        board.run(script)
    assert board.output == "went on\n"


def test_a_script_that_fails_beside_an_endless_thread_is_raised_at_once(make: Make, write: Write) -> None:
    board = make()
    script = write(
        """
        import _thread
        from time import sleep_ms

        def work():
            while True:
                sleep_ms(10)

        _thread.start_new_thread(work, ())
        sleep_ms(100)
        1 / 0
        """
    )
    with pytest.raises(ZeroDivisionError):
        board.run(script)
    assert board.ms == pytest.approx(100, abs=1)


# ---- what no script may swallow

SWALLOW = """
    from machine import I2C
    from time import sleep_ms

    i2c = I2C(0)
    while True:
        try:
            i2c.writeto(0x33, b"\\x01")
        except Exception as error:
            print("swallowed")
        {pause}
"""


class Faulty(I2CChip):
    default_address = 0x33

    def write(self, byte: int) -> bool:
        raise ZeroDivisionError("no such register")


@pytest.mark.parametrize("pause", ["sleep_ms(10)", "pass"])
def test_a_chip_that_raises_is_named_though_the_script_swallows_all(make: Make, write: Write, pause: str) -> None:
    board = make()
    board.i2c(0).attach(Faulty())
    script = write(SWALLOW.format(pause=pause))
    with pytest.raises(DeviceError) as caught:
        board.run(script, seconds=1)
    assert str(caught.value) == "simulated chip faulty@i2c0 failed: ZeroDivisionError: no such register"
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    assert lines_of(caught.value, script) == [8]
    assert board.output == "swallowed\n"


def test_a_chip_that_raises_is_raised_once(make: Make, write: Write) -> None:
    board = make()
    board.i2c(0).attach(Faulty())
    script = write("from machine import I2C\nI2C(0).writeto(0x33, b'1')")
    with pytest.raises(DeviceError) as caught:
        board.run(script)
    assert lines_of(caught.value, script) == [2]
    assert board.finished
    board.run_on(ms=10)


class Alarm(Chip):
    """Breaks by itself after 20 ms, or when its leg rises."""

    pins = ("leg",)

    def __init__(self, by_itself: bool) -> None:
        super().__init__()
        self.by_itself = by_itself

    def installed(self) -> None:
        if self.by_itself:
            self.after(20_000_000, self.breaks)
        self.watch("leg", lambda level, time: self.breaks() if level else None)

    def breaks(self) -> None:
        raise KeyError("broken")


RISE = """
    from machine import Pin

    try:
        Pin("LED", Pin.OUT, value=1)
    except Exception:
        pass
"""


@pytest.mark.parametrize("by_itself", [True, False])
@pytest.mark.parametrize("script", [BLINK, RISE])
def test_a_chip_that_raises_by_itself_or_at_an_edge(make: Make, write: Write, by_itself: bool, script: str) -> None:
    board = make()
    attach(board.backend, Alarm(by_itself), Place(pins=("LED",)))
    with pytest.raises(DeviceError, match=r"simulated chip alarm@LED failed: KeyError: 'broken'"):
        board.run(write(script), ms=50)


def test_a_handler_cannot_swallow_it_either(make: Make, write: Write) -> None:
    board = make()
    board.i2c(0).attach(Faulty())
    script = write(
        """
        from machine import I2C, Timer
        from time import sleep

        i2c = I2C(0)
        Timer(-1).init(period=10, callback=lambda timer: i2c.writeto(0x33, b"1"))
        sleep(1)
        """
    )
    with pytest.raises(DeviceError, match="faulty@i2c0"):
        board.run(script)
    assert board.ms < 20
    board.i2c(0).fault(0x33, Fault.NACK_ADDRESS, times=None)
    with pytest.raises(OSError, match="EIO"):
        board.run_on(ms=50)


def test_two_outputs_that_fight_stop_the_run(make: Make, write: Write) -> None:
    board = make()
    board.wire(2, 3)
    script = write(
        """
        from machine import Pin
        from time import sleep_ms

        Pin(2, Pin.OUT, value=1)
        sleep_ms(5)
        try:
            Pin(3, Pin.OUT, value=0)
        except Exception:
            print("swallowed")
        sleep_ms(100)
        print("went on")
        """
    )
    with pytest.raises(Contention, match=r"pico\.GP2 drives high, pico\.GP3 drives low, at 0\.005\d* s") as caught:
        board.run(script)
    assert lines_of(caught.value, script) == [8]
    assert board.output == "swallowed\n"


# ---- reset


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


# ---- the world around the board


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


# ---- firmware that the test itself calls

DRIVER = """
    from machine import I2C, Pin
    from time import sleep_ms

    calls = []

    class Lamp:
        def __init__(self, pin):
            self.pin = Pin(pin, Pin.OUT)

        def flash(self, ms):
            calls.append(ms)
            self.pin(1)
            sleep_ms(ms)
            self.pin(0)
"""


def test_a_module_is_imported_and_its_sleeps_move_the_world(make: Make, write: Write) -> None:
    folder = write(DRIVER, "lamp.py").parent
    board = make()
    lamp = board.import_module("lamp", folder)
    lamp.Lamp(2).flash(250)
    assert board.ms == pytest.approx(250, abs=0.1)
    rising, falling = board.pin(2).edges
    assert falling.ms - rising.ms == pytest.approx(250, abs=0.1)


def test_each_import_is_a_fresh_copy(make: Make, write: Write) -> None:
    folder = write(DRIVER, "lamp.py").parent
    board = make(path=[folder])
    one, two = board.import_module("lamp"), board.import_module("lamp")
    one.Lamp(2).flash(1)
    assert (one.calls, two.calls) == ([1], [])
    assert one is not two
    assert "lamp" not in sys.modules


def test_a_module_that_is_not_there(make: Make, tmp_path: Path) -> None:
    with pytest.raises(ImportError, match="no module named 'lamp'"):
        make().import_module("lamp", tmp_path)


def test_the_boards_machine(make: Make) -> None:
    board = make("esp32")
    assert board.machine is board.machine
    assert type(board.machine.Pin(2)) is board.machine.Pin
    assert board.machine.Pin is not make("pico").machine.Pin


def test_in_use_is_for_a_while(make: Make) -> None:
    board = make()
    with board.in_use() as same:
        assert same is board
        assert board_module.current() is board.board
    with pytest.raises(ConfigError, match="no board"):
        board_module.current()


def test_renew_is_a_new_world_around_the_same_board(make: Make, write: Write) -> None:
    folder = write(DRIVER, "lamp.py").parent
    board = make(path=[folder])
    board.attach("memory@i2c0:0x50")
    board.wire(2, 3)
    board.i2c(0).fault(0x50, Fault.NACK_ADDRESS, times=None)
    lamp = board.firmware.load("lamp")
    board.run(write(BLINK), seconds=1)
    board.at(5_000, lambda: pytest.fail("an event of the old world"))
    board.renew()
    assert (board.ms, board.output, board.finished) == (0, "", True)
    assert board.pin("LED").edges == []
    assert board.firmware.load("lamp") is lamp
    assert board.machine.I2C(0).scan() == []
    board.machine.Pin(2, board.machine.Pin.OUT, value=1)
    assert board.pin(3).level == 0
    board.attach("memory@i2c0:0x50")
    assert board.machine.I2C(0).scan() == [0x50]
    board.run(write("print('again')"), seconds=10)
    assert board.output == "again\n"


# ---- nothing leaks


def state_of_the_process() -> dict[str, object]:
    return {
        "modules": {name: id(module) for name, module in sys.modules.items() if name.split(".")[0] in WATCHED},
        "builtins": dict(vars(builtins)),
        "time": dict(vars(time)),
        "sys": {name: id(getattr(sys, name)) for name in ("stdin", "stdout", "stderr", "excepthook", "argv")},
        "path": list(sys.path),
        "meta_path": list(sys.meta_path),
        "path_hooks": list(sys.path_hooks),
        "threads": set(threading.enumerate()),
        "trace": (sys.gettrace() is None, sys.getprofile()),
        "context": dict(contextvars.copy_context()),
        "recursion": sys.getrecursionlimit(),
    }


WATCHED = (
    "machine", "pyb", "micropython", "utime", "time", "sys", "os", "gc", "asyncio", "json", "random", "struct",
    "array", "collections", "select", "lamp", "counter", "neopixel", "framebuf", "builtins", "io", "__main__", "errno",
)  # fmt: skip

BUSY = """
    import array, asyncio, collections, errno, gc, io, json, machine, micropython, os, random, select, struct
    import framebuf, neopixel, lamp, sys, utime, _thread
    from machine import Pin, Timer, UART

    sys.path.append("/lib")
    sys.argv.append("more")
    time = utime
    open = print
    OSError(19)

    Timer(-1).init(period=5, callback=lambda timer: None)
    Pin(14, Pin.IN).irq(lambda pin: None)
    UART(0, 9600).write(b"x")

    async def work():
        await asyncio.sleep_ms(5)

    asyncio.run(work())
    _thread.start_new_thread(lambda: utime.sleep_ms(500), ())
    {end}
"""


@pytest.mark.parametrize("end", ["utime.sleep_ms(50)", "1 / 0", "sys.exit(2)", "machine.reset()", "while True: pass"])
def test_a_run_leaves_nothing_behind_in_this_process(write: Write, end: str) -> None:
    write(DRIVER, "lamp.py")
    script = write(BUSY.format(end=end))

    def once() -> None:
        board = SimulatedBoard("pico")
        try:
            board.run(script, ms=100)
        except ZeroDivisionError:
            assert end == "1 / 0"
        board.import_module("lamp", script.parent)
        board.close()

    once()
    before = state_of_the_process()
    once()
    after = state_of_the_process()
    for name, value in before.items():
        assert after[name] == value, name
    assert not {"machine", "micropython", "lamp", "utime", "neopixel"} & set(sys.modules)
