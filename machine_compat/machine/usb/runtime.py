"""The driver behind a script's USB interfaces: each thing the host does becomes a call of one of four functions.

# Ref: MicroPython shared/tinyusb/mp_usbd_runtime.c, extmod/machine_usb_device.c
"""

from collections.abc import Callable, Iterable, Sized
from typing import Any

from machine_compat.machine.peripheral import buffer_of, readable
from machine_compat.machine.usb.builtin import Builtin
from machine_compat.machine.usb.control import AGREED, REFUSED, Reply, fill
from machine_compat.machine.usb.descriptors import associated, claim
from machine_compat.oserror import ENODEV, os_error
from machine_compat.usbspec.descriptors import TO_HOST
from machine_compat.usbspec.requests import Setup

KEPT = 2
"""How many exceptions of callbacks are printed, of those that one run of the USB task brings."""
FAILED: Any = object()
"""What a callback that raised has returned."""


class RuntimeDriver:
    """What a script has configured, and its callbacks; None for those it has not given.

    active: whether it shall be on the bus. changed: whether that has still to be done.
    """

    def __init__(self, builtins: tuple[type[Builtin], type[Builtin]]) -> None:
        self._none, self._default = builtins
        self.device: Any = None
        self.configuration: Any = None
        self.strings: Any = None
        self.open_itf_cb: Any = None
        self.reset_cb: Any = None
        self.control_xfer_cb: Any = None
        self.xfer_cb: Any = None
        self.builtin: Any = self._none
        self.active = False
        self.changed = False
        self._pending: dict[int, object] = {}
        self._failures: list[BaseException] = []
        self._failed = 0

    @property
    def has_builtin(self) -> bool:
        """Whether the firmware's own interfaces are on, as whatever is not BUILTIN_NONE says."""
        return self.builtin is not self._none

    @property
    def has_callbacks(self) -> bool:
        """Whether the host can have any code of the script's called."""
        return any(map(callable, (self.open_itf_cb, self.reset_cb, self.control_xfer_cb, self.xfer_cb)))

    # ---- the USB task's side

    def open(self, configuration: bytes, start: int) -> int:
        if self.has_builtin and configuration[start + 2] < self._default.itf_max:
            return 0
        claimed = claim(configuration, start, associated(configuration, start))
        if claimed.refused:
            self.failed(os_error(ENODEV))
        self._call(self.open_itf_cb, memoryview(configuration[start : start + claimed.length]))
        return claimed.length

    def reset(self) -> None:
        self._pending.clear()
        self._call(self.reset_cb)

    def control(self, stage: int, setup: Setup) -> Reply:
        result = self._call(self.control_xfer_cb, stage, memoryview(setup.encode()))
        if result is FAILED:
            return REFUSED
        try:
            view = buffer_of(result)
        except TypeError:
            if not isinstance(result, str) or not setup.device_to_host:
                return AGREED if result else REFUSED
            return Reply(True, data=result.encode())
        if setup.device_to_host:
            return Reply(True, data=view.tobytes())
        return Reply(True, into=result) if not view.readonly else Reply(bool(result))

    def transferred(self, endpoint: int, result: int, data: bytes) -> None:
        buffer = self._pending.pop(endpoint, b"")
        count = len(data)
        if endpoint & TO_HOST:
            count = 0 if result else len(readable(buffer))
        else:
            fill(buffer, data)
        self._call(self.xfer_cb, endpoint, result, count)

    def halted(self, endpoint: int) -> None:
        self._pending.pop(endpoint, None)

    # ---- the script's side

    def keep(self, endpoint: int, buffer: object) -> None:
        """Remember the buffer of a transfer that has begun."""
        self._pending[endpoint] = buffer

    def release(self) -> None:
        """Forget all transfers: they never end."""
        self._pending.clear()

    def string(self, index: int) -> bytes | None:
        """The script's string of an index; None where it has none."""
        if self.strings is None:
            return None
        try:
            found = self.strings[index]
        except (KeyError, IndexError):
            return None
        except Exception as error:  # shown like any other of a callback
            self.failed(error)
            return None
        if found is None:
            return None
        try:
            return readable(found)
        except TypeError as error:
            self.failed(error)
            return None

    def string_indexes(self) -> list[int]:
        """The indexes of strings beyond those that descriptors speak of, where the script's collection tells."""
        strings = self.strings
        if isinstance(strings, dict):
            return [index for index in strings if type(index) is int and 0 <= index < 256]
        is_row = isinstance(strings, Sized) and isinstance(strings, Iterable)
        return list(range(min(len(strings), 256))) if is_row else []

    # ---- exceptions

    def _call(self, callback: object, *args: object) -> Any:
        if not callable(callback):
            return False
        try:
            return callback(*args)
        except (Exception, SystemExit) as error:  # the host has its answer first; it is shown after that
            self.failed(error)
            return FAILED

    def failed(self, error: BaseException) -> None:
        """Keep an exception until the USB task ends."""
        self._failed += 1
        if len(self._failures) < KEPT:
            self._failures.append(error)

    def show_failures(self, show: Callable[[BaseException], object], say: Callable[[str], object]) -> None:
        """Print what callbacks raised."""
        failures, self._failures = self._failures, []
        failed, self._failed = self._failed, 0
        for error in failures:
            show(error)
        if failed > KEPT:
            say(f"{failed - KEPT} additional exceptions in USB callbacks\n")
