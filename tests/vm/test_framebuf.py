"""Draws the same at random in `framebuf` here and in MicroPython's own, and compares every byte of the buffer."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from machine_compat.interpreter.life import Program
from machine_compat.simulation import SimulatedBoard
from machine_compat.vm.install import Installation
from machine_compat.vm.life import lives

DRAWER = Path(__file__).with_name("drawer.py")
FORMATS = ("MONO_VLSB", "MONO_HLSB", "MONO_HMSB", "GS2_HMSB", "GS4_HMSB", "GS8", "RGB565")
SMALL = ("MONO_VLSB", "MONO_HLSB", "MONO_HMSB", "GS2_HMSB", "GS4_HMSB")

place = st.integers(-12, 40)
size = st.integers(0, 40)
colour = st.one_of(st.integers(0, 3), st.integers(0, 0xFFFF))
filled = st.booleans()


@st.composite
def pictures(draw: st.DrawFn, name: str | None = None) -> dict[str, object]:
    """A frame buffer: its size, format and stride, and bytes to begin with."""
    width, height = draw(st.integers(1, 30)), draw(st.integers(1, 26))
    stride = width + draw(st.integers(0, 9))
    # More than any format needs, the stride rounded up to what a format counts in.
    content = draw(st.binary(min_size=8, max_size=8)) * ((stride + 8) * (height + 8) * 2 // 8 + 1)
    return {
        "format": name or draw(st.sampled_from(FORMATS)),
        "width": width,
        "height": height,
        "stride": stride,
        "bytes": list(content),
    }


@st.composite
def blits(draw: st.DrawFn) -> tuple[object, ...]:
    kind = draw(st.sampled_from(("plain", "key", "palette")))
    # A palette needs a place for each colour of the sprite; outside of it MicroPython reads whatever is there.
    sprite = draw(pictures(draw(st.sampled_from(FORMATS if kind != "palette" else SMALL))))
    call = ("blit", sprite, draw(place), draw(place))
    if kind == "plain":
        return call
    key = draw(st.integers(-1, 0xFFFF))
    if kind == "key":
        return (*call, key)
    colours = list(draw(st.binary(min_size=32, max_size=32)))
    name = draw(st.sampled_from(("GS8", "RGB565")))
    return (*call, key, {"format": name, "width": 16, "height": 1, "stride": 16, "bytes": colours})


points = st.lists(st.tuples(place, place), max_size=7).map(lambda pairs: [value for pair in pairs for value in pair])
calls = st.one_of(
    st.tuples(st.just("fill"), colour),
    st.tuples(st.just("pixel"), place, place),
    st.tuples(st.just("pixel"), place, place, colour),
    st.tuples(st.just("hline"), place, place, size, colour),
    st.tuples(st.just("vline"), place, place, size, colour),
    st.tuples(st.just("line"), place, place, place, place, colour),
    st.tuples(st.just("rect"), place, place, size, size, colour),
    st.tuples(st.just("rect"), place, place, size, size, colour, filled),
    st.tuples(st.just("fill_rect"), place, place, size, size, colour),
    st.tuples(st.just("ellipse"), place, place, size, size, colour),
    st.tuples(st.just("ellipse"), place, place, size, size, colour, filled, st.integers(0, 15)),
    st.tuples(st.just("poly"), place, place, points, colour),
    st.tuples(st.just("poly"), place, place, points, colour, filled),
    st.tuples(st.just("text"), st.text("Aaz09 ~{}\x01\x7f", max_size=6), place, place, colour),
    st.tuples(st.just("scroll"), st.integers(-40, 40), st.integers(-40, 40)),
    blits(),
)


class Drawer:
    """drawer.py on a board, which is told what to draw at its terminal."""

    def __init__(self, board: SimulatedBoard) -> None:
        self._board = board
        self._read = 0
        board.start(Program(DRAWER))

    def draw(self, told: object) -> object:
        self._board.type(json.dumps(told) + "\n")
        self._board.run_on(seconds=1)
        line = self._board.output[self._read :]
        self._read += len(line)
        answer: object = json.loads(line)
        return answer


@pytest.fixture(scope="module")
def drawers(installation: Installation) -> Iterator[tuple[Drawer, Drawer]]:
    """One on CPython, one on MicroPython, both for all drawings."""
    with SimulatedBoard() as ours, SimulatedBoard() as theirs:
        theirs.power.new_life = lives(installation)
        yield Drawer(ours), Drawer(theirs)


@pytest.mark.parametrize("name", FORMATS)
def test_drawings_are_the_same(drawers: tuple[Drawer, Drawer], name: str) -> None:
    ours, theirs = drawers

    @settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(pictures(name), st.lists(calls, min_size=1, max_size=8))
    def check(picture: dict[str, object], drawn: list[tuple[object, ...]]) -> None:
        told = picture | {"calls": drawn}
        assert ours.draw(told) == theirs.draw(told)

    check()
