# A pyboard that is a mouse: tilt it and the pointer runs downhill. This is what it does first.
#
#   machine-compat run --board pyboard --for 2 examples/usb_mouse
#
# With a PC at the other end, which reads the mouse: python examples/usb_mouse/simulate.py

import pyb

pyb.usb_mode("VCP+HID", hid=pyb.hid_mouse)
