"""What `import machine` gives: one class a file, made for the board that imports it.

`build(board)` is a module whose names come into being when they are asked for, so that a script that blinks a pin
loads no serial port. Names the board's port lacks raise AttributeError, as on the board.
"""

from functools import partial
from importlib import import_module
from types import ModuleType

from machine_compat.board import Board
from machine_compat.machine.module import LazyModule
from machine_compat.machine.peripheral import made_for

CLASSES = {
    "Pin": "pin",
    "PinBase": "signal",
    "Signal": "signal",
    "I2C": "i2c",
    "SoftI2C": "soft_i2c",
    "I2CTarget": "i2c_target",
    "I2S": "i2s",
    "CAN": "can",
    "Counter": "counter",
    "Encoder": "encoder",
    "SDCard": "sdcard",
    "TouchPad": "touch_pad",
    "SPI": "spi",
    "SoftSPI": "soft_spi",
    "UART": "uart",
    "ADC": "adc",
    "ADCBlock": "adc",
    "DAC": "dac",
    "PWM": "pwm",
    "Timer": "timer",
    "RTC": "rtc",
    "WDT": "wdt",
    "USBDevice": "usb_device",
}
"""Each class and the file that has it. A new one is a line here."""

PULSES = ("time_pulse_us", "bitstream", "dht_readinto")
MEMORY = ("mem8", "mem16", "mem32")


def build(board: Board) -> ModuleType:
    """The `machine` module of a board."""
    return LazyModule("machine", "The MicroPython `machine` module.", partial(find, board), partial(names, board))


def names(board: Board) -> set[str]:
    """All names of a board's `machine`."""
    every = {*CLASSES, *PULSES, *MEMORY, *constants_of(board), *functions_of(board)}
    return every - lacking(board)


def lacking(board: Board) -> frozenset[str]:
    """The names of `machine` that the board's port lacks, or its chip."""
    return board.lacking("machine")


def find(board: Board, name: str) -> object:
    """One name of a board's `machine`; AttributeError where its port has none."""
    if name not in lacking(board):
        if name == "I2C" and board.port.i2c_is_soft:
            return find(board, "SoftI2C")
        if name in CLASSES:
            file = board.port.own_classes.get(name, CLASSES[name])
            base: type = getattr(import_module(f"{__name__}.{file}"), name)
            return made_for(board, base)
        constants = constants_of(board)
        if name in constants:
            return constants[name]
        if name in PULSES:
            return getattr(import_module(f"{__name__}.pulses"), name)
        if name in MEMORY:
            memories = import_module(f"{__name__}.memory").memories(board)
            return memories[name]
        functions = functions_of(board)
        if name in functions:
            return functions[name]
    raise AttributeError(f"module 'machine' has no attribute '{name}'")


def constants_of(board: Board) -> dict[str, object]:
    return dict(board.port.constants.get("machine", {}))


def functions_of(board: Board) -> dict[str, object]:
    found: dict[str, object] = import_module(f"{__name__}.functions").functions(board)
    return found
