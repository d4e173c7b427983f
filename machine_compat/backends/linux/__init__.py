"""The Linux kernel as a backend: GPIO by the character device, I2C, SPI, serial ports, PWM, IIO, watchdog, clock.

    linux://pinctrl-rp1,pinctrl-bcm2711?uart0=bcm2712:/dev/ttyAMA0,/dev/serial0

place: labels or names of the gpiochip that plain numbers mean, the first that is there. Options: ``i2c0=``, ``spi0=``,
``uart0=`` and so on name a bus's device, as `nodes.node_of` has it; ``watchdog=`` the watchdog's; ``rtc=system`` lets
scripts set the computer's clock; ``soft_pwm=yes`` lets a thread make PWM on lines that have none; ``usb0=`` names the
USB device controller, where there are several.

Refs: a line as `chips.find_line` has it; a bus as "i2c1" or by its device's path; PWM as `pwm.find_channel`, analog
inputs as `adc.find_input` have them. Nothing is opened before a channel is configured.
"""

import re
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TypeVar

from machine_compat.backends.linux.adc import IIOChannel, find_input
from machine_compat.backends.linux.bitstream import MosiLine
from machine_compat.backends.linux.chips import Chip, Place, find_line, read_chip, read_chips
from machine_compat.backends.linux.clock import LinuxClock
from machine_compat.backends.linux.gadget import LinuxUSBDevice
from machine_compat.backends.linux.gpio import LinuxLine
from machine_compat.backends.linux.i2c import LinuxI2C
from machine_compat.backends.linux.nodes import node_of
from machine_compat.backends.linux.pwm import SysfsPWM, ThreadPWM, find_channel
from machine_compat.backends.linux.spi import LinuxSPI, numbers_of
from machine_compat.backends.linux.timekeeping import LinuxWatchdog, SystemRTC
from machine_compat.backends.linux.uart import LinuxUART
from machine_compat.backends.linux.watcher import Watcher
from machine_compat.contract import Backend, Line, PWMChannel, RTCChannel, Watchdog, Wiring
from machine_compat.errors import ConfigError

C = TypeVar("C", LinuxI2C, LinuxUART, LinuxUSBDevice, SysfsPWM, ThreadPWM)
MAIN_THREAD = threading.main_thread().ident
SWITCHES = {"watchdog": None, "rtc": ("system", "offset"), "soft_pwm": ("yes", "no")}
"""The other options, and the values they may have."""


class LinuxBackend(Backend):
    """The buses of the computer this runs on."""

    name = "Linux"

    def __init__(
        self, wiring: Wiring, place: str = "", options: Mapping[str, str] | None = None, sysfs: Path = Path("/sys")
    ) -> None:
        self._wiring = wiring
        self._main = tuple(filter(None, place.split(","))) or ("gpiochip0",)
        self._options = checked(options or {})
        self._sysfs = sysfs
        self._clock = LinuxClock()
        self._watcher = Watcher()
        self._chips: dict[str, Chip] | None = None
        self._lines: dict[tuple[str, int], LinuxLine] = {}
        self._spis: dict[str, LinuxSPI] = {}
        self._watchdog: LinuxWatchdog | None = None
        self._channels: list[LinuxI2C | LinuxUART | LinuxUSBDevice | PWMChannel] = []

    # ---- lines

    def line(self, ref: str, /) -> Line:
        place = self._place(ref)
        known = self._lines.get((place.node, place.offset))
        if known is None:
            known = self._lines[place.node, place.offset] = self._new_line(ref, place)
        return known

    def _new_line(self, ref: str, place: Place) -> LinuxLine:
        for name, pins in self._wiring.buses.items():
            if name.startswith("spi") and pins.get("mosi") == ref:
                return MosiLine(place, self._clock, self._watcher, self._selector, partial(self.spi, name))
        return LinuxLine(place, self._clock, self._watcher, self._selector)

    def _place(self, ref: str) -> Place:
        explicit = re.fullmatch(r"(?:/dev/)?(gpiochip\d+)/(.+)", ref)
        if explicit:
            # Nothing else is opened, not even to be looked at.
            return find_line(ref, [read_chip(f"/dev/{explicit[1]}")], self._main)
        if self._chips is None:
            self._chips = {chip.node: chip for chip in read_chips()}
        try:
            return find_line(ref, list(self._chips.values()), self._main)
        except ConfigError:
            # A chip may have been plugged in meanwhile.
            self._chips = {chip.node: chip for chip in read_chips()}
            return find_line(ref, list(self._chips.values()), self._main)

    # ---- buses

    def i2c(self, ref: str, /) -> LinuxI2C:
        return self._kept(LinuxI2C(self._node("i2c", ref), self._wiring.buses.get(ref, {}), self._sysfs))

    def spi(self, ref: str, /) -> LinuxSPI:
        node = self._node("spi", ref)
        known = self._spis.get(node)
        if known is None:
            known = self._spis[node] = LinuxSPI(node, self._wiring.buses.get(ref, {}), self._sysfs)
        return known

    def _selector(self, bus: int, select: int) -> Callable[[int], None]:
        for node, known in self._spis.items():
            if numbers_of(node)[0] == bus:
                return known.selector(select)
        return self.spi(f"/dev/spidev{bus}.{select}").selector(select)

    def uart(self, ref: str, /) -> LinuxUART:
        wired = self._wiring.buses.get(ref, {})
        return self._kept(LinuxUART(self._node("uart", ref), self._clock, self._watcher, wired))

    def _node(self, kind: str, ref: str) -> str:
        return node_of(kind, ref, self._options)

    # ---- analog, pulses, time

    def pwm(self, ref: str, /) -> PWMChannel:
        if self._options.get("soft_pwm") == "yes" and ref not in self._wiring.pwm:
            return self._kept(ThreadPWM(self.line(ref)))
        return self._kept(SysfsPWM(*find_channel(ref, self._wiring.pwm, self._sysfs)))

    def adc(self, ref: str, /) -> IIOChannel:
        return find_input(ref, self._sysfs)

    def usb_device(self, ref: str, /) -> LinuxUSBDevice:
        return self._kept(LinuxUSBDevice(self._options.get(ref, ""), self._watcher, self._sysfs))

    def watchdog(self, expired: Callable[[], None], /) -> Watchdog:
        self._watchdog = LinuxWatchdog(self._options.get("watchdog", "/dev/watchdog"))
        return self._watchdog

    def rtc(self) -> RTCChannel:
        return SystemRTC(self._options.get("rtc") == "system")

    def clock(self) -> LinuxClock:
        return self._clock

    def in_script(self) -> bool:
        return threading.get_ident() == MAIN_THREAD

    def _kept(self, channel: C) -> C:
        """A channel that is closed with the backend, if not before."""
        self._channels.append(channel)
        return channel

    def close(self) -> None:
        with ExitStack() as closing:
            closing.callback(self._clock.close)
            closing.callback(self._watcher.close)
            if self._watchdog is not None:
                closing.callback(self._watchdog.stop)
            for channel in (*self._channels, *self._spis.values(), *self._lines.values()):
                closing.callback(channel.close)


def checked(options: Mapping[str, str]) -> Mapping[str, str]:
    """The options of a backend URL; ConfigError names those there are."""
    for name, value in options.items():
        values = SWITCHES.get(name)
        known = name in SWITCHES or re.fullmatch(r"(i2c|spi|uart|usb)\d+", name)
        if not known or (values and value not in values):
            names = ", ".join([*SWITCHES, "i2cN, spiN, uartN (a device's path), usbN (a controller)"])
            raise ConfigError(f"backend linux://: no option {name}={value}; there are {names}")
    return options
