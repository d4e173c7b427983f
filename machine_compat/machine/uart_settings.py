"""What a UART was told to be: a script's arguments, checked in the port's words, and the channel's configuration.

# Ref: MicroPython ports/{rp2,esp32,stm32}/machine_uart.c, init helpers
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from machine_compat.board import Board
from machine_compat.contract import UARTConfig
from machine_compat.machine.peripheral import to_int
from machine_compat.machine.pins import bus_pin, shown
from machine_compat.profile import Bus

PINS = ("tx", "rx", "rts", "cts")
KEPT_BELOW = {"timeout": 0, "timeout_char": 0, "invert": 0, "flow": 0} | dict.fromkeys(
    ("baudrate", "bits", "stop", "txbuf", "rxbuf"), 1
)
"""Each number, and below what it stands for "not given"."""
NOT_CONNECTED = -1
FREE_BITS = {"baudrate": 0, "bits": 8, "stop": 1, "timeout": 0, "timeout_char": 0, "invert": 0, "flow": 0}


@dataclass(frozen=True, slots=True)
class UARTSettings:
    """All of a UART's settings. numbers: by the names of the constructor's arguments. pins: refs by signal."""

    numbers: Mapping[str, int]
    parity: int | None = None
    pins: Mapping[str, str | None] = field(default_factory=dict)

    def __getitem__(self, name: str) -> int:
        return self.numbers[name]

    def with_rate_of(self, other: "UARTSettings") -> "UARTSettings":
        """These settings, but the rate and what depends on it."""
        rate = {name: other.numbers[name] for name in ("baudrate", "timeout_char")}
        return replace(self, numbers={**self.numbers, **rate})

    def has(self, board: Board, name: str, flag: str) -> bool:
        """Whether the mask `name` has the port's constant `flag` in it."""
        return bool(self.numbers[name] & constant(board, flag))

    def used_pins(self, board: Board) -> list[str]:
        """The refs of the pins the UART takes: RTS and CTS only where flow control uses them."""
        return [
            ref
            for signal, ref in self.pins.items()
            if ref is not None and (signal in ("tx", "rx") or self.has(board, "flow", signal.upper()))
        ]

    def config(self, board: Board) -> UARTConfig:
        """The channel's part of it."""
        return UARTConfig(
            baudrate=self["baudrate"],
            bits=self["bits"],
            parity=self.parity,
            stop=self["stop"],
            tx_buffer=self["txbuf"],
            rx_buffer=self["rxbuf"],
            invert_tx=self.has(board, "invert", "INV_TX"),
            invert_rx=self.has(board, "invert", "INV_RX"),
            flow_rts=self.has(board, "flow", "RTS"),
            flow_cts=self.has(board, "flow", "CTS"),
            **self.pins,
        )

    def shown(self, board: Board, bus: Bus) -> dict[str, object]:
        """The values of the port's repr."""
        return {
            **self.numbers,
            "baudrate": board.port.uart_baudrate(bus.id, self["baudrate"]),
            "parity": self.parity,
            **{signal: shown(board, ref) for signal, ref in self.pins.items()},
            "invert": words(board, self["invert"], ("INV_TX", "INV_RX", "INV_RTS", "INV_CTS")),
            "flow": words(board, self["flow"], ("RTS", "CTS")),
        }


def constant(board: Board, name: str) -> int:
    """A constant of the port's UART; 0 where the port has none."""
    value = board.port.constants.get("UART", {}).get(name, 0)
    return value if isinstance(value, int) else 0


def words(board: Board, mask: int, names: tuple[str, ...]) -> str:
    return "|".join(name for name in names if mask & constant(board, name))


def fresh(board: Board, bus: Bus) -> UARTSettings:
    """The settings of a UART nobody has configured."""
    return UARTSettings(
        {**FREE_BITS, **board.port.uart_defaults}, pins={signal: bus.default(signal) for signal in PINS}
    )


def settled(board: Board, bus: Bus, before: UARTSettings, given: dict[str, Any]) -> UARTSettings:
    """The settings with a script's arguments put in.

    TypeError for an argument the port does not know, ValueError in the port's words for a value it does not take.
    """
    port = board.port
    for option in given:
        if option not in port.uart_options and option not in ("baudrate", "bits", "parity", "stop"):
            raise TypeError("extra keyword arguments given")
    keeps = "baudrate" in port.uart_defaults
    if not keeps:
        before = fresh(board, bus)
        if "baudrate" not in given:
            raise TypeError("'baudrate' argument required")
        given = {**given, "rxbuf": received(given)}
    numbers = dict(before.numbers)
    for name, least in KEPT_BELOW.items():
        if name in given:
            number = to_int(given[name])
            if number >= least or (name == "txbuf" and number == port.uart_buffers[0]) or not keeps:
                numbers[name] = number
    after = replace(before, numbers=numbers, parity=parity_of(given, before), pins=pins_of(board, bus, before, given))
    return checked(board, bus, after)


def received(given: dict[str, Any]) -> int:
    """The receive buffer of a port that also takes its old name, read_buf_len."""
    rxbuf = to_int(given.get("rxbuf", -1))
    return max(0, rxbuf if rxbuf >= 0 else to_int(given.get("read_buf_len", 64)))


def parity_of(given: dict[str, Any], before: UARTSettings) -> int | None:
    """None, 0 (even) or 1 (odd)."""
    parity = given.get("parity", -1)
    if parity is None:
        return None
    return before.parity if to_int(parity) == -1 else to_int(parity) & 1


def pins_of(board: Board, bus: Bus, before: UARTSettings, given: dict[str, Any]) -> dict[str, str | None]:
    """The pin of each signal: the one given, checked, or the one it had."""
    pins = dict(before.pins)
    for signal in PINS:
        pin = given.get(signal)
        if isinstance(pin, int) and pin == NOT_CONNECTED:
            pins[signal] = None
        elif pin is not None:
            pins[signal] = bus_pin(board, bus, signal, pin, f"bad {signal.upper()} pin")
    return pins


def checked(board: Board, bus: Bus, asked: UARTSettings) -> UARTSettings:
    """The settings as the port takes them."""
    port = board.port
    numbers = dict(asked.numbers)
    if numbers["baudrate"] <= 0:
        raise ValueError("invalid baudrate")
    numbers["bits"], numbers["stop"] = port.uart_frame(numbers["bits"], asked.parity, numbers["stop"])
    for name, flags in (("invert", ("INV_TX", "INV_RX", "INV_RTS", "INV_CTS")), ("flow", ("RTS", "CTS"))):
        if numbers[name] & ~sum(constant(board, flag) for flag in flags):
            raise ValueError(port.uart_words[name])
    smallest, largest = port.uart_buffers
    for name in ("rxbuf", "txbuf"):
        if numbers[name] > largest:
            raise ValueError(f"{name} too large")
        numbers[name] = max(smallest, numbers[name])
    numbers["timeout_char"] = max(numbers["timeout_char"], port.uart_min_char_timeout(numbers["baudrate"]))
    port.uart_baudrate(bus.id, numbers["baudrate"])
    return replace(asked, numbers=numbers)
