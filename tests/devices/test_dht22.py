"""Holds the DHT22 and the DHT11 to their manuals: the start signal, the answer's times, bits and checksum."""

from itertools import pairwise

import pytest

from machine_compat.errors import ConfigError
from machine_compat.mock.devices.dht22 import DHT, DHT11, DHT22
from machine_compat.mock.nets import Terminal, connect
from machine_compat.mock.world import World


class Board:
    def __init__(self, sensor: DHT) -> None:
        self.world = World()
        self.pin = Terminal(self.world, "board.GP15")
        sensor.install(self.world, "dht")
        connect(self.pin, sensor.legs["data"])

    def wait(self, ms: float) -> None:
        self.world.run(self.world.now + round(ms * 1e6))

    def start(self, low_ms: float) -> list[int]:
        """Widths in ns of what follows a start signal: high, low, high, low, ..."""
        self.pin.pull_low(True)
        self.wait(low_ms)
        begin = len(self.pin.net.edges)
        self.pin.pull_low(False)
        self.wait(10)
        edges = self.pin.net.edges[begin:]
        return [later - time for time, later in pairwise(edges)]

    def read(self, low_ms: float = 1) -> bytes:
        widths = self.start(low_ms)
        if not widths:
            return b""
        highs = widths[4::2]
        assert len(highs) == 40
        bits = "".join("1" if width > 48_000 else "0" for width in highs)
        return int(bits, 2).to_bytes(5, "big")


def test_times_of_the_answer() -> None:
    widths = Board(DHT22()).start(1)
    assert widths[:3] == [30_000, 80_000, 80_000]
    assert set(widths[3::2]) == {50_000}
    assert set(widths[4::2]) == {26_000, 70_000}
    assert len(widths) == 3 + 40 * 2 + 1


def test_the_wire_is_high_before_and_after() -> None:
    board = Board(DHT22())
    assert board.pin.level == 1
    board.start(1)
    assert board.pin.level == 1


@pytest.mark.parametrize(
    ("humidity", "celsius", "golden"),
    # The first two are the manual's examples.
    [(65.2, 35.1, "028c 015f ee"), (65.2, -10.1, "028c 8065 73"), (100, 80, "03e8 0320 0e"), (0, -0.1, "0000 8001 81"),
     (0, -40, "0000 8190 11")],
)  # fmt: skip
def test_dht22_readings(humidity: float, celsius: float, golden: str) -> None:
    assert Board(DHT22(temperature=celsius, humidity=humidity)).read() == bytes.fromhex(golden)


def test_dht11_readings() -> None:
    assert Board(DHT11(temperature=24, humidity=53)).read(18) == bytes((53, 0, 24, 0, 77))


def test_start_signals_that_are_too_short() -> None:
    assert Board(DHT22()).read(0.5) == b""
    assert Board(DHT11()).read(17) == b""


@pytest.mark.parametrize(("sensor", "seconds"), [(DHT22(), 2), (DHT11(), 1)])
def test_no_answer_before_the_interval_has_passed(sensor: DHT, seconds: int) -> None:
    board = Board(sensor)
    assert board.read(18) != b""
    board.wait(1000 * seconds - 100)
    assert board.read(18) == b""
    board.wait(100)
    assert board.read(18) != b""


def test_a_corrupt_answer_and_new_values() -> None:
    sensor = DHT22()
    board = Board(sensor)
    sensor.corrupt = True
    data = board.read()
    assert data[4] != sum(data[:4]) & 0xFF
    sensor.corrupt = False
    sensor.temperature, sensor.humidity = 1.5, 99.9
    board.wait(2000)
    assert board.read() == bytes.fromhex("03e7 000f f9")


def test_set_up_mistakes() -> None:
    with pytest.raises(ConfigError, match=r"dht11: temperature=-5 is not within 0\.\.50 °C"):
        DHT11(temperature=-5)
    with pytest.raises(ConfigError, match="dht22: humidity=101"):
        DHT22(humidity=101)
