"""The `dht` driver, with simulated sensors."""

from collections.abc import Iterator

import pytest

from machine_compat.board import Board, using
from machine_compat.interpreter.table import from_file
from machine_compat.machine import build
from machine_compat.mock.attach import attach_spec
from machine_compat.mock.backend import MockBackend
from machine_compat.profile import load


class Bench:
    def __init__(self) -> None:
        profile = load("pico")
        self.backend = MockBackend(profile.wiring())
        self.board = Board(profile, self.backend)
        self.dht = from_file(self.board, "dht")
        self.pin = build(self.board).Pin(15)


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    with using(bench.board):
        yield bench


@pytest.mark.parametrize(("celsius", "percent"), [(21.2, 65.3), (-10.1, 0), (0, 100), (80, 0.1)])
def test_dht22(bench: Bench, celsius: float, percent: float) -> None:
    chip = attach_spec(bench.backend, "dht22@GP15")
    chip.temperature, chip.humidity = celsius, percent
    sensor = bench.dht.DHT22(bench.pin)
    assert (sensor.temperature(), sensor.humidity()) == (0, 0)
    sensor.measure()
    assert (sensor.temperature(), sensor.humidity()) == (celsius, percent)
    assert isinstance(sensor, bench.dht.DHTBase)


def test_dht11(bench: Bench) -> None:
    attach_spec(bench.backend, "dht11@GP15,temperature=33,humidity=44")
    sensor = bench.dht.DHT11(bench.pin)
    sensor.measure()
    assert (sensor.temperature(), sensor.humidity(), bytes(sensor.buf)) == (33, 44, bytes((44, 0, 33, 0, 77)))


def test_the_last_answer_stays_when_none_comes(bench: Bench) -> None:
    attach_spec(bench.backend, "dht22@GP15,temperature=20")
    sensor = bench.dht.DHT22(bench.pin)
    sensor.measure()
    # Asked again within its two seconds, it is silent.
    with pytest.raises(OSError, match="ETIMEDOUT") as caught:
        sensor.measure()
    assert caught.value.errno == 110
    assert sensor.temperature() == 20
    bench.board.sleep_ns(2_000_000_000)
    sensor.measure()


def test_a_wrong_checksum(bench: Bench) -> None:
    attach_spec(bench.backend, "dht22@GP15").corrupt = True
    with pytest.raises(Exception, match="checksum error"):
        bench.dht.DHT22(bench.pin).measure()
