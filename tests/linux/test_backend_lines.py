"""This file shows that pins of a Linux board work as MicroPython's, on the kernel's own lines."""

import logging
from pathlib import Path

import gpiod
import pytest

from machine_compat.contract import Edge, LineConfig, Mode, Pull
from machine_compat.errors import ConfigError, Unsupported
from tests.bench.rig import Rig
from tests.linux.board import Runner, backend_on

WIRED = (("GPIO5", "GPIO6"),)


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


NAMES = [
    "17",
    '"GPIO17"',
    '"BOARD11"',
    '"gpiochip0/17"',
    '("gpiochip0", 17)',
    '"pinctrl-bcm2711/17"',
    "Pin.board.BOARD11",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("board", ["rpi", "linux"])
def test_a_line_by_each_of_its_names(runner: Runner, name: str, board: str) -> None:
    if "BOARD" in name and board == "linux":
        return
    with Rig("led@GPIO17") as rig:
        name = name.replace("gpiochip0", Path(rig.gpiochip).name)
        script = f"from machine import Pin\nimport time\nPin({name}, Pin.OUT, value=1)\nprint(Pin({name}).value())"
        assert runner.run(rig, script, board=board) == "1\n"
        assert [edge.level for edge in rig.pin("GPIO17").edges] == [1, 0]


def test_two_names_of_a_line_are_one_line() -> None:
    with Rig() as rig, backend_on(rig) as backend:
        assert backend.line("GPIO17") is backend.line(f"{Path(rig.gpiochip).name}/17")


@pytest.mark.parametrize("label", ["pinctrl-bcm2835", "pinctrl-bcm2711", "pinctrl-rp1"])
def test_the_chip_is_found_by_its_label(label: str) -> None:
    with Rig("led@GPIO5", gpio_label=label) as rig, backend_on(rig) as backend:
        backend.line("GPIO5").configure(LineConfig(Mode.OUT, level=1))
        assert rig["led"].lit


def test_an_output_begins_at_its_level() -> None:
    with Rig() as rig, backend_on(rig) as backend:
        line = backend.line("GPIO5")
        line.configure(LineConfig(Mode.OUT, level=1))
        line.configure(LineConfig(Mode.OUT, Pull.NONE))
        line.configure(LineConfig(Mode.OUT, level=1))
        assert [edge.level for edge in rig.pin("GPIO5").edges] == [1]


def test_a_line_in_use_says_by_whom() -> None:
    config = {5: gpiod.LineSettings(direction=gpiod.line.Direction.OUTPUT)}
    with Rig() as rig, backend_on(rig) as backend, gpiod.request_lines(rig.gpiochip, config, consumer="fan control"):
        line = backend.line("GPIO5")
        with pytest.raises(ConfigError, match=r"GPIO5 \(line 5 of /dev/gpiochip\d+\) is in use by 'fan control'"):
            line.configure(LineConfig(Mode.OUT))


def test_a_closed_line_is_free_again() -> None:
    with Rig() as rig, backend_on(rig) as backend:
        backend.line("GPIO5").configure(LineConfig(Mode.OUT))
        backend.line("GPIO5").close()
        with gpiod.Chip(rig.gpiochip) as chip:
            assert not chip.get_line_info(5).used


def test_an_output_has_no_edges() -> None:
    with Rig() as rig, backend_on(rig) as backend:
        line = backend.line("GPIO5")
        line.configure(LineConfig(Mode.OUT))
        with pytest.raises(Unsupported, match="edges of inputs alone"):
            line.watch(Edge.BOTH, lambda edge, time_ns: None)


IN_SLEEP = """
    from machine import Pin, Timer
    import time
    out, key = Pin(5, Pin.OUT, value=0), Pin(6, Pin.IN)
    seen = []
    key.irq(lambda pin: seen.append((pin, time.ticks_ms())), Pin.IRQ_RISING, hard={hard})
    start = time.ticks_ms()
    Timer(period=50, mode=Timer.ONE_SHOT, callback=lambda timer: out(1))
    time.sleep_ms(400)
    assert time.ticks_diff(time.ticks_ms(), start) >= 400
    [(pin, when)] = seen
    print(pin is key, 50 <= time.ticks_diff(when, start) < 350)
"""


@pytest.mark.parametrize("hard", [True, False])
def test_a_handler_runs_while_the_script_sleeps(runner: Runner, hard: bool) -> None:
    with Rig(wires=WIRED) as rig:
        assert runner.run(rig, IN_SLEEP.format(hard=hard)) == "True True\n"


AT_WORK = """
    from machine import Pin
    import _thread
    out, key = Pin(5, Pin.OUT, value=0), Pin(6, Pin.IN)
    seen = []
    key.irq(lambda pin: seen.append(_thread.get_ident()), Pin.IRQ_RISING)
    out(1)
    for turn in range(30_000_000):
        if seen:
            break
    print(seen == [_thread.get_ident()], turn < 29_999_999)
"""


def test_a_handler_runs_between_the_lines_of_a_script_at_work(runner: Runner) -> None:
    with Rig(wires=WIRED) as rig:
        assert runner.run(rig, AT_WORK) == "True True\n"


BURST = """
    import machine, time
    from machine import Pin
    out, key = Pin(5, Pin.OUT, value=0), Pin(6, Pin.IN)
    levels = []
    key.irq(lambda pin: levels.append(key.irq().flags()), Pin.IRQ_RISING | Pin.IRQ_FALLING)
    state = machine.disable_irq()
    for pulse in range(200):
        out(1)
        time.sleep_us(300)
        out(0)
        time.sleep_us(300)
    time.sleep_ms(50)
    print(len(levels))
    machine.enable_irq(state)
    time.sleep_ms(50)
    print(len(levels))
"""


def test_no_edge_of_a_burst_is_lost(runner: Runner) -> None:
    with Rig(wires=WIRED) as rig:
        assert runner.run(rig, BURST) == "0\n400\n"


def test_edges_keep_their_order_and_their_times() -> None:
    with Rig(wires=WIRED) as rig, backend_on(rig) as backend:
        out, key = backend.line("GPIO5"), backend.line("GPIO6")
        clock = backend.clock()
        out.configure(LineConfig(Mode.OUT, level=0))
        edges: list[tuple[int, Edge]] = []
        key.watch(Edge.BOTH, lambda edge, time_ns: edges.append((time_ns, edge)))
        for _ in range(100):
            out.write(1)
            clock.wait_until(clock.now_ns() + 300_000)
            out.write(0)
            clock.wait_until(clock.now_ns() + 300_000)
        end = clock.now_ns() + 500_000_000
        while len(edges) < 200 and clock.now_ns() < end:
            clock.wait_until(clock.now_ns() + 1_000_000)
        assert [edge for _, edge in edges] == [Edge.RISING, Edge.FALLING] * 100
        assert edges == sorted(edges)
        assert edges[-1][0] <= clock.now_ns()


def test_what_the_kernel_had_no_room_for_is_told(caplog: pytest.LogCaptureFixture) -> None:
    with Rig(wires=WIRED) as rig, backend_on(rig) as backend:
        out, key = backend.line("GPIO5"), backend.line("GPIO6")
        clock = backend.clock()
        out.configure(LineConfig(Mode.OUT, level=0))
        edges: list[Edge] = []
        key.watch(Edge.BOTH, lambda edge, time_ns: edges.append(edge))
        with backend._watcher._lock, caplog.at_level(logging.WARNING, "machine_compat"):
            for pulse in range(1_200):
                out.write(1 - pulse % 2)
                clock.wait_until(clock.now_ns() + 300_000)
        end = clock.now_ns() + 500_000_000
        while not caplog.records and clock.now_ns() < end:
            clock.wait_until(clock.now_ns() + 1_000_000)
        assert "GPIO6: " in caplog.text
        assert "edges were lost; the kernel keeps 1024" in caplog.text


PULSE = """
    import _thread, time
    from machine import Pin, time_pulse_us
    out, echo = Pin(5, Pin.OUT, value=0), Pin(6, Pin.IN)
    def pulses():
        for _ in range(3):
            time.sleep_ms(30)
            out(1)
            time.sleep_ms(20)
            out(0)
    _thread.start_new_thread(pulses, ())
    widths = [time_pulse_us(echo, 1, 500_000) for _ in range(3)]
    print(all(18_000 < width < 40_000 for width in widths), time_pulse_us(echo, 1, 1_000))
    out(1)
    print(time_pulse_us(echo, 1, 1_000))
"""


def test_pulses_are_measured_by_the_kernels_time(runner: Runner) -> None:
    with Rig(wires=WIRED) as rig:
        assert runner.run(rig, PULSE) == "True -2\n-1\n"


def test_neopixels_leave_the_mosi_pin_to_its_bus(runner: Runner) -> None:
    script = """
        from machine import Pin
        from neopixel import NeoPixel
        strip = NeoPixel(Pin(10), 3)
        strip[0] = (255, 0, 128)
        strip.write()
        import gpiod
        with gpiod.Chip("%s") as chip:
            print(chip.get_line_info(10).used)
    """
    with Rig() as rig:
        assert runner.run(rig, script % rig.gpiochip) == "False\n"


def test_neopixels_are_refused_elsewhere(runner: Runner) -> None:
    script = "from machine import Pin\nfrom neopixel import NeoPixel\nNeoPixel(Pin(5), 1).write()"
    with Rig() as rig, pytest.raises(ConfigError, match=r"GPIO5 cannot send a bitstream: .* MOSI"):
        runner.run(rig, script)
