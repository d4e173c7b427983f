"""machine.SDCard: a block device on the simulated card that its slot's wires reach."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from machine_compat.mock.attach import attach_spec
from machine_compat.mock.devices.sdcard import SDCard

On = Callable[[str], Any]
BLOCK = 512


def with_card(on: Any, place: str = "sd1", options: str = "size=1M") -> SDCard:
    card = attach_spec(on.backend, f"sdcard@{place},{options}")
    assert isinstance(card, SDCard)
    return card


@pytest.fixture
def esp32(switch_on: On) -> Any:
    return switch_on("esp32")


def pattern(seed: int, blocks: int = 1) -> bytes:
    return bytes((seed + n) % 251 for n in range(blocks * BLOCK))


def test_blocks_are_written_and_read(esp32: Any) -> None:
    card = with_card(esp32)
    sd = esp32.machine.SDCard()
    assert sd.info() == (1 << 20, BLOCK)
    assert sd.writeblocks(3, pattern(1, 2)) == 0
    assert card.read(3, 2) == pattern(1, 2)
    card.write(9, pattern(7))
    buffer = bytearray(BLOCK)
    assert sd.readblocks(9, buffer) == 0
    assert buffer == pattern(7)


def test_the_block_device_protocol(esp32: Any) -> None:
    with_card(esp32)
    sd = esp32.machine.SDCard(slot=1, width=4)
    assert [sd.ioctl(command, 0) for command in range(1, 8)] == [0, 0, 0, 2048, BLOCK, -1, -1]
    assert sd.readblocks(2048, bytearray(BLOCK)) == -5
    assert sd.writeblocks(2047, bytes(2 * BLOCK)) == -5
    sd.deinit()
    assert sd.readblocks(0, bytearray(BLOCK)) == 0


def test_an_image_file_holds_the_blocks(esp32: Any, tmp_path: Path) -> None:
    image = tmp_path / "card.img"
    image.write_bytes(bytes(64 * BLOCK))
    with_card(esp32, options=f"image={image}")
    sd = esp32.machine.SDCard()
    sd.writeblocks(1, pattern(3))
    assert image.read_bytes()[BLOCK : 2 * BLOCK] == pattern(3)


def test_without_a_card(esp32: Any) -> None:
    sd = esp32.machine.SDCard()
    assert sd.readblocks(0, bytearray(BLOCK)) is False
    assert sd.writeblocks(0, bytes(BLOCK)) is False
    assert (sd.ioctl(1, 0), sd.ioctl(4, 0), sd.ioctl(5, 0)) == (-1, -1, -1)
    with pytest.raises(OSError, match="ETIMEDOUT"):
        sd.info()


def test_an_spi_slot_is_where_its_pins_are(esp32: Any) -> None:
    with_card(esp32, "GPIO25,GPIO26,GPIO27,GPIO33")
    machine = esp32.machine
    sd = machine.SDCard(slot=2, sck=machine.Pin(25), mosi=26, miso=27, cs=33)
    assert sd.info() == (1 << 20, BLOCK)
    assert machine.SDCard(slot=3).ioctl(1, 0) == -1


def test_a_card_on_a_hardware_spi_bus_is_one_in_the_slot_with_those_pins(esp32: Any) -> None:
    with_card(esp32, "spi2:GPIO5")
    assert esp32.machine.SDCard(slot=2).ioctl(4, 0) == 2048


def test_a_transfer_takes_its_time(esp32: Any) -> None:
    with_card(esp32)
    times = {}
    for width in (1, 4):
        sd = esp32.machine.SDCard(width=width, freq=20_000_000)
        began = esp32.now
        sd.readblocks(0, bytearray(16 * BLOCK))
        times[width] = (esp32.now - began) / 1e6
    # 8 KiB at 20 Mbit/s are 3.3 ms; the card's own 0.1 ms a block do not get shorter.
    assert times[1] == pytest.approx(3.3 + 1.6, abs=0.1)
    assert times[4] == pytest.approx(0.8 + 1.6, abs=0.1)


def test_what_no_slot_can_be(esp32: Any) -> None:
    SDCard = esp32.machine.SDCard
    for slot in (0, 4):
        with pytest.raises(ValueError, match="invalid slot number"):
            SDCard(slot=slot)
    with pytest.raises(ValueError, match="width must be 1 or 4"):
        SDCard(width=8)
    with pytest.raises(TypeError):
        SDCard(1)
    with pytest.raises(TypeError):
        SDCard(cmd=5)
    assert not hasattr(SDCard, "present")


# ---- pyboard


@pytest.fixture
def pyboard(switch_on: On) -> Any:
    return switch_on("pyboard")


def test_the_pyboards_card_is_switched_on(pyboard: Any) -> None:
    card = with_card(pyboard)
    sd = pyboard.machine.SDCard()
    assert sd is pyboard.machine.SDCard()
    assert (sd.present(), sd.info(), sd.readblocks(0, bytearray(BLOCK))) == (True, None, -5)
    assert sd.power(True)
    assert sd.info() == (1 << 20, BLOCK, 0)
    sd.write(5, pattern(2))
    assert card.read(5) == pattern(2)
    assert sd.read(5) == pattern(2)
    assert sd.ioctl(4, 0) == 2048
    assert sd.ioctl(2, 0) == 0
    assert sd.info() is None
    assert sd.power(False)


def test_the_pyboard_without_a_card(pyboard: Any) -> None:
    sd = pyboard.machine.SDCard()
    assert (sd.present(), sd.power(True), sd.ioctl(1, 0)) == (False, False, -1)
    with pytest.raises(Exception, match=r"sdcard_read_blocks failed \[-5\]"):
        sd.read(0)
    with pytest.raises(ValueError, match="writes must be a multiple of 512 bytes"):
        sd.write(0, b"short")
    with pytest.raises(TypeError):
        pyboard.machine.SDCard(slot=1)


def test_a_large_card_is_of_the_other_kind(pyboard: Any) -> None:
    with_card(pyboard, options="size=4G")
    sd = pyboard.machine.SDCard()
    sd.ioctl(1, 0)
    assert sd.info() == (4 << 30, BLOCK, 1)


def test_boards_without(switch_on: On) -> None:
    assert not hasattr(switch_on("pico").machine, "SDCard")
    assert hasattr(switch_on("mock").machine, "SDCard")
