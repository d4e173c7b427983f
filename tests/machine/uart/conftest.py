"""Boards of the ports that differ."""

from collections.abc import Iterator

import pytest

from machine_compat.board import using
from tests.machine.uart.bench import Bench


@pytest.fixture
def pico() -> Iterator[Bench]:
    bench = Bench("pico")
    with using(bench.board):
        yield bench


@pytest.fixture
def esp32() -> Iterator[Bench]:
    bench = Bench("esp32")
    with using(bench.board):
        yield bench


@pytest.fixture
def pyboard() -> Iterator[Bench]:
    bench = Bench("pyboard")
    with using(bench.board):
        yield bench


@pytest.fixture
def mock() -> Iterator[Bench]:
    bench = Bench("mock")
    with using(bench.board):
        yield bench
