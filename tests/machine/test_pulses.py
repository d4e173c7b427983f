"""machine.time_pulse_us, bitstream and dht_readinto, on the lines of a simulated board and on pins made by hand."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from machine_compat.contract import Line
from machine_compat.errors import Unsupported
from machine_compat.mock.attach import Place, attach
from machine_compat.mock.devices.dht22 import DHT22
from machine_compat.mock.devices.ws2812 import WS2812
from machine_compat.mock.nets import Terminal, connect

On = Callable[[str], Any]
US = 1_000
MS = 1_000_000
ALL = pytest.mark.parametrize("name", ["pico", "esp32", "mock"])
TIMING = (400, 850, 800, 450)


def play(on: Any, ref: str, edges: Sequence[tuple[int, int]]) -> None:
    """Drive a wire from outside: (time in ns from now, level), beginning low."""
    driver = Terminal(on.backend.world, "generator")
    connect(on.wire(ref), driver)
    driver.drive(0)
    for after, level in edges:
        on.backend.world.after(after, lambda level=level: driver.drive(level))


def ref(name: str, number: int) -> str:
    return f"{'GPIO' if name == 'esp32' else 'GP'}{number}"


def without_wide_verbs(pin: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave a pin's line nothing but read, write and configure."""
    monkeypatch.setattr(type(pin._line), "measure_pulse", Line.measure_pulse)
    monkeypatch.setattr(type(pin._line), "send_bits", Line.send_bits)


# ---- time_pulse_us


@ALL
def test_measures_a_pulse(switch_on: On, name: str) -> None:
    on = switch_on(name)
    pin = on.machine.Pin(4, on.machine.Pin.IN)
    play(on, ref(name, 4), [(500 * US, 1), (730 * US, 0), (900 * US, 1)])
    assert on.machine.time_pulse_us(pin, 1, 10_000) == 230
    assert on.machine.time_pulse_us(pin, 0) == 170


@ALL
def test_timeouts_are_numbers(switch_on: On, name: str) -> None:
    on = switch_on(name)
    pin = on.machine.Pin(4, on.machine.Pin.IN)
    assert on.machine.time_pulse_us(pin, 1, 1000) == -2
    assert on.now == pytest.approx(1 * MS, abs=2 * US)
    play(on, ref(name, 4), [(100 * US, 1)])
    assert on.machine.time_pulse_us(pin, 1, 1000) == -1
    assert on.now == pytest.approx(2.1 * MS, abs=4 * US)


def test_a_pulse_that_is_on_counts_from_now(switch_on: On) -> None:
    on = switch_on("pico")
    pin = on.machine.Pin(4, on.machine.Pin.IN)
    play(on, "GP4", [(0, 1), (1000 * US, 0)])
    on.run_ms(0.4)
    assert on.machine.time_pulse_us(pin, True) == 600


def test_by_hand_is_as_good_as_the_time_of_a_read(switch_on: On, monkeypatch: pytest.MonkeyPatch) -> None:
    on = switch_on("pico")
    pin = on.machine.Pin(4, on.machine.Pin.IN)
    without_wide_verbs(pin, monkeypatch)
    play(on, "GP4", [(500 * US, 1), (730 * US, 0)])
    assert on.machine.time_pulse_us(pin, 1) == pytest.approx(230, abs=2)
    assert on.machine.time_pulse_us(pin, 1, 500) == -2
    play(on, "GP5", [(0, 1)])
    assert on.machine.time_pulse_us(on.machine.Pin(5), 1, 500) in (-1, -2)


def test_pins_of_the_scripts_own(switch_on: On) -> None:
    on = switch_on("pico")

    class Window(on.machine.PinBase):
        def value(self, v: object = None) -> bool:
            return 300 * US <= on.now < 800 * US

    assert on.machine.time_pulse_us(Window(), 1, 5000) == pytest.approx(500, abs=2)
    assert on.machine.time_pulse_us(Window(), 1, 5000) == -2


def test_a_signal_and_a_number_will_do(switch_on: On) -> None:
    on = switch_on("pico")
    pin = on.machine.Pin(4, on.machine.Pin.IN)
    play(on, "GP4", [(0, 1), (100 * US, 0), (300 * US, 1), (500 * US, 0)])
    assert on.machine.time_pulse_us(on.machine.Signal(pin, invert=True), 1) == pytest.approx(200, abs=2)
    assert on.machine.time_pulse_us(4, 1) == pytest.approx(200, abs=2)


def test_time_pulse_arguments(switch_on: On) -> None:
    machine = switch_on("pico").machine
    with pytest.raises(TypeError):
        machine.time_pulse_us(machine.Pin(4), 1, 1.5)
    with pytest.raises(TypeError):
        machine.time_pulse_us(machine.Pin(4), 1, timeout_us=5)


# ---- bitstream


def edges_of(data: bytes, timing: tuple[int, int, int, int]) -> list[int]:
    """When the wire changes, in ns from the first edge."""
    times, now = [], 0
    for byte in data:
        for bit in range(7, -1, -1):
            high, low = timing[2:] if byte >> bit & 1 else timing[:2]
            times += [now, now + high]
            now += high + low
    return times


@pytest.mark.parametrize("name", ["pico", "esp32", "mock"])
def test_bits_by_hand_have_their_exact_times(switch_on: On, name: str) -> None:
    on = switch_on(name)
    pin = on.machine.Pin(4, on.machine.Pin.OUT, value=0)
    changes: list[tuple[int, int]] = []
    on.wire(ref(name, 4)).watch(lambda level, time: changes.append((level, time)))
    data = b"\xa5\x00\xff"
    began = on.now
    on.machine.bitstream(pin, 0, TIMING, data)
    first = changes[0][1]
    assert first == began
    assert [time - first for _, time in changes] == edges_of(data, TIMING)
    assert [level for level, _ in changes] == [1, 0] * 24
    ones = sum(byte.bit_count() for byte in data)
    assert on.now - began == ones * 1250 + (24 - ones) * 1250


def test_pyboard_too(switch_on: On) -> None:
    on = switch_on("pyboard")
    pin = on.machine.Pin("X1", on.machine.Pin.OUT, value=0)
    changes: list[int] = []
    on.wire("A0").watch(lambda level, time: changes.append(time))
    on.machine.bitstream(pin, 0, [1000, 2000, 3000, 4000], b"\x80")
    assert [time - changes[0] for time in changes] == edges_of(b"\x80", (1000, 2000, 3000, 4000))


def test_no_handler_lands_between_the_bits(switch_on: On) -> None:
    on = switch_on("pico")
    pin = on.machine.Pin(4, on.machine.Pin.OUT, value=0)
    times: list[int] = []
    changes: list[int] = []
    on.wire("GP4").watch(lambda level, time: changes.append(time))
    on.machine.Timer(freq=100_000, mode=0, callback=lambda t: times.append(on.now), hard=True)
    on.machine.bitstream(pin, 0, TIMING, b"\x0f" * 3)
    assert [time - changes[0] for time in changes] == edges_of(b"\x0f" * 3, TIMING)
    assert times == [on.now]


def test_leds_take_the_bits_as_a_whole(switch_on: On) -> None:
    on = switch_on("pico")
    strip = WS2812(count=2)
    attach(on.backend, strip, Place(pins=("GP4",)))
    pin = on.machine.Pin(4, on.machine.Pin.OUT)
    on.machine.bitstream(pin, 0, TIMING, bytes((1, 2, 3, 4, 5, 6)))
    on.run_ms(1)
    assert strip.pixels == [(2, 1, 3), (5, 4, 6)]


def test_a_pin_of_the_scripts_own_gets_levels(switch_on: On) -> None:
    on = switch_on("pico")
    changes: list[tuple[object, int]] = []

    class Wire(on.machine.PinBase):
        def value(self, v: object = None) -> None:
            changes.append((v, on.now))

    on.machine.bitstream(Wire(), 0, (100, 200, 300, 400), b"\x01")
    assert [time - changes[0][1] for _, time in changes] == edges_of(b"\x01", (100, 200, 300, 400))
    assert [level for level, _ in changes] == [True, False] * 8


def test_bitstream_arguments(switch_on: On) -> None:
    machine = switch_on("pico").machine
    pin = machine.Pin(4, machine.Pin.OUT)
    with pytest.raises(ValueError, match=r"^encoding$"):
        machine.bitstream(pin, 1, TIMING, b"")
    with pytest.raises(ValueError, match=r"^requested length 4 but object has length 3$"):
        machine.bitstream(pin, 0, TIMING[:3], b"")
    for call in (
        lambda: machine.bitstream(pin, 0, TIMING, 5),
        lambda: machine.bitstream(pin, 0, 5, b""),
        lambda: machine.bitstream(pin, 0, TIMING),
        lambda: machine.bitstream(pin, 0, (1.5, 2, 3, 4), b""),
    ):
        with pytest.raises(TypeError):
            call()


# ---- dht_readinto


def sensor(on: Any, pin: str) -> DHT22:
    chip = DHT22(temperature=-12.3, humidity=45.6)
    attach(on.backend, chip, Place(pins=(pin,)))
    on.run_ms(2000)
    return chip


@ALL
def test_reads_a_dht22(switch_on: On, name: str) -> None:
    on = switch_on(name)
    sensor(on, ref(name, 4))
    pin = on.machine.Pin(4, on.machine.Pin.IN, on.machine.Pin.PULL_UP)
    buf = bytearray(5)
    on.machine.dht_readinto(pin, buf)
    assert buf[0] << 8 | buf[1] == 456
    assert buf[2] << 8 | buf[3] == 0x8000 | 123
    assert sum(buf[:4]) & 0xFF == buf[4]


def test_reads_a_dht22_by_hand(switch_on: On, monkeypatch: pytest.MonkeyPatch) -> None:
    on = switch_on("mock")
    sensor(on, "GP4")
    pin = on.machine.Pin(4, on.machine.Pin.IN, on.machine.Pin.PULL_UP)
    without_wide_verbs(pin, monkeypatch)
    with pytest.raises(Unsupported):
        pin._line.measure_pulse(1, 1)
    buf = bytearray(5)
    on.machine.dht_readinto(pin, buf)
    assert (buf[0] << 8 | buf[1], buf[2] << 8 | buf[3]) == (456, 0x8000 | 123)


def test_nobody_answers(switch_on: On) -> None:
    on = switch_on("pico")
    pin = on.machine.Pin(4, on.machine.Pin.IN, on.machine.Pin.PULL_UP)
    with pytest.raises(OSError, match="ETIMEDOUT") as failure:
        on.machine.dht_readinto(pin, bytearray(5))
    assert failure.value.errno == 110


def test_dht_buffers(switch_on: On) -> None:
    machine = switch_on("pico").machine
    with pytest.raises(ValueError, match=r"^buffer too small$"):
        machine.dht_readinto(machine.Pin(4), bytearray(4))
    with pytest.raises(TypeError):
        machine.dht_readinto(machine.Pin(4), b"12345")
