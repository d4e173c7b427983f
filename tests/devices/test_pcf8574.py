"""Tests of the PCF8574: quasi-bidirectional legs on real nets, and the interrupt."""

import pytest

from machine_compat.errors import ConfigError
from machine_compat.mock.devices.pcf8574 import PARTS, PCF8574
from machine_compat.mock.nets import Terminal, connect
from machine_compat.mock.world import World


def attached() -> tuple[World, PCF8574, Terminal]:
    """A PCF8574 with a pulled-up pin on its INT leg."""
    world = World()
    chip = PCF8574()
    chip.install(world, "pcf8574")
    pin = Terminal(world, "GP3")
    pin.pull(1)
    connect(pin, chip.legs["int"])
    return world, chip, pin


def write(chip: PCF8574, *data: int) -> None:
    assert chip.start(chip.address, read=False)
    assert chip.write_block(bytes(data)) == len(data)
    chip.stop()


def read(chip: PCF8574, count: int = 1) -> bytes:
    assert chip.start(chip.address, read=True)
    data = chip.read_block(count)
    chip.stop()
    return data


def test_all_legs_are_high_after_power_up() -> None:
    _, chip, pin = attached()
    assert read(chip) == b"\xff"
    assert pin.level == 1


def test_a_written_byte_stands_on_the_legs() -> None:
    world, chip, _ = attached()
    lamp = Terminal(world, "lamp")
    connect(lamp, chip.legs["p6"])
    write(chip, 0x35)
    assert [chip.legs[f"p{bit}"].level for bit in range(8)] == [1, 0, 1, 0, 1, 1, 0, 0]
    assert lamp.level == 0
    assert read(chip) == b"\x35"


def test_each_byte_of_a_message_is_set_in_its_turn() -> None:
    _, chip, _ = attached()
    levels: list[int] = []
    chip.legs["p0"].watch(lambda level, time: levels.append(level))
    write(chip, 0, 1, 0)
    assert levels == [0, 1, 0]


def test_a_high_leg_is_weak_enough_to_be_an_input() -> None:
    _, chip, _ = attached()
    chip.hold("p2", 0)
    assert read(chip, 2) == b"\xfb\xfb"
    chip.hold("p2", None)
    assert read(chip) == b"\xff"


def test_interrupt_until_the_port_is_read() -> None:
    _, chip, pin = attached()
    chip.hold("p7", 0)
    assert pin.level == 0
    assert read(chip) == b"\x7f"
    assert pin.level == 1
    chip.hold("p7", 1)
    assert pin.level == 0
    write(chip, 0xFF)
    assert pin.level == 1


def test_interrupt_ends_when_the_input_returns() -> None:
    _, chip, pin = attached()
    chip.hold("p0", 0)
    chip.hold("p0", None)
    assert pin.level == 1


def test_its_own_writes_do_not_interrupt() -> None:
    _, chip, pin = attached()
    edges: list[int] = []
    pin.watch(lambda level, time: edges.append(level))
    write(chip, 0x00, 0xAA, 0xFF)
    assert edges == []


def test_parts_and_legs() -> None:
    assert (PARTS["pcf8574"]().address, PARTS["pcf8574a"]().address) == (0x20, 0x38)
    assert PARTS["pcf8574a"](address=0x3A).address == 0x3A
    _, chip, _ = attached()
    with pytest.raises(ConfigError, match=r"no leg 'p8'; there are .*p0"):
        chip.hold("p8", 1)
