"""This file simulates an SD memory card in its SPI mode, standard or high capacity.

Ref: SD Specifications Part 1, Physical Layer Simplified Specification, version 2.00: 6.4.1 (power-up), 7.2 (bus
     protocol, CRC, reading, writing), 7.3.1 (commands), 7.3.2 (responses), 7.3.3 (control tokens).

The card wakes on 74 clocks with CS high, then takes CMD0 with its CRC; it is ready after ACMD41. Not modelled: locking,
write protection, CMD6 (switch function).
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from machine_compat.errors import ConfigError
from machine_compat.mock.devices.sdcard_blocks import open_blocks
from machine_compat.mock.devices.sdcard_registers import BLOCK, SDSC_LIMIT, cid, csd, scr
from machine_compat.mock.devices.sdcard_wire import MULTIPLE, SINGLE, SDWire, packet

WAKE_CLOCKS = 74
# R1 bits, data responses, and the data error token of a read that runs over the card's end.
IDLE, ILLEGAL, CRC_ERROR, SEQUENCE_ERROR, ADDRESS_ERROR, PARAMETER_ERROR = 0x01, 0x04, 0x08, 0x10, 0x20, 0x40
ACCEPTED, REFUSED_CRC, REFUSED_WRITE, OUT_OF_RANGE = b"\xe5", b"\xeb", b"\xed", b"\x08"
POWERED_UP, CAPACITY, VOLTAGES = 1 << 31, 1 << 30, 0x00FF8000
WHILE_IDLE, WHILE_IDLE_APP = frozenset((0, 1, 8, 13, 55, 58, 59)), frozenset((41,))


def ask(option: str, value: object, least: int, most: int | None = None) -> None:
    """Raise ConfigError for an option that is no whole number between its limits."""
    if not isinstance(value, int) or value < least or (most is not None and value > most):
        limits = f"{least} or more" if most is None else f"{least} to {most}"
        raise ConfigError(f"sdcard: {option}={value!r} is not a whole number, {limits}")


class SDCard(SDWire):
    """An SD card: SDHC (addresses count blocks) above 2 GiB, SDSC (addresses count bytes) up to there.

    size: bytes, or a number with K, M or G; what the CSD cannot tell of it is lost. image: a file that holds the
    blocks and gives the size, instead of memory. high_capacity: 1 or 0 to choose the kind whatever the size.
    version: 1 for a card from before CMD8. idle_answers: how often ACMD41 says "not yet". access_bytes: bytes before
    each data block. busy_us: how long a written block keeps the card busy. serial: the CID's number.
    Raises ConfigError for what no card is, and for an image that is not there.
    """

    def __init__(
        self,
        *,
        size: int | str | None = None,
        image: str | Path | None = None,
        high_capacity: bool | None = None,
        version: int = 2,
        idle_answers: int = 4,
        access_bytes: int = 2,
        busy_us: int = 500,
        serial: int = 0x12345678,
    ) -> None:
        super().__init__()
        ask("version", version, 1, 2)
        ask("high_capacity", high_capacity or 0, 0, 1)
        ask("idle_answers", idle_answers, 0)
        ask("access_bytes", access_bytes, 1)
        ask("busy_us", busy_us, 0)
        ask("serial", serial, 0, 0xFFFFFFFF)
        self._store, length = open_blocks(size, image)
        self.high_capacity = length > SDSC_LIMIT if high_capacity is None else bool(high_capacity)
        self._csd, self.blocks = csd(length, self.high_capacity)
        if self.high_capacity and version == 1:
            raise ConfigError("sdcard: a card of version=1 has 2 GiB at most and high_capacity=0")
        self.version = version
        self.blocks_read = self.blocks_written = 0
        """How many blocks went over the bus."""
        self._cid = cid(serial)
        self._idle_answers = idle_answers
        self._access = b"\xff" * access_bytes
        self._busy_ns = busy_us * 1000
        self._clocks = 0
        self._spi_mode = False
        self._commands = self._command_set()
        self._app_commands = self._app_command_set()
        self._reset()

    def _reset(self) -> None:
        """What CMD0 does."""
        self.ready = False
        """Whether ACMD41 has brought it out of the idle state."""
        self._idle_left = self._idle_answers
        self._checked = False
        self._crc_on = False
        self._length = BLOCK
        self._app = False
        self._place = 0
        """The byte address where a read or write goes on."""
        self._series = self._ended = ""
        """The "read" or "write" of many blocks that goes on, and that which the last command ended."""
        self._bounds: dict[int, int] = {}

    # ---- the Python face

    def read(self, block: int, count: int = 1) -> bytes:
        """What `count` blocks of 512 bytes hold. Raises ConfigError beyond the card's end."""
        return b"".join(map(self._store.read, self._range(block, count)))

    def write(self, block: int, data: bytes) -> None:
        """Put whole blocks on the card. Raises ConfigError beyond its end and for a part of a block."""
        if len(data) % BLOCK:
            raise ConfigError(f"{self.name}: {len(data)} bytes are not whole blocks of {BLOCK}")
        for index, number in enumerate(self._range(block, len(data) // BLOCK)):
            self._store.write(number, bytes(data[index * BLOCK : (index + 1) * BLOCK]))

    def _range(self, block: int, count: int) -> range:
        if not 0 <= block <= self.blocks - count:
            raise ConfigError(f"{self.name}: {count} blocks from {block} on are not among its {self.blocks}")
        return range(block, block + count)

    # ---- what the wire brings

    def idle_clocks(self, data: bytes) -> None:
        self._clocks += 8 * len(data)

    def command(self, number: int, argument: int, intact: bool) -> None:
        if not self._spi_mode:
            # Still in SD mode: nothing but CMD0 with CS low and a good CRC is understood, and nothing answered.
            if number != 0 or not intact or self._clocks < WAKE_CLOCKS:
                return
            self._spi_mode = True
        self._ended, self._series = self._series, ""
        self.streaming = False
        self.expect(None)
        app, self._app = self._app, False
        special = self._app_commands.get(number) if app else None
        handler = special or self._commands.get(number)
        if not intact and (self._crc_on or number == 8):
            self._answer(CRC_ERROR)
        elif handler is None or not (self.ready or number in (WHILE_IDLE_APP if special else WHILE_IDLE)):
            self._answer(ILLEGAL)
        else:
            handler(argument)

    def block(self, data: bytes, intact: bool) -> bytes:
        if self._crc_on and not intact:
            response = REFUSED_CRC
        elif self._place >= self.blocks * BLOCK:
            response = REFUSED_WRITE
        else:
            response = ACCEPTED
            self._store.write(self._place // BLOCK, data)
            self.blocks_written += 1
            self._place += BLOCK
            self.be_busy(self._busy_ns)
        if not self._series:
            self.expect(None)
        return response

    def stopped(self) -> None:
        self._series = ""
        self.expect(None)
        self.be_busy(self._busy_ns)

    def more(self) -> bytes:
        """The next block of a read, of as many bytes as CMD16 has set."""
        block, offset = divmod(self._place, BLOCK)
        if block >= self.blocks:
            self.streaming = False
            return self._access + OUT_OF_RANGE
        self._place += self._length
        self.blocks_read += 1
        return self._access + packet(self._store.read(block)[offset : offset + self._length])

    # ---- answers

    def _answer(self, errors: int = 0, *rest: bytes) -> None:
        """R1 after the one byte that a card takes to find it, and what comes after."""
        self.reply(bytes((0xFF, errors if self.ready else errors | IDLE)) + b"".join(rest))

    def _located(self, argument: int, length: int) -> int | None:
        """The byte address that a command names for `length` bytes; None when it cannot, which is answered."""
        place = argument * BLOCK if self.high_capacity else argument
        if place >= self.blocks * BLOCK:
            self._answer(PARAMETER_ERROR)
            return None
        if place % BLOCK + length > BLOCK:
            self._answer(ADDRESS_ERROR)
            return None
        return place

    # ---- the commands

    def _command_set(self) -> dict[int, Callable[[int], None]]:
        version_2 = {8: self._send_if_cond} if self.version == 2 else {}
        return version_2 | {
            0: self._go_idle,
            1: self._send_op_cond,
            9: lambda _: self._answer(0, self._access, packet(self._csd)),
            10: lambda _: self._answer(0, self._access, packet(self._cid)),
            12: self._stop_transmission,
            13: lambda _: self._answer(0, b"\x00"),
            16: self._set_block_length,
            17: self._read_single,
            18: self._read_multiple,
            24: partial(self._write, False),
            25: partial(self._write, True),
            32: partial(self._erase_bound, 0),
            33: partial(self._erase_bound, 1),
            38: self._erase,
            55: self._app_command,
            58: self._read_ocr,
            59: self._crc_on_off,
        }

    def _app_command_set(self) -> dict[int, Callable[[int], None]]:
        return {
            13: lambda _: self._answer(0, b"\x00", self._access, packet(bytes(64))),
            23: lambda _: self._answer(),
            41: self._send_op_cond,
            42: lambda _: self._answer(),
            51: lambda _: self._answer(0, self._access, packet(scr(self.version, self.high_capacity))),
        }

    def _go_idle(self, _: int) -> None:
        self._reset()
        self._answer()

    def _send_if_cond(self, argument: int) -> None:
        """CMD8: the check pattern comes back, and the voltage when it is 2.7 to 3.6 V."""
        voltage = argument >> 8 & 0xF
        self._checked = voltage == 1
        self._answer(0, bytes((0, 0, voltage if self._checked else 0, argument & 0xFF)))

    def _send_op_cond(self, argument: int) -> None:
        """ACMD41 and CMD1. A high-capacity card is never ready for a host that does not say that it knows such."""
        if not self.high_capacity or (self._checked and argument & CAPACITY):
            self.ready = self.ready or self._idle_left == 0
            self._idle_left = max(0, self._idle_left - 1)
        self._answer()

    def _read_ocr(self, _: int) -> None:
        power = POWERED_UP | CAPACITY * self.high_capacity if self.ready else 0
        self._answer(0, (VOLTAGES | power).to_bytes(4))

    def _app_command(self, _: int) -> None:
        self._app = True
        self._answer()

    def _crc_on_off(self, argument: int) -> None:
        self._crc_on = bool(argument & 1)
        self._answer()

    def _set_block_length(self, argument: int) -> None:
        fits = 1 <= argument <= BLOCK
        if fits and not self.high_capacity:
            self._length = argument
        self._answer(0 if fits else PARAMETER_ERROR)

    def _read_single(self, argument: int) -> None:
        place = self._located(argument, self._length)
        if place is not None:
            self._place = place
            self._answer(0, self.more())

    def _read_multiple(self, argument: int) -> None:
        place = self._located(argument, self._length)
        if place is not None:
            self._place = place
            self._series = "read"
            self._answer()
            self.streaming = True

    def _write(self, multiple: bool, argument: int) -> None:
        """CMD24 and CMD25. A block is written whole: the length that CMD16 sets is for reads."""
        place = self._located(argument, BLOCK)
        if place is not None:
            self._place = place
            self._series = "write" if multiple else ""
            self.expect(MULTIPLE if multiple else SINGLE)
            self._answer()

    def _stop_transmission(self, _: int) -> None:
        """CMD12: a stuff byte comes before the answer, and a write of many blocks ends with the card busy."""
        self._answer(0 if self._ended else ILLEGAL)
        if self._ended == "write":
            self.be_busy(self._busy_ns)

    def _erase_bound(self, which: int, argument: int) -> None:
        """CMD32 and CMD33: the first and the last block that CMD38 erases."""
        place = self._located(argument, BLOCK)
        if place is not None:
            self._bounds[which] = place // BLOCK
            self._answer()

    def _erase(self, _: int) -> None:
        first, last = self._bounds.get(0, self.blocks), self._bounds.get(1, -1)
        self._bounds = {}
        if last < first:
            self._answer(SEQUENCE_ERROR)
            return
        self._store.erase(first, last - first + 1)
        self._answer()
        self.be_busy(self._busy_ns)


PARTS = {"sdcard": SDCard}
