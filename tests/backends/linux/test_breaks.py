"""Breaks and bytes are told apart in what the kernel hands over, however it is torn."""

import os
from collections.abc import Iterator

import pytest

from machine_compat.backends.linux.breaks import BreakReader

MARKED = b"a\xff\xff\xff\0\0\xff\xff\xff\xffb\0\xff\0\0\xff\0\0"


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    os.set_blocking(ends[0], False)
    yield ends
    for end in ends:
        os.close(end)


@pytest.mark.parametrize("size", range(1, len(MARKED) + 1))
def test_marks_are_taken_out(pipe: tuple[int, int], size: int) -> None:
    reader = BreakReader(pipe[0], b"before")
    counts = [0, 0]
    for at in range(0, len(MARKED), size):
        os.write(pipe[1], MARKED[at : at + size])
        reader.pull()
        counts = [before + more for before, more in zip(counts, reader.news(), strict=True)]
    assert counts == [6, 3]
    assert reader.news() == (0, 0)
    assert reader.take(8) + reader.take(100) == b"beforea\xff\xff\xffb\0"
    assert len(reader) == 0


def test_nothing_that_waits_is_no_news(pipe: tuple[int, int]) -> None:
    reader = BreakReader(pipe[0])
    reader.pull()
    assert reader.news() == (0, 0)
    assert reader.take(1) == b""
