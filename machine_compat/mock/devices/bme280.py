"""This file simulates Bosch's BME280 (temperature, pressure, humidity) and BMP280 (no humidity), on I2C or SPI.

Ref: BME280 data sheet BST-BME280-DS002 rev. 1.6: 3.3 modes, 3.4 measurement flow, 4.1 data register
     shadowing, 5 registers, 6 interfaces, 9.1 measurement time.
Ref: BMP280 data sheet BST-BMP280-DS001 rev. 1.23: 3 modes and filter, 4 registers, 5 interfaces.
"""

from machine_compat.mock.chip import Chip, I2CChip, SPIChip
from machine_compat.mock.devices.bme280_converter import MS, STANDBY_BMP280_NS, STANDBY_NS, Air, Converter
from machine_compat.mock.devices.bme280_trimming import TRIMMING_88, TRIMMING_A1, TRIMMING_E1
from machine_compat.mock.options import one_of, within

ID, RESET, CTRL_HUM, STATUS, CTRL_MEAS, CONFIG, DATA = 0xD0, 0xE0, 0xF2, 0xF3, 0xF4, 0xF5, 0xF7
RESET_WORD = 0xB6

STARTUP_NS = 2 * MS


class Die(Chip):
    """What both parts and both buses share: the registers, and the face for tests.

    Writes to `config` in normal mode, which the silicon may ignore, take effect when the next measurement ends.
    """

    chip_id = 0x58
    standby_ns = STANDBY_BMP280_NS

    def __init__(self) -> None:
        super().__init__()
        self._air = Air()
        self._pointer = 0
        self._selecting = True
        self._power_on()
        self._loaded_ns = 0

    # ---- the face for tests

    @property
    def temperature(self) -> float:
        """What the sensor is exposed to, in °C (-40..85); ConfigError outside."""
        return self._air.temperature

    @temperature.setter
    def temperature(self, celsius: float) -> None:
        self._settle()
        self._air.temperature = within(self, "temperature", celsius, -40, 85, unit="°C")

    @property
    def pressure(self) -> float:
        """What the sensor is exposed to, in hPa (300..1100); ConfigError outside."""
        return self._air.pressure

    @pressure.setter
    def pressure(self, hectopascal: float) -> None:
        self._settle()
        self._air.pressure = within(self, "pressure", hectopascal, 300, 1100, unit="hPa")

    # ---- registers

    def _power_on(self) -> None:
        self._registers = bytearray(256)
        self._registers[0x88:0xA0] = TRIMMING_88
        self._registers[ID] = self.chip_id
        if self._air.humidity is not None:
            self._trim_humidity()
        self._converter = Converter(self._air, self.standby_ns)
        self._loaded_ns = self._now() + STARTUP_NS
        self._expose()

    def _trim_humidity(self) -> None:
        self._registers[0xA1] = TRIMMING_A1
        self._registers[0xE1:0xE8] = TRIMMING_E1

    def _expose(self) -> None:
        """Copy the results to the data registers; at the start of a read, so that a burst is of one moment (4.1)."""
        pressure, temperature, humidity = self._converter.raw
        words = (pressure << 4).to_bytes(3, "big") + (temperature << 4).to_bytes(3, "big")
        self._registers[DATA : DATA + 6] = words
        if self._air.humidity is not None:
            self._registers[DATA + 6 : DATA + 8] = humidity.to_bytes(2, "big")

    def _begin_read(self) -> None:
        self._settle()
        self._expose()

    def _next(self) -> int:
        """The register pointed to; the pointer moves on."""
        register = self._pointer
        self._pointer = register + 1 & 0xFF
        if register == STATUS:
            return self._status()
        if register == CTRL_MEAS and not self._converter.waiting:
            self._settle()
            return self._registers[CTRL_MEAS] & ~3 | self._converter.mode
        return self._registers[register]

    def _status(self) -> int:
        self._settle()
        now = self._now()
        return self._converter.measuring(now) << 3 | (now < self._loaded_ns)

    def _write(self, register: int, value: int) -> None:
        self._settle()
        if register == RESET and value == RESET_WORD:
            self._power_on()
        elif register == CTRL_HUM and self._air.humidity is not None:
            if not self._converter.waiting:
                self._registers[CTRL_HUM] = value & 0x07
        elif register == CONFIG:
            self._registers[CONFIG] = self._converter.config = value & 0xFD
        elif register == CTRL_MEAS and not self._converter.waiting:
            self._registers[CTRL_MEAS] = value
            self._converter.control(value, self._registers[CTRL_HUM], self._now())

    def _now(self) -> int:
        return self.world.now if self.attached else 0

    def _settle(self) -> None:
        self._converter.settle(self._now())


class Humid(Die):
    """What the BME280 has more: the humidity cell, and its own standby times."""

    chip_id = 0x60
    standby_ns = STANDBY_NS

    def __init__(self) -> None:
        super().__init__()
        self._air.humidity = 50.0
        self._trim_humidity()
        self._expose()

    @property
    def humidity(self) -> float:
        """What the sensor is exposed to, in % relative humidity (0..100); ConfigError outside."""
        return self._air.humidity or 0.0

    @humidity.setter
    def humidity(self, percent: float) -> None:
        self._settle()
        self._air.humidity = within(self, "humidity", percent, 0, 100, unit="% RH")


class OnI2C(I2CChip, Die):
    """The I2C interface (6.2): writes are pairs of register and value, reads go on from the register named last."""

    default_address = 0x76

    def __init__(self, address: int | None = None) -> None:
        super().__init__(address)
        one_of(self, "address", f"{self.address:#x}", ("0x76", "0x77"))

    def start(self, address: int, read: bool) -> bool:
        self._selecting = True
        if read:
            self._begin_read()
        return True

    def write(self, byte: int) -> bool:
        if self._selecting:
            self._pointer = byte
        else:
            self._write(self._pointer, byte)
        self._selecting = not self._selecting
        return True

    def read(self) -> int:
        return self._next()


class OnSPI(SPIChip, Die):
    """The SPI interface (6.3): a control byte (bit 7 set: read) and register values; writes are pairs."""

    def __init__(self) -> None:
        super().__init__()
        self._reading = False

    def select(self) -> None:
        self._selecting = True
        self._reading = False

    def preview(self) -> int:
        if not self._reading:
            return 0xFF
        pointer = self._pointer
        value = self._next()
        self._pointer = pointer
        return value

    def exchange(self, data: bytes) -> bytes:
        reply = bytearray(b"\xff" * len(data))
        for place, byte in enumerate(data):
            if self._reading:
                reply[place] = self._next()
            elif self._selecting:
                self._pointer = byte | 0x80
                self._reading = byte >= 0x80
                self._selecting = False
                if self._reading:
                    self._begin_read()
            else:
                self._write(self._pointer, byte)
                self._selecting = True
        return bytes(reply)


class BMP280(OnI2C):
    """A BMP280 on I2C, exposed to a temperature in °C and a pressure in hPa."""

    def __init__(self, address: int | None = None, *, temperature: float = 25.0, pressure: float = 1013.25) -> None:
        super().__init__(address)
        self.temperature = temperature
        self.pressure = pressure


class BME280(OnI2C, Humid):
    """A BME280 on I2C, exposed to a temperature in °C, a pressure in hPa and a relative humidity in %."""

    def __init__(
        self,
        address: int | None = None,
        *,
        temperature: float = 25.0,
        pressure: float = 1013.25,
        humidity: float = 50.0,
    ) -> None:
        super().__init__(address)
        self.temperature = temperature
        self.pressure = pressure
        self.humidity = humidity


class BMP280SPI(OnSPI):
    """A BMP280 on SPI."""

    def __init__(self, *, temperature: float = 25.0, pressure: float = 1013.25) -> None:
        super().__init__()
        self.temperature = temperature
        self.pressure = pressure


class BME280SPI(OnSPI, Humid):
    """A BME280 on SPI."""

    def __init__(self, *, temperature: float = 25.0, pressure: float = 1013.25, humidity: float = 50.0) -> None:
        super().__init__()
        self.temperature = temperature
        self.pressure = pressure
        self.humidity = humidity


PARTS = {"bme280": BME280, "bmp280": BMP280, "bme280_spi": BME280SPI, "bmp280_spi": BMP280SPI}
