# A keyboard with three keys, which types "h", "i" and Enter. Its LED shows the PC's Caps Lock.
#
#   mpremote run --no-follow keyboard.py        on a Pico with buttons from GP10, GP11 and GP12 to ground
#   python examples/usb_keyboard/simulate.py    on the simulated board, with the PC's program at the other end

import struct
import time

from machine import Pin, USBDevice

KEYS = {10: 0x0B, 11: 0x0C, 12: 0x28}  # pin: the key's number in the HID usage tables

# A boot keyboard (HID 1.11, appendix B.1): modifiers, a reserved byte, six keys; five LEDs the other way.
REPORTS = bytes.fromhex(
    "05 01 09 06 a1 01 05 07 19 e0 29 e7 15 00 25 01 75 01 95 08 81 02 95 01 75 08 81 01 95 05 75 01 05 08 19 01 29 05"
    " 91 02 95 01 75 03 91 01 95 06 75 08 15 00 25 65 05 07 19 00 29 65 81 00 c0".replace(" ", "")
)
GET_DESCRIPTOR, REPORT, SET_REPORT = 6, 0x22, 9
SETUP, DATA = 1, 2


class Keyboard:
    """One more interface beside the board's own, so that its serial port stays."""

    def __init__(self, on_leds):
        self.on_leds = on_leds
        self.ready = False
        self.busy = False
        self.leds = bytearray(1)
        self.usb = usb = USBDevice()
        usb.active(False)
        usb.builtin_driver = base = usb.BUILTIN_DEFAULT
        self.interface, self.endpoint, name = base.itf_max, 0x80 | base.ep_max, base.str_max
        config = bytearray(base.desc_cfg)
        config += struct.pack("9B", 9, 4, self.interface, 0, 1, 3, 1, 1, name)
        config += struct.pack("<BBHBBBH", 9, 0x21, 0x0111, 0, 1, REPORT, len(REPORTS))
        config += struct.pack("<BBBBHB", 7, 5, self.endpoint, 3, 8, 8)
        struct.pack_into("<HB", config, 2, len(config), self.interface + 1)
        usb.config(base.desc_dev, config, {name: "Three keys"}, self.opened, self.reset, self.control, self.sent)
        usb.active(True)

    def opened(self, descriptors):
        self.ready = True

    def reset(self):
        self.ready = self.busy = False

    def sent(self, endpoint, result, count):
        self.busy = False

    def control(self, stage, request):
        number, value = struct.unpack_from("<BH", request, 1)
        if number == GET_DESCRIPTOR and value >> 8 == REPORT:
            return REPORTS
        if number == SET_REPORT:
            if stage == SETUP:
                return self.leds
            if stage == DATA:
                self.on_leds(self.leds[0])
            return True
        return False

    def report(self, *keys):
        """Tell the host which keys are down."""
        while self.ready and self.busy:
            time.sleep_ms(1)
        if self.ready:
            self.busy = self.usb.submit_xfer(self.endpoint, bytes(2) + bytes(keys) + bytes(6 - len(keys)))


led = Pin("LED", Pin.OUT)
pins = {Pin(number, Pin.IN, Pin.PULL_UP): key for number, key in KEYS.items()}
keyboard = Keyboard(lambda leds: led.value(leds >> 1 & 1))
down = []
while True:
    now = [key for pin, key in pins.items() if not pin.value()]
    if now != down:
        down = now
        keyboard.report(*down)
    time.sleep_ms(5)
