"""What lets a program open a USB adapter, on each operating system."""

MCP2221 = 0x04D8
ZADIG = "give it the driver WinUSB with Zadig (https://zadig.akeo.ie)"


def udev_rule(vendor: int, product: int) -> str:
    """The line that lets the user at the computer open a device."""
    return f'SUBSYSTEM=="usb", ATTR{{idVendor}}=="{vendor:04x}", ATTR{{idProduct}}=="{product:04x}", TAG+="uaccess"'


def advice(platform: str, vendor: int, product: int) -> str:
    """What to do about an adapter that this user may not open, or that the system's driver keeps; on one line.

    platform: as sys.platform.
    """
    if platform.startswith("linux"):
        rule = udev_rule(vendor, product)
        return f"put {rule} into /etc/udev/rules.d/60-machine-compat.rules and plug it in again"
    if platform == "win32":
        if vendor == MCP2221:
            return f"{ZADIG}, its interface 2 alone: its serial port keeps its own driver"
        return f"{ZADIG}; a serial port that it had is gone then"
    if platform == "darwin":
        driver = "macOS's HID driver" if vendor == MCP2221 else "AppleUSBFTDI" if vendor == 0x0403 else "another driver"
        return f"{driver} has it, and only root may take it from there: run with sudo"
    return "run as root, or free it from the system's own driver"
