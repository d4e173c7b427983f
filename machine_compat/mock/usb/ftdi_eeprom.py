"""The configuration memory beside an FTDI chip: 16-bit words, with the identity, strings and a checksum.

# Ref: FTDI AN_201 FT-X MTP Memory Configuration v1.0, 3: a layout common to the family; checked with pyftdi's reader.
"""

import struct

from machine_compat.usbspec.descriptors import string_descriptor

WORDS = 128
"""A 93C56 used in 16-bit words."""
STRINGS = 0xA0
ERASED = 0xFFFF


def checksum(words: list[int]) -> int:
    """What the last word has to be."""
    value = 0xAAAA
    for word in words:
        value ^= word
        value = (value << 1 | value >> 15) & 0xFFFF
    return value


def blank_image(identity: tuple[int, int, int], *strings: str) -> list[int]:
    """What a chip is delivered with: its identity, and its manufacturer's, product's and serial number's strings."""
    data = bytearray(2 * WORDS)
    struct.pack_into("<HHHBB", data, 2, *identity, 0x80, 50)
    data[10] = 0x08
    position = STRINGS
    for index, text in enumerate(strings):
        piece = string_descriptor(text)
        data[14 + 2 * index : 16 + 2 * index] = bytes((position, len(piece)))
        data[position : position + len(piece)] = piece
        position += len(piece)
    data[0x1E] = 0x56
    words = list(struct.unpack(f"<{WORDS}H", data))
    words[-1] = checksum(words[:-1])
    return words


class EEPROM:
    """The memory, by word."""

    def __init__(self, words: list[int]) -> None:
        self.words = words

    def read(self, address: int) -> bytes:
        return struct.pack("<H", self.words[address % WORDS])

    def write(self, address: int, word: int) -> bytes:
        self.words[address % WORDS] = word
        return b""

    def erase(self) -> bytes:
        self.words = [ERASED] * WORDS
        return b""
