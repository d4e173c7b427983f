"""lcd160cr: the driver draws on the simulated display what its methods say, whichever way it hangs."""

from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., tuple[Any, ...]]
CHIP = "lcd160cr@i2c1:0x62"
START = """
import lcd160cr
lcd = lcd160cr.LCD160CR("X")
RED, BLUE, GREEN = lcd.rgb(255, 0, 0), lcd.rgb(0, 0, 255), lcd.rgb(0, 255, 0)
"""
RED, GREEN, BLUE = 0x001F, 0x07E0, 0xF800


@pytest.mark.parametrize(("orient", "size"), [(0, (128, 160)), (1, (160, 128)), (2, (128, 160)), (3, (160, 128))])
def test_shapes(run: Run, orient: int, size: tuple[int, int]) -> None:
    source = f"""
lcd.set_orient({orient})
print(lcd.w, lcd.h)
lcd.set_pen(RED, BLUE)
lcd.erase()
lcd.rect(10, 20, 5, 4)
lcd.set_pen(GREEN, 0)
lcd.rect_outline(-3, -3, 10, 10)
lcd.rect_interior(100, 100, 100, 100)
lcd.line(30, 40, 34, 48)
lcd.line(-10, 60, 300, 60)
lcd.poly_dot(b"\\x50\\x10\\x52\\x12")
lcd.dot(-1, 0)
lcd.dot(2, 2)
lcd.set_pixel(3, 3, 0x1234)
print(lcd.get_pixel(3, 3) == 0x1234, lcd.get_pixel(2, 2) == GREEN)
"""
    board, display = run("pyboard", START + source, CHIP)
    assert board.output == f"{size[0]} {size[1]}\nTrue True\n"
    assert display.size == size
    assert [display.pixel(x, 20) for x in range(9, 16)] == [BLUE, RED, RED, RED, RED, RED, BLUE]
    assert [display.pixel(x, 21) for x in range(9, 16)] == [BLUE, RED, BLUE, BLUE, BLUE, RED, BLUE]
    assert [display.pixel(6, y) for y in range(5, 9)] == [GREEN, GREEN, BLUE, BLUE]
    assert (display.pixel(0, 0), display.pixel(99, 100), display.pixel(100, 100)) == (BLUE, BLUE, 0)
    assert [display.pixel(30 + step, 40 + 2 * step) for step in range(5)] == [GREEN] * 5
    assert {display.pixel(x, 60) for x in range(size[0])} == {GREEN}
    assert (display.pixel(0x50, 0x10), display.pixel(0x51, 0x11), display.pixel(0x52, 0x12)) == (GREEN, BLUE, GREEN)


def test_the_panel_stays_when_the_orientation_changes(run: Run) -> None:
    source = """
lcd.set_pixel(1, 2, 0x5555)
lcd.set_orient(lcd160cr.PORTRAIT_UPSIDEDOWN)
print(lcd.get_pixel(126, 157) == 0x5555)
lcd.set_orient(lcd160cr.LANDSCAPE)
print(lcd.get_pixel(2, 126) == 0x5555)
"""
    assert run("pyboard", START + source, CHIP)[0].output == "True\nTrue\n"


def test_dump_and_load(run: Run) -> None:
    source = """
pixels = bytes(range(256)) * 160
lcd.screen_load(pixels)
dump = bytearray(len(pixels))
lcd.screen_dump(dump)
print(dump == pixels)
part = bytearray(2 * 3 * 2)
lcd.screen_dump(part, 126, 158, 2, 2)
print(part == pixels[-260:-256] + pixels[-4:] + bytes(4))
lcd.set_orient(lcd160cr.LANDSCAPE)
wide = bytearray(2 * 160)
lcd.screen_dump(wide)
print(wide[0:2] == pixels[254:256], wide[-2:] == pixels[-2:])
lcd.screen_load(b"")
print(lcd.get_pixel(5, 5))
"""
    assert run("pyboard", START + source, CHIP)[0].output == "True\nTrue\nTrue True\n0\n"


def test_touch_text_and_settings(run: Run) -> None:
    source = """
print(lcd.get_touch(), lcd.is_touched())
lcd.write("Hello")
lcd.set_brightness(7)
lcd.set_scroll_buf("text")
lcd.set_spi_win(0, 0, 4, 4)
lcd.show_framebuf(bytes(32))
lcd.write(b" you")
for call in (lambda: lcd.poly_dot(b"123"), lambda: lcd.set_uart_baudrate(1), lambda: lcd.set_i2c_addr(5)):
    try:
        call()
    except ValueError as error:
        print(error)
"""
    board, display = run("pyboard", START + source, CHIP)
    assert board.output.splitlines() == [
        "(0, 0, 0) False",
        "must specify even number of bytes",
        "invalid baudrate",
        "must specify mod 4 aligned address",
    ]
    assert (display.text, display.brightness) == ("Hello you", 7)
    assert display.png(scale=2).startswith(b"\x89PNG")


def test_a_finger(run: Run) -> None:
    source = """
import time
while not lcd.is_touched():
    time.sleep_ms(10)
print(lcd.get_touch())
"""
    board, display = run("pyboard", START + source, CHIP, seconds=1)
    assert board.output == ""
    display.touch(30, 40)
    board.run_on(seconds=1)
    assert board.output == "(1, 30, 40)\n"


def test_without_a_display(run: Run) -> None:
    source = """
import lcd160cr
for arguments in ({}, {"connect": "Z"}, {"connect": "X"}):
    try:
        lcd160cr.LCD160CR(**arguments)
    except (ValueError, OSError) as error:
        print(error)
"""
    assert run("pyboard", source)[0].output.splitlines() == [
        'must specify valid "connect" or all of "pwr", "i2c" and "spi"',
        'must specify valid "connect" or all of "pwr", "i2c" and "spi"',
        "[Errno 19] ENODEV",
    ]
    only_there = "try:\n    import lcd160cr\nexcept ImportError as error:\n    print(error)\n"
    assert run("pico", only_there)[0].output == "no module named 'lcd160cr'\n"
