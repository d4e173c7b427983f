"""USB transfers: what a job costs through each bridge, beside the libraries that do the same and the chip's own least.

A transfer is one URB. On a real bus a transfer takes a (micro)frame and a program's wake-up whatever is in it, so their
number is what a bridge's speed comes down to. Each job runs on a simulated adapter of its own.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from benchmarks.measure import Result
from benchmarks.usb_drivers import (
    Driver,
    blinka_ft232h,
    blinka_mcp2221,
    ch341,
    easymcp2221,
    ft232h,
    mcp2221,
    pyftdi,
)
from machine_compat.mock.nets import connect
from machine_compat.mock.usb.bridge import Bridge
from machine_compat.mock.usb.ch341 import CH341A
from machine_compat.mock.usb.ft232h import FT232H
from machine_compat.mock.usb.host import VirtualHost
from machine_compat.mock.usb.mcp2221 import MCP2221A

SETTLE_NS = 20_000_000
ROUNDS, PASSES = 6, 4
CPU_AIM = 1.5
JOBS: Mapping[str, str] = {
    "write": "129-byte I2C write",
    "register": "14-byte register read",
    "scan": "I2C scan",
    "spi": "4,096-byte SPI exchange",
    "toggle": "GPIO toggle",
}


@dataclass(frozen=True, slots=True)
class Chip:
    """An adapter. loop: its MOSI and MISO. drivers: by the name of the library, ours first. least: transfers by job."""

    make: Callable[[], Bridge]
    loop: tuple[str, str] | None
    drivers: Mapping[str, Driver]
    least: Mapping[str, int]


CHIPS: Mapping[str, Chip] = {
    # One write of commands, one read of what they returned. An exchange of 4,096 bytes is 4,100 with its command; a
    # write can be longer than what the chip's two buffers of 1,024 hold by nothing, or nobody would read: three times.
    "FT232H": Chip(
        FT232H,
        ("AD1", "AD2"),
        {"ours": ft232h, "pyftdi": pyftdi, "Blinka": blinka_ft232h},
        {"write": 2, "register": 2, "scan": 2, "spi": 6, "toggle": 1},
    ),
    # A report and its answer are two. A write is a report for each 60 bytes and one that tells how it ended; a register
    # is written, read from and collected; an address is read from, found silent and the engine cancelled; of the 112
    # addresses two are here, which need no cancelling.
    "MCP2221A": Chip(
        MCP2221A,
        None,
        {"ours": mcp2221, "EasyMCP2221": easymcp2221, "Blinka": blinka_mcp2221},
        {"write": 2 * (3 + 1), "register": 2 * 3, "scan": 2 * (3 * 110 + 2 * 2), "toggle": 2},
    ),
    # A packet of 32 bytes that returns something is written and read; it asks for seven addresses, or moves 31 bytes.
    "CH341A": Chip(
        CH341A,
        ("D5", "D7"),
        {"ours": ch341},
        {"write": 2, "register": 2, "scan": 2 * 16, "spi": 2 * 133, "toggle": 1},
    ),
}


def measured(chip: Chip, driver: Driver, job: str, rounds: int = ROUNDS) -> tuple[int, float]:
    """USB transfers of a job, and its CPU seconds, the simulated chip's work included."""
    host = VirtualHost()
    adapter = host.plug(chip.make())
    if job == "spi" and chip.loop:
        connect(*map(adapter.terminal, chip.loop))
    elif job != "toggle":
        adapter.attach("24c512@i2c0:0x50")
        adapter.attach("registers@i2c0:0x68")
    with driver(host, job) as run:
        best = float("inf")
        # The first time may set things up.
        for _ in range(rounds):
            host.world.spend(SETTLE_NS)
            host.transfers.clear()
            began = time.process_time()
            run()
            best = min(best, time.process_time() - began)
        return len(host.transfers), best


def run() -> list[Result]:
    rows = []
    for name, chip in CHIPS.items():
        for job, least in chip.least.items():
            passes = [
                {library: measured(chip, driver, job) for library, driver in chip.drivers.items()}
                for _ in range(PASSES)
            ]
            found = {library: min(one[library] for one in passes) for library in chip.drivers}
            (count, cpu), *others = found.values()
            beside = ", ".join(f"{library} {there}" for library, (there, _) in found.items() if library != "ours")
            what = f"{name}: {JOBS[job]}; least {least}" + (f", {beside}" if beside else "")
            rows.append(Result("usb", what, count, min([least + 1, *(there for there, _ in others)]), "URBs"))
            if others:
                fastest = min(seconds for _, seconds in others)
                rows.append(
                    Result("usb", f"{name}: {JOBS[job]}, CPU time beside the next", cpu / fastest, CPU_AIM, "x")
                )
    return rows
