"""Runs the benchmarks named on the command line, or all of them, and prints a table."""

import sys
from collections.abc import Callable

from benchmarks import buses, frame, hour, pin, start
from benchmarks.measure import Result

ALL: dict[str, Callable[[], list[Result]]] = {
    "frame": frame.run,
    "pin": pin.run,
    "i2c": buses.i2c,
    "spi": buses.spi,
    "hour": hour.run,
    "start": start.run,
}


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in ALL]
    if unknown:
        print(f"no benchmark {unknown[0]!r}; there are {', '.join(ALL)}", file=sys.stderr)
        return 2
    print(f"{'':8} {'what':58} {'measured':>9} {'':4}    {'aim':>6}  reached")
    for name in names or ALL:
        for result in ALL[name]():
            print(result.row(), flush=True)
    return 0


sys.exit(main(sys.argv[1:]))
