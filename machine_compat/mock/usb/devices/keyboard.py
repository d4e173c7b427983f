"""This file is a USB keyboard: reports of eight bytes, also for hosts that know the boot protocol alone, and LEDs.

# Ref: USB Device Class Definition for HID 1.11: 7.2 requests, appendix B.1 and C boot protocol;
# HID Usage Tables 1.3, 10 keyboard page.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from typing import ClassVar

from machine_compat.mock.usb.device import Handshake, SimulatedDevice
from machine_compat.mock.world import Event
from machine_compat.usbspec import hid
from machine_compat.usbspec.descriptors import INTERRUPT, TO_HOST, configuration, device_descriptor, endpoint, interface
from machine_compat.usbspec.requests import CLASS, TO_INTERFACE, Setup

VENDOR, PRODUCT = 0x1209, 0x0002
HID_DESCRIPTOR = hid.hid_descriptor(len(hid.KEYBOARD_REPORTS))
BOOT_KEYBOARD = (hid.HUMAN_INTERFACE, hid.BOOT, hid.BOOT_KEYBOARD)
INTERVAL_MS = 10
INPUT, OUTPUT = 1, 2
IDLE_UNIT_NS = 4_000_000
KEYS_AT_ONCE, ROLL_OVER = 6, 0x01

MODIFIERS = ("ctrl", "shift", "alt", "gui", "right ctrl", "right shift", "right alt", "right gui")
"""By the bit of a report's first byte."""
LEDS = ("num lock", "caps lock", "scroll lock", "compose", "kana")
NAMED = {
    "enter": 0x28, "escape": 0x29, "backspace": 0x2A, "tab": 0x2B, "space": 0x2C, "caps lock": 0x39,
    "print screen": 0x46, "scroll lock": 0x47, "pause": 0x48, "insert": 0x49, "home": 0x4A, "page up": 0x4B,
    "delete": 0x4C, "end": 0x4D, "page down": 0x4E, "right": 0x4F, "left": 0x50, "down": 0x51, "up": 0x52,
    "num lock": 0x53, **{f"f{number}": 0x39 + number for number in range(1, 13)},
}  # fmt: skip
"""Usages of keys by name; others are known by the character on them."""
PLAIN = "abcdefghijklmnopqrstuvwxyz1234567890\n\x1b\b\t -=[]\\\0;'`,./"
SHIFTED = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ!@#$%^&*()\0\0\0\0\0_+{}|\0:"~<>?'
FIRST = 0x04
"""The usage of the first character in both, on a keyboard of the United States."""


class USBKeyboard(SimulatedDevice):
    """A keyboard (1209:0002) with the layout of the United States; `type`, `press` and `release` work its keys.

    Reports wait, in order, for a host that reads them. leds: the names of those the host has switched on.
    """

    device_bytes = device_descriptor(VENDOR, PRODUCT, 0x0100, ep0_size=8)
    configuration_bytes = configuration(
        interface(0, BOOT_KEYBOARD, HID_DESCRIPTOR, endpoint(0x81, INTERRUPT, 8, INTERVAL_MS)), attributes=0xA0
    )
    class_descriptors: ClassVar[Mapping[tuple[int, int], bytes]] = {
        (hid.REPORT_DESCRIPTOR, 0): hid.KEYBOARD_REPORTS,
        (hid.HID_DESCRIPTOR, 0): HID_DESCRIPTOR,
    }

    def __init__(self, serial: str = "0001") -> None:
        super().__init__("machine_compat", "keyboard", str(serial))
        self.protocol = 1
        """1: reports as its descriptor says; 0: the boot protocol, whose reports are the same here."""
        self._lit = 0
        self._modifiers = 0
        self._down: list[int] = []
        self._reports: deque[bytes] = deque()
        self._last = bytes(8)
        self._idle = 0
        self._repeat: Event | None = None

    # ---- keys

    def type(self, text: str) -> None:
        """Press and release the keys for a text, one after the other; ValueError for a character that has none."""
        for code, shift in [strokes(character) for character in text]:
            held, self._modifiers = self._modifiers, self._modifiers | shift
            self._down.append(code)
            self._report()
            self._down.remove(code)
            self._modifiers = held
            self._report()

    def press(self, *keys: str) -> None:
        """Hold keys down: "a", "7", "enter", "left", "f1", "ctrl", "right alt"; ValueError for one that is none."""
        for bit, code in known(keys):
            self._modifiers |= bit
            if code and code not in self._down:
                self._down.append(code)
        self._report()

    def release(self, *keys: str) -> None:
        """Let keys go; without a name, all that are down."""
        for bit, code in known(keys):
            self._modifiers &= ~bit
            if code in self._down:
                self._down.remove(code)
        if not keys:
            self._modifiers = 0
            self._down.clear()
        self._report()

    @property
    def leds(self) -> frozenset[str]:
        return frozenset(name for bit, name in enumerate(LEDS) if self._lit >> bit & 1)

    def _report(self) -> None:
        down = self._down if len(self._down) <= KEYS_AT_ONCE else [ROLL_OVER] * KEYS_AT_ONCE
        self._reports.append(bytes((self._modifiers, 0, *down)).ljust(8, b"\0"))
        self.ready()

    # ---- USB

    def settled(self) -> None:
        self.protocol = 1
        self._lit = self._idle = 0
        self._reports.clear()
        self._last = bytes(8)
        self._rest()

    def request(self, setup: Setup, data: bytes) -> bytes | None:
        if setup.bmRequestType & ~TO_HOST != CLASS | TO_INTERFACE:
            return None
        match setup.device_to_host, setup.bRequest:
            case (True, hid.GET_REPORT):
                return {INPUT: self._last, OUTPUT: bytes((self._lit,))}.get(setup.wValue >> 8)
            case (True, hid.GET_IDLE):
                return bytes((self._idle,))
            case (True, hid.GET_PROTOCOL):
                return bytes((self.protocol,))
            case (False, hid.SET_REPORT) if setup.wValue >> 8 == OUTPUT and len(data) == 1:
                self._lit = data[0] & 0x1F
                return b""
            case (False, hid.SET_IDLE):
                self._idle = setup.wValue >> 8
                self._rest()
                return b""
            case (False, hid.SET_PROTOCOL) if setup.wValue in (0, 1):
                self.protocol = setup.wValue
                return b""
        return None

    def next_packet(self, endpoint: int) -> bytes | Handshake:
        if not self._reports:
            return Handshake.NAK
        self._last = self._reports.popleft()
        self._rest()
        return self._last

    def _rest(self) -> None:
        """With an idle rate, a report in which nothing is new comes again after that time."""
        if self._repeat is not None:
            self._repeat.cancel()
            self._repeat = None
        if self._idle:
            self._repeat = self.world.after(self._idle * IDLE_UNIT_NS, self._again)

    def _again(self) -> None:
        if not self._reports:
            self._reports.append(self._last)
        self.ready()


def strokes(character: str) -> tuple[int, int]:
    """The usage of a character's key, and the modifiers it needs."""
    for keys, shift in ((PLAIN, 0), (SHIFTED, 2)):
        if character in keys and character != "\0":
            return FIRST + keys.index(character), shift
    raise ValueError(f"usbkeyboard has no key for {character!r}")


def known(keys: Iterable[str]) -> list[tuple[int, int]]:
    """Each key as a modifier's bit, or as a usage."""
    found = []
    for key in keys:
        if key in MODIFIERS:
            found.append((1 << MODIFIERS.index(key), 0))
        elif key in NAMED:
            found.append((0, NAMED[key]))
        elif len(key) == 1 and key in PLAIN and key != "\0":
            found.append((0, strokes(key)[0]))
        else:
            names = ", ".join((*MODIFIERS, *NAMED))
            raise ValueError(f"usbkeyboard has no key {key!r}; it has the characters of a US keyboard, {names}")
    return found


PARTS = {"usbkeyboard": USBKeyboard}
