"""A board's USB device as a whole: the task that deals with what the host does, and the drivers it asks.

There is one a board (`usb_of`), and it outlives resets: a soft reset drops the script's device, and leaves a board that
is only its built-in serial port on the bus as it is.

# Ref: MicroPython shared/tinyusb/mp_usbd_runtime.c; TinyUSB src/device/usbd.c
"""

import sys
from collections import deque
from contextlib import suppress
from typing import cast

from machine_compat.board import OFF, Board
from machine_compat.contract import USBDeviceChannel, USBDeviceEvent
from machine_compat.errors import BusError, Fault, Unsupported
from machine_compat.machine.usb.cdc import CDC
from machine_compat.machine.usb.configuration import bind
from machine_compat.machine.usb.control import Driver, Requests
from machine_compat.machine.usb.firmware import Firmware, SerialFirmware, firmware_of
from machine_compat.machine.usb.runtime import RuntimeDriver
from machine_compat.traces import write_exception

REF = "usb0"
HOLD_NS = 50_000_000
"""How long a board that comes back as something else stays away, for the host to notice."""
SUCCESS, FAILED = 0, 1
ASKING = (USBDeviceEvent.SETUP, USBDeviceEvent.CONFIGURED)
"""What begins a new request."""


class USBStack:
    """device: the script's, once it has one. firmware: what the board is besides, and before.

    watched: whether somebody looks at the board from its host.
    """

    def __init__(self, board: Board) -> None:
        self._board = board
        self._channel: USBDeviceChannel | None = None
        self._requests = Requests(self._answer)
        self._events: deque[tuple[USBDeviceEvent, int, bytes]] = deque()
        self._configuration = b""
        self._chosen = 0
        self._met = False
        """Whether a host has asked something since the last reset of the bus."""
        self._in_task = False
        self._started = False
        self.device: RuntimeDriver | None = None
        self.watched = False
        self.firmware: Firmware = firmware_of(board, self)

    @property
    def cdc(self) -> CDC | None:
        """TinyUSB's serial port; None where the firmware has none."""
        return self.firmware.cdc if isinstance(self.firmware, SerialFirmware) else None

    def bind(self, channel: USBDeviceChannel, /) -> None:
        self._channel = channel

    # ---- on and off

    def watch(self) -> None:
        """Be looked at from the host, and so on the bus."""
        self.watched = True
        self.start()

    def start(self) -> None:
        """Be what the firmware is by itself, as a board is from the moment it is switched on; then nothing more."""
        if not self._started:
            self._started = True
            self._board.at_reset.append(self._reset)
            self._appear()

    def _appear(self) -> None:
        if self.firmware.there and self._board.reset_cause != OFF:
            # Where the backend has no such port, there is nothing to be on.
            with suppress(Unsupported):
                self._connect()
                self.firmware.open()

    def become(self, firmware: Firmware) -> None:
        """Come back as what a firmware is now, be it another or the one that changed. A script's device is gone."""
        self._swap(firmware)
        if self.device is not None:
            self.device.active = self.device.changed = False
        if self._started:
            self._appear()

    def _swap(self, firmware: Firmware) -> None:
        if self._channel is not None:
            self._leave(self._channel)
        self.firmware.close()
        self.firmware = firmware

    def open(self) -> None:
        """Have the channel; raises what the backend raises that has none."""
        self._board.usb_device(REF, self)

    def _connect(self) -> None:
        self.open()
        config = self.firmware.describe(self.device)
        self._configuration = config.configuration
        self._met = False
        if self._channel is not None:
            self._channel.connect(config, self._event)

    def _disconnect(self) -> None:
        """Leave the bus, and if a host was there stay away for so long that it notices."""
        if self._channel is None:
            return
        if self.device is not None:
            self.device.release()
        self.firmware.clear()
        met, self._met = self._met, False
        self._leave(self._channel)
        if met:
            self._board.sleep_ns(HOLD_NS)

    def _reset(self) -> None:
        """The board was reset: the script's device is gone, and the firmware's own comes back, if it was gone.

        One that is switched off comes back when it is switched on.
        """
        board = self._board
        device, self.device = self.device, None
        self._in_task = self._started = False
        wait_ns = 0
        if board.reset_cause != "SOFT":
            channel, self._channel = self._channel, None
            if channel is not None:
                self._leave(channel)
        elif device is not None and device.active:
            wait_ns = HOLD_NS
            if self._channel is not None:
                self._leave(self._channel)
        else:
            self._started = True
            board.at_reset.append(self._reset)
        if not self._started:
            self.firmware.close()
            if board.port.usb.firmware or not self.firmware.takes_devices:
                self.firmware = firmware_of(board, self)
        if board.reset_cause == OFF:
            board.at_reset.append(self._reset)
        elif self.firmware.there:
            board.clock.call_at(board.clock.now_ns() + wait_ns, self._resume)

    def _resume(self) -> None:
        if self._board.reset_cause == OFF:
            return
        if self._started:
            self._schedule()
        else:
            self.start()

    def _leave(self, channel: USBDeviceChannel) -> None:
        """Off the bus; the script's callbacks hear of it only when the bus is reset, once it is back."""
        channel.disconnect()
        self._events.clear()
        self._chosen = 0
        self._requests.forget()
        for driver in self.firmware.drivers:
            driver.reset()

    # ---- transfers

    def submit(self, endpoint: int, data: bytes | int) -> bool:
        """Begin a transfer; False where the controller does not take it. Raises BusError BUSY, as the channel does."""
        if self._channel is None:
            return False
        try:
            self._channel.submit(endpoint, data)
        except BusError as error:
            if error.fault is Fault.BUSY:
                raise
            return False
        return True

    def stall(self, endpoint: int, on: bool) -> None:
        if self._channel is not None:
            self._channel.stall(endpoint, on)

    def clear_stall(self, endpoint: int) -> None:
        """Let an endpoint go on, if it is halted."""
        if self.stalled(endpoint):
            self.stall(endpoint, False)

    def stalled(self, endpoint: int) -> bool:
        return self._channel is not None and self._channel.stalled(endpoint)

    def wakeup(self) -> bool:
        return self._channel is not None and self._channel.wakeup()

    def _answer(self, reply: bytes | int | None) -> None:
        """Answer the host, unless it has given up and asked something else meanwhile."""
        if self._channel is not None and not any(event in ASKING for event, _, _ in self._events):
            self._channel.answer(reply)

    # ---- the USB task

    def _event(self, event: USBDeviceEvent, value: int, data: bytes) -> None:
        self._events.append((event, value, data))
        self._schedule()

    def _schedule(self) -> None:
        self._board.interrupts.look_after(self._task)

    def change(self) -> None:
        """Have the task bring the script's device on the bus or off it, once the script is looked after, or is over."""
        clock = self._board.clock
        self._board.interrupts.look_after(self._task, at_once=False)
        clock.call_at(clock.now_ns(), self._schedule)

    def _task(self) -> None:
        if not self._in_task:
            self._work()

    def demand(self) -> None:
        if self._in_task:
            raise OSError("TinyUSB callback can't recurse")
        self._work()

    def _work(self) -> None:
        self._in_task = True
        try:
            while self._events:
                self._deal_with(*self._events.popleft())
            self._change()
        finally:
            self._in_task = False
        if self.device is not None:
            out = self._board.stdout or sys.stdout
            self.device.show_failures(lambda error: write_exception(error, out), out.write)

    def _change(self) -> None:
        device = self.device
        if device is None or not device.changed:
            return
        if not device.active:
            self._disconnect()
        else:
            if self._met:
                self._disconnect()
            if not self.firmware.takes_devices:
                self._swap(SerialFirmware(self._board, self))
                self.firmware.open()
            self._connect()
        device.changed = False

    def _deal_with(self, event: USBDeviceEvent, value: int, data: bytes) -> None:
        match event:
            case USBDeviceEvent.RESET:
                self._met = False
                self._unbind()
            case USBDeviceEvent.CONFIGURED:
                self._met = True
                self._configure(value)
            case USBDeviceEvent.SETUP:
                self._met = True
                self._requests.setup(data)
            case USBDeviceEvent.CONTROL_DATA:
                self._requests.data(data)
            case USBDeviceEvent.CONTROL_DONE:
                self._requests.done()
            case USBDeviceEvent.HALTED | USBDeviceEvent.CLEARED:
                self._requests.feature(value, event is USBDeviceEvent.HALTED)
            case USBDeviceEvent.SENT | USBDeviceEvent.RECEIVED | USBDeviceEvent.FAILED:
                driver = self._requests.endpoints.get(value)
                if driver is not None:
                    driver.transferred(value, FAILED if event is USBDeviceEvent.FAILED else SUCCESS, data)

    def _configure(self, value: int) -> None:
        if self._chosen:
            self._unbind()
        self._chosen = value
        if value and not bind(self._configuration, self._drivers(), self._requests):
            self._chosen = 0
            self._answer(None)
        else:
            self._answer(b"")

    def _drivers(self) -> list[Driver]:
        own: tuple[Driver, ...] = () if self.device is None else (self.device,)
        return [*own, *self.firmware.drivers]

    def _unbind(self) -> None:
        """No configuration any more."""
        self._chosen = 0
        self._requests.forget()
        for driver in self._drivers():
            driver.reset()


def usb_of(board: Board) -> USBStack:
    """The board's USB device."""
    if "usb device" not in board.retained:
        board.retained["usb device"] = USBStack(board)
    return cast(USBStack, board.retained["usb device"])
