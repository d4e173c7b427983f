"""The pyboard on USB, behind `USB_VCP`, `USB_HID` and `usb_mode`: its serial port, reports and disk."""
