"""machine.ADC and machine.Timer of the WiPy, which are like no other port's."""

from collections.abc import Callable
from typing import Any

import pytest

from machine_compat.mock.nets import Terminal, connect

On = Callable[[str], Any]
WRONG = r"invalid argument\(s\) value"


@pytest.fixture
def wipy(switch_on: On) -> Any:
    return switch_on("wipy")


def drive(wipy: Any, ref: str, level: int) -> None:
    hand = Terminal(wipy.backend.world, "hand")
    connect(wipy.wire(ref), hand)
    hand.drive(level)


def test_a_channel_reads_its_pin(wipy: Any) -> None:
    drive(wipy, "GP4", 1)
    adc = wipy.machine.ADC()
    assert (adc.channel(2)(), adc.channel(pin="GP4").value()) == (4095, 4095)
    assert repr(adc.channel(2)) == "ADCChannel(2, pin=GP4)"


@pytest.mark.parametrize("arguments", [{"id": 4}, {"id": -1}, {"pin": "GP9"}, {"id": 0, "pin": "GP3"}, {}])
def test_no_such_channel(wipy: Any, arguments: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=WRONG):
        wipy.machine.ADC().channel(**arguments)


def test_a_converter_that_is_off(wipy: Any) -> None:
    adc = wipy.machine.ADC()
    channel = adc.channel(0)
    adc.deinit()
    assert (repr(adc), repr(channel)) == ("ADC(0)", "ADCChannel(0)")
    for call in (channel, channel.init, lambda: adc.channel(1)):
        with pytest.raises(OSError, match="EPERM"):
            call()
    adc.init()
    channel.init()
    assert channel() in range(4096)


def test_one_shot_and_periodic_channels(wipy: Any) -> None:
    Timer, calls = wipy.machine.Timer, []
    once = Timer(1, mode=Timer.ONE_SHOT).channel(Timer.A, period=5_000)
    once.irq(trigger=Timer.TIMEOUT, handler=lambda _: calls.append("once"))
    wide = Timer(2, Timer.PERIODIC, width=32).channel(Timer.A | Timer.B, freq=100)
    wide.irq(trigger=Timer.TIMEOUT, handler=lambda _: calls.append("wide"))
    wipy.run_ms(35)
    assert calls == ["once", "wide", "wide", "wide"]
    assert repr(wide) == "timer.channel(Timer.AB, freq=100)"
    assert Timer(2).channel(Timer.A) is wide
    Timer(2).deinit()
    wipy.run_ms(35)
    assert len(calls) == 4


def test_pulses_on_the_timers_own_pin(wipy: Any) -> None:
    Timer, edges = wipy.machine.Timer, []
    channel = Timer(3, mode=Timer.PWM).channel(Timer.B, freq=1000, duty_cycle=2_500)
    start = wipy.now
    wipy.wire("GP11").watch(lambda level, time: edges.append(((time - start) // 1_000, level)))
    wipy.run_ms(2)
    assert edges[:3] == [(250, 0), (1_000, 1), (1_250, 0)]
    channel.duty_cycle(20_000, Timer.NEGATIVE)
    assert channel.duty_cycle() == 10_000
    wipy.run_ms(2)
    assert wipy.wire("GP11").level == 0


@pytest.mark.parametrize(
    ("mode", "arguments"),
    [
        ("PERIODIC", {"channel": 5, "freq": 1}),
        ("PERIODIC", {"channel": 0xFFFF, "freq": 1}),
        ("PERIODIC", {"channel": 0xFF, "freq": 10, "period": 10}),
        ("PERIODIC", {"channel": 0xFF, "freq": -1}),
        ("PERIODIC", {"channel": 0xFF, "freq": 80_000_000}),
        ("PERIODIC", {"channel": 0xFF, "period": 1_000_000}),
    ],
)
def test_channels_that_cannot_be(wipy: Any, mode: str, arguments: dict[str, Any]) -> None:
    Timer = wipy.machine.Timer
    with pytest.raises(ValueError, match=WRONG):
        Timer(0, getattr(Timer, mode)).channel(**arguments)


def test_a_pulse_has_matches_and_a_timer_timeouts(wipy: Any) -> None:
    Timer = wipy.machine.Timer
    for mode, wrong in ((Timer.PWM, Timer.TIMEOUT), (Timer.PERIODIC, Timer.MATCH)):
        channel = Timer(0, mode).channel(Timer.A, freq=100)
        with pytest.raises(ValueError, match=WRONG):
            channel.irq(trigger=wrong, handler=print)


@pytest.mark.parametrize("arguments", [{"mode": 1}, {"mode": 0x32, "width": 8}, {"mode": 0x0A, "width": 32}])
def test_modes_that_cannot_be(wipy: Any, arguments: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=WRONG):
        wipy.machine.Timer(0, **arguments)
