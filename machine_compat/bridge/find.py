"""Finds the one USB adapter that a board means, and lists the candidates when that is not clear."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from machine_compat.errors import ConfigError

if TYPE_CHECKING:
    from usb.backend import IBackend
    from usb.core import Device

INSTALL = "pip install machine-compat[usb]"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which adapter: the scheme of its URL, what it is called, its (vendor, product) ids, and what the URL says.

    serial: its serial number, "" for any. port: where it is plugged in, as "1-2.3" (bus, then ports), "" for anywhere.
    """

    scheme: str
    name: str
    ids: Mapping[tuple[int, int], object]
    serial: str = ""
    port: str = ""


def find(wanted: Wanted, backend: "IBackend | None" = None) -> "Device":
    """The pyusb device that is meant.

    backend: pyusb's backend; None takes libusb, from libusb-package where that is installed. Raises ConfigError when
    there is none, or more than one, with a list of what is plugged in.
    """
    plugged = list(candidates(wanted, backend))
    fitting = [device for device in plugged if fits(wanted, device)]
    if len(fitting) == 1:
        return fitting[0]
    asked = [f"serial number {wanted.serial}"] * bool(wanted.serial) + [f"on USB port {wanted.port}"] * bool(wanted.port)
    described = " ".join([wanted.name, *asked])
    if fitting:
        raise ConfigError(f"{len(fitting)} adapters are {described}; say which: {choices(wanted.scheme, fitting)}")
    if plugged:
        raise ConfigError(f"no {described} is plugged in; there is {choices(wanted.scheme, plugged)}")
    ids = ", ".join(f"{vendor:04x}:{product:04x}" for vendor, product in wanted.ids)
    raise ConfigError(f"no {described} is plugged in: looked for USB id {ids}")


def candidates(wanted: Wanted, backend: "IBackend | None") -> Iterable["Device"]:
    """All adapters of the kind."""
    try:
        import usb.core
    except ImportError as error:
        raise ConfigError(f"{wanted.scheme}:// needs pyusb: {INSTALL}") from error
    try:
        found: Iterable[Device] = usb.core.find(
            find_all=True,
            backend=backend or packaged_libusb(),
            custom_match=lambda device: (device.idVendor, device.idProduct) in wanted.ids,
        )
    except usb.core.NoBackendError as error:
        raise ConfigError(f"{wanted.scheme}:// needs libusb: {INSTALL}") from error
    return found


def packaged_libusb() -> "IBackend | None":
    """The libusb that comes as a Python package, which Windows and macOS need; None where it is not installed."""
    try:
        import libusb_package
    except ImportError:
        return None
    backend: IBackend | None = libusb_package.get_libusb1_backend()
    return backend


def fits(wanted: Wanted, device: "Device") -> bool:
    return wanted.serial in ("", serial_of(device)) and wanted.port in ("", port_of(device))


def serial_of(device: "Device") -> str:
    """The serial number; "" where it has none, or where it cannot be read for want of permission."""
    import usb.core

    try:
        return device.serial_number or ""
    except (ValueError, NotImplementedError, usb.core.USBError):
        return ""


def port_of(device: "Device") -> str:
    """Where it is plugged in: "1-2.3" is bus 1, port 2, port 3 of a hub there; as the kernel writes it."""
    ports = device.port_numbers or (device.address,)
    return f"{device.bus}-{'.'.join(map(str, ports))}"


def choices(scheme: str, devices: Iterable["Device"]) -> str:
    """The URL of each device: by its serial number where that tells it from the others, by its port otherwise."""
    named = [(serial_of(device), port_of(device)) for device in devices]
    serials = [serial for serial, _ in named]
    return ", ".join(
        f"{scheme}://{serial} on USB port {port}"
        if serial and serials.count(serial) == 1
        else f"{scheme}://?port={port}"
        for serial, port in named
    )
