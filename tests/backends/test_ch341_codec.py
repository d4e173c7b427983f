"""The CH341A codec against packets as the Linux drivers and flashrom make them; no chip."""

import pytest

from machine_compat.backends.ch341.codec import (
    I2CTransfer,
    Packet,
    get_pins,
    set_pins,
    speed,
    speed_packet,
    spi_packets,
    spi_reply,
    stop_packet,
)
from machine_compat.contract import Op, Read, Write
from machine_compat.errors import BusError, Fault


def packets(*ops: Op, stop: bool = True) -> list[Packet]:
    return [packet for packet, _ in I2CTransfer(0x50, ops, stop).packets()]


def padded(text: str) -> bytes:
    return bytes.fromhex(text).ljust(32, b"\0")


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


def test_an_address_is_asked_for_its_acknowledge_before_anything_follows() -> None:
    assert packets(Write(b"")) == [Packet(bytes.fromhex("aa 74 80 a0 00"), 1), Packet(padded("aa 75 00"))]
    assert packets(Write(b"\x01\x02")) == [
        Packet(bytes.fromhex("aa 74 80 a0 00"), 1),
        Packet(padded("aa 82 01 02 75 00")),
    ]


def test_a_register_read() -> None:
    assert packets(Write(b"\xd0"), Read(3)) == [
        Packet(bytes.fromhex("aa 74 80 a0 00"), 1),
        Packet(padded("aa 81 d0 00") + bytes.fromhex("aa 74 80 a1 00"), 1),
        Packet(bytes.fromhex("aa c1 c1 c0 75 00"), 3),
    ]


def test_a_bus_that_is_held_gets_no_stop() -> None:
    assert packets(Write(b"\x00"), stop=False)[-1] == Packet(padded("aa 81 00 00"))
    assert packets(Read(1), stop=False)[-1] == Packet(bytes.fromhex("aa c0 00"), 1)
    assert packets(Read(0))[-1] == Packet(bytes.fromhex("aa 75 00"))


def test_long_messages_are_cut_into_packets() -> None:
    data = bytes(range(60))
    _, written = packets(Write(data))
    assert written.data == b"".join(
        (bytes((0xAA, 0x80 | len(part))) + part + ending).ljust(32, b"\0")
        for part, ending in ((data[:26], b""), (data[26:52], b""), (data[52:], b"\x75"))
    )
    _, *read = packets(Read(60))
    assert [packet.reply for packet in read] == [28, 28, 4]
    assert all(len(packet.data) <= 32 for packet in read)
    assert read[-1].data == bytes.fromhex("aa c1 c1 c1 c0 75 00")


def test_what_comes_back() -> None:
    transfer = I2CTransfer(0x50, [Read(3)], True)
    transfer.heard(b"\x00", None)
    transfer.heard(b"abc", Read(3))
    transfer.heard(b"", None)
    assert transfer.data == b"abc"
    with pytest.raises(BusError) as raised:
        transfer.heard(b"\x80", None)
    assert raised.value.fault is Fault.NACK_ADDRESS
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
