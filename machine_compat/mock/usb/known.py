"""What the host knows of a device in one of its ports: descriptors, and which configuration and settings are chosen."""

from machine_compat.mock.usb.descriptors import ConfigurationDescriptor, DeviceDescriptor, EndpointDescriptor
from machine_compat.mock.usb.transfers import TransferError, USBFault


class Known:
    """A device's descriptors as it sent them. configuration: the value of the active one, 0 for none."""

    def __init__(self) -> None:
        self.descriptor: DeviceDescriptor | None = None
        """None until the host has enumerated it."""
        self.configurations: list[ConfigurationDescriptor] = []
        self.configuration = 0
        self.alternates: dict[int, int] = {}

    @property
    def active(self) -> ConfigurationDescriptor | None:
        """The configuration it is in."""
        return next((one for one in self.configurations if one.bConfigurationValue == self.configuration), None)

    def endpoint(self, address: int) -> EndpointDescriptor:
        """An endpoint of the active configuration, in the alternate settings chosen; NOT_FOUND if there is none."""
        return self._find(address)[1]

    def owner(self, address: int) -> int:
        """The number of the interface that has an endpoint."""
        return self._find(address)[0]

    def _find(self, address: int) -> tuple[int, EndpointDescriptor]:
        for settings in self.active.interfaces if self.active else ():
            for setting in settings:
                if setting.bAlternateSetting == self.alternates.get(setting.bInterfaceNumber, 0):
                    for found in setting.endpoints:
                        if found.bEndpointAddress == address:
                            return setting.bInterfaceNumber, found
        raise TransferError(USBFault.NOT_FOUND)
