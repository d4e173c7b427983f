"""I2C.scan: one question on a bus that can ask all addresses at once, one by one elsewhere and where a tap listens."""

import errno
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from machine_compat.backends.ft232h import FT232HBackend
from machine_compat.board import Board
from machine_compat.contract import I2CBus, I2CConfig, Op, Read, Write
from machine_compat.errors import BusError, Fault, Unsupported
from machine_compat.interpreter.life import Life, Program
from machine_compat.machine.i2c_controller import SCANNED
from machine_compat.mock.nets import Terminal, connect
from machine_compat.mock.usb.ft232h import FT232H
from machine_compat.mock.usb.host import VirtualHost
from machine_compat.profile import load
from machine_compat.pyb import build
from machine_compat.simulation import SimulatedBoard
from machine_compat.taps import Call, Proceed, i2c_fault, trace


class Bridge:
    """A board on a simulated FT232H with two chips."""

    def __init__(self, folder: Path) -> None:
        self.host = VirtualHost()
        self.chip = self.host.plug(FT232H())
        self.chip.attach("24c256@i2c0:0x50")
        self.chip.attach("bme280@i2c0:0x76")
        profile = load("ft232h")
        self.board = Board(
            profile, FT232HBackend(profile.wiring(), usb_backend=self.host.backend(), clock=self.host.clock)
        )
        self.machine: Any = Life(self.board, Program(folder / "main.py")).loader.load("machine")
        self.i2c = self.machine.I2C(0, freq=400_000)
        self.host.transfers.clear()


@pytest.fixture
def bridge(tmp_path: Path) -> Iterator[Bridge]:
    bridge = Bridge(tmp_path)
    with closing(bridge.board):
        yield bridge


def test_a_bridge_asks_for_all_addresses_at_once(bridge: Bridge) -> None:
    assert bridge.i2c.scan() == [0x50, 0x76]
    assert len(bridge.host.transfers) == 2


def test_a_tap_sees_each_address(bridge: Bridge) -> None:
    said: list[str] = []
    remove = bridge.board.tap(trace(said.append, lambda: 0))
    assert bridge.i2c.scan() == [0x50, 0x76]
    assert len(said) == len(SCANNED)
    assert (said[0], said[0x50 - 8]) == ("0.000000 i2c0 S 08W N P", "0.000000 i2c0 S 50W P")
    remove()
    bridge.host.transfers.clear()
    bridge.i2c.scan()
    assert len(bridge.host.transfers) == 2


def test_a_fault_at_an_address_makes_it_absent(bridge: Bridge) -> None:
    bridge.board.tap(i2c_fault("i2c0", 0x50, Fault.NACK_ADDRESS))
    assert bridge.i2c.scan() == [0x76]
    assert bridge.i2c.scan() == [0x50, 0x76], "it was a fault for once"


def test_a_fault_of_the_bus_is_the_error_it_was(bridge: Bridge) -> None:
    bridge.board.tap(i2c_fault("i2c0", 0x50, Fault.TIMEOUT))
    with pytest.raises(OSError, match="ETIMEDOUT") as raised:
        bridge.i2c.scan()
    assert raised.value.errno == errno.ETIMEDOUT


def test_a_bus_that_is_stuck_is_an_error(bridge: Bridge) -> None:
    finger = Terminal(bridge.host.world, "finger", None)
    connect(finger, bridge.chip.terminal("AD1"))
    finger.pull_low(True)
    with pytest.raises(OSError, match="ETIMEDOUT"):
        bridge.i2c.scan()
    finger.pull_low(False)
    assert bridge.i2c.scan() == [0x50, 0x76]


def test_after_a_write_without_stop_the_bus_is_let_go_first(bridge: Bridge) -> None:
    bridge.i2c.writeto(0x50, b"\x00\x00", False)
    assert bridge.i2c.scan() == [0x50, 0x76]
    assert bridge.i2c.readfrom(0x50, 1) == b"\xff"


def test_handlers_run_between_addresses_on_a_simulated_board() -> None:
    with SimulatedBoard("pico") as board:
        board.attach("bme280@i2c0:0x76")
        machine = board.machine
        i2c = machine.I2C(0, freq=100_000)
        ticks: list[object] = []
        machine.Timer(period=2, callback=ticks.append)
        before = len(ticks)
        seen: list[int] = []
        board.board.tap(lambda call, proceed: (seen.append(len(ticks)), proceed(call))[1])
        assert i2c.scan() == [0x76]
        assert before < seen[len(seen) // 2] < len(ticks)


def absent(call: Call, proceed: Proceed) -> object:
    """A tap of a test's own, which knows transfers alone."""
    if call.verb == "transfer" and call.args[0] == 0x50:
        raise BusError(Fault.NACK_ADDRESS)
    return proceed(call)


@pytest.mark.parametrize("name", ["SoftI2C", "I2C", "pyb.I2C"])
def test_a_fault_at_an_address_on_a_simulated_board(name: str) -> None:
    with SimulatedBoard("pyboard") as board:
        board.attach("24c256@i2c1:0x50")
        machine = board.machine
        pyb = build(board.board)
        bus: Any = {
            "SoftI2C": lambda: machine.SoftI2C(scl=machine.Pin("X9"), sda=machine.Pin("X10")),
            "I2C": lambda: machine.I2C(1),
            "pyb.I2C": lambda: pyb.I2C(1, pyb.I2C.CONTROLLER),
        }[name]()
        assert bus.scan() == [0x50]
        board.board.tap(absent)
        assert bus.scan() == []


class Plain(I2CBus):
    """A bus with nothing but transfers, on which some addresses answer."""

    def __init__(self, *present: int, held: int = -1, empty_writes: bool = True) -> None:
        self.present = present
        self.held = held
        self.empty_writes = empty_writes
        self.asked: list[tuple[int, Sequence[Op]]] = []

    def configure(self, config: I2CConfig, /) -> None:
        """As it is."""

    def transfer(self, address: int, ops: Sequence[Op], stop: bool = True, /) -> bytes:
        self.asked.append((address, ops))
        if address == self.held:
            raise BusError(Fault.BUSY)
        if ops == [Write(b"")] and not self.empty_writes:
            raise Unsupported("no empty write")
        if address not in self.present:
            raise BusError(Fault.NACK_ADDRESS)
        return b"x" * isinstance(ops[0], Read)

    def close(self) -> None:
        """Nothing is open."""


def test_the_verb_by_default() -> None:
    bus = Plain(0x10, 0x30, held=0x20)
    assert bus.scan(range(0x30, 0x08, -8)) == (0x30, 0x20, 0x10)
    assert bus.asked == [(address, [Write(b"")]) for address in (0x30, 0x28, 0x20, 0x18, 0x10)]
    reading = Plain(0x10, empty_writes=False)
    assert reading.scan([0x10, 0x11]) == (0x10,)
    assert reading.asked[1] == (0x10, [Read(1)])


def test_the_verb_by_default_tells_of_a_bus_out_of_order() -> None:
    class Stuck(Plain):
        def transfer(self, address: int, ops: Sequence[Op], stop: bool = True, /) -> bytes:
            raise BusError(Fault.TIMEOUT)

    with pytest.raises(BusError):
        Stuck().scan([0x10])
