"""This file shows that simulated I2C chips are real to the kernel, with smbus2 as the judge."""

import errno
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from smbus2 import SMBus, i2c_msg

from tests.bench.rig import Rig


def write_and_wait(bus: SMBus, address: int, data: bytes) -> None:
    """Write to an EEPROM, and ask until its write cycle is over: it does not acknowledge before."""
    bus.i2c_rdwr(i2c_msg.write(address, data))
    for _ in range(1000):
        try:
            bus.write_quick(address)
        except OSError:
            continue
        return
    pytest.fail("the write cycle never ended")


def read(bus: SMBus, address: int, register: bytes, count: int) -> bytes:
    """A register read: write, repeated START, read."""
    out, back = i2c_msg.write(address, register), i2c_msg.read(address, count)
    bus.i2c_rdwr(out, back)
    return bytes(back)


@contextmanager
def fails(number: int) -> Iterator[None]:
    """What is done in it fails with this errno."""
    with pytest.raises(OSError, match=re.escape(f"[Errno {number}]")):
        yield


def test_a_sensor_is_read_and_changes() -> None:
    with Rig("bme280@i2c1:0x76") as rig, SMBus(rig.i2c(1)) as bus:
        assert bus.read_byte_data(0x76, 0xD0) == 0x60
        cold = measure(rig, bus, -5.0)
        warm = measure(rig, bus, 25.0)
    assert warm > cold


def measure(rig: Rig, bus: SMBus, celsius: float) -> int:
    """The BME280's uncompensated temperature after one measurement in forced mode."""
    rig["bme280"].temperature = celsius
    bus.write_byte_data(0x76, 0xF4, 0b001_000_01)
    while bus.read_byte_data(0x76, 0xF3) & 0x08:
        continue
    high, middle, low = bus.read_i2c_block_data(0x76, 0xFA, 3)
    return high << 12 | middle << 4 | low >> 4


def test_an_eeprom_keeps_what_is_written() -> None:
    with Rig("24c32@i2c0:0x50") as rig, SMBus(rig.i2c(0)) as bus:
        write_and_wait(bus, 0x50, b"\x01\x20" + b"hello, world")
        assert read(bus, 0x50, b"\x01\x20", 12) == b"hello, world"
        assert read(bus, 0x50, b"\x01\x2c", 2) == b"\xff\xff"


def test_more_than_smbus_could_carry() -> None:
    with Rig("24c32@i2c0:0x50") as rig, SMBus(rig.i2c(0)) as bus:
        assert read(bus, 0x50, b"\0\0", 4096) == b"\xff" * 4096


def test_both_buses_have_chips_of_their_own() -> None:
    with Rig("24c02@i2c0:0x50", "24c02@i2c1:0x51") as rig:
        assert [answering(rig, number) for number in (0, 1)] == [{0x50}, {0x51}]


def answering(rig: Rig, number: int) -> set[int]:
    found = set()
    with SMBus(rig.i2c(number)) as bus:
        for address in range(0x08, 0x78):
            try:
                bus.write_quick(address)
            except OSError:
                continue
            found.add(address)
    return found


@pytest.mark.parametrize("number", [errno.EREMOTEIO, errno.ENXIO])
def test_an_absent_chip_has_the_errno_of_the_adapter(number: int) -> None:
    with Rig("bme280@i2c1:0x76", no_acknowledge=number) as rig, SMBus(rig.i2c(1)) as bus:
        with fails(number):
            bus.read_byte(0x33)
        assert bus.read_byte_data(0x76, 0xD0) == 0x60


def test_a_chip_can_vanish_and_come_back() -> None:
    with Rig("bme280@i2c1:0x76") as rig, SMBus(rig.i2c(1)) as bus:
        rig.detach("bme280")
        with fails(errno.EREMOTEIO):
            bus.read_byte_data(0x76, 0xD0)
        rig.attach("bme280@i2c1:0x76")
        assert bus.read_byte_data(0x76, 0xD0) == 0x60


def test_a_bus_fails_as_told() -> None:
    with Rig("bme280@i2c1:0x76") as rig, SMBus(rig.i2c(1)) as bus:
        rig.fail_i2c(1, errno.ETIMEDOUT, errno.EAGAIN)
        for number in (errno.ETIMEDOUT, errno.EAGAIN):
            with fails(number):
                bus.read_byte_data(0x76, 0xD0)
        assert bus.read_byte_data(0x76, 0xD0) == 0x60


def test_an_adapter_has_its_limits() -> None:
    with Rig("24c32@i2c0:0x50", i2c_longest=64) as rig, SMBus(rig.i2c(0)) as bus:
        assert len(read(bus, 0x50, b"\0\0", 64)) == 64
        with fails(errno.EOPNOTSUPP):
            read(bus, 0x50, b"\0\0", 65)


def test_an_adapter_that_is_pulled_out_fails() -> None:
    with Rig("bme280@i2c1:0x76") as rig, SMBus(rig.i2c(1)) as bus:
        rig.unplug()
        with fails(errno.ENODEV):
            bus.read_byte_data(0x76, 0xD0)


def test_a_driver_of_the_kernel_finds_its_chip() -> None:
    subprocess.run(["modprobe", "at24"], check=True)
    adapter = Path("/sys/bus/i2c/devices/i2c-1")
    with Rig("24c32@i2c1:0x50") as rig, SMBus(rig.i2c(1)) as bus:
        write_and_wait(bus, 0x50, b"\0\0" + b"from below")
        (adapter / "new_device").write_text("24c32 0x50")
        assert (adapter / "1-0050" / "eeprom").read_bytes()[:10] == b"from below"
        with SMBus(rig.i2c(1)) as other, fails(errno.EBUSY):
            other.read_byte(0x50)


def test_an_adapter_may_refuse_an_empty_message() -> None:
    with Rig("24c32@i2c0:0x50", i2c_shortest=1) as rig, SMBus(rig.i2c(0)) as bus:
        with fails(errno.EOPNOTSUPP):
            bus.write_quick(0x50)
        assert bus.read_byte(0x50) == 0xFF
