"""pyftdi, a driver nobody here wrote, on the simulated FTDI chips: I2C, SPI, GPIO, serial port and EEPROM."""

from collections.abc import Iterator

import pytest
from pyftdi.eeprom import FtdiEeprom
from pyftdi.gpio import GpioAsyncController, GpioMpsseController, GpioSyncController
from pyftdi.i2c import I2cController, I2cNackError
from pyftdi.serialext import serial_for_url
from pyftdi.spi import SpiController

from machine_compat.mock.nets import connect
from machine_compat.mock.usb.ft232h import FT232H, FT2232H, FT4232H
from machine_compat.mock.usb.host import VirtualHost

MS = 1_000_000
GPIO_NS = 500
"""How long the engine takes to set a bank, after USB has delivered the command."""
URL = "ftdi://ftdi:232h:FT1/1"


@pytest.fixture
def bridge(pyftdi_host: VirtualHost) -> FT232H:
    return pyftdi_host.plug(FT232H(serial="FT1"))


# ---- I2C


@pytest.fixture
def i2c(bridge: FT232H) -> Iterator[I2cController]:
    bridge.attach("bme280@i2c0:0x76")
    bridge.attach("24c32@i2c0:0x50")
    controller = I2cController()
    controller.configure(URL)
    yield controller
    controller.terminate()


def test_i2c_reads_a_register(i2c: I2cController) -> None:
    assert i2c.get_port(0x76).exchange([0xD0], 1) == b"\x60"


@pytest.mark.parametrize("frequency", [100_000, 400_000, 1_000_000])
def test_i2c_finds_who_is_there_at_any_speed(bridge: FT232H, frequency: int) -> None:
    bridge.attach("bme280@i2c0:0x76")
    bridge.attach("24c32@i2c0:0x50")
    controller = I2cController()
    controller.configure(URL, frequency=frequency)
    controller.set_retry_count(1)
    assert [address for address in range(8, 0x78) if controller.poll(address)] == [0x50, 0x76]
    controller.terminate()


def test_i2c_writes_a_page_and_reads_it_back(bridge: FT232H, i2c: I2cController) -> None:
    port = i2c.get_port(0x50)
    port.write(b"\x01\x00" + bytes(range(32)))
    bridge.world.spend(10 * MS)
    assert port.exchange([0x01, 0x00], 32) == bytes(range(32))
    assert port.exchange([0x01, 0x00], 2048)[:32] == bytes(range(32))


def test_i2c_without_a_target_is_a_nack(i2c: I2cController) -> None:
    with pytest.raises(I2cNackError):
        i2c.get_port(0x31).write(b"x")


def test_i2c_costs_pyftdi_a_round_trip_a_byte(pyftdi_host: VirtualHost, i2c: I2cController) -> None:
    port = i2c.get_port(0x50)
    pyftdi_host.transfers.clear()
    port.write(bytes(129))
    assert pyftdi_host.transfers.counts() == {0x02: 131, 0x81: 131}


def test_i2c_on_chips_that_cannot_drive_low_only(pyftdi_host: VirtualHost) -> None:
    bridge = pyftdi_host.plug(FT2232H(serial="FT2"))
    bridge.attach("bme280@i2c1:0x77")
    controller = I2cController()
    controller.configure("ftdi://ftdi:2232h:FT2/2")
    assert controller.get_port(0x77).exchange([0xD0], 1) == b"\x60"
    controller.terminate()


def test_i2c_with_a_clock_that_is_held(bridge: FT232H) -> None:
    """SCL wired back to AD7: the engine waits for a target that holds it."""
    bridge.attach("24c32@i2c0:0x50")
    connect(bridge.terminal("AD0"), bridge.terminal("AD7"))
    controller = I2cController()
    controller.configure(URL, clockstretching=True)
    port = controller.get_port(0x50)
    assert port.exchange([0, 0], 2) == b"\xff\xff"
    stretcher = bridge.wires.socket("i2c0").leg("scl")
    world = bridge.world
    world.after(200_000, lambda: stretcher.pull_low(True))
    world.after(900_000, lambda: stretcher.pull_low(False))
    began = world.now
    assert port.exchange([0, 0], 2) == b"\xff\xff"
    assert world.now - began > 900_000
    controller.terminate()


# ---- SPI


@pytest.fixture
def spi(bridge: FT232H) -> Iterator[SpiController]:
    bridge.attach("w25q16@spi0:AD3")
    controller = SpiController()
    controller.configure(URL)
    yield controller
    controller.terminate()


@pytest.mark.parametrize("frequency", [100_000, 6_000_000, 30_000_000])
def test_spi_reads_an_id_in_halves_and_at_once(spi: SpiController, frequency: int) -> None:
    port = spi.get_port(0, freq=frequency, mode=0)
    assert port.exchange([0x9F], 3) == b"\xef\x40\x15"
    assert port.exchange([0x9F, 0, 0, 0], duplex=True) == b"\xff\xef\x40\x15"


def test_spi_programs_a_page(bridge: FT232H, spi: SpiController) -> None:
    port = spi.get_port(0, freq=12e6, mode=0)
    port.exchange([0x06])
    port.exchange(bytes([0x02, 0, 0, 0]) + bytes(range(256)))
    bridge.world.spend(10 * MS)
    assert port.exchange([0x03, 0, 0, 0], 2048) == bytes(range(256)) + b"\xff" * 1792


def test_spi_clocks_at_the_speed_it_was_told(bridge: FT232H, spi: SpiController) -> None:
    port = spi.get_port(0, freq=1e6, mode=0)
    port.exchange([0x9F], 3)
    edges = bridge.terminal("AD0").net.edges
    pulses = edges[-64:]
    assert pulses[-1] - pulses[-16] == 7500


def test_spi_in_a_mode_the_chip_does_not_speak_is_shifted(bridge: FT232H, spi: SpiController) -> None:
    """The flash moves its output on the edge at which mode 2 samples."""
    assert spi.get_port(0, freq=1e6, mode=2).exchange([0x9F, 0, 0, 0], duplex=True) != b"\xff\xef\x40\x15"


def test_spi_chip_select_and_spare_pins(bridge: FT232H, spi: SpiController) -> None:
    gpio = spi.get_gpio()
    gpio.set_direction(0x30, 0x10)
    for level in (1, 0):
        gpio.write(level << 4)
        bridge.world.spend(GPIO_NS)
        assert bridge.terminal("AD4").level == level
    assert gpio.read() & 0x20
    bridge.attach("button@AD5").press()
    assert not gpio.read() & 0x20


# ---- GPIO


def levels(bridge: FT232H, bank: str) -> int:
    return sum(bridge.terminal(f"{bank}{bit}").level << bit for bit in range(8))


def test_gpio_through_the_engine_on_both_banks(bridge: FT232H) -> None:
    gpio = GpioMpsseController()
    gpio.configure(URL, direction=0xFF0F, initial=0x1205, frequency=1e6)
    assert gpio.read() == (0x12F5,)
    assert (levels(bridge, "AC"), levels(bridge, "AD")) == (0x12, 0xF5)
    gpio.write(0xA50A)
    bridge.world.spend(2 * GPIO_NS)
    assert (levels(bridge, "AC"), levels(bridge, "AD")) == (0xA5, 0xFA)
    gpio.close()


def test_gpio_reads_what_is_on_the_wire(bridge: FT232H) -> None:
    gpio = GpioMpsseController()
    gpio.configure(URL, direction=0x0000, frequency=1e6)
    button = bridge.attach("button@AC3")
    assert gpio.read() == (0xFFFF,)
    button.press()
    assert gpio.read() == (0xF7FF,)
    gpio.close()


def test_gpio_as_plain_bit_bang(bridge: FT232H) -> None:
    gpio = GpioAsyncController()
    gpio.configure(URL, direction=0x0F, initial=0x5)
    assert (gpio.read(), levels(bridge, "AD")) == (0xF5, 0xF5)
    gpio.write(0xA)
    assert gpio.read(3, peek=False) == b"\xfa\xfa\xfa"
    gpio.close()


def test_gpio_in_step_answers_what_the_pins_were_before(bridge: FT232H) -> None:
    gpio = GpioSyncController()
    gpio.configure(URL, direction=0x0F, initial=0x5)
    assert gpio.exchange(bytes([1, 2, 4, 8])) == b"\xf5\xf1\xf2\xf4"
    gpio.close()


# ---- serial port and EEPROM


@pytest.mark.parametrize("baudrate", [1200, 115_200, 3_000_000])
def test_the_serial_port_of_the_chip(bridge: FT232H, baudrate: int) -> None:
    connect(bridge.terminal("AD0"), bridge.terminal("AD1"))
    port = serial_for_url(URL, baudrate=baudrate, timeout=1)
    port.write(b"hello")
    assert port.read(5) == b"hello"
    port.close()


@pytest.mark.parametrize(("letter", "number"), [("A", 1), ("D", 4)])
def test_a_serial_port_of_four(pyftdi_host: VirtualHost, letter: str, number: int) -> None:
    bridge = pyftdi_host.plug(FT4232H(serial="FT4"))
    connect(bridge.terminal(f"{letter}D0"), bridge.terminal(f"{letter}D1"))
    port = serial_for_url(f"ftdi://ftdi:4232h:FT4/{number}", baudrate=9600, timeout=1)
    port.write(b"hello")
    assert port.read(5) == b"hello"
    port.close()


def test_the_eeprom_is_read_and_written(bridge: FT232H) -> None:
    eeprom = FtdiEeprom()
    eeprom.open(URL)
    assert (eeprom.serial, eeprom.product, eeprom.manufacturer) == ("FT1", "FT232H", "FTDI")
    eeprom.set_serial_number("FT9")
    eeprom.commit(dry_run=False)
    eeprom.close()
    eeprom = FtdiEeprom()
    eeprom.open(URL)
    assert eeprom.serial == "FT9"
    eeprom.close()
