"""`machine.USBDevice`: a script says what the board is on USB, and answers the host itself.

# Ref: MicroPython extmod/machine_usb_device.c, shared/tinyusb/mp_usbd_runtime.c
"""

from typing import Any, ClassVar, Self

from machine_compat.errors import BusError
from machine_compat.machine.peripheral import Peripheral, buffer_of, fail, readable, to_int, writable
from machine_compat.machine.usb.builtin import Choice, builtins_of
from machine_compat.machine.usb.descriptors import ENDPOINTS
from machine_compat.machine.usb.runtime import RuntimeDriver
from machine_compat.machine.usb.stack import USBStack, usb_of
from machine_compat.oserror import EINVAL, os_error
from machine_compat.usbspec.descriptors import TO_HOST

_UNSET: Any = object()


class USBDevice(Peripheral):
    """USBDevice(): the one USB device of the board, whatever the arguments.

    Callbacks of `config` run where scheduled functions do. What they raise is printed, and the host is told STALL.
    """

    BUILTIN_NONE = Choice(0)
    BUILTIN_DEFAULT = Choice(1)
    BUILTIN_CDC = Choice(1)
    XFER_SUCCESS: ClassVar[int] = 0
    XFER_FAILED: ClassVar[int] = 1
    XFER_STALLED: ClassVar[int] = 2

    _stack: USBStack
    _driver: RuntimeDriver

    def __new__(cls, *args: object, **options: object) -> Self:
        board = cls._board
        return board.singleton((cls,), cls._make)

    @classmethod
    def _make(cls) -> Self:
        board = cls._board
        self = object.__new__(cls)
        self._stack = usb_of(board)
        self._driver = self._stack.device = RuntimeDriver(builtins_of(board.port.usb))
        self._stack.start()
        return self

    def __init__(self, *args: object, **options: object) -> None:
        """What there is stays as it is."""

    def config(
        self,
        desc_dev: object,
        desc_cfg: object,
        desc_strs: Any,
        open_itf_cb: object = None,
        reset_cb: object = None,
        control_xfer_cb: object = None,
        xfer_cb: object = None,
    ) -> None:
        """What the device is from the next `active(True)` on, and who is told of what the host does.

        desc_dev, desc_cfg: descriptors as the host gets them. desc_strs: strings by index. open_itf_cb(descriptors):
        once for each interface, or all of an association. reset_cb(). control_xfer_cb(stage, request): False is
        STALL, True agrees, a buffer is the data stage. xfer_cb(ep, result, count). Raises ValueError with the name of
        what is no buffer, or cannot be subscripted.
        """
        for name, value in (("desc_dev", desc_dev), ("desc_cfg", desc_cfg)):
            if not is_buffer(value):
                raise ValueError(name)
        if desc_strs is not None and not hasattr(type(desc_strs), "__getitem__"):
            raise ValueError("desc_strs")
        driver = self._driver
        driver.device, driver.configuration, driver.strings = desc_dev, desc_cfg, desc_strs
        driver.open_itf_cb, driver.reset_cb = open_itf_cb, reset_cb
        driver.control_xfer_cb, driver.xfer_cb = control_xfer_cb, xfer_cb
        self._listen()

    def active(self, value: object = _UNSET, /) -> bool:
        """Whether the device is on; with a value, bring it on the bus or off it, and return what was before.

        Raises OSError(EINVAL) where there is nothing to be: no `config`, and BUILTIN_NONE; OSError(EOPNOTSUPP) where
        the board cannot be a USB device. It happens soon: until then `submit_xfer` and `stall` raise OSError(EINVAL).
        A host that has met the board sees it go for 50 ms.
        """
        driver = self._driver
        before = driver.active
        if value is not _UNSET and bool(value) != before:
            if value and not driver.has_builtin and driver.device is None:
                raise os_error(EINVAL)
            try:
                self._stack.open()
            except BusError as error:
                fail(self._board, "USBDevice", error)
            driver.active = not before
            driver.changed = True
            self._listen()
            self._stack.change()
        return before

    def submit_xfer(self, ep: object, buffer: object, /) -> bool:
        """Begin a transfer on an endpoint: send the buffer, or receive until it is full or a packet is short.

        False where the host has not configured such an endpoint. Raises OSError(EINVAL) while not active, TypeError
        for what is no buffer (OUT: a writable one), ValueError "ep", OSError(EBUSY) while one is pending.
        """
        self._check_active()
        endpoint = to_int(ep)
        data = readable(buffer) if endpoint & TO_HOST else len(writable(buffer))
        if not 0 < endpoint & 0x7F < ENDPOINTS:
            raise ValueError("ep")
        try:
            begun = self._stack.submit(endpoint & 0xFF, data)
        except BusError as error:
            fail(self._board, "USBDevice", error)
        if begun:
            self._driver.keep(endpoint & 0xFF, buffer)
        return begun

    def stall(self, ep: object, value: object = _UNSET, /) -> bool:
        """Whether an endpoint is halted; with a value, halt it or let it go on, and return what was before."""
        endpoint = to_int(ep) & 0xFF
        self._check_active()
        before = self._stack.stalled(endpoint)
        if value is not _UNSET:
            self._stack.stall(endpoint, bool(value))
        return before

    def remote_wakeup(self) -> bool:
        """Wake a host that has suspended the bus; False if it has not, or has not allowed that."""
        return self._stack.wakeup()

    @property
    def builtin_driver(self) -> object:
        """Which of the firmware's own functions stay. Setting it raises OSError(EINVAL) while active."""
        return self._driver.builtin

    @builtin_driver.setter
    def builtin_driver(self, value: object) -> None:
        if self._driver.active:
            raise os_error(EINVAL)
        self._driver.builtin = value

    def _listen(self) -> None:
        """A script that has ended is needed on for the callbacks that it has left behind."""
        listening = self._board.listening
        (listening.add if self._driver.active and self._driver.has_callbacks else listening.discard)(self)

    def _check_active(self) -> None:
        if not self._driver.active or self._driver.changed:
            raise os_error(EINVAL)


def is_buffer(value: object) -> bool:
    """Whether MicroPython's buffer protocol has something for a value."""
    if isinstance(value, str):
        return True
    try:
        buffer_of(value)
    except TypeError:
        return False
    return True
