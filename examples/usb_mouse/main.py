# The USR switch is the mouse's left button.

import pyb

FLAT = 2  # counts of the accelerometer, 21 to a g, that are no tilt
accel = pyb.Accel()
button = pyb.Switch()
mouse = pyb.USB_HID()


def slope(counts):
    """How far the pointer runs in a step."""
    return 0 if abs(counts) <= FLAT else counts // 2


print("mode", pyb.usb_mode())
while True:
    mouse.send((int(button.value()), slope(accel.x()), slope(-accel.y()), 0))
    pyb.delay(20)
