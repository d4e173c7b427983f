"""What a backend provides: channels, their configurations, and the Backend that opens them. Read this first.

A *channel* is an opened peripheral. Its verbs take and return plain values and are positional-only, so that taps
(trace, record, replay, faults) are written once for all of them. A *ref* is the backend's own name of a channel.
A channel raises BusError for what happens on the wire, ConfigError for a set-up mistake; never OSError.
Handlers given to `watch` may be called from any thread; interrupts.py brings them to the script.
"""

from machine_compat.contract.analog import ADCChannel, ADCConfig, DACChannel, PWMChannel, PWMConfig
from machine_compat.contract.backend import Backend
from machine_compat.contract.can import CANChannel, CANConfig, CANErrors, CANEvent, CANFrame, CANMode
from machine_compat.contract.card import CardChannel, CardConfig
from machine_compat.contract.counter import CounterChannel, CounterConfig, CountRule
from machine_compat.contract.i2c import I2CBus, I2CConfig, Message, Op, Read, Write
from machine_compat.contract.i2c_target import I2CTargetChannel, I2CTargetConfig, I2CTargetEvent, I2CTargetHandler
from machine_compat.contract.i2s import I2SChannel, I2SConfig
from machine_compat.contract.line import Edge, EdgeHandler, Line, LineConfig, Mode, Pull
from machine_compat.contract.pio import StateMachineChannel, StateMachineConfig
from machine_compat.contract.rtc import RTCChannel
from machine_compat.contract.spi import SPIBus, SPIConfig
from machine_compat.contract.touch import TouchChannel
from machine_compat.contract.uart import UARTChannel, UARTConfig, UARTEvent
from machine_compat.contract.usb_device import USBDeviceChannel, USBDeviceConfig, USBDeviceEvent, USBDeviceHandler
from machine_compat.contract.watchdog import Watchdog
from machine_compat.contract.wiring import Wiring, natural

__all__ = [
    "ADCChannel",
    "ADCConfig",
    "Backend",
    "CANChannel",
    "CANConfig",
    "CANErrors",
    "CANEvent",
    "CANFrame",
    "CANMode",
    "CardChannel",
    "CardConfig",
    "CountRule",
    "CounterChannel",
    "CounterConfig",
    "DACChannel",
    "Edge",
    "EdgeHandler",
    "I2CBus",
    "I2CConfig",
    "I2CTargetChannel",
    "I2CTargetConfig",
    "I2CTargetEvent",
    "I2CTargetHandler",
    "I2SChannel",
    "I2SConfig",
    "Line",
    "LineConfig",
    "Message",
    "Mode",
    "Op",
    "PWMChannel",
    "PWMConfig",
    "Pull",
    "RTCChannel",
    "Read",
    "SPIBus",
    "SPIConfig",
    "StateMachineChannel",
    "StateMachineConfig",
    "TouchChannel",
    "UARTChannel",
    "UARTConfig",
    "UARTEvent",
    "USBDeviceChannel",
    "USBDeviceConfig",
    "USBDeviceEvent",
    "USBDeviceHandler",
    "Watchdog",
    "Wiring",
    "Write",
    "natural",
]
