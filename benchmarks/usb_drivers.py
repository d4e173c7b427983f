"""The same five jobs done by this library and by those it is compared with, each on a simulated adapter of its own.

A driver takes the virtual host, with the adapter plugged in, and gives a call for each job that it can do.
"""

import importlib
import itertools
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

from machine_compat.backends.ch341 import CH341Backend
from machine_compat.backends.ft232h import FT232HBackend
from machine_compat.backends.mcp2221 import MCP2221Backend
from machine_compat.board import Board, use
from machine_compat.bridge.backend import BridgeBackend
from machine_compat.interpreter.life import Life, Program
from machine_compat.mock.usb.hid_module import hid_module
from machine_compat.mock.usb.host import VirtualHost
from machine_compat.profile import load

EEPROM, CHIP, REGISTER, COUNT = 0x50, 0x68, 0x3B, 14
PAGE = bytes(129)
BLOCK = bytes(range(256)) * 16
PIECES = [BLOCK[at : at + 2_000] for at in range(0, len(BLOCK), 2_000)]
"""What of a block pyftdi can exchange at once: it writes all before it reads, and the chip's buffers are full then."""
HZ, SPI_HZ = 400_000, 10_000_000
ADDRESSES = range(0x08, 0x78)
URL = "ftdi://ftdi:232h:FT1/1"
BACKENDS: Mapping[str, tuple[type[BridgeBackend[Any]], str]] = {
    "ft232h": (FT232HBackend, "D4"),
    "mcp2221": (MCP2221Backend, "G0"),
    "ch341": (CH341Backend, "D0"),
}

Job = Callable[[], object]
Driver = Callable[[VirtualHost, str], "Any"]


class WorldTime:
    """`time` for a driver that waits by itself, in the world of its adapter."""

    def __init__(self, host: VirtualHost) -> None:
        self._world = host.world

    def monotonic(self) -> float:
        return self._world.now / 1e9

    perf_counter = monotonic

    def sleep(self, seconds: float) -> None:
        self._world.spend(round(seconds * 1e9))


@contextmanager
def ours(host: VirtualHost, job: str, board_name: str) -> Iterator[Job]:
    """This library, as a script has it."""
    backend_class, name = BACKENDS[board_name]
    profile = load(board_name)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        backend = backend_class(profile.wiring(), usb_backend=host.backend(), clock=host.clock)
        board = stack.enter_context(closing(Board(profile, backend)))
        stack.callback(use, use(board))
        machine: Any = Life(board, Program(folder / "main.py")).loader.load("machine")
        if job == "spi":
            spi = machine.SPI(0, baudrate=SPI_HZ if board_name == "ft232h" else 1_500_000)
            received = bytearray(len(BLOCK))
            yield lambda: spi.write_readinto(BLOCK, received)
        elif job == "toggle":
            yield machine.Pin(name, machine.Pin.OUT).toggle
        else:
            i2c = machine.I2C(0, freq=HZ)
            yield {
                "write": lambda: i2c.writeto(EEPROM, PAGE),
                "register": lambda: i2c.readfrom_mem(CHIP, REGISTER, COUNT),
                "scan": i2c.scan,
            }[job]


def ft232h(host: VirtualHost, job: str) -> Any:
    return ours(host, job, "ft232h")


def mcp2221(host: VirtualHost, job: str) -> Any:
    return ours(host, job, "mcp2221")


def ch341(host: VirtualHost, job: str) -> Any:
    return ours(host, job, "ch341")


# ---- FT232H


@contextmanager
def in_place_of_libusb(host: VirtualHost) -> Iterator[None]:
    """While it lasts, pyftdi finds the host's devices and no others."""
    from pyftdi.usbtools import UsbTools

    with host.in_place_of_libusb():
        UsbTools.UsbDevices.clear()
        try:
            yield
        finally:
            UsbTools.release_all_devices()
            UsbTools.UsbDevices.clear()


@contextmanager
def pyftdi(host: VirtualHost, job: str) -> Iterator[Job]:
    from pyftdi.gpio import GpioMpsseController
    from pyftdi.i2c import I2cController
    from pyftdi.spi import SpiController

    with in_place_of_libusb(host):
        if job == "spi":
            spi = SpiController()
            spi.configure(URL)
            port = spi.get_port(0, freq=SPI_HZ, mode=0)
            yield lambda: b"".join(port.exchange(piece, duplex=True) for piece in PIECES)
        elif job == "toggle":
            gpio = GpioMpsseController()
            gpio.configure(URL, direction=0x10, initial=0, frequency=1e6)
            levels = itertools.cycle((0x10, 0))
            yield lambda: gpio.write(next(levels))
        else:
            i2c = I2cController()
            i2c.configure(URL, frequency=HZ)
            yield {
                "write": lambda: i2c.get_port(EEPROM).write(PAGE),
                "register": lambda: i2c.get_port(CHIP).exchange([REGISTER], COUNT),
                "scan": lambda: [address for address in ADDRESSES if i2c.poll(address)],
            }[job]


@contextmanager
def blinka_ft232h(host: VirtualHost, job: str) -> Iterator[Job]:
    from adafruit_blinka.microcontroller.ftdi_mpsse.mpsse.i2c import I2C
    from adafruit_blinka.microcontroller.ftdi_mpsse.mpsse.pin import Pin
    from adafruit_blinka.microcontroller.ftdi_mpsse.mpsse.spi import SPI

    with in_place_of_libusb(host):
        Pin.mpsse_gpio = None
        if job == "spi":
            spi = SPI()
            spi.init(baudrate=SPI_HZ)
            yield lambda: [spi.write_readinto(piece, bytearray(len(piece))) for piece in PIECES]
        elif job == "toggle":
            pin = Pin(4)
            pin.init(Pin.OUT)
            levels = itertools.cycle((1, 0))
            yield lambda: pin.value(next(levels))
        else:
            i2c = I2C(frequency=HZ)
            yield {
                "write": lambda: i2c.writeto(EEPROM, PAGE),
                "register": lambda: i2c.writeto_then_readfrom(CHIP, bytes((REGISTER,)), bytearray(COUNT)),
                "scan": i2c.scan,
            }[job]
        Pin.mpsse_gpio = None


# ---- MCP2221A


@contextmanager
def fresh(host: VirtualHost, package: str) -> Iterator[None]:
    """While it lasts, a package imports anew, and what it imports as hidapi is the virtual host's."""
    before = dict(sys.modules)
    mine = [name for name in sys.modules if name == package or name.startswith(f"{package}.")]
    for name in mine:
        del sys.modules[name]
    sys.modules["hid"] = hid_module(host)
    try:
        yield
    finally:
        for name in [name for name in sys.modules if name == "hid" or name.startswith(package)]:
            del sys.modules[name]
        sys.modules.update({name: before[name] for name in (*mine, "hid") if name in before})


@contextmanager
def easymcp2221(host: VirtualHost, job: str) -> Iterator[Job]:
    with fresh(host, "EasyMCP2221"):
        module: Any = importlib.import_module("EasyMCP2221")
        importlib.import_module("EasyMCP2221.MCP2221").__dict__["time"] = WorldTime(host)
        chip = module.Device(read_timeout=1_000)
        chip.I2C_speed(HZ)
        chip.set_pin_function(gp0="GPIO_OUT")

        def there(address: int) -> bool:
            try:
                chip.I2C_read(address)
            except module.exceptions.NotAckError:
                return False
            return True

        levels = itertools.cycle((True, False))

        def register() -> bytes:
            chip.I2C_write(CHIP, bytes((REGISTER,)), kind="nonstop")
            data: bytes = chip.I2C_read(CHIP, COUNT, kind="restart")
            return data

        yield {
            "write": lambda: chip.I2C_write(EEPROM, PAGE),
            "register": register,
            "scan": lambda: [address for address in ADDRESSES if there(address)],
            "toggle": lambda: chip.GPIO_write(gp0=next(levels)),
        }[job]


@contextmanager
def blinka_mcp2221(host: VirtualHost, job: str) -> Iterator[Job]:
    package = "adafruit_blinka.microcontroller.mcp2221"
    before = os.environ.get("BLINKA_MCP2221_RESET_DELAY")
    os.environ["BLINKA_MCP2221_RESET_DELAY"] = "-1"
    with fresh(host, package):
        try:
            driver: Any = importlib.import_module(f"{package}.mcp2221")
        finally:
            del os.environ["BLINKA_MCP2221_RESET_DELAY"]
            if before is not None:
                os.environ["BLINKA_MCP2221_RESET_DELAY"] = before
        driver.time = WorldTime(host)
        pin = importlib.import_module(f"{package}.pin").G0
        pin.init(pin.OUT)
        i2c = importlib.import_module(f"{package}.i2c").I2C(frequency=HZ)
        levels = itertools.cycle((1, 0))
        yield {
            "write": lambda: i2c.writeto(EEPROM, PAGE),
            "register": lambda: i2c.writeto_then_readfrom(CHIP, bytes((REGISTER,)), bytearray(COUNT)),
            "scan": i2c.scan,
            "toggle": lambda: pin.value(next(levels)),
        }[job]
