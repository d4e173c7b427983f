"""`stm`: the addresses of an STM32F4's registers, and the memory they are in.

GPIO registers are the pins' own; all others keep what is stored and do nothing.

# Ref: MicroPython ports/stm32/modstm.c; RM0090 2.3 (memory map) and the register maps of each chapter
"""

from machine_compat.board import Board
from machine_compat.machine.memory import memories
from machine_compat.machine.pin_names import GPIO_BYTES, GPIOA

APB1, APB2, AHB1 = 0x4000_0000, 0x4001_0000, 0x4002_0000

BASES = {
    "TIM2": APB1, "TIM3": APB1 + 0x0400, "TIM4": APB1 + 0x0800, "TIM5": APB1 + 0x0C00, "TIM6": APB1 + 0x1000,
    "TIM7": APB1 + 0x1400, "TIM12": APB1 + 0x1800, "TIM13": APB1 + 0x1C00, "TIM14": APB1 + 0x2000,
    "RTC": APB1 + 0x2800, "WWDG": APB1 + 0x2C00, "IWDG": APB1 + 0x3000, "SPI2": APB1 + 0x3800, "SPI3": APB1 + 0x3C00,
    "USART2": APB1 + 0x4400, "USART3": APB1 + 0x4800, "UART4": APB1 + 0x4C00, "UART5": APB1 + 0x5000,
    "I2C1": APB1 + 0x5400, "I2C2": APB1 + 0x5800, "I2C3": APB1 + 0x5C00, "PWR": APB1 + 0x7000, "DAC": APB1 + 0x7400,
    "DAC1": APB1 + 0x7400, "TIM1": APB2, "TIM8": APB2 + 0x0400, "USART1": APB2 + 0x1000, "USART6": APB2 + 0x1400,
    "ADC1": APB2 + 0x2000, "ADC2": APB2 + 0x2100, "ADC3": APB2 + 0x2200, "ADC123_COMMON": APB2 + 0x2300,
    "SPI1": APB2 + 0x3000, "SYSCFG": APB2 + 0x3800, "EXTI": APB2 + 0x3C00, "TIM9": APB2 + 0x4000,
    "TIM10": APB2 + 0x4400, "TIM11": APB2 + 0x4800, "CRC": AHB1 + 0x3000, "RCC": AHB1 + 0x3800, "FLASH": AHB1 + 0x3C00,
    "DMA1": AHB1 + 0x6000, "DMA2": AHB1 + 0x6400, "DBGMCU": 0xE004_2000,
    **{f"GPIO{port}": GPIOA + GPIO_BYTES * number for number, port in enumerate("ABCDEFGHI")},
}  # fmt: skip

# Registers one word apart, from offset 0 on; "-" is a gap.
ROWS = {
    "GPIO": "MODER OTYPER OSPEEDR PUPDR IDR ODR BSRR LCKR AFR0 AFR1",
    "TIM": "CR1 CR2 SMCR DIER SR EGR CCMR1 CCMR2 CCER CNT PSC ARR RCR CCR1 CCR2 CCR3 CCR4 BDTR DCR DMAR OR",
    "USART": "SR DR BRR CR1 CR2 CR3 GTPR",
    "I2C": "CR1 CR2 OAR1 OAR2 DR SR1 SR2 CCR TRISE",
    "SPI": "CR1 CR2 SR DR CRCPR RXCRCR TXCRCR I2SCFGR I2SPR",
    "ADC": "SR CR1 CR2 SMPR1 SMPR2 JOFR1 JOFR2 JOFR3 JOFR4 HTR LTR SQR1 SQR2 SQR3 JSQR JDR1 JDR2 JDR3 JDR4 DR",
    "DAC": "CR SWTRIGR DHR12R1 DHR12L1 DHR8R1 DHR12R2 DHR12L2 DHR8R2 DHR12RD DHR12LD DHR8RD DOR1 DOR2 SR",
    "RTC": (
        "TR DR CR ISR PRER WUTR CALIBR ALRMAR ALRMBR WPR SSR SHIFTR TSTR TSDR TSSSR CALR TAFCR ALRMASSR ALRMBSSR - "
        + " ".join(f"BKP{number}R" for number in range(20))
    ),
    "RCC": (
        "CR PLLCFGR CFGR CIR AHB1RSTR AHB2RSTR AHB3RSTR - APB1RSTR APB2RSTR - - AHB1ENR AHB2ENR AHB3ENR - APB1ENR "
        "APB2ENR - - AHB1LPENR AHB2LPENR AHB3LPENR - APB1LPENR APB2LPENR - - BDCR CSR - - SSCGR PLLI2SCFGR"
    ),
    "EXTI": "IMR EMR RTSR FTSR SWIER PR",
    "SYSCFG": "MEMRMP PMC EXTICR0 EXTICR1 EXTICR2 EXTICR3 - - CMPCR",
    "PWR": "CR CSR",
    "IWDG": "KR PR RLR SR",
    "WWDG": "CR CFR SR",
    "FLASH": "ACR KEYR OPTKEYR SR CR OPTCR",
    "CRC": "DR IDR CR",
    "DBGMCU": "IDCODE CR APB1FZ APB2FZ",
}


def constants() -> dict[str, int]:
    """The bases of peripherals as GPIOA, and the offsets of registers as GPIO_ODR."""
    offsets = {
        f"{kind}_{name}": 4 * place
        for kind, row in ROWS.items()
        for place, name in enumerate(row.split())
        if name != "-"
    }
    # The two halves of BSRR, as 16-bit registers.
    halves = {"GPIO_BSRRL": offsets["GPIO_BSRR"], "GPIO_BSRRH": offsets["GPIO_BSRR"] + 2}
    return {**BASES, **offsets, **halves}


def names(board: Board) -> dict[str, object]:
    return {**memories(board), **constants()}
