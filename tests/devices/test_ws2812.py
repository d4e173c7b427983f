"""Holds the WS2812 strip to its datasheet: bit times, the reset that shows a frame, and bitstreams as a whole."""

import pytest

from machine_compat.errors import ConfigError
from machine_compat.mock.devices.ws2812 import WS2812
from machine_compat.mock.nets import Terminal, connect
from machine_compat.mock.world import World

GOOD = (400, 850, 800, 450)
"""MicroPython's timing for 800 kHz."""
RED, GREEN = b"\x00\xff\x00", b"\xff\x00\x00"


class Driver:
    """A pin that makes the edges one by one."""

    def __init__(self, strip: WS2812) -> None:
        self.world = World()
        self.strip = strip
        self.pin = Terminal(self.world, "board.GP0")
        strip.install(self.world, "strip")
        connect(self.pin, strip.legs["din"])
        self.pin.drive(0)
        self.wait(1_000_000)

    def wait(self, ns: int) -> None:
        self.world.run(self.world.now + ns)

    def send(self, data: bytes, timing: tuple[int, int, int, int] = GOOD) -> None:
        for bit in (byte >> place & 1 for byte in data for place in range(7, -1, -1)):
            for level, ns in ((1, timing[2 * bit]), (0, timing[2 * bit + 1])):
                self.pin.drive(level)
                self.wait(ns)

    def stream(self, data: bytes, timing: tuple[int, int, int, int] = GOOD) -> None:
        self.strip.bits(timing, data)
        self.wait(1250 * 8 * len(data))


def test_edges_show_after_the_reset() -> None:
    driver = Driver(WS2812(count=2))
    driver.send(b"\x01\x02\x03\xfd\xfe\xff")
    assert driver.strip.pixels == [(0, 0, 0), (0, 0, 0)]
    driver.wait(50_000)
    assert driver.strip.pixels == [(2, 1, 3), (254, 253, 255)]


def test_newer_strips_wait_longer() -> None:
    driver = Driver(WS2812(count=1, reset_us=280))
    driver.send(RED)
    driver.wait(60_000)
    assert driver.strip.pixels == [(0, 0, 0)]
    driver.wait(220_000)
    assert driver.strip.pixels == [(255, 0, 0)]


def test_pixels_beyond_the_frame_stay() -> None:
    driver = Driver(WS2812(count=3))
    driver.send(RED * 3)
    driver.wait(60_000)
    driver.send(GREEN + b"\xff")
    driver.wait(60_000)
    assert driver.strip.pixels == [(0, 255, 0), (255, 0, 0), (255, 0, 0)]


def test_data_beyond_the_strip_goes_nowhere() -> None:
    driver = Driver(WS2812(count=1))
    driver.send(RED + GREEN)
    driver.wait(60_000)
    assert driver.strip.pixels == [(255, 0, 0)]


def test_a_frame_goes_on_after_a_pause_shorter_than_the_reset() -> None:
    driver = Driver(WS2812(count=2))
    driver.send(RED)
    driver.wait(40_000)
    driver.send(GREEN)
    driver.wait(60_000)
    assert driver.strip.pixels == [(255, 0, 0), (0, 255, 0)]


@pytest.mark.parametrize(
    "timing", [(800, 1700, 1600, 900), (100, 850, 800, 450), (400, 850, 525, 450), (400, 850, 800, 100)]
)
def test_times_that_are_no_bits_leave_the_strip_as_it_is(timing: tuple[int, int, int, int]) -> None:
    driver = Driver(WS2812(count=1))
    driver.send(RED)
    driver.wait(60_000)
    driver.send(b"\x0f\xf0\x0f", timing)
    driver.wait(60_000)
    assert driver.strip.pixels == [(255, 0, 0)]
    driver.stream(b"\x0f\xf0\x0f", timing)
    driver.wait(60_000)
    assert driver.strip.pixels == [(255, 0, 0)]
    driver.stream(GREEN)
    driver.wait(60_000)
    assert driver.strip.pixels == [(0, 255, 0)]


def test_edges_and_bitstream_mean_the_same() -> None:
    frame = bytes(range(5, 29))
    by_edges, at_once = Driver(WS2812(count=8)), Driver(WS2812(count=8))
    by_edges.send(frame)
    by_edges.wait(60_000)
    at_once.stream(frame)
    assert by_edges.strip.pixels == at_once.strip.pixels == [(n + 1, n, n + 2) for n in range(5, 29, 3)]


def test_bitstreams_that_fill_the_strip_need_no_pause_between_them() -> None:
    driver = Driver(WS2812(count=2))
    driver.stream(RED * 2)
    driver.stream(GREEN * 2)
    assert driver.strip.pixels == [(0, 255, 0)] * 2


def test_a_short_bitstream_shows_after_the_reset_and_may_go_on_before() -> None:
    driver = Driver(WS2812(count=3))
    driver.stream(RED)
    driver.stream(GREEN)
    assert driver.strip.pixels == [(0, 0, 0)] * 3
    driver.wait(50_000)
    assert driver.strip.pixels == [(255, 0, 0), (0, 255, 0), (0, 0, 0)]


def test_four_bytes_a_pixel_and_other_orders() -> None:
    rgbw = Driver(WS2812(count=1, bpp=4))
    rgbw.stream(b"\x01\x02\x03\x04")
    assert rgbw.strip.pixels == [(2, 1, 3, 4)]
    swapped = Driver(WS2812(count=1, order="bgr"))
    swapped.stream(b"\x01\x02\x03")
    assert swapped.strip.pixels == [(3, 2, 1)]


def test_show() -> None:
    driver = Driver(WS2812(count=2, bpp=4))
    driver.stream(b"\x01\x02\x03\x00\x00\x00\xff\x10")
    assert driver.strip.show() == "\x1b[48;2;2;1;3m  \x1b[48;2;16;16;255m  \x1b[0m"


@pytest.mark.parametrize(
    ("options", "message"),
    [({"count": 0}, "count=0"), ({"bpp": 5}, "bpp=5 is none of 3, 4"), ({"order": "RGX"}, "R, G, B once")],
)
def test_set_up_mistakes(options: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        WS2812(**options)
