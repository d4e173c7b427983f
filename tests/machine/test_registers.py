"""GPIO registers through mem32 and stm: the same pins that machine.Pin moves."""

from collections.abc import Callable
from typing import Any

import pytest

On = Callable[[str], Any]
SIO, ESP32_GPIO = 0xD000_0000, 0x3FF4_4000


def bit(value: int, number: int) -> int:
    return value >> number & 1


@pytest.mark.parametrize("name", ["pico", "mock"])
def test_sio(switch_on: On, name: str) -> None:
    on = switch_on(name)
    mem32, Pin = on.machine.mem32, on.machine.Pin
    led = Pin(25, Pin.OUT)
    mem32[SIO + 0x014] = 1 << 25
    assert (led.value(), on.wire("GP25").level) == (1, 1)
    mem32[SIO + 0x01C] = 1 << 25
    assert led.value() == 0
    led.on()
    assert bit(mem32[SIO + 0x010], 25) == bit(mem32[SIO + 0x004], 25) == bit(mem32[SIO + 0x020], 25) == 1
    mem32[SIO + 0x018] = 1 << 25
    assert led.value() == 0
    on.wire("GP7").pull(1)
    assert bit(mem32[SIO + 0x004], 7) == 1
    mem32[SIO + 0x024] = 1 << 3 | 1 << 4
    mem32[SIO + 0x010] = 1 << 3
    assert (on.wire("GP3").level, on.wire("GP4").level) == (1, 0)
    mem32[SIO + 0x028] = 1 << 3
    assert on.wire("GP3").level == 0
    assert bit(mem32[SIO + 0x020], 3) == 0


def test_many_inputs_are_one_look(switch_on: On) -> None:
    on = switch_on("pico")
    on.machine.mem32[SIO + 4]
    before = on.now
    on.machine.mem32[SIO + 4]
    assert on.now - before == 1500


def test_a_latch_waits_for_its_pin_to_become_an_output(switch_on: On) -> None:
    on = switch_on("pico")
    mem32 = on.machine.mem32
    mem32[SIO + 0x014] = 1 << 6
    assert on.wire("GP6").level == 0
    mem32[SIO + 0x024] = 1 << 6
    assert on.wire("GP6").level == 1


def test_esp32(switch_on: On) -> None:
    on = switch_on("esp32")
    mem32, Pin = on.machine.mem32, on.machine.Pin
    pins = Pin(2, Pin.OUT), Pin(33, Pin.OUT)
    mem32[ESP32_GPIO + 0x08] = 1 << 2
    mem32[ESP32_GPIO + 0x14] = 1 << 1
    assert [pin.value() for pin in pins] == [1, 1]
    assert (bit(mem32[ESP32_GPIO + 0x3C], 2), bit(mem32[ESP32_GPIO + 0x40], 1)) == (1, 1)
    mem32[ESP32_GPIO + 0x0C] = 1 << 2
    mem32[ESP32_GPIO + 0x18] = 1 << 1
    assert [pin.value() for pin in pins] == [0, 0]
    mem32[ESP32_GPIO + 0x24] = 1 << 4
    mem32[ESP32_GPIO + 0x04] = 1 << 4
    assert on.wire("GPIO4").level == 1


def test_stm32(switch_on: On) -> None:
    on = switch_on("pyboard")
    mem16, mem32, Pin = on.machine.mem16, on.machine.mem32, on.machine.Pin
    base, moder, otyper, pupdr, idr, odr, bsrr = 0x4002_0000, 0x00, 0x04, 0x0C, 0x10, 0x14, 0x18
    mem32[base + moder] = mem32[base + moder] & ~(3 << 6) | 1 << 6
    mem32[base + bsrr] = 1 << 3
    assert (on.wire("A3").level, bit(mem32[base + odr], 3), bit(mem32[base + idr], 3)) == (1, 1, 1)
    mem16[base + bsrr + 2] = 1 << 3
    assert on.wire("A3").level == 0
    mem32[base + bsrr] = 1 << 3 | 1 << 19
    assert on.wire("A3").level == 1
    mem32[base + odr] = 0
    assert on.wire("A3").level == 0
    pin = Pin("A5", Pin.IN, Pin.PULL_UP)
    assert bit(mem32[base + idr], 5) == 1
    assert mem32[base + pupdr] >> 10 & 3 == 1
    mem32[base + pupdr] = 2 << 10
    assert pin.value() == 0
    assert "PULL_DOWN" in repr(pin)
    mem32[base + otyper] = 1 << 6
    mem32[base + moder] = mem32[base + moder] & ~(3 << 12) | 1 << 12
    on.wire("A6").pull(1)
    mem32[base + bsrr] = 1 << 6
    assert on.wire("A6").level == 1
    mem32[base + bsrr] = 1 << 22
    assert on.wire("A6").level == 0
    assert mem32[base + otyper] == 1 << 6
    Pin("A7", Pin.ANALOG)
    assert mem32[base + moder] >> 14 & 3 == 3
    assert pin.gpio() == base


def test_other_registers_keep_what_is_stored(switch_on: On) -> None:
    on = switch_on("pyboard")
    on.machine.mem32[0x4002_0008] = 0x5555
    on.machine.mem8[0x4002_0009] = 0xAA
    assert on.machine.mem32[0x4002_0008] == 0xAA55


def test_stm_has_the_names(switch_on: On) -> None:
    from machine_compat.interpreter.table import from_file

    stm = from_file(switch_on("pyboard").board, "stm")
    assert (stm.GPIOA, stm.GPIOC, stm.GPIO_ODR, stm.GPIO_BSRR, stm.GPIO_BSRRH) == (
        0x4002_0000,
        0x4002_0800,
        0x14,
        0x18,
        0x1A,
    )
    assert (stm.TIM2, stm.TIM_CCR4, stm.RCC, stm.RCC_AHB1ENR, stm.USART1, stm.USART_BRR, stm.ADC1, stm.ADC_DR) == (
        0x4000_0000, 0x40, 0x4002_3800, 0x30, 0x4001_1000, 0x08, 0x4001_2000, 0x4C,
    )  # fmt: skip
    assert (stm.RTC_BKP0R, stm.EXTI_PR, stm.SYSCFG_EXTICR3, stm.TIM1, stm.I2C_TRISE) == (
        0x50,
        0x14,
        0x14,
        0x4001_0000,
        0x20,
    )
    stm.mem32[stm.TIM2 + stm.TIM_PSC] = 83
    assert stm.mem16[stm.TIM2 + stm.TIM_PSC] == 83
