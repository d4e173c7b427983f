"""This file carries an SD card's SPI protocol: command frames, data blocks and tokens in, replies and busy out.

Ref: SD Specifications Part 1, Physical Layer Simplified Specification, version 2.00: 7.2 (bus protocol),
     7.3.1.1 (command frame), 7.3.3 (control tokens).

Bytes may come in blocks of any lengths. All but half a command keeps its place while CS is high: drivers let go of the
card between a command and its data, and between the blocks of one transfer.
"""

import re
from binascii import crc_hqx

from machine_compat.mock.chip import SPIChip
from machine_compat.mock.devices.sdcard_registers import BLOCK, crc7

FRAME = 6
START, STOP = 0xFE, 0xFD
WITH_CRC = BLOCK + 2

# The bytes that mean something: the first of a command, and the tokens of a block that is awaited.
COMMAND = re.compile(rb"[\x40-\x7f]")
SINGLE = re.compile(rb"[\x40-\x7f\xfe]")
MULTIPLE = re.compile(rb"[\x40-\x7f\xfc\xfd]")


def packet(data: bytes) -> bytes:
    """A data block as it goes out: start token, data, CRC (CCITT, from 0)."""
    return b"\xfe" + data + crc_hqx(data, 0).to_bytes(2)


class SDWire(SPIChip):
    """The byte stream of a card; what a command or a block means is its subclass's."""

    def __init__(self) -> None:
        super().__init__()
        self.streaming = False
        """Whether `more` is asked for data when all else has gone out."""
        self._frame = b""
        self._block: bytearray | None = None
        self._starts = COMMAND
        self._out = b""
        self._sent = 0
        self._busy_until = 0

    # ---- what the subclass does

    def command(self, number: int, argument: int, intact: bool) -> None:
        """A whole command has come; `intact` says whether its CRC and end bit are right."""
        raise NotImplementedError(f"{type(self).__name__}.command")

    def block(self, data: bytes, intact: bool) -> bytes:
        """A whole data block has come; returns the data response."""
        raise NotImplementedError(f"{type(self).__name__}.block")

    def stopped(self) -> None:
        """The token that ends a write of many blocks has come."""
        raise NotImplementedError(f"{type(self).__name__}.stopped")

    def more(self) -> bytes:
        """The next bytes of a read of many blocks, 0xFF first; it may end `streaming`."""
        raise NotImplementedError(f"{type(self).__name__}.more")

    # ---- what the subclass calls

    def reply(self, data: bytes) -> None:
        """Send this from the next byte on, instead of whatever was going out."""
        self._out = data
        self._sent = 0

    def expect(self, starts: re.Pattern[bytes] | None) -> None:
        """Await data blocks that begin with a token of SINGLE or MULTIPLE; None: commands alone."""
        self._starts = starts or COMMAND

    def be_busy(self, ns: int) -> None:
        """Hold MISO low and hear nothing for a time, once the reply has gone out."""
        self._busy_until = self.world.now + ns

    @property
    def busy(self) -> bool:
        """Whether the card is still writing."""
        return self._busy_until > 0 and self.world.now < self._busy_until

    # ---- the wire

    def select(self) -> None:
        self._frame = b""

    def deselect(self) -> None:
        self._frame = b""

    def exchange(self, data: bytes) -> bytes:
        size = len(data)
        parts = []
        position = 0
        while position < size:
            if self._block is not None:
                length = min(WITH_CRC - len(self._block), size - position)
            elif self._frame:
                length = min(FRAME - len(self._frame), size - position)
            else:
                length = self._idle_length(data, position)
            parts.append(self._emit(length))
            self._hear(data[position : position + length])
            position += length
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def preview(self) -> int:
        if self._sent < len(self._out):
            return self._out[self._sent]
        return 0x00 if self.busy and not self.streaming else 0xFF

    def _idle_length(self, data: bytes, position: int) -> int:
        """How many bytes from a position on up to the first that means something, that one included."""
        rest = len(data) - position
        if self.busy or data[position:] == b"\xff" * rest:
            return rest
        found = self._starts.search(data, position)
        return found.end() - position if found else rest

    def _emit(self, count: int) -> bytes:
        """The next `count` bytes on MISO."""
        while self.streaming and len(self._out) - self._sent < count:
            self.reply(self._out[self._sent :] + self.more())
        out = self._out[self._sent : self._sent + count]
        self._sent += len(out)
        if len(out) < count:
            out += (b"\x00" if self.busy else b"\xff") * (count - len(out))
        return out

    def _hear(self, part: bytes) -> None:
        """Bytes that belong together: of one block, of one frame, or idle ones that may end with a first."""
        if self._block is not None:
            self._block += part
            if len(self._block) == WITH_CRC:
                data, crc = bytes(self._block[:BLOCK]), bytes(self._block[BLOCK:])
                self._block = None
                self.reply(self.block(data, crc_hqx(data, 0).to_bytes(2) == crc))
        elif self._frame:
            self._frame += part
            if len(self._frame) == FRAME:
                frame, self._frame = self._frame, b""
                self.command(frame[0] & 0x3F, int.from_bytes(frame[1:5]), crc7(frame[:5]) == frame[5])
        elif not self.busy and self._starts.fullmatch(part[-1:]):
            if part[-1] < 0x80:
                self._frame = part[-1:]
            elif part[-1] == STOP:
                # One byte passes before the card pulls MISO low.
                self.reply(b"\xff")
                self.stopped()
            else:
                self._block = bytearray()
