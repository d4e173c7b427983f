"""Finds the one USB adapter that a board means, and lists the candidates when that is not clear."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from machine_compat.bridge.advice import advice
from machine_compat.errors import ConfigError
from machine_compat.usbspec.descriptors import DEVICE, DEVICE_LENGTH, TO_HOST
from machine_compat.usbspec.requests import GET_DESCRIPTOR

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
    described = wanted.name
    described += f" with serial number {wanted.serial}" if wanted.serial else ""
    described += f" on USB port {wanted.port}" if wanted.port else ""
    if fitting:
        which = choices(wanted.scheme, fitting)
        raise ConfigError(f"{len(fitting)} adapters match {described}; say which, with --board or as backend: {which}")
    unreadable = [device for device in plugged if serial_of(device) is None]
    if unreadable:
        first = unreadable[0]
        remedy = advice(sys.platform, first.idVendor, first.idProduct)
        raise ConfigError(f"{wanted.name} on USB port {port_of(first)}: permission denied; {remedy}")
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
        backend: IBackend | None = import_module("libusb_package").get_libusb1_backend()
    except ImportError:
        return None
    return backend


def has_libusb() -> bool:
    """Whether pyusb is installed and finds a libusb."""
    try:
        libusb1 = import_module("usb.backend.libusb1")
    except ImportError:
        return False
    return bool(packaged_libusb() or libusb1.get_backend())


@dataclass(frozen=True, slots=True)
class Seen:
    """An adapter as libusb sees it. refused: why it cannot be opened, "" where it can."""

    ids: tuple[int, int]
    serial: str
    port: str
    refused: str


def look(wanted: Wanted, backend: "IBackend | None" = None) -> list[Seen]:
    """All adapters of the kind; each is opened and closed again. ConfigError where pyusb or libusb is missing."""
    return [
        Seen((device.idVendor, device.idProduct), serial_of(device) or "", port_of(device), refused(device))
        for device in candidates(wanted, backend)
    ]


def refused(device: "Device") -> str:
    import usb.core
    import usb.util

    try:
        device.ctrl_transfer(TO_HOST, GET_DESCRIPTOR, DEVICE << 8, 0, DEVICE_LENGTH)
    except (usb.core.USBError, NotImplementedError) as error:
        return f"it cannot be opened ({error})"
    finally:
        usb.util.dispose_resources(device)
    return ""


def fits(wanted: Wanted, device: "Device") -> bool:
    return wanted.serial in ("", serial_of(device)) and wanted.port in ("", port_of(device))


def serial_of(device: "Device") -> str | None:
    """The serial number, "" where it has none; None where this user may not read it."""
    import usb.core

    if not device.iSerialNumber:
        return ""
    try:
        return device.serial_number or ""
    except (ValueError, NotImplementedError, usb.core.USBError):
        return None


def port_of(device: "Device") -> str:
    """Where it is plugged in: "1-2.3" is bus 1, port 2, port 3 of a hub there; as the kernel writes it."""
    ports = device.port_numbers or (device.address,)
    return f"{device.bus}-{'.'.join(map(str, ports))}"


def choices(scheme: str, devices: Iterable["Device"]) -> str:
    """The URL of each device, and where it is."""
    named = [(serial_of(device) or "", port_of(device)) for device in devices]
    serials = [serial for serial, _ in named]
    urls = [(url_of(scheme, serial, port, serials), port) for serial, port in named]
    return ", ".join(url if url.endswith(f"={port}") else f"{url} on USB port {port}" for url, port in urls)


def url_of(scheme: str, serial: str, port: str, serials: Sequence[str]) -> str:
    """The URL of a device: by its serial number where no other of `serials` is the same, by its port otherwise."""
    return f"{scheme}://{serial}" if serial and serials.count(serial) == 1 else f"{scheme}://?port={port}"
