"""Checks a backend as a whole: refs that do not exist, its clock, its calendar."""

from collections.abc import Callable

from machine_compat.clock import Clock
from machine_compat.contract import Backend
from machine_compat.errors import ConfigError, Unsupported
from machine_compat.testing.waiting import MS, PATIENCE_NS, eventually


def check_backend(backend: Backend, unknown: str = "no such channel") -> None:
    """A ref that does not exist is a ConfigError with a line of text, or the whole kind is Unsupported, and says so."""
    openers: tuple[Callable[[str], object], ...] = (
        backend.line, backend.i2c, backend.spi, backend.uart, backend.pwm, backend.adc, backend.dac,
    )  # fmt: skip
    for opener in openers:
        name = opener.__name__
        message: str | None = None
        try:
            opener(unknown)
        except (ConfigError, Unsupported) as error:
            message = str(error)
        what = f"{name}({unknown!r})"
        assert message is not None, f"{what} opened something: a ref that does not exist is a ConfigError"
        assert message.strip(), f"{what}: the error says nothing"
        assert "\n" not in message, f"{what}: the message is more than one line: {message}"
    assert isinstance(backend.in_script(), bool), "in_script() is a bool"


def check_clock(clock: Clock) -> None:
    """Time never goes back; waits end at their deadline or when woken; call_at calls once, unless cancelled."""
    before = clock.now_ns()
    assert isinstance(before, int), f"now_ns() is an int, not {type(before).__name__}"
    clock.wait_until(before - MS)
    clock.spend(1_000)
    assert clock.now_ns() >= before, "time went back"
    deadline = clock.now_ns() + 5 * MS
    while clock.now_ns() < deadline:
        clock.wait_until(deadline)
    assert clock.now_ns() < deadline + PATIENCE_NS, "wait_until returned long after its deadline"
    calls: list[str] = []
    start = clock.now_ns()
    cancel = clock.call_at(start + 2 * MS, lambda: calls.append("cancelled"))
    clock.call_at(start + 4 * MS, lambda: calls.append("called"))
    cancel()
    assert eventually(clock, lambda: calls), "call_at() has not called"
    assert clock.now_ns() >= start + 4 * MS, "call_at() called too early"
    clock.wait_until(clock.now_ns() + 5 * MS)
    assert calls == ["called"], f"call_at() calls once, and not at all when cancelled: {calls}"
    start = clock.now_ns()
    clock.call_at(start + 2 * MS, clock.wake)
    clock.wait_until(start + 10_000 * MS)
    assert clock.now_ns() < start + 5_000 * MS, "wake() does not end a wait"


def check_rtc(backend: Backend) -> None:
    """The calendar can be set, to any time since 1970, and goes on from there with the clock."""
    rtc, clock = backend.rtc(), backend.clock()
    kept, since = rtc.read(), clock.now_ns()
    assert isinstance(kept, int), f"read() is an int of nanoseconds, not {type(kept).__name__}"
    try:
        for wanted in (1_000_000_000, 1_700_000_000_000_000_000):
            rtc.set(wanted)
            began = clock.now_ns()
            clock.wait_until(began + 20 * MS)
            passed, counted = clock.now_ns() - began, rtc.read() - wanted
            assert abs(counted - passed) < PATIENCE_NS, f"set to {wanted}, it counts {counted} ns in {passed} ns"
    finally:
        rtc.set(kept + clock.now_ns() - since)
