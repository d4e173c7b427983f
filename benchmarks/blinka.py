"""Adafruit Blinka on the bench's nodes, as the Raspberry Pi whose chips the rig's are called after.

Its detection reads what only a Raspberry Pi has, so that board and chip are said by its own variables.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import NamedTuple
from unittest.mock import patch

PIN = 24
"""A line that the far side of the rig leaves alone."""
BOARD = {"BLINKA_FORCEBOARD": "RASPBERRY_PI_4B", "BLINKA_FORCECHIP": "BCM2XXX"}


class Calls(NamedTuple):
    """What a program calls, ready to be timed: each does what the row of the table says, and nothing else."""

    write_pin: Callable[[], object]
    read_pin: Callable[[], object]
    read_registers: Callable[[], object]
    write_spi: Callable[[], object]


@contextmanager
def opened(address: int, register: int, count: int, data: bytes) -> Iterator[Calls]:
    """Blinka's objects, open while the context lasts. The bus locks are taken once: a program's would cost it more."""
    with ExitStack() as stack:
        stack.enter_context(patch.dict(os.environ, BOARD))
        import board
        import busio
        import digitalio

        pin = stack.enter_context(digitalio.DigitalInOut(getattr(board, f"D{PIN}")))
        pin.switch_to_output()
        i2c = stack.enter_context(busio.I2C(board.SCL, board.SDA))
        spi = stack.enter_context(busio.SPI(board.SCK, board.MOSI, board.MISO))
        if not (i2c.try_lock() and spi.try_lock()):
            raise RuntimeError("a new bus of Blinka's is locked")
        spi.configure(baudrate=10_000_000)
        write, read = bytes([register]), bytearray(count)

        def set_pin() -> None:
            pin.value = True

        yield Calls(
            set_pin,
            lambda: pin.value,
            lambda: i2c.writeto_then_readfrom(address, write, read),
            lambda: spi.write(data),
        )
