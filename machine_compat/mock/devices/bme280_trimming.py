"""This file holds the trimming words of the simulated BME280 and BMP280, and inverts the data sheets' compensation.

A driver computes ``physical = f(raw, trimming)``; here ``raw = f'(physical, trimming)`` in closed form.

Ref: BMP280 data sheet BST-BMP280-DS001 rev. 1.23: 3.11.2 trimming, 3.12 calculation example, 8.1 floating point.
Ref: BME280 data sheet BST-BME280-DS002 rev. 1.6: 4.2.2 trimming, 8.1 floating point.
"""

import math
import struct

# T and P are those of the BMP280's calculation example; those of humidity are a usual part's.
T1, T2, T3 = 27504, 26435, -1000
P1, P2, P3, P4, P5, P6, P7, P8, P9 = 36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000
H1, H2, H3, H4, H5, H6 = 75, 362, 0, 313, 50, 30

TRIMMING_88 = struct.pack("<HhhHhhhhhhhh", T1, T2, T3, P1, P2, P3, P4, P5, P6, P7, P8, P9)
"""Registers 0x88..0x9F."""
TRIMMING_A1 = H1
TRIMMING_E1 = struct.pack("<hBBBBB", H2, H3, H4 >> 4 & 0xFF, H4 & 0xF | (H5 & 0xF) << 4, H5 >> 4 & 0xFF, H6)
"""Registers 0xE1..0xE7."""


def _root(a: float, b: float, c: float) -> float:
    """The x near c / b with ``a * x**2 + b * x == c``."""
    return 2 * c / (b + math.sqrt(b * b + 4 * a * c))


def fine_temperature(raw: float) -> float:
    """The fine temperature, in 1/5120 °C, that a driver computes from a raw one (BMP280 8.1)."""
    x = raw / 16384 - T1 / 1024
    return x * T2 + x * x / 64 * T3


def raw_temperature(celsius: float) -> float:
    """The converter's value from which the data sheet's formula gets `celsius`."""
    return (_root(T3 / 64, T2, celsius * 5120) + T1 / 1024) * 16384


def raw_pressure(pascal: float, t_fine: float) -> float:
    """The converter's value from which the data sheet's formula gets `pascal` at a fine temperature."""
    a = t_fine / 2 - 64000
    offset = (a * a * P6 / 32768 + a * P5 * 2) / 4 + P4 * 65536
    gain = (1 + (P3 * a * a / 524288 + P2 * a) / 524288 / 32768) * P1
    linear = _root(P9 / 2**35, 1 + P8 / 2**19, pascal - P7 / 16)
    return 1048576 - offset / 4096 - linear * gain / 6250


def raw_humidity(percent: float, t_fine: float) -> float:
    """The converter's value from which the data sheet's formula gets `percent` RH at a fine temperature."""
    a = t_fine - 76800
    gain = H2 / 65536 * (1 + H6 / 2**26 * a * (1 + H3 / 2**26 * a))
    return _root(-H1 / 524288, 1, percent) / gain + H4 * 64 + H5 / 16384 * a
