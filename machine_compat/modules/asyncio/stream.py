"""Streams: reading and writing a serial port, or anything else that can be polled, while other tasks run.

# Ref: MicroPython extmod/asyncio/stream.py
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol, Self

from machine_compat.machine.peripheral import readable
from machine_compat.machine.stream import POLLIN, POLLOUT
from machine_compat.modules.asyncio.loop import Loop
from machine_compat.modules.asyncio.task import Sleep

NOTHING: Mapping[str, object] = MappingProxyType({})


class Pollable(Protocol):
    """What a stream reads and writes; a method that has nothing to give or no room to take returns None."""

    def read(self, size: int, /) -> bytes | str | None: ...

    def readinto(self, buf: object, /) -> int | None: ...

    def readline(self) -> bytes | str | None: ...

    def write(self, data: object, /) -> int | None: ...

    def close(self) -> object: ...


class Stream:
    """Stream(s, e={}): s is what is read and written, e what `get_extra_info` tells. StreamReader and StreamWriter.

    `write` queues what the stream does not take at once, and `drain` sends it.
    """

    _loop: Loop

    def __init__(self, s: Pollable, e: Mapping[str, object] = NOTHING) -> None:
        self.s = s
        self.e = e
        self.out_buf = b""

    def get_extra_info(self, v: str) -> object:
        """KeyError for what is not known."""
        return self.e[v]

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.wait_closed()

    def close(self) -> None:
        """Nothing yet: `wait_closed` closes."""

    async def wait_closed(self) -> None:
        """Close what is read and written."""
        self.s.close()

    aclose = wait_closed

    # ---- reading

    async def read(self, n: int = -1) -> bytes | str:
        """Wait for something to read, and read at most `n` bytes of it; without a number, everything until the end."""
        data = b""
        while True:
            part = await self._part(n)
            if n >= 0:
                return part
            if not part:
                return data
            data += readable(part)

    async def readinto(self, buf: object) -> int | None:
        """Wait for something to read, and read it into a buffer; how much."""
        await self._loop.ready(self.s, POLLIN)
        return self.s.readinto(buf)

    async def readexactly(self, n: int) -> bytes:
        """Exactly `n` bytes; EOFError if the stream ends before."""
        data = b""
        while len(data) < n:
            part = await self._part(n - len(data))
            if not part:
                raise EOFError
            data += readable(part)
        return data

    async def readline(self) -> bytes:
        """Up to a newline, which is included, or the end."""
        line = b""
        while True:
            await self._loop.ready(self.s, POLLIN)
            part = self.s.readline()
            if part is None:
                continue
            line += readable(part)
            if not part or line.endswith(b"\n"):
                return line

    async def _part(self, n: int) -> bytes | str:
        """One read that gave something, or told of the end."""
        while True:
            await self._loop.ready(self.s, POLLIN)
            part = self.s.read(n)
            if part is not None:
                return part

    # ---- writing

    def write(self, buf: object) -> None:
        """Queue a buffer or str; what the stream takes at once is sent without `drain`."""
        taken = 0
        if not self.out_buf:
            taken = self.s.write(buf) or 0
        self.out_buf += readable(buf)[taken:]

    async def awrite(self, buf: object) -> None:
        """Write and drain."""
        self.write(buf)
        await self.drain()

    async def drain(self) -> None:
        """Wait until the stream has taken all that was written."""
        if not self.out_buf:
            # A loop that writes and drains must not keep the others from their turns.
            await Sleep(self._loop, 0)
        while self.out_buf:
            await self._loop.ready(self.s, POLLOUT)
            self.out_buf = self.out_buf[self.s.write(self.out_buf) or 0 :]
