"""A simulated i2c-tiny-usb: an I2C controller in a microcontroller, which Linux drives with a module of that name.

# Ref: the requests as Linux drivers/i2c/busses/i2c-tiny-usb.c makes them: each message of a transfer is one control
# transfer, which lasts as long as the message, and then its status is asked for.
"""

from collections.abc import Mapping
from typing import ClassVar

from machine_compat.mock.usb.bridge import Bridge
from machine_compat.mock.usb.device import Handshake
from machine_compat.mock.usb.i2c_master import I2CMaster, LineHeld
from machine_compat.mock.usb.sequencer import Program, Sequencer
from machine_compat.usbspec.descriptors import configuration, device_descriptor, interface
from machine_compat.usbspec.requests import Setup

ECHO, GET_FUNCTIONS, SET_DELAY, GET_STATUS, TRANSFER = 0, 1, 2, 3, 4
BEGIN, END = 1, 2
"""Bits of a TRANSFER request: the first message, and the last, after which there is a STOP."""
READ = 1
"""Bit of wValue, the flags of the kernel's i2c_msg."""
IDLE, ACKNOWLEDGED, NOT_ACKNOWLEDGED = 0, 1, 2
FUNCTIONS = 0x0EFF_0009
"""I2C_FUNC_I2C and I2C_FUNC_SMBUS_EMUL."""
PATIENCE_NS = 50_000_000
DELAY_US = 10


class I2CTinyUSB(Bridge):
    """Chips hang on "i2c0" (pins SCL, SDA). Of a message it tells whether it failed, and not at which byte."""

    label: ClassVar[str] = "i2c_tiny_usb"
    pins: ClassVar[tuple[str, ...]] = ("SCL", "SDA")
    buses: ClassVar[Mapping[str, Mapping[str, str]]] = {"i2c0": {"scl": "SCL", "sda": "SDA"}}

    def __init__(self, serial: str = "0001") -> None:
        super().__init__("Till Harbaum", "i2c-tiny-usb", serial)
        self.device_bytes = device_descriptor(0x0403, 0xC631, 0x0205, kind=(0xFF, 0, 0), ep0_size=8)
        self.configuration_bytes = configuration(interface(0, (0, 0, 0)))
        self.status = IDLE
        self._busy = False

    def powered(self) -> None:
        super().powered()
        scl, sda = self.terminal("SCL"), self.terminal("SDA")
        scl.pull(1)
        sda.pull(1)
        self._master = I2CMaster(scl, sda, PATIENCE_NS)
        self._sequencer = Sequencer(self.world)

    # ---- USB

    def settled(self) -> None:
        self._give_up()
        self.status = IDLE
        self._master.bit_ns = DELAY_US * 1000

    def setup(self, packet: bytes) -> None:
        self._give_up()
        super().setup(packet)

    def give(self, endpoint: int) -> bytes | Handshake:
        """Endpoint 0 has nothing to say before the message is over."""
        return Handshake.NAK if self._busy else super().give(endpoint)

    def request(self, setup: Setup, data: bytes) -> bytes | None:
        if setup.bRequest & TRANSFER:
            self._busy = True
            self._sequencer.start(self._message(setup, data))
            return bytes(setup.wLength) if setup.device_to_host else b""
        if setup.bRequest == SET_DELAY:
            self._master.bit_ns = max(1, setup.wValue) * 1000
            return b""
        answers = {
            ECHO: setup.wValue.to_bytes(2, "little"),
            GET_FUNCTIONS: FUNCTIONS.to_bytes(4, "little"),
            GET_STATUS: bytes((self.status,)),
        }
        return answers.get(setup.bRequest)

    def _give_up(self) -> None:
        """The host waits no more for the message that is under way."""
        if self._busy:
            self._busy = False
            self._sequencer.stop()
            self._master.let_go()

    # ---- I2C

    def _message(self, setup: Setup, data: bytes) -> Program:
        try:
            yield from self._clocked(setup, data)
        except LineHeld:
            self._master.let_go()
            self.status = NOT_ACKNOWLEDGED
        self._busy = False
        self.ready()

    def _clocked(self, setup: Setup, data: bytes) -> Program:
        """START, address and bytes; STOP after the last message, or without an acknowledge."""
        master = self._master
        reads = setup.wValue & READ
        yield from master.start()
        acked = yield from master.write((setup.wIndex << 1 & 0xFE) | reads)
        if acked and reads:
            came = bytearray()
            while len(came) < setup.wLength:
                came.append((yield from master.read(len(came) + 1 < setup.wLength)))
            self._reply = bytes(came)
        elif acked:
            for byte in data:
                acked = yield from master.write(byte)
                if not acked:
                    break
        self.status = ACKNOWLEDGED if acked else NOT_ACKNOWLEDGED
        if not acked or setup.bRequest & END:
            yield from master.stop()
