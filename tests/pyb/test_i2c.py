"""pyb.I2C against memories, an EEPROM that is busy writing, and nobody."""

import re
from typing import Any

import pytest


@pytest.fixture
def bus(either: Any) -> Any:
    """A bus with a plain memory at 0x50."""
    either.memory = either.attach("memory@i2c2:0x50")
    either.i2c = either.pyb.I2C(2, either.pyb.I2C.CONTROLLER)
    return either


def test_send_and_recv(bus: Any) -> None:
    bus.i2c.send(b"\x10abc", 0x50)
    bus.i2c.send(0x11, addr=0x50)
    assert bus.i2c.recv(2, 0x50) == b"bc"
    bus.i2c.send(b"\x10", 0x50)
    buffer = bytearray(3)
    assert bus.i2c.recv(buffer, addr=0x50, timeout=100) is buffer
    assert buffer == b"abc"


def test_an_int_is_one_byte(bus: Any) -> None:
    bus.memory.registers[0x21] = 7
    bus.i2c.send(0x121, 0x50)
    assert bus.i2c.recv(1, 0x50) == b"\x07"


def test_mem_read_and_mem_write(bus: Any) -> None:
    assert bus.i2c.mem_write("hello", 0x50, 0x20) is None
    bus.i2c.mem_write(0x21, 0x50, 0x25, timeout=1_000)
    assert bytes(bus.memory.registers[0x20:0x26]) == b"hello!"
    assert bus.i2c.mem_read(6, 0x50, 0x20) == b"hello!"
    buffer = bytearray(5)
    assert bus.i2c.mem_read(buffer, 0x50, 0x20) is buffer
    assert buffer == b"hello"


def test_addresses_of_sixteen_bits(either: Any) -> None:
    chip = either.attach("24c32@i2c1:0x51")
    i2c = either.pyb.I2C("X", either.pyb.I2C.CONTROLLER, baudrate=100_000)
    i2c.mem_write(b"data", 0x51, 0x0123, addr_size=16)
    assert i2c.is_ready(0x51)
    assert i2c.mem_read(4, 0x51, 0x0123, addr_size=16) == b"data"
    assert bytes(chip.data[0x123:0x127]) == b"data"


def test_is_ready_waits_for_an_eeprom_to_write(either: Any) -> None:
    either.attach("24c32@i2c1:0x51")
    i2c = either.pyb.I2C(1, either.pyb.I2C.CONTROLLER, baudrate=100_000)
    i2c.send(b"\x00\x00data", 0x51)
    with pytest.raises(OSError, match="EIO"):
        i2c.recv(1, 0x51)
    start = either.now_ms
    assert i2c.is_ready(0x51) is True
    assert 0 < either.now_ms - start < 10
    assert i2c.is_ready(0x60) is False


def test_scan_lists_who_answers(bus: Any) -> None:
    bus.attach("registers@i2c2:0x1d")
    assert bus.i2c.scan() == [0x1D, 0x50]


def test_nobody_there_is_eio(bus: Any) -> None:
    for call in (
        lambda: bus.i2c.send(b"x", 0x51),
        lambda: bus.i2c.recv(1, 0x51),
        lambda: bus.i2c.mem_read(1, 0x51, 0),
        lambda: bus.i2c.mem_write(b"x", 0x51, 0),
    ):
        with pytest.raises(OSError, match=re.escape("[Errno 5] EIO")) as caught:
            call()
        assert caught.value.args == (5,)


def test_before_init_and_after_deinit_it_is_busy(either: Any) -> None:
    i2c = either.pyb.I2C(2)
    for _ in range(2):
        for call in (lambda: i2c.send(b"x", 0x50), i2c.scan, lambda: i2c.is_ready(0x50)):
            with pytest.raises(OSError, match="16") as caught:
                call()
            assert caught.value.errno == 16
        i2c.init(either.pyb.I2C.CONTROLLER)
        assert i2c.scan() == []
        i2c.deinit()


def test_there_is_one_a_bus(either: Any) -> None:
    I2C = either.pyb.I2C
    i2c = I2C(1, I2C.MASTER, baudrate=100_000)
    assert I2C(1) is i2c
    assert I2C("X") is i2c
    assert I2C("Y") is I2C(2)
    assert repr(i2c) == "I2C(1, I2C.CONTROLLER, baudrate=100000)"
    assert repr(I2C(2)) == "I2C(2)"
    I2C(1, I2C.CONTROLLER, baudrate=1_000_000)
    assert repr(i2c) == "I2C(1, I2C.CONTROLLER, baudrate=400000)"


def test_the_baud_rate_is_the_wire_s(either: Any) -> None:
    either.attach("memory@i2c2:0x50")
    took = {}
    for baudrate in (400_000, 50_000):
        i2c = either.pyb.I2C(2, either.pyb.I2C.CONTROLLER, baudrate=baudrate)
        start = either.now
        i2c.send(bytes(20), 0x50)
        took[baudrate] = either.now - start
    assert took[50_000] == pytest.approx(8 * took[400_000], rel=0.02)


@pytest.mark.parametrize("id", [-1, 0, 3, "Z"])
def test_no_such_bus(pyboard: Any, id: object) -> None:
    with pytest.raises(ValueError, match=re.escape(f"I2C({id}) doesn't exist")):
        pyboard.pyb.I2C(id)


def test_both_sides_have_two_names(pyboard: Any) -> None:
    I2C = pyboard.pyb.I2C
    assert (I2C.CONTROLLER, I2C.PERIPHERAL) == (I2C.MASTER, I2C.SLAVE)


@pytest.mark.parametrize("call", [lambda i2c: i2c.send(b"x"), lambda i2c: i2c.recv(1)])
def test_a_controller_needs_an_address(pyboard: Any, call: Any) -> None:
    with pytest.raises(TypeError, match="addr argument required"):
        call(pyboard.pyb.I2C(2, pyboard.pyb.I2C.CONTROLLER))


def test_a_read_only_buffer_takes_nothing(bus: Any) -> None:
    with pytest.raises(TypeError, match="object with buffer protocol required"):
        bus.i2c.recv(b"\x00\x00", 0x50)
