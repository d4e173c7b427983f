"""The simulated board's own USB port: a device controller whose descriptors, answers and transfers are its script's.

# Ref: Universal Serial Bus Specification rev. 2.0, 5.5-5.8 transfer types, 7.1.7.7 resume, 8.5.3 control transfers,
# 9.4 requests; TinyUSB src/device/usbd.c for what a stalled endpoint and a second configuration do.
"""

from collections.abc import Callable

from machine_compat.contract import USBDeviceConfig, USBDeviceEvent, USBDeviceHandler
from machine_compat.errors import BusError, Fault
from machine_compat.mock.usb.device import Handshake, USBDevice
from machine_compat.mock.usb.gadget_control import ControlPipe
from machine_compat.mock.usb.host import VirtualHost
from machine_compat.mock.world import World, nothing
from machine_compat.usbspec.descriptors import CONFIGURATION, DEVICE, ENDPOINT, STRING, TO_HOST, packet_size, pieces
from machine_compat.usbspec.requests import (
    CLEAR_FEATURE,
    ENDPOINT_HALT,
    GET_CONFIGURATION,
    GET_DESCRIPTOR,
    GET_STATUS,
    REMOTE_WAKEUP,
    SET_ADDRESS,
    SET_CONFIGURATION,
    SET_FEATURE,
    STANDARD,
    TO_ENDPOINT,
    TO_INTERFACE,
    Setup,
)

NOTHING = USBDeviceConfig(b"", b"", {})


class Gadget(USBDevice):
    """A board on the wire. The host learns of it when the script connects it and the cable is in.

    Handlers are called as events of the world, never in the middle of a packet.
    """

    def __init__(self, world: World, host: Callable[[], VirtualHost]) -> None:
        self.world = world
        self.configured = 0
        self.suspended = False
        self._attach: Callable[[Gadget], object] = lambda device: host().plug(device, wait=False)
        self._detach: Callable[[Gadget], object] = lambda device: host().unplug(device)
        self._cable = True
        self._config = NOTHING
        self._handler: USBDeviceHandler | None = None
        self._wakes = False
        self._sizes: dict[int, int] = {}
        self._halted: set[int] = set()
        self._sending: dict[int, bytes] = {}
        self._receiving: dict[int, tuple[int, bytearray]] = {}
        self._control = ControlPipe(self.ready)

    # ---- the cable

    @property
    def cable(self) -> bool:
        """Whether the cable to the host is in."""
        return self._cable

    @cable.setter
    def cable(self, there: bool) -> None:
        if there != self._cable:
            self._cable = there
            self._link()

    def _link(self) -> None:
        """Be on the bus, or not."""
        wanted = self._cable and self._handler is not None
        if wanted and self.port is None:
            self._attach(self)
        elif not wanted and self.port is not None:
            self._detach(self)

    def plug_into(self, attach: Callable[["Gadget"], object], detach: Callable[["Gadget"], object]) -> None:
        """Put the cable's far end into another host, given by what plugs a device in there and pulls it out."""
        there, self.cable = self.cable, False
        self._attach, self._detach = attach, detach
        self.cable = there

    def unplugged(self) -> None:
        super().unplugged()
        self.bus_reset()

    def suspend(self) -> None:
        """The host goes to sleep: no packets until it resumes."""
        self.suspended = True
        self._tell(USBDeviceEvent.SUSPENDED)

    def resume(self) -> None:
        """The host goes on."""
        if self.suspended:
            self.suspended = False
            self._tell(USBDeviceEvent.RESUMED)
            self.ready()

    # ---- the board's side

    def connect(self, config: USBDeviceConfig, handler: USBDeviceHandler) -> None:
        self.disconnect()
        self._config = config
        self._handler = handler
        self._control.size = config.device[7] if len(config.device) > 7 else 64
        self._link()

    def disconnect(self) -> None:
        self._handler = None
        self._link()
        self._forget()

    def submit(self, endpoint: int, data: bytes | int) -> None:
        if endpoint not in self._sizes:
            raise BusError(Fault.IO, message=f"the host's configuration has no endpoint {endpoint:#04x}")
        if endpoint in self._halted or endpoint in self._sending or endpoint in self._receiving:
            raise BusError(Fault.BUSY, message=f"endpoint {endpoint:#04x} has a transfer pending, or is halted")
        if isinstance(data, int):
            self._receiving[endpoint] = data, bytearray()
        else:
            self._sending[endpoint] = data
        self.ready()

    def answer(self, reply: bytes | int | None) -> None:
        if self._control.choosing:
            self._control.choosing = False
            if reply is None:
                self._choose(0)
            else:
                reply = b""
        self._control.answer(reply)

    def stall(self, endpoint: int, on: bool) -> None:
        if on:
            self._halted.add(endpoint)
            self._sending.pop(endpoint, None)
            self._receiving.pop(endpoint, None)
        else:
            self._halted.discard(endpoint)
        self.ready()

    def stalled(self, endpoint: int) -> bool:
        return endpoint in self._halted

    def wakeup(self) -> bool:
        if not (self.suspended and self._wakes):
            return False
        self.resume()
        return True

    def ready(self) -> None:
        """Tell the host that something which said NAK may answer now."""
        if self.port is not None:
            self.port.ready()
            # A host that waits comes before the script goes on in time.
            self.world.at(self.world.now, nothing)

    def _tell(self, event: USBDeviceEvent, value: int = 0, data: bytes = b"") -> None:
        handler = self._handler
        if handler is not None:
            self.world.at(self.world.now, lambda: handler is self._handler and handler(event, value, data))

    def _forget(self) -> None:
        self.configured = 0
        self.suspended = self._wakes = False
        self._sizes = {}
        self._halted.clear()
        self._sending.clear()
        self._receiving.clear()
        self._control.abort()

    # ---- the wire

    def bus_reset(self) -> None:
        self._forget()
        self._tell(USBDeviceEvent.RESET)

    def setup(self, packet: bytes) -> None:
        setup = Setup.parse(packet)
        if setup.kind != STANDARD or setup.recipient == TO_INTERFACE:
            self._control.begin(setup, self._tell)
            self._tell(USBDeviceEvent.SETUP, 0, packet)
            return
        self._control.begin(setup, None)
        if setup.bRequest == SET_CONFIGURATION and setup.bmRequestType == 0:
            value = setup.wValue & 0xFF
            if value != self.configured:
                self._choose(value)
                self._control.choosing = True
                self._tell(USBDeviceEvent.CONFIGURED, value)
                return
        reply = self._standard(setup)
        self._control.answer(reply if reply is None else reply[: setup.wLength])

    def take(self, endpoint: int, data: bytes) -> Handshake:
        if self.suspended:
            return Handshake.NAK
        if not endpoint:
            return self._control.take(data)
        if endpoint in self._halted:
            return Handshake.STALL
        if endpoint not in self._receiving:
            return Handshake.NAK
        count, received = self._receiving[endpoint]
        received += data
        if len(data) < self._sizes[endpoint] or len(received) >= count:
            del self._receiving[endpoint]
            self._tell(USBDeviceEvent.RECEIVED, endpoint, bytes(received[:count]))
        return Handshake.ACK

    def give(self, endpoint: int) -> bytes | Handshake:
        if self.suspended:
            return Handshake.NAK
        if not endpoint:
            return self._control.give()
        address = endpoint | TO_HOST
        if address in self._halted:
            return Handshake.STALL
        if address not in self._sending:
            return Handshake.NAK
        data, size = self._sending[address], self._sizes[address]
        self._sending[address] = data[size:]
        if len(data) <= size:
            del self._sending[address]
            self._tell(USBDeviceEvent.SENT, address)
        return data[:size]

    # ---- standard requests to the device and its endpoints

    def _choose(self, value: int) -> None:
        """Be in a configuration; all endpoints begin anew."""
        self.configured = value
        self._halted.clear()
        self._sending.clear()
        self._receiving.clear()
        self._sizes = {}
        for piece in pieces(self._config.configuration) if value else ():
            if piece[1] == ENDPOINT and len(piece) >= 7:
                self._sizes[piece[2]] = packet_size(piece)

    def _standard(self, setup: Setup) -> bytes | None:
        if setup.recipient == TO_ENDPOINT:
            return self._to_endpoint(setup)
        if setup.bRequest == GET_DESCRIPTOR:
            return self._descriptor(setup.wValue >> 8, setup.wValue & 0xFF)
        if setup.bRequest in (SET_ADDRESS, SET_CONFIGURATION):
            return b""
        if setup.bRequest == GET_CONFIGURATION:
            return bytes((self.configured,))
        if setup.bRequest == GET_STATUS:
            attributes = self._config.configuration[7:8] or b"\0"
            return bytes((attributes[0] >> 6 & 1 | self._wakes << 1, 0))
        if setup.bRequest in (SET_FEATURE, CLEAR_FEATURE) and setup.wValue == REMOTE_WAKEUP:
            self._wakes = setup.bRequest == SET_FEATURE
            return b""
        return None

    def _to_endpoint(self, setup: Setup) -> bytes | None:
        address = setup.wIndex & 0xFF
        if setup.bRequest == GET_STATUS:
            return bytes((address in self._halted, 0))
        if setup.bRequest not in (SET_FEATURE, CLEAR_FEATURE):
            return None
        if setup.wValue == ENDPOINT_HALT:
            self.stall(address, setup.bRequest == SET_FEATURE)
        event = USBDeviceEvent.HALTED if setup.bRequest == SET_FEATURE else USBDeviceEvent.CLEARED
        self._tell(event, address)
        return b""

    def _descriptor(self, kind: int, index: int) -> bytes | None:
        if kind == DEVICE:
            return self._config.device
        if kind == CONFIGURATION:
            # Whichever is asked for: a board has one.
            return self._config.configuration
        text = self._config.strings.get(index) if kind == STRING else None
        return None if text is None else bytes((len(text) + 2, STRING)) + text
