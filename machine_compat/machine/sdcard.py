"""`machine.SDCard`: a memory card in a slot, as a block device.

# Ref: MicroPython ports/esp32/machine_sdcard.c, ports/stm32/sdcard.c
"""

import errno
from typing import Any, Self

from machine_compat.contract import CardChannel, CardConfig
from machine_compat.errors import BusError, Fault
from machine_compat.machine.peripheral import Peripheral, fail, readable, to_int, writable
from machine_compat.machine.pins import bus_of, bus_pin
from machine_compat.profile import Bus

BLOCK = 512
STANDARD_LIMIT = 2 << 30
"""The most bytes of a standard-capacity card."""


class SDCard(Peripheral):
    """SDCard(*, slot=1, width=1, cd=None, wp=None, miso, mosi, sck, cs, freq=20000000)

    slot: 1 is the SD/MMC interface, others are SPI buses whose pins may be chosen. width: data lines. cd and wp are
    switches that simulated slots do not have: a card is there while it is attached. On stm32 there is one slot, which
    power() switches on, and no argument. Raises ValueError "invalid slot number" and for a width that cannot be.
    """

    _place: Bus
    _channel: CardChannel

    def __new__(cls, **options: Any) -> Self:
        board = cls._board
        if board.port.sdcard_single:
            if options:
                raise TypeError("extra keyword arguments given")
            place = bus_of(board, "sd", 1, "SDCard")
            return board.singleton((cls, place.ref), lambda: object.__new__(cls))
        return object.__new__(cls)

    def __init__(
        self,
        *,
        slot: int = 1,
        width: int = 1,
        cd: object = None,
        wp: object = None,
        miso: object = None,
        mosi: object = None,
        sck: object = None,
        cs: object = None,
        freq: int = 20_000_000,
    ) -> None:
        board = self._board
        if board.port.sdcard_single and hasattr(self, "_place"):
            # The slot's one object stays as it is.
            return
        number = to_int(slot)
        if f"sd{number}" not in board.profile.buses:
            raise ValueError("invalid slot number")
        self._place = bus_of(board, "sd", number, "SDCard")
        if number == 1 and to_int(width) not in (1, 4):
            raise ValueError("width must be 1 or 4 (or 8 on slot 0)")
        self._ready = False
        pins = {"clk": sck, "cmd": mosi, "dat0": miso, "dat3": cs}
        refs = {signal: bus_pin(board, self._place, signal, pin, "invalid pin") for signal, pin in pins.items()}
        for ref in refs.values():
            if ref is not None:
                board.claim(ref, self._lost, "SDCard")
        lines = 4 if board.port.sdcard_single else to_int(width) if number == 1 else 1
        try:
            board.card(self._place.ref, self)
            self._channel.configure(CardConfig(max(1, to_int(freq)), lines, **refs))
        except BusError as error:
            fail(board, "SDCard", error)

    def bind(self, channel: CardChannel, /) -> None:
        self._channel = channel

    def _lost(self) -> None:
        """A pin became something else."""

    def deinit(self) -> None:
        """Let go of the slot; the card is started anew when it is next used."""
        self._ready = False

    # ---- the card

    def _start(self) -> bool:
        """Whether a card is there and started."""
        if not self._ready and not self._board.port.sdcard_single:
            self._ready = self._channel.blocks() > 0
        return self._ready

    def present(self) -> bool:
        """Whether a card is in the slot."""
        return self._channel.blocks() > 0

    def power(self, state: object, /) -> bool:
        """Switch the card on or off; whether that went well."""
        self._ready = bool(state) and self.present()
        return self._ready or not state

    def info(self) -> tuple[int, ...] | None:
        """(bytes, block size), on stm32 with the kind of card besides, 1 above 2 GiB, or None while it is off.

        Raises OSError ETIMEDOUT, elsewhere, when there is no card.
        """
        size = self._channel.blocks() * BLOCK
        if self._board.port.sdcard_single:
            return (size, BLOCK, int(size > STANDARD_LIMIT)) if self._ready else None
        if not self._start():
            fail(self._board, "SDCard", BusError(Fault.TIMEOUT, message=f"no card is in {self._place.ref}"))
        return size, BLOCK

    # ---- blocks

    def readblocks(self, block_num: int, buf: object, /) -> int | bool:
        """Read whole blocks into a buffer; 0, or a negative errno; False on esp32 when there is no card."""
        if not self._start():
            return self._absent()
        view = writable(buf)
        try:
            data = self._channel.read(to_int(block_num), len(view) // BLOCK)
        except BusError:
            return -errno.EIO
        view[: len(data)] = data
        return 0

    def writeblocks(self, block_num: int, buf: object, /) -> int | bool:
        """Write whole blocks; the result as for readblocks."""
        if not self._start():
            return self._absent()
        data = readable(buf)
        try:
            self._channel.write(to_int(block_num), data[: len(data) // BLOCK * BLOCK])
        except BusError:
            return -errno.EIO
        return 0

    def _absent(self) -> int | bool:
        return -errno.EIO if self._board.port.sdcard_single else False

    def ioctl(self, cmd: int, arg: object, /) -> int:
        """The commands of a block device: 1 start, 2 end, 3 write through, 4 blocks, 5 their size; -1: it cannot."""
        single = self._board.port.sdcard_single
        match to_int(cmd):
            case 1:
                return 0 if (self.power(True) if single else self._start()) else -1
            case 2:
                self._ready = False
                return 0
            case 3:
                return 0
            case 4 if single or self._start():
                return self._channel.blocks()
            case 5 if single or self._start():
                return BLOCK
        return -1

    def read(self, block_num: int, /) -> bytearray:
        """One block (stm32); Exception "sdcard_read_blocks failed" when it cannot."""
        block = bytearray(BLOCK)
        status = self.readblocks(block_num, block)
        if status:
            raise Exception(f"sdcard_read_blocks failed [{status}]")
        return block

    def write(self, block_num: int, data: object, /) -> None:
        """Whole blocks (stm32); ValueError for a part of one, Exception "sdcard_write_blocks failed" when it cannot."""
        blocks = readable(data)
        if len(blocks) % BLOCK:
            raise ValueError(f"writes must be a multiple of {BLOCK} bytes")
        status = self.writeblocks(block_num, blocks)
        if status:
            raise Exception(f"sdcard_write_blocks failed [{status}]")
