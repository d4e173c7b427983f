"""This file shows that Linux's own drivers drive the simulated USB chips, and our backend what they make of them."""

import errno
import time
from contextlib import closing
from pathlib import Path

import gpiod
import pytest
import serial
from gpiod.line import Direction, Value
from smbus2 import SMBus, i2c_msg

from machine_compat import registry
from machine_compat.contract import I2CConfig, Read, Write
from machine_compat.errors import BusError, Fault
from machine_compat.interpreter.direct import open_board
from machine_compat.profile import load
from tests.bench.usb import USB
from tests.same_script_boards import run_directly

MCP2221 = ("mcp2221_start", "hid-mcp2221", "usbhid", "i2c-dev")
I2C_TINY_USB = ("i2c-tiny-usb", "i2c-dev")
GPIO = {"pins": bytes((0x08, 0x08, 0x08, 0x08))}
"""An MCP2221A's flash that makes all pins GPIO, and inputs."""


def run(folder: Path, *lines: str) -> str:
    """What a script prints on the board `linux`."""
    script = folder / "main.py"
    script.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return run_directly(open_board(load("linux"), folder), script, folder)


# ---- MCP2221A: hid-mcp2221


def test_mcp2221_i2c_through_smbus2() -> None:
    chips = "bme280@i2c0:0x76", "24c32@i2c0:0x50"
    with USB("mcp2221", *chips, drivers=MCP2221) as bridge, SMBus(bridge.node("i2c-*")) as bus:
        assert bus.read_byte_data(0x76, 0xD0) == 0x60
        bus.i2c_rdwr(i2c_msg.write(0x50, [0, 0, *b"by the kernel"]))
        time.sleep(0.01)
        read = i2c_msg.read(0x50, 13)
        bus.i2c_rdwr(i2c_msg.write(0x50, [0, 0]), read)
        assert bytes(read) == b"by the kernel"
        with pytest.raises(OSError, match=f"Errno {errno.ENXIO}"):
            bus.i2c_rdwr(i2c_msg.write(0x33, [0]))
        assert bus.read_byte_data(0x76, 0xD0) == 0x60


def test_mcp2221_i2c_through_our_backend(tmp_path: Path) -> None:
    """The chip does nothing with an empty message, and this driver takes that for an answer: a scan reads instead."""
    with USB("mcp2221", "bme280@i2c0:0x76", "24c32@i2c0:0x50", drivers=MCP2221) as bridge:
        output = run(
            tmp_path,
            "from machine import I2C",
            f"i2c = I2C({bridge.node('i2c-*')!r})",
            "print(i2c.scan())",
            "print(i2c.readfrom_mem(0x76, 0xD0, 1))",
            "try:",
            "    i2c.writeto(0x33, b'x')",
            "except OSError as error:",
            "    print(error)",
            "print(i2c.readfrom_mem(0x50, 0, 2, addrsize=16))",
        )
        assert output == "[80, 118]\nb'`'\n[Errno 19] ENODEV\nb'\\xff\\xff'\n"


def test_mcp2221_pins_are_a_gpiochip() -> None:
    with USB("mcp2221", drivers=MCP2221, options=GPIO) as bridge:
        settings = gpiod.LineSettings(direction=Direction.OUTPUT)
        with gpiod.request_lines(bridge.node("gpiochip*"), config={0: settings}) as lines:
            for value in (Value.ACTIVE, Value.INACTIVE):
                lines.set_value(0, value)
                assert bridge.pin("GP0").level == value.value


def test_linux_6_1_takes_the_direction_of_an_mcp2221_pin_for_its_level() -> None:
    """A bug of that kernel's driver (bugzilla 216736, mended in 6.2), which our backend cannot see through."""
    with USB("mcp2221", drivers=MCP2221, options=GPIO) as bridge:
        bridge.pin("GP1").drive(0)
        settings = gpiod.LineSettings(direction=Direction.INPUT)
        with gpiod.request_lines(bridge.node("gpiochip*"), config={1: settings}) as lines:
            assert bridge.pin("GP1").level == 0
            assert lines.get_value(1) is Value.ACTIVE


def test_mcp2221_serial_port(tmp_path: Path) -> None:
    with USB("mcp2221", "echo@uart0", drivers=("cdc_acm",)) as bridge:
        output = run(
            tmp_path,
            "from machine import UART",
            f"uart = UART({bridge.node('ttyACM*')!r}, 115200, timeout=5000, timeout_char=500)",
            "print(uart.write(b'hello'), uart.read(5))",
        )
        assert output == "5 b'hello'\n"


# ---- FT232H: ftdi_sio


def test_ft232h_serial_port() -> None:
    with (
        USB("ft232h", "echo@uart0", drivers=("ftdi_sio",)) as bridge,
        serial.Serial(bridge.node("ttyUSB*"), 115_200, timeout=10) as port,
    ):
        port.write(bytes(range(200)))
        assert port.read(200) == bytes(range(200))


def test_ft232h_serial_port_through_our_backend(tmp_path: Path) -> None:
    with USB("ft232h", "echo@uart0", drivers=("ftdi_sio",)) as bridge:
        output = run(
            tmp_path,
            "from machine import UART",
            f"uart = UART({bridge.node('ttyUSB*')!r}, 9600, timeout=5000, timeout_char=500)",
            "print(uart.write(b'hello'), uart.read(5))",
        )
        assert output == "5 b'hello'\n"


# ---- i2c-tiny-usb


def test_i2c_tiny_usb_through_our_backend(tmp_path: Path) -> None:
    with USB("i2c_tiny_usb", "bme280@i2c0:0x76", "24c32@i2c0:0x50", drivers=I2C_TINY_USB) as bridge:
        output = run(
            tmp_path,
            "from machine import I2C",
            f"i2c = I2C({bridge.node('i2c-*')!r})",
            "print(i2c.scan(), i2c.readfrom_mem(0x76, 0xD0, 1))",
            "try:",
            "    i2c.readfrom(0x33, 1)",
            "except OSError as error:",
            "    print(error)",
            "i2c.writeto(0x50, b'\\0\\0tiny')",
            "import time",
            "time.sleep_ms(10)",
            "print(i2c.readfrom_mem(0x50, 0, 4, addrsize=16))",
        )
        assert output == "[80, 118] b'`'\n[Errno 19] ENODEV\nb'tiny'\n"


def test_i2c_tiny_usb_does_not_tell_which_byte_was_refused() -> None:
    """A chip that acknowledges its address and no data looks absent, as the kernel is told no more."""
    profile = load("linux")
    with (
        USB("i2c_tiny_usb", "24c32@i2c0:0x50", drivers=I2C_TINY_USB) as bridge,
        closing(registry.open_backend(profile.backend, profile.wiring())) as backend,
    ):
        bus = backend.i2c(bridge.node("i2c-*"))
        bus.configure(I2CConfig())
        assert bus.transfer(0x50, [Write(b"\0\0"), Read(1)]) == b"\xff"
        bridge.detach("24c32")
        with pytest.raises(BusError) as caught:
            bus.transfer(0x50, [Write(b"\0\0"), Read(1)])
        assert (caught.value.fault, caught.value.acked) == (Fault.NACK_ADDRESS, 0)
