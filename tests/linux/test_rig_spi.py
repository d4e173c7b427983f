"""This file shows that simulated SPI chips are real to the kernel, with spidev as the judge."""

from collections.abc import Iterator
from contextlib import contextmanager

import gpiod
import pytest
import spidev
from gpiod.line import Direction, Value

from tests.bench.plan import SPI_LSB_FIRST
from tests.bench.rig import Rig

JEDEC = [0xEF, 0x40, 0x15]
"""Winbond, W25Q, 16 Mbit."""


@contextmanager
def opened(select: int, mode: int = 0) -> Iterator[spidev.SpiDev]:
    spi = spidev.SpiDev()
    spi.open(0, select)
    spi.max_speed_hz = 1_000_000
    spi.mode = mode
    try:
        yield spi
    finally:
        spi.close()


@pytest.mark.parametrize("mode", [0, 3])
def test_a_flash_says_who_it_is(mode: int) -> None:
    with Rig("w25q16@spi0:CE0"), opened(0, mode) as spi:
        assert spi.xfer2([0x9F, 0, 0, 0])[1:] == JEDEC


def test_a_flash_keeps_what_is_written() -> None:
    page = bytes(range(256))
    with Rig("w25q16@spi0:CE0"), opened(0) as spi:
        spi.writebytes([0x06])
        spi.writebytes2(bytes([0x02, 0, 0x10, 0]) + page)
        while spi.xfer2([0x05, 0])[1] & 1:
            continue
        assert bytes(spi.xfer2([0x03, 0, 0x10, 0, *bytes(256)])[4:]) == page


def test_each_chip_select_has_its_chip() -> None:
    with Rig("w25q16@spi0:CE0", "w25q32@spi0:CE1"), opened(0) as one, opened(1) as other:
        assert [spi.xfer2([0x9F, 0, 0, 0])[3] for spi in (one, other, one)] == [0x15, 0x16, 0x15]


def test_nobody_answers_where_nothing_is_selected() -> None:
    with Rig("w25q16@spi0:CE0"), opened(1) as spi:
        assert spi.xfer2([0x9F, 0, 0, 0])[1:] == [0, 0, 0]


def test_a_pin_selects_across_transfers() -> None:
    config = {25: gpiod.LineSettings(direction=Direction.OUTPUT, output_value=Value.ACTIVE)}
    with Rig("w25q16@spi0:GPIO25") as rig, opened(0) as spi, gpiod.request_lines(rig.gpiochip, config=config) as pin:
        spi.no_cs = True
        for _ in range(20):
            pin.set_value(25, Value.INACTIVE)
            spi.writebytes([0x9F])
            assert spi.readbytes(3) == JEDEC
            pin.set_value(25, Value.ACTIVE)


def test_the_kernel_toggles_its_own_select_once_for_each_message() -> None:
    with Rig() as rig, opened(0) as spi:
        for _ in range(3):
            spi.xfer2([1, 2, 3])
        assert [edge.level for edge in rig.pin("CE0").edges][-6:] == [0, 1] * 3


def test_a_controller_refuses_what_it_cannot() -> None:
    with Rig("w25q16@spi0:CE0"), opened(0) as spi, pytest.raises(OSError, match="Invalid"):
        spi.lsbfirst = True
    with Rig("w25q16@spi0:CE0", spi_modes=SPI_LSB_FIRST), opened(0) as spi:
        spi.lsbfirst = True
        reversed_command = int(f"{0x9F:08b}"[::-1], 2)
        assert spi.xfer2([reversed_command, 0, 0, 0])[1:] == [int(f"{byte:08b}"[::-1], 2) for byte in JEDEC]


def test_pixels_on_mosi_see_its_edges() -> None:
    pixel = bytes((0, 255, 128))  # green, red, blue
    bits = "".join("1110" if byte >> shift & 1 else "1000" for byte in pixel for shift in range(7, -1, -1))
    with Rig("ws2812@GPIO10,count=1") as rig, opened(0) as spi:
        spi.max_speed_hz = 3_200_000
        spi.writebytes2(int(bits, 2).to_bytes(12, "big") + bytes(120))
        assert rig["ws2812"].pixels == [(255, 0, 128)]
