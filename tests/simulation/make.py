"""What the fixtures of these tests are, and what several of them use."""

import traceback
from collections.abc import Callable
from pathlib import Path

from machine_compat.simulation import SimulatedBoard

Write = Callable[..., Path]
"""Writes a script and returns its path."""
Make = Callable[..., SimulatedBoard]
"""Makes a board that is closed after the test."""

BLINK = """
    from machine import Pin
    from time import sleep_ms

    led = Pin("LED", Pin.OUT)
    while True:
        led.toggle()
        sleep_ms(500)
"""

DRIVER = """
    from machine import I2C, Pin
    from time import sleep_ms

    calls = []

    class Lamp:
        def __init__(self, pin):
            self.pin = Pin(pin, Pin.OUT)

        def flash(self, ms):
            calls.append(ms)
            self.pin(1)
            sleep_ms(ms)
            self.pin(0)
"""


def lines_of(error: BaseException, script: Path) -> list[int | None]:
    return [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(script)]
