"""EasyMCP2221, a driver nobody here wrote, on the simulated MCP2221A: I2C, GPIO, ADC, DAC, interrupt, flash."""

import types
from typing import Any

import pytest

from machine_compat.mock.nets import Terminal, connect
from machine_compat.mock.usb.host import VirtualHost
from machine_compat.mock.usb.mcp2221 import MCP2221A

MS = 1_000_000


@pytest.fixture
def chip(host: VirtualHost) -> MCP2221A:
    chip = host.plug(MCP2221A(serial="M1"))
    chip.attach("bme280@i2c0:0x76")
    chip.attach("24c32@i2c0:0x50")
    return chip


@pytest.fixture
def mcp(chip: MCP2221A, easymcp: types.ModuleType) -> Any:
    return easymcp.Device(read_timeout=1000)


def wire(chip: MCP2221A, pin: str) -> Terminal:
    """Something outside that is soldered to a pin."""
    outside = Terminal(chip.world, f"probe at {pin}")
    connect(outside, chip.terminal(pin))
    return outside


def test_it_is_found_by_its_serial_number(host: VirtualHost, chip: MCP2221A, easymcp: types.ModuleType) -> None:
    host.plug(MCP2221A(serial="M2"))
    assert easymcp.Device(usbserial="M2").usbserial == "M2"
    with pytest.raises(RuntimeError, match="No device found with serial number M3"):
        easymcp.Device(usbserial="M3")


# ---- I2C


def test_i2c_reads_a_register_with_a_repeated_start(mcp: Any) -> None:
    mcp.I2C_write(0x76, b"\xd0", kind="nonstop")
    assert mcp.I2C_read(0x76, 1, kind="restart") == b"\x60"


@pytest.mark.parametrize("speed", [50_000, 100_000, 400_000])
def test_i2c_finds_who_is_there_and_recovers_from_every_nack(mcp: Any, easymcp: types.ModuleType, speed: int) -> None:
    mcp.I2C_speed(speed)
    found = []
    for address in range(8, 0x78):
        try:
            mcp.I2C_read(address)
            found.append(address)
        except easymcp.exceptions.NotAckError:
            continue
    assert found == [0x50, 0x76]


@pytest.mark.parametrize("count", [1, 59, 60, 61, 100, 201])
def test_i2c_reads_in_chunks(mcp: Any, chip: MCP2221A, count: int) -> None:
    for page in range(0, 224, 32):
        mcp.I2C_write(0x50, bytes((0, page, *range(page, page + 32))))
        chip.world.spend(10 * MS)
    mcp.I2C_write(0x50, b"\0\0", kind="nonstop")
    assert mcp.I2C_read(0x50, count, kind="restart") == bytes(range(count))


def test_i2c_writes_in_chunks(mcp: Any, chip: MCP2221A, host: VirtualHost) -> None:
    memory = chip.attach("24c512@i2c0:0x51")
    host.transfers.clear()
    mcp.I2C_write(0x51, b"\0\0" + bytes(range(127)))
    assert memory.save()[:127] == bytes(range(127))
    assert host.transfers.counts()[0x03] == host.transfers.counts()[0x83] >= 5


def test_i2c_slave_objects(mcp: Any, chip: MCP2221A) -> None:
    slave = mcp.I2C_Slave(0x50, reg_bytes=2)
    slave.write_register(0x20, b"hello")
    chip.world.spend(10 * MS)
    assert slave.read_register(0x20, 5) == b"hello"


def test_i2c_with_a_line_that_is_held(mcp: Any, chip: MCP2221A, easymcp: types.ModuleType) -> None:
    for pin, error in (("SDA", easymcp.exceptions.LowSDAError), ("SCL", easymcp.exceptions.LowSCLError)):
        finger = wire(chip, pin)
        finger.pull_low(True)
        with pytest.raises(error):
            mcp.I2C_read(0x50)
        finger.pull_low(False)
        assert mcp.I2C_read(0x50) == b"\xff"


# ---- pins


def test_gpio(mcp: Any, chip: MCP2221A) -> None:
    mcp.set_pin_function(gp0="GPIO_OUT", gp1="GPIO_IN", gp2="GPIO_OUT", gp3="GPIO_IN", out2=True)
    assert [chip.terminal(f"GP{pin}").level for pin in (0, 2)] == [0, 1]
    mcp.GPIO_write(gp0=True, gp2=False)
    wire(chip, "GP1").drive(1)
    assert mcp.GPIO_read() == (1, 1, 0, 0)
    mcp.set_pin_function(gp3="ADC")
    with pytest.raises(RuntimeError, match="GP3 is not assigned to GPIO"):
        mcp.GPIO_write(gp3=True)
    assert mcp.GPIO_read() == (1, 1, 0, None)


def test_adc_and_its_references(mcp: Any, chip: MCP2221A) -> None:
    mcp.set_pin_function(gp1="ADC", gp2="ADC", gp3="ADC")
    mcp.ADC_config(ref="VDD")
    wire(chip, "GP1").supply(1.65)
    wire(chip, "GP2").supply(0.5)
    wire(chip, "GP3").drive(1)
    assert mcp.ADC_read() == (512, 155, 1023)
    mcp.ADC_config(ref="1.024V")
    assert mcp.ADC_read() == (1023, 500, 1023)
    mcp.ADC_config(ref="OFF")
    assert mcp.ADC_read()[1] == 1023


def test_dac_and_its_references(mcp: Any, chip: MCP2221A) -> None:
    mcp.set_pin_function(gp2="DAC")
    mcp.DAC_config(ref="VDD")
    mcp.DAC_write(16)
    assert chip.terminal("GP2").volts == pytest.approx(1.65)
    mcp.DAC_config(ref="2.048V")
    mcp.DAC_write(31)
    assert chip.terminal("GP2").volts == pytest.approx(31 / 32 * 2.048)
    mcp.set_pin_function(gp0="GPIO_OUT")
    assert chip.terminal("GP2").volts == pytest.approx(31 / 32 * 2.048)


@pytest.mark.parametrize(
    ("edge", "seen"), [("rising", [1, 0]), ("falling", [0, 1]), ("both", [1, 1]), ("none", [0, 0])]
)
def test_interrupt_on_change(mcp: Any, chip: MCP2221A, edge: str, seen: list[int]) -> None:
    line = wire(chip, "GP1")
    line.drive(0)
    mcp.set_pin_function(gp1="IOC")
    mcp.IOC_config(edge=edge)
    mcp.IOC_clear()
    flags = []
    for level in (1, 0):
        line.drive(level)
        flags.append(mcp.IOC_read())
        mcp.IOC_clear()
    assert flags == seen
    assert mcp.IOC_read() == 0


def test_clock_output(mcp: Any, chip: MCP2221A) -> None:
    mcp.set_pin_function(gp1="CLK_OUT")
    mcp.clock_config(25, "375kHz")
    wave = chip.terminal("GP1").wave
    assert (wave.period, wave.high) == (2666, 666)
    mcp.set_pin_function(gp1="GPIO_IN")
    assert chip.terminal("GP1").wave is None


# ---- flash and reset


def test_what_is_saved_is_there_after_a_reset(mcp: Any, chip: MCP2221A, host: VirtualHost) -> None:
    mcp.set_pin_function(gp0="GPIO_OUT", out0=True, gp1="GPIO_IN", gp2="DAC", gp3="GPIO_IN")
    mcp.DAC_config(ref="4.096V", out=8)
    mcp.save_config()
    mcp.set_pin_function(gp0="GPIO_IN")
    host.unplug(chip)
    host.plug(chip)
    assert chip.terminal("GP0").level == 1
    assert chip.terminal("GP2").volts == pytest.approx(1.024)


def test_a_reset_brings_it_back_on_the_bus(
    mcp: Any, chip: MCP2221A, host: VirtualHost, easymcp: types.ModuleType
) -> None:
    mcp.set_pin_function(gp0="GPIO_OUT", out0=True)
    mcp.send_cmd([0x70, 0xAB, 0xCD, 0xEF])
    host.world.spend(500 * MS)
    assert chip.terminal("GP0").level == 0
    assert host.log[-2:] == ["port 1: disconnected", "port 1: 04d8:00dd at address 3"]
    assert easymcp.Device().I2C_read(0x50) == b"\xff"


def test_the_flash_says_who_it_is(mcp: Any) -> None:
    info = mcp.read_flash_info()
    assert (info["USB_SERIAL"], info["USB_VENDOR"]) == ("M1", "Microchip Technology Inc.")
    assert (info["CHIP_SETTINGS"]["vid"], info["CHIP_SETTINGS"]["ma"]) == ("0x04D8", 100)
    assert info["GP_SETTINGS"]["GP2"]["func"] == "USBCFG"
