"""machine.WDT: resets the board unless it is fed, and nothing stops it."""

from collections.abc import Callable
from typing import Any

import pytest

from machine_compat.board import Restart

On = Callable[[str], Any]


@pytest.mark.parametrize("name", ["pico", "esp32", "pyboard", "mock"])
def test_resets_the_board_when_it_is_not_fed(switch_on: On, name: str) -> None:
    on = switch_on(name)
    wdt = on.machine.WDT(timeout=500)
    for _ in range(5):
        on.run_ms(400)
        wdt.feed()
    began = on.now
    with pytest.raises(Restart) as reset:
        on.run_ms(10_000)
    assert reset.value.cause == "WDT"
    assert on.now - began == pytest.approx(500e6, abs=1e6)
    assert repr(wdt) == "<WDT>"
    assert not hasattr(wdt, "deinit")


def test_default_is_five_seconds_and_a_new_one_changes_it(switch_on: On) -> None:
    on = switch_on("pico")
    first = on.machine.WDT()
    on.run_ms(4900)
    assert on.machine.WDT(0, 1000) is first
    on.run_ms(900)
    with pytest.raises(Restart):
        on.run_ms(200)
    assert on.now == pytest.approx(5.9e9, abs=1e6)


def test_a_reset_ends_it(switch_on: On) -> None:
    on = switch_on("pico")
    on.machine.WDT(timeout=100)
    on.board.power_cycle("HARD")
    on.run_ms(1000)
    assert on.now == 1_000_000_000


def test_rp2_limits(switch_on: On) -> None:
    machine = switch_on("pico").machine
    machine.WDT(timeout=8388)
    for timeout in (8389, -1):
        with pytest.raises(ValueError, match=r"^timeout exceeds 8388$"):
            machine.WDT(timeout=timeout)
    with pytest.raises(ValueError, match=r"^WDT\(1\) doesn't exist$"):
        machine.WDT(1)
    with pytest.raises(TypeError):
        machine.WDT("IWDG")
    with pytest.raises(TypeError):
        machine.WDT(timeout=1.5)


def test_esp32_limits(switch_on: On) -> None:
    machine = switch_on("esp32").machine
    with pytest.raises(ValueError, match=r"^WDT timeout too short$"):
        machine.WDT(timeout=0)
    with pytest.raises(ValueError, match="WDT"):
        machine.WDT(id=1)
    machine.WDT(timeout=3_600_000)


def test_stm32_names_and_limits(switch_on: On) -> None:
    on = switch_on("pyboard")
    machine = on.machine
    for id, timeout, words in (
        (0, 0, r"^WDT timeout too short$"),
        (0, 32_768, r"^WDT timeout too long$"),
        ("WWDG", 60, r"^WDT timeout too long, max 49ms$"),
        ("DOG", 60, r"^WDT\(DOG\) doesn't exist$"),
        (2, 60, r"^WDT\(2\) doesn't exist$"),
    ):
        with pytest.raises(ValueError, match=words):
            machine.WDT(id, timeout)
    machine.WDT("WWDG", 40)
    with pytest.raises(Restart):
        on.run_ms(41)
