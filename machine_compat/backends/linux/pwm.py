"""PWM through sysfs, on the channels of the kernel's PWM drivers; on any line by a thread, where the board allows it.

# Ref: Linux Documentation/driver-api/pwm.rst, "Using PWMs with the sysfs interface"
"""

import errno
import logging
import os
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from machine_compat.backends.linux.errors import bus_error
from machine_compat.contract import Line, LineConfig, Mode, PWMChannel, PWMConfig, natural
from machine_compat.errors import BusError, ConfigError

log = logging.getLogger("machine_compat")

PERMISSION_S = 1.0
"""udev gives the group its rights on a channel a moment after it was exported."""


class SysfsPWM(PWMChannel):
    """One channel of a pwmchip: /sys/class/pwm/pwmchip0 and its number."""

    __slots__ = ("_chip", "_folder", "_number")

    def __init__(self, chip: Path, number: int) -> None:
        self._chip = chip
        self._number = number
        self._folder = chip / f"pwm{number}"

    def configure(self, config: PWMConfig, /) -> None:
        if config.period_ns <= 0:
            raise ConfigError(f"{self._folder}: a period of {config.period_ns} ns is none")
        try:
            if not self._folder.exists():
                self._export()
            polarity = "inversed" if config.invert else "normal"
            if self._get("polarity") not in (polarity, ""):
                self._put("enable", 0)
                self._put("polarity", polarity)
            if int(self._get("duty_cycle") or 0) > config.period_ns:
                self._put("duty_cycle", 0)
            self._put("period", config.period_ns)
            self._put("duty_cycle", min(config.duty_ns, config.period_ns))
            self._put("enable", 1)
        except OSError as error:
            raise bus_error(error, str(self._folder), str(self._chip)) from error

    def _export(self) -> None:
        try:
            (self._chip / "export").write_text(str(self._number), encoding="ascii")
        except OSError as error:
            raise self._refused(error) from error
        end = time.monotonic() + PERMISSION_S
        while not os.access(self._folder / "enable", os.W_OK) and time.monotonic() < end:
            time.sleep(0.01)

    def _refused(self, error: OSError) -> ConfigError:
        name = f"channel {self._number} of {self._chip}"
        if error.errno == errno.EBUSY:
            return ConfigError(f"{name} is in use by a driver of the kernel's (a fan, a backlight)")
        if error.errno in (errno.EACCES, errno.EPERM):
            return ConfigError(
                f"{name} may not be used by this user: as root, or with a udev rule that gives a group "
                f'/sys/class/pwm (Raspberry Pi OS has one for the group "gpio")'
            )
        if not self._chip.exists():
            return ConfigError(f"{self._chip} has gone: the adapter was unplugged or its driver removed")
        return ConfigError(
            f"{name}: {error.strerror}; the chip has {(self._chip / 'npwm').read_text().strip()} channels"
        )

    def _get(self, name: str) -> str:
        try:
            return (self._folder / name).read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return ""

    def _put(self, name: str, value: object) -> None:
        (self._folder / name).write_text(str(value), encoding="ascii")

    def close(self) -> None:
        if self._folder.exists():
            try:
                self._put("enable", 0)
                (self._chip / "unexport").write_text(str(self._number), encoding="ascii")
            except OSError as error:
                raise bus_error(error, str(self._folder), str(self._chip)) from error


class ThreadPWM(PWMChannel):
    """A line moved by a thread: for LEDs up to some hundred Hz. Its pulses are late by whatever else runs."""

    __slots__ = ("_config", "_line", "_stopped", "_thread")

    def __init__(self, line: Line) -> None:
        self._line = line
        self._config = PWMConfig(0, 0)
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def configure(self, config: PWMConfig, /) -> None:
        if config.period_ns <= 0:
            raise ConfigError(f"software PWM: a period of {config.period_ns} ns is none")
        if self._thread is None:
            self._line.configure(LineConfig(Mode.OUT, None, int(config.invert)))
            self._thread = threading.Thread(target=self._run, name="machine-compat software PWM", daemon=True)
            self._config = config
            self._thread.start()
        self._config = config

    def _run(self) -> None:
        try:
            self._pulse()
        except BusError as error:
            log.warning("software PWM has ended: %s", error)

    def _pulse(self) -> None:
        edge = time.monotonic_ns()
        while not self._stopped.is_set():
            config = self._config
            for level, ns in ((1, config.duty_ns), (0, config.period_ns - config.duty_ns)):
                if ns > 0:
                    self._line.write(level ^ config.invert)
                    edge = max(edge + ns, time.monotonic_ns())
                    self._stopped.wait((edge - time.monotonic_ns()) / 1e9)

    def close(self) -> None:
        thread, self._thread = self._thread, None
        if thread is not None:
            self._stopped.set()
            thread.join()
            self._stopped.clear()
            with suppress(BusError):  # a chip that has gone holds no level
                self._line.write(int(self._config.invert))


def find_channel(ref: str, pins: Mapping[str, tuple[str, ...]], sysfs: Path = Path("/sys")) -> tuple[Path, int]:
    """The pwmchip and channel of a ref.

    ref: a pin that `pins` knows, as CHIP/NUMBER in the order in which to look for the chips, or CHIP/NUMBER itself. A
    chip is called pwmchip0, or what its device or driver is called. Raises ConfigError saying where there is PWM.
    """
    chips = pwm_chips(sysfs)
    for place in pins.get(ref, (ref,)):
        chip, slash, number = place.rpartition("/")
        if slash and number.isdecimal() and chip in chips:
            return chips[chip], int(number)
    if ref in pins:
        raise ConfigError(
            f"no PWM on {ref}: the kernel has no {' or '.join(place.rpartition('/')[0] for place in pins[ref])}; on a "
            "Raspberry Pi dtoverlay=pwm-2chan in config.txt switches it on (parameters pin, func, pin2, func2)"
        )
    there = ", ".join(sorted({chip.name for chip in chips.values()}, key=natural)) or "none"
    able = f"the board has it on {', '.join(sorted(pins, key=natural))}; " if pins else ""
    raise ConfigError(
        f"no PWM on {ref}: {able}the kernel's chips are {there}, as in PWM('pwmchip0/1'); "
        "soft_pwm=yes in the board's backend URL allows a thread to move any line"
    )


def pwm_chips(sysfs: Path) -> dict[str, Path]:
    """The pwmchips by all their names."""
    found: dict[str, Path] = {}
    for chip in sorted((sysfs / "class/pwm").glob("pwmchip*"), key=lambda path: natural(path.name)):
        device = chip / "device"
        for link in (device / "driver", device):
            if link.exists():
                found.setdefault(link.resolve().name, chip)
        found[chip.name] = chip
    return found
