"""What machine.I2C and machine.SoftI2C have in common: every transfer method, over one `I2CBus.transfer`.

# Ref: MicroPython extmod/machine_i2c.c
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import NoReturn

from machine_compat.contract import I2CBus, Op, Read, Write
from machine_compat.errors import BusError, Fault, Unsupported
from machine_compat.interrupts import Interrupts
from machine_compat.machine.peripheral import Peripheral, fail, readable, to_int, writable
from machine_compat.oserror import os_error

SCANNED = range(0x08, 0x78)
"""The addresses that `scan` asks: the others are reserved."""


class I2CController(Peripheral):
    """Transfers of an I2C controller. Errors are OSErrors with the port's errno; their cause is a BusError."""

    _kind = "I2C"
    _bus: I2CBus
    _kept: tuple[int, list[Op]] | None = None
    _holds = True

    def bind(self, channel: I2CBus, /) -> None:
        self._bus = channel

    # ---- the one way to the wire

    def _transfer(self, address: int, ops: Sequence[Op], stop: bool = True) -> bytes:
        """Run the ops as one transfer. Where the bus cannot be held, writes without STOP wait for the next call."""
        if self._kept is not None:
            ops = self._take_kept(address, ops)
        with self._board.interrupts:
            if stop:
                return self._bus.transfer(address, ops)
            if self._holds:
                try:
                    return self._bus.transfer(address, ops, False)
                except Unsupported:
                    self._holds = False
            if any(type(op) is Read for op in ops):
                return self._bus.transfer(address, ops)
            self._keep(address, ops)
            return b""

    def _keep(self, address: int, ops: Sequence[Op]) -> None:
        """Hold writes back until the next call; a reset or the end of the board's life sends them off."""
        if self._flush_kept not in self._board.at_reset:
            self._board.at_reset.append(self._flush_kept)
        self._kept = (address, list(ops))

    def _flush_kept(self) -> None:
        # A target that is gone by then cannot be told of to anybody.
        with suppress(BusError):
            self._send_kept()

    def _take_kept(self, address: int, ops: Sequence[Op]) -> Sequence[Op]:
        """The ops with those kept back for the same address before them; those for another are sent off now."""
        kept, self._kept = self._kept, None
        if kept is None:
            return ops
        if kept[0] == address:
            return [*kept[1], *ops]
        self._kept = kept
        self._send_kept()
        return ops

    def _send_kept(self) -> None:
        kept, self._kept = self._kept, None
        if kept is not None:
            with self._board.interrupts:
                self._bus.transfer(kept[0], kept[1])

    def _failed(self, error: BusError, probe: bool = False) -> int:
        """Raise what this port raises; or the count of acknowledged bytes where a data NACK is no error."""
        board = self._board
        if board.port.errno_of(self._kind, error.fault) is not None:
            kind = f"{self._kind} probe" if probe and error.fault is Fault.NACK_ADDRESS else self._kind
            fail(board, kind, error)
        return error.acked

    # ---- plain transfers

    def scan(self) -> list[int]:
        """The addresses that answer, ascending; asked with empty writes, which change nothing in a chip."""
        self._flush()
        try:
            return present(self._bus, self._board.interrupts)
        except BusError as error:
            fail(self._board, self._kind, error)

    def readfrom(self, addr: int, nbytes: int, stop: object = True, /) -> bytes:
        """Read `nbytes` bytes."""
        nbytes = to_int(nbytes)
        refused = self._board.port.i2c_empty_read if self._kind == "I2C" and not nbytes else None
        if refused is not None:
            raise os_error(refused)
        try:
            return self._transfer(to_int(addr), (Read(nbytes),), bool(stop))
        except BusError as error:
            self._failed(error)
            return bytes(nbytes)

    def readfrom_into(self, addr: int, buf: object, stop: object = True, /) -> None:
        """Fill a buffer."""
        view = writable(buf)
        view[:] = self.readfrom(addr, len(view), stop)

    def writeto(self, addr: int, buf: object, stop: object = True, /) -> int:
        """Write a buffer; returns the number of ACKs received."""
        data = readable(buf)
        address = to_int(addr)
        try:
            try:
                self._transfer(address, (Write(data),), bool(stop))
            except Unsupported:
                if data:
                    raise
                # Nothing to write asks who is there; an adapter without empty messages can ask by reading.
                self._transfer(address, (Read(1),))
        except BusError as error:
            return self._failed(error, probe=not data)
        return len(data)

    def writevto(self, addr: int, vector: object, stop: object = True, /) -> int:
        """Write the buffers of a tuple or list as one message; returns the number of ACKs received."""
        if not isinstance(vector, tuple | list):
            raise TypeError(f"object '{type(vector).__name__}' isn't a tuple or list")
        return self.writeto(addr, b"".join(map(readable, vector)), stop)

    # ---- memory transfers

    def readfrom_mem(self, addr: int, memaddr: int, arg: int, *, addrsize: int = 8) -> bytes:
        """Read `arg` bytes from register `memaddr`: a write of the address, a repeated START, a read."""
        count = to_int(arg)
        try:
            return self._transfer(to_int(addr), (Write(memory_address(memaddr, addrsize)), Read(count)))
        except BusError as error:
            self._failed(error)
            return bytes(count)

    def readfrom_mem_into(self, addr: int, memaddr: int, arg: object, *, addrsize: int = 8) -> None:
        """Fill a buffer from register `memaddr`."""
        view = writable(arg)
        try:
            view[:] = self._transfer(to_int(addr), (Write(memory_address(memaddr, addrsize)), Read(len(view))))
        except BusError as error:
            self._failed(error)

    def writeto_mem(self, addr: int, memaddr: int, arg: object, *, addrsize: int = 8) -> None:
        """Write a buffer to register `memaddr`: address and data are one message."""
        try:
            self._transfer(to_int(addr), (Write(memory_address(memaddr, addrsize) + readable(arg)),))
        except BusError as error:
            self._failed(error)

    # ---- primitives, which only SoftI2C has

    def start(self) -> None:
        unsupported()

    def stop(self) -> None:
        unsupported()

    def readinto(self, buf: object, nack: object = True, /) -> None:
        unsupported()

    def write(self, buf: object, /) -> int:
        unsupported()

    def _flush(self) -> None:
        """Send off what is kept back, with a STOP."""
        try:
            self._send_kept()
        except BusError as error:
            self._failed(error)


def present(bus: I2CBus, interrupts: Interrupts) -> list[int]:
    """The addresses that answer. Handlers run in between where the bus asks for one at a time, as on a board."""
    at_once = isinstance(bus, I2CBus) and type(bus).scan is not I2CBus.scan
    found: list[int] = []
    for addresses in [SCANNED] if at_once else [(address,) for address in SCANNED]:
        with interrupts:
            found += bus.scan(addresses)
    return found


def unsupported() -> NoReturn:
    raise OSError("I2C operation not supported")


def memory_address(memaddr: int, addrsize: int) -> bytes:
    """The register address as sent: big-endian, its low `addrsize` bits; none at all for addrsize 0."""
    if addrsize == 8:
        return bytes((to_int(memaddr) & 0xFF,))
    size = to_int(addrsize)
    if size & 7 or not 0 <= size <= 32:
        raise ValueError("invalid addrsize")
    return (to_int(memaddr) & (1 << size) - 1).to_bytes(size // 8, "big")
