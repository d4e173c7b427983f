"""What `import pyb` gives: the pyboard's own classes and functions, and machine's where they are the same.

`build(board)` is a module like `machine`: its names come into being when they are asked for. Ports other than stm32
(and the simulated board that has everything) have no pyb.

# Ref: MicroPython ports/stm32/modpyb.c
"""

from functools import partial
from importlib import import_module
from types import ModuleType
from typing import Any

from machine_compat.board import Board
from machine_compat.machine import find as find_in_machine
from machine_compat.machine.module import LazyModule
from machine_compat.machine.peripheral import made_for

CLASSES = {
    "Accel": "accel",
    "ADC": "adc",
    "ADCAll": "adc_all",
    "CAN": "can",
    "DAC": "dac",
    "ExtInt": "extint",
    "Flash": "flash",
    "I2C": "i2c",
    "LCD": "lcd",
    "LED": "led",
    "Servo": "servo",
    "SPI": "spi",
    "Switch": "switch",
    "Timer": "timer",
    "USB_HID": "usb_hid",
    "USB_VCP": "usb_vcp",
}
"""Each class of pyb's own and the file that has it. A new one is a line here."""

SAME = {
    "Pin": "Pin",
    "RTC": "RTC",
    "SDCard": "SDCard",
    "UART": "UART",
    "bootloader": "bootloader",
    "freq": "freq",
    "hard_reset": "reset",
    "info": "info",
    "rng": "rng",
    "standby": "deepsleep",
    "stop": "lightsleep",
    "unique_id": "unique_id",
    "wfi": "idle",
}
"""What machine has, and its name there."""


OF_SERVOS = ("pwm", "servo")
"""Functions older than the class Servo."""

USB = ("have_cdc", "hid", "hid_keyboard", "hid_mouse", "usb_mode")
"""What is in usb_mode.py, which is read when a script first asks for one of them."""


def build(board: Board) -> ModuleType:
    """The `pyb` module of a board; ImportError where its port has none."""
    if not board.port.pyb:
        raise ImportError("no module named 'pyb'")
    return LazyModule("pyb", "The MicroPython `pyb` module.", partial(find, board), partial(names, board))


def names(board: Board) -> set[str]:
    """All names of pyb."""
    return {*CLASSES, *SAME, "SD", "mount", *OF_SERVOS, *USB, *functions_of(board)} - board.lacking("pyb")


def find(board: Board, name: str) -> Any:
    """One name of pyb; AttributeError for any other, and for what the board lacks."""
    if name in board.lacking("pyb"):
        raise AttributeError(f"module 'pyb' has no attribute '{name}'")
    if name in CLASSES:
        base: type = getattr(import_module(f"{__name__}.{CLASSES[name]}"), name)
        return made_for(board, base, "pyb")
    if name == "SD":
        return find(board, "SDCard")()
    if name in SAME:
        return find_in_machine(board, SAME[name])
    if name == "mount":
        return import_module("machine_compat.modules.vfs").names(board)[name]
    if name in OF_SERVOS:
        return import_module(f"{__name__}.servo").functions(board)[name]
    functions = usb_of(board) if name in USB else functions_of(board)
    if name in functions:
        return functions[name]
    raise AttributeError(f"module 'pyb' has no attribute '{name}'")


def functions_of(board: Board) -> dict[str, object]:
    found: dict[str, object] = import_module(f"{__name__}.functions").functions(board)
    return found


def usb_of(board: Board) -> dict[str, object]:
    found: dict[str, object] = import_module(f"{__name__}.usb_mode").functions(board)
    return found
