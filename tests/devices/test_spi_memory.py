"""Holds the plain SPI target to its promise: it keeps what it hears and answers what it is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from machine_compat.errors import ConfigError
from machine_compat.mock.devices.spi_memory import PARTS, SPIMemory


def test_it_keeps_what_it_hears_and_answers_from_the_start_of_each_selection() -> None:
    chip = PARTS["spimemory"](answer="ef:40:15")
    for sent in (b"\x9f\x00\x00\x00", b"\x06"):
        chip.select()
        assert chip.exchange(sent) == b"\xef\x40\x15\xff"[: len(sent)]
        chip.deselect()
    assert chip.received == b"\x9f\x00\x00\x00\x06"
    assert chip.selections == 2


def test_the_newest_bytes_stay() -> None:
    chip = SPIMemory(limit=4)
    chip.exchange(b"abc")
    chip.exchange(b"def")
    assert chip.received == b"cdef"
    chip.exchange(b"0123456789")
    assert chip.received == b"6789"


def test_the_answer_can_change_at_any_time() -> None:
    chip = SPIMemory()
    chip.select()
    assert chip.exchange(b"\x00") == b"\xff"
    chip.answer = b"\x01\x02\x03"
    assert chip.preview() == 2
    assert chip.exchange(bytes(3)) == b"\x02\x03\xff"


@pytest.mark.parametrize("options", [{"limit": 0}, {"limit": "many"}, {"answer": "xyz"}, {"answer": 12}])
def test_a_wrong_option_is_named(options: dict[str, int]) -> None:
    with pytest.raises(ConfigError, match=f"spimemory: {next(iter(options))}"):
        SPIMemory(**options)


@given(st.binary(), st.binary(), st.lists(st.integers(1, 20), min_size=1), st.integers(1, 30))
def test_any_split_gives_the_same(sent: bytes, answer: bytes, cuts: list[int], limit: int) -> None:
    whole, parts = SPIMemory(limit, answer), SPIMemory(limit, answer)
    expected = whole.exchange(sent)
    got = b""
    for turn in range(len(sent)):
        size = cuts[turn % len(cuts)]
        if chunk := sent[len(got) : len(got) + size]:
            assert parts.preview() == expected[len(got)]
            got += parts.exchange(chunk)
    assert got == expected
    assert whole.received == parts.received
