"""What tests see of a simulated board: a pin's level and history, a bus to hang chips on and to make fail."""

from typing import NamedTuple, TypeVar

from machine_compat.board import Board
from machine_compat.errors import ConfigError, Fault
from machine_compat.mock.attach import Place, attach
from machine_compat.mock.backend import MockBackend
from machine_compat.mock.chip import Chip, I2CChip, SPIChip, UARTPeer
from machine_compat.mock.lines import TOUCHED
from machine_compat.mock.nets import Terminal, connect, cut
from machine_compat.mock.pio_repeat import LoopWave
from machine_compat.mock.pulse_train import PulseTrain
from machine_compat.mock.waves import measure
from machine_compat.taps import i2c_fault, line_fault, spi_fault, uart_fault

I2C = TypeVar("I2C", bound=I2CChip)
SPI = TypeVar("SPI", bound=SPIChip)
Peer = TypeVar("Peer", bound=UARTPeer)
Node = TypeVar("Node", bound=Chip)


class PinEdge(NamedTuple):
    """A change of a pin: when, in ms of board time, and the level from then on."""

    ms: float
    level: int


class PWMState(NamedTuple):
    """What a pin's pulse output does: Hz, and the share of time it is high, 0.0 to 1.0."""

    frequency: float
    duty: float


class PinFace:
    """A pin of a simulated board, seen and driven from outside."""

    def __init__(self, board: Board, ref: str, terminal: Terminal) -> None:
        self._board = board
        self._ref = ref
        self.terminal = terminal

    def __repr__(self) -> str:
        return f"<{self.terminal.name} {'high' if self.level else 'low'}>"

    @property
    def level(self) -> int:
        """The level of the wire now."""
        return self.terminal.level

    @property
    def edges(self) -> list[PinEdge]:
        """All changes of the wire so far."""
        net = self.terminal.net
        level = net.first
        found = []
        for time in net.edges:
            level = 1 - level
            found.append(PinEdge(time / 1e6, level))
        return found

    @property
    def pwm(self) -> PWMState | None:
        """The pulse train on the wire, if there is one."""
        for terminal in self.terminal.net.terminals:
            wave = terminal.wave
            if isinstance(wave, PulseTrain):
                duty = wave.high / wave.period
                return PWMState(1e9 / wave.period, 1 - duty if wave.invert else duty)
            if isinstance(wave, LoopWave) and (pulses := measure(wave, self.terminal.world.now)):
                return PWMState(1e9 / pulses.period, pulses.high / pulses.period)
        return None

    @property
    def volts(self) -> float | None:
        """The analog voltage put on the wire."""
        return next((t.volts for t in self.terminal.net.terminals if t.volts is not None), None)

    @volts.setter
    def volts(self, volts: float | None) -> None:
        self._outside().supply(volts)

    def drive(self, level: int | None) -> None:
        """Drive the wire from outside, to 0 or 1; None lets go."""
        if level not in (0, 1, None):
            raise ConfigError(f"{self._ref} cannot be driven to {level!r}; a level is 0 or 1, and None lets go")
        self._outside().drive(level)

    def press(self, ms: float = 50) -> None:
        """Connect the pin to ground for so long (to the supply, where the pin is pulled down), as a button does."""
        if not ms > 0:
            raise ConfigError(f"{self._ref} cannot be pressed for {ms} ms")
        hand = self._outside()
        pulled_down = any(terminal.weak == 0 for terminal in self.terminal.net.terminals)
        hand.drive(1 if pulled_down else 0)
        hand.world.after(round(ms * 1_000_000), hand.release)

    def touch(self, ms: float | None = None) -> None:
        """Put a finger on the touch pad at this pin; with `ms`, take it away after so many milliseconds."""
        pads = self._pads()
        pads[self._ref] = TOUCHED
        if ms is not None:
            self.terminal.world.after(round(ms * 1_000_000), lambda: pads.pop(self._ref, None))

    def let_go(self) -> None:
        """Take the finger off the touch pad."""
        self._pads().pop(self._ref, None)

    def _pads(self) -> dict[str, int]:
        backend = self._board.backend
        if not isinstance(backend, MockBackend):
            raise ConfigError(f"{self._ref} is no pin of a simulated board")
        return backend.touched

    def stick(self, level: int, times: int | None = None) -> None:
        """Let the script read this level whatever the wire has, as with a broken input; so many times, or for good."""
        self._board.tap(line_fault(self._ref, level, times))

    def _outside(self) -> Terminal:
        """The test's own end of a wire to the pin."""
        name = f"test.{self._ref}"
        for terminal in self.terminal.net.terminals:
            if terminal.name == name:
                return terminal
        hand = Terminal(self.terminal.world, name)
        connect(self.terminal, hand)
        return hand


class BusFace:
    """A bus of a simulated board."""

    chip_kind: type[Chip] = Chip

    def __init__(self, board: Board, backend: MockBackend, ref: str, pins: tuple[str, ...] = ()) -> None:
        self._board = board
        self._backend = backend
        self._ref = ref
        self._pins = pins

    def _attach(self, chip: Chip, sub: str = "") -> None:
        if not isinstance(chip, self.chip_kind):
            raise ConfigError(f"{chip.name} is no {self.chip_kind.__name__} and cannot hang on {self._ref}")
        place = Place(pins=self._pins, sub=sub) if self._pins else Place(bus=self._ref, sub=sub)
        attach(self._backend, chip, place)


class I2CFace(BusFace):
    """An I2C bus: ``board.i2c(0).attach(chip)``, ``board.i2c(0).fault(0x76, NACK_DATA, at_byte=2)``."""

    chip_kind = I2CChip

    def attach(self, chip: I2C) -> I2C:
        """Hang a chip on the bus, at the address it was made with."""
        self._attach(chip)
        return chip

    def fault(self, address: int, fault: Fault, at_byte: int = 0, times: int | None = 1) -> None:
        """Let transfers to an address fail; see taps.i2c_fault."""
        self._board.tap(i2c_fault(self._ref, address, fault, at_byte, times))


class SPIFace(BusFace):
    """An SPI bus: ``board.spi(0).attach(chip, cs="GP17")``."""

    chip_kind = SPIChip

    def attach(self, chip: SPI, cs: str | int | None = None) -> SPI:
        """Hang a chip on the bus, with its chip select on a pin; without one it is always selected."""
        self._attach(chip, "" if cs is None else str(cs))
        return chip

    def fault(self, reply: int = 0xFF, times: int | None = 1) -> None:
        """Let the next transfers answer with one repeated byte; see taps.spi_fault."""
        self._board.tap(spi_fault(self._ref, reply, times))


class UARTFace(BusFace):
    """A serial port: ``board.uart(1).attach(peer)``."""

    chip_kind = UARTPeer

    def attach(self, peer: Peer) -> Peer:
        """Put something at the other end of the line."""
        self._attach(peer)
        return peer

    def fault(self, at_byte: int = 0, flip: int = 0x01, times: int | None = 1) -> None:
        """Flip bits of a received byte, or lose it; see taps.uart_fault."""
        self._board.tap(uart_fault(self._ref, at_byte, flip, times))


class CANFace(BusFace):
    """A CAN bus behind its transceiver: ``first.can(1).join(second.can(1))``, ``board.can(1).attach(CANNode())``."""

    def attach(self, node: Node) -> Node:
        """Hang a node on the bus."""
        self._attach(node)
        return node

    def join(self, other: "CANFace") -> None:
        """Run the two wires of the bus to another board's controller, which must live in the same world."""
        if other._backend.world is not self._backend.world:
            raise ConfigError("boards on one CAN bus must share a world: SimulatedBoard(..., world=first.world)")
        connect(self._leg(), other._leg())

    def part(self, other: "CANFace") -> None:
        """Cut the wires to another board."""
        cut(self._leg(), other._leg())

    def _leg(self) -> Terminal:
        return self._backend.socket(self._ref).leg("bus")
