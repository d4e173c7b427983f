"""Reads a board's TOML file into a Profile: which pins, buses and parts a board has, and what scripts call them.

All a board file may say, each with an example:

    description = "Raspberry Pi Pico"
    port = "rp2"                            # the MicroPython port it speaks like
    machine = "Raspberry Pi Pico with RP2040"
    build = "RPI_PICO"                      # sys.implementation._build (default: the port's first board)
    backend = "mock://"
    parts = ["mma7660@i2c1:0x4c"]           # what is soldered on, in the form of --attach
    lacks = ["I2CTarget", "UART.irq"]       # names of `machine` and its classes that the port has on other chips
    lacks_modules = ["network"]             # modules that the port has on other boards
    call_ns = 1000                          # what one call into `machine` costs

    [pins]
    numbers = ["0-29"]                      # what scripts may write as an int
    ref = "GP{}"                            # the backend's name of pin number n
    cpu = "GPIO{}"                          # the chip's own name of it, in Pin.cpu (default: the ref)
    chip = ["A0-A15", "D2"]                 # pins without a number: name in Pin.cpu and ref; as a table, name = ref
    open = false                            # whether any other name is a pin, too
    input_only = ["GP29"]                   # refs that cannot drive

    [pins.board]                            # names in Pin.board, and the refs they stand for
    LED = "GP25"

    [i2c.0]                                 # also spi, uart, can, i2s, sd
    scl = ["GP5", "GP1", "*"]               # the default first, then what else may be chosen; "*" is any pin
    sda = "GP4"
    names = ["X"]                           # other names of the bus

    [analog]                                # ADC channel number or name = ref; core_... is inside the chip
    0 = "GP26"
    [dac]                                   # DAC channel number or name = ref
    1 = "A4"
    [pwm]                                   # ref = PWM channels as the backend calls them, the first that is there
    GPIO18 = ["1f00098000.pwm/2", "fe20c000.pwm/0"]
    [alternates]                            # ref = what the chip can connect it to: function:number
    A0 = ["TIM2_CH1:1", "UART4_TX:8"]
    [roles]                                 # what a class stands on: led1 to led9, switch, accel_power, bootsel
    led1 = "LED_RED"
    [limits]                                # numbers the port asks for: also frequency, pio_blocks
    watchdog_ms = 8388
    [constants]                             # what this chip numbers otherwise than the port's usual one
    "Pin.ALT_USB" = 10
    [layout]                                # where the pins are, for `machine-compat pins`; see Layout
    left = ["GP0", "GND", "VP=GPIO36"]

A file with `like` says instead that a board's pins are somewhere else: see the module `overlay`.
"""

import tomllib
from pathlib import Path

from machine_compat.errors import ConfigError, choices
from machine_compat.profile.model import Alternate, Bus, Layout, Profile, Spot
from machine_compat.profile.overlay import overlay
from machine_compat.profile.reader import KEYS, KINDS, PIN_KEYS, Reader
from machine_compat.profile.table import wrong

__all__ = [
    "KEYS",
    "KINDS",
    "PIN_KEYS",
    "Alternate",
    "Bus",
    "Layout",
    "Profile",
    "Reader",
    "Spot",
    "board_names",
    "load",
    "parse",
]


# Not by importlib.resources, which takes longer to import than all of this package.
BOARDS = Path(__file__).parent.parent / "boards"


def board_names() -> list[str]:
    """The boards that come with the library."""
    return sorted(file.stem for file in BOARDS.glob("*.toml"))


def load(name: str) -> Profile:
    """The profile of a board by its name, of a TOML file by its path, or of an adapter by its URL: ``ft232h://FT7X2K``.

    Raises ConfigError naming the file, the key and the choices.
    """
    scheme, separator, _ = name.partition("://")
    if separator and scheme in board_names():
        return load(scheme)._replace(backend=name)
    if name.endswith(".toml"):
        path = Path(name)
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise wrong(name, getattr(error, "strerror", None) or str(error)) from None
        return parse(text, path.stem, name)
    if name not in board_names():
        raise ConfigError(f"no board {name!r}; {choices(scheme, board_names())}, or give a TOML file")
    return parse((BOARDS / f"{name}.toml").read_text(encoding="utf-8"), name, f"boards/{name}.toml")


def parse(text: str, name: str, file: str) -> Profile:
    """Read a board file's text; ConfigError, one line, names the file, the key and the choices."""
    try:
        data = tomllib.loads(text)
    except RecursionError:
        raise wrong(file, "its tables or lists are nested too deeply") from None
    except ValueError as error:
        raise wrong(file, str(error)) from None
    if "like" not in data:
        return Reader(data, name, file).profile()
    like = data["like"]
    if like not in board_names():
        raise wrong(file, f"like = {like!r} is no board; {choices(str(like), board_names())}")
    return overlay(load(str(like)), data, name, file)
