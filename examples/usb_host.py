# Talk to a USB device, with the code a computer would use: ask it, send it something, wait in vain, and get refused.
#
#   machine-compat run --board pico --attach usbecho@usb examples/usb_host.py
#
# CircuitPython boards with a USB host run it too, and so does a computer with pyusb.

from array import array

import usb.core

VENDOR, PRODUCT = 0x1209, 0x0001
OUT, IN = 0x01, 0x81
KEEP, KEPT = 1, 2

device = usb.core.find(idVendor=VENDOR, idProduct=PRODUCT)
if device is None:
    raise SystemExit("no USB device %04x:%04x is plugged in" % (VENDOR, PRODUCT))
print("%s by %s, serial number %s" % (device.product, device.manufacturer, device.serial_number))
if device.is_kernel_driver_active(0):
    device.detach_kernel_driver(0)
device.set_configuration()

# Control transfers: a request with data out, and one with data in.
print("kept:", device.ctrl_transfer(0x40, KEEP, 0, 0, array("B", b"hello")))
answer = array("B", bytes(16))
count = device.ctrl_transfer(0xC0, KEPT, 0, 0, answer)
print("back:", bytes(answer[:count]))

# Bulk transfers: what is shorter than a packet ends a read.
for text in (b"one", b"a text that is a little longer than the one before, and than a packet of 64 bytes"):
    sent = device.write(OUT, text)
    buffer = array("B", bytes(128))
    count = device.read(IN, buffer, 1000)
    print(sent, "bytes out,", count, "back:", bytes(buffer[:count]) == text)

try:
    device.read(IN, array("B", bytes(64)), 100)
except usb.core.USBTimeoutError as error:
    print("nothing came:", error.errno)

try:
    device.ctrl_transfer(0xC0, 99, 0, 0, answer)
except usb.core.USBError as error:
    print("refused:", error.errno)
