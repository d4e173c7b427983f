"""Keeps the picture that `machine-compat pins BOARD` prints."""

import pytest

from machine_compat.pinout import picture
from machine_compat.profile import board_names, load, parse


def lines(board: str) -> list[str]:
    return picture(load(board)).splitlines()


def line(board: str, words: str) -> str:
    [found] = [text for text in lines(board) if words in text and "│" in text]
    return found


@pytest.mark.parametrize("board", board_names())
def test_every_picture_fits_80_columns(board: str) -> None:
    text = picture(load(board))
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert max(map(len, text.splitlines())) <= 80
    assert all(row == row.rstrip() for row in text.splitlines())


@pytest.mark.parametrize("board", ["pico", "esp32", "pyboard"])
def test_the_box_is_straight(board: str) -> None:
    [top], [foot] = ([row for row in lines(board) if corner in row] for corner in "┌└")
    assert (top.index("┌"), top.index("┐")) == (foot.index("└"), foot.index("┘"))
    sides = [row for row in lines(board) if "│" in row]
    assert {(row.index("│"), row.rindex("│")) for row in sides} == {(top.index("┌"), top.index("┐"))}


def test_pico_from_above() -> None:
    assert line("pico", "GP4 ") == " I2C0 SDA, UART1 TX  │  6 GP4     ADC_VREF 35 │"
    assert line("pico", "GP26").endswith("│ 10 GP7         GP26 31 │  ADC0")
    assert "─ USB ─" in lines("pico")[3]
    assert "On the board: LED = GP25" in lines("pico")
    assert "SPI0: sck GP18 (or GP2 GP6 GP22); mosi GP19 (or GP3 GP7 GP23); miso GP16 (or GP0" in lines("pico")


def test_esp32_shows_the_number_where_the_print_on_the_board_does_not() -> None:
    assert "ADC1_CH0, input only 36 │ VP " in line("esp32", "VP")
    assert line("esp32", " RX │").endswith("RX │ 3 UART0 RX")
    assert line("esp32", "IO23").endswith("IO23 │   SPI2 MOSI, SD2 CMD")
    assert "I2C0: scl GPIO18; sda GPIO19; any pin for scl, sda" in lines("esp32")
    assert "UART2: tx GPIO17; rx GPIO16; any pin for tx, rx, cts, rts" in lines("esp32")


def test_pyboard_shows_cpu_names_and_the_lower_edge() -> None:
    assert "I2C1 SCL, UART1 TX  B6 │ X9 " in line("pyboard", "X9")
    assert line("pyboard", "X1 │").endswith("VIN     X1 │ A0  ADC0, UART2 CTS, UART4 TX")
    text = picture(load("pyboard"))
    assert "Lower edge, from left to right: X17 (B3), X18 (C13), X19 (C0, ADC10)" in text
    assert "SD_D2 = C10" in text
    assert "Soldered on: mma7660@i2c1:0x4c" in text
    assert 'I2C1 "X": scl B6; sda B7' in text


def test_a_board_without_a_layout_is_a_table() -> None:
    text = lines("mock")
    head = text.index("pin   number  also            default functions")
    assert text[head + 1] == "GP0        0  GPIO0           UART0 TX"
    assert "GP25      25  LED, GPIO25" in text
    assert text.index("GP9        9  GPIO9           UART1 RX") < text.index("GP10      10  GPIO10          SPI1 SCK")


def test_what_does_not_fit_is_cut() -> None:
    pins = "\n".join(f"[spi.{n}]\nsck = 'P1'\n[i2c.{n}]\nscl = 'P2'" for n in range(9))
    layout = "[layout]\nleft = ['P1', 'GND']\nright = ['P2', '3V3']"
    text = picture(parse(f"[pins]\nchip = ['P1-P2']\n{pins}\n{layout}", "wide", "wide.toml"))
    [row] = [row for row in text.splitlines() if "P1 " in row and "│" in row]
    assert len(row) <= 80
    assert row.count("…") == 2
    assert row.startswith("SPI0 SCK, SPI1 SCK")


def test_a_board_of_nothing_has_a_picture() -> None:
    assert picture(parse("", "bare", "bare.toml")).startswith(
        'bare\nboard "bare", speaks like MicroPython on generic\n'
    )
