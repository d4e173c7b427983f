"""`machine.time_pulse_us`, `bitstream` and `dht_readinto`: pulses measured and made, to the microsecond and below.

# Ref: MicroPython extmod/machine_pulse.c, extmod/machine_bitstream.c, drivers/dht/dht.c
"""

import errno
from collections.abc import Callable

from machine_compat.board import Board, current
from machine_compat.contract import LineConfig, Mode
from machine_compat.errors import BusError, Unsupported
from machine_compat.machine.peripheral import fail, made_for, readable, to_int, writable
from machine_compat.machine.pin import Pin
from machine_compat.machine.signal import PinBase, Signal, read_pin, write_pin
from machine_compat.oserror import os_error

AnyPin = Pin | PinBase | Signal
POLL_NS = 1_000
"""What one look at a pin of the script's own counts for in simulated time, so that waiting for it ends."""
DHT_ONE_US = 48
"""A longer pulse is a 1: they are 26 to 28 us or 70 us (Aosong AM2302 datasheet, 7.2)."""


def time_pulse_us(pin: object, pulse_level: object, timeout_us: int = 1_000_000, /) -> int:
    """The width in us of the next pulse at a level; -2: it did not begin in time, -1: it did not end in time.

    A pulse that is on already counts from now.
    """
    there = the_pin(pin)
    timeout_ns = to_int(timeout_us) * 1_000
    return in_us(measure(board_of(there), there, 1 if pulse_level else 0, timeout_ns))


def bitstream(pin: object, encoding: int, timing: object, data: object, /) -> None:
    """Send bits, highest first; timing: ns as (high_0, low_0, high_1, low_1). ValueError "encoding" for any but 0."""
    there = the_pin(pin)
    kind = to_int(encoding)
    content = readable(data)
    if kind != 0:
        raise ValueError("encoding")
    if not isinstance(timing, tuple | list):
        raise TypeError(f"object '{type(timing).__name__}' isn't a tuple or list")
    if len(timing) != 4:
        raise ValueError(f"requested length 4 but object has length {len(timing)}")
    high_0, low_0, high_1, low_1 = (to_int(ns) for ns in timing)
    send(board_of(there), there, (high_0, low_0, high_1, low_1), content)


def dht_readinto(pin: object, buf: object, /) -> None:
    """Read the five bytes of a DHT11 or DHT22; OSError ETIMEDOUT when it does not answer, ValueError for a buffer
    shorter than that."""
    there = made_for(board_of(pin), Pin)(pin) if not isinstance(pin, Pin) else pin
    board = board_of(there)
    try:
        open_drain(there)
        view = writable(buf)
        if len(view) < 5:
            raise ValueError("buffer too small")
        board.sleep_ns(250_000_000)
        there._line.write(0)
        board.sleep_ns(18_000_000)
        with board.interrupts:
            view[:5] = dht_bits(board, there).to_bytes(5, "big")
    except BusError as error:
        fail(board, "Pin", error)


def open_drain(pin: Pin) -> None:
    """Make a pin an open-drain output that lets go, and leave its pull as it is."""
    board = pin._board
    board.claim(pin._spot.ref, pin._lost)
    pin._mode = next(number for number, mode in board.port.pin_modes.items() if mode is Mode.OPEN_DRAIN)
    pin._line.configure(LineConfig(Mode.OPEN_DRAIN, None, 1))


def dht_bits(board: Board, pin: Pin) -> int:
    """Let go of the wire and take the 40 bits that follow the sensor's answer."""
    pin._line.write(1)
    wait_until(board, board.clock.now_ns() + 10_000)
    deadline = board.clock.now_ns() + 100_000
    while pin._line.read():
        if board.clock.now_ns() > deadline:
            raise os_error(errno.ETIMEDOUT)
    bits = 0
    for timeout_us in (150, *(100,) * 40):
        width = in_us(measure(board, pin, 1, timeout_us * 1_000))
        if width < 0:
            raise os_error(errno.ETIMEDOUT)
        bits = bits << 1 | (width > DHT_ONE_US)
    # The first pulse, of 80 us, is the sensor's answer.
    return bits & (1 << 40) - 1


# ---- the two verbs, by the line itself where it has them


def measure(board: Board, pin: AnyPin, level: int, timeout_ns: int) -> int:
    """As Line.measure_pulse."""
    if isinstance(pin, Pin):
        try:
            return pin._line.measure_pulse(level, timeout_ns)
        except Unsupported:
            return measure_by_hand(board, pin._line.read, level, timeout_ns)
        except BusError as error:
            fail(board, "Pin", error)

    def read() -> int:
        board.clock.spend(POLL_NS)
        return read_pin(pin)

    return measure_by_hand(board, read, level, timeout_ns)


def measure_by_hand(board: Board, read: Callable[[], int], level: int, timeout_ns: int) -> int:
    now_ns = board.clock.now_ns
    start = now_ns()
    for wanted, late in ((level, -2), (1 - level, -1)):
        while True:
            # Time first, then the pin: that way both ends of the pulse are early by the same.
            now = now_ns()
            if read() == wanted:
                break
            if now - start >= timeout_ns:
                return late
        start, began = now, start
    return start - began


def send(board: Board, pin: AnyPin, timing_ns: tuple[int, int, int, int], data: bytes) -> None:
    """As Line.send_bits."""
    if not isinstance(pin, Pin):
        send_by_hand(board, lambda level: write_pin(pin, bool(level)), timing_ns, data)
        return
    line = pin._line
    # The mode with the level, and not write alone: a write costs time on a simulated board, more than these bits take.
    mode = board.port.pin_modes.get(pin._mode, Mode.IN) if pin._mode is not None else Mode.IN
    configs = [LineConfig(mode, None, level) for level in (0, 1)]
    try:
        with board.interrupts:
            try:
                line.send_bits(timing_ns, data)
            except Unsupported:
                send_by_hand(board, lambda level: line.configure(configs[level]), timing_ns, data)
    except BusError as error:
        fail(board, "Pin", error)


def send_by_hand(board: Board, put: Callable[[int], object], timing_ns: tuple[int, int, int, int], data: bytes) -> None:
    with board.interrupts:
        edge = board.clock.now_ns()
        for byte in data:
            for bit in range(7, -1, -1):
                high, low = timing_ns[2:] if byte >> bit & 1 else timing_ns[:2]
                put(1)
                wait_until(board, edge := edge + high)
                put(0)
                wait_until(board, edge := edge + low)


def wait_until(board: Board, time_ns: int) -> None:
    """Wait with nothing else going on, whatever wakes the clock."""
    clock = board.clock
    while clock.now_ns() < time_ns:
        clock.wait_until(time_ns)


def in_us(width_ns: int) -> int:
    return width_ns // 1_000 if width_ns >= 0 else width_ns


def board_of(pin: object) -> Board:
    return pin._board if isinstance(pin, AnyPin) else current()


def the_pin(pin: object) -> AnyPin:
    """A pin argument: anything with the pin protocol, or what Pin() takes."""
    return pin if isinstance(pin, AnyPin) else made_for(current(), Pin)(pin)
