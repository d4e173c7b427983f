"""The PC's side: reads the keyboard's reports with plain pyusb until Enter, and switches its Caps Lock on.

python pc.py    with the board on the USB port; it takes the keyboard from the system while it runs, which on Linux
                wants the permission to (sudo, or a udev rule)
"""

import usb.core
import usb.util

HID, SET_REPORT, CAPS_LOCK = 3, 9, 2
LETTERS = {4 + index: letter for index, letter in enumerate("abcdefghijklmnopqrstuvwxyz")}
ENTER = 0x28


def keyboards(device: usb.core.Device) -> list[usb.core.Interface]:
    """Its interfaces that are boot keyboards."""
    return [one for one in device[0] if (one.bInterfaceClass, one.bInterfaceProtocol) == (HID, 1)]


def main() -> None:
    device = usb.core.find(custom_match=keyboards)
    if device is None:
        raise SystemExit("there is no keyboard")
    keyboard = keyboards(device)[0]
    number = keyboard.bInterfaceNumber
    print(usb.util.get_string(device, keyboard.iInterface))
    if device.is_kernel_driver_active(number):
        device.detach_kernel_driver(number)
    device.ctrl_transfer(0x21, SET_REPORT, 0x0200, number, bytes((CAPS_LOCK,)))
    typed = ""
    while True:
        keys = keyboard[0].read(8, timeout=5000)[2:]
        if ENTER in keys:
            break
        typed += "".join(LETTERS.get(key, "") for key in keys)
    print(typed)
    usb.util.dispose_resources(device)


if __name__ == "__main__":
    main()
