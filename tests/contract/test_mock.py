"""The contract suite on the simulated board, and on channels that break one promise each: the suite names it."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from machine_compat.contract import (
    ADCChannel,
    ADCConfig,
    Backend,
    Edge,
    EdgeHandler,
    I2CBus,
    I2CConfig,
    Line,
    LineConfig,
    Mode,
    Op,
    PWMChannel,
    PWMConfig,
    Read,
    SPIBus,
    SPIConfig,
    UARTChannel,
    UARTConfig,
    UARTEvent,
    Write,
)
from machine_compat.errors import BusError, ConfigError, Fault, Unsupported
from machine_compat.mock.attach import attach_spec
from machine_compat.mock.backend import MockBackend
from machine_compat.mock.nets import connect
from machine_compat.profile import load
from machine_compat.testing import (
    check_adc,
    check_backend,
    check_clock,
    check_i2c,
    check_line,
    check_pwm,
    check_rtc,
    check_spi,
    check_uart,
)


def wired(kind: type[MockBackend] = MockBackend) -> MockBackend:
    """A simulated pico: GP2 to GP3, MOSI to MISO, UART0 to UART1 crossed, a register chip and an EEPROM on I2C0."""
    backend = kind(load("pico").wiring())
    for one, other in (("GP2", "GP3"), ("GP19", "GP16"), ("GP0", "GP5"), ("GP1", "GP4"), ("GP12", "GP13")):
        connect(backend.terminal(one), backend.terminal(other))
    attach_spec(backend, "registers@i2c0:0x42")
    attach_spec(backend, "24c32@i2c0:0x50")
    return backend


CHECKS: dict[str, Callable[[Backend], None]] = {
    "backend": check_backend,
    "clock": lambda backend: check_clock(backend.clock()),
    "rtc": check_rtc,
    "line alone": lambda backend: check_line(backend, "GP25"),
    "line": lambda backend: check_line(backend, "GP2", "GP3"),
    "registers": lambda backend: check_i2c(backend, "i2c0", 0x42),
    "eeprom": lambda backend: check_i2c(backend, "i2c0", 0x50, pointer_bytes=2),
    "spi": lambda backend: check_spi(backend, "spi0"),
    "uart": lambda backend: check_uart(backend, "uart0", "uart1"),
    "adc": lambda backend: check_adc(backend, "GP26"),
    "pwm": lambda backend: check_pwm(backend, "GP2", "GP3"),
}


@pytest.mark.parametrize("name", list(CHECKS))
def test_the_simulated_board_keeps_the_contract(name: str) -> None:
    backend = wired()
    CHECKS[name](backend)
    # A channel that was closed leaves nothing behind: the same holds once more.
    CHECKS[name](backend)


def test_a_uart_with_its_own_wire() -> None:
    backend = wired()
    socket = backend.socket("uart0")
    socket.plug(tx="GP12", rx="GP13")
    check_uart(backend, "uart0")


def test_a_backend_that_has_nothing_keeps_the_contract() -> None:
    class Nothing(Backend):
        name = "an empty box"

    check_backend(Nothing())


# ---- broken promises


class BrokenLine(Line):
    """A line that passes everything on; a subclass breaks one thing."""

    def __init__(self, inner: Line) -> None:
        self.inner = inner

    def configure(self, config: LineConfig, /) -> None:
        self.inner.configure(config)

    def read(self) -> int:
        return self.inner.read()

    def write(self, level: int, /) -> None:
        self.inner.write(level)

    def watch(self, edges: Edge, handler: EdgeHandler | None, /) -> None:
        self.inner.watch(edges, handler)

    def close(self) -> None:
        self.inner.close()


class Inverted(BrokenLine):
    def read(self) -> int:
        return 1 - self.inner.read()


class Boolean(BrokenLine):
    def read(self) -> int:
        return bool(self.inner.read())


class ForgetsLevel(BrokenLine):
    def configure(self, config: LineConfig, /) -> None:
        self.inner.configure(config._replace(level=0 if config.mode is Mode.OUT else None))


class DrivesAsInput(BrokenLine):
    mode = Mode.IN

    def configure(self, config: LineConfig, /) -> None:
        self.mode = config.mode
        self.inner.configure(config)

    def write(self, level: int, /) -> None:
        if self.mode is Mode.IN:
            self.inner.configure(LineConfig(Mode.OPEN_DRAIN))
        self.inner.write(level)


class NoPull(BrokenLine):
    def configure(self, config: LineConfig, /) -> None:
        self.inner.configure(config._replace(pull=None))


class AllEdges(BrokenLine):
    def watch(self, edges: Edge, handler: EdgeHandler | None, /) -> None:
        self.inner.watch(Edge.BOTH, handler)


class Deaf(BrokenLine):
    def watch(self, edges: Edge, handler: EdgeHandler | None, /) -> None:
        pass


class KeepsWatching(BrokenLine):
    def watch(self, edges: Edge, handler: EdgeHandler | None, /) -> None:
        if handler is not None:
            self.inner.watch(edges, handler)


class OtherTime(BrokenLine):
    def watch(self, edges: Edge, handler: EdgeHandler | None, /) -> None:
        if handler is not None:
            self.inner.watch(edges, lambda edge, time_ns: handler(edge, time_ns + 3_600_000_000_000))
        else:
            self.inner.watch(edges, None)


class BrokenI2C(I2CBus):
    def __init__(self, inner: I2CBus) -> None:
        self.inner = inner

    def configure(self, config: I2CConfig, /) -> None:
        self.inner.configure(config)

    def transfer(self, address: int, ops: Sequence[Op], stop: bool = True, /) -> bytes:
        return self.inner.transfer(address, ops, stop)

    def close(self) -> None:
        self.inner.close()


class Eager(BrokenI2C):
    """Answers probes without asking anybody."""

    def transfer(self, address: int, ops: Sequence[Op], stop: bool = True, /) -> bytes:
        return b"" if ops == [Write(b"")] else self.inner.transfer(address, ops, stop)


class OSErrors(BrokenI2C):
    def transfer(self, address: int, ops: Sequence[Op], stop: bool = True, /) -> bytes:
        try:
            return self.inner.transfer(address, ops, stop)
        except BusError as error:
            raise OSError(5) from error


class WrongFault(BrokenI2C):
    def transfer(self, address: int, ops: Sequence[Op], stop: bool = True, /) -> bytes:
        try:
            return self.inner.transfer(address, ops, stop)
        except BusError as error:
            raise BusError(Fault.IO) from error


class CountsTheAddress(BrokenI2C):
    def transfer(self, address: int, ops: Sequence[Op], stop: bool = True, /) -> bytes:
        try:
            return self.inner.transfer(address, ops, stop)
        except BusError as error:
            raise BusError(error.fault, error.acked + 1) from error


class Mutable(BrokenI2C):
    def transfer(self, address: int, ops: Sequence[Op], stop: bool = True, /) -> bytes:
        reply: Any = bytearray(self.inner.transfer(address, ops, stop))
        return reply


class LastReadOnly(BrokenI2C):
    def transfer(self, address: int, ops: Sequence[Op], stop: bool = True, /) -> bytes:
        reply = self.inner.transfer(address, ops, stop)
        last = ops[-1]
        return reply[-last.count :] if isinstance(last, Read) else reply


class Echoes(BrokenI2C):
    def transfer(self, address: int, ops: Sequence[Op], stop: bool = True, /) -> bytes:
        reply = self.inner.transfer(address, ops, stop)
        first = ops[0]
        return reply or (first.data if isinstance(first, Write) else b"")


class ForgetsHeldWrites(BrokenI2C):
    def transfer(self, address: int, ops: Sequence[Op], stop: bool = True, /) -> bytes:
        return self.inner.transfer(address, ops) if stop else b""


class StuckAfterNack(BrokenI2C):
    stuck = False

    def transfer(self, address: int, ops: Sequence[Op], stop: bool = True, /) -> bytes:
        if self.stuck:
            raise BusError(Fault.TIMEOUT)
        try:
            return self.inner.transfer(address, ops, stop)
        except BusError:
            self.stuck = len(ops) > 1
            raise


class BrokenSPI(SPIBus):
    def __init__(self, inner: SPIBus) -> None:
        self.inner = inner
        self.config = SPIConfig()

    def configure(self, config: SPIConfig, /) -> None:
        self.config = config
        self.inner.configure(config)

    def transfer(self, out: bytes, want_reply: bool = True, /) -> bytes:
        return self.inner.transfer(out, want_reply)

    def close(self) -> None:
        self.inner.close()


class AlwaysReplies(BrokenSPI):
    def transfer(self, out: bytes, want_reply: bool = True, /) -> bytes:
        return self.inner.transfer(out)


class FourKilobytes(BrokenSPI):
    def transfer(self, out: bytes, want_reply: bool = True, /) -> bytes:
        return self.inner.transfer(out[:4096], want_reply)


class HalfTurned(BrokenSPI):
    def transfer(self, out: bytes, want_reply: bool = True, /) -> bytes:
        reply = self.inner.transfer(out, want_reply)
        turned = self.config.lsb_first
        return bytes(int(f"{byte:08b}"[::-1], 2) for byte in reply) if turned else reply


class OneMode(BrokenSPI):
    def transfer(self, out: bytes, want_reply: bool = True, /) -> bytes:
        reply = self.inner.transfer(out, want_reply)
        return bytes(byte >> 1 for byte in reply) if self.config.phase else reply


class NotEvenMode0(BrokenSPI):
    def configure(self, config: SPIConfig, /) -> None:
        raise ConfigError("this bus cannot do that")


class BrokenUART(UARTChannel):
    def __init__(self, inner: UARTChannel) -> None:
        self.inner = inner

    def configure(self, config: UARTConfig, /) -> None:
        self.inner.configure(config)

    def write(self, data: bytes, /) -> int:
        return self.inner.write(data)

    def read(self, limit: int, timeout_ns: int = 0, /) -> bytes:
        return self.inner.read(limit, timeout_ns)

    def waiting(self) -> int:
        return self.inner.waiting()

    def drain(self, timeout_ns: int = 0, /) -> bool:
        return self.inner.drain(timeout_ns)

    def send_break(self) -> None:
        self.inner.send_break()

    def watch(self, events: UARTEvent, handler: Callable[[UARTEvent], None] | None, /) -> None:
        self.inner.watch(events, handler)

    def close(self) -> None:
        self.inner.close()


class SaysNothing(BrokenUART):
    def write(self, data: bytes, /) -> int:
        self.inner.write(data)
        return 0


class ReadsAll(BrokenUART):
    def read(self, limit: int, timeout_ns: int = 0, /) -> bytes:
        return self.inner.read(10_000, timeout_ns)


class Loses(BrokenUART):
    def read(self, limit: int, timeout_ns: int = 0, /) -> bytes:
        return self.inner.read(limit, timeout_ns).replace(b"\x1b", b"")


class NeverDrained(BrokenUART):
    def drain(self, timeout_ns: int = 0, /) -> bool:
        self.inner.drain(timeout_ns)
        return False


class NeverWaiting(BrokenUART):
    def waiting(self) -> int:
        return 0


class Unwatched(BrokenUART):
    def watch(self, events: UARTEvent, handler: Callable[[UARTEvent], None] | None, /) -> None:
        pass


class BrokenADC(ADCChannel):
    def __init__(self, inner: ADCChannel) -> None:
        self.inner = inner

    def configure(self, config: ADCConfig, /) -> None:
        self.inner.configure(config)

    def sample(self) -> int:
        return self.inner.sample() + 65_536

    def full_scale_uv(self) -> int | None:
        return self.inner.full_scale_uv()

    def close(self) -> None:
        self.inner.close()


class BrokenPWM(PWMChannel):
    def __init__(self, inner: PWMChannel) -> None:
        self.inner = inner

    def configure(self, config: PWMConfig, /) -> None:
        self.inner.configure(PWMConfig(config.period_ns * 2, config.duty_ns))

    def close(self) -> None:
        self.inner.close()


class InvertedPWM(BrokenPWM):
    def configure(self, config: PWMConfig, /) -> None:
        self.inner.configure(PWMConfig(config.period_ns, config.duty_ns, not config.invert))


BROKEN = [
    ("line", "line", Inverted, "configured as an output at 1, the pad reads 0"),
    ("line", "line", Boolean, "read() is an int, not bool"),
    ("line", "line", ForgetsLevel, "configured as an output at 1"),
    ("line", "line", DrivesAsInput, "a level written to an input must not drive the wire"),
    ("line", "line", NoPull, "an open drain at 1 under a pull-up reads 0"),
    ("line", "line", AllEdges, "watching"),
    ("line", "line", Deaf, "heard []"),
    ("line", "line", KeepsWatching, "heard"),
    ("line", "line", OtherTime, "is not of the board's clock"),
    ("i2c", "registers", Eager, "an empty Write must reach the wire"),
    ("i2c", "registers", OSErrors, "a channel raises BusError, never OSError"),
    ("i2c", "registers", WrongFault, "is NACK_ADDRESS, not"),
    ("i2c", "registers", CountsTheAddress, "no data byte was acknowledged, not 1"),
    ("i2c", "registers", Mutable, "returns bytes, not bytearray"),
    ("i2c", "registers", LastReadOnly, "the replies of two Reads come joined"),
    ("i2c", "registers", Echoes, "a transfer without a Read returned"),
    ("i2c", "registers", ForgetsHeldWrites, "a Read after a held write goes on from its pointer"),
    ("i2c", "registers", StuckAfterNack, ""),
    ("spi", "spi", AlwaysReplies, "no reply was wanted"),
    ("spi", "spi", FourKilobytes, "5120 bytes went out, 4096 came back"),
    ("spi", "spi", HalfTurned, "lowest bit first: byte 0 went out as 0x01, came back as 0x80"),
    ("spi", "spi", OneMode, "mode 1: byte 1 went out as 0xff, came back as 0x7f"),
    ("spi", "spi", NotEvenMode0, "mode 0 is every SPI's"),
    ("uart", "uart", SaysNothing, "write() says it took 0 of 29 bytes"),
    ("uart", "uart", ReadsAll, "read(3) gives the first three bytes"),
    ("uart", "uart", Loses, "arrived"),
    ("uart", "uart", NeverDrained, "drain() never says that all was sent"),
    ("uart", "uart", NeverWaiting, "0 of 29 bytes arrived"),
    ("uart", "uart", Unwatched, "has heard of no reception"),
    ("adc", "adc", BrokenADC, "is not within 0..65535"),
    ("pwm", "pwm", BrokenPWM, "a period of 20 ms was asked for, it is 40.0 ms"),
    ("pwm", "pwm", InvertedPWM, "5 ms high were asked for"),
]


@pytest.mark.parametrize(("verb", "check", "broken", "text"), BROKEN, ids=lambda value: getattr(value, "__name__", ""))
def test_a_broken_promise_is_named(verb: str, check: str, broken: type[Any], text: str) -> None:
    def opened(self: MockBackend, ref: str, /) -> object:
        return broken(getattr(MockBackend, verb)(self, ref))

    backend = wired(type("Broken", (MockBackend,), {verb: opened}))
    with pytest.raises((AssertionError, BusError)) as caught:
        CHECKS[check](backend)
    assert text in str(caught.value)


class Sloppy(MockBackend):
    """Opens whatever it is asked for."""

    def line(self, ref: str, /) -> Line:
        return super().line("GP0")


class Talkative(MockBackend):
    def line(self, ref: str, /) -> Line:
        raise Unsupported("no\nlines")


@pytest.mark.parametrize(("kind", "text"), [(Sloppy, "opened something"), (Talkative, "more than one line")])
def test_a_broken_backend_is_named(kind: type[MockBackend], text: str) -> None:
    with pytest.raises(AssertionError, match=text):
        check_backend(wired(kind))


class Frozen:
    """A clock that never moves on by waiting."""

    def __init__(self) -> None:
        self.now = 0

    def now_ns(self) -> int:
        self.now += 100_000
        return self.now

    def wait_until(self, deadline_ns: int | None, /) -> None: ...

    def wake(self) -> None: ...

    def spend(self, ns: int, /) -> None: ...

    def call_at(self, time_ns: int, action: Callable[[], object], /) -> Callable[[], None]:
        return lambda: None


class Backwards(Frozen):
    def now_ns(self) -> int:
        self.now -= 1
        return self.now


class Impatient(Frozen):
    def call_at(self, time_ns: int, action: Callable[[], object], /) -> Callable[[], None]:
        action()
        return lambda: None


@pytest.mark.parametrize(
    ("kind", "text"), [(Frozen, "has not called"), (Backwards, "time went back"), (Impatient, "called too early")]
)
def test_a_broken_clock_is_named(kind: type[Frozen], text: str) -> None:
    with pytest.raises(AssertionError, match=text):
        check_clock(kind())
