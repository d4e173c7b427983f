"""Which drivers a Linux kernel binds to a new device's interfaces, for programs to meet them as they would there."""

from collections.abc import Mapping

from machine_compat.mock.usb.descriptors import ConfigurationDescriptor, DeviceDescriptor

BY_CLASS = {2: "cdc_acm", 3: "usbhid", 8: "usb-storage", 10: "cdc_acm"}
"""By interface class."""
BY_PRODUCT: Mapping[tuple[int, int], Mapping[int | None, str]] = {
    (0x0403, 0x6010): {None: "ftdi_sio"},
    (0x0403, 0x6011): {None: "ftdi_sio"},
    (0x0403, 0x6014): {None: "ftdi_sio"},
    (0x0403, 0x6048): {None: "ftdi_sio"},
    (0x04D8, 0x00DD): {2: "mcp2221"},
}
"""By vendor and product, then by interface number, None for all of them; these go first."""


def drivers_of(device: DeviceDescriptor | None, active: ConfigurationDescriptor | None) -> dict[int, str]:
    """The drivers by interface number; an interface that none knows is left out."""
    if device is None or active is None:
        return {}
    mine = BY_PRODUCT.get((device.idVendor, device.idProduct), {})
    found = {}
    for settings in active.interfaces:
        number, kind = settings[0].bInterfaceNumber, settings[0].bInterfaceClass
        driver = mine.get(number) or mine.get(None) or BY_CLASS.get(kind)
        if driver:
            found[number] = driver
    return found
