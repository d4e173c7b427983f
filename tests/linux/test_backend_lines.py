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
    time.sleep_ms(1_000)
    assert time.ticks_diff(time.ticks_ms(), start) >= 1_000
    [(pin, when)] = seen
    print(pin is key, 50 <= time.ticks_diff(when, start) < 1_000)
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
    for turn in range(200):
        time.sleep_ms(50)
        if len(levels) >= 400:
            break
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
        end = clock.now_ns() + 10_000_000_000
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
        end = clock.now_ns() + 10_000_000_000
        while not caplog.records and clock.now_ns() < end:
            clock.wait_until(clock.now_ns() + 1_000_000)
        assert "GPIO6: " in caplog.text
        assert "edges were lost; the kernel keeps 1024" in caplog.text


PULSE = """
    import _thread, time
    from machine import Pin, time_pulse_us
    out, echo = Pin(5, Pin.OUT, value=0), Pin(6, Pin.IN)
    limits = []
    def pulses():
        for _ in range(3):
            time.sleep_ms(30)
            rise = time.ticks_us()
            out(1)
            high = time.ticks_us()
            time.sleep_ms(20)
            fall = time.ticks_us()
            out(0)
            limits.append((time.ticks_diff(fall, high), time.ticks_diff(time.ticks_us(), rise)))
    _thread.start_new_thread(pulses, ())
    widths = [time_pulse_us(echo, 1, 5_000_000) for _ in range(3)]
    while len(limits) < 3:
        time.sleep_ms(1)
    # However late its thread is, a pulse is as long as it was.
    print(all(least <= width <= most for width, (least, most) in zip(widths, limits)), time_pulse_us(echo, 1, 1_000))
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


@pytest.mark.parametrize("bpp", [3, 4])
def test_a_strip_on_the_mosi_pin_shines(runner: Runner, bpp: int) -> None:
    colours = [(255, 0, 128, 7)[:bpp], (1, 2, 3, 4)[:bpp], (0, 170, 85, 0)[:bpp]]
    script = f"""
        from machine import Pin
        from neopixel import NeoPixel
        strip = NeoPixel(Pin(10), 3, bpp={bpp})
        for turn in range(2):
            for place, colour in enumerate({colours}):
                strip[place] = colour
            strip.write()
    """
    # The strip hears the wire edge by edge, at the clock that the controller was told.
    with Rig(f"ws2812@GPIO10,count=3,bpp={bpp}") as rig:
        runner.run(rig, script)
        assert rig["ws2812"].pixels == colours


def test_an_answer_that_begins_when_the_line_is_let_go_is_measured_whole() -> None:
    ms = 1_000_000
    with Rig(wires=WIRED) as rig, backend_on(rig) as backend:
        sensor, line, clock = backend.line("GPIO5"), backend.line("GPIO6"), backend.clock()

        def wait(duration_ns: int) -> None:
            end = clock.now_ns() + duration_ns
            while clock.now_ns() < end:
                clock.wait_until(end)

        def answer() -> None:
            for level, duration_ms in ((0, 100), (1, 40), (0, 100), (1, 120), (0, 100), (1, 0)):
                sensor.write(level)
                wait(duration_ms * ms)

        for end in (sensor, line):
            end.configure(LineConfig(Mode.OPEN_DRAIN, Pull.UP, 1))
        line.write(0)
        wait(2 * ms)
        line.write(1)
        assert line.read() == 1
        thread = Runner.meanwhile(answer)
        widths = [line.measure_pulse(1, 5_000 * ms) for _ in range(2)]
        thread.join()
        # By a busy computer they are longer than asked for, and still in order.
        assert 35 * ms < widths[0] < 115 * ms < widths[1]
        # And it can be pulled low again.
        line.write(0)
        assert (line.read(), sensor.read()) == (0, 0)


def test_a_1_wire_bus_is_the_kernels(runner: Runner) -> None:
    script = "from machine import Pin\nfrom onewire import OneWire\nOneWire(Pin(4)).scan()"
    with Rig() as rig, pytest.raises(ConfigError, match=r"GPIO4 cannot be a 1-Wire bus: .* dtoverlay=w1-gpio"):
        runner.run(rig, script)


def test_a_chip_select_of_the_kernels_is_not_moved_by_looking_at_it(runner: Runner) -> None:
    with Rig() as rig:
        with pytest.raises(
            ConfigError, match=r"GPIO7 \(line 7 of .*\) is in use by 'spi0 CS1', the kernel's SPI driver"
        ):
            runner.run(rig, "from machine import Pin\nPin(7).value()")
        assert rig.pin("GPIO7").level == 1
