"""A GPIO line through the kernel's character device: levels, pulls, open drain, edges with the kernel's timestamps.

Levels and edges go straight through the request's own file, for those are what scripts are in a hurry for. All else is
gpiod's.

# Ref: Linux Documentation/userspace-api/gpio/chardev.rst, include/uapi/linux/gpio.h
"""

import errno
import logging
import os
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from fcntl import ioctl
from typing import TYPE_CHECKING

from machine_compat.backends.linux.chips import CONSUMER, Place, consumer_of, gpiod_module, release_hint
from machine_compat.backends.linux.clock import LinuxClock, readable
from machine_compat.backends.linux.errors import bus_error, node_error
from machine_compat.backends.linux.ioctl import (
    GPIO_GET_VALUES,
    GPIO_SET_VALUES,
    LINE_EVENT,
    LINE_EVENT_RISING,
    LINE_VALUES,
)
from machine_compat.backends.linux.pulses import PulseMeter
from machine_compat.backends.linux.watcher import Watcher
from machine_compat.contract import Edge, EdgeHandler, Line, LineConfig, Mode, Pull
from machine_compat.errors import BusError, ConfigError, Unsupported

if TYPE_CHECKING:
    import gpiod

BUFFER = 1024
"""How many edges the kernel keeps for one request, at most (GPIO_V2_LINES_MAX * 16)."""
ROOM = 64 * LINE_EVENT.size
"""How much of it is read at a time."""
LONG_LOW_NS = 500_000
"""A low longer than this asks for an answer: 0.8 ms and more for a DHT22 (AM2302 product manual, table 6)."""
NO_EDGES = Edge(0)
QUERY = LINE_VALUES.pack(0, 1)
LEVELS = (LINE_VALUES.pack(0, 1), LINE_VALUES.pack(1, 1))

log = logging.getLogger("machine_compat")
Selector = Callable[[int, int], Callable[[int], None]]
"""Gives the function that sets a chip select the kernel's SPI driver holds, by the numbers of bus and select."""


class LinuxLine(Line):
    """One line, requested when it is first used and held until it is closed.

    A chip select that the kernel's SPI driver holds (CE0 of a stock Raspberry Pi) is set through that driver.
    """

    __slots__ = (
        "_clock", "_driven", "_edges", "_fd", "_handler", "_latch", "_low_since", "_meter", "_mode", "_place", "_pull",
        "_request", "_seen", "_select", "_selector", "_watcher",
    )  # fmt: skip

    def __init__(self, place: Place, clock: LinuxClock, watcher: Watcher, selector: Selector) -> None:
        self._place = place
        self._clock = clock
        self._watcher = watcher
        self._selector = selector
        self._request: gpiod.LineRequest | None = None
        self._fd = -1
        self._driven = False
        self._select: Callable[[int], None] | None = None
        self._forget()

    def _forget(self) -> None:
        self._mode: Mode | None = None
        self._pull: Pull | None = None
        self._latch = 0
        self._edges = NO_EDGES
        self._handler: EdgeHandler | None = None
        self._seen = 0
        self._low_since = 0
        self._meter: PulseMeter | None = None

    # ---- levels

    def read(self) -> int:
        if self._fd < 0:
            if self._select is not None:
                return self._latch
            self._apply()
        try:
            return ioctl(self._fd, GPIO_GET_VALUES, QUERY)[0] & 1
        except OSError as error:
            raise self._failed(error) from error

    def write(self, level: int, /) -> None:
        self._latch = level
        if self._driven:
            try:
                if self._mode is Mode.OUT:
                    ioctl(self._fd, GPIO_SET_VALUES, LEVELS[level])
                else:
                    self._sink(level)
            except OSError as error:
                raise self._failed(error) from error
        elif self._select is not None:
            self._select(level)
        elif self._meter is not None and self._mode is Mode.OPEN_DRAIN:
            self._low_since = 0 if level else self._clock.now_ns()
            self._apply()

    def toggle(self) -> int:
        level = 1 - self._latch
        self.write(level)
        return level

    def _failed(self, error: OSError) -> BusError:
        return bus_error(error, self._place.name, self._place.node)

    # ---- configuration

    def configure(self, config: LineConfig, /) -> None:
        if config.mode is Mode.ANALOG:
            raise ConfigError(f"{self._place.name} is no analog input: Linux has those as IIO channels, ADC(...)")
        self._mode = config.mode
        if config.pull is not None:
            self._pull = config.pull
        if config.level is not None:
            self._latch = config.level
        if config.mode is not Mode.IN and self._handler is not None:
            self.watch(NO_EDGES, None)
        if self._select is not None:
            self._select(self._latch)
            return
        self._apply()

    def _apply(self, measured: Edge = NO_EDGES) -> None:
        """Have the kernel's line be as configured, from the first time on without letting it go in between."""
        gpiod_module()
        import gpiod

        self._meter = None
        edges = measured or self._edges
        settings: dict[Iterable[int | str] | int | str, gpiod.LineSettings | None] = {
            self._place.offset: self._settings(edges)
        }
        try:
            if self._request is not None:
                self._request.reconfigure_lines(settings)
            else:
                self._request = gpiod.request_lines(
                    self._place.node, settings, consumer=CONSUMER, event_buffer_size=BUFFER
                )
                self._fd = self._request.fd
        except OSError as error:
            self._refused(error)
        except ValueError as error:
            raise ConfigError(
                f"{self._place.name}: the kernel's driver of {self._place.node} refuses {self._mode}"
            ) from error
        self._driven = self._fd >= 0 and self._mode in (Mode.OUT, Mode.OPEN_DRAIN) and not edges

    def _settings(self, edges: Edge) -> "gpiod.LineSettings":
        import gpiod
        from gpiod.line import Bias, Direction, Drive, Value
        from gpiod.line import Edge as GpiodEdge

        settings = gpiod.LineSettings()
        if edges or self._mode is Mode.IN:
            settings.direction = Direction.INPUT
        elif self._mode is not None:
            settings.direction = Direction.OUTPUT
            settings.output_value = Value.ACTIVE if self._latch else Value.INACTIVE
            if self._mode is Mode.OPEN_DRAIN:
                settings.drive = Drive.OPEN_DRAIN
        if self._pull is not None and self._mode is not None:
            settings.bias = {Pull.NONE: Bias.DISABLED, Pull.UP: Bias.PULL_UP, Pull.DOWN: Bias.PULL_DOWN}[self._pull]
        settings.edge_detection = {
            0: GpiodEdge.NONE, 1: GpiodEdge.RISING, 2: GpiodEdge.FALLING, 3: GpiodEdge.BOTH
        }[int(edges)]  # fmt: skip
        return settings

    def _refused(self, error: OSError) -> None:
        """Find out why the kernel did not give the line; a held chip select is taken over."""
        place = self._place
        if error.errno == errno.EBUSY:
            consumer = consumer_of(place)
            chip_select = re.fullmatch(r"spi(\d+) CS(\d+)", consumer)
            if chip_select and self._mode in (Mode.OUT, Mode.OPEN_DRAIN):
                self._select = self._selector(int(chip_select[1]), int(chip_select[2]))
                self._select(self._latch)
                return
            raise ConfigError(
                f"{place.name} (line {place.offset} of {place.node}) is in use by {consumer!r}{release_hint(consumer)}"
            ) from error
        if self._request is not None:
            raise self._failed(error) from error
        raise node_error(error, place.node) from error

    # ---- edges

    def watch(self, edges: Edge, handler: EdgeHandler | None, /) -> None:
        if handler is not None and self._mode in (Mode.OUT, Mode.OPEN_DRAIN):
            raise Unsupported(f"{self._place.name} is an output, and the kernel reports edges of inputs alone")
        if handler is None:
            edges = NO_EDGES
            if self._fd >= 0:
                self._watcher.remove(self._fd)
        elif self._mode is None:
            self._mode = Mode.IN
        self._handler = handler
        if edges != self._edges or (handler is not None and self._fd < 0):
            self._edges = edges
            self._apply()
        if handler is not None:
            while readable(self._fd):
                self._taken()
            self._watcher.add(self._fd, self._arrived)

    def _arrived(self) -> None:
        """Hand on the edges that the kernel has kept; on the watcher's thread."""
        handler = self._handler
        for time_ns, level in self._taken():
            if handler is not None:
                handler(Edge.RISING if level else Edge.FALLING, time_ns)

    def _taken(self) -> list[tuple[int, int]]:
        """The edges that the kernel has kept: time and level after it. There must be one, or this waits for it."""
        start = self._clock.start_ns
        edges = []
        for time_ns, kind, number in LINE_EVENT.iter_unpack(os.read(self._fd, ROOM)):
            if number != self._seen + 1 and self._handler is not None:
                self._tell(number - self._seen - 1)
            self._seen = number
            edges.append((time_ns - start, 1 if kind == LINE_EVENT_RISING else 0))
        return edges

    def _tell(self, lost: int) -> None:
        """Say that edges are missing: the kernel had no room for them."""
        log.warning(
            "%s: %d edges were lost; the kernel keeps %d, and the script was busy for too long",
            self._place.name, lost, BUFFER,
        )  # fmt: skip

    # ---- pulses

    def measure_pulse(self, level: int, timeout_ns: int, /) -> int:
        """The next pulse by the kernel's own timestamps.

        Edges are kept from one call to the next, so that pulses in a row (DHT22) are measured however late the calls
        come.
        """
        if self._edges or self._mode is Mode.OUT or (self._mode is Mode.OPEN_DRAIN and not self._latch):
            raise Unsupported(f"{self._place.name} is watched or driven")
        if self._meter is None:
            self._apply(Edge.BOTH)
            self._meter = PulseMeter(self._clock, self._fd, self._taken)
        return self._meter.measure(level, self.read, timeout_ns)

    def _sink(self, level: int) -> None:
        """Set an open drain. Let go after a long low, it hears edges at once: a DHT22 answers within 20 us."""
        now = self._clock.now_ns()
        if not level:
            self._low_since = now
        elif self._low_since and now - self._low_since >= LONG_LOW_NS and not self._edges:
            self._low_since = 0
            self._apply(Edge.BOTH)
            self._meter = PulseMeter(self._clock, self._fd, self._taken, answered=True)
            return
        ioctl(self._fd, GPIO_SET_VALUES, LEVELS[level])

    def send_bits(self, timing_ns: tuple[int, int, int, int], data: bytes, /) -> None:
        raise ConfigError(
            f"{self._place.name} cannot send a bitstream: Linux keeps no times below a microsecond on a plain line; "
            "use the MOSI pin of a SPI bus (GPIO10 on a Raspberry Pi)"
        )

    def one_wire_refusal(self) -> str:
        return (
            f"{self._place.name} cannot be a 1-Wire bus: a program of Linux's is too late for its slots. The kernel's "
            "own driver is not: dtoverlay=w1-gpio in config.txt of a Raspberry Pi, then read "
            "/sys/bus/w1/devices/*/temperature"
        )

    def close(self) -> None:
        request, self._request = self._request, None
        select, self._select = self._select, None
        if request is not None:
            self._watcher.remove(self._fd)
            self._fd = -1
            self._driven = False
            request.release()
        elif select is not None:
            with suppress(BusError):  # a controller that has gone holds no select
                select(1)
        self._forget()
