"""The `neopixel` driver, with a simulated strip."""

from collections.abc import Iterator

import pytest

from machine_compat.board import Board, using
from machine_compat.interpreter.table import from_file
from machine_compat.machine import build
from machine_compat.mock.attach import attach_spec
from machine_compat.mock.backend import MockBackend
from machine_compat.profile import load


class Bench:
    def __init__(self, name: str) -> None:
        profile = load(name)
        self.backend = MockBackend(profile.wiring())
        self.board = Board(profile, self.backend)
        self.neopixel = from_file(self.board, "neopixel")
        self.pin = build(self.board).Pin(16)

    def shown(self) -> None:
        self.board.sleep_ns(300_000)


@pytest.fixture(params=[("pico", "GP16"), ("esp32", "GPIO16")])
def bench(request: pytest.FixtureRequest) -> Iterator[tuple[Bench, str]]:
    name, ref = request.param
    bench = Bench(name)
    with using(bench.board):
        yield bench, ref


@pytest.fixture
def pico() -> Iterator[Bench]:
    bench = Bench("pico")
    with using(bench.board):
        yield bench


def test_colours_reach_the_strip(bench: tuple[Bench, str]) -> None:
    board, ref = bench
    strip = attach_spec(board.backend, f"ws2812@{ref},count=4")
    pixels = board.neopixel.NeoPixel(board.pin, 4)
    pixels.fill((1, 2, 3))
    pixels[0] = (255, 0, 0)
    pixels[-1] = [0, 0, 255]
    assert strip.pixels == [(0, 0, 0)] * 4
    pixels.write()
    board.shown()
    assert strip.pixels == list(pixels) == [(255, 0, 0), (1, 2, 3), (1, 2, 3), (0, 0, 255)]
    assert (len(pixels), pixels.n, pixels.bpp, pixels.pin) == (4, 4, 3, board.pin)


def test_edge_by_edge_it_is_the_same(pico: Bench) -> None:
    strip = attach_spec(pico.backend, "ws2812@GP16,count=2")
    edges: list[int] = []
    pico.backend.terminal("GP16").watch(lambda level, time: edges.append(time))
    pixels = pico.neopixel.NeoPixel(pico.pin, 2)
    pixels[1] = (9, 8, 7)
    pixels.write()
    pico.shown()
    assert strip.pixels == [(0, 0, 0), (9, 8, 7)]
    assert len(edges) == 2 * 8 * 6


def test_four_colours(pico: Bench) -> None:
    strip = attach_spec(pico.backend, "ws2812@GP16,count=2,bpp=4")
    pixels = pico.neopixel.NeoPixel(pico.pin, 2, bpp=4)
    pixels.fill((1, 2, 3, 4))
    pixels.write()
    pico.shown()
    assert strip.pixels == [(1, 2, 3, 4)] * 2
    assert bytes(pixels.buf) == b"\2\1\3\4" * 2


def test_the_low_byte_counts(pico: Bench) -> None:
    pixels = pico.neopixel.NeoPixel(pico.pin, 2)
    pixels[0] = (256, -1, 300)
    assert pixels[0] == (0, 255, 44)
    pixels.fill((-2, 511, 0))
    assert pixels[1] == (254, 255, 0)
    with pytest.raises(TypeError):
        pixels[0] = (0.5, 0, 0)


def test_outside_the_strip(pico: Bench) -> None:
    pixels = pico.neopixel.NeoPixel(pico.pin, 2)
    with pytest.raises(IndexError):
        pixels[2] = (1, 2, 3)
    with pytest.raises(IndexError):
        pixels[2]


def test_timing(pico: Bench) -> None:
    kind = pico.neopixel.NeoPixel
    assert kind(pico.pin, 1).timing == kind(pico.pin, 1, timing=True).timing == (400, 850, 800, 450)
    assert kind(pico.pin, 1, 3, 0).timing == (800, 1700, 1600, 900)
    own = (350, 900, 700, 600)
    assert kind(pico.pin, 1, timing=own).timing == own
    start = pico.board.clock.now_ns()
    kind(pico.pin, 1, timing=own).write()
    assert pico.board.clock.now_ns() - start >= 24 * 1250


def test_another_order_is_one_boards_own(pico: Bench) -> None:
    strip = attach_spec(pico.backend, "ws2812@GP16,count=1,order=RGB")
    pico.neopixel.NeoPixel.ORDER = (0, 1, 2, 3)
    pixels = pico.neopixel.NeoPixel(pico.pin, 1)
    pixels.fill((1, 2, 3))
    pixels.write()
    pico.shown()
    assert strip.pixels == [(1, 2, 3)]
    assert from_file(pico.board, "neopixel").NeoPixel.ORDER == (1, 0, 2, 3)
