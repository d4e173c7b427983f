"""Tests of the character displays: nibbles, instructions, glass, busy times, both wirings."""

import pytest

from machine_compat.errors import ConfigError
from machine_compat.mock.devices.hd44780 import HD44780
from machine_compat.mock.devices.lcd1602 import PARTS, BackpackLCD, ParallelLCD
from machine_compat.mock.nets import Terminal, connect
from machine_compat.mock.world import World

MS = 1_000_000


class I2CDriver:
    """Talks to a backpack as drivers do: data, E high, E low, and waits for clear and home."""

    def __init__(self, part: str = "lcd1602", **options: int) -> None:
        self.world = World()
        lcd = PARTS[part](**options)
        assert isinstance(lcd, BackpackLCD)
        self.lcd = lcd
        self.lcd.install(self.world, part)
        self.light = 0x08

    def wait(self, ns: int) -> None:
        self.world.run(self.world.now + ns)

    def send(self, *data: int) -> None:
        assert self.lcd.start(0x27, read=False)
        assert self.lcd.write_block(bytes(data)) == len(data)
        self.lcd.stop()
        self.wait(50_000)

    def nibble(self, value: int, rs: int = 0) -> None:
        port = value << 4 | self.light | rs
        self.send(port | 0x04, port)

    def byte(self, value: int, rs: int = 0) -> None:
        self.nibble(value >> 4, rs)
        self.nibble(value & 15, rs)
        if not rs and value < 4:
            self.wait(2 * MS)

    def begin(self) -> "I2CDriver":
        for nibble in (3, 3, 3, 2):
            self.nibble(nibble)
            self.wait(5 * MS)
        for code in (0x28, 0x0C, 0x06, 0x01):
            self.byte(code)
        return self

    def put(self, text: str | bytes) -> None:
        for code in text.encode() if isinstance(text, str) else text:
            self.byte(code, rs=1)


@pytest.fixture
def display() -> I2CDriver:
    return I2CDriver().begin()


def test_hello(display: I2CDriver) -> None:
    display.put("Hello")
    display.byte(0xC0)
    display.put("World!")
    assert display.lcd.text == ["Hello", "World!"]
    assert display.lcd.picture() == "\n".join(
        ["+----------------+", "|Hello           |", "|World!          |", "+----------------+"]
    )
    assert display.lcd.controller.lost == 0


def test_begin_again_in_any_state(display: I2CDriver) -> None:
    display.put("old")
    display.begin()
    display.put("new")
    assert display.lcd.text == ["new", ""]


def test_four_rows() -> None:
    display = I2CDriver("lcd2004").begin()
    for row, address in enumerate((0x00, 0x40, 0x14, 0x54)):
        display.byte(0x80 | address)
        display.put(f"row {row}")
    assert display.lcd.text == ["row 0", "row 1", "row 2", "row 3"]
    assert display.lcd.picture().splitlines()[0] == "+" + "-" * 20 + "+"


def test_dark_until_switched_on() -> None:
    display = I2CDriver()
    assert display.lcd.text == ["", ""]
    display.begin()
    display.put("x")
    display.byte(0x08)
    assert display.lcd.text == ["", ""]
    display.byte(0x0F)
    assert display.lcd.text == ["x", ""]
    assert display.lcd.picture().splitlines()[1] == "|x_              |"


def test_backlight(display: I2CDriver) -> None:
    assert display.lcd.backlight
    display.send(0x00)
    assert not display.lcd.backlight
    display.send(0x08)
    assert display.lcd.backlight


def test_address_counter_goes_from_line_to_line(display: I2CDriver) -> None:
    display.byte(0x80 | 0x27)
    display.put("AB")
    assert display.lcd.controller.ddram[0x27] == ord("A")
    assert display.lcd.text[1] == "B"
    display.byte(0x80 | 0x67)
    display.put("yz")
    assert display.lcd.text[0] == "z"


def test_entry_modes(display: I2CDriver) -> None:
    display.byte(0x80 | 0x05)
    display.byte(0x04)
    display.put("cba")
    assert display.lcd.text[0] == "   abc"
    display.byte(0x01)
    display.byte(0x80 | 0x10)
    display.byte(0x07)
    display.put("ab")
    assert display.lcd.text[0] == " " * 14 + "ab", "the display shifts, so that the cursor seems to stand"


def test_shift_and_home(display: I2CDriver) -> None:
    display.put("abc")
    display.byte(0x18)
    assert display.lcd.text[0] == "bc"
    display.byte(0x1C)
    display.byte(0x1C)
    assert display.lcd.text[0] == " abc"
    display.byte(0x02)
    assert display.lcd.text[0] == "abc"
    assert display.lcd.controller.position == (0, 0)
    display.byte(0x14)
    assert display.lcd.controller.position == (1, 0)
    display.byte(0x10)
    display.byte(0x10)
    assert display.lcd.controller.position is None


def test_custom_characters(display: I2CDriver) -> None:
    display.byte(0x40 | 8)
    display.put(bytes([0x00, 0x0A, 0x1F, 0x1F, 0x0E, 0x04, 0x00, 0x00]))
    display.byte(0x80)
    display.put(b"I \x01 \x09")
    assert display.lcd.text[0] == "I ① ①"
    assert display.lcd.controller.glyph(1)[1:4] == [" # # ", "#####", "#####"]


def test_characters_of_the_rom(display: I2CDriver) -> None:
    display.put(b"21\xdfC \x7e \xf4 \xe4 \x5c")
    assert display.lcd.text[0] == "21°C → Ω μ ¥"


def test_what_is_sent_during_a_clear_is_lost(display: I2CDriver) -> None:
    display.put("abc")
    display.nibble(0)
    display.nibble(1)
    assert display.lcd.controller.busy
    display.put("xy")
    assert display.lcd.text[0] == ""
    assert display.lcd.controller.lost == 2
    display.wait(2 * MS)
    display.put("z")
    assert display.lcd.text[0] == "z"


def test_busy_flag_and_address_through_the_backpack(display: I2CDriver) -> None:
    display.put("abc")

    def read(rs: int) -> int:
        value = 0
        for _ in range(2):
            display.send(0xFA | rs, 0xFE | rs)
            assert display.lcd.start(0x27, read=True)
            value = value << 4 | display.lcd.read() >> 4
            display.send(0xFA | rs)
        return value

    assert read(0) == 0x03
    display.nibble(0)
    display.nibble(1)
    assert read(0) & 0x80
    display.wait(2 * MS)
    assert read(0) == 0
    display.put("Q")
    display.byte(0x80)
    assert read(1) == ord("Q")
    assert read(0) == 1


def test_a_whole_text_in_one_message(display: I2CDriver) -> None:
    message = bytearray()
    for code in b"block":
        for nibble in (code >> 4, code & 15):
            message += bytes([nibble << 4 | 0x0D, nibble << 4 | 0x09])
    display.send(*message)
    assert display.lcd.text[0] == "block"


def test_display_of_its_own_size() -> None:
    display = I2CDriver(columns=8, rows=1).begin()
    display.put("12345678")
    assert display.lcd.text == ["12345678"]
    with pytest.raises(ConfigError, match="no 41 x 2 display"):
        BackpackLCD(columns=41)


class TestController:
    """The controller itself, on an 8-bit interface, with a clock of its own."""

    @pytest.fixture
    def time(self) -> list[int]:
        return [0]

    @pytest.fixture
    def lcd(self, time: list[int]) -> HD44780:
        return HD44780(16, 2, lambda: time[0])

    def test_execution_times_of_table_6(self, lcd: HD44780, time: list[int]) -> None:
        for rs, code, ns in ((0, 0x38, 37_000), (1, 0x41, 41_000), (0, 0x01, 1_520_000), (0, 0x02, 1_520_000)):
            lcd.enable(rs, 0, code)
            time[0] += ns - 1
            assert lcd.busy
            assert lcd.output(0) & 0x80
            time[0] += 1
            assert not lcd.busy

    def test_one_line_leaves_the_second_row_empty(self, lcd: HD44780, time: list[int]) -> None:
        for rs, code in ((0, 0x30), (0, 0x0C), (1, 0x41), (0, 0xCF), (1, 0x42), (1, 0x43)):
            lcd.enable(rs, 0, code)
            time[0] += 50_000
        assert lcd.text == ["C", ""], "after 4Fh comes 00h"
        assert lcd.ddram[0x4F] == 0x42

    def test_data_is_read_back(self, lcd: HD44780, time: list[int]) -> None:
        for rs, code in ((1, 0x41), (1, 0x42), (0, 0x80)):
            lcd.enable(rs, 0, code)
            time[0] += 50_000
        assert lcd.output(1) == 0x41
        lcd.enable(1, 1, 0xFF)
        assert lcd.output(1) == 0x42


class Pins:
    """A display on GPIO pins, moved by hand."""

    def __init__(self, *wired: str) -> None:
        self.world = World()
        self.lcd = ParallelLCD()
        self.lcd.install(self.world, "hd44780")
        self.pins = {name: Terminal(self.world, f"GP{number}") for number, name in enumerate(wired)}
        for name, pin in self.pins.items():
            connect(pin, self.lcd.legs[name])
            pin.drive(0)

    def put(self, rs: int, value: int, wait_ns: int = 50_000) -> None:
        self.pins["rs"].drive(rs)
        for bit in range(8):
            if f"d{bit}" in self.pins:
                self.pins[f"d{bit}"].drive(value >> bit & 1)
        self.pins["e"].drive(1)
        self.world.run(self.world.now + 1000)
        self.pins["e"].drive(0)
        self.world.run(self.world.now + wait_ns)


def test_four_wires() -> None:
    pins = Pins("rs", "e", "d4", "d5", "d6", "d7")
    for code in (0x30, 0x30, 0x30, 0x20):
        pins.put(0, code, 5 * MS)
    for rs, code in ((0, 0x28), (0, 0x0C), (0, 0x01), (1, 0x48), (1, 0x69)):
        pins.put(rs, code)
        pins.put(rs, code << 4 & 0xF0, 2 * MS)
    assert pins.lcd.text == ["Hi", ""]
    assert pins.lcd.backlight
    assert "|Hi " in pins.lcd.picture()


def test_eight_wires_and_too_little_waiting() -> None:
    pins = Pins("rs", "e", *(f"d{bit}" for bit in range(8)))
    for rs, code in ((0, 0x38), (0, 0x0C), (1, 0x48)):
        pins.put(rs, code)
    pins.put(1, 0x49, wait_ns=1000)
    pins.put(1, 0x4A)
    assert pins.lcd.text == ["HI", ""]
    assert pins.lcd.controller.lost == 1


def test_reading_the_busy_flag_over_pins() -> None:
    pins = Pins("rs", "e", "rw", *(f"d{bit}" for bit in range(8)))
    pins.put(0, 0x38)
    pins.put(0, 0x01, wait_ns=0)
    for bit in range(8):
        pins.pins[f"d{bit}"].release()
    pins.pins["rw"].drive(1)
    pins.pins["e"].drive(1)
    assert pins.pins["d7"].level == 1
    pins.pins["e"].drive(0)
    pins.world.run(pins.world.now + 2 * MS)
    pins.pins["e"].drive(1)
    assert pins.pins["d7"].level == 0
