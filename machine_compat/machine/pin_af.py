"""`pyb.PinAF`: one of the functions that an stm32 chip can connect a pin to.

# Ref: MicroPython ports/stm32/pin.c; RM0090 2.3 (memory map)
"""

from machine_compat.profile import Alternate

REGISTERS = {
    "TIM1": 0x4001_0000,
    "TIM2": 0x4000_0000,
    "TIM3": 0x4000_0400,
    "TIM4": 0x4000_0800,
    "TIM5": 0x4000_0C00,
    "TIM8": 0x4001_0400,
    "TIM9": 0x4001_4000,
    "TIM10": 0x4001_4400,
    "TIM11": 0x4001_4800,
    "TIM12": 0x4000_1800,
    "TIM13": 0x4000_1C00,
    "TIM14": 0x4000_2000,
    "USART1": 0x4001_1000,
    "USART2": 0x4000_4400,
    "USART3": 0x4000_4800,
    "UART4": 0x4000_4C00,
    "UART5": 0x4000_5000,
    "USART6": 0x4001_1400,
    "I2C1": 0x4000_5400,
    "I2C2": 0x4000_5800,
    "I2C3": 0x4000_5C00,
    "SPI1": 0x4001_3000,
    "SPI2": 0x4000_3800,
    "SPI3": 0x4000_3C00,
    "I2S2": 0x4000_3800,
    "I2S3": 0x4000_3C00,
    "CAN1": 0x4000_6400,
    "CAN2": 0x4000_6800,
}
"""Where the registers of each peripheral are."""


class PinAF:
    """An alternate function of a pin, as Pin.af_list() gives them: ``Pin.AF1_TIM2``."""

    def __init__(self, alternate: Alternate) -> None:
        self._alternate = alternate

    def index(self) -> int:
        """The number of the function, as Pin(..., alt=) takes it."""
        return self._alternate.number

    def name(self) -> str:
        """Its constant in Pin: "AF1_TIM2"."""
        return self._alternate.name

    def reg(self) -> int:
        """The address of the peripheral's registers; 0 for one that no table names."""
        return REGISTERS.get(self._alternate.unit, 0)

    def __repr__(self) -> str:
        return f"Pin.{self._alternate.name}"
