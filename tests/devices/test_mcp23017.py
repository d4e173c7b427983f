"""Tests of the MCP23017: addressing in both banks, legs on real nets, interrupts."""

import pytest

from machine_compat.mock.devices.mcp23017 import MCP23017
from machine_compat.mock.nets import Contention, Terminal, connect
from machine_compat.mock.world import World

IODIRA, IODIRB, IPOLA, GPINTENA, GPINTENB, DEFVALA, INTCONA, IOCON = 0x00, 0x01, 0x02, 0x04, 0x05, 0x06, 0x08, 0x0A
GPPUA, GPPUB, INTFA, INTCAPA, GPIOA, GPIOB, OLATA = 0x0C, 0x0D, 0x0E, 0x10, 0x12, 0x13, 0x14


@pytest.fixture
def chip() -> MCP23017:
    chip = MCP23017()
    chip.install(World(), "mcp23017")
    return chip


def write(chip: MCP23017, *data: int) -> None:
    assert chip.start(0x20, read=False)
    assert chip.write_block(bytes(data)) == len(data)
    chip.stop()


def read(chip: MCP23017, register: int, count: int = 1) -> bytes:
    assert chip.start(0x20, read=False)
    chip.write_block(bytes((register,)))
    assert chip.start(0x20, read=True)
    data = chip.read_block(count)
    chip.stop()
    return data


def test_registers_after_reset_are_those_of_table_3_5(chip: MCP23017) -> None:
    assert read(chip, 0, 22) == b"\xff\xff" + bytes(20)


def test_outputs(chip: MCP23017) -> None:
    lamp = Terminal(chip.world, "lamp")
    connect(lamp, chip.legs["gpb7"])
    write(chip, IODIRA, 0x00, 0x7F)
    write(chip, GPIOA, 0xA5, 0xFF)
    assert chip.levels(0) == 0xA5
    assert lamp.level == 1
    assert read(chip, GPIOA, 2) == b"\xa5\x80"
    assert read(chip, OLATA, 2) == b"\xa5\xff"
    write(chip, OLATA + 1, 0x00)
    assert lamp.level == 0


def test_inputs_pull_ups_and_polarity(chip: MCP23017) -> None:
    write(chip, GPPUA, 0x0F)
    chip.hold("gpa0", 0)
    chip.hold("gpa7", 1)
    assert read(chip, GPIOA) == b"\x8e"
    write(chip, IPOLA, 0x81)
    assert read(chip, GPIOA) == b"\x0f"


def test_two_outputs_on_a_leg_are_an_error(chip: MCP23017) -> None:
    write(chip, IODIRA, 0xFE)
    with pytest.raises(Contention, match=r"mcp23017\.gpa0"):
        chip.hold("gpa0", 1)


def test_sequential_mode_rolls_over(chip: MCP23017) -> None:
    write(chip, OLATA, 1, 2, 0xF0)
    assert read(chip, OLATA, 4) == b"\x01\x02\xf0\xff"


def test_byte_mode_toggles_within_a_pair(chip: MCP23017) -> None:
    write(chip, IOCON, 0x20)
    write(chip, IODIRA, 0, 0)
    write(chip, GPIOB, 1, 2, 3)
    assert (chip.levels(0), chip.levels(1)) == (2, 3)
    assert read(chip, OLATA, 4) == b"\x02\x03\x02\x03"


def test_bank_1_separates_the_ports(chip: MCP23017) -> None:
    write(chip, IOCON, 0x80)
    assert read(chip, 0x05) == b"\x80"
    assert read(chip, 0x15) == b"\x80"
    write(chip, 0x10, 0x00)
    write(chip, 0x1A, 0x5A)
    assert (chip.levels(0), chip.levels(1)) == (0, 0x5A)
    assert read(chip, 0x0B, 5) == bytes(5)
    assert read(chip, 0x1A, 2) == b"\x5a\xff"


def test_bank_1_byte_mode_stays(chip: MCP23017) -> None:
    write(chip, IOCON, 0xA0)
    write(chip, 0x00, 0x00)
    write(chip, 0x09, 1, 2, 3)
    assert chip.levels(0) == 3
    chip.hold("gpb0", 1)
    assert read(chip, 0x19, 3) == b"\x01\x01\x01"


def test_registers_that_cannot_be_written(chip: MCP23017) -> None:
    write(chip, INTFA, 0xFF, 0xFF, 0xFF, 0xFF)
    write(chip, IOCON, 0x01)
    assert read(chip, INTFA, 4) == bytes(4)
    assert read(chip, IOCON) == b"\x00"
    write(chip, 0x30, 0xFF)
    assert read(chip, 0x30) == b"\x00"


def test_interrupt_on_change(chip: MCP23017) -> None:
    write(chip, GPPUA, 0xFF)
    write(chip, GPINTENA, 0x03)
    assert chip.legs["inta"].level == 1
    chip.hold("gpa2", 0)
    assert chip.legs["inta"].level == 1, "not enabled"
    chip.hold("gpa1", 0)
    assert (chip.legs["inta"].level, chip.legs["intb"].level) == (0, 1)
    chip.hold("gpa0", 0)
    chip.hold("gpa1", 1)
    assert read(chip, INTFA) == b"\x02", "the first cause is kept"
    assert read(chip, INTCAPA) == b"\xf9"
    assert chip.legs["inta"].level == 1
    assert read(chip, INTFA) == b"\x00"
    chip.hold("gpa0", 1)
    assert chip.legs["inta"].level == 0
    assert read(chip, GPIOA) == b"\xfb"
    assert chip.legs["inta"].level == 1


def test_interrupt_against_default_lasts_as_long_as_the_difference(chip: MCP23017) -> None:
    write(chip, GPPUA, 0xFF)
    write(chip, DEFVALA, 0x01)
    write(chip, INTCONA, 0x01)
    write(chip, GPINTENA, 0x01)
    assert chip.legs["inta"].level == 1
    chip.hold("gpa0", 0)
    read(chip, GPIOA)
    assert chip.legs["inta"].level == 0
    chip.hold("gpa0", 1)
    assert chip.legs["inta"].level == 0
    read(chip, GPIOA)
    assert chip.legs["inta"].level == 1


def test_only_a_read_of_its_own_port_clears(chip: MCP23017) -> None:
    write(chip, GPPUA, 0xFF, 0xFF)
    write(chip, GPINTENA, 0xFF, 0xFF)
    chip.hold("gpb4", 0)
    read(chip, GPIOA)
    assert chip.legs["intb"].level == 0
    read(chip, GPIOB)
    assert chip.legs["intb"].level == 1


def test_mirrored_active_high(chip: MCP23017) -> None:
    write(chip, IOCON, 0x42)
    write(chip, GPINTENB, 0x80)
    assert (chip.legs["inta"].level, chip.legs["intb"].level) == (0, 0)
    chip.hold("gpb7", 1)
    assert (chip.legs["inta"].level, chip.legs["intb"].level) == (1, 1)


def test_open_drain(chip: MCP23017) -> None:
    write(chip, IOCON, 0x04)
    other = Terminal(chip.world, "another chip's INT")
    other.pull(1)
    connect(other, chip.legs["inta"])
    assert other.level == 1
    other.pull_low(True)
    write(chip, GPINTENA, 0x01)
    chip.hold("gpa0", 1)
    other.pull_low(False)
    assert other.level == 0
    read(chip, GPIOA)
    assert other.level == 1


def test_polarity_and_outputs_do_not_interrupt(chip: MCP23017) -> None:
    write(chip, GPINTENA, 0xFF)
    write(chip, IPOLA, 0xFF)
    write(chip, IODIRA, 0x00)
    write(chip, OLATA, 0xFF)
    assert read(chip, INTFA) == b"\x00"


def test_reset_leg(chip: MCP23017) -> None:
    write(chip, IODIRA, 0)
    pin = Terminal(chip.world, "GP9")
    connect(pin, chip.legs["reset"])
    pin.drive(0)
    assert not chip.start(0x20, read=False)
    pin.drive(1)
    assert read(chip, IODIRA) == b"\xff"
