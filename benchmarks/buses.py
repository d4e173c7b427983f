"""Whole transactions on the simulated buses."""

from benchmarks.measure import Result, seconds
from machine_compat.simulation import SimulatedBoard

CALLS = 2_000


def i2c() -> list[Result]:
    with SimulatedBoard("pico") as board:
        board.attach("registers@i2c0:0x68")
        bus = board.machine.I2C(0, freq=400_000)
        buffer = bytearray(14)

        def read() -> None:
            for _ in range(CALLS):
                bus.readfrom_mem_into(0x68, 0x3B, buffer)

        each = seconds(read) / CALLS
    return [Result("i2c", "readfrom_mem_into of 14 bytes from a register chip", each * 1e6, 10, "us")]


def spi() -> list[Result]:
    with SimulatedBoard("pico") as board:
        board.attach("spimemory@spi0:GP17,limit=65536")
        machine = board.machine
        bus = machine.SPI(0, baudrate=20_000_000)
        select = machine.Pin(17, machine.Pin.OUT, value=1)
        block = bytes(4_096)

        def write() -> None:
            for _ in range(CALLS):
                bus.write(block)

        select(0)
        each = seconds(write) / CALLS
        select(1)
    return [Result("spi", "write of 4,096 bytes to a chip that keeps them", each * 1e6, 20, "us")]
