"""The backend itself: what opens channels by ref."""

import threading
from abc import ABC
from collections.abc import Callable, Sequence

from machine_compat.clock import Clock, RealClock
from machine_compat.contract.analog import ADCChannel, DACChannel, PWMChannel
from machine_compat.contract.can import CANChannel
from machine_compat.contract.card import CardChannel
from machine_compat.contract.counter import CounterChannel
from machine_compat.contract.i2c import I2CBus
from machine_compat.contract.i2c_target import I2CTargetChannel
from machine_compat.contract.i2s import I2SChannel
from machine_compat.contract.line import Line
from machine_compat.contract.pio import StateMachineChannel
from machine_compat.contract.rtc import RTCChannel
from machine_compat.contract.spi import SPIBus
from machine_compat.contract.touch import TouchChannel
from machine_compat.contract.uart import UARTChannel
from machine_compat.contract.usb_device import USBDeviceChannel
from machine_compat.contract.watchdog import Watchdog
from machine_compat.errors import Unsupported


class Backend(ABC):
    """Opens channels by ref. A backend implements what its hardware has; the rest says Unsupported by itself."""

    name = "backend"

    def line(self, ref: str, /) -> Line:
        raise Unsupported(f"{self.name} has no GPIO lines")

    def i2c(self, ref: str, /) -> I2CBus:
        raise Unsupported(f"{self.name} has no I2C bus")

    def spi(self, ref: str, /) -> SPIBus:
        raise Unsupported(f"{self.name} has no SPI bus")

    def uart(self, ref: str, /) -> UARTChannel:
        raise Unsupported(f"{self.name} has no UART")

    def pwm(self, ref: str, /) -> PWMChannel:
        raise Unsupported(f"{self.name} has no PWM output")

    def adc(self, ref: str, /) -> ADCChannel:
        raise Unsupported(f"{self.name} has no analog input")

    def dac(self, ref: str, /) -> DACChannel:
        raise Unsupported(f"{self.name} has no analog output")

    def i2c_target(self, ref: str, /) -> I2CTargetChannel:
        raise Unsupported(f"{self.name} cannot be an I2C target")

    def i2s(self, ref: str, /) -> I2SChannel:
        raise Unsupported(f"{self.name} has no I2S")

    def can(self, ref: str, /) -> CANChannel:
        raise Unsupported(f"{self.name} has no CAN controller")

    def counter(self, ref: str, /) -> CounterChannel:
        raise Unsupported(f"{self.name} has no pulse counter")

    def touch(self, ref: str, /) -> TouchChannel:
        raise Unsupported(f"{self.name} has no touch pads")

    def usb_device(self, ref: str, /) -> USBDeviceChannel:
        """The USB port in the role of a device: "usb0"."""
        raise Unsupported(f"{self.name} cannot be a USB device")

    def card(self, ref: str, /) -> CardChannel:
        raise Unsupported(f"{self.name} has no slot for memory cards")

    def state_machine(self, ref: str, /) -> StateMachineChannel:
        """A state machine: "pio1/3" is the last one of the second block."""
        raise Unsupported(f"{self.name} has no programmable I/O")

    def levels(self, refs: Sequence[str], /) -> tuple[int, ...]:
        """The levels of several lines at one moment, where a backend can; the facade else reads one after the other."""
        raise Unsupported(f"{self.name} reads its lines one by one")

    def soft_i2c(self, scl: str, sda: str, /) -> I2CBus | None:
        """A bus on any two lines, where the backend does better than two Lines moved by hand; None otherwise."""
        return None

    def soft_spi(self, sck: str, mosi: str, miso: str, /) -> SPIBus | None:
        """An SPI bus on any lines, where the backend does better than Lines moved by hand; None otherwise."""
        return None

    def watchdog(self, expired: Callable[[], None], /) -> Watchdog:
        """A watchdog; `expired` is called where the backend can only tell, and not reset the board itself."""
        raise Unsupported(f"{self.name} has no watchdog")

    def rtc(self) -> RTCChannel:
        raise Unsupported(f"{self.name} has no real-time clock")

    def usb_bus(self) -> object | None:
        """pyusb's backend for what scripts ask of `usb.core`; None is pyusb's own, which is libusb.

        Called for each such question, never for anything else: it may import pyusb.
        """
        return None

    def clock(self) -> Clock:
        """The clock that times everything on this backend: the computer's own unless it simulates one."""
        return RealClock()

    def in_script(self) -> bool:
        """Whether the caller runs where the board's script does, so that a handler may be called at once."""
        return threading.current_thread() is threading.main_thread()

    def close(self) -> None:
        """Give everything back: lines, devices, threads."""
