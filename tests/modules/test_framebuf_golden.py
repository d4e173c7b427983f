"""Compares what `framebuf` draws with what MicroPython 1.29 drew, method by method and format by format."""

import binascii
from array import array
from itertools import product

import pytest

from machine_compat.modules import framebuf


def draw_at_random(framebuf, array, crc32, method, code):  # type-free: runs on MicroPython as it stands
    """CRC over the buffer after each of 40 calls of `method` with pseudo-random arguments, in format `code`."""
    state = [0x2545F491 + 977 * code + len(method)]

    def below(limit):
        word = state[0]
        word ^= word << 13 & 0xFFFFFFFF
        word ^= word >> 17
        word ^= word << 5 & 0xFFFFFFFF
        state[0] = word
        return word % limit

    def near(size):
        return below(2 * size) - size // 2

    def colour():
        return (below(3), below(256), below(65536), -1 - below(9))[below(4)]

    def noise(size):
        return bytes([below(256) for _ in range(size)])

    def bitmap():
        return framebuf.FrameBuffer(bytearray(noise(2048)), 1 + below(30), 1 + below(30), (0, 2, 3, 4, 5, 6)[below(6)])

    def coordinates(spread):
        return array("h", [near(spread) for _ in range(below(22))])

    width, height = 45, 27
    buffer = bytearray(noise(49 * height * 2))
    fb = framebuf.FrameBuffer(buffer, width, height, code, 49)
    arguments = {
        "fill": lambda: (colour(),),
        "pixel": lambda: (near(width), near(height), colour()),
        "hline": lambda: (near(width), near(height), near(width), colour()),
        "vline": lambda: (near(width), near(height), near(height), colour()),
        "line": lambda: (near(width), near(height), near(width), near(height), colour()),
        "rect": lambda: (near(width), near(height), near(width), near(height), colour(), below(2)),
        "fill_rect": lambda: (near(width), near(height), near(width), near(height), colour()),
        "ellipse": lambda: (near(width), near(height), near(20), near(30), colour(), below(2), below(16)),
        "huge ellipse": lambda: (near(width), -near(1500), below(2500), below(2500), colour(), below(2), below(16)),
        "poly": lambda: (near(20), near(20), coordinates(30), colour(), below(2)),
        "huge poly": lambda: (near(20), near(20), coordinates(20000), colour(), 1),
        "text": lambda: ("".join([chr(1 + below(140)) for _ in range(below(7))]), near(width), near(height), colour()),
        "scroll": lambda: (near(9) - 2, near(9) - 2),
        "blit": lambda: (bitmap(), near(width), near(height), colour()),
        "blit same": lambda: (framebuf.FrameBuffer(bytearray(noise(2048)), 30, 30, code), near(width), near(height)),
        "blit palette": lambda: (bitmap(), near(9), near(9), colour(), (noise(512), 256, 1, code)),
        "blit self": lambda: (fb, near(9), near(9), below(3) - 1),
    }[method]
    crc = 0
    for _ in range(40):
        getattr(fb, method.replace("huge ", "").split()[0])(*arguments())
        crc = crc32(buffer, crc)
    return crc


# What draw_at_random returned on MicroPython 1.29 (WebAssembly build), for the formats 0 to 6 in this order.
DRAWN_BY_MICROPYTHON = {
    "fill": (0x111F6DD7, 0x90C0694F, 0x277203EC, 0x6E78FFE2, 0xF5C1DED7, 0x5ED6E6C8, 0xA770B6B1),
    "pixel": (0xD2A6AC50, 0x546E8D9E, 0xCDDA84E2, 0xE6EC221E, 0x37B10EF0, 0x55215709, 0x1F4F740C),
    "hline": (0x50DFF462, 0x9EA943BF, 0x04924981, 0xC0399971, 0xAC511400, 0x491D9850, 0x28F89026),
    "vline": (0xE260101B, 0xC717B43D, 0x2D2EB0CF, 0xD25C8BF8, 0x968A4171, 0x20E90DFA, 0x0C212FE9),
    "line": (0x89AE32EB, 0x3DA944E7, 0xD59609D0, 0x49A10CC3, 0x813223A4, 0xAD26CE6A, 0xEB09C6E5),
    "rect": (0xBDDDFCB4, 0xD694806F, 0x3170CDB7, 0x747CF5FE, 0x28B75423, 0xBB9771E1, 0x8572B583),
    "fill_rect": (0xA4E89EE2, 0x26FDF115, 0xE55B6766, 0xA273BF4B, 0x904F547A, 0x9D3F7224, 0xAC4E5C14),
    "ellipse": (0xE2EEC435, 0x2A9473EE, 0x00475C8D, 0x16850B00, 0x12EA03F1, 0x7033E5E6, 0x5C45A359),
    "huge ellipse": (0xDEEB0D3A, 0xDBF8C2D4, 0xA1BA1697, 0xE9DF44D8, 0x232A0008, 0x2374ED10, 0x9FE54866),
    "poly": (0xA931FC2C, 0x55A42F17, 0xAA753C35, 0x687F21CA, 0x3B1C48D8, 0x2DF2B845, 0xD13ADFD6),
    "huge poly": (0x1A279152, 0x1F3284DA, 0xE4A1695E, 0xE118DD26, 0xC9570253, 0x8ADE4066, 0xDEEA7650),
    "text": (0x67EA9B91, 0xEEA624E8, 0x4923C67E, 0xEF2DD2CE, 0x06249D94, 0x9046AAD2, 0x6B1295A4),
    "scroll": (0x489F142B, 0x83723AC1, 0xCD402C47, 0x03277950, 0x1223991F, 0x6D831002, 0x3B76BCEC),
    "blit": (0xF4ACFFD8, 0xF8CE540F, 0x2553B64B, 0xF4145130, 0x83103A14, 0x8D35831F, 0xB5F8D152),
    "blit same": (0xCF934826, 0xA704508D, 0x2459757A, 0xEC62FD5A, 0xAB70FC48, 0x712C4B40, 0x28411008),
    "blit palette": (0x39C1C51D, 0xED6B2DFA, 0x9E44B458, 0x91441D8A, 0x7D709CAE, 0xE2DD0B94, 0x9CAF91D7),
    "blit self": (0xA57BEE86, 0x4A6C8F37, 0x40385F55, 0xA5252169, 0xA170AF61, 0x717BD812, 0x2EA7A438),
}


@pytest.mark.parametrize(("method", "code"), list(product(DRAWN_BY_MICROPYTHON, range(7))))
def test_same_pixels_as_micropython(method: str, code: int) -> None:
    drawn = draw_at_random(framebuf, array, binascii.crc32, method, code)
    assert drawn == DRAWN_BY_MICROPYTHON[method][code]


# CRC of a 768 x 8 MONO_VLSB buffer after text(), with the characters 32 to 127 on MicroPython 1.29.
FONT_DRAWN_BY_MICROPYTHON = 0x0DF02E42


def test_font() -> None:
    buffer = bytearray(96 * 8)
    framebuf.FrameBuffer(buffer, 96 * 8, 8, framebuf.MONO_VLSB).text("".join(map(chr, range(32, 128))), 0, 0)
    assert binascii.crc32(buffer) == FONT_DRAWN_BY_MICROPYTHON
