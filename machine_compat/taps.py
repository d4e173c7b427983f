"""Middleware over the channels of any backend: trace and fault are functions here, as record and replay will be.

A tap is called for every verb of every channel, and for every event a channel reports, with the Call and with what
goes on to the next tap and at last to the channel:

    def count(call, proceed):
        counts[call.verb] += 1
        return proceed(call)
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple, cast

from machine_compat.contract import CANEvent, CANFrame, I2CBus, Read, USBDeviceConfig, USBDeviceEvent, Write
from machine_compat.errors import BusError, ConfigError, Fault


class Call(NamedTuple):
    """One verb of one channel. kind: "i2c", "spi", "uart", "line", ...; ref: the channel's; args: plain values."""

    kind: str
    ref: str
    verb: str
    args: tuple[Any, ...]


Proceed = Callable[[Call], object]
Tap = Callable[[Call, Proceed], object]


class Tapped:
    """A channel whose every verb goes through taps; it has the verbs of the channel it wraps."""

    def __init__(self, kind: str, ref: str, channel: object, taps: Sequence[Tap]) -> None:
        self._kind = kind
        self._ref = ref
        self._channel = channel
        self._taps = tuple(taps)

    def __getattr__(self, verb: str) -> Callable[..., object]:
        getattr(self._channel, verb)  # an AttributeError names the channel's class
        if verb == "scan" and isinstance(self._channel, I2CBus):
            # One by one, so that a tap sees each address as the transfer that it is.
            return partial(I2CBus.scan, cast(I2CBus, self))

        def call(*args: object) -> object:
            if verb in ("watch", "connect") and callable(args[-1]):
                args = (*args[:-1], self._heard(args[-1]))
            return self._pass(Call(self._kind, self._ref, verb, args), 0)

        return call

    def _pass(self, call: Call, index: int) -> object:
        if index < len(self._taps):
            return self._taps[index](call, lambda changed: self._pass(changed, index + 1))
        return getattr(self._channel, call.verb)(*call.args)

    def _heard(self, handler: Callable[..., object]) -> Callable[..., object]:
        def event(*args: object) -> object:
            def deliver(call: Call, index: int = 0) -> object:
                if index < len(self._taps):
                    return self._taps[index](call, lambda changed: deliver(changed, index + 1))
                return handler(*call.args)

            return deliver(Call(self._kind, self._ref, "event", args))

        return event


# ---- trace ---------------------------------------------------------------------------------------------------------


def trace(say: Callable[[str], object], now_ns: Callable[[], int]) -> Tap:
    """Say each call in one line: time in seconds, channel, what went over the wire.

    0.002134 i2c0 S 76W d0 Sr 76R 58 P
    """

    def tap(call: Call, proceed: Proceed) -> object:
        began = now_ns()
        try:
            reply = proceed(call)
        except BusError as error:
            say(f"{began / 1e9:.6f} {call.ref} {notation(call, error)}")
            raise
        line = notation(call, reply)
        if line:
            say(f"{began / 1e9:.6f} {call.ref} {line}")
        return reply

    return tap


def notation(call: Call, outcome: object) -> str:
    """One call in the one-line notation; empty for calls that move nothing."""
    match call:
        case Call("i2c", _, "transfer", (int() as address, ops, *rest)):
            return i2c_notation(address, ops, outcome, bool(rest[0]) if rest else True)
        case Call("spi", _, "transfer", (bytes() as out, *_)):
            reply = f" -> {outcome.hex(' ')}" if isinstance(outcome, bytes) and outcome else ""
            return f"{out.hex(' ')}{reply}"
        case Call("uart", _, "write", (bytes() as data,)):
            return f"tx {data!r}"
        case Call("uart", _, "read", _):
            return f"rx {outcome!r}" if outcome else ""
        case Call("can", _, "send", (int(), CANFrame() as frame)):
            return f"tx {can_notation(frame)}"
        case Call("can", _, "event", (CANEvent.RECEIVED, CANFrame() as frame)):
            return f"rx {can_notation(frame)}"
        case Call("line", _, "write", (level,)):
            return f"= {level}"
        case Call("line", _, "toggle", _):
            return f"= {outcome}"
        case Call("line", _, "event", (edge, *_)):
            return f"{getattr(edge, 'name', edge)} edge".lower()
        case Call("pwm" | "dac", _, "configure" | "write", (value,)):
            return f"{value}"
        case Call("usb_device", _, verb, args):
            return usb_notation(verb, args)
    return ""


def usb_notation(verb: str, args: tuple[Any, ...]) -> str:
    """``in 83 02 00 0b`` and ``out 01 68 69`` by endpoint; ``setup 21 0a 00 ...``, and what answers it."""
    match verb, args:
        case "connect", (USBDeviceConfig() as config, *_):
            vendor, product = (int.from_bytes(config.device[place : place + 2], "little") for place in (8, 10))
            return f"connect {vendor:04x}:{product:04x}"
        case "submit", (int() as endpoint, bytes() as data):
            return f"in {endpoint:02x} {data.hex(' ')}".rstrip()
        case "event", (USBDeviceEvent.RECEIVED, int() as endpoint, bytes() as data):
            return f"out {endpoint:02x} {data.hex(' ')}".rstrip()
        case "event", (USBDeviceEvent.SETUP | USBDeviceEvent.CONTROL_DATA as event, _, bytes() as data):
            kind = "setup" if event is USBDeviceEvent.SETUP else "data"
            return f"{kind} {data.hex(' ')}" if data else ""
        case "event", (USBDeviceEvent.CONFIGURED, int() as value, _):
            return f"configured {value}"
        case "event", (USBDeviceEvent.RESET | USBDeviceEvent.FAILED as event, *_):
            return str(event.value)
        case "answer", (None,):
            return "stall"
        case "answer", (bytes() as data,) if data:
            return f"reply {data.hex(' ')}"
        case "disconnect", _:
            return "disconnect"
    return ""


def can_notation(frame: CANFrame) -> str:
    """``123#deadbeef``; eight digits of identifier for an extended frame, ``R4`` for the length of a remote one."""
    data = f"R{len(frame.data)}" if frame.remote else frame.data.hex()
    return f"{frame.id:0{8 if frame.extended else 3}x}#{data}"


def i2c_notation(address: int, ops: Sequence[Write | Read], outcome: object, stop: bool) -> str:
    """``S 76W d0 Sr 76R 58 P``; N marks what was not acknowledged."""
    words: list[str] = []
    reply = outcome if isinstance(outcome, bytes) else b""
    error = outcome if isinstance(outcome, BusError) else None
    for index, op in enumerate(ops):
        words.append("Sr" if index else "S")
        words.append(f"{address:02x}{'R' if isinstance(op, Read) else 'W'}")
        if error and error.fault is Fault.NACK_ADDRESS:
            words.append("N")
            break
        if isinstance(op, Read):
            words.extend(f"{byte:02x}" for byte in reply[: op.count])
            reply = reply[op.count :]
        elif error and error.fault is Fault.NACK_DATA and len(op.data) > error.acked:
            words.extend(f"{byte:02x}" for byte in op.data[: error.acked + 1])
            words.append("N")
            break
        else:
            words.extend(f"{byte:02x}" for byte in op.data)
    if error and error.fault not in (Fault.NACK_ADDRESS, Fault.NACK_DATA):
        words.append(f"({error})")
    if stop or error:
        words.append("P")
    return " ".join(words)


# ---- faults --------------------------------------------------------------------------------------------------------


def i2c_fault(ref: str, address: int, fault: Fault, at_byte: int = 0, times: int | None = 1) -> Tap:
    """Let transfers to an address fail, `times` times (None: always).

    NACK_DATA fails at data byte `at_byte` of the transfer's first write that has one: those before it reach the chip.
    ConfigError for what is no Fault, and for a byte before the first.
    """
    if not isinstance(fault, Fault):
        raise ConfigError(f"{fault!r} is no fault of a bus; there are {', '.join(map(str, Fault))}")
    if at_byte < 0:
        raise ConfigError(f"at_byte={at_byte}: the first byte is 0")
    left = times

    def tap(call: Call, proceed: Proceed) -> object:
        nonlocal left
        if call.kind != "i2c" or call.ref != ref or call.verb != "transfer" or call.args[0] != address or left == 0:
            return proceed(call)
        if fault is Fault.NACK_DATA:
            ops: Sequence[Write | Read] = call.args[1]
            for index, op in enumerate(ops):
                if isinstance(op, Write) and len(op.data) > at_byte:
                    left = left - 1 if left is not None else None
                    proceed(call._replace(args=(address, [*ops[:index], Write(op.data[:at_byte])])))
                    raise BusError(fault, at_byte)
            return proceed(call)
        left = left - 1 if left is not None else None
        raise BusError(fault)

    return tap


def spi_fault(ref: str, reply: int = 0xFF, times: int | None = 1) -> Tap:
    """Let transfers of a bus answer with one repeated byte, as with a broken MISO; the chip hears them all the same.

    `times` counts the transfers that are read, None: all.
    """
    left = times

    def tap(call: Call, proceed: Proceed) -> object:
        nonlocal left
        answer = proceed(call)
        if call.kind != "spi" or call.ref != ref or call.verb != "transfer" or left == 0:
            return answer
        if not isinstance(answer, bytes) or not answer:
            return answer
        left = left - 1 if left is not None else None
        return bytes([reply]) * len(answer)

    return tap


def uart_fault(ref: str, at_byte: int = 0, flip: int = 0x01, times: int | None = 1) -> Tap:
    """Flip bits in received byte number `at_byte`, counted over all reads; flip=0 loses the byte.

    With `times` the count begins again behind each byte that was hit (None: without end).
    """
    left = times
    seen = 0

    def tap(call: Call, proceed: Proceed) -> object:
        nonlocal left, seen
        reply = proceed(call)
        if call.kind != "uart" or call.ref != ref or call.verb != "read" or not isinstance(reply, bytes) or left == 0:
            return reply
        read = bytearray()
        for byte in reply:
            if seen < at_byte or left == 0:
                seen += 1
                read.append(byte)
                continue
            left = left - 1 if left is not None else None
            seen = 0
            if flip:
                read.append(byte ^ flip)
        return bytes(read)

    return tap


def line_fault(ref: str, level: int, times: int | None = None) -> Tap:
    """Let reads of a line see a level whatever the wire has, as with a pin that is stuck."""
    left = times

    def tap(call: Call, proceed: Proceed) -> object:
        nonlocal left
        answer = proceed(call)
        if call.kind != "line" or call.ref != ref or call.verb != "read" or left == 0:
            return answer
        left = left - 1 if left is not None else None
        return level

    return tap
