"""Runs the benchmarks named on the command line, or all that this computer can, and prints a table."""

import os
import sys
from collections.abc import Callable

from benchmarks import buses, frame, hour, pin, start, usb
from benchmarks.measure import Result
from machine_compat.errors import choices


def linux() -> list[Result]:
    """The benchmark whose libraries and devices only the bench has."""
    from benchmarks.linux import run

    return run()


EVERYWHERE: dict[str, Callable[[], list[Result]]] = {
    "frame": frame.run,
    "pin": pin.run,
    "i2c": buses.i2c,
    "spi": buses.spi,
    "hour": hour.run,
    "start": start.run,
    "usb": usb.run,
}
IN_THE_BENCH: dict[str, Callable[[], list[Result]]] = {"linux": linux}
ALL = EVERYWHERE | IN_THE_BENCH
GUEST = "BENCH_GUEST" in os.environ


def main(names: list[str]) -> int:
    for name in names:
        if name not in ALL:
            print(f"no benchmark {name!r}; {choices(name, ALL)}", file=sys.stderr)
            return 2
        if name in IN_THE_BENCH and not GUEST:
            bench = f"scripts/bench-vm '.venv/bin/python -m benchmarks {name}'"
            print(f"benchmark {name!r} runs on the bench's kernel only: {bench}", file=sys.stderr)
            return 2
    print(f"{'':8} {'what':58} {'measured':>9} {'':4}    {'aim':>6}  reached")
    for name in names or EVERYWHERE:
        for result in ALL[name]():
            print(result.row(), flush=True)
    return 0


sys.exit(main(sys.argv[1:]))
