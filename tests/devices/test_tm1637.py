"""Holds the TM1637 to its two-wire protocol: start, bits, acknowledge, stop, and what then shows."""

import pytest

from machine_compat.errors import ConfigError
from machine_compat.mock.devices.tm1637 import TM1637
from machine_compat.mock.nets import Terminal, connect
from machine_compat.mock.world import World

DIGITS = (0x3F, 0x06, 0x5B, 0x4F, 0x66, 0x6D, 0x7D, 0x07, 0x7F, 0x6F)


class Board:
    """A master; with `listen` it lets go of DIO for the acknowledge, without it drives on, as some drivers do."""

    def __init__(self, display: TM1637, listen: bool = True) -> None:
        self.world = World()
        self.listen = listen
        self.clk, self.dio = Terminal(self.world, "board.GP2"), Terminal(self.world, "board.GP3")
        display.install(self.world, "tm1637")
        connect(self.clk, display.legs["clk"])
        connect(self.dio, display.legs["dio"])
        self.put(self.dio, 1)
        self.put(self.clk, 1)

    def put(self, pin: Terminal, level: int | None) -> None:
        pin.drive(level)
        self.world.run(self.world.now + 5_000)

    def start(self) -> None:
        self.put(self.dio, 0)
        self.put(self.clk, 0)

    def stop(self) -> None:
        self.put(self.dio, 0)
        self.put(self.clk, 1)
        self.put(self.dio, 1)

    def write(self, byte: int) -> bool:
        """One byte, lowest bit first; whether it was acknowledged."""
        for index in range(8):
            self.put(self.dio, byte >> index & 1)
            self.put(self.clk, 1)
            self.put(self.clk, 0)
        if self.listen:
            self.put(self.dio, None)
        return self.ninth()

    def ninth(self) -> bool:
        self.put(self.clk, 1)
        low = not self.dio.level
        self.put(self.clk, 0)
        return low

    def read(self) -> int:
        self.put(self.dio, None)
        byte = 0
        for index in range(8):
            self.put(self.clk, 1)
            byte |= self.dio.level << index
            self.put(self.clk, 0)
        assert self.ninth()
        return byte

    def send(self, *data: int) -> None:
        self.start()
        acknowledged = [self.write(byte) for byte in data]
        self.stop()
        assert all(acknowledged)


def test_blank_until_switched_on() -> None:
    display = TM1637()
    board = Board(display)
    board.send(0x40)
    board.send(0xC0, *DIGITS[1:5])
    assert display.text == "    "
    board.send(0x8F)
    assert (display.text, display.on, display.brightness) == ("1234", True, 7)
    board.send(0x80)
    assert (display.text, display.on, display.brightness) == ("    ", False, 0)


@pytest.mark.parametrize("listen", [True, False])
def test_acknowledge(listen: bool) -> None:
    display = TM1637()
    board = Board(display, listen)
    board.start()
    for byte in (0x40, 0x88):
        assert board.write(byte)
        assert board.dio.level == (1 if listen else byte >> 7)
    board.stop()


@pytest.mark.parametrize("listen", [True, False])
def test_all_digits(listen: bool) -> None:
    display = TM1637()
    board = Board(display, listen)
    board.send(0x8A)
    board.send(0x40)
    for digit, segments in enumerate(DIGITS):
        board.send(0xC0, *[segments] * 4)
        assert display.text == str(digit) * 4
    assert display.brightness == 2


def test_colon_and_decimal_points() -> None:
    clock, meter = TM1637(), TM1637(colon=0)
    for display in (clock, meter):
        board = Board(display)
        board.send(0x88)
        board.send(0x40)
        board.send(0xC0, DIGITS[1], DIGITS[2] | 0x80, DIGITS[3], DIGITS[0] | 0x80)
    assert clock.text == "12:30."
    assert meter.text == "12.30."


def test_fixed_address() -> None:
    display = TM1637()
    board = Board(display)
    board.send(0x88)
    board.send(0x44)
    board.send(0xC2, DIGITS[8], DIGITS[9])
    assert display.text == "  9 "


def test_letters_and_what_nobody_can_read() -> None:
    display = TM1637()
    board = Board(display)
    board.send(0x88)
    board.send(0x40)
    board.send(0xC0, 0x76, 0x79, 0x63, 0x15)
    assert display.text == "HE°?"


def test_addresses_beyond_the_last_grid_store_nothing() -> None:
    display = TM1637()
    board = Board(display)
    board.send(0x40)
    board.send(0xC4, 1, 2, 3, 4)
    assert display.registers == bytes((0, 0, 0, 0, 1, 2))


def test_clocks_without_a_start_are_ignored() -> None:
    display = TM1637()
    board = Board(display)
    board.put(board.clk, 0)
    board.put(board.dio, 1)
    assert not board.write(0x8F)
    assert not display.on


def test_a_start_in_the_middle_of_a_byte_begins_anew() -> None:
    display = TM1637()
    board = Board(display)
    board.start()
    for level in (1, 1, 1):
        board.put(board.dio, level)
        board.put(board.clk, 1)
        board.put(board.clk, 0)
    board.stop()
    board.send(0x8F)
    assert display.on


@pytest.mark.parametrize("key", [0xFF, 0xF7, 0xEF])
def test_key_scan(key: int) -> None:
    display = TM1637()
    display.key = key
    board = Board(display)
    board.start()
    assert board.write(0x42)
    assert board.read() == key
    board.stop()
    board.send(0x88)
    assert display.on


def test_set_up_mistakes() -> None:
    with pytest.raises(ConfigError, match="tm1637: key=256"):
        TM1637().key = 256
