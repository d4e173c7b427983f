"""The PC's side: adds up what the mouse says, with plain pyusb, until its left button is pressed.

python pc.py    with the board on the USB port; it takes the mouse from the system while it runs, which on Linux wants
                the permission to (sudo, or a udev rule)
"""

import struct

import usb.core
import usb.util

HID, MOUSE, LEFT = 3, 2, 1


def mice(device: usb.core.Device) -> list[usb.core.Interface]:
    """Its interfaces that are boot mice."""
    return [one for one in device[0] if (one.bInterfaceClass, one.bInterfaceProtocol) == (HID, MOUSE)]


def main() -> None:
    device = usb.core.find(custom_match=mice)
    if device is None:
        raise SystemExit("there is no mouse")
    mouse = mice(device)[0]
    print(device.manufacturer, f"{device.idVendor:04x}:{device.idProduct:04x}")
    if device.is_kernel_driver_active(mouse.bInterfaceNumber):
        device.detach_kernel_driver(mouse.bInterfaceNumber)
    across = down = buttons = 0
    while not buttons & LEFT:
        buttons, x, y, _ = struct.unpack("Bbbb", mouse[0].read(4, timeout=5000))
        across, down = across + x, down + y
    print("the pointer went", "right" if across > 0 else "left", "and", "down" if down > 0 else "up")
    usb.util.dispose_resources(device)


if __name__ == "__main__":
    main()
