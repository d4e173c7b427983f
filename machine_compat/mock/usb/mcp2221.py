"""A simulated MCP2221A: USB to I2C, four GP pins with ADC and DAC, and a serial port.

# Ref: Microchip DS20005565 (MCP2221A), 3 (HID commands); report descriptor and endpoints as the silicon has them.
"""

from collections import deque
from collections.abc import Callable, Mapping
from typing import ClassVar

from machine_compat.mock.usb.bridge import Bridge
from machine_compat.mock.usb.cdc_serial import CDCSerial, cdc_interfaces
from machine_compat.mock.usb.device import Handshake
from machine_compat.mock.usb.mcp2221_engine import (
    CHUNK,
    LAST_CHUNK,
    READ,
    READ_RESTART,
    WRITE,
    WRITE_NO_STOP,
    WRITE_RESTART,
    I2CEngine,
)
from machine_compat.mock.usb.mcp2221_pins import GPPins
from machine_compat.mock.usb.mcp2221_settings import FACTORY_PINS, PRODUCT_ID, VENDOR, Settings
from machine_compat.usbspec import hid
from machine_compat.usbspec.descriptors import (
    COMPOSITE,
    INTERRUPT,
    TO_HOST,
    configuration,
    device_descriptor,
    endpoint,
    interface,
)
from machine_compat.usbspec.requests import CLASS, TO_INTERFACE, Setup

REPORT = 64
HID_INTERFACE, HID_ENDPOINT, CDC_ENDPOINT, CDC_SIZE = 2, 3, 2, 16
REPORT_DESCRIPTOR = bytes.fromhex("0600ff 0901 a101 0902 1500 26ff00 7508 9540 8102 0903 7508 9540 9102 c0")
HID_DESCRIPTOR = hid.hid_descriptor(len(REPORT_DESCRIPTOR))
STATUS, GET_DATA, SET_GPIO, GET_GPIO, SET_SRAM, GET_SRAM, RESET = 0x10, 0x40, 0x50, 0x51, 0x60, 0x61, 0x70
READ_FLASH, WRITE_FLASH, PASSWORD = 0xB0, 0xB1, 0xB2
OK, FAILED, NO_DATA, COUNT_INVALID = 0x00, 0x01, 0x41, 127
REVISIONS = b"A612"
"""Hardware A.6, firmware 1.2."""
QUEUE = 2
"""Answers that wait for the host before the next command is held off."""


class MCP2221A(Bridge):
    """Chips hang on "i2c0", "uart0" or pins GP0..GP3. Each command report is answered by exactly one report.

    A failed I2C transfer leaves the engine in an error state until it is cancelled (see I2CEngine).
    vdd: its supply in volts. pins: the settings of GP0..GP3 in its flash.
    """

    label: ClassVar[str] = "mcp2221"
    pins: ClassVar[tuple[str, ...]] = ("SCL", "SDA", "GP0", "GP1", "GP2", "GP3", "UTX", "URX")
    buses: ClassVar[Mapping[str, Mapping[str, str]]] = {
        "i2c0": {"scl": "SCL", "sda": "SDA"},
        "uart0": {"tx": "UTX", "rx": "URX"},
    }
    class_descriptors: ClassVar[Mapping[tuple[int, int], bytes]] = {
        (hid.REPORT_DESCRIPTOR, HID_INTERFACE): REPORT_DESCRIPTOR,
        (hid.HID_DESCRIPTOR, HID_INTERFACE): HID_DESCRIPTOR,
    }

    def __init__(self, serial: str = "0001", *, vdd: float = 3.3, pins: bytes = FACTORY_PINS) -> None:
        super().__init__()
        self.settings = Settings(serial, pins=bytearray(pins))
        self.device_bytes = device_descriptor(VENDOR, PRODUCT_ID, 0x0100, kind=COMPOSITE, ep0_size=8)
        reports = interface(
            HID_INTERFACE,
            (hid.HUMAN_INTERFACE, 0, 0),
            HID_DESCRIPTOR,
            endpoint(TO_HOST | HID_ENDPOINT, INTERRUPT, REPORT, 1),
            endpoint(HID_ENDPOINT, INTERRUPT, REPORT, 1),
        )
        self.configuration_bytes = configuration(cdc_interfaces(0, 1, CDC_ENDPOINT, CDC_SIZE), reports)
        self._vdd = vdd
        self._answers: deque[bytes] = deque()
        self._refused = False
        self._commands: dict[int, Callable[[bytes, bytearray], None]] = {
            STATUS: self._status,
            GET_DATA: self._get_data,
            SET_GPIO: self._set_gpio,
            GET_GPIO: self._get_gpio,
            SET_SRAM: self._set_sram,
            GET_SRAM: self._get_sram,
            READ_FLASH: self._read_flash,
            WRITE_FLASH: self._write_flash,
            PASSWORD: self._password,
            **dict.fromkeys((WRITE, WRITE_RESTART, WRITE_NO_STOP), self._write_i2c),
            **dict.fromkeys((READ, READ_RESTART), self._read_i2c),
        }

    def powered(self) -> None:
        super().powered()
        self.i2c = I2CEngine(self.world, self.terminal("SCL"), self.terminal("SDA"), self.ready)
        self.gp = GPPins([self.terminal(f"GP{pin}") for pin in range(4)], self.settings, self._vdd)
        self.gp.load()
        self._serial = CDCSerial(self, self.terminal("UTX"), self.terminal("URX"), CDC_SIZE)

    def unplugged(self) -> None:
        super().unplugged()
        self._power_on()

    def _power_on(self) -> None:
        self.settings.load()
        self.i2c.reset()
        self.gp.load()

    # ---- USB

    def settled(self) -> None:
        settings = self.settings
        self.strings = {1: settings.manufacturer, 2: settings.product, 3: settings.serial}
        self._answers.clear()
        self._refused = False

    def request(self, setup: Setup, data: bytes) -> bytes | None:
        if setup.wIndex != HID_INTERFACE:
            return self._serial.request(setup, data)
        if setup.bmRequestType != CLASS | TO_INTERFACE:
            return None
        if setup.bRequest == hid.SET_REPORT:
            self._execute(data)
            return b""
        return b"" if setup.bRequest in (hid.SET_IDLE, hid.SET_PROTOCOL) else None

    def accept(self, endpoint: int, data: bytes) -> Handshake:
        if endpoint == CDC_ENDPOINT:
            return self._serial.accept(data)
        if endpoint != HID_ENDPOINT:
            return Handshake.STALL
        if len(self._answers) >= QUEUE:
            self._refused = True
            return Handshake.NAK
        self._execute(data)
        return Handshake.ACK

    def next_packet(self, endpoint: int) -> bytes | Handshake:
        if endpoint == CDC_ENDPOINT:
            return self._serial.give()
        if endpoint != HID_ENDPOINT or not self._answers:
            return Handshake.NAK
        answer = self._answers.popleft()
        if self._refused:
            self._refused = False
            self.ready()
        return answer

    # ---- commands

    def _execute(self, report: bytes) -> None:
        command = report.ljust(REPORT, b"\0")[:REPORT]
        if command[:4] == bytes((RESET, 0xAB, 0xCD, 0xEF)):
            self._reset()
            return
        answer = bytearray(REPORT)
        answer[0] = command[0]
        act = self._commands.get(command[0])
        if act is None:
            answer[1] = FAILED
        else:
            act(command, answer)
        self._answers.append(bytes(answer))
        self.ready()

    def _reset(self) -> None:
        """Begin anew from flash, and come back on the bus as a new device."""
        self._power_on()
        self._answers.clear()
        if self.port is not None:
            self.port.reconnect()

    def _status(self, command: bytes, answer: bytearray) -> None:
        engine = self.i2c
        if command[2] == 0x10:
            answer[2] = 0x10 if engine.cancel() else 0x11
        if command[3] == 0x20:
            answer[3] = 0x20 if engine.set_divider(command[4]) else 0x21
            answer[4] = command[4]
        answer[8] = engine.state
        answer[9:11] = engine.requested.to_bytes(2, "little")
        answer[11:13] = engine.done.to_bytes(2, "little")
        answer[13] = len(engine.buffer)
        answer[14] = engine.divider
        answer[16] = engine.address
        answer[18] = (0x08 if engine.disturbed else 0x10) if engine.used else 0x00
        answer[20] = 0x40 if engine.nacked else 0x00
        answer[21] = 0x60 if engine.used else 0x00
        answer[22], answer[23] = engine.lines
        answer[24] = self.gp.interrupted
        answer[25] = engine.state in (CHUNK, LAST_CHUNK)
        answer[46:50] = REVISIONS
        answer[50:56] = self.gp.conversions()

    def _write_i2c(self, command: bytes, answer: bytearray) -> None:
        length = int.from_bytes(command[1:3], "little")
        if not self.i2c.write(command[0], length, command[3], command[4:]):
            answer[1] = FAILED
        answer[2] = self.i2c.state

    def _read_i2c(self, command: bytes, answer: bytearray) -> None:
        if not self.i2c.read(command[0], int.from_bytes(command[1:3], "little"), command[3]):
            answer[1] = FAILED
        answer[2] = self.i2c.state

    def _get_data(self, command: bytes, answer: bytearray) -> None:
        answer[2] = self.i2c.state
        data = self.i2c.collect()
        if data is None:
            answer[1], answer[3] = NO_DATA, COUNT_INVALID
        else:
            answer[3] = len(data)
            answer[4 : 4 + len(data)] = data

    def _set_gpio(self, command: bytes, answer: bytearray) -> None:
        answer[2:18] = self.gp.set(command)

    def _get_gpio(self, command: bytes, answer: bytearray) -> None:
        answer[2:10] = self.gp.get()

    def _set_sram(self, command: bytes, answer: bytearray) -> None:
        self.settings.set_sram(command)
        if command[6] & 0x80 and command[6] & 1:
            self.gp.interrupted = False
        if command[7] & 0x80:
            self.gp.load()
        else:
            self.gp.apply()

    def _get_sram(self, command: bytes, answer: bytearray) -> None:
        settings = self.settings
        answer[2:4] = bytes((18, 4))
        answer[4:22] = bytes(settings.sram_chip) + settings.password
        answer[22:26] = settings.sram_pins

    def _read_flash(self, command: bytes, answer: bytearray) -> None:
        data = self.settings.read_flash(command[1])
        if data is None:
            answer[1] = FAILED
        else:
            answer[2 : 2 + len(data)] = data

    def _write_flash(self, command: bytes, answer: bytearray) -> None:
        answer[1] = OK if self.settings.write_flash(command) else FAILED

    def _password(self, command: bytes, answer: bytearray) -> None:
        answer[1] = OK if command[2:10] == self.settings.password else 0x03
