"""The CH341A codec against packets as the Linux drivers and flashrom make them; no chip."""

import pytest

from machine_compat.backends.ch341.codec import (
    Packet,
    get_pins,
    set_pins,
    speed,
    speed_packet,
    spi_packets,
    spi_reply,
    stop_packet,
)
from machine_compat.backends.ch341.i2c_codec import I2CTransfer, answered, scan_batches
from machine_compat.contract import Op, Read, Write
from machine_compat.errors import BusError, Fault


def packets(*ops: Op, stop: bool = True) -> list[Packet]:
    return [batch.packet for batch in I2CTransfer(0x50, ops, stop).batches]


@pytest.mark.parametrize(
    ("asked", "got", "packet"),
    [
        (20_000, 20_000, "aa6000"),
        (399_999, 100_000, "aa6100"),
        (400_000, 400_000, "aa6200"),
        (1_000_000, 750_000, "aa6300"),
    ],
)
def test_the_i2c_speed_is_rounded_down(asked: int, got: int, packet: str) -> None:
    assert speed(asked) == got
    assert speed_packet(asked) == Packet(bytes.fromhex(packet))


def test_address_and_bytes_are_asked_for_their_acknowledges_and_the_bus_for_being_free() -> None:
    assert packets(Write(b"")) == [Packet(bytes.fromhex("aa 74 80 a0 75 74 80 fe 75 00"), 2)]
    assert packets(Write(b"\x01\x02")) == [
        Packet(bytes.fromhex("aa 74 80 a0 80 01 80 02 75 74 80 fe 75 00"), 4),
    ]
    [fullest] = packets(Write(bytes(11)))
    assert (len(fullest.data), fullest.reply) == (32, 13)


def test_a_register_read_is_one_packet() -> None:
    assert packets(Write(b"\xd0"), Read(3)) == [
        Packet(bytes.fromhex("aa 74 80 a0 80 d0 74 80 a1 c1 c1 c0 75 74 80 fe 75 00"), 7),
    ]
    [widest] = packets(Write(b"\x00\x00"), Read(19))
    assert (len(widest.data), widest.reply) == (32, 23)


def test_a_bus_that_is_held_gets_no_stop() -> None:
    assert packets(Write(b"\x00"), stop=False) == [Packet(bytes.fromhex("aa 74 80 a0 80 00 00"), 2)]
    assert packets(Read(1), stop=False) == [Packet(bytes.fromhex("aa 74 80 a1 c0 00"), 2)]
    assert packets(Read(0)) == [Packet(bytes.fromhex("aa 74 80 a1 75 74 80 fe 75 00"), 2)]


def test_a_long_message_goes_out_at_once_and_its_last_byte_tells() -> None:
    data = bytes(range(60))
    [written] = packets(Write(data))
    assert written.reply == 2
    first, second, third = (written.data[at : at + 32] for at in (0, 32, 64))
    assert first == bytes((0xAA, 0x74, 0x81, 0xA0, 0x9A)) + data[:26] + b"\x00"
    assert second == b"\xaa\x9a" + data[26:52] + bytes(4)
    assert third == bytes((0xAA, 0x87)) + data[52:59] + bytes((0x80, 59)) + bytes.fromhex("75 74 80 fe 75 00")
    batches = I2CTransfer(0x50, [Write(bytes(1000))], True).batches
    assert [[part.acked for part in batch.told] for batch in batches] == [[0], [391], [782, 0]]
    assert all(len(batch.packet.data) <= 512 for batch in batches)


def test_a_long_read_is_cut_into_packets() -> None:
    read = packets(Read(60))
    assert [packet.reply for packet in read] == [28, 30, 3]
    assert all(len(packet.data) <= 32 for packet in read)
    assert read[-1].data == bytes.fromhex("aa c1 c1 c0 75 00")


def replied(ops: list[Op], reply: bytes) -> I2CTransfer:
    transfer = I2CTransfer(0x50, ops, True)
    transfer.heard(reply, transfer.batches[0])
    return transfer


def test_what_comes_back() -> None:
    assert replied([Read(3)], b"\x00abc\x80").data == b"abc"
    assert not replied([Read(3)], bytes(4) + b"\x80").doubtful
    assert not replied([Read(24)], b"\x00\x01" + bytes(23)).doubtful
    assert replied([Read(24)], bytes(25)).doubtful, "no room to ask, and SDA held low would look the same"
    assert not replied([Write(b"\x01")], b"\x00\x00\x80").doubtful


@pytest.mark.parametrize(
    ("data", "reply", "fault", "acked"),
    [
        (b"abc", "80 80 80 80 80", Fault.NACK_ADDRESS, 0),
        (b"abc", "00 00 00 80 80", Fault.NACK_DATA, 2),
        (b"abc", "00 00 00 00 00", Fault.TIMEOUT, 0),
        (bytes(100), "80 80", Fault.NACK_DATA, 0),
    ],
)
def test_what_went_wrong(data: bytes, reply: str, fault: Fault, acked: int) -> None:
    with pytest.raises(BusError) as raised:
        replied([Write(data)], bytes.fromhex(reply))
    assert (raised.value.fault, raised.value.acked) == (fault, acked)


def test_a_scan_asks_for_seven_addresses_with_a_packet() -> None:
    batches = list(scan_batches(range(0x08, 0x78)))
    assert [batch.packet.reply for batch in batches] == [7] * 16
    assert batches[0].packet.data == bytes.fromhex("aa" + "".join(f"7480{2 * a:02x}75" for a in range(8, 15)) + "00")
    assert list(answered(bytes.fromhex("80 00 80"), (8, 9, 10))) == [9]
    assert stop_packet() == Packet(bytes.fromhex("aa 75 00"))


def test_spi_bytes_are_turned_round() -> None:
    [packet] = spi_packets(b"\x9f\x01", False)
    assert packet == Packet(bytes.fromhex("a8 f9 80"), 2)
    assert spi_reply(b"\xf9\x80", False) == b"\x9f\x01"
    [packet] = spi_packets(b"\x9f\x01", True)
    assert packet == Packet(bytes.fromhex("a8 9f 01"), 2)
    assert spi_reply(b"\x9f", True) == b"\x9f"
    assert [len(packet.data) for packet in spi_packets(bytes(63), False)] == [32, 32, 2]
    assert list(spi_packets(b"", False)) == []


def test_pins_get_their_levels_before_their_direction() -> None:
    assert set_pins(0x37, 0x3F) == Packet(bytes.fromhex("ab b7 7f 20"))
    assert get_pins() == Packet(bytes.fromhex("ab 00 20"), 1)
