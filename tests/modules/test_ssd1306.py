"""The `ssd1306` driver, with simulated displays."""

from collections.abc import Iterator

import pytest

from machine_compat.board import Board, using
from machine_compat.interpreter.table import from_file
from machine_compat.machine import build
from machine_compat.mock.attach import attach_spec
from machine_compat.mock.backend import MockBackend
from machine_compat.mock.picture import Picture
from machine_compat.modules.framebuf import FrameBuffer
from machine_compat.profile import load


class Bench:
    def __init__(self) -> None:
        profile = load("pico")
        self.backend = MockBackend(profile.wiring())
        self.board = Board(profile, self.backend)
        self.machine = build(self.board)
        self.ssd1306 = from_file(self.board, "ssd1306")

    def i2c(self) -> object:
        pin = self.machine.Pin
        return self.machine.I2C(0, scl=pin(5), sda=pin(4), freq=400_000)


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    with using(bench.board):
        yield bench


def drawn(display: FrameBuffer, width: int, height: int) -> Picture:
    """What a display's buffer says."""
    return Picture(width, height, bytes(display.pixel(x, y) for y in range(height) for x in range(width)))


@pytest.mark.parametrize(("width", "height"), [(128, 64), (128, 32), (72, 40), (64, 48), (64, 32)])
def test_pixels_are_where_they_were_drawn(bench: Bench, width: int, height: int) -> None:
    chip = attach_spec(bench.backend, f"ssd1306@i2c0:0x3c,width={width},height={height}")
    display = bench.ssd1306.SSD1306_I2C(width, height, bench.i2c())
    assert chip.picture().lit == 0
    display.text("Hi", 0, 0)
    display.line(0, height - 1, width - 1, 10, 1)
    display.rect(3, 12, 9, 7, 1)
    assert chip.picture().lit == 0
    display.show()
    assert chip.picture() == drawn(display, width, height)
    assert (display.width, display.height, display.pages) == (width, height, height // 8)
    assert len(display.buffer) == width * height // 8


def test_what_a_script_sets(bench: Bench) -> None:
    chip = attach_spec(bench.backend, "ssd1306@i2c0:0x3d")
    display = bench.ssd1306.SSD1306_I2C(128, 64, bench.i2c(), addr=0x3D)
    assert (chip.on, chip.contrast, chip.inverted, chip.charge_pump) == (True, 0xFF, False, True)
    display.contrast(0x40)
    display.invert(True)
    display.poweroff()
    assert (chip.on, chip.contrast, chip.inverted) == (False, 0x40, True)
    display.poweron()
    display.invert(0)
    display.write_cmd(bench.ssd1306.SET_ENTIRE_ON | 1)
    assert (chip.on, chip.inverted, chip.all_on) == (True, False, True)


def test_upside_down(bench: Bench) -> None:
    chip = attach_spec(bench.backend, "ssd1306@i2c0:0x3c")
    display = bench.ssd1306.SSD1306_I2C(128, 64, bench.i2c())
    display.text("up", 5, 9)
    display.rotate(False)
    display.show()
    upright = drawn(display, 128, 64)
    assert chip.picture().pixels == upright.pixels[::-1]
    display.rotate(True)
    display.show()
    assert chip.picture() == upright


def test_panel_with_a_supply_of_its_own(bench: Bench) -> None:
    chip = attach_spec(bench.backend, "ssd1306@i2c0:0x3c,external_vcc=1")
    display = bench.ssd1306.SSD1306_I2C(128, 64, bench.i2c(), external_vcc=True)
    display.fill(1)
    display.show()
    assert (chip.charge_pump, chip.picture().lit) == (False, 128 * 64)


def test_nobody_there(bench: Bench) -> None:
    attach_spec(bench.backend, "ds3231@i2c0")
    with pytest.raises(OSError, match="EIO"):
        bench.ssd1306.SSD1306_I2C(128, 64, bench.i2c())


def test_on_spi(bench: Bench) -> None:
    chip = attach_spec(bench.backend, "ssd1306_spi@spi0:GP17,dc=GP20,res=GP21")
    pin = bench.machine.Pin
    spi = bench.machine.SPI(0, sck=pin(18), mosi=pin(19), miso=pin(16))
    start = bench.board.clock.now_ns()
    display = bench.ssd1306.SSD1306_SPI(128, 64, spi, dc=pin(20), res=pin(21), cs=pin(17))
    # The reset pulse.
    assert bench.board.clock.now_ns() - start > 11_000_000
    display.ellipse(64, 32, 40, 20, 1, True)
    display.show()
    assert chip.picture() == drawn(display, 128, 64)
    display.contrast(7)
    assert (chip.contrast, display.rate) == (7, 10 * 1024 * 1024)


def test_scripts_write_their_own_bus(bench: Bench) -> None:
    sent: list[int | bytes] = []

    class Spied(bench.ssd1306.SSD1306):
        def write_cmd(self, cmd: int) -> None:
            sent.append(cmd)

        def write_data(self, buf: bytearray) -> None:
            sent.append(bytes(buf))

    Spied(32, 8, False)
    assert sent[0] == 0xAE
    assert sent[-8:] == [0xAF, 0x21, 48, 79, 0x22, 0, 0, bytes(32)]
    with pytest.raises(NotImplementedError, match=r"SSD1306.write_cmd"):
        bench.ssd1306.SSD1306(32, 8, False)
