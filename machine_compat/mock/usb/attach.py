"""Plugs simulated USB devices into a board's host, as --attach names them.

usbdisk@usb,file=image.img                  options: what the device's constructor takes
usbserial@usb,tx=GP1,rx=GP0                 pins of the device, and what they are soldered to
usbserial@usb,loopback=1,pty=/tmp/board     its serial port at the host on a pseudo terminal, under this name
"""

from collections.abc import Mapping
from inspect import signature

from machine_compat.errors import ConfigError, choices
from machine_compat.mock.attach import Place, require, sorted_options
from machine_compat.mock.backend import MockBackend
from machine_compat.mock.nets import connect
from machine_compat.mock.usb.bridge import Bridge
from machine_compat.mock.usb.device import SimulatedDevice
from machine_compat.mock.usb.devices import parts

PTY = "pty"


def attach_device(backend: MockBackend, spec: str, name: str, place: Place) -> SimulatedDevice:
    """Build the device that a specification names and plug it in; its pins are soldered where options say.

    While the world stands still the host enumerates it before this returns, else as the world goes on. Raises
    ConfigError, and has plugged nothing in then.
    """
    every = parts()
    if name not in every:
        raise ConfigError(f"no simulated USB device {name!r}; {choices(name, sorted(every))}")
    if place.sub:
        raise ConfigError(f"--attach {spec}: a colon is for an I2C address or an SPI chip select, {name} has none")
    options, rest = sorted_options(every[name], place)
    link = rest.pop(PTY, None)
    require(every[name], spec, name, options)
    try:
        device = every[name](**options)
    except (ConfigError, TypeError, ValueError) as error:
        raise ConfigError(f"--attach {spec}: {error}") from error
    device.name = f"{name}@usb"
    pins = device.pins if isinstance(device, Bridge) else ()
    for key in rest:
        if key.upper() not in pins:
            known = ", ".join(sorted({*signature(every[name]).parameters, *map(str.lower, pins), PTY}))
            raise ConfigError(f"--attach {spec}: {name} has no option {key!r}; it has {known}")
    plug(backend, device, {key.upper(): ref for key, ref in rest.items()}, link)
    return device


def plug(backend: MockBackend, device: SimulatedDevice, wires: Mapping[str, str], link: str | None) -> None:
    """Plug a device in. wires: its pins, and the board's they are soldered to; link: the name of its terminal."""
    soldered = {pin: backend.terminal(backend.wiring.ref(ref)) for pin, ref in wires.items()}
    host = backend.usb_host
    host.plug(device, wait=not backend.world.running)
    if isinstance(device, Bridge):
        for pin, terminal in soldered.items():
            connect(device.terminal(pin), terminal)
    if link is not None:
        try:
            host.pty(device, link=link)
        except ConfigError:
            host.unplug(device)
            raise
