"""Human interface devices: the class descriptor of their interface, and the numbers of their requests.

# Ref: Device Class Definition for HID 1.11, 6.2.1 HID descriptor, 7.1 and 7.2 requests, appendix B.1 keyboard.
"""

import struct

HUMAN_INTERFACE = 3
"""The interface class."""
HID_DESCRIPTOR, REPORT_DESCRIPTOR = 0x21, 0x22
BOOT, BOOT_KEYBOARD = 1, 1
"""Subclass and protocol of a keyboard that hosts understand before they have read its report descriptor."""
GET_REPORT, GET_IDLE, GET_PROTOCOL, SET_REPORT, SET_IDLE, SET_PROTOCOL = 1, 2, 3, 9, 10, 11
KEYBOARD_REPORTS = bytes.fromhex(
    "0501 0906 a101"
    "0507 19e0 29e7 1500 2501 7501 9508 8102 9501 7508 8101"  # eight modifiers, and a byte in reserve
    "9505 7501 0508 1901 2905 9102 9501 7503 9101"  # out: five LEDs, and three bits to fill the byte
    "9506 7508 1500 2565 0507 1900 2965 8100 c0"  # six keys
)
"""The report descriptor of a boot keyboard."""


def hid_descriptor(length: int) -> bytes:
    """HID 1.11, for no country; length: of its one report descriptor, in bytes."""
    return struct.pack("<BBHBBBH", 9, HID_DESCRIPTOR, 0x0111, 0, 1, REPORT_DESCRIPTOR, length)
