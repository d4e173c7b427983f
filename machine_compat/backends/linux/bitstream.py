"""Sends timed bits (WS2812) from the MOSI pin of an SPI bus: each bit becomes a pattern of shorter SPI bits.

A script cannot move a line of Linux to a fraction of a microsecond; an SPI controller can, and does nothing else.
"""

from collections.abc import Callable

from machine_compat.backends.linux.chips import Place
from machine_compat.backends.linux.clock import LinuxClock
from machine_compat.backends.linux.gpio import LinuxLine, Selector
from machine_compat.backends.linux.spi import LinuxSPI
from machine_compat.backends.linux.watcher import Watcher
from machine_compat.contract import LineConfig, Mode, SPIConfig
from machine_compat.errors import ConfigError

TOLERANCE_NS = 150
"""How far a high time may be off (Worldsemi WS2812B datasheet, data transfer time)."""
STEPS = range(3, 17)
Timing = tuple[int, int, int, int]


class MosiLine(LinuxLine):
    """The MOSI pin of a bus: taken from the bus only when the script reads or writes it as a pin."""

    __slots__ = ("_bus", "_waiting")

    def __init__(
        self, place: Place, clock: LinuxClock, watcher: Watcher, selector: Selector, bus: Callable[[], LinuxSPI]
    ) -> None:
        super().__init__(place, clock, watcher, selector)
        self._bus = bus
        self._waiting: LineConfig | None = None

    def configure(self, config: LineConfig, /) -> None:
        if self._fd < 0 and config.mode is Mode.OUT and not config.level:
            self._waiting = config
        else:
            self._waiting = None
            super().configure(config)

    def read(self) -> int:
        self._take()
        return super().read()

    def write(self, level: int, /) -> None:
        self._take()
        super().write(level)

    def _take(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            super().configure(waiting)

    def send_bits(self, timing_ns: Timing, data: bytes, /) -> None:
        if self._fd >= 0:
            raise ConfigError(
                f"{self._place.name} was used as a plain pin, which took it from its SPI bus: do not read or set it"
            )
        baudrate, pattern = encoded(timing_ns, data)
        bus = self._bus()
        if len(pattern) > bus.longest:
            raise ConfigError(
                f"{len(data)} bytes need {len(pattern)} on SPI, in one piece: raise spidev.bufsiz={len(pattern)} in "
                "the kernel's command line (it is "
                f"{bus.longest})"
            )
        bus.send(SPIConfig(baudrate), pattern)


def encoded(timing_ns: Timing, data: bytes) -> tuple[int, bytes]:
    """The SPI frequency in Hz, and the bytes; a low byte goes before and after, to begin and end low.

    The fewest SPI bits for one bit are taken that keep each high time within 150 ns. ConfigError where none do.
    """
    high_0, low_0, high_1, low_1 = timing_ns
    period = max(high_0 + low_0, high_1 + low_1)
    for steps in STEPS:
        step = period / steps
        zero, one = (min(max(round(high / step), 1), steps - 1) for high in (high_0, high_1))
        if zero != one and all(abs(n * step - high) <= TOLERANCE_NS for n, high in ((zero, high_0), (one, high_1))):
            words = ["1" * zero + "0" * (steps - zero), "1" * one + "0" * (steps - one)]
            table = [int("".join(words[byte >> bit & 1] for bit in range(7, -1, -1)), 2) for byte in range(256)]
            return round(1e9 / step), b"\0" + b"".join(table[byte].to_bytes(steps, "big") for byte in data) + b"\0"
    raise ConfigError(f"no SPI frequency makes bits of {timing_ns} ns")
