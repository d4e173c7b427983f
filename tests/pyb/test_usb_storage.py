"""A pyboard as a disk: its flash or its card, as a PC's driver finds them."""

from pathlib import Path

import pytest
import usb.core

from tests.pyb.usb_pc import Disk, Plugged

FOREVER = "\nwhile True: pyb.delay(10)"
SENSE_OF_RANGE = (5, 0x21)


def disk(plugged: Plugged, script: str = "", ms: float = 400) -> Disk:
    assert plugged.host.log == []
    plugged.run(script + FOREVER, ms)
    return Disk(plugged.device(0))


def test_what_it_says_it_is(plugged: Plugged) -> None:
    flash = disk(plugged)
    assert bytes(flash.device.ctrl_transfer(0xA1, 0xFE, 0, 0, 1)) == b"\0"
    data, status, residue = flash.command("12 00 00 00 24 00", 36)
    assert (status, residue, data[:8]) == (0, 0, b"\x00\x80\x02\x02\x1f\0\0\0")
    assert data[8:] == b"MicroPy pyboard Flash   1.00"
    assert flash.command("12 01 00 00 ff 00", 255) == (b"\0\0\0\x02\0\x83", 0, 249)
    assert flash.command("12 01 83 00 ff 00", 255) == (b"\0\x83\0\0", 0, 251)
    assert flash.command("1a 00 3f 00 c0 00", 192) == (b"\3\0\0\0", 0, 188)
    assert flash.command("5a 00 3f 00 00 00 00 00 c0 00", 192) == (b"\0\6\0\0\0\0\0\0", 0, 184)
    assert flash.command("23" + "00" * 7 + "0c 00", 12) == (b"\0\0\0\x08\0\0\x01\xdf\x02\0\x02\0", 0, 0)
    assert flash.stalls == 0


def test_the_flash_is_the_script_s(plugged: Plugged) -> None:
    flash = disk(
        plugged,
        """
flash = pyb.Flash()
flash.writeblocks(0x101, b"from the script " * 32)
block = bytearray(512)
while True:
    flash.readblocks(0x102, block)
    if block[0] != 255:
        break
    pyb.delay(1)
print(bytes(block[:12]))
""",
    )
    assert flash.blocks() == 0x100 + 224
    assert flash.read(0, 1)[510:] == b"\x55\xaa"
    assert flash.read(0x100, 8) == b"\xff" * 512 + b"from the script " * 32 + b"\xff" * 512 * 6
    flash.write(0x102, b"from the PC " + bytes(1012))
    plugged.run_ms(10)
    assert plugged.output == "b'from the PC '\n"
    many = bytes(range(256)) * 2 * 40
    flash.write(0x110, many)
    assert flash.read(0x110, 40) == many


def test_blocks_are_counted_first(plugged: Plugged) -> None:
    flash = disk(plugged)
    assert flash.command("28 00 00000000 00 0001 00", 512)[1:] == (1, 512)
    assert flash.sense() == SENSE_OF_RANGE
    assert flash.sense() == (0, 0)


@pytest.mark.parametrize(
    ("block", "expect", "data", "sense"),
    [
        ("99", 8, None, (5, 0x20)),
        ("28 00 000001e0 00 0001 00", 512, None, SENSE_OF_RANGE),
        ("2a 00 000001e0 00 0001 00", 0, bytes(512), SENSE_OF_RANGE),
        ("28 00 00000000 00 0002 00", 512, None, (5, 0x20)),
        ("2f 00 000001e0 00 0001 00", 0, None, SENSE_OF_RANGE),
        ("2f 02 00000000 00 0001 00", 0, None, (5, 0x24)),
        ("12 01 80 00 ff 00", 255, None, (5, 0x20)),
        ("00 00 00 00 00 00", 5, None, (5, 0x20)),
    ],
)
def test_what_it_refuses(plugged: Plugged, block: str, expect: int, data: bytes | None, sense: tuple[int, int]) -> None:
    flash = disk(plugged)
    flash.blocks()
    _, status, residue = flash.command(block, expect, data)
    assert (status, residue) == (1, expect or len(data or b""))
    assert flash.sense() == sense
    assert len(flash.read(0, 1)) == 512


def test_ejecting_takes_the_medium_out(plugged: Plugged) -> None:
    flash = disk(plugged)
    assert flash.command("00" * 6) == (b"", 0, 0)
    assert flash.command("1e 00 00 00 00 00") == (b"", 0, 0)
    assert flash.command("35" + "00" * 9) == (b"", 0, 0)
    flash.blocks()
    assert flash.command("2f 00 00000000 00 0001 00") == (b"", 0, 0)
    assert flash.command("1b 00 00 00 02 00") == (b"", 0, 0)
    assert flash.command("00" * 6) == (b"", 1, 0)
    assert flash.sense() == (2, 0x3A)
    assert flash.command("28 00 00000000 00 0001 00", 512)[1:] == (1, 512)
    assert flash.sense() == (2, 0x3A)
    assert flash.command("1b 00 00 00 01 00") == (b"", 0, 0)
    assert flash.command("00" * 6) == (b"", 0, 0)


def test_what_is_no_command_halts_until_a_reset(plugged: Plugged) -> None:
    flash = disk(plugged)
    flash.device.write(0x01, b"USBX" + bytes(27))
    with pytest.raises(usb.core.USBError):
        flash.device.read(0x81, 13)
    flash.device.ctrl_transfer(0x21, 0xFF, 0, 0)
    flash.device.clear_halt(0x81)
    flash.device.clear_halt(0x01)
    assert flash.blocks() == 480
    with pytest.raises(usb.core.USBError):
        flash.device.ctrl_transfer(0x21, 0xFF, 1, 0)


@pytest.fixture
def card(tmp_path: Path) -> Path:
    path = tmp_path / "card.img"
    path.write_bytes(b"card block zero ".ljust(512, b".") + bytes(512 * 99))
    return path


def test_a_card_in_the_slot_comes_before_the_flash(plugged: Plugged, card: Path) -> None:
    plugged.board.attach(f"sdcard@sd1,image={card}")
    found = disk(plugged)
    assert found.command("12 00 00 00 24 00", 36)[0][16:32] == b"pyboard SDCard  "
    assert found.blocks() == 100
    assert found.read(0, 1)[:15] == b"card block zero"
    found.write(99, b"last".ljust(512, b"\0"))
    assert card.read_bytes()[-512:][:4] == b"last"


def test_both_as_units(plugged: Plugged, card: Path) -> None:
    plugged.board.attach(f"sdcard@sd1,image={card}")
    both = disk(plugged, "pyb.usb_mode('VCP+MSC', msc=(pyb.Flash(), pyb.SDCard()))")
    assert bytes(both.device.ctrl_transfer(0xA1, 0xFE, 0, 0, 1)) == b"\1"
    names = [both.command("12 00 00 00 24 00", 36, lun=lun)[0][16:32].rstrip() for lun in (0, 1)]
    assert names == [b"pyboard Flash", b"pyboard SDCard"]
    assert both.command("25" + "00" * 9, 8, lun=1)[0][:4] == b"\0\0\0\x63"
    assert both.command("28 00 00000000 00 0001 00", 512, lun=1)[0][:4] == b"card"


def test_an_empty_slot_is_a_unit_without_medium(plugged: Plugged) -> None:
    empty = disk(plugged, "pyb.usb_mode('MSC', msc=[pyb.SDCard()])")
    assert empty.command("00" * 6) == (b"", 1, 0)
    assert empty.sense() == (2, 0x3A)


def test_a_file_system_made_by_the_script_is_the_pc_s(plugged: Plugged) -> None:
    flash = disk(
        plugged,
        """
import os
part = pyb.Flash(start=0)
os.VfsFat.mkfs(part)
os.mount(part, "/disk")
with open("/disk/hello.txt", "w") as file:
    file.write("hello from the board")
os.sync()
""",
    )
    blocks = flash.blocks()
    image = b"".join(flash.read(first, min(16, blocks - first)) for first in range(0x100, blocks, 16))
    assert b"HELLO" in image
    assert b"hello from the board" in image


def test_the_disk_stays_when_the_script_has_ended(plugged: Plugged) -> None:
    assert plugged.host.log == []
    plugged.run("pyb.Flash().writeblocks(0x100, b'left behind'.ljust(512))\n")
    assert plugged.board.finished
    flash = Disk(plugged.device(0))
    flash.blocks()
    assert flash.read(0x100, 1).startswith(b"left behind")


def test_the_script_s_card_stays_switched_on(plugged: Plugged, card: Path) -> None:
    plugged.board.attach(f"sdcard@sd1,image={card}")
    found = disk(
        plugged,
        "card = pyb.SDCard()\ncard.power(True)\npyb.SDCard()\nprint(card.info())\n"
        "pyb.usb_mode('VCP+MSC', msc=[card])\nprint(card.info())\n",
    )
    assert found.blocks() == 100
    assert plugged.output == "(51200, 512, 0)\n" * 2


def test_a_cable_pulled_out_in_the_middle_of_a_write(plugged: Plugged) -> None:
    flash = disk(plugged)
    flash.blocks()
    plugged.board.at(plugged.board.ms + 5, lambda: setattr(plugged.board.gadget, "cable", False))
    with pytest.raises(usb.core.USBError):
        flash.write(0x100, b"new " * 128 * 16)
    plugged.board.gadget.cable = True
    plugged.run_ms(400)
    again = Disk(plugged.device(0))
    again.blocks()
    data = again.read(0x100, 16)
    pieces = {data[place : place + 2048] for place in range(0, len(data), 2048)}
    assert pieces == {b"new " * 512, b"\xff" * 2048}


def test_the_serial_port_and_the_disk_at_once(plugged: Plugged) -> None:
    assert plugged.host.log == []
    plugged.run("vcp = pyb.USB_VCP()\nwhile True:\n    vcp.write(vcp.read() or b'')\n    pyb.delay(1)\n")
    port = plugged.serial()
    port.write(b"meanwhile")
    flash = Disk(plugged.device(0))
    flash.blocks()
    flash.write(0x100, bytes(4096))
    assert flash.read(0x100, 8) == bytes(4096)
    assert port.read() == b"meanwhile"
