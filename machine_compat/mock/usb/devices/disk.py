"""This file is a USB stick with an image file on it, write-protected.

# Ref: USB Mass Storage Class Bulk-Only Transport 1.0: 4.1.1 serial number of twelve hexadecimal digits, 4.3 interface.
"""

from pathlib import Path

from machine_compat.errors import ConfigError
from machine_compat.mock.devices.sdcard_blocks import ImageBlocks
from machine_compat.mock.usb.device import Handshake, SimulatedDevice
from machine_compat.mock.usb.mass_storage import MassStorage
from machine_compat.mock.usb.scsi import SCSIDisk
from machine_compat.usbspec.descriptors import configuration, device_descriptor
from machine_compat.usbspec.requests import Setup
from machine_compat.usbspec.scsi import BLOCK
from machine_compat.usbspec.storage import storage_interface

VENDOR, PRODUCT = 0x1209, 0x0004
PIPE, SIZE = 1, 64


class USBDisk(SimulatedDevice):
    """A stick (1209:0004) with the blocks of an image file, which is never changed: writes are refused.

    file: the image, a whole number of blocks of 512 bytes. `disk.present = False` takes the medium out.
    """

    device_bytes = device_descriptor(VENDOR, PRODUCT, 0x0100)
    configuration_bytes = configuration(storage_interface(0, PIPE, SIZE))

    def __init__(self, file: str | Path, serial: str = "000000000001") -> None:
        super().__init__("machine_compat", "disk", str(serial))
        path = Path(file)
        if not path.is_file():
            raise ConfigError(f"usbdisk: file={str(file)!r} is no file; give it the image of a disk")
        count, rest = divmod(path.stat().st_size, BLOCK)
        if rest or not count:
            raise ConfigError(f"usbdisk: file={str(file)!r} is not a whole number of blocks of {BLOCK} bytes")
        self.disk = SCSIDisk(ImageBlocks(path), count, vendor="MCOMPAT", product="disk", write_protected=True)
        self._storage = MassStorage(self, self.disk, PIPE, SIZE)

    def settled(self) -> None:
        self._storage.reset()

    def request(self, setup: Setup, data: bytes) -> bytes | None:
        return self._storage.request(setup)

    def accept(self, endpoint: int, data: bytes) -> Handshake:
        return self._storage.accept(data)

    def next_packet(self, endpoint: int) -> bytes | Handshake:
        return self._storage.give()


PARTS = {"usbdisk": USBDisk}
