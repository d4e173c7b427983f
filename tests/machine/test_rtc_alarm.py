"""machine.RTC's alarm: calls, wake-ups, and the ports that have one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from machine_compat.simulation import SimulatedBoard

On = Callable[[str], Any]


def test_a_call_once(switch_on: On) -> None:
    mock, woken = switch_on("mock"), []
    rtc = mock.machine.RTC()
    irq = rtc.irq(trigger=rtc.ALARM0, handler=woken.append)
    assert repr(irq) == "<irq>"
    rtc.alarm(rtc.ALARM0, 500)
    mock.run_ms(200)
    assert rtc.alarm_left() in (299, 300)
    mock.run_ms(1_000)
    assert woken == [rtc]
    assert rtc.alarm_left(0) == 0


def test_again_and_again_until_it_is_taken_back(switch_on: On) -> None:
    mock, woken = switch_on("mock"), []
    rtc = mock.machine.RTC()
    rtc.irq(trigger=0, handler=woken.append)
    rtc.alarm(0, 100, repeat=True)
    mock.run_ms(350)
    assert len(woken) == 3
    rtc.cancel()
    mock.run_ms(350)
    assert len(woken) == 3


def test_a_date(switch_on: On) -> None:
    mock, woken = switch_on("mock"), []
    rtc = mock.machine.RTC()
    rtc.datetime((2026, 2, 28, 0, 23, 59, 58, 0))
    rtc.irq(trigger=0, handler=woken.append)
    rtc.alarm(0, (26, 3, 1, 0, 0, 0, 3, 0))
    mock.run_ms(4_900)
    assert woken == []
    mock.run_ms(200)
    assert woken == [rtc]
    for wrong in (
        {"time": (2020, 1, 1, 0, 0, 0, 0, 0)},
        {"time": (2030, 1, 1, 0, 0, 0, 0, 0), "repeat": True},
    ):
        with pytest.raises(ValueError, match=r"invalid argument\(s\) value"):
            rtc.alarm(0, **wrong)


def test_mimxrt_counts_whole_seconds(switch_on: On) -> None:
    teensy, woken = switch_on("teensy41"), []
    rtc = teensy.machine.RTC()
    rtc.irq(trigger=rtc.ALARM0, handler=woken.append)
    rtc.alarm(0, 2_700)
    teensy.run_ms(500)
    assert rtc.alarm_left() == 1_000
    teensy.run_ms(1_600)
    assert woken == [rtc]
    with pytest.raises(OSError, match="ENODEV"):
        rtc.alarm(1, 100)


def test_esp8266_has_no_handler_and_no_way_to_take_it_back(switch_on: On) -> None:
    rtc = switch_on("esp8266").machine.RTC()
    assert rtc.irq(trigger=rtc.ALARM0, wake=4) is None
    for name in ("alarm_cancel", "cancel", "now", "deinit"):
        assert not hasattr(rtc, name)
    with pytest.raises(TypeError):
        rtc.irq(trigger=0, handler=print)
    for call in (lambda: rtc.alarm(1, 5), lambda: rtc.alarm_left(1), lambda: rtc.irq(trigger=1)):
        with pytest.raises(ValueError, match="invalid alarm"):
            call()


@pytest.mark.parametrize("board", ["pico", "esp32", "pyboard"])
def test_ports_without(switch_on: On, board: str) -> None:
    rtc = switch_on(board).machine.RTC()
    assert not {"alarm", "alarm_left", "alarm_cancel", "cancel", "irq", "ALARM0", "now", "deinit"} & set(dir(rtc))


def test_an_esp8266_sleeps_until_its_alarm(tmp_path: Path) -> None:
    script = tmp_path / "main.py"
    script.write_text(
        "import machine\n"
        "if machine.reset_cause() == machine.DEEPSLEEP_RESET:\n"
        "    print('woken')\n"
        "else:\n"
        "    rtc = machine.RTC()\n"
        "    rtc.irq(trigger=rtc.ALARM0, wake=machine.DEEPSLEEP)\n"
        "    rtc.alarm(rtc.ALARM0, 10000)\n"
        "    print('sleeps')\n"
        "    machine.deepsleep()\n"
    )
    with SimulatedBoard("esp8266") as board:
        board.run(script, seconds=9)
        assert board.output == "sleeps\n"
        board.run_on(seconds=2)
        assert board.output == "sleeps\nwoken\n"
