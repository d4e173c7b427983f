"""pyb.I2C as a peripheral: it answers another board while its script waits."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from machine_compat.simulation import SimulatedBoard

Pair = tuple[SimulatedBoard, SimulatedBoard]
HEAD = "import pyb\nfrom pyb import I2C\n"


@pytest.fixture
def pair() -> Iterator[Pair]:
    """A controller and a peripheral, their second buses joined."""
    with SimulatedBoard("pyboard") as first, SimulatedBoard("pyboard", world=first.world) as second:
        first.wire("Y9", "Y9", second)
        first.wire("Y10", "Y10", second)
        yield first, second


def run(pair: Pair, folder: Path, controller: str, peripheral: str) -> tuple[str, str]:
    """What both print; the controller begins 10 ms later."""
    for board, name, text in zip(pair, ("controller", "peripheral"), (controller, peripheral), strict=True):
        path = folder / f"{name}.py"
        late = "pyb.delay(10)\n" if name == "controller" else ""
        path.write_text(HEAD + late + text)
        board.run(path, ms=1)
    pair[0].run_on(ms=500)
    return pair[0].output, pair[1].output


def test_it_receives_and_sends(pair: Pair, tmp_path: Path) -> None:
    heard = run(
        pair,
        tmp_path,
        "i2c = I2C(2, I2C.CONTROLLER)\ni2c.send('abc', 0x42)\npyb.delay(5)\nprint(i2c.recv(2, 0x42))\n",
        "i2c = I2C(2, I2C.PERIPHERAL, addr=0x42)\nprint(i2c.recv(3))\ni2c.send(b'xy')\nprint('sent')\n",
    )
    assert heard == ("b'xy'\n", "b'abc'\nsent\n")


def test_it_answers_only_while_it_waits_and_takes_no_more_than_it_wants(pair: Pair, tmp_path: Path) -> None:
    send = "def send(data):\n    try:\n        i2c.send(data, 0x42)\n    except OSError as e:\n        print(e.errno)\n"
    heard = run(
        pair,
        tmp_path,
        f"{send}i2c = I2C(2, I2C.CONTROLLER)\nsend('abc')\npyb.delay(100)\nsend('abc')\npyb.delay(5)\nsend('a')\n",
        "i2c = I2C(2, I2C.PERIPHERAL, addr=0x42)\npyb.delay(50)\nprint(i2c.recv(2))\n"
        "try:\n    i2c.recv(2)\nexcept OSError as e:\n    print(e.errno)\n",
    )
    assert heard == ("5\n5\n", "b'ab'\n5\n")


def alone(pair: Pair) -> Any:
    return pair[1].firmware.load("pyb").I2C


def test_it_waits_no_longer_than_the_timeout(pair: Pair) -> None:
    I2C = alone(pair)
    i2c = I2C(2, I2C.PERIPHERAL, addr=0x12)
    for call in (lambda: i2c.recv(1, timeout=20), lambda: i2c.send(b"x", timeout=20)):
        began = pair[1].ms
        with pytest.raises(OSError, match="ETIMEDOUT"):
            call()
        assert pair[1].ms - began == pytest.approx(20, abs=0.1)


def test_it_does_nothing_of_a_controllers(pair: Pair) -> None:
    I2C = alone(pair)
    i2c = I2C(2, I2C.PERIPHERAL, addr=0x12)
    assert repr(i2c) == "I2C(2, I2C.PERIPHERAL, addr=0x12)"
    for call in (
        i2c.scan,
        lambda: i2c.is_ready(5),
        lambda: i2c.mem_read(1, 5, 0),
        lambda: i2c.mem_write(b"x", 5, 0),
    ):
        with pytest.raises(TypeError, match="I2C must be a controller"):
            call()
    i2c.deinit()
    assert repr(i2c) == "I2C(2)"
    with pytest.raises(OSError, match="16"):
        i2c.send(b"x", 5)
