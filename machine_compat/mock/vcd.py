"""Writes what happens on the wires as a VCD file, which PulseView, sigrok and GTKWave open.

# Ref: IEEE 1364-2005, section 18 (value change dump).
"""

import heapq
import re
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from typing import TextIO

from machine_compat.mock.world import Traced, World

FLUSH_BEYOND = 4_096
"""Changes kept in memory; a transaction is drawn ahead of time, so they come out of order."""


class VCDTracer:
    """A Tracer that writes to a stream when it is closed; until then the changes are in a temporary file.

    Only wires that changed appear. Their names are the pins and bus signals they join: GP5_i2c0_scl.
    """

    def __init__(self, stream: TextIO, world: World) -> None:
        self._stream = stream
        self._world = world
        with ExitStack() as opened:
            self._body = opened.enter_context(tempfile.TemporaryFile("w+", encoding="ascii"))
            self._files = opened.pop_all()
        self._pending: list[tuple[int, int, str, int]] = []
        self._serial = 0
        self._codes: dict[int, str] = {}
        self._nets: dict[str, Traced] = {}
        self._first: dict[str, int] = {}
        self._levels: dict[str, int] = {}
        self._time = -1

    def edge(self, net: Traced, level: int, time: int) -> None:
        self._add(self._code(net, 1 - level), time, level)

    def drawn(self, net: Traced, changes: Sequence[tuple[int, int]]) -> None:
        if changes:
            code = self._code(net, net.level)
            for time, level in changes:
                self._add(code, time, level)

    def close(self) -> None:
        """Write the file."""
        self._write(until=None)
        out = self._stream
        out.write("$version machine_compat $end\n$timescale 1 ns $end\n$scope module board $end\n")
        taken: set[str] = set()
        for code, net in self._nets.items():
            out.write(f"$var wire 1 {code} {unique(label(net.name), taken)} $end\n")
        out.write("$upscope $end\n$enddefinitions $end\n#0\n$dumpvars\n")
        out.writelines(f"{level}{code}\n" for code, level in self._first.items())
        out.write("$end\n")
        self._body.seek(0)
        for line in self._body:
            out.write(line)
        out.write(f"#{max(self._world.now, self._time)}\n")
        out.flush()
        self._files.close()

    def _code(self, net: Traced, before: int) -> str:
        code = self._codes.get(id(net))
        if code is None:
            code = self._codes[id(net)] = identifier(len(self._codes))
            self._nets[code] = net
            self._first[code] = self._levels[code] = before
        return code

    def _add(self, code: str, time: int, level: int) -> None:
        self._serial += 1
        heapq.heappush(self._pending, (time, self._serial, code, level))
        if len(self._pending) > FLUSH_BEYOND:
            self._write(until=self._world.now)

    def _write(self, until: int | None) -> None:
        """Write the changes that nothing can come before any more."""
        pending = self._pending
        while pending and (until is None or pending[0][0] < until):
            time, _, code, level = heapq.heappop(pending)
            if self._levels[code] == level:
                continue
            self._levels[code] = level
            if time != self._time:
                self._time = time
                self._body.write(f"#{time}\n")
            self._body.write(f"{level}{code}\n")


def identifier(number: int) -> str:
    """A VCD identifier: printable ASCII, shortest first."""
    text = ""
    number += 1
    while number:
        number, digit = divmod(number - 1, 94)
        text = chr(33 + digit) + text
    return text


def label(name: str) -> str:
    """A wire's name for the file: its pins and bus signals, without the board's own name where there is but one."""
    parts = [part.strip() for part in name.split("=")]
    boards = {part.split(".")[0] for part in parts if "@" not in part}
    own = [part for part in parts if "@" not in part] or parts
    if len(boards) == 1:
        own = [part.partition(".")[2] or part for part in own]
    return "_".join(re.sub(r"[^A-Za-z0-9]+", "_", part) for part in own)


def unique(name: str, taken: set[str]) -> str:
    """The name, or a numbered one where it is taken."""
    chosen, number = name, 2
    while chosen in taken:
        chosen, number = f"{name}_{number}", number + 1
    taken.add(chosen)
    return chosen
