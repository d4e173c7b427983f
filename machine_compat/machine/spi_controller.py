"""What machine.SPI and machine.SoftSPI have in common: the transfer methods, over one `SPIBus.transfer`.

# Ref: MicroPython extmod/machine_spi.c
"""

from machine_compat.contract import SPIBus
from machine_compat.errors import BusError
from machine_compat.machine.peripheral import Peripheral, fail, readable, to_int, writable


class SPIController(Peripheral):
    """Transfers of an SPI controller; chip select is the script's own Pin."""

    _kind = "SPI"
    _bus: SPIBus

    def bind(self, channel: SPIBus, /) -> None:
        self._bus = channel

    def _transfer(self, out: bytes, want_reply: bool) -> bytes:
        try:
            with self._board.interrupts:
                return self._bus.transfer(out, want_reply)
        except BusError as error:
            fail(self._board, self._kind, error)

    def read(self, nbytes: int, write: int = 0x00, /) -> bytes:
        """Read `nbytes` bytes while clocking out `write` for each."""
        return self._transfer(bytes([to_int(write) & 0xFF]) * to_int(nbytes), True)

    def readinto(self, buf: object, write: int = 0x00, /) -> None:
        """Fill a buffer while clocking out `write` for each byte."""
        view = writable(buf)
        view[:] = self._transfer(bytes([to_int(write) & 0xFF]) * len(view), True)

    def write(self, buf: object, /) -> None:
        """Write a buffer."""
        self._transfer(readable(buf), False)

    def write_readinto(self, write_buf: object, read_buf: object, /) -> None:
        """Write one buffer while filling another of the same length, which may be the same one."""
        out = readable(write_buf)
        view = writable(read_buf)
        if len(out) != len(view):
            raise ValueError("buffers must be the same length")
        view[:] = self._transfer(out, True)
