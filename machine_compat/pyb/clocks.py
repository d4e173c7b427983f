"""The clocks that pyb's timers and buses divide.

# Ref: STM32F405 reference manual RM0090, 6.2 (clock tree); MicroPython ports/stm32/timer.c, spi.c
"""

from machine_compat.board import Board
from machine_compat.machine.functions import frequency_of
from machine_compat.ports.stm32 import STM32, timer_clock


def clocks(board: Board) -> tuple[int, ...]:
    """The system, core, APB1 and APB2 clocks in Hz; the pyboard's on a board that is no stm32 and has one clock."""
    now = frequency_of(board)
    return now if isinstance(now, tuple) else STM32.frequency


def timer_hz(board: Board, id: int) -> int:
    """What timer `id` counts, before its prescaler."""
    return timer_clock(f"TIM{id}", clocks(board))


def spi_hz(board: Board, id: int) -> int:
    """What SPI bus `id` divides: the first is on APB2, the others on APB1."""
    return clocks(board)[3 if id == 1 else 2]
