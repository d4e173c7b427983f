"""Holds the simulated LCD32MK skin to the ST7565's command table, where pyb.LCD does not reach."""

import pytest

from machine_compat.mock.devices.lcd32mk import LCD32MK
from machine_compat.mock.nets import Terminal, connect
from machine_compat.mock.world import World


class Host:
    """Sends commands and data to a skin, with A0 in its hand."""

    def __init__(self) -> None:
        world = World()
        self.skin = LCD32MK()
        self.skin.install(world, "lcd")
        self._a0 = Terminal(world, "host.a0")
        connect(self._a0, self.skin.legs["a0"])

    def send(self, a0: int, *octets: int) -> None:
        self._a0.drive(a0)
        self.skin.select()
        self.skin.exchange(bytes(octets))
        self.skin.deselect()


@pytest.mark.parametrize("command", [(0xF8, 0x03), (0xAD, 0x01)])
def test_the_second_byte_of_a_command_is_no_command(command: tuple[int, int]) -> None:
    # Taken for a command, it would move the column.
    host = Host()
    host.send(0, 0x2F, 0xAF, 0x14, 0x05, *command)
    host.send(1, 0x01)
    picture = host.skin.picture()
    assert picture.pixel(127 - 0x45, 0) == 1
    assert picture.lit == 1


def test_the_electronic_volume_takes_six_bits() -> None:
    host = Host()
    assert host.skin.contrast == 0x20
    host.send(0, 0x81, 0xC7)
    assert host.skin.contrast == 0x07
