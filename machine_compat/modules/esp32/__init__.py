"""`esp32`: what an ESP32 has besides: storage of settings, partitions, pulses by RMT and PCNT, reasons to wake.

# Ref: MicroPython ports/esp32/modesp32.c; docs/library/esp32.rst
"""

from machine_compat.board import Board
from machine_compat.machine.peripheral import made_for
from machine_compat.modules.esp32.nvs import NVS
from machine_compat.modules.esp32.partition import Partition
from machine_compat.modules.esp32.pcnt import PCNT
from machine_compat.modules.esp32.rmt import RMT
from machine_compat.modules.esp32.sleep import is_original, wake_functions
from machine_compat.modules.esp32.ulp import ULP

HEAP_EXEC, HEAP_DATA = 1, 4
"""Capabilities of memory (ESP-IDF esp_heap_caps.h: MALLOC_CAP_EXEC, MALLOC_CAP_8BIT)."""
DIE_C = 53
"""How warm the chip is."""
HEAPS = {
    HEAP_DATA: [(7912, 0, 0, 0), (15072, 1996, 1920, 1532), (96648, 29888, 17408, 29888), (15072, 14964, 14848, 14964)],
    HEAP_EXEC: [(15072, 1996, 1920, 1532), (15072, 14964, 14848, 14964), (78488, 61460, 45056, 61460)],
}
"""(size, free, largest free piece, least that was ever free) of each heap, as of a board that just started."""
TASKS = (
    (1, "mp_task", 0, 1, 0, 12000, 1), (2, "IDLE0", 1, 0, 0, 600, 0), (3, "IDLE1", 1, 0, 0, 600, 1),
    (4, "esp_timer", 3, 22, 0, 3300, 0), (5, "ipc0", 3, 24, 0, 500, 0), (6, "ipc1", 3, 24, 0, 500, 1),
)  # fmt: skip


def names(board: Board) -> dict[str, object]:
    def raw_temperature() -> int:
        """The chip's own temperature, in degrees Fahrenheit."""
        return round(DIE_C * 9 / 5 + 32)

    def mcu_temperature() -> int:
        """The chip's own temperature, in degrees Celsius."""
        return DIE_C

    def idf_task_info() -> tuple[int, list[tuple[int, str, int, int, int, int, int]]]:
        """(run time, [(id, name, state, priority, run time, least free stack, core), ...]) of the firmware's tasks."""
        return 0, list(TASKS)

    classes = (NVS, Partition, PCNT, RMT, ULP)
    # The first chip's sensor is in Fahrenheit, its successors' in Celsius.
    temperature = {"raw_temperature": raw_temperature, "mcu_temperature": mcu_temperature}
    if board.port.name != "mock":
        del temperature["mcu_temperature" if is_original(board) else "raw_temperature"]
    return {
        **{kind.__name__: made_for(board, kind, "esp32") for kind in classes},
        **wake_functions(board),
        **temperature,
        "idf_heap_info": idf_heap_info,
        "idf_task_info": idf_task_info,
        "HEAP_DATA": HEAP_DATA,
        "HEAP_EXEC": HEAP_EXEC,
        "WAKEUP_ALL_LOW": False,
        "WAKEUP_ANY_HIGH": True,
    }


def idf_heap_info(capabilities: int, /) -> list[tuple[int, int, int, int]]:
    """(size, free, largest free piece, least that was ever free) of the firmware's heaps with these capabilities."""
    return list(HEAPS.get(capabilities, []))
