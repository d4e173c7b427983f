"""Tests of the 24C EEPROMs: addressing, pages, write cycles, protection."""

import pytest

from machine_compat.errors import ConfigError
from machine_compat.mock.devices.eeprom_24c import EEPROM24C, PARTS
from machine_compat.mock.nets import Terminal, connect
from machine_compat.mock.world import World

MS = 1_000_000


def attached(
    part: str, address: int | None = None, write_protect: int = 0, write_ms: float = 5
) -> tuple[World, EEPROM24C]:
    world = World()
    chip = PARTS[part](address=address, write_protect=write_protect, write_ms=write_ms)
    chip.install(world, part)
    return world, chip


def write(chip: EEPROM24C, data: bytes, address: int = 0x50) -> None:
    assert chip.start(address, read=False)
    assert chip.write_block(data) == len(data)
    chip.stop()


def read(chip: EEPROM24C, word: bytes, count: int, address: int = 0x50) -> bytes:
    assert chip.start(address, read=False)
    assert chip.write_block(word) == len(word)
    assert chip.start(address, read=True)
    data = chip.read_block(count)
    chip.stop()
    return data


@pytest.mark.parametrize(
    ("part", "size", "page"),
    [
        ("24c01", 128, 8), ("24c02", 256, 8), ("24c04", 512, 16), ("24c08", 1024, 16), ("24c16", 2048, 16),
        ("24c32", 4096, 32), ("24c64", 8192, 32), ("24c128", 16384, 64), ("24c256", 32768, 64), ("24c512", 65536, 128),
    ],
)  # fmt: skip
def test_sizes_and_pages_of_the_datasheets(part: str, size: int, page: int) -> None:
    world, chip = attached(part)
    assert len(chip.data) == size
    head = b"\x00" if size <= 2048 else b"\x00\x00"
    write(chip, head + bytes(range(page)) + b"\xaa")
    assert chip.data[: page + 1] == b"\xaa" + bytes(range(1, page)) + b"\xff"
    assert world.now == 0


def test_page_write_rolls_over_within_its_page() -> None:
    _, chip = attached("24c32")
    write(chip, b"\x00\x3e" + b"abcd")
    assert chip.data[0x3E:0x40] == b"ab"
    assert chip.data[0x20:0x22] == b"cd"
    assert chip.data[0x40] == 0xFF


def test_more_than_a_page_keeps_the_last_bytes() -> None:
    _, chip = attached("24c02")
    write(chip, b"\x08" + bytes(range(12)))
    assert chip.data[8:16] == bytes([8, 9, 10, 11, 4, 5, 6, 7])


def test_busy_for_five_milliseconds_after_the_stop() -> None:
    world, chip = attached("24c256")
    write(chip, b"\x00\x00x")
    assert chip.busy
    assert not chip.start(0x50, read=False)
    world.run(5 * MS - 1)
    assert not chip.start(0x50, read=True)
    world.run(5 * MS)
    assert not chip.busy
    assert read(chip, b"\x00\x00", 1) == b"x"


def test_every_address_of_a_busy_part_is_silent() -> None:
    _, chip = attached("24c16")
    write(chip, b"\x00x", 0x57)
    assert not any(chip.start(address, read=False) for address in chip.addresses())


def test_nothing_is_written_before_the_stop_and_a_new_start_gives_up() -> None:
    _, chip = attached("24c02")
    assert chip.start(0x50, read=False)
    chip.write_block(b"\x00zzz")
    assert chip.data[:3] == b"\xff\xff\xff"
    assert chip.start(0x50, read=False)
    chip.stop()
    assert chip.data[:3] == b"\xff\xff\xff"
    assert not chip.busy


def test_setting_the_address_starts_no_cycle() -> None:
    _, chip = attached("24c64")
    chip.load(b"hello", 0x123)
    write(chip, b"\x01\x23")
    assert not chip.busy
    assert chip.start(0x50, read=True)
    assert chip.read_block(5) == b"hello"


def test_current_address_read_follows_the_last_access() -> None:
    world, chip = attached("24c02")
    chip.load(bytes(range(256)))
    assert read(chip, b"\x10", 3) == b"\x10\x11\x12"
    assert chip.start(0x50, read=True)
    assert chip.read() == 0x13
    chip.stop()
    write(chip, b"\x27\x00")
    world.run(5 * MS)
    assert chip.start(0x50, read=True)
    assert chip.read() == 0x20, "after the last byte of a page the counter is at its first"


def test_sequential_read_wraps_from_the_last_byte_to_the_first() -> None:
    _, chip = attached("24c02", 0x53)
    chip.data[0xFF], chip.data[0] = 1, 2
    assert read(chip, b"\xff", 2, 0x53) == b"\x01\x02"


@pytest.mark.parametrize(("part", "blocks"), [("24c01", 1), ("24c02", 1), ("24c04", 2), ("24c08", 4), ("24c16", 8)])
def test_block_bits_are_in_the_device_address(part: str, blocks: int) -> None:
    world, chip = attached(part)
    assert chip.addresses() == tuple(range(0x50, 0x50 + blocks))
    last = blocks - 1
    write(chip, b"\x05\x77", 0x50 + last)
    assert chip.data[last * 256 + 5] == 0x77
    world.run(5 * MS)
    assert read(chip, b"\x05", 1, 0x50 + last) == b"\x77"


def test_sequential_read_crosses_blocks() -> None:
    _, chip = attached("24c04")
    chip.load(b"ab", 255)
    assert read(chip, b"\xff", 2) == b"ab"


def test_wire_decoder_reaches_the_same_cells() -> None:
    world, chip = attached("24c32")
    assert chip.start(0x50, read=False)
    assert all(chip.write(byte) for byte in b"\x00\x10hi")
    chip.stop()
    world.run(5 * MS)
    assert chip.start(0x50, read=False)
    assert all(chip.write(byte) for byte in b"\x00\x10")
    assert chip.start(0x50, read=True)
    assert bytes((chip.read(), chip.read())) == b"hi"


def test_write_protect_acknowledges_and_keeps_the_data() -> None:
    world, chip = attached("24c256", write_protect=1)
    write(chip, b"\x00\x00x")
    assert not chip.busy
    assert chip.data[0] == 0xFF
    chip.write_protect = False
    pin = Terminal(world, "WP")
    connect(pin, chip.legs["wp"])
    pin.drive(1)
    write(chip, b"\x00\x00x")
    assert chip.data[0] == 0xFF
    pin.drive(0)
    write(chip, b"\x00\x00x")
    assert chip.data[0] == ord("x")


def test_images() -> None:
    chip = PARTS["24c02"](data=b"\x01\x02")
    assert chip.save() == b"\x01\x02" + b"\xff" * 254
    with pytest.raises(ConfigError, match=r"2 bytes at 255 do not fit its 256"):
        chip.load(b"ab", 255)


@pytest.mark.parametrize(("part", "address"), [("24c02", 0x4F), ("24c04", 0x51), ("24c16", 0x52), ("24c512", 0x58)])
def test_addresses_a_part_cannot_have(part: str, address: int) -> None:
    with pytest.raises(ConfigError, match="0x50"):
        PARTS[part](address=address)


def test_other_write_time() -> None:
    world, chip = attached("24c32", write_ms=10)
    write(chip, b"\x00\x00x")
    world.run(6 * MS)
    assert chip.busy
    with pytest.raises(ConfigError, match=r"write_ms=-1 is not within 0\.\.1000"):
        attached("24c32", write_ms=-1)
