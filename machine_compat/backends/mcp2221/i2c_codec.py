"""Runs an I2C transfer on the MCP2221's engine as a conversation of reports; does no I/O.

`converse` is a generator: it yields a report and is sent the answer, or yields a number of ns to wait. The engine goes
through the messages by itself, 60 bytes at a time; what it is doing shows as a state in each answer. A state of failure
stays until it is cancelled.

# Ref: Microchip DS20005565B (MCP2221A), 3.1.1 and 3.1.5 to 3.1.10. State numbers: Linux drivers/hid/hid-mcp2221.c.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass

from machine_compat.backends.mcp2221.codec import REPORT, Status, padded, status
from machine_compat.contract import Op, Read, Write
from machine_compat.errors import BusError, Fault, Unsupported

WRITE, WRITE_AGAIN, WRITE_HOLDING, READ, READ_AGAIN, GET_DATA = 0x90, 0x92, 0x94, 0x91, 0x93, 0x40
"""AGAIN: with a repeated START. HOLDING: without STOP."""
CHUNK = 60

IDLE, HELD, CHUNK_READY, LAST_READY = 0x00, 0x45, 0x54, 0x55
NOBODY = 0x25
AT_WORK = frozenset((0x10, 0x11, 0x15, 0x16, 0x20, 0x21, 0x22, 0x24, 0x30, 0x31, 0x32, 0x40, 0x41, 0x42, 0x43))
AT_WORK |= frozenset((0x50, 0x51, 0x53, 0x60, 0x61))
LINE_HELD = frozenset((0x12, 0x17, 0x23, 0x33, 0x44, 0x52, 0x62))
"""The engine's own timeouts: a line stays low."""
CANCELS = 3

REPORT_NS = 1_000_000
"""The least a report takes on full-speed USB."""

Conversation = Generator[bytes | int, bytes, bytes]


def check(ops: Sequence[Op], stop: bool) -> None:
    """Raises Unsupported for what the engine has no command for."""
    for number, op in enumerate(ops):
        if not (op.data if isinstance(op, Write) else op.count):
            raise Unsupported("the MCP2221 sends no message without data: ask for an address with a read of one byte")
        last = number == len(ops) - 1
        holding = isinstance(op, Write) and not (last and stop)
        if holding and number and isinstance(ops[number - 1], Write):
            raise Unsupported("the MCP2221 cannot begin a write with a repeated START and end it without STOP")
    if not stop and isinstance(ops[-1], Read):
        raise Unsupported("the MCP2221 ends every read with STOP")


@dataclass(frozen=True, slots=True)
class Pace:
    """How long things take. byte_ns: a byte on the bus. patience: how often to ask an engine that is still at work."""

    byte_ns: int
    patience: int

    def wait(self, octets: int) -> Generator[int, bytes, None]:
        """Let a chunk pass, before the engine is asked."""
        ns = self.byte_ns * min(octets, CHUNK) - REPORT_NS
        if ns > 0:
            yield ns


def converse(address: int, ops: Sequence[Op], stop: bool, held: bool, pace: Pace) -> Conversation:
    """The reports of a transfer; returns what was read. Raises BusError when it fails, with the engine cancelled.

    held: whether the bus was left without STOP. A message that follows a Read begins with START: the engine has ended
    the read with STOP.
    """
    data = b""
    for number, op in enumerate(ops):
        if isinstance(op, Read):
            data += yield from read(READ_AGAIN if held else READ, address, op.count, pace)
            held = False
        else:
            hold = number < len(ops) - 1 or not stop
            command = WRITE_HOLDING if hold else WRITE_AGAIN if held else WRITE
            yield from write(command, address, op.data, pace)
            held = hold
    if isinstance(ops[-1], Write):
        yield from settled(HELD if held else IDLE, pace.patience)
    return data


def write(command: int, address: int, data: bytes, pace: Pace) -> Conversation:
    """Hand over a write, 60 bytes at a time."""
    header = bytes((command, *len(data).to_bytes(2, "little"), address << 1))
    for start in range(0, len(data), CHUNK):
        report = header + data[start : start + CHUNK]
        yield from accepted(report.ljust(REPORT, b"\0"), pace.patience, command != WRITE_AGAIN and not start)
        yield from pace.wait(len(data) - start)
    return b""


def accepted(report: bytes, patience: int, first: bool) -> Conversation:
    """Give a command until the engine takes it.

    first: whether nothing of the transfer is on the wire yet; an engine that is then still in the state of a failure
    before is cancelled first.
    """
    state = IDLE
    for _ in range(patience):
        answer = yield report
        if answer[1] == 0:
            return answer
        state = answer[2]
        if first and state not in AT_WORK:
            yield from cancelled(Status.of((yield status())))
            first = False
        elif state not in AT_WORK:
            yield from failed(state)
    return (yield from failed(state))


def read(command: int, address: int, count: int, pace: Pace) -> Conversation:
    """Begin a read and collect it, up to 60 bytes at a time."""
    header = bytes((command, *count.to_bytes(2, "little"), address << 1 | 1))
    yield from accepted(header.ljust(REPORT, b"\0"), pace.patience, command == READ)
    yield from pace.wait(count)
    data = b""
    waited = 0
    while len(data) < count:
        answer = yield padded(GET_DATA)
        state = answer[2]
        if answer[1] == 0 and answer[3] <= CHUNK and state in (CHUNK_READY, LAST_READY):
            data += answer[4 : 4 + answer[3]]
            waited = 0
            yield from pace.wait(count - len(data))
        elif state not in AT_WORK or waited >= pace.patience:
            yield from failed(state)
        waited += 1
    return data


def settled(wanted: int, patience: int) -> Conversation:
    """Wait until the engine has come to a state."""
    state = IDLE
    for _ in range(patience):
        answer = yield status()
        state = Status.of(answer).state
        if state == wanted:
            return answer
        if state not in AT_WORK:
            yield from failed(state)
    return (yield from failed(state))


# ---- failures


def failed(state: int) -> Conversation:
    """Find out what went wrong, make the engine fit for the next transfer, and raise it as BusError."""
    if state == NOBODY:
        # The address is all that was sent: nothing else needs to be known, and a scan is full of these.
        yield status(cancel=True)
        raise BusError(Fault.NACK_ADDRESS)
    before = Status.of((yield status()))
    yield from cancelled(before)
    if before.refused:
        raise BusError(Fault.NACK_DATA, before.sent)
    line = "SCL" if not before.scl else "SDA" if not before.sda else None
    if line:
        raise BusError(Fault.TIMEOUT, before.sent, f"{line} is held low")
    if state in AT_WORK or state in LINE_HELD:
        raise BusError(Fault.TIMEOUT, before.sent, f"the transfer did not end (engine state {state:#04x})")
    raise BusError(Fault.IO, before.sent, f"the I2C engine is in state {state:#04x}")


def cancelled(now: Status) -> Generator[bytes | int, bytes, Status]:
    """Have the engine give up what it does, as often as that takes; returns its state then."""
    for _ in range(CANCELS):
        if now.state == IDLE and not now.disturbed:
            break
        if not now.used:
            raise BusError(Fault.IO, message="the I2C engine hangs; unplug the MCP2221 and plug it in again")
        yield status(cancel=True)
        now = Status.of((yield status()))
    return now


def prepared(divider: int | None) -> Generator[bytes | int, bytes, None]:
    """Make sure that the engine is idle, and set its clock. Raises BusError when it cannot be."""
    now = Status.of((yield status(divider=divider)))
    if now.state == IDLE and not now.disturbed and (now.speed_set or divider is None):
        return
    now = yield from cancelled(now)
    if now.state != IDLE:
        raise BusError(Fault.BUSY, message=f"the I2C engine stays in state {now.state:#04x}")
    if divider is not None and not Status.of((yield status(divider=divider))).speed_set:
        raise BusError(Fault.BUSY, message="the I2C clock cannot be set while a transfer is under way")
