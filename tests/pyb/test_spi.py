"""pyb.SPI against a register chip, a memory of what was sent, and an open MISO."""

import re
from typing import Any

import pytest


@pytest.fixture
def bus(either: Any) -> Any:
    """SPI bus 1 with a register chip, selected by X5; 0x80 in the first byte asks for a read."""
    either.chip = either.attach("registers_spi@spi1:X5")
    either.spi = either.pyb.SPI(1, either.pyb.SPI.CONTROLLER, polarity=0)
    either.select = either.pyb.Pin("X5", either.pyb.Pin.OUT_PP, value=1)
    return either


class Selected:
    def __init__(self, pin: Any) -> None:
        self.pin = pin

    def __enter__(self) -> None:
        self.pin.low()

    def __exit__(self, *_: object) -> None:
        self.pin.high()


def test_send(bus: Any) -> None:
    with Selected(bus.select):
        bus.spi.send(0x10)
        bus.spi.send(b"abc", timeout=100)
        assert bus.spi.send("d") is None
    assert bytes(bus.chip.registers[0x10:0x14]) == b"abcd"


def test_recv(bus: Any) -> None:
    bus.chip.registers[0x20:0x23] = b"xyz"
    with Selected(bus.select):
        bus.spi.send(0x80 | 0x20)
        assert bus.spi.recv(2) == b"xy"
        buffer = bytearray(1)
        assert bus.spi.recv(buffer, timeout=100) is buffer
        assert buffer == b"z"


def test_recv_sends_what_the_buffer_holds(bus: Any) -> None:
    with Selected(bus.select):
        bus.spi.recv(bytearray(b"\x30abc"))
    assert bytes(bus.chip.registers[0x30:0x33]) == b"abc"


def test_send_recv(bus: Any) -> None:
    bus.chip.registers[0x20:0x22] = b"xy"
    with Selected(bus.select):
        assert bus.spi.send_recv(b"\xa0\x00\x00") == b"\xffxy"
    with Selected(bus.select):
        assert bus.spi.send_recv(0xA0) == b"\xff"
        buffer = bytearray(2)
        assert bus.spi.send_recv(b"\x00\x00", buffer) is buffer
        assert buffer == b"xy"
    same = bytearray(b"\xa0\x00\x00")
    with Selected(bus.select):
        assert bus.spi.send_recv(same, same) is same
    assert same == b"\xffxy"
    with pytest.raises(ValueError, match="recv must be same length as send"):
        bus.spi.send_recv(b"abc", bytearray(2))


def test_machine_s_methods(bus: Any) -> None:
    bus.chip.registers[0x20:0x22] = b"xy"
    reply = bytearray(3)
    with Selected(bus.select):
        bus.spi.write_readinto(b"\xa0\x00\x00", reply)
    with Selected(bus.select):
        bus.spi.write(b"\xa0")
        assert bus.spi.read(2) == b"xy"
    assert reply == b"\xffxy"


@pytest.mark.parametrize(
    ("id", "arguments", "shown"),
    [
        (1, {}, "baudrate=328125, prescaler=256, polarity=1, phase=0, bits=8"),
        (2, {}, "baudrate=328125, prescaler=128, polarity=1, phase=0, bits=8"),
        (
            1,
            {"baudrate": 1_000_000, "polarity": 0, "phase": 1},
            "baudrate=656250, prescaler=128, polarity=0, phase=1, bits=8",
        ),
        (1, {"prescaler": 8, "bits": 16}, "baudrate=10500000, prescaler=8, polarity=1, phase=0, bits=16"),
        (2, {"prescaler": 5, "crc": 7}, "baudrate=5250000, prescaler=8, polarity=1, phase=0, bits=8, crc=0x7"),
        (1, {"baudrate": 100_000_000}, "baudrate=42000000, prescaler=2, polarity=1, phase=0, bits=8"),
        (1, {"baudrate": 1}, "baudrate=328125, prescaler=256, polarity=1, phase=0, bits=8"),
    ],
)
def test_its_settings(either: Any, id: int, arguments: dict[str, int], shown: str) -> None:
    SPI = either.pyb.SPI
    assert repr(SPI(id, SPI.CONTROLLER, **arguments)) == f"SPI({id}, SPI.CONTROLLER, {shown})"


def test_there_is_one_a_bus(either: Any) -> None:
    SPI = either.pyb.SPI
    assert repr(SPI(2)) == "SPI(2)"
    spi = SPI("Y", SPI.MASTER, 600_000)
    assert SPI(2) is spi
    assert (SPI.CONTROLLER, SPI.PERIPHERAL) == (SPI.MASTER, SPI.SLAVE)
    spi.deinit()
    assert repr(spi) == "SPI(2)"
    for call in (spi.send, spi.recv, spi.read):
        with pytest.raises(OSError, match="16") as caught:
            call(1)
        assert caught.value.errno == 16


def test_the_baud_rate_is_the_wire_s(pyboard: Any) -> None:
    spi = pyboard.pyb.SPI(1, pyboard.pyb.SPI.CONTROLLER, prescaler=256)
    start = pyboard.now
    spi.send(bytes(100))
    assert pyboard.now - start == pytest.approx(800 / 328_125 * 1e9, rel=0.01)


@pytest.mark.parametrize("id", [-1, 0, 100, "doesnotexist"])
def test_no_such_bus(pyboard: Any, id: object) -> None:
    with pytest.raises(ValueError, match=re.escape(f"SPI({id}) doesn't exist")):
        pyboard.pyb.SPI(id)


def test_what_it_cannot_be(pyboard: Any) -> None:
    with pytest.raises(ValueError, match=re.escape("SPI.PERIPHERAL cannot be done here; SPI.CONTROLLER can")):
        pyboard.pyb.SPI(1, pyboard.pyb.SPI.PERIPHERAL)
    with pytest.raises(ValueError, match="invalid baudrate"):
        pyboard.pyb.SPI(1, pyboard.pyb.SPI.CONTROLLER, 0)
