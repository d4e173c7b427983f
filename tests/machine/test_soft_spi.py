"""machine.SoftSPI: an SPI bus on any pins, on the simulated wires as a whole and bit by bit."""

from collections.abc import Callable
from typing import Any

import pytest

from machine_compat.board import Board, using
from machine_compat.contract import SPIBus
from machine_compat.machine import build
from machine_compat.mock.attach import attach_spec
from machine_compat.mock.backend import MockBackend
from machine_compat.mock.nets import connect
from machine_compat.profile import load

On = Callable[[str], Any]

PINS = {"pico": (18, 19, 16), "esp32": (14, 13, 12), "pyboard": ("X6", "X8", "X7"), "mock": (18, 19, 16)}
EVERY = pytest.mark.parametrize("name", list(PINS))


class OneByOne(MockBackend):
    """A simulated board with no soft bus of its own: every level of every bit goes over its lines."""

    def soft_spi(self, sck: str, mosi: str, miso: str, /) -> SPIBus | None:
        return None


def soft(machine: Any, name: str, **options: object) -> Any:
    sck, mosi, miso = PINS[name]
    return machine.SoftSPI(sck=machine.Pin(sck), mosi=machine.Pin(mosi), miso=machine.Pin(miso), **options)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pico", "SoftSPI(baudrate=500000, polarity=0, phase=0, firstbit=1, sck=18, mosi=19, miso=16)"),
        ("esp32", "SoftSPI(baudrate=500000, polarity=0, phase=0, firstbit=0, sck=14, mosi=13, miso=12)"),
        ("pyboard", "SoftSPI(baudrate=500000, polarity=0, phase=0, firstbit=0, sck=A5, mosi=A7, miso=A6)"),
    ],
)
def test_repr(switch_on: On, name: str, text: str) -> None:
    assert repr(soft(switch_on(name).machine, name)) == text


@EVERY
def test_every_call_makes_an_object(switch_on: On, name: str) -> None:
    machine = switch_on(name).machine
    one, other = soft(machine, name), soft(machine, name)
    assert one is not other
    assert type(one) is machine.SoftSPI


def test_what_is_missing_or_wrong(switch_on: On) -> None:
    machine = switch_on("pico").machine
    with pytest.raises(ValueError, match=r"^must specify all of sck/mosi/miso$"):
        machine.SoftSPI(sck=machine.Pin(18), mosi=machine.Pin(19))
    with pytest.raises(ValueError, match=r"^bits must be 8$"):
        soft(machine, "pico", bits=16)
    with pytest.raises(TypeError):
        soft(machine, "pico", cs=1)
    with pytest.raises(TypeError):
        soft(machine, "pico").init(bits=8)
    with pytest.raises(ValueError, match="invalid pin"):
        machine.SoftSPI(sck=99, mosi=19, miso=16)


def test_init_keeps_what_it_is_not_given(switch_on: On) -> None:
    machine = switch_on("pico").machine
    spi = soft(machine, "pico", baudrate=100_000, polarity=1)
    spi.init(phase=1)
    assert repr(spi) == "SoftSPI(baudrate=100000, polarity=1, phase=1, firstbit=1, sck=18, mosi=19, miso=16)"
    spi.init(200_000, sck=2)
    assert repr(spi) == "SoftSPI(baudrate=200000, polarity=1, phase=1, firstbit=1, sck=2, mosi=19, miso=16)"


def test_the_pins_become_outputs_and_an_input(switch_on: On) -> None:
    machine = switch_on("pico").machine
    soft(machine, "pico", polarity=1)
    assert [repr(machine.Pin(pin)) for pin in PINS["pico"]] == [
        "Pin(GPIO18, mode=OUT)",
        "Pin(GPIO19, mode=OUT)",
        "Pin(GPIO16, mode=IN)",
    ]
    assert machine.Pin(18)() == 1


def test_a_pin_that_was_pwm_is_taken(switch_on: On) -> None:
    pico = switch_on("pico")
    pico.machine.PWM(18, freq=1000, duty_u16=32768)
    soft(pico.machine, "pico")
    assert pico.wire("GP18").wave is None


@EVERY
def test_transfers(switch_on: On, name: str) -> None:
    on = switch_on(name)
    spi = soft(on.machine, name)
    connect(*(on.wire(on.machine.Pin(pin).ref) for pin in PINS[name][1:]))
    assert spi.read(3, 0x5A) == b"ZZZ"
    buffer = bytearray(3)
    spi.write_readinto("abc", buffer)
    assert buffer == b"abc"
    assert spi.write(b"abc") is None
    with pytest.raises(ValueError, match=r"^buffers must be the same length$"):
        spi.write_readinto(b"abc", bytearray(2))
    assert spi.deinit() is None


@pytest.mark.parametrize("mode", [0, 3])
@pytest.mark.parametrize("backend_class", [MockBackend, OneByOne])
def test_a_chip_hears_the_same_whole_or_bit_by_bit(backend_class: type[MockBackend], mode: int) -> None:
    backend = backend_class(load("pico").wiring())
    board = Board(load("pico"), backend)
    with using(board):
        attach_spec(backend, "w25q16@GP18,GP19,GP16,GP17")
        machine = build(board)
        spi = soft(machine, "pico", polarity=mode >> 1, phase=mode & 1)
        cs = machine.Pin(17, machine.Pin.OUT, value=1)
        cs(0)
        spi.write(b"\x9f")
        identity = spi.read(3)
        cs(1)
    assert identity == b"\xef\x40\x15"


@pytest.mark.parametrize("mode", [0, 1, 2, 3])
def test_bits_by_hand_in_every_mode(mode: int) -> None:
    backend = OneByOne(load("pico").wiring())
    board = Board(load("pico"), backend)
    with using(board):
        machine = build(board)
        connect(backend.terminal("GP19"), backend.terminal("GP16"))
        spi = soft(machine, "pico", polarity=mode >> 1, phase=mode & 1, baudrate=100_000)
        clock = backend.terminal("GP18").net
        seen, before = len(clock.edges), board.clock.now_ns()
        assert spi.read(2, 0xC5) == b"\xc5\xc5"
        assert len(clock.edges) - seen == 32
        assert clock.level == mode >> 1
        assert board.clock.now_ns() - before >= 160_000


def test_lsb_first_by_hand() -> None:
    backend = OneByOne(load("pico").wiring())
    board = Board(load("pico"), backend)
    with using(board):
        machine = build(board)
        levels: list[int] = []
        mosi, sck = backend.terminal("GP19"), backend.terminal("GP18")
        spi = soft(machine, "pico", firstbit=machine.SoftSPI.LSB)
        sck.watch(lambda level, time: levels.append(mosi.level) if level else None)
        spi.write(b"\x13")
    assert levels == [1, 1, 0, 0, 1, 0, 0, 0]
