"""The `ds18x20` driver, with simulated thermometers and, for the DS18S20, with its datasheet's table."""

from collections.abc import Iterator

import pytest

from machine_compat.board import Board, using
from machine_compat.interpreter.table import from_file
from machine_compat.machine import build
from machine_compat.mock.attach import attach_spec
from machine_compat.mock.backend import MockBackend
from machine_compat.mock.onewire import crc8
from machine_compat.modules.ds18x20 import DS18X20
from machine_compat.profile import load


class Bench:
    def __init__(self) -> None:
        profile = load("pico")
        self.backend = MockBackend(profile.wiring())
        self.board = Board(profile, self.backend)
        self.onewire = from_file(self.board, "onewire")
        self.sensors: DS18X20 = from_file(self.board, "ds18x20").DS18X20(self.onewire.OneWire(build(self.board).Pin(4)))

    def wait_ms(self, ms: int) -> None:
        self.board.sleep_ns(ms * 1_000_000)


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    with using(bench.board):
        yield bench


class Recording:
    """A bus with one device that answers with a given memory."""

    SKIP_ROM = 0xCC

    def __init__(self, memory: bytes) -> None:
        self.memory = memory + bytes([crc8(memory)])

    def reset(self, required: bool) -> bool:
        return required

    def select_rom(self, rom: bytes) -> None:
        """It is the only one."""

    def writebyte(self, value: int) -> None:
        assert value == 0xBE

    def readinto(self, buf: bytearray) -> None:
        buf[:] = self.memory

    def crc8(self, data: bytes) -> int:
        return crc8(data)


@pytest.mark.parametrize("celsius", [125, 25.0625, 0.5, 0, -0.5, -10.125, -55])
def test_temperatures(bench: Bench, celsius: float) -> None:
    chip = attach_spec(bench.backend, "ds18b20@GP4")
    chip.temperature = celsius
    [rom] = bench.sensors.scan()
    assert bench.sensors.read_temp(rom) == 85
    bench.sensors.convert_temp()
    bench.wait_ms(750)
    assert bench.sensors.read_temp(rom) == celsius


def test_several_thermometers(bench: Bench) -> None:
    chips = [attach_spec(bench.backend, f"{part}@GP4") for part in ("ds18b20", "ds1822", "ds18b20")]
    for index, chip in enumerate(chips):
        chip.temperature = 20 + index
    bench.sensors.convert_temp()
    bench.wait_ms(750)
    measured = {bytes(rom): bench.sensors.read_temp(rom) for rom in bench.sensors.scan()}
    assert measured == {chip.rom: chip.temperature for chip in chips}


def test_resolution_and_alarm_limits(bench: Bench) -> None:
    chip = attach_spec(bench.backend, "ds18b20@GP4,temperature=21.6875")
    [rom] = bench.sensors.scan()
    bench.sensors.write_scratch(rom, b"\x1e\x0a\x1f")
    assert (chip.resolution, bytes(bench.sensors.read_scratch(rom)[2:5])) == (9, b"\x1e\x0a\x1f")
    bench.sensors.convert_temp()
    bench.wait_ms(94)
    assert bench.sensors.read_temp(rom) == 21.5


def test_nobody_there(bench: Bench) -> None:
    assert bench.sensors.scan() == []
    with pytest.raises(bench.onewire.OneWireError):
        bench.sensors.convert_temp()
    with pytest.raises(bench.onewire.OneWireError):
        bench.sensors.read_temp(bytes(8))


def test_a_device_that_does_not_answer_has_no_valid_checksum(bench: Bench) -> None:
    chip = attach_spec(bench.backend, "ds18b20@GP4")
    stranger = bytearray(chip.rom)
    stranger[3] ^= 1
    with pytest.raises(Exception, match="CRC error"):
        bench.sensors.read_temp(stranger)


@pytest.mark.parametrize(
    ("memory", "celsius"),
    [
        # Codes of the DS18S20's temperature table, cut to whole degrees. With 12 of 16 counts remaining, the quarter
        # that is subtracted comes back; with 1 remaining, 15/16 come.
        ("aa00 4b46 ffff 0c 10", 85.0),
        ("3200 4b46 ffff 0c 10", 25.0),
        ("0100 4b46 ffff 0c 10", 0.0),
        ("ffff 4b46 ffff 0c 10", -1.0),
        ("ceff 4b46 ffff 0c 10", -25.0),
        ("92ff 4b46 ffff 0c 10", -55.0),
        ("3200 4b46 ffff 01 10", 25.6875),
    ],
)
def test_extended_resolution_of_the_ds18s20(memory: str, celsius: float) -> None:
    assert DS18X20(Recording(bytes.fromhex(memory))).read_temp(b"\x10" + bytes(7)) == celsius
