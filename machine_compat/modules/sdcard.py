"""The `sdcard` driver of micropython-lib's name: an SD memory card on an SPI bus, as a block device.

# Ref: SD Specifications Part 1, Physical Layer Simplified Specification, version 2.00: 7.2 (SPI bus protocol), 7.3
#      (commands, responses, control tokens), 5.3 (CSD)
"""

from typing import Any, Final

from machine_compat.machine.peripheral import readable, to_int, writable
from machine_compat.oserror import EIO, os_error

__all__ = ("SDCard",)

BLOCK: Final = 512
INIT_BAUD, BAUD = 100_000, 1_320_000
GO_IDLE, SEND_IF_COND, SEND_CSD, STOP, SET_BLOCKLEN = 0, 8, 9, 12, 16
READ_SINGLE, READ_MULTIPLE, WRITE_SINGLE, WRITE_MULTIPLE = 17, 18, 24, 25
SEND_OP_COND, APP_CMD, READ_OCR = 41, 55, 58
IDLE, ILLEGAL = 0x01, 0x04
START, START_MULTIPLE, STOP_MULTIPLE = 0xFE, 0xFC, 0xFD
ACCEPTED: Final = 0x05
CRCS: Final = {GO_IDLE: 0x95, SEND_IF_COND: 0x87}
"""The checksums of the commands that a card looks at before it is in its SPI mode."""
ANSWERS, DATA_WAITS, STARTS = 100, 50_000, 10_000
"""How many bytes are waited for an answer and for data, and how often a card is asked to start."""


class SDCard:
    """SDCard(spi, cs, baudrate=1320000)

    spi: a bus, which is set to 100 kHz for the start and then to the baud rate. cs: an output pin. Raises
    OSError("no SD card") where nothing answers, OSError with what failed otherwise.
    """

    def __init__(self, spi: Any, cs: Any, baudrate: int = BAUD) -> None:
        self.spi = spi
        self.cs = cs
        self.sectors = 0
        """How many blocks of 512 bytes the card has."""
        self._unit = 1
        self.init_card(baudrate)

    # ---- the start

    def init_spi(self, baudrate: int) -> None:
        self.spi.init(baudrate=baudrate, phase=0, polarity=0)

    def init_card(self, baudrate: int) -> None:
        """Start the card, learn its size, and go on at the baud rate."""
        self.cs.init(self.cs.OUT, value=1)
        self.init_spi(INIT_BAUD)
        self.spi.write(b"\xff" * 16)
        if not any(self._command(GO_IDLE) == IDLE for _ in range(5)):
            raise OSError("no SD card")
        status, echo = self._long(SEND_IF_COND, 0x1AA)
        second = not status & ILLEGAL
        if second and echo & 0xFFF != 0x1AA:
            raise OSError("couldn't determine SD card version")
        for _ in range(STARTS):
            self._command(APP_CMD)
            if self._command(SEND_OP_COND, 0x4000_0000 if second else 0) == 0:
                break
        else:
            raise OSError("timeout waiting for the SD card to start")
        blocks = second and self._long(READ_OCR, 0)[1] & 0x4000_0000
        self._unit = 1 if blocks else BLOCK
        self.sectors = _blocks_of(self._read_register(SEND_CSD, 16))
        if self._command(SET_BLOCKLEN, BLOCK) != 0:
            raise OSError("can't set 512 block size")
        self.init_spi(baudrate)

    # ---- the bus

    def _command(self, number: int, argument: int = 0, release: bool = True, skip: int = 0) -> int:
        """Send a command; the first byte of its answer."""
        frame = bytes((0x40 | number,)) + argument.to_bytes(4, "big") + bytes((CRCS.get(number, 0x01),))
        self.cs(0)
        self.spi.write(frame)
        self.spi.read(skip, 0xFF)
        for _ in range(ANSWERS):
            answer: int = self.spi.read(1, 0xFF)[0]
            if not answer & 0x80:
                break
        else:
            self._release()
            return -1
        if release:
            self._release()
        return answer

    def _long(self, number: int, argument: int) -> tuple[int, int]:
        """Send a command whose answer has four bytes more."""
        status = self._command(number, argument, release=False)
        if status == -1:
            raise OSError("no SD card")
        rest = int.from_bytes(self.spi.read(4, 0xFF), "big")
        self._release()
        return status, rest

    def _release(self) -> None:
        self.cs(1)
        self.spi.write(b"\xff")

    def _receive(self, buffer: memoryview) -> None:
        """Data after their token, and their checksum, at which nobody looks."""
        for _ in range(DATA_WAITS):
            token = self.spi.read(1, 0xFF)[0]
            if token == START:
                break
            if token != 0xFF:
                self._release()
                raise OSError("the SD card has an error to report")
        else:
            self._release()
            raise OSError("timeout waiting for response")
        self.spi.readinto(buffer, 0xFF)
        self.spi.read(2, 0xFF)

    def _read_register(self, number: int, size: int) -> bytes:
        if self._command(number, 0, release=False) != 0:
            self._release()
            raise OSError("no response from SD card")
        data = bytearray(size)
        self._receive(memoryview(data))
        self._release()
        return bytes(data)

    def _send(self, token: int, data: bytes) -> None:
        self.spi.write(bytes((token,)) + data + b"\xff\xff")
        answer = self.spi.read(1, 0xFF)[0] & 0x1F
        self._wait()
        if answer != ACCEPTED:
            self._release()
            raise OSError("the SD card refuses a block")

    def _wait(self) -> None:
        """Until a block is written."""
        while self.spi.read(1, 0xFF) == b"\x00":
            pass

    # ---- blocks

    def readblocks(self, block_num: int, buf: object) -> None:
        """Read whole blocks; OSError EIO for what the card does not give."""
        view = writable(buf)
        count = _whole(len(view))
        first = to_int(block_num) * self._unit
        if self._command(READ_SINGLE if count == 1 else READ_MULTIPLE, first, release=False) != 0:
            self._release()
            raise os_error(EIO)
        for index in range(count):
            self._receive(view[index * BLOCK : (index + 1) * BLOCK])
        if count > 1:
            self._command(STOP, 0, release=False, skip=1)
            self._wait()
        self._release()

    def writeblocks(self, block_num: int, buf: object) -> None:
        """Write whole blocks."""
        data = readable(buf)
        count = _whole(len(data))
        first = to_int(block_num) * self._unit
        if self._command(WRITE_SINGLE if count == 1 else WRITE_MULTIPLE, first, release=False) != 0:
            self._release()
            raise os_error(EIO)
        for index in range(count):
            token = START if count == 1 else START_MULTIPLE
            self._send(token, data[index * BLOCK : (index + 1) * BLOCK])
        if count > 1:
            self.spi.write(bytes((STOP_MULTIPLE, 0xFF)))
            self._wait()
        self._release()

    def ioctl(self, op: int, arg: object) -> int | None:
        """The commands of a block device: 1 start, 2 end, 3 write through, 4 blocks, 5 their size."""
        match to_int(op):
            case 1 | 2 | 3:
                return 0
            case 4:
                return self.sectors
            case 5:
                return BLOCK
        return None


def _whole(size: int) -> int:
    if size == 0 or size % BLOCK:
        raise ValueError(f"{size} bytes are not whole blocks of {BLOCK}")
    return size // BLOCK


def _blocks_of(csd: bytes) -> int:
    """How many blocks of 512 bytes a card has (5.3.2, 5.3.3)."""
    bits = int.from_bytes(csd, "big")
    if csd[0] >> 6 == 1:
        return ((bits >> 48 & 0x3F_FFFF) + 1) * 1024
    size, multiplier, length = bits >> 62 & 0xFFF, bits >> 47 & 7, bits >> 80 & 15
    return (size + 1 << multiplier + 2 + length) // BLOCK
