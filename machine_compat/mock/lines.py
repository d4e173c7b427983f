"""Pins of a simulated board: digital lines, pulse outputs, analog in and out, each on one terminal."""

from collections.abc import Mapping

from machine_compat.contract import (
    ADCChannel,
    ADCConfig,
    DACChannel,
    Edge,
    EdgeHandler,
    Line,
    LineConfig,
    Mode,
    Pull,
    PWMChannel,
    PWMConfig,
    TouchChannel,
)
from machine_compat.errors import Unsupported
from machine_compat.mock.clock import WorldClock
from machine_compat.mock.nets import Terminal, Watcher
from machine_compat.mock.pulse_train import PulseTrain
from machine_compat.mock.world import World

PULLS = {Pull.NONE: None, Pull.UP: 1, Pull.DOWN: 0}
SUPPLY_V = 3.3
"""What a driven-high pin measures, and the full scale of analog channels."""


class MockLine(Line):
    """A GPIO line; call_ns is what one call costs on the board."""

    __slots__ = ("_call_ns", "_clock", "_latch", "_mode", "_terminal", "_watcher", "_world")

    def __init__(self, clock: WorldClock, terminal: Terminal, call_ns: int) -> None:
        self._clock = clock
        self._world = clock.world
        self._terminal = terminal
        self._call_ns = call_ns
        self._latch = 0
        self._mode = Mode.IN
        self._watcher: Watcher | None = None

    def configure(self, config: LineConfig, /) -> None:
        terminal = self._terminal
        terminal.net.share()
        if terminal.strong is not None and self._mode is Mode.OUT:
            # What fast writes have left: they set the wire and not the latch.
            self._latch = terminal.strong
        if config.level is not None:
            self._latch = config.level
        if config.pull is not None:
            # Taken into account together with the direction: an output that loses its pull does not glitch.
            terminal.weak = PULLS[config.pull]
        if terminal.wave is not None:
            terminal.modulate(None)
        self._mode = config.mode
        self._apply()
        terminal.net.settle()

    def _apply(self) -> None:
        if self._mode is Mode.OUT:
            self._terminal.drive(self._latch)
        elif self._mode is Mode.OPEN_DRAIN:
            self._terminal.pull_low(not self._latch)
        else:
            self._terminal.release()

    def read(self) -> int:
        world = self._world
        now = world.now = world.now + self._call_ns
        if now >= world.due:
            world.catch_up()
        net = self._terminal.net
        return net.read() if net.lazy else net.level

    def write(self, level: int, /) -> None:
        world = self._world
        now = world.now = world.now + self._call_ns
        if now >= world.due:
            world.catch_up()
            now = world.now
        net = self._terminal.alone
        if net is None:
            self._latch = level
            self._apply()
        elif level != net.level:
            net.level = level
            net.edges.append(now)

    def toggle(self) -> int:
        terminal = self._terminal
        if terminal.alone is not None:
            level = 1 - terminal.alone.level
        elif terminal.strong is not None and self._mode is Mode.OUT:
            level = 1 - terminal.strong
        else:
            level = 1 - self._latch
        self.write(level)
        return level

    def watch(self, edges: Edge, handler: EdgeHandler | None, /) -> None:
        if self._watcher is not None:
            self._terminal.unwatch(self._watcher)
            self._watcher = None
        if handler is not None and edges:
            rising, falling = bool(edges & Edge.RISING), bool(edges & Edge.FALLING)

            def changed(level: int, time: int) -> None:
                if rising if level else falling:
                    handler(Edge.RISING if level else Edge.FALLING, time)

            self._watcher = changed
            self._terminal.watch(changed)

    def close(self) -> None:
        self.watch(Edge.BOTH, None)
        self._mode = Mode.IN
        self._latch = 0
        self._terminal.modulate(None)
        self._terminal.release()
        self._terminal.pull(None)

    def measure_pulse(self, level: int, timeout_ns: int, /) -> int:
        if not self._wait_for(level, timeout_ns):
            return -2
        began = self._world.now
        return self._world.now - began if self._wait_for(1 - level, timeout_ns) else -1

    def _wait_for(self, level: int, timeout_ns: int) -> bool:
        world, terminal, clock = self._world, self._terminal, self._clock
        deadline = world.now + timeout_ns

        def changed(new: int, time: int) -> None:
            if new == level:
                clock.wake()

        terminal.watch(changed)
        try:
            while terminal.level != level:
                if world.now >= deadline:
                    return False
                clock.wait_until(deadline)
        finally:
            terminal.unwatch(changed)
        return True

    def send_bits(self, timing_ns: tuple[int, int, int, int], data: bytes, /) -> None:
        net = self._terminal.net
        listeners = [bits for terminal in net.terminals if (bits := getattr(terminal.owner, "bits", None))]
        watchers = sum(len(terminal.watchers) for terminal in net.terminals)
        if not listeners or watchers > len(listeners) or self._world.tracer is not None:
            raise Unsupported("somebody wants the single edges")
        for bits in listeners:
            bits(timing_ns, data)
        ones = sum(byte.bit_count() for byte in data)
        zero_ns, one_ns = timing_ns[0] + timing_ns[1], timing_ns[2] + timing_ns[3]
        self._world.spend(ones * one_ns + (8 * len(data) - ones) * zero_ns)


class MockPWM(PWMChannel):
    __slots__ = ("_terminal",)

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal

    def configure(self, config: PWMConfig, /) -> None:
        terminal = self._terminal
        terminal.release()
        wave = PulseTrain(config.period_ns, config.duty_ns, terminal.world.now, config.invert)
        terminal.modulate(wave)

    def close(self) -> None:
        self._terminal.modulate(None)


class MockADC(ADCChannel):
    """Measures the voltage of a wire; a driven or pulled wire measures as 0 V or the supply."""

    __slots__ = ("_full_scale", "_terminal")

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._full_scale = SUPPLY_V

    def configure(self, config: ADCConfig, /) -> None:
        self._terminal.release()
        if config.full_scale_uv is not None:
            self._full_scale = config.full_scale_uv / 1e6

    def sample(self) -> int:
        self._terminal.world.spend(2_000)
        return max(0, min(65_535, round(self._volts() / self._full_scale * 65_535)))

    def _volts(self) -> float:
        net = self._terminal.net
        for terminal in net.terminals:
            if terminal.volts is not None:
                return terminal.volts
        return SUPPLY_V * net.read()

    def full_scale_uv(self) -> int | None:
        return round(self._full_scale * 1e6)

    def close(self) -> None:
        self._terminal.release()


class MockDAC(DACChannel):
    __slots__ = ("_terminal",)

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal

    def write(self, level: int, /) -> None:
        self._terminal.supply(level / 65_535 * SUPPLY_V)

    def close(self) -> None:
        self._terminal.supply(None)


UNTOUCHED, TOUCHED = 1000, 150
"""What a touch pad of an ESP32 reads, roughly, with nobody near and under a finger."""
TOUCH_NS = 500_000
"""How long one measurement takes."""


class MockTouch(TouchChannel):
    """A touch pad, which any pin can be; `pads` has what each pad reads that is touched."""

    __slots__ = ("_pads", "_ref", "_world")

    def __init__(self, world: World, ref: str, pads: Mapping[str, int]) -> None:
        self._world = world
        self._ref = ref
        self._pads = pads

    def read(self) -> int:
        self._world.spend(TOUCH_NS)
        return self._pads.get(self._ref, UNTOUCHED)

    def close(self) -> None:
        """There is nothing to give back."""
