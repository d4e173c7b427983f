"""machine.SoftI2C: an I2C bus on any two pins, its primitives, on simulated wires as a whole and bit by bit."""

from collections.abc import Callable
from typing import Any

import pytest

from machine_compat.board import Board, using
from machine_compat.contract import I2CBus
from machine_compat.errors import BusError, Fault
from machine_compat.machine import build
from machine_compat.mock.attach import attach_spec
from machine_compat.mock.backend import MockBackend
from machine_compat.profile import load
from machine_compat.taps import i2c_fault

On = Callable[[str], Any]

PINS = {"pico": (5, 4), "esp32": (22, 21), "pyboard": ("X1", "X2"), "mock": (5, 4)}
REFS = {"pico": "GP5,GP4", "esp32": "GPIO22,GPIO21", "pyboard": "A0,A1", "mock": "GP5,GP4"}
EVERY = pytest.mark.parametrize("name", list(PINS))


class OneByOne(MockBackend):
    """A simulated board with no soft bus of its own: every level of every bit goes over its lines."""

    def soft_i2c(self, scl: str, sda: str, /) -> I2CBus | None:
        return None


def raised(call: Callable[[], object]) -> Exception:
    """What a call raises."""
    try:
        call()
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


def soft(on: Any, name: str, **options: object) -> tuple[Any, Any]:
    """A bus on the board's pins, and a register chip at 0x42 on it."""
    chip = attach_spec(on.backend, f"registers@{REFS[name]}:0x42")
    scl, sda = PINS[name]
    return on.machine.SoftI2C(on.machine.Pin(scl), on.machine.Pin(sda), **options), chip


# ---- constructors


@pytest.mark.parametrize(
    ("name", "freq", "text"),
    [
        ("pico", 400_000, "SoftI2C(scl=5, sda=4, freq=500000)"),
        ("pico", 100_000, "SoftI2C(scl=5, sda=4, freq=100000)"),
        ("pico", 30_000, "SoftI2C(scl=5, sda=4, freq=31250)"),
        ("pico", 1_000_000, "SoftI2C(scl=5, sda=4, freq=500000)"),
        ("esp32", 50_000, "SoftI2C(scl=22, sda=21, freq=50000)"),
        ("pyboard", 50_000, "SoftI2C(scl=A0, sda=A1, freq=50000)"),
    ],
)
def test_repr_shows_what_half_periods_of_whole_microseconds_give(
    switch_on: On, name: str, freq: int, text: str
) -> None:
    machine = switch_on(name).machine
    scl, sda = PINS[name]
    assert repr(machine.SoftI2C(scl, sda, freq=freq)) == text
    assert repr(machine.SoftI2C(scl=scl, sda=sda, freq=freq)) == text


def test_arguments(switch_on: On) -> None:
    machine = switch_on("pico").machine
    for wrong in (machine.SoftI2C, lambda: machine.SoftI2C(5), lambda: machine.SoftI2C(5, 4, 100_000)):
        with pytest.raises(TypeError):
            wrong()
    with pytest.raises(TypeError):
        machine.SoftI2C(5, 4, speed=1)
    with pytest.raises(ValueError, match="invalid pin"):
        machine.SoftI2C(99, 4)
    bus = machine.SoftI2C("GP5", machine.Pin(4), timeout=1000)
    assert type(bus) is machine.SoftI2C
    assert not isinstance(bus, machine.I2C)


def test_init_moves_the_bus(switch_on: On) -> None:
    pico = switch_on("pico")
    attach_spec(pico.backend, "registers@GP3,GP2:0x21")
    bus, _ = soft(pico, "pico")
    assert bus.scan() == [0x42]
    assert bus.init(scl=pico.machine.Pin(3), sda=pico.machine.Pin(2), freq=100_000) is None
    assert bus.scan() == [0x21]
    assert repr(bus) == "SoftI2C(scl=3, sda=2, freq=100000)"
    assert bus.deinit() is None


def test_the_pins_become_open_drain(switch_on: On) -> None:
    pico = switch_on("pico")
    pico.machine.PWM(5, freq=1000, duty_u16=32768)
    soft(pico, "pico")
    assert [repr(pico.machine.Pin(pin)) for pin in (5, 4)] == [
        "Pin(GPIO5, mode=OPEN_DRAIN)",
        "Pin(GPIO4, mode=OPEN_DRAIN)",
    ]
    assert pico.wire("GP5").wave is None


# ---- transfers and errors


@EVERY
def test_transfers(switch_on: On, name: str) -> None:
    bus, chip = soft(switch_on(name), name)
    assert bus.scan() == [0x42]
    assert bus.writeto(0x42, b"\x10abc") == 4
    assert bytes(chip.registers[0x10:0x13]) == b"abc"
    assert bus.readfrom_mem(0x42, 0x11, 2) == b"bc"
    bus.writeto_mem(0x42, 0x20, "xyz")
    buffer = bytearray(3)
    bus.readfrom_mem_into(0x42, 0x20, buffer)
    assert buffer == b"xyz"
    bus.writeto(0x42, b"\x21", False)
    assert bus.readfrom(0x42, 2) == b"yz"
    assert bus.writevto(0x42, (b"\x30", b"p")) == 2
    assert bus.readfrom(0x42, 0) == b""


@EVERY
@pytest.mark.parametrize(
    ("fault", "number"), [(Fault.NACK_ADDRESS, 19), (Fault.TIMEOUT, 110), (Fault.BUSY, 16), (Fault.IO, 5)]
)
def test_errno_is_the_same_on_every_port(switch_on: On, name: str, fault: Fault, number: int) -> None:
    on = switch_on(name)
    bus, _ = soft(on, name)
    on.board.tap(i2c_fault(REFS[name], 0x42, fault, times=None))
    for call in (lambda: bus.writeto(0x42, b"ab"), lambda: bus.readfrom(0x42, 1), lambda: bus.readfrom_mem(0x42, 0, 1)):
        error = raised(call)
        assert type(error) is OSError
        assert error.args == (number,)
        assert isinstance(error.__cause__, BusError)


@EVERY
def test_a_refused_byte_is_a_short_count(switch_on: On, name: str) -> None:
    on = switch_on(name)
    bus, chip = soft(on, name)
    on.board.tap(i2c_fault(REFS[name], 0x42, Fault.NACK_DATA, at_byte=2, times=None))
    assert bus.writeto(0x42, b"\x10abc") == 2
    assert chip.registers[0x10] == ord("a")
    assert bus.writeto_mem(0x42, 0x20, b"abc") is None


def test_nobody_there(switch_on: On) -> None:
    bus, _ = soft(switch_on("pico"), "pico")
    error = raised(lambda: bus.writeto(0x33, b""))
    assert (type(error), error.args, str(error)) == (OSError, (19,), "[Errno 19] ENODEV")


# ---- primitives


@EVERY
def test_a_transaction_by_hand(switch_on: On, name: str) -> None:
    bus, chip = soft(switch_on(name), name)
    chip.registers[5:8] = b"xyz"
    assert bus.start() is None
    assert bus.write(b"\x84\x05") == 2
    bus.start()
    assert bus.write(b"\x85") == 1
    first, rest = bytearray(1), bytearray(2)
    assert bus.readinto(first, False) is None
    bus.readinto(rest)
    assert bus.stop() is None
    assert (first, rest) == (b"x", b"yz")


def test_write_stops_at_the_first_byte_nobody_takes(switch_on: On) -> None:
    bus, _ = soft(switch_on("pico"), "pico")
    bus.start()
    assert bus.write(b"\x66\x01\x02") == 0
    bus.stop()
    bus.start()
    assert bus.write(b"\x84\x01\x02") == 3
    bus.stop()


def test_a_clock_held_low_times_out(switch_on: On) -> None:
    pico = switch_on("pico")
    bus, _ = soft(pico, "pico", timeout=2_000)
    pico.wire("GP5").net.terminals[-1].pull_low(True)
    before = pico.now
    for call in (bus.stop, bus.start, lambda: bus.write(b"x"), lambda: bus.readinto(bytearray(1))):
        assert raised(call).args == (110,)
    assert raised(lambda: bus.writeto(0x42, b"x")).args == (110,)
    assert pico.now - before >= 4 * 2_000_000


# ---- bit by bit


@pytest.fixture
def one_by_one() -> Any:
    """A bus with no help from its backend, its board, and a register chip at 0x42."""
    backend = OneByOne(load("pico").wiring())
    board = Board(load("pico"), backend)
    with using(board):
        chip = attach_spec(backend, "registers@GP5,GP4:0x42")
        machine = build(board)
        backend.terminal("GP5").pull(1)
        backend.terminal("GP4").pull(1)
        yield machine.SoftI2C(5, 4, freq=100_000), board, chip


def test_transfers_bit_by_bit(one_by_one: tuple[Any, Board, Any]) -> None:
    bus, board, chip = one_by_one
    assert bus.scan() == [0x42]
    before = board.clock.now_ns()
    assert bus.writeto(0x42, b"\x10abc") == 4
    # Five bytes of nine bits at 100 kHz, START and STOP, and what each access to a pin costs.
    assert 450_000 <= board.clock.now_ns() - before < 900_000
    assert bytes(chip.registers[0x10:0x13]) == b"abc"
    assert bus.readfrom_mem(0x42, 0x10, 3) == b"abc"
    assert bus.readfrom(0x42, 0) == b""
    assert raised(lambda: bus.readfrom(0x33, 1)).args == (19,)
    bus.writeto(0x42, b"\x11", False)
    assert bus.readfrom(0x42, 2) == b"bc"


def test_the_wires_rest_high(one_by_one: tuple[Any, Board, Any]) -> None:
    bus, board, _ = one_by_one
    backend = board.backend
    assert isinstance(backend, MockBackend)
    for call in (
        lambda: bus.writeto(0x42, b"a"),
        lambda: bus.readfrom(0x42, 2),
        lambda: raised(lambda: bus.writeto(3, b"")),
    ):
        call()
        assert [backend.terminal(ref).level for ref in ("GP5", "GP4")] == [1, 1]
