"""`machine-compat scan`: which addresses answer on a board's I2C buses, and which chips those may be.

Nothing that could change a chip is sent: an empty write, or where EEPROMs are usual (some take it for a command) and
where the adapter has no empty write, a read of one byte.
"""

import re
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from machine_compat import registry
from machine_compat.commands.choice import choose
from machine_compat.commands.report import say
from machine_compat.contract import I2CBus, I2CConfig, Read, Write, natural
from machine_compat.errors import BusError, ConfigError, Fault, Unsupported
from machine_compat.profile import Profile

ADDRESSES = range(0x08, 0x78)
READ_ONLY = (*range(0x30, 0x38), *range(0x50, 0x60))
"""Asked by reading, as i2cdetect does: an empty write can corrupt an AT24RF08."""
LIKELY = {
    0x0D: "QMC5883L",
    0x10: "VEML7700",
    0x18: "MCP9808, LIS3DH",
    0x19: "LIS3DH",
    0x1D: "ADXL345, MMA8452",
    0x1E: "HMC5883L",
    0x20: "PCF8574, MCP23017",
    0x23: "BH1750",
    0x27: "LCD with PCF8574, MCP23017",
    0x28: "BNO055",
    0x29: "VL53L0X, TSL2591",
    0x36: "MAX17048, AS5600",
    0x38: "AHT20, PCF8574A",
    0x39: "APDS-9960, TSL2561",
    0x3C: "SSD1306, SH1106",
    0x3D: "SSD1306, SH1106",
    0x3F: "LCD with PCF8574A",
    0x40: "INA219, PCA9685, HTU21D, Si7021",
    0x44: "SHT31",
    0x45: "SHT31",
    0x48: "ADS1115, TMP102, LM75, PCF8591",
    0x49: "ADS1115, TMP102, LM75",
    0x4C: "MMA7660",
    0x53: "ADXL345",
    0x57: "MAX30102, 24Cxx EEPROM",
    0x58: "SGP30",
    0x5A: "MLX90614, MPR121, CCS811",
    0x60: "MCP4725, Si5351",
    0x61: "SCD30",
    0x62: "SCD40",
    0x68: "DS3231, DS1307, MPU-6050",
    0x69: "MPU-6050",
    0x6B: "LSM6DS3",
    0x70: "HT16K33, TCA9548A",
    0x76: "BME280, BMP280, MS5611",
    0x77: "BME280, BMP180, MS5611",
} | dict.fromkeys((0x50, 0x51, 0x52, 0x54, 0x55, 0x56), "24Cxx EEPROM")
"""Chips that are often met at an address; data sheets of each."""


def scan(asked: str | None, start: Path = Path()) -> int:
    """Print what answers on each bus; 0, or 1 where no bus could be asked."""
    profile, origin = choose(asked, start)
    if registry.address(profile.backend).scheme == "mock":
        raise ConfigError(f"board {profile.name} is simulated, and has what --attach hangs on it; say --board rpi")
    say(f"board {profile.name}: {profile.description}; {origin}")
    reached = False
    with closing(registry.open_backend(profile.backend, profile.wiring())) as backend:
        refs = buses(profile)
        if not refs:
            say("there is no I2C bus; machine-compat doctor tells what would help")
        for ref in refs:
            try:
                with closing(backend.i2c(ref)) as bus:
                    bus.configure(I2CConfig(100_000))
                    lines = list(answers(bus))
            except (ConfigError, BusError) as error:
                sys.stdout.write(f"{ref}: {error}\n")
                continue
            reached = True
            sys.stdout.write(f"{ref}: {'' if lines else 'nobody answers'}\n")
            sys.stdout.writelines(f"  {line}\n" for line in lines)
    return 0 if reached else 1


def buses(profile: Profile, dev: Path = Path("/dev")) -> list[str]:
    """The refs of a board's I2C buses; of a board that names none, those the computer has."""
    named = [ref for ref, bus in profile.buses.items() if bus.kind == "i2c"]
    if named or not profile.open_pins:
        return sorted(named, key=natural)
    found = (re.fullmatch(r"i2c-(\d+)", path.name) for path in dev.iterdir())
    return sorted((f"i2c{match[1]}" for match in found if match), key=natural)


def answers(bus: I2CBus) -> Iterator[str]:
    """A line for each address where somebody is; BusError when the bus itself is out of order."""
    for address in ADDRESSES:
        likely = LIKELY.get(address, "")
        try:
            probe(bus, address)
            yield f"{address:#04x}  {likely}".rstrip()
        except BusError as error:
            if error.fault is Fault.BUSY:
                yield f"{address:#04x}  {error}"
            elif error.fault is not Fault.NACK_ADDRESS:
                raise


def probe(bus: I2CBus, address: int) -> None:
    """Ask whether somebody acknowledges an address; BusError when nobody does."""
    if address not in READ_ONLY:
        try:
            bus.transfer(address, [Write(b"")])
            return
        except Unsupported:
            pass
    bus.transfer(address, [Read(1)])
