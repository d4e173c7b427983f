"""`esp32.RMT`: sends pulses on a pin by itself, while the script goes on.

# Ref: MicroPython ports/esp32/esp32_rmt.c; docs/library/esp32.rst
"""

from collections.abc import Callable, Sequence
from itertools import cycle, islice
from typing import Any

from machine_compat.contract import LineConfig, Mode
from machine_compat.machine.peripheral import Peripheral, made_for, to_int
from machine_compat.machine.pin import Pin

SOURCE_HZ = 80_000_000
PULSE_MAX = 32_767
CHANNELS = 8
Pulses = list[tuple[int, int]]
"""(ticks, level) one after the other."""


class RMT(Peripheral):
    """RMT(channel=None, *, pin, resolution_hz=10_000_000, clock_div=None, idle_level=False, num_symbols=64,
    tx_carrier=None)

    A transmitter whose pulses are multiples of 1 / resolution_hz; clock_div divides 80 MHz instead. tx_carrier: (Hz,
    percent of duty, level) of a carrier that a pulse of that level is made of.
    """

    PULSE_MAX = PULSE_MAX

    def __init__(
        self,
        channel: int | None = None,
        /,
        *,
        pin: object = None,
        resolution_hz: int = 10_000_000,
        clock_div: int | None = None,
        idle_level: bool = False,
        num_symbols: int = 64,
        tx_carrier: tuple[int, int, bool] | None = None,
    ) -> None:
        if pin is None:
            raise TypeError("'pin' argument required")
        if clock_div is not None:
            if not 1 <= to_int(clock_div) <= 255:
                raise ValueError("clock_div must be between 1 and 255")
            resolution_hz = SOURCE_HZ // to_int(clock_div)
        if tx_carrier is not None and not 0 < tx_carrier[1] < 100:
            raise ValueError("tx_carrier duty must be 0..100")
        self._pin = made_for(self._board, Pin)(pin)
        self._hz = to_int(resolution_hz)
        self._idle = int(bool(idle_level))
        self._carrier = tx_carrier
        self._repeat = False
        self._times = 1
        self._cancel: Callable[[], None] | None = None
        self._board.claim(self._pin.ref, self._lost, "RMT")
        self._put(self._idle)
        self._board.at_reset.append(self._stop)

    def __repr__(self) -> str:
        number = self._pin._spot.number
        return f"RMT(pin={number}, source_freq={SOURCE_HZ}, resolution_hz={self._hz}, idle_level={self._idle})"

    def _lost(self) -> None:
        """Another peripheral took the pin."""
        self._stop()
        self._pin._lost()

    # ---- settings

    @staticmethod
    def source_freq() -> int:
        return SOURCE_HZ

    def clock_div(self) -> int:
        return SOURCE_HZ // self._hz

    def loop(self, enable_loop: bool, /) -> None:
        """Whether what is sent next is sent over and over; False also ends what is sent now after this time."""
        self._repeat = bool(enable_loop)

    def loop_count(self, n: int, /) -> None:
        """How often to send what is sent next: -1 for ever, 0 or 1 once."""
        self._repeat = to_int(n) == -1
        self._times = max(1, to_int(n))

    def active(self, value: object = None, /) -> bool:
        """Whether pulses are being sent; False stops them."""
        if value is not None and not value:
            self._stop()
        return self._cancel is not None

    def deinit(self) -> None:
        """Stop, and leave the pin idle."""
        self._stop()

    # ---- sending

    def write_pulses(self, duration: int | Sequence[int], data: bool | Sequence[bool] = True, /) -> None:
        """Send pulses: of a list of durations with levels that alternate from `data` on; of one duration with a list of
        levels; or of two lists. Waits while others are sent."""
        pulses = pulses_of(duration, data)
        while self._cancel is not None:
            if self._repeat:
                self._stop()
            else:
                self._wait(None)
        self._send(self._modulated(pulses), self._times)

    def wait_done(self, *, timeout: int = 0) -> bool:
        """Whether all has been sent, waiting so many ms for it."""
        deadline = self._board.clock.now_ns() + to_int(timeout) * 1_000_000
        while self._cancel is not None and self._board.clock.now_ns() < deadline:
            self._wait(deadline)
        return self._cancel is None

    def _wait(self, deadline: int | None) -> None:
        self._board.interrupts.run()
        self._board.clock.wait_until(deadline)
        self._board.interrupts.run()

    def _modulated(self, pulses: Pulses) -> Pulses:
        """The pulses with their carrier, as levels over time in ticks."""
        if self._carrier is None:
            return pulses
        hertz, duty, level = self._carrier
        period = max(2, self._hz // hertz)
        on = max(1, period * duty // 100)
        made: Pulses = []
        for ticks, its_level in pulses:
            if its_level != int(bool(level)):
                made.append((ticks, its_level))
                continue
            for start in range(0, ticks, period):
                left = ticks - start
                made.append((min(on, left), its_level))
                if left > on:
                    made.append((min(period, left) - on, 1 - its_level))
        return made

    def _send(self, pulses: Pulses, times: int) -> None:
        clock = self._board.clock
        began = clock.now_ns()
        ticks = 0
        place = 0

        def step() -> None:
            nonlocal ticks, place, times
            if place == len(pulses):
                place = 0
                times -= 1
                if not self._repeat and times <= 0:
                    self._done()
                    return
            span, level = pulses[place]
            place += 1
            ticks += span
            self._put(level)
            self._cancel = clock.call_at(began + ticks * 1_000_000_000 // self._hz, step)

        if pulses:
            step()

    def _done(self) -> None:
        self._cancel = None
        self._put(self._idle)
        self._board.clock.wake()

    def _stop(self) -> None:
        if self._cancel is not None:
            self._cancel()
            self._done()

    def _put(self, level: int) -> None:
        self._pin.line.configure(LineConfig(Mode.OUT, None, level))

    # ---- machine.bitstream

    @classmethod
    def bitstream_rmt(cls, value: bool | None = None, /) -> bool | None:
        """Whether machine.bitstream uses RMT: on a simulated wire both look the same."""
        kept = cls._board.singleton(("bitstream RMT",), lambda: [True])
        if value is None:
            return kept[0]
        kept[0] = bool(value)
        return None

    @classmethod
    def bitstream_channel(cls, *value: int | None) -> int | None:
        """The channel of machine.bitstream, None for none; in new firmware only whether there is one counts."""
        kept: list[Any] = cls._board.singleton(("bitstream channel",), lambda: [CHANNELS - 1])
        if value:
            if value[0] is not None and not 0 <= value[0] < CHANNELS:
                raise ValueError("invalid channel")
            kept[0] = value[0]
            return None
        channel: int | None = kept[0]
        return channel


def pulses_of(duration: int | Sequence[int], data: bool | Sequence[bool]) -> Pulses:
    """Pulses from the three forms of write_pulses; ValueError for durations out of range or lists that do not match."""
    if not isinstance(duration, int):
        spans = [to_int(span) for span in duration]
        if not isinstance(data, int):
            levels = [int(bool(level)) for level in data]
        else:
            first = int(bool(data))
            levels = list(islice(cycle((first, 1 - first)), len(spans)))
    else:
        if isinstance(data, int):
            raise ValueError("duration and data are mutually exclusive")
        levels = [int(bool(level)) for level in data]
        spans = [to_int(duration)] * len(levels)
    if not spans:
        raise ValueError("No pulses")
    if len(spans) != len(levels):
        raise ValueError("duration and data must have same length")
    if any(not 0 < span <= PULSE_MAX for span in spans):
        raise ValueError(f"duration must be 1 to {PULSE_MAX}")
    return list(zip(spans, levels, strict=True))
