"""pyb.Flash: the internal flash as a block device."""

from typing import Any

import pytest

BLOCK = 512


def test_all_of_it_begins_with_a_partition_table(pyboard: Any) -> None:
    flash = pyboard.pyb.Flash()
    assert flash is pyboard.pyb.Flash()
    assert (repr(flash), flash.ioctl(4, 0), flash.ioctl(5, 0)) == ("Flash()", 0x100 + 224, BLOCK)
    table = bytearray(BLOCK)
    assert flash.readblocks(0, table) == 0
    assert table[510:] == b"\x55\xaa"
    assert int.from_bytes(table[454:458], "little") == 0x100
    assert int.from_bytes(table[458:462], "little") == 224


def test_blocks_are_kept_through_a_reset(pyboard: Any) -> None:
    pyboard.pyb.Flash().writeblocks(0x101, b"x" * BLOCK)
    pyboard.board.power_cycle("HARD")
    buffer = bytearray(2 * BLOCK)
    assert pyboard.pyb.Flash(start=0).readblocks(0, buffer) == 0
    assert buffer == b"\xff" * BLOCK + b"x" * BLOCK


def test_a_part_of_it_has_its_own_numbers_and_takes_offsets(pyboard: Any) -> None:
    part = pyboard.pyb.Flash(start=4 * BLOCK, len=2 * BLOCK)
    assert (repr(part), part.ioctl(4, 0)) == ("Flash(start=2048, len=1024)", 2)
    assert part.writeblocks(1, b"abc", 10) == 0
    buffer = bytearray(5)
    assert part.readblocks(1, buffer, 9) == 0
    assert buffer == b"\xffabc\xff"
    assert part.writeblocks(2, bytes(BLOCK)) == -5
    assert part.readblocks(2, buffer, 0) == -14
    assert (part.ioctl(1, 1), pyboard.pyb.Flash().ioctl(1, 1), part.ioctl(9, 0)) == (0, -1, None)


@pytest.mark.parametrize(
    "options", [{"start": 1}, {"start": 224 * BLOCK}, {"start": 0, "len": 0}, {"len": 225 * BLOCK}]
)
def test_parts_are_whole_blocks_inside(pyboard: Any, options: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"^$"):
        pyboard.pyb.Flash(**options)


def test_the_card_is_machines(pyboard: Any) -> None:
    pyboard.attach("sdcard@sd1,size=1M")
    assert pyboard.pyb.SD is pyboard.pyb.SDCard() is pyboard.machine.SDCard()
    assert pyboard.pyb.SD.present()
