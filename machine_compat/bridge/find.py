"""Finds the one USB adapter that a board means, and lists the candidates when that is not clear."""

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
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
    described = wanted.name
    described += f" with serial number {wanted.serial}" if wanted.serial else ""
    described += f" on USB port {wanted.port}" if wanted.port else ""
    if fitting:
        raise ConfigError(f"{len(fitting)} adapters match {described}; say which: {choices(wanted.scheme, fitting)}")
    unreadable = [device for device in plugged if serial_of(device) is None]
    if unreadable:
        first = unreadable[0]
        advice = udev_advice(first.idVendor, first.idProduct)
        raise ConfigError(f"{wanted.name} on USB port {port_of(first)}: permission denied; {advice}")
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
    """The URL of each device: by its serial number where that tells it from the others, by its port otherwise."""
    named = [(serial_of(device), port_of(device)) for device in devices]
    serials = [serial for serial, _ in named]
    return ", ".join(
        f"{scheme}://{serial} on USB port {port}"
        if serial and serials.count(serial) == 1
        else f"{scheme}://?port={port}"
        for serial, port in named
    )


def udev_advice(vendor: int, product: int) -> str:
    """What lets the user at the computer open a device, on one line."""
    if not sys.platform.startswith("linux"):
        return "run as administrator, or free it from the system's own driver"
    rule = f'SUBSYSTEM=="usb", ATTR{{idVendor}}=="{vendor:04x}", ATTR{{idProduct}}=="{product:04x}", TAG+="uaccess"'
    return f"put {rule} into /etc/udev/rules.d/60-machine-compat.rules and plug it in again"
