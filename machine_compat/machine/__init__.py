"""What `import machine` gives: one class a file, made for the board that imports it.

`build(board)` is a module whose names come into being when they are asked for, so that a script that blinks a pin
loads no serial port. Names the board's port lacks raise AttributeError, as on the board.
"""

import types
from importlib import import_module

from machine_compat.board import Board
from machine_compat.machine.peripheral import made_for

CLASSES = {
    "Pin": "pin",
    "PinBase": "signal",
    "Signal": "signal",
    "I2C": "i2c",
    "SoftI2C": "soft_i2c",
    "SPI": "spi",
    "SoftSPI": "soft_spi",
    "UART": "uart",
    "ADC": "adc",
    "DAC": "dac",
    "PWM": "pwm",
    "Timer": "timer",
    "RTC": "rtc",
    "WDT": "wdt",
}
"""Each class and the file that has it. A new one is a line here."""

PULSES = ("time_pulse_us", "bitstream", "dht_readinto")
MEMORY = ("mem8", "mem16", "mem32")


class MachineModule(types.ModuleType):
    """The `machine` of one board."""

    def __init__(self, board: Board) -> None:
        super().__init__("machine", "The MicroPython `machine` module.")
        self.__dict__["_board"] = board

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        value = find(self.__dict__["_board"], name)
        self.__dict__[name] = value
        return value

    def __dir__(self) -> list[str]:
        board: Board = self.__dict__["_board"]
        lacking = board.port.absent.get("machine", frozenset())
        return sorted({*CLASSES, *PULSES, *MEMORY, *constants_of(board), *functions_of(board)} - lacking)


def build(board: Board) -> types.ModuleType:
    """The `machine` module of a board."""
    return MachineModule(board)


def find(board: Board, name: str) -> object:
    """One name of a board's `machine`; AttributeError where its port has none."""
    if name not in board.port.absent.get("machine", frozenset()):
        if name in CLASSES:
            base: type = getattr(import_module(f"{__name__}.{CLASSES[name]}"), name)
            if name == "Pin":
                return pin_class(board)
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


def pin_class(board: Board) -> type:
    """The board's Pin, with its namespaces of pins."""
    from machine_compat.machine.pin import Pin, PinNames

    fresh = Pin not in board.classes
    kind = made_for(board, Pin)
    if fresh:
        profile = board.profile
        kind.board = PinNames(dict(profile.board_names), kind)
        if "cpu" not in board.port.absent.get("Pin", ()):
            kind.cpu = PinNames({spot.cpu: spot.ref for spot in profile.spots.values()}, kind)
    return kind
