"""Holds the DS18B20, and the 1-Wire target under it, to their datasheet, by a master that moves the wire by hand."""

import pytest

from machine_compat.errors import ConfigError
from machine_compat.mock.devices.ds18b20 import DS18B20, DS1822
from machine_compat.mock.nets import Terminal, connect
from machine_compat.mock.onewire import OneWireTarget, crc8
from machine_compat.mock.world import World

POWER_ON = bytes.fromhex("5005 4b46 7f ff 0c 10 1c")


class Master:
    """A bus master with the standard-speed timing of Maxim application note 126."""

    def __init__(self, *targets: OneWireTarget) -> None:
        self.world = World()
        self.pin = Terminal(self.world, "board.GP4")
        for target in targets:
            target.install(self.world, "ds18b20@GP4")
            connect(self.pin, target.legs["dq"])

    def wait(self, us: float) -> None:
        self.world.run(self.world.now + round(us * 1000))

    def low(self, us: float) -> None:
        self.pin.pull_low(True)
        self.wait(us)
        self.pin.pull_low(False)

    def reset(self, us: float = 480) -> bool:
        self.low(us)
        self.wait(70)
        present = not self.pin.level
        self.wait(410)
        return present

    def write_bit(self, bit: int) -> None:
        self.low(6 if bit else 60)
        self.wait(64 if bit else 10)

    def read_bit(self) -> int:
        self.low(6)
        self.wait(9)
        bit = self.pin.level
        self.wait(55)
        return bit

    def write(self, *data: int) -> None:
        for byte in data:
            for index in range(8):
                self.write_bit(byte >> index & 1)

    def read(self, count: int) -> bytes:
        return bytes(sum(self.read_bit() << index for index in range(8)) for _ in range(count))

    def command(self, *data: int) -> None:
        assert self.reset()
        self.write(*data)

    def search(self, command: int = 0xF0) -> set[bytes]:
        """All devices, by the search of application note 187."""
        found: set[bytes] = set()
        branches: list[list[int]] = [[]]
        while branches:
            path = branches.pop()
            self.command(command)
            code: list[int] = []
            for index in range(64):
                bit, complement = self.read_bit(), self.read_bit()
                if bit and complement:
                    return found
                chosen = path[index] if index < len(path) else bit
                if not bit and not complement and index >= len(path):
                    branches.append([*code, 1])
                self.write_bit(chosen)
                code.append(chosen)
            found.add(bytes(sum(code[8 * n + k] << k for k in range(8)) for n in range(8)))
        return found

    def scratchpad(self) -> bytes:
        self.command(0xCC, 0xBE)
        return self.read(9)

    def convert(self, ms: float = 750) -> bytes:
        self.command(0xCC, 0x44)
        self.wait(ms * 1000)
        return self.scratchpad()


def test_crc_of_the_application_note() -> None:
    # Application note 27, the example of a ROM code.
    assert crc8(bytes.fromhex("02 1c b8 01 00 00 00")) == 0xA2
    assert crc8(bytes.fromhex("02 1c b8 01 00 00 00 a2")) == 0


def test_presence_pulse() -> None:
    master = Master(DS18B20())
    master.low(480)
    released = master.world.now
    master.wait(480)
    edges = [time - released for time in master.pin.net.edges if time > released]
    assert edges == [30_000, 150_000]


def test_a_low_shorter_than_a_reset_is_none() -> None:
    assert not Master(DS18B20()).reset(400)


def test_power_on_scratchpad() -> None:
    assert Master(DS18B20()).scratchpad() == POWER_ON


@pytest.mark.parametrize(
    ("celsius", "golden"),
    # The datasheet's table of temperatures and data.
    [(125, 0x07D0), (85, 0x0550), (25.0625, 0x0191), (10.125, 0x00A2), (0.5, 0x0008), (0, 0), (-0.5, 0xFFF8),
     (-10.125, 0xFF5E), (-25.0625, 0xFE6F), (-55, 0xFC90)],
)  # fmt: skip
def test_temperatures_of_the_datasheet(celsius: float, golden: int) -> None:
    data = Master(DS18B20(temperature=celsius)).convert()
    assert int.from_bytes(data[:2], "little") == golden
    assert crc8(data) == 0


@pytest.mark.parametrize(("config", "ms", "raw"), [(0x1F, 93.75, 0x158), (0x3F, 187.5, 0x15C), (0x5F, 375, 0x15E)])
def test_resolution_sets_time_and_bits(config: int, ms: float, raw: int) -> None:
    sensor = DS18B20(temperature=21.9375)
    master = Master(sensor)
    master.command(0xCC, 0x4E, 75, 70, config)
    assert sensor.resolution == 9 + (config >> 5)
    master.command(0xCC, 0x44)
    master.wait(ms * 1000 - 500)
    assert master.read_bit() == 0
    master.wait(500)
    assert master.read_bit() == 1
    assert int.from_bytes(master.scratchpad()[:2], "little") == raw


def test_scratchpad_keeps_the_old_value_while_converting() -> None:
    master = Master(DS18B20(temperature=20))
    assert master.convert(100) == POWER_ON
    master.wait(750_000)
    assert master.scratchpad()[:2] == b"\x40\x01"


def test_only_the_resolution_bits_of_the_configuration_are_written() -> None:
    master = Master(DS18B20())
    master.command(0xCC, 0x4E, 0x12, 0x34, 0x80)
    assert master.scratchpad()[2:5] == b"\x12\x34\x1f"


def test_copy_and_recall() -> None:
    sensor = DS18B20()
    master = Master(sensor)
    master.command(0xCC, 0x4E, 30, 0xF6, 0x3F)
    master.command(0xCC, 0x48)
    assert master.read_bit() == 0
    master.wait(10_000)
    assert master.read_bit() == 1
    assert sensor.eeprom == bytes((30, 0xF6, 0x3F))
    master.command(0xCC, 0x4E, 1, 2, 0x7F)
    master.command(0xCC, 0xB8)
    assert master.read_bit() == 1
    assert master.scratchpad()[2:5] == bytes((30, 0xF6, 0x3F))


@pytest.mark.parametrize("parasite", [0, 1])
def test_read_power_supply(parasite: int) -> None:
    master = Master(DS18B20(parasite=parasite))
    master.command(0xCC, 0xB4)
    assert master.read_bit() == 1 - parasite


def test_parasite_power_is_silent_while_it_converts() -> None:
    master = Master(DS18B20(parasite=1))
    master.command(0xCC, 0x44)
    assert master.read_bit() == 1


def test_read_rom_and_match_rom() -> None:
    warm, cold = DS18B20(rom="28-1d39310200-00", temperature=30), DS18B20(rom=7, temperature=-5)
    alone = Master(DS18B20(rom=bytes.fromhex("281d3931020000f0")))
    alone.command(0x33)
    assert alone.read(8) == bytes.fromhex("281d3931020000f0")
    master = Master(warm, cold)
    master.convert()
    for sensor, raw in ((warm, 480), (cold, -80)):
        master.command(0x55, *sensor.rom, 0xBE)
        assert int.from_bytes(master.read(9)[:2], "little", signed=True) == raw
    master.command(0x55, *bytes(8), 0xBE)
    assert master.read(9) == b"\xff" * 9


def test_several_on_one_wire_answer_wired_and() -> None:
    high, low = DS18B20(temperature=0x0F / 16), DS18B20(temperature=0x3C / 16)
    master = Master(high, low)
    assert master.convert()[0] == 0x0F & 0x3C


def test_search_finds_all() -> None:
    sensors = [DS18B20(rom=serial) for serial in (0, 1, 2, 0xFFFF_FFFF_FFFF, 0x8000_0000_0000)] + [DS1822(rom=1)]
    master = Master(*sensors)
    assert master.search() == {sensor.rom for sensor in sensors}


def test_default_roms_differ_and_are_the_same_in_every_run() -> None:
    first, second = [DS18B20() for _ in range(3)], [DS18B20() for _ in range(3)]
    found = Master(*first).search()
    assert len(found) == 3
    assert found == Master(*second).search()


def test_alarm_search() -> None:
    hot, cold, fine = DS18B20(temperature=75), DS18B20(temperature=-10.5), DS18B20(temperature=74.9)
    master = Master(hot, cold, fine)
    assert master.search(0xEC) == set()
    master.command(0xCC, 0x4E, 75, 0xF5, 0x7F)
    master.convert()
    # -10.5 °C: bits 11 to 4 of the register are -11.
    assert master.search(0xEC) == {hot.rom, cold.rom}
    hot.temperature, cold.temperature = 20, -10
    master.convert()
    assert master.search(0xEC) == set()


def test_unknown_commands_are_silent_until_the_next_reset() -> None:
    master = Master(DS18B20())
    master.command(0x00)
    assert master.read(2) == b"\xff\xff"
    master.command(0xCC, 0x00)
    assert master.read(2) == b"\xff\xff"
    assert master.scratchpad() == POWER_ON


def test_reset_in_the_middle_of_an_answer() -> None:
    master = Master(DS18B20())
    master.command(0xCC, 0xBE)
    assert master.read(1) == b"\x50"
    assert master.scratchpad() == POWER_ON


def test_set_up_mistakes() -> None:
    for rom in ("28-zz", "10-000000000000", "28-00", b"\x28" + bytes(7), 1 << 48):
        with pytest.raises(ConfigError, match="ds18b20: rom="):
            DS18B20(rom=rom)
    with pytest.raises(ConfigError, match=r"ds18b20: temperature=126 is not within -55\.\.125 °C"):
        DS18B20(temperature=126)
    with pytest.raises(ConfigError, match="when it is attached"):
        _ = DS18B20().rom
