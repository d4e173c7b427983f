"""pyb.ADC: twelve bits of a wire's voltage, one by one and at a timer's pace."""

import re
from array import array
from typing import Any

import pytest


@pytest.fixture
def volts(either: Any) -> Any:
    """Puts a voltage on X19, an analog pin of both boards."""
    probe = either.attach_probe("X19")
    return probe.supply


@pytest.mark.parametrize(("supplied", "read"), [(0.0, 0), (3.3, 4095), (1.65, 2048), (0.825, 1024), (5.0, 4095)])
def test_read(either: Any, volts: Any, supplied: float, read: int) -> None:
    volts(supplied)
    assert either.pyb.ADC("X19").read() == read


def test_what_it_is_read_from(pyboard: Any) -> None:
    ADC, Pin = pyboard.pyb.ADC, pyboard.pyb.Pin
    pyboard.attach_probe("X22").supply(3.3)
    assert repr(ADC("X22")) == "<ADC on X22 channel=13>"
    assert repr(ADC(13)) == "<ADC on 13 channel=13>"
    assert repr(ADC(17)) == "<ADC on 17 channel=17>"
    for source in ("X22", Pin("X22"), Pin.board.X22, Pin.cpu.C3, 13):
        assert ADC(source).read() == 4095


def test_what_it_cannot_read(pyboard: Any) -> None:
    with pytest.raises(ValueError, match=re.escape("Pin(B6) doesn't have ADC capabilities")):
        pyboard.pyb.ADC("X9")
    with pytest.raises(ValueError, match="not a valid ADC Channel: 19"):
        pyboard.pyb.ADC(19)
    with pytest.raises(ValueError, match=re.escape("Pin(Q1) doesn't exist")):
        pyboard.pyb.ADC("Q1")


def ramp(board: Any, probe: Any, step_ms: float) -> None:
    """A voltage that rises by a 32nd of full scale every so often, from the middle of the first step on."""
    for step in range(32):
        at = board.now + round((step + 0.5) * step_ms * 1e6)
        board.backend.world.at(at, lambda step=step: probe.supply(3.3 * (step + 1) / 32))


@pytest.mark.parametrize(
    ("buffer", "shift"),
    [(bytearray(10), 4), (array("H", [0] * 10), 0), (array("i", [-1] * 10), 0), (array("b", [0] * 10), 4)],
)
def test_read_timed_at_a_frequency(either: Any, volts: Any, buffer: Any, shift: int) -> None:
    volts(0)
    ramp(either, either.attach_probe("X19"), 10)
    start = either.now
    assert either.pyb.ADC("X19").read_timed(buffer, 100) == len(memoryview(buffer).cast("B"))
    assert either.now - start == pytest.approx(100e6, abs=100_000)
    values = [value & 0xFF if shift else value for value in buffer]
    assert values == [128 * (step + 1) >> shift for step in range(10)]


def test_read_timed_by_a_timer(pyboard: Any) -> None:
    timer = pyboard.pyb.Timer(8, freq=1_000)
    pyboard.run_ms(0.25)
    adc, buffer = pyboard.pyb.ADC("X19"), bytearray(20)
    assert adc.read_timed(buffer, timer) == 20
    assert pyboard.now_ms == pytest.approx(20, abs=0.1)
    assert timer.counter() < 1_000


def test_a_view_fills_a_part(pyboard: Any) -> None:
    pyboard.attach_probe("X19").supply(3.3)
    buffer = array("H", [0] * 6)
    assert pyboard.pyb.ADC("X19").read_timed(memoryview(buffer)[2:4], 1_000) == 4
    assert list(buffer) == [0, 0, 4095, 4095, 0, 0]


def test_read_timed_multi(pyboard: Any) -> None:
    ADC = pyboard.pyb.ADC
    for name, level in (("X19", 1.65), ("X20", 3.3)):
        pyboard.attach_probe(name).supply(level)
    buffers = (array("H", [0] * 8), array("H", [0] * 8))
    start = pyboard.now_ms
    assert ADC.read_timed_multi((ADC("X19"), ADC("X20")), buffers, pyboard.pyb.Timer(8, freq=1_000)) is True
    assert [set(buffer) for buffer in buffers] == [{2048}, {4095}]
    assert pyboard.now_ms - start == pytest.approx(8, abs=0.1)


def test_read_timed_multi_tells_when_it_cannot_keep_up(pyboard: Any) -> None:
    ADC = pyboard.pyb.ADC
    assert ADC.read_timed_multi([ADC("X19")], [bytearray(8)], pyboard.pyb.Timer(8, freq=2_000_000)) is False


def test_handlers_run_in_between(pyboard: Any) -> None:
    calls: list[float] = []
    pyboard.pyb.Timer(4, freq=1_000, callback=lambda _: calls.append(pyboard.now_ms))
    pyboard.pyb.ADC("X19").read_timed(bytearray(5), 100)
    assert calls == [float(ms) for ms in range(1, len(calls) + 1)]
    assert len(calls) >= 49


@pytest.mark.parametrize(
    ("adcs", "bufs", "message"),
    [
        (0, (), "need at least 1 ADC"),
        (1, (bytearray(2), bytearray(2)), "length of ADC and buffer lists differ"),
        (2, (bytearray(2), bytearray(3)), "size and type of buffers must match"),
        (2, (bytearray(2), array("H", [0])), "size and type of buffers must match"),
    ],
)
def test_what_read_timed_multi_refuses(pyboard: Any, adcs: int, bufs: Any, message: str) -> None:
    adc = pyboard.pyb.ADC("X19")
    with pytest.raises(ValueError, match=message):
        pyboard.pyb.ADC.read_timed_multi((adc,) * adcs, bufs, pyboard.pyb.Timer(8, freq=1_000))


@pytest.mark.parametrize(
    ("buffer", "timer", "error", "message"),
    [
        (bytes(4), 100, TypeError, "object with buffer protocol required"),
        (bytearray(4), "100", ValueError, "need a Timer object"),
        (bytearray(4), 0, ValueError, "must have positive freq"),
    ],
)
def test_what_read_timed_refuses(
    pyboard: Any, buffer: Any, timer: object, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        pyboard.pyb.ADC("X19").read_timed(buffer, timer)
