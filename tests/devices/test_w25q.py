"""Holds the W25Q flash to its data sheets: identity, reads, programming, erasing, protection, modes, any chunking."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from machine_compat.errors import ConfigError
from machine_compat.mock.devices.w25q import PARTS, W25Q, protected_range
from machine_compat.mock.world import World

US, MS = 1_000, 1_000_000


def build(megabits: int = 128) -> W25Q:
    chip = W25Q(megabits)
    chip.install(World(), "flash")
    return chip


def say(chip: W25Q, *sent: int, count: int = 0) -> bytes:
    """One selection; returns the `count` bytes after those sent."""
    chip.select()
    reply = chip.exchange(bytes(sent) + bytes(count))
    chip.deselect()
    return reply[len(sent) :]


def wait(chip: W25Q, ns: int) -> None:
    chip.world.run(chip.world.now + ns)


def write(chip: W25Q, *sent: int) -> None:
    """Write enable, an instruction, and the wait for its end."""
    say(chip, 0x06)
    say(chip, *sent)
    while chip.busy:
        wait(chip, MS)


# ---- identity (8.1.1)


@pytest.mark.parametrize(
    ("part", "jedec", "device"),
    [
        ("w25q80", "ef4014", 0x13),
        ("w25q08", "ef4014", 0x13),
        ("w25q16", "ef4015", 0x14),
        ("w25q32", "ef4016", 0x15),
        ("w25q64", "ef4017", 0x16),
        ("w25q128", "ef4018", 0x17),
        ("w25q256", "ef4019", 0x18),
    ],
)
def test_a_part_says_who_it_is(part: str, jedec: str, device: int) -> None:
    chip = PARTS[part]()
    chip.install(World(), part)
    assert say(chip, 0x9F, count=3).hex() == jedec
    assert say(chip, 0x90, 0, 0, 0, count=4) == bytes((0xEF, device)) * 2
    assert say(chip, 0x90, 0, 0, 1, count=2) == bytes((device, 0xEF))
    assert say(chip, 0xAB, 0, 0, 0, count=2) == bytes((device, device))
    assert chip.size == 1 << int(jedec[4:], 16)


def test_the_unique_id_comes_after_four_dummy_bytes() -> None:
    chip = W25Q(16, unique_id=0x0102030405060708)
    chip.install(World(), "flash")
    assert say(chip, 0x4B, 0, 0, 0, 0, count=8) == bytes(range(1, 9))


def test_the_parameter_table_tells_size_and_erases() -> None:
    chip = build(16)
    header = say(chip, 0x5A, 0, 0, 0, 0, count=16)
    assert header[:8] == b"SFDP\x00\x01\x00\xff"
    words, pointer = header[11], header[12]
    table = say(chip, 0x5A, 0, 0, pointer, 0, count=4 * words)
    assert int.from_bytes(table[4:8], "little") + 1 == 16 * 1024 * 1024
    assert table[:2] == b"\xe5\x20"
    assert table[28:36] == bytes((12, 0x20, 15, 0x52, 16, 0xD8, 0, 0))
    assert say(chip, 0x5A, 0, 0, 0xFF, 0, count=5) == b"\xffSFDP"


# ---- reading and programming


def test_a_new_chip_is_erased_and_reads_go_round_at_its_end() -> None:
    chip = build(8)
    chip.program(0, b"start")
    chip.program(chip.size - 3, b"end")
    assert say(chip, 0x03, 0x0F, 0xFF, 0xFB, count=10) == b"\xff\xffendstart"
    assert say(chip, 0x0B, 0x0F, 0xFF, 0xFD, 0, count=4) == b"ends"


def test_a_program_needs_write_enable_and_clears_it() -> None:
    chip = build()
    say(chip, 0x02, 0, 0, 0, 1, 2, 3)
    assert not chip.busy
    say(chip, 0x06)
    assert say(chip, 0x05, count=1) == b"\x02"
    say(chip, 0x02, 0, 0, 0, 1, 2, 3)
    assert say(chip, 0x05, count=2) == b"\x03\x03"
    wait(chip, 400 * US)
    assert say(chip, 0x05, count=1) == b"\x00"
    assert chip.read(0, 4) == b"\x01\x02\x03\xff"
    say(chip, 0x06)
    say(chip, 0x04)
    assert say(chip, 0x05, count=1) == b"\x00"


def test_a_program_clears_bits_and_sets_none() -> None:
    chip = build()
    chip.program(0x1000, b"\xf0\x0f")
    write(chip, 0x02, 0, 0x10, 0, 0xAA, 0xAA)
    assert chip.read(0x1000, 2) == b"\xa0\x0a"


def test_a_program_goes_round_in_its_page() -> None:
    chip = build()
    write(chip, 0x02, 0, 1, 0xFE, *b"abcd")
    assert chip.read(0x1FE, 2) == b"ab"
    assert chip.read(0x100, 3) == b"cd\xff"
    assert chip.read(0x200, 1) == b"\xff"


def test_of_more_than_a_page_the_last_256_bytes_count() -> None:
    chip = build()
    data = bytes(range(256)) + b"overwritten"
    write(chip, 0x02, 0, 2, 0x80, *data)
    expected = bytearray(256)
    for index, byte in enumerate(data):
        expected[(0x80 + index) % 256] = byte
    assert chip.read(0x200, 256) == expected


# ---- erasing


@pytest.mark.parametrize(("opcode", "size", "ms"), [(0x20, 4096, 45), (0x52, 32768, 120), (0xD8, 65536, 150)])
def test_an_erase_takes_its_aligned_block_and_its_time(opcode: int, size: int, ms: int) -> None:
    chip = build()
    chip.program(0x20000 - 1, bytes(size + 2))
    say(chip, 0x06)
    say(chip, opcode, 0x02, 0x00, 0x07)
    wait(chip, ms * MS - 1)
    assert chip.busy
    wait(chip, 1)
    assert not chip.busy
    assert chip.read(0x20000 - 1, size + 2) == b"\x00" + b"\xff" * size + b"\x00"
    assert dict(chip.erases) == {0x20 + n: 1 for n in range(size // 4096)}


@pytest.mark.parametrize("opcode", [0xC7, 0x60])
def test_a_chip_erase(opcode: int) -> None:
    chip = build(8)
    chip.program(0x0F1234, b"data")
    say(chip, 0x06)
    say(chip, opcode)
    wait(chip, 1_999 * MS)
    assert chip.busy
    wait(chip, MS)
    assert say(chip, 0x05, count=1) == b"\x00"
    assert chip.read(0x0F1234, 4) == b"\xff" * 4
    assert chip.erases.total() == 256


def test_a_change_needs_just_its_bytes_before_cs_goes_high() -> None:
    chip = build()
    chip.program(0, b"kept")
    say(chip, 0x06)
    for sent in ((0x20, 0, 0), (0x20, 0, 0, 0, 0), (0xC7, 0), (0x02, 0, 0, 0), (0x01,), (0x01, 4, 0, 0)):
        say(chip, *sent)
        assert not chip.busy, sent
    assert chip.read(0, 4) == b"kept"
    assert say(chip, 0x05, count=1) == b"\x02"


def test_a_busy_chip_tells_its_status_and_nothing_else() -> None:
    chip = build()
    say(chip, 0x06)
    say(chip, 0x20, 0, 0, 0)
    assert say(chip, 0x9F, count=3) == b"\xff\xff\xff"
    assert say(chip, 0x03, 0, 0, 0, count=1) == b"\xff"
    say(chip, 0x04)
    assert say(chip, 0x05, count=1) == b"\x03"
    assert say(chip, 0x35, count=1) == b"\x02"
    chip.select()
    assert chip.exchange(b"\x05\x00") == b"\xff\x03"
    wait(chip, 45 * MS)
    assert chip.exchange(b"\x00") == b"\x00"
    chip.deselect()
    assert say(chip, 0x9F, count=1) == b"\xef"


def test_an_erase_can_be_suspended_and_resumed() -> None:
    chip = build()
    chip.program(0x5000, b"elsewhere")
    say(chip, 0x06)
    say(chip, 0x20, 0, 0, 0)
    wait(chip, 5 * MS)
    say(chip, 0x75)
    wait(chip, 20 * US)
    assert say(chip, 0x35, count=1) == b"\x82"
    assert say(chip, 0x03, 0, 0x50, 0, count=9) == b"elsewhere"
    write(chip, 0x02, 0, 0x60, 0, 0x55)
    write(chip, 0x20, 0, 0x50, 0)
    assert chip.read(0x5000, 9) == b"elsewhere"
    say(chip, 0x7A)
    wait(chip, 40 * MS - 1)
    assert chip.busy
    wait(chip, 1)
    assert (chip.busy, chip.status(2), chip.read(0x6000, 1)) == (False, 0x02, b"\x55")


# ---- status registers and protection (7.1)


def test_status_registers_keep_what_may_be_written() -> None:
    chip = build()
    assert [say(chip, op, count=1)[0] for op in (0x05, 0x35, 0x15)] == [0x00, 0x02, 0x60]
    write(chip, 0x01, 0xFF, 0x40)
    assert (chip.status(1), chip.status(2)) == (0xFC, 0x42)
    write(chip, 0x31, 0x08)
    write(chip, 0x31, 0x00)
    write(chip, 0x11, 0x9F)
    assert (chip.status(2), chip.status(3)) == (0x0A, 0x80)


def test_a_status_write_takes_time_and_a_volatile_one_does_not_outlive_a_reset() -> None:
    chip = build()
    say(chip, 0x06)
    say(chip, 0x01, 0x04)
    wait(chip, 10 * MS - 1)
    assert chip.busy
    wait(chip, 1)
    say(chip, 0x50)
    say(chip, 0x01, 0x1C)
    assert not chip.busy
    assert chip.status(1) == 0x1C
    say(chip, 0x66)
    say(chip, 0x99)
    wait(chip, 30 * US)
    assert chip.status(1) == 0x04
    say(chip, 0x50)
    say(chip, 0x9F)
    say(chip, 0x01, 0x00)
    assert chip.status(1) == 0x04


def test_locked_status_registers_stay() -> None:
    chip = build()
    write(chip, 0x31, 0x01)
    write(chip, 0x01, 0x1C)
    assert chip.status(1) == 0x02


KIB, MIB = 1024, 1024 * 1024


@pytest.mark.parametrize(
    ("size", "first", "second", "expected"),
    [
        (16 * MIB, 0x00, 0, range(0)),
        (16 * MIB, 0x04, 0, range(0xFC0000, 0x1000000)),
        (16 * MIB, 0x24, 0, range(0x40000)),
        (16 * MIB, 0x18, 0, range(0x800000, 0x1000000)),
        (16 * MIB, 0x1C, 0, range(0x1000000)),
        (16 * MIB, 0x44, 0, range(0xFFF000, 0x1000000)),
        (16 * MIB, 0x70, 0, range(0x8000)),
        (16 * MIB, 0x64, 0x40, range(0x1000, 0x1000000)),
        (16 * MIB, 0x04, 0x40, range(0xFC0000)),
        (1 * MIB, 0x04, 0, range(0x0F0000, 0x100000)),
        (1 * MIB, 0x30, 0, range(0x80000)),
        (1 * MIB, 0x34, 0, range(0x100000)),
        (2 * MIB, 0x14, 0, range(0x100000, 0x200000)),
        (2 * MIB, 0x18, 0, range(0x200000)),
        (32 * MIB, 0x04, 0, range(0x1FF0000, 0x2000000)),
        (32 * MIB, 0x64, 0, range(0x1000000)),
        (32 * MIB, 0x28, 0, range(0x2000000)),
    ],
)
def test_the_protection_tables(size: int, first: int, second: int, expected: range) -> None:
    found = protected_range(size, first, second)
    assert (found == expected) or (not found and not expected)


def test_protected_cells_stay() -> None:
    chip = build(16)
    write(chip, 0x01, 0x24)
    chip.program(0, b"\x77")
    for sent in ((0x02, 0, 0, 0, 0), (0x20, 0, 0, 0), (0xD8, 0, 0, 0), (0xC7,)):
        write(chip, *sent)
        assert chip.read(0, 1) == b"\x77", sent
    write(chip, 0x02, 1, 0, 0, 0x33)
    assert chip.read(0x10000, 1) == b"\x33"


# ---- power-down, reset, 4-byte addresses


def test_power_down_leaves_only_release() -> None:
    chip = build()
    say(chip, 0xB9)
    wait(chip, 3 * US)
    assert chip.asleep
    assert say(chip, 0x05, count=1) == b"\xff"
    say(chip, 0xAB)
    assert say(chip, 0x9F, count=1) == b"\xff"
    wait(chip, 3 * US)
    assert say(chip, 0x9F, count=1) == b"\xef"


def test_reset_needs_its_enable_right_before() -> None:
    chip = build()
    say(chip, 0x06)
    say(chip, 0x66)
    say(chip, 0x05, count=1)
    say(chip, 0x99)
    assert chip.status(1) == 0x02
    say(chip, 0x66)
    say(chip, 0x99)
    assert say(chip, 0x9F, count=1) == b"\xff"
    wait(chip, 30 * US)
    assert say(chip, 0x05, count=1) == b"\x00"


def test_four_byte_addresses_reach_the_upper_half() -> None:
    chip = build(256)
    chip.program(0x1000000, b"high")
    chip.program(0, b"low ")
    assert say(chip, 0x03, 0, 0, 0, count=4) == b"low "
    assert say(chip, 0x13, 1, 0, 0, 0, count=4) == b"high"
    assert say(chip, 0x0C, 1, 0, 0, 0, 0, count=4) == b"high"
    say(chip, 0xB7)
    assert chip.status(3) & 1
    assert say(chip, 0x03, 1, 0, 0, 0, count=4) == b"high"
    write(chip, 0x02, 1, 0, 0, 4, 0x21)
    say(chip, 0xE9)
    assert say(chip, 0x03, 0, 0, 4, count=1) == b"\xff"
    say(chip, 0x06)
    say(chip, 0xC5, 1)
    assert say(chip, 0xC8, count=1) == b"\x01"
    assert say(chip, 0x03, 0, 0, 0, count=5) == b"high!"
    write(chip, 0x21, 1, 0, 0, 0)
    assert chip.read(0x1000000, 5) == b"\xff" * 5


def test_a_small_chip_knows_no_four_byte_instructions() -> None:
    chip = build(128)
    assert say(chip, 0x13, 0, 0, 0, 0, count=1) == b"\xff"
    say(chip, 0xB7)
    assert chip.status(3) == 0x60


# ---- the set-up


@pytest.mark.parametrize("options", [{"megabits": 12}, {"megabits": 16.0}, {"unique_id": -1}, {"unique_id": "x"}])
def test_a_wrong_option_is_named(options: dict[str, int]) -> None:
    with pytest.raises(ConfigError, match=next(iter(options))):
        W25Q(**options)


def test_python_data_must_fit() -> None:
    with pytest.raises(ConfigError, match="reach beyond"):
        W25Q(8).program(0xFFFFF, b"ab")


def test_memory_is_taken_where_something_is_programmed() -> None:
    chip = W25Q(256)
    chip.program(0x1FFFFF0, bytes(16))
    assert chip.read(0x1FFFFE8, 24) == b"\xff" * 8 + bytes(16)


# ---- any chunking

SELECTIONS = st.lists(
    st.one_of(
        st.just(b"\x06"),
        st.tuples(
            st.sampled_from((b"\x02\x00\x01\xf0", b"\x02\x00\x01\x00", b"\x20\x00\x00\x00", b"\x01", b"\x31", b"\xc5")),
            st.binary(max_size=600),
        ).map(b"".join),
        st.tuples(
            st.sampled_from(
                (b"\x03\x00\x00\xf0", b"\x0b\x00\x01\xf0\x00", b"\x9f", b"\x05", b"\x4b", b"\x5a\0\0\x7c\0")
            ),
            st.integers(0, 600).map(bytes),
        ).map(b"".join),
        st.binary(max_size=12),
    ),
    max_size=8,
)


@given(SELECTIONS, st.lists(st.integers(1, 300), min_size=1), st.sampled_from((8, 256)))
def test_any_split_of_a_selection_gives_the_same(selections: list[bytes], cuts: list[int], megabits: int) -> None:
    whole, parts = build(megabits), build(megabits)
    turn = 0
    for sent in selections:
        for chip in (whole, parts):
            chip.select()
        expected = whole.exchange(sent)
        got = b""
        while len(got) < len(sent):
            size = cuts[turn % len(cuts)]
            turn += 1
            foreseen = parts.preview()
            got += (chunk := parts.exchange(sent[len(got) : len(got) + size]))
            assert chunk[0] == foreseen
        assert got == expected
        for chip in (whole, parts):
            chip.deselect()
            wait(chip, 200 * MS)
    assert whole.read(0, 0x400) == parts.read(0, 0x400)
    assert [whole.status(n) for n in (1, 2, 3)] == [parts.status(n) for n in (1, 2, 3)]
    assert whole.erases == parts.erases
