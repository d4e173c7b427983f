"""The computer's watchdog and its calendar time.

# Ref: Linux Documentation/watchdog/watchdog-api.rst
"""

import os
import time
from fcntl import ioctl

from machine_compat.backends.linux.errors import bus_error, open_node
from machine_compat.backends.linux.ioctl import WDIOC_KEEPALIVE, WDIOC_SETTIMEOUT
from machine_compat.contract import RTCChannel, Watchdog
from machine_compat.errors import ConfigError

MAGIC = b"V"
"""Written before closing, it tells the driver that the end was meant; a kernel with NOWAYOUT goes on all the same."""


class LinuxWatchdog(Watchdog):
    """/dev/watchdog: it resets the whole computer, and counts in seconds.

    A script that ends, by itself or by an exception, ends the watchdog, too; one that hangs or is killed does not.
    """

    __slots__ = ("_fd", "_node")

    def __init__(self, node: str) -> None:
        self._node = node
        self._fd = -1

    def start(self, timeout_ms: int, /) -> None:
        if self._fd < 0:
            self._fd = open_node(self._node, os.O_WRONLY)
        seconds = max(1, -(-timeout_ms // 1000))
        try:
            ioctl(self._fd, WDIOC_SETTIMEOUT, seconds.to_bytes(4, "little"))
        except OSError as error:
            self.stop()
            raise ConfigError(f"{self._node}: its driver cannot wait {seconds} s ({error.strerror})") from error
        self.feed()

    def feed(self) -> None:
        try:
            ioctl(self._fd, WDIOC_KEEPALIVE, bytes(4))
        except OSError as error:
            raise bus_error(error, self._node, self._node) from error

    def stop(self) -> None:
        if self._fd >= 0:
            os.write(self._fd, MAGIC)
            os.close(self._fd)
            self._fd = -1


class SystemRTC(RTCChannel):
    """The system's local time. Setting it keeps an offset for this run; with `real`, it sets the computer's clock."""

    __slots__ = ("_offset_ns", "_real")

    def __init__(self, real: bool = False) -> None:
        self._real = real
        self._offset_ns = 0

    def read(self) -> int:
        now = time.time_ns()
        return now + time.localtime(now // 1_000_000_000).tm_gmtoff * 1_000_000_000 + self._offset_ns

    def set(self, unix_ns: int, /) -> None:
        error_ns = unix_ns - self.read()
        if not self._real:
            self._offset_ns += error_ns
            return
        try:
            time.clock_settime_ns(time.CLOCK_REALTIME, time.time_ns() + error_ns)
        except PermissionError as error:
            raise ConfigError("the computer's clock may be set by root alone (CAP_SYS_TIME): rtc=system") from error
