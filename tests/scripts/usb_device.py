# board: pico
# machine.USBDevice on its own: what it says to wrong arguments, and when it is opened by the host of its world.

import time

import machine

usb = machine.USBDevice()
print(usb is machine.USBDevice(1, two=2), usb.active(), usb.builtin_driver is usb.BUILTIN_NONE)
none, default = usb.BUILTIN_NONE, usb.BUILTIN_DEFAULT
print(none.itf_max, none.ep_max, none.str_max, len(none.desc_cfg))
print(default.itf_max, default.ep_max, default.str_max, len(default.desc_dev), len(default.desc_cfg))
print(usb.XFER_SUCCESS, usb.XFER_FAILED, usb.XFER_STALLED)


def attempt(call, *args):
    try:
        print(call(*args))
    except Exception as error:
        print(type(error).__name__, error)


attempt(usb.active, True)
attempt(usb.submit_xfer, 0x81, b"")
attempt(usb.stall, 0x81)
attempt(usb.config, 1, b"", ())
attempt(usb.config, b"", 1, ())
attempt(usb.config, b"", b"", 1)
attempt(usb.remote_wakeup)

device = bytes.fromhex("12010002ff00014055f09999000100000001")
config = b"\x09\x02\x20\x00\x01\x01\x00\x80\x32" + b"\x09\x04\x00\x00\x02\xff\x00\x00\x00"
config += b"\x07\x05\x81\x02\x40\x00\x00" + b"\x07\x05\x01\x02\x40\x00\x00"
sent = []


def opened(view):
    print("opened", len(view), view[2])
    print("at open", usb.submit_xfer(0x81, b"waits for the PC"))
    attempt(usb.submit_xfer, 0x81, b"again")


usb.config(device, config, None, opened, lambda: print("reset"), None, sent.append)
print(usb.active(True))
attempt(usb.submit_xfer, 0x81, b"too early")
began = time.ticks_ms()
while not usb.submit_xfer(0x01, bytearray(8)):
    time.sleep_ms(10)
print("the host took", time.ticks_diff(time.ticks_ms(), began) // 100, "hundred ms")
attempt(usb.submit_xfer, 0x01, b"read only")
attempt(usb.submit_xfer, 0x20, bytearray(1))
attempt(setattr, usb, "builtin_driver", usb.BUILTIN_DEFAULT)
print(usb.stall(0x81, True), usb.stall(0x81))
print(usb.active(False), usb.active(), sent)
