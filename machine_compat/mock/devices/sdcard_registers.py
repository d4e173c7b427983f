"""This file builds what an SD card says about itself: the CSD, CID and SCR registers.

Ref: SD Specifications Part 1, Physical Layer Simplified Specification, version 2.00: 4.5 (CRC), 5.2 (CID),
     5.3 (CSD), 5.6 (SCR).
"""

from machine_compat.errors import ConfigError

BLOCK = 512
COMMAND_CLASSES = 0b0001_0011_0101
"""Basic, block read, block write, erase, application specific."""
SDSC_LIMIT = 2 << 30
"""The most bytes that a CSD of version 1.0 can tell."""


def _crc7_table() -> bytes:
    table = bytearray(256)
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = crc << 1 ^ (0x12 if crc & 0x80 else 0)
        table[byte] = crc & 0xFF
    return bytes(table)


_CRC7 = _crc7_table()


def crc7(data: bytes) -> int:
    """The last byte of a command or register: the CRC with x^7 + x^3 + 1 in bits 7 to 1, and the end bit 1."""
    crc = 0
    for byte in data:
        crc = _CRC7[crc ^ byte]
    return crc | 1


def pack(*fields: tuple[int, int]) -> bytes:
    """Bytes from (value, width in bits) fields, the most significant first; the widths add up to whole bytes."""
    packed = bits = 0
    for value, width in fields:
        packed = packed << width | value
        bits += width
    return packed.to_bytes(bits // 8)


def csd(size: int, high_capacity: bool) -> tuple[bytes, int]:
    """The CSD of a card of `size` bytes, and how many blocks of 512 it tells: what its steps cannot tell is lost.

    Raises ConfigError for a size that cards of this kind do not have.
    """
    body, blocks = _csd_2(size) if high_capacity else _csd_1(size)
    if not blocks or (size > SDSC_LIMIT and not high_capacity):
        kind, span = ("SDHC", "512K or more") if high_capacity else ("SDSC", "2K to 2G")
        raise ConfigError(f"sdcard: a card of {size} bytes is no {kind} card; those have {span}")
    return body + bytes((crc7(body),)), blocks


def _csd_1(size: int) -> tuple[bytes, int]:
    length_bits = 9 if size <= SDSC_LIMIT // 2 else 10
    multiplier = 0
    while multiplier < 7 and size >> length_bits + multiplier + 2 > 4096:
        multiplier += 1
    steps = min(size >> length_bits + multiplier + 2, 4096)
    body = pack(
        *((0, 2), (0, 6), (0x26, 8), (0, 8), (0x32, 8), (COMMAND_CLASSES, 12)),
        *((length_bits, 4), (1, 1), (0, 1), (0, 1), (0, 1), (0, 2), (max(steps - 1, 0), 12)),
        *((5, 3), (5, 3), (5, 3), (5, 3), (multiplier, 3), (1, 1), (0x1F, 7), (0, 7), (0, 1)),
        *((0, 2), (2, 3), (length_bits, 4), (0, 1), (0, 5), (0, 8)),
    )
    return body, steps << length_bits + multiplier + 2 >> 9


def _csd_2(size: int) -> tuple[bytes, int]:
    steps = min(size >> 19, 1 << 22)
    body = pack(
        *((1, 2), (0, 6), (0x0E, 8), (0, 8), (0x32, 8), (COMMAND_CLASSES, 12)),
        *((9, 4), (0, 4), (0, 6), (max(steps - 1, 0), 22), (0, 1), (1, 1), (0x7F, 7), (0, 7), (0, 1)),
        *((0, 2), (2, 3), (9, 4), (0, 1), (0, 5), (0, 8)),
    )
    return body, steps << 10


def cid(serial: int) -> bytes:
    """Manufacturer 0, "MC", product "MOCK0" revision 1.0, made in January 2024."""
    body = b"\x00MCMOCK0\x10" + pack((serial, 32), (0, 4), (24, 8), (1, 4))
    return body + bytes((crc7(body),))


def scr(version: int, high_capacity: bool) -> bytes:
    """Version of the specification, zeros after an erase, bus widths of one and four."""
    return bytes((2 if version == 2 else 0, 0x35 if high_capacity else 0x25)) + bytes(6)
