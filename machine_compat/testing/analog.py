"""Checks analog inputs and pulse outputs."""

from machine_compat.contract import ADCConfig, Backend, Edge, LineConfig, Mode, PWMConfig
from machine_compat.errors import Unsupported
from machine_compat.testing.waiting import MS, closed, eventually


def check_adc(backend: Backend, ref: str) -> None:
    """Samples are 0 to 65535, full scale is a voltage or not known."""
    channel = backend.adc(ref)
    with closed(channel):
        channel.configure(ADCConfig())
        for _ in range(3):
            sample = channel.sample()
            assert type(sample) is int, f"{ref}: sample() is an int, not {type(sample).__name__}"
            assert 0 <= sample <= 65_535, f"{ref}: a sample of {sample} is not within 0..65535"
        full = channel.full_scale_uv()
        assert full is None or (type(full) is int and full > 0), f"{ref}: full scale is {full!r}; microvolts, or None"


def check_pwm(backend: Backend, ref: str, other: str | None = None) -> None:
    """Pulses of the period and duty asked for, as a line `other` that is wired to the output sees them."""
    channel = backend.pwm(ref)
    with closed(channel):
        channel.configure(PWMConfig(20 * MS, 5 * MS))
        if other is None:
            return
        clock, line = backend.clock(), backend.line(other)
        with closed(line):
            line.configure(LineConfig(Mode.IN))
            edges: list[tuple[Edge, int]] = []
            try:
                line.watch(Edge.BOTH, lambda edge, time_ns: edges.append((edge, time_ns)))
            except Unsupported:
                return
            assert eventually(clock, lambda: len(edges) >= 5), f"{ref}: {len(edges)} edges of a 50 Hz output in 3 s"
            line.watch(Edge.BOTH, None)
            rises = [time for edge, time in edges if edge is Edge.RISING]
            falls = [time for edge, time in edges if edge is Edge.FALLING and time > rises[0]]
            period, high = rises[1] - rises[0], falls[0] - rises[0]
            assert abs(period - 20 * MS) < 2 * MS, f"{ref}: a period of 20 ms was asked for, it is {period / MS} ms"
            assert abs(high - 5 * MS) < 2 * MS, f"{ref}: 5 ms high were asked for, it is {high / MS} ms"
            for duty, level in ((20 * MS, 1), (0, 0)):
                channel.configure(PWMConfig(20 * MS, duty))
                clock.wait_until(clock.now_ns() + 50 * MS)
                assert line.read() == level, f"{ref}: with {duty / MS} of 20 ms high, the output reads {line.read()}"
