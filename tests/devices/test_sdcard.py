"""Holds the SD card to its specification: waking, commands, reading, writing, CRC, both kinds, any chunking."""

from binascii import crc_hqx
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from machine_compat.errors import ConfigError
from machine_compat.mock.devices.sdcard import PARTS, SDCard
from machine_compat.mock.devices.sdcard_registers import crc7
from machine_compat.mock.world import World

HCS = 1 << 30
CHECK = 0x1AA
US = 1_000


def frame(number: int, argument: int = 0) -> bytes:
    body = bytes((0x40 | number,)) + argument.to_bytes(4)
    return body + bytes((crc7(body),))


def build(awake: bool = True, **options: int | str | Path) -> SDCard:
    card = PARTS["sdcard"](**options)
    card.install(World(), "card")
    if awake:
        card.idle_clocks(b"\xff" * 10)
    return card


def ask(card: SDCard, number: int, argument: int = 0, count: int = 0) -> bytes:
    """A command in a selection of its own: R1 and the `count` bytes after it; b"" without an answer."""
    card.select()
    card.exchange(frame(number, argument))
    reply = card.exchange(b"\xff" * (count + 9)).lstrip(b"\xff")
    card.deselect()
    return reply[: count + 1]


def ready(**options: int | str | Path) -> SDCard:
    card = build(idle_answers=0, **options)
    assert ask(card, 0) == b"\x01"
    ask(card, 8, CHECK)
    ask(card, 55)
    assert ask(card, 41, HCS) == b"\x00"
    return card


def data_block(reply: bytes, size: int = 512) -> bytes:
    """The data after a start token, its CRC checked."""
    start = reply.index(b"\xfe") + 1
    data, crc = reply[start : start + size], reply[start + size : start + size + 2]
    assert crc == crc_hqx(data, 0).to_bytes(2)
    return data


def read(card: SDCard, number: int, argument: int, size: int = 512) -> bytes:
    return data_block(ask(card, number, argument, size + 20), size)


def let_write(card: SDCard) -> None:
    assert card.exchange(b"\xff") == b"\x00"
    card.world.run(card.world.now + 500 * US)
    assert card.exchange(b"\xff") == b"\xff"


def packet(token: int, data: bytes) -> bytes:
    return bytes((token,)) + data + crc_hqx(data, 0).to_bytes(2)


# ---- waking (6.4.1, 7.2.1)


def test_the_frames_of_the_specification() -> None:
    # 4.5, examples of the CRC7: CMD0, CMD17 with argument 0; CMD8 as every driver sends it.
    assert frame(0).hex() == "400000000095"
    assert frame(17).hex() == "510000000055"
    assert frame(8, CHECK).hex() == "48000001aa87"


def test_it_wakes_on_74_clocks_with_cs_high() -> None:
    card = build(awake=False)
    card.idle_clocks(b"\xff" * 9)
    assert ask(card, 0) == b""
    card.idle_clocks(b"\xff")
    assert ask(card, 8, CHECK, 4) == b""
    assert ask(card, 0) == b"\x01"


def test_cmd0_needs_its_crc() -> None:
    card = build()
    card.select()
    assert card.exchange(b"\x40\0\0\0\0\x97" + b"\xff" * 9) == b"\xff" * 15
    assert ask(card, 0) == b"\x01"


def test_r1_comes_after_one_byte() -> None:
    card = build()
    card.select()
    assert card.exchange(b"\xff" + frame(0) + b"\xff\xff\xff") == b"\xff" * 8 + b"\x01\xff"


def test_acmd41_says_idle_a_few_times() -> None:
    card = build()
    ask(card, 0)
    answers = []
    for _ in range(6):
        assert ask(card, 55) in (b"\x00", b"\x01")
        answers.append(ask(card, 41, HCS))
    assert answers == [b"\x01"] * 4 + [b"\x00"] * 2
    assert card.ready
    assert ask(card, 0) == b"\x01"
    assert not card.ready


def test_cmd8_echoes_and_its_crc_is_always_checked() -> None:
    card = build()
    ask(card, 0)
    assert ask(card, 8, 0x15A, 4).hex() == "010000015a"
    assert ask(card, 8, 0x25A, 4).hex() == "010000005a"
    card.select()
    assert card.exchange(b"\x48\0\0\x01\xaa\x01" + b"\xff\xff")[-1:] == b"\x09"


def test_a_card_of_version_1_does_not_know_cmd8() -> None:
    card = build(version=1, idle_answers=0)
    ask(card, 0)
    assert ask(card, 8, CHECK, 4)[:1] == b"\x05"
    ask(card, 55)
    assert ask(card, 41) == b"\x00"


def test_high_capacity_waits_for_a_host_that_knows_it() -> None:
    card = build(size="4G", idle_answers=0)
    ask(card, 0)
    for check, argument, answer in ((False, HCS, 1), (True, 0, 1), (True, HCS, 0)):
        if check:
            ask(card, 8, CHECK)
        ask(card, 55)
        assert ask(card, 41, argument) == bytes((answer,))


def test_the_ocr_tells_the_kind_when_ready() -> None:
    card = build(idle_answers=0)
    ask(card, 0)
    assert ask(card, 58, 0, 4).hex() == "0100ff8000"
    assert ask(ready(), 58, 0, 4).hex() == "0080ff8000"
    assert ask(ready(size="4G"), 58, 0, 4).hex() == "00c0ff8000"


def test_illegal_commands_are_said_to_be() -> None:
    card = build(idle_answers=0)
    ask(card, 0)
    assert ask(card, 17) == b"\x05"
    assert ask(card, 41) == b"\x05"
    ask(card, 55)
    assert ask(card, 51) == b"\x05"
    card = ready()
    assert ask(card, 2) == b"\x04"
    assert ask(card, 12) == b"\x04"
    assert ask(card, 13, 0, 1) == b"\x00\x00"


# ---- registers (5.2, 5.3, 5.6)


@pytest.mark.parametrize(
    ("size", "blocks"), [("2K", 4), ("8M", 16384), (64 << 20, 131072), ("1G", 2097152), ("2G", 4194304), (5000, 8)]
)
def test_the_csd_of_a_standard_card_tells_its_size(size: int | str, blocks: int) -> None:
    card = ready(size=size)
    csd = int.from_bytes(read(card, 9, 0, 16))
    assert csd >> 126 == 0
    length, steps, multiplier = csd >> 80 & 0xF, (csd >> 62 & 0xFFF) + 1, csd >> 47 & 7
    assert steps * 2 ** (multiplier + 2) * 2**length == blocks * 512
    assert card.blocks == blocks


@pytest.mark.parametrize(("size", "blocks"), [("512K", 1024), ("4G", 8388608), ("32G", 67108864)])
def test_the_csd_of_a_high_capacity_card_tells_its_size(size: str, blocks: int) -> None:
    card = ready(size=size, high_capacity=1)
    csd = read(card, 9, 0, 16)
    assert csd[0] == 0x40
    assert (int.from_bytes(csd[7:10]) + 1) * 1024 == blocks == card.blocks
    assert csd[15] == crc7(csd[:15])


def test_cid_scr_and_status() -> None:
    card = ready(serial=0xC0FFEE)
    cid = read(card, 10, 0, 16)
    assert (cid[3:8], cid[9:13], cid[15]) == (b"MOCK0", b"\x00\xc0\xff\xee", crc7(cid[:15]))
    ask(card, 55)
    assert read(card, 51, 0, 8)[:2] == b"\x02\x25"
    ask(card, 55)
    assert ask(card, 13, 0, 90)[:2] == b"\x00\x00"


# ---- reading (7.2.3)


def test_one_block_comes_with_token_and_crc() -> None:
    card = ready(size="4G", access_bytes=3)
    content = bytes(range(256)) * 2
    card.write(1000, content)
    card.select()
    reply = card.exchange(frame(17, 1000) + b"\xff" * 523)
    expected = b"\xff" * 6 + b"\xff\x00" + b"\xff" * 3 + b"\xfe" + content + crc_hqx(content, 0).to_bytes(2)
    assert reply == expected + b"\xff" * (529 - len(expected))


def test_a_standard_card_is_addressed_in_bytes() -> None:
    card = ready(size="8M")
    card.write(3, b"3" * 512)
    assert read(card, 17, 3 * 512) == b"3" * 512
    assert ask(card, 17, 3 * 512 + 1) == b"\x20"
    assert ask(card, 17, 8 << 20) == b"\x40"
    assert ask(card, 16, 1024) == b"\x40"
    assert ask(card, 16, 16) == b"\x00"
    assert read(card, 17, 3 * 512 + 1, 16) == b"3" * 16
    assert ask(card, 24, 3 * 512 + 1) == b"\x20"


def test_many_blocks_go_on_until_cmd12_also_over_deselection() -> None:
    card = ready(size="4G")
    for block in range(5, 8):
        card.write(block, bytes((block,)) * 512)
    card.select()
    card.exchange(frame(18, 5) + b"\xff\xff")
    for block in range(5, 8):
        assert data_block(card.exchange(b"\xff" * (2 + 1 + 512 + 2))) == bytes((block,)) * 512
        card.deselect()
        card.select()
    assert card.exchange(frame(12) + b"\xff" * 4)[6:] == b"\xff\x00\xff\xff"


def test_a_read_over_the_end_gets_an_error_token() -> None:
    card = ready(size="2K")
    card.select()
    card.exchange(frame(18, 3 * 512) + b"\xff\xff")
    assert data_block(card.exchange(b"\xff" * 517)) == bytes(512)
    assert card.exchange(b"\xff" * 4) == b"\xff\xff\x08\xff"
    assert card.exchange(frame(12) + b"\xff\xff")[-1:] == b"\x00"


# ---- writing (7.2.4)


def test_one_block_is_written_and_takes_its_time() -> None:
    card = ready(size="4G")
    content = b"written!" * 64
    assert ask(card, 24, 77) == b"\x00"
    card.select()
    assert card.exchange(b"\xff" + packet(0xFE, content)) == b"\xff" * 516
    assert card.exchange(b"\xff\xff") == b"\xe5\x00"
    card.deselect()
    card.select()
    assert card.busy
    assert card.exchange(frame(13) + b"\xff\xff") == bytes(8)
    let_write(card)
    assert card.read(77) == content
    assert card.blocks_written == 1


def test_many_blocks_are_written_until_the_stop_token() -> None:
    card = ready(size="8M")
    ask(card, 55)
    assert ask(card, 23, 2) == b"\x00"
    assert ask(card, 25, 512 * 9) == b"\x00"
    for content in (b"a" * 512, b"b" * 512):
        card.select()
        card.exchange(b"\xff" + packet(0xFC, content))
        assert card.exchange(b"\xff") == b"\xe5"
        let_write(card)
        card.deselect()
    card.select()
    assert card.exchange(b"\xfd\xff") == b"\xff\xff"
    let_write(card)
    assert card.read(9, 2) == b"a" * 512 + b"b" * 512
    assert ask(card, 12) == b"\x04"


def test_a_token_of_the_other_kind_starts_nothing() -> None:
    card = ready(size="8M")
    ask(card, 24, 0)
    card.select()
    card.exchange(packet(0xFC, b"\xaa" * 512))
    assert card.exchange(packet(0xFE, b"\x55" * 512) + b"\xff")[-1:] == b"\xe5"
    assert card.read(0) == b"\x55" * 512


def test_a_write_over_the_end_is_refused_and_cmd12_ends_it() -> None:
    card = ready(size="2K")
    ask(card, 25, 3 * 512)
    card.select()
    card.exchange(packet(0xFC, b"z" * 512) + b"\xff")
    let_write(card)
    assert card.exchange(packet(0xFC, b"z" * 512) + b"\xff\xff")[-2:] == b"\xed\xff"
    assert card.exchange(frame(12) + b"\xff\xff\xff")[-3:] == b"\xff\x00\x00"
    assert card.blocks_written == 1


def test_crc_is_checked_when_cmd59_says_so() -> None:
    card = ready(size="8M")
    bad = b"\xfe" + b"x" * 512 + b"\x00\x00"
    ask(card, 24, 0)
    card.select()
    assert card.exchange(bad + b"\xff")[-1:] == b"\xe5"
    let_write(card)
    assert ask(card, 59, 1) == b"\x00"
    ask(card, 24, 512)
    card.select()
    assert card.exchange(bad + b"\xff\xff")[-2:] == b"\xeb\xff"
    assert card.exchange(frame(13)[:5] + b"\x01" + b"\xff\xff")[-1:] == b"\x08"
    assert card.read(0, 2) == b"x" * 512 + bytes(512)


def test_erased_blocks_are_zeros() -> None:
    card = ready(size="8M")
    card.write(0, b"e" * 512 * 4)
    assert ask(card, 38) == b"\x10"
    assert ask(card, 33, 512 * 2) == b"\x00"
    assert ask(card, 38) == b"\x10"
    ask(card, 32, 512)
    ask(card, 33, 512 * 2)
    assert ask(card, 38)[:1] == b"\x00"
    assert card.busy
    assert card.read(0, 4) == b"e" * 512 + bytes(1024) + b"e" * 512


# ---- images and set-up


def test_an_image_file_holds_the_blocks(tmp_path: Path) -> None:
    image = tmp_path / "card.img"
    image.write_bytes(b"boot".ljust(4096, b"\0"))
    card = ready(image=str(image))
    assert card.blocks == 8
    assert read(card, 17, 0)[:4] == b"boot"
    ask(card, 24, 512)
    card.select()
    card.exchange(packet(0xFE, b"i" * 512) + b"\xff")
    assert image.read_bytes()[512:1024] == b"i" * 512
    let_write(card)
    ask(card, 32, 0)
    ask(card, 33, 0)
    ask(card, 38)
    assert image.read_bytes() == bytes(512) + b"i" * 512 + bytes(3072)


@pytest.mark.parametrize(
    "options",
    [
        {"size": "big"},
        {"size": 0},
        {"size": "4G", "high_capacity": 0},
        {"size": "64K", "high_capacity": 1},
        {"size": "4G", "version": 1},
        {"version": 3},
        {"high_capacity": "yes"},
        {"idle_answers": -1},
        {"access_bytes": 0},
        {"busy_us": 0.5},
        {"serial": 1 << 32},
        {"image": "/nowhere/card.img"},
        {"image": "card.img", "size": "8M"},
    ],
)
def test_a_wrong_set_up_is_named(options: dict[str, int]) -> None:
    with pytest.raises(ConfigError, match="sdcard: "):
        SDCard(**options)


def test_python_reads_and_writes_whole_blocks_within_the_card() -> None:
    card = SDCard(size="2K")
    card.write(1, b"p" * 1024)
    assert card.read(0, 4) == bytes(512) + b"p" * 1024 + bytes(512)
    with pytest.raises(ConfigError, match="not whole blocks"):
        card.write(0, b"part")
    with pytest.raises(ConfigError, match="not among its 4"):
        card.read(3, 2)
    with pytest.raises(ConfigError, match="not among its 4"):
        card.write(-1, bytes(512))


# ---- any chunking

PIECES = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from((0, 8, 9, 10, 12, 13, 16, 17, 18, 24, 25, 32, 33, 38, 41, 55, 58, 59)),
            st.sampled_from((0, 1, 512, 1024, CHECK, HCS, 1 << 31)),
        ).map(lambda pair: frame(*pair)),
        st.tuples(st.sampled_from((0xFE, 0xFC)), st.binary(min_size=1, max_size=8)).map(
            lambda pair: packet(pair[0], (pair[1] * 512)[:512])
        ),
        st.sampled_from((b"\xfd", b"\x00", None)),
        st.integers(0, 700).map(lambda count: b"\xff" * count),
        st.binary(max_size=20),
    ),
    max_size=12,
)


@given(PIECES, st.lists(st.integers(1, 300), min_size=1), st.booleans())
def test_any_split_of_the_stream_gives_the_same(pieces: list[bytes | None], cuts: list[int], high: bool) -> None:
    """None stands for letting go of the card for the time of a write."""
    whole, parts = (ready(size="1M", high_capacity=int(high)) for _ in range(2))
    turn = 0
    for card in (whole, parts):
        card.select()
    for piece in pieces:
        if piece is None:
            for card in (whole, parts):
                card.deselect()
                card.world.run(card.world.now + 500 * US)
                card.select()
            continue
        expected = whole.exchange(piece)
        got = b""
        while len(got) < len(piece):
            size = cuts[turn % len(cuts)]
            turn += 1
            foreseen = parts.preview()
            got += (chunk := parts.exchange(piece[len(got) : len(got) + size]))
            assert chunk[0] == foreseen
        assert got == expected
    assert whole.read(0, 8) == parts.read(0, 8)
    assert (whole.ready, whole.busy, whole.blocks_read) == (parts.ready, parts.busy, parts.blocks_read)
