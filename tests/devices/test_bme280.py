"""Holds the simulated BME280 and BMP280 to Bosch's data sheets, with the data sheets' own integer compensation."""

import struct

import pytest

from machine_compat.errors import ConfigError
from machine_compat.mock.chip import SPIChip
from machine_compat.mock.devices.bme280 import BME280, BME280SPI, BMP280, PARTS, Die, OnI2C
from machine_compat.mock.devices.bme280_trimming import fine_temperature, raw_pressure, raw_temperature
from machine_compat.mock.world import World

MS = 1_000_000
X1_FORCED = 0x25


class Driver:
    """Does what a driver does: reads the trimming words, starts measurements, compensates in integers."""

    def __init__(self, chip: Die) -> None:
        self.chip = chip
        self.world = World()
        chip.install(self.world, "chip")
        words = struct.unpack("<HhhHhhhhhhhh", self.read(0x88, 24))
        self.t, self.p = words[:3], words[3:]
        h1, e = self.read(0xA1, 1)[0], self.read(0xE1, 7)
        h4, h5 = e[3] << 4 | e[4] & 0x0F, e[5] << 4 | e[4] >> 4
        self.h = (h1, *struct.unpack("<hB", e[:3]), h4, h5, e[6])

    def read(self, register: int, count: int) -> bytes:
        chip = self.chip
        if isinstance(chip, SPIChip):
            chip.select()
            reply = chip.exchange(bytes([register | 0x80]) + bytes(count))[1:]
            chip.deselect()
            return reply
        assert isinstance(chip, OnI2C)
        assert chip.start(chip.address, False)
        assert chip.write_block(bytes([register])) == 1
        assert chip.start(chip.address, True)
        reply = chip.read_block(count)
        chip.stop()
        return reply

    def write(self, *pairs: int) -> None:
        chip = self.chip
        if isinstance(chip, SPIChip):
            chip.select()
            chip.exchange(bytes(b & 0x7F if place % 2 == 0 else b for place, b in enumerate(pairs)))
            chip.deselect()
            return
        assert isinstance(chip, OnI2C)
        assert chip.start(chip.address, False)
        assert chip.write_block(bytes(pairs)) == len(pairs)
        chip.stop()

    def wait(self, ms: float) -> None:
        self.world.run(self.world.now + round(ms * MS))

    def raw(self) -> tuple[int, int, int]:
        data = self.read(0xF7, 8)
        return int.from_bytes(data[0:3]) >> 4, int.from_bytes(data[3:6]) >> 4, int.from_bytes(data[6:8])

    def physical(self) -> tuple[float, float, float]:
        """°C, hPa, % RH."""
        raw_p, raw_t, raw_h = self.raw()
        celsius, t_fine = temperature(raw_t, *self.t)
        return celsius, pressure(raw_p, t_fine, *self.p), humidity(raw_h, t_fine, *self.h)


def temperature(raw: int, t1: int, t2: int, t3: int) -> tuple[float, int]:
    """BME280 4.2.3: int32, 0.01 °C."""
    linear = (((raw >> 3) - (t1 << 1)) * t2) >> 11
    square = (((((raw >> 4) - t1) * ((raw >> 4) - t1)) >> 12) * t3) >> 14
    t_fine = linear + square
    return ((t_fine * 5 + 128) >> 8) / 100, t_fine


def pressure(raw: int, t_fine: int, *p: int) -> float:
    """BME280 4.2.3: int64, Pa in Q24.8; here in hPa."""
    p1, p2, p3, p4, p5, p6, p7, p8, p9 = p
    a = t_fine - 128000
    offset = a * a * p6 + ((a * p5) << 17) + (p4 << 35)
    gain = ((a * a * p3) >> 8) + ((a * p2) << 12)
    gain = (((1 << 47) + gain) * p1) >> 33
    q = (((1048576 - raw) << 31) - offset) * 3125 // gain
    square = (p9 * (q >> 13) * (q >> 13)) >> 25
    linear = (p8 * q) >> 19
    return (((q + square + linear) >> 8) + (p7 << 4)) / 25600


def humidity(raw: int, t_fine: int, *h: int) -> float:
    """BME280 4.2.3: int32, % RH in Q22.10."""
    h1, h2, h3, h4, h5, h6 = h
    a = t_fine - 76800
    gain = (((((a * h6) >> 10) * (((a * h3) >> 11) + 32768)) >> 10) + 2097152) * h2 + 8192
    v = (((raw << 14) - (h4 << 20) - h5 * a + 16384) >> 15) * (gain >> 14)
    v -= ((((v >> 15) * (v >> 15)) >> 7) * h1) >> 4
    return (min(max(v, 0), 419430400) >> 12) / 1024


@pytest.fixture
def driver() -> Driver:
    return Driver(BME280())


# ---- compensation


def test_worked_example_of_the_bmp280_data_sheet() -> None:
    """Section 3.12: UT 519888 is 25.08 °C and UP 415148 is 100653 Pa."""
    driver = Driver(BMP280())
    assert driver.t == (27504, 26435, -1000)
    assert driver.p == (36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000)
    celsius, t_fine = temperature(519888, *driver.t)
    assert (celsius, t_fine) == (25.08, 128422)
    assert pressure(415148, t_fine, *driver.p) == pytest.approx(1006.53, abs=0.005)
    assert fine_temperature(519888) == pytest.approx(128422, abs=1)
    assert raw_temperature(25.0825) == pytest.approx(519888, abs=4)
    assert raw_pressure(100653.27, 128422.3) == pytest.approx(415148, abs=4)


@pytest.mark.parametrize("celsius", [-40.0, -0.01, 0.0, 21.5, 84.9])
@pytest.mark.parametrize("hectopascal", [300.0, 1013.25, 1100.0])
@pytest.mark.parametrize("percent", [0.0, 45.0, 99.0])
def test_a_driver_reads_what_the_face_says(driver: Driver, celsius: float, hectopascal: float, percent: float) -> None:
    chip = driver.chip
    assert isinstance(chip, BME280)
    chip.temperature, chip.pressure, chip.humidity = celsius, hectopascal, percent
    driver.write(0xF2, 5, 0xF4, 5 << 5 | 5 << 2 | 1)
    driver.wait(120)
    read = driver.physical()
    assert read[0] == pytest.approx(celsius, abs=0.011)
    assert read[1] == pytest.approx(hectopascal, abs=0.02)
    assert read[2] == pytest.approx(percent, abs=0.05)


def test_one_sample_resolves_sixteen_bits(driver: Driver) -> None:
    driver.chip.temperature = 21.5
    driver.write(0xF2, 1, 0xF4, X1_FORCED)
    driver.wait(8)
    raw_p, raw_t, _ = driver.raw()
    assert raw_p & 0xF == raw_t & 0xF == 0
    celsius, hectopascal, percent = driver.physical()
    assert celsius == pytest.approx(21.5, abs=0.01)
    assert hectopascal == pytest.approx(1013.25, abs=0.03)
    assert percent == pytest.approx(50, abs=0.05)


# ---- registers


def test_identity_and_reset_values(driver: Driver) -> None:
    assert driver.read(0xD0, 1) == b"\x60"
    assert driver.read(0xF2, 4) == bytes(4)
    assert driver.read(0xF7, 8) == bytes.fromhex("800000 800000 8000")
    bmp = Driver(BMP280())
    assert bmp.read(0xD0, 1) == b"\x58"
    assert bmp.read(0xA1, 1) == b"\0"
    assert bmp.read(0xE1, 7) == bytes(7)
    assert bmp.read(0xF7, 8) == bytes.fromhex("800000 800000 0000")


def test_writes_come_in_pairs_without_increment(driver: Driver) -> None:
    """Figure of 6.2.1: register address, data, register address, data."""
    driver.write(0xF2, 0x03, 0xF5, 0xA0, 0xF4, 0x24)
    assert driver.read(0xF2, 4) == bytes([3, 0, 0x24, 0xA0])


def test_read_only_and_reserved_bits_stay(driver: Driver) -> None:
    driver.write(0xD0, 0x00, 0x88, 0xFF, 0xF2, 0xFF, 0xF3, 0xFF, 0xF5, 0x02)
    assert driver.read(0xD0, 1) == b"\x60"
    assert driver.read(0x88, 2) == struct.pack("<H", 27504)
    assert driver.read(0xF2, 4) == bytes([7, 0, 0, 0])


def test_bmp280_has_no_humidity_control() -> None:
    driver = Driver(BMP280())
    driver.write(0xF2, 0x01)
    assert driver.read(0xF2, 1) == b"\0"


def test_reset_restores_everything_and_reloads_the_trimming(driver: Driver) -> None:
    driver.write(0xF2, 1, 0xF4, 0x27)
    driver.wait(10)
    driver.write(0xE0, 0xB5)
    assert driver.read(0xF4, 1) == b"\x27"
    driver.write(0xE0, 0xB6)
    assert driver.read(0xF2, 4) == b"\0\1\0\0"
    assert driver.read(0xF7, 8) == bytes.fromhex("800000 800000 8000")
    driver.wait(2)
    assert driver.read(0xF3, 1) == b"\0"
    assert driver.read(0xE0, 1) == b"\0"


def test_pointer_wraps_and_reads_go_on_from_it(driver: Driver) -> None:
    chip = driver.chip
    assert isinstance(chip, BME280)
    driver.read(0xD0, 0)
    chip.start(0x76, True)
    assert chip.read_block(1) == b"\x60"
    assert driver.read(0xFF, 2) == bytes(2)


# ---- modes


@pytest.mark.parametrize(
    ("ctrl_hum", "ctrl_meas", "ms"),
    [(0, 0x2D, 11.5), (1, X1_FORCED, 8.0), (5, 0xB5, 98.0), (0, 0x21, 3.0)],
    ids=["9.1 example with P x4", "all x1", "all x16", "T only"],
)
def test_measuring_lasts_its_typical_time(driver: Driver, ctrl_hum: int, ctrl_meas: int, ms: float) -> None:
    driver.write(0xF2, ctrl_hum, 0xF4, ctrl_meas)
    expected = 1.0 + 2 * [0, 1, 2, 4, 8, 16][ctrl_meas >> 5]
    for code in (ctrl_meas >> 2 & 7, ctrl_hum):
        expected += 2 * [0, 1, 2, 4, 8, 16][code] + 0.5 if code else 0
    assert ms == expected
    driver.wait(ms - 0.001)
    assert driver.read(0xF3, 1) == b"\x08"
    assert driver.read(0xF4, 1)[0] & 3 == 1
    assert driver.read(0xF7, 3) == b"\x80\0\0"
    driver.wait(0.001)
    assert driver.read(0xF3, 1) == b"\0"
    assert driver.read(0xF4, 1)[0] == ctrl_meas & 0xFC


def test_skipped_cells_keep_their_mark(driver: Driver) -> None:
    driver.write(0xF4, 0x21)
    driver.wait(10)
    raw_p, raw_t, raw_h = driver.raw()
    assert (raw_p, raw_h) == (0x80000, 0x8000)
    assert raw_t != 0x80000
    driver.write(0xF4, 0x05)
    driver.wait(10)
    assert driver.raw()[1] == 0x80000


def test_ctrl_hum_waits_for_ctrl_meas(driver: Driver) -> None:
    driver.write(0xF4, X1_FORCED)
    driver.write(0xF2, 1)
    driver.wait(10)
    assert driver.raw()[2] == 0x8000
    driver.write(0xF4, X1_FORCED)
    driver.wait(10)
    assert driver.raw()[2] != 0x8000


def test_forced_mode_measures_once(driver: Driver) -> None:
    driver.write(0xF4, X1_FORCED)
    driver.wait(10)
    driver.chip.temperature = 80
    driver.wait(1000)
    assert driver.physical()[0] == pytest.approx(25, abs=0.01)


def test_normal_mode_goes_on(driver: Driver) -> None:
    driver.write(0xF5, 1 << 5, 0xF4, 0x27)
    driver.wait(6)
    assert driver.physical()[0] == pytest.approx(25, abs=0.01)
    driver.chip.temperature = 30
    driver.wait(62)
    assert driver.read(0xF3, 1) == b"\x08"
    assert driver.physical()[0] == pytest.approx(25, abs=0.01)
    driver.wait(5.5)
    assert driver.read(0xF3, 1) == b"\0"
    assert driver.physical()[0] == pytest.approx(30, abs=0.01)


def test_a_year_of_normal_mode_is_one_step_and_stays_in_phase(driver: Driver) -> None:
    driver.write(0xF5, 1 << 5, 0xF4, 0x27)
    period = 68 * MS
    driver.world.run(500_000_000 * period + 5 * MS)
    assert driver.read(0xF3, 1) == b"\x08"
    driver.wait(1)
    assert driver.read(0xF3, 1) == b"\0"


def test_mode_change_waits_for_the_running_measurement(driver: Driver) -> None:
    driver.write(0xF4, 0x27)
    driver.wait(1)
    driver.write(0xF4, 0x24, 0xF4, 0x27)
    assert driver.read(0xF3, 1) == b"\x08"
    driver.wait(5)
    assert driver.read(0xF3, 2) == b"\0\x24"


def test_ctrl_hum_is_not_heard_while_a_mode_change_waits(driver: Driver) -> None:
    # Data sheet, 3.3.1.
    driver.write(0xF4, 0x27)
    driver.wait(1)
    driver.write(0xF2, 0x01, 0xF4, 0x24, 0xF2, 0x05)
    assert driver.read(0xF2, 1) == b"\x01"
    driver.wait(10)
    driver.write(0xF2, 0x05)
    assert driver.read(0xF2, 1) == b"\x05"


def test_filter_starts_with_the_first_value_and_halves_the_step(driver: Driver) -> None:
    driver.write(0xF5, 1 << 2)
    celsius = []
    for outside in (20, 30, 30, 30):
        driver.chip.temperature = outside
        driver.write(0xF4, X1_FORCED)
        driver.wait(10)
        celsius.append(driver.physical()[0])
    assert celsius == pytest.approx([20, 25, 27.5, 28.75], abs=0.02)


def test_filter_settles_on_the_truth(driver: Driver) -> None:
    driver.write(0xF5, 4 << 2, 0xF4, 0x27)
    driver.wait(10)
    driver.chip.temperature, driver.chip.pressure = -10, 950
    driver.wait(10_000)
    assert driver.physical()[:2] == pytest.approx((-10, 950), abs=0.02)


def test_a_burst_is_of_one_measurement(driver: Driver) -> None:
    """Section 4.1: the data registers are shadowed from the start of a read."""
    chip = driver.chip
    assert isinstance(chip, BME280)
    driver.write(0xF5, 0, 0xF4, 0x27)
    driver.wait(6)
    old = driver.read(0xF7, 6)
    chip.start(0x76, False)
    chip.write(0xF7)
    chip.start(0x76, True)
    head = chip.read_block(3)
    chip.temperature, chip.pressure = 60, 500
    driver.wait(100)
    assert head + chip.read_block(3) == old
    chip.stop()
    assert driver.read(0xF7, 6) != old


# ---- buses and set-up


def test_spi_speaks_the_same_registers() -> None:
    driver = Driver(BME280SPI(temperature=-5, pressure=880, humidity=70))
    assert driver.read(0xD0, 1) == b"\x60"
    driver.write(0xF2, 1, 0xF4, X1_FORCED)
    driver.wait(8)
    assert driver.physical() == pytest.approx((-5, 880, 70), abs=0.06)
    chip = driver.chip
    assert isinstance(chip, BME280SPI)
    chip.select()
    assert chip.preview() == 0xFF
    chip.exchange(b"\xd0")
    assert [chip.preview(), chip.preview()] == [0x60, 0x60]
    assert chip.exchange(b"\0") == b"\x60"


def test_addresses() -> None:
    assert BME280().addresses() == (0x76,)
    assert BMP280(0x77).addresses() == (0x77,)
    with pytest.raises(ConfigError, match="bme280: address='0x40' is none of 0x76, 0x77"):
        BME280(0x40)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"temperature": 90}, r"bme280: temperature=90 is not within -40..85 °C"),
        ({"pressure": 101325}, "300..1100 hPa"),
        ({"humidity": "wet"}, "humidity='wet' is not within 0..100 % RH"),
    ],
)
def test_impossible_air_is_a_config_error(options: dict[str, float], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        PARTS["bme280"](**options)


def test_parts_build_with_options() -> None:
    chip = PARTS["bme280"](address=0x77, temperature=21.5, humidity=40)
    assert isinstance(chip, BME280)
    assert (chip.address, chip.temperature, chip.humidity) == (0x77, 21.5, 40)
    assert set(PARTS) == {"bme280", "bmp280", "bme280_spi", "bmp280_spi"}
