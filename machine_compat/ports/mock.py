"""The simulated board's own port: it speaks like rp2 and has every other port's names besides."""

from collections.abc import Mapping
from typing import ClassVar

from machine_compat.contract import Mode, Pull
from machine_compat.ports import Port
from machine_compat.ports.esp32 import ESP32
from machine_compat.ports.rp2 import RP2
from machine_compat.ports.stm32 import STM32


def union(*tables: Mapping[str, Mapping[str, object]]) -> dict[str, dict[str, object]]:
    """All constants of all tables; where they differ in value the first wins."""
    merged: dict[str, dict[str, object]] = {}
    for table in tables:
        for kind, constants in table.items():
            merged[kind] = {**constants, **merged.get(kind, {})}
    return merged


OWN: Mapping[str, Mapping[str, object]] = {
    "Pin": {
        "IRQ_LOW_LEVEL": 1,
        "IRQ_HIGH_LEVEL": 2,
        "OUT_OD": 2,
        "ANALOG": 4,
        "AF_OD": 5,
        "ALT_OPEN_DRAIN": 5,
        "AF_PP": 3,
        "ALT_PIO2": 12,
        "PULL_UP_22K": 3,
        "PULL_UP_47K": 4,
        "PULL_HOLD": 5,
        "LOW_POWER": 0x20,
        "MED_POWER": 0x40,
        "HIGH_POWER": 0x60,
    },
    "ADC": {"WIDTH_13BIT": 13},
    "RTC": {"ALARM0": 0},
    "UART": {"IRQ_RX": 1},
    "machine": {"IDLE": 1, "SLEEP": 2, "DEEPSLEEP": 4, "WLAN_WAKE": 7, "RTC_WAKE": 8},
}


class Mock(RP2):
    name = "mock"
    platform = "rp2"
    build = "MACHINE_COMPAT"
    constants = union(RP2.constants, OWN, ESP32.constants, STM32.constants)
    absent: ClassVar[Mapping[str, frozenset[str]]] = {}
    pin_modes: ClassVar[Mapping[int, Mode]] = {0: Mode.IN, 1: Mode.OUT, 2: Mode.OPEN_DRAIN, 4: Mode.ANALOG}
    pin_alternates: ClassVar[frozenset[int]] = frozenset({3, 5})
    pin_pulls: ClassVar[Mapping[int, Pull]] = {
        0: Pull.NONE,
        1: Pull.UP,
        2: Pull.DOWN,
        3: Pull.UP,
        4: Pull.UP,
        5: Pull.NONE,
    }
    pin_options: ClassVar[frozenset[str]] = frozenset({"alt", "af", "drive", "hold"})
    pin_irq_options: ClassVar[frozenset[str]] = frozenset({"hard", "wake", "priority"})
    i2c_deprecated_soft = True
    i2s_ws_follows = False
    i2s_mck = True
    uart_options = RP2.uart_options | STM32.uart_options
    counter_options = RP2.counter_options | {"reset", "match", "match_pin", "max", "min", "index"}
    timer_ids: ClassVar[tuple[int, ...]] = tuple(range(-1, 17))
    pwm_options: ClassVar[frozenset[str]] = ESP32.pwm_options
    adc_attenuations: ClassVar[tuple[int, ...]] = ESP32.adc_attenuations
    adc_bits = 13
    adc_options: ClassVar[frozenset[str]] = frozenset({"atten", "sample_ns"})
    rtc_id = True
    rtc_init: ClassVar[frozenset[str]] = frozenset({"time", "fresh"})
    watchdog_names: ClassVar[frozenset[str]] = STM32.watchdog_names
    spi_takes_lsb = True
    pyb = True
    reset_causes = Port.reset_causes
