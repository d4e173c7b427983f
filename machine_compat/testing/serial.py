"""Checks serial ports: bytes across a wire, waits, and watchers."""

from machine_compat.clock import Clock
from machine_compat.contract import Backend, UARTChannel, UARTConfig, UARTEvent
from machine_compat.testing.waiting import MS, PATIENCE_NS, closed, eventually


def check_uart(backend: Backend, ref: str, other: str | None = None) -> None:
    """Bytes across a wire: from TX to RX of the same port, or to and from `other`, crossed."""
    sender = backend.uart(ref)
    receiver = sender if other is None else backend.uart(other)
    with closed(sender), closed(receiver):
        for config in (UARTConfig(115_200), UARTConfig(9_600, parity=0), UARTConfig(19_200, stop=2)):
            for port in {sender, receiver}:
                port.configure(config)
            _check_serial(backend.clock(), sender, receiver, f"{ref}, {config.baudrate} baud")


def _check_serial(clock: Clock, sender: UARTChannel, receiver: UARTChannel, what: str) -> None:
    assert receiver.waiting() == 0, f"{what}: {receiver.waiting()} bytes wait before anything was sent"
    before = clock.now_ns()
    assert receiver.read(10) == b"", f"{what}: something is read before anything was sent"
    assert clock.now_ns() - before < PATIENCE_NS, f"{what}: a read without a timeout waits"
    heard: list[UARTEvent] = []
    receiver.watch(UARTEvent.RX, heard.append)
    sent = bytes(range(0, 256, 9))
    taken = sender.write(sent)
    assert type(taken) is int, f"{what}: write() returns how many bytes it took, not {type(taken).__name__}"
    assert 0 < taken <= len(sent), f"{what}: write() says it took {taken} of {len(sent)} bytes"
    assert eventually(clock, lambda: receiver.waiting() >= taken), (
        f"{what}: {receiver.waiting()} of {taken} bytes arrived"
    )
    assert eventually(clock, lambda: sender.drain(MS)), f"{what}: drain() never says that all was sent"
    # Before it is read: what was taken away at once, another thread may never have seen.
    assert eventually(clock, lambda: heard), f"{what}: the watcher has heard of no reception"
    first = receiver.read(3)
    assert first == sent[:3], f"{what}: read(3) gives the first three bytes, not {first!r}"
    rest = receiver.read(1_000, MS)
    assert first + rest == sent[:taken], f"{what}: {sent[:taken].hex()} was sent, {(first + rest).hex()} arrived"
    assert type(rest) is bytes, f"{what}: read() returns bytes, not {type(rest).__name__}"
    assert receiver.waiting() == 0, f"{what}: all was read and {receiver.waiting()} bytes still wait"
    assert set(heard) == {UARTEvent.RX}, f"{what}: RX was watched, {heard} was heard"
    receiver.watch(UARTEvent.RX, None)
    before = clock.now_ns()
    assert receiver.read(1, 5 * MS) == b"", f"{what}: something is read that was not sent"
    assert clock.now_ns() - before < PATIENCE_NS, f"{what}: a read waits far beyond its timeout"
