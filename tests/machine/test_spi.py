"""machine.SPI on every port: constructors, re-initialisation, transfers, buffers, and chips selected by a pin."""

import array
from collections.abc import Callable
from typing import Any

import pytest

from machine_compat.errors import BusError, Fault
from machine_compat.mock.attach import attach_spec
from machine_compat.mock.nets import connect
from machine_compat.modules.framebuf import MONO_VLSB, FrameBuffer
from machine_compat.taps import Call, Proceed

On = Callable[[str], Any]

IDS = {"pico": 0, "esp32": 1, "pyboard": 1, "mock": 0}
LOOPS = {
    "pico": ("GP19", "GP16"),
    "esp32": ("GPIO13", "GPIO12"),
    "pyboard": ("A7", "A6"),
    "mock": ("GP19", "GP16"),
}
EVERY = pytest.mark.parametrize("name", list(IDS))


def raised(call: Callable[[], object]) -> Exception:
    """What a call raises."""
    try:
        call()
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


def looped(on: Any, name: str) -> Any:
    """The board's bus, with a wire from MOSI to MISO."""
    mosi, miso = (on.wire(ref) for ref in LOOPS[name])
    connect(mosi, miso)
    return on.machine.SPI(IDS[name])


# ---- constructors


@pytest.mark.parametrize(
    ("name", "make", "text"),
    [
        ("pico", lambda m: m.SPI(), "SPI(0, baudrate=1000000, polarity=0, phase=0, bits=8, sck=18, mosi=19, miso=16)"),
        (
            "pico",
            lambda m: m.SPI(1, 500_000, polarity=1, phase=1, sck=m.Pin(14), mosi=15, miso="GP12"),
            "SPI(1, baudrate=500000, polarity=1, phase=1, bits=8, sck=14, mosi=15, miso=12)",
        ),
        (
            "esp32",
            lambda m: m.SPI(1),
            "SPI(id=1, baudrate=500000, polarity=0, phase=0, bits=8, firstbit=0, sck=14, mosi=13, miso=12)",
        ),
        (
            "esp32",
            lambda m: m.SPI(2, baudrate=10_000_000, firstbit=m.SPI.LSB, sck=m.Pin(5)),
            "SPI(id=2, baudrate=10000000, polarity=0, phase=0, bits=8, firstbit=1, sck=5, mosi=23, miso=19)",
        ),
        # The nearest rate at or below that a power of two makes of 84 MHz, or of 42 MHz for the second bus.
        ("pyboard", lambda m: m.SPI(1), "SPI(1, baudrate=328125, polarity=0, phase=0, bits=8)"),
        ("pyboard", lambda m: m.SPI("Y", 21_000_000), "SPI(2, baudrate=21000000, polarity=0, phase=0, bits=8)"),
        ("pyboard", lambda m: m.SPI(1, 1_000_000), "SPI(1, baudrate=656250, polarity=0, phase=0, bits=8)"),
        (
            "mock",
            lambda m: m.SPI("Y"),
            "SPI(2, baudrate=1000000, polarity=0, phase=0, bits=8, sck=36, mosi=37, miso=38)",
        ),
    ],
)
def test_repr(switch_on: On, name: str, make: Callable[[Any], Any], text: str) -> None:
    assert repr(make(switch_on(name).machine)) == text


@pytest.mark.parametrize(
    ("name", "make", "kind", "text"),
    [
        ("pico", lambda m: m.SPI(2), ValueError, "SPI(2) doesn't exist"),
        ("pico", lambda m: m.SPI(-1), ValueError, "SPI(-1) doesn't exist"),
        ("pico", lambda m: m.SPI(0, sck=19), ValueError, "bad SCK pin"),
        ("pico", lambda m: m.SPI(0, mosi=18), ValueError, "bad MOSI pin"),
        ("pico", lambda m: m.SPI(0, miso=18), ValueError, "bad MISO pin"),
        ("pico", lambda m: m.SPI(0, firstbit=m.SPI.LSB), NotImplementedError, "LSB"),
        ("esp32", lambda m: m.SPI(0), ValueError, "SPI(0) doesn't exist"),
        ("esp32", lambda m: m.SPI(3), ValueError, "SPI(3) doesn't exist"),
        ("pyboard", lambda m: m.SPI(9), ValueError, "SPI(9) doesn't exist"),
        ("pyboard", lambda m: m.SPI(1, sck="X6"), ValueError, "explicit choice of sck/mosi/miso is not implemented"),
    ],
)
def test_what_is_not_there(
    switch_on: On, name: str, make: Callable[[Any], Any], kind: type[Exception], text: str
) -> None:
    error = raised(lambda: make(switch_on(name).machine))
    assert (type(error), str(error)) == (kind, text)


@EVERY
def test_arguments_a_port_does_not_know(switch_on: On, name: str) -> None:
    SPI = switch_on(name).machine.SPI
    with pytest.raises(TypeError):
        SPI(IDS[name], cs=5)
    with pytest.raises(TypeError):
        SPI(IDS[name], "fast")
    with pytest.raises(TypeError):
        SPI(IDS[name], 1_000_000, 1)


@pytest.mark.parametrize(
    ("name", "msb", "lsb"), [("pico", 1, 0), ("esp32", 0, 1), ("pyboard", 0, 0x80), ("mock", 1, 0)]
)
def test_constants(switch_on: On, name: str, msb: int, lsb: int) -> None:
    machine = switch_on(name).machine
    assert (msb, lsb) == (machine.SPI.MSB, machine.SPI.LSB)
    assert (msb, lsb) == (machine.SoftSPI.MSB, machine.SoftSPI.LSB)


@EVERY
def test_one_object_a_bus(switch_on: On, name: str) -> None:
    machine = switch_on(name).machine
    spi = machine.SPI(IDS[name])
    assert type(spi) is machine.SPI
    before = repr(machine.SPI(IDS[name], polarity=1))
    assert machine.SPI(IDS[name]) is spi
    assert repr(spi) == before


def test_constructing_anew_begins_from_the_defaults(switch_on: On) -> None:
    machine = switch_on("pico").machine
    spi = machine.SPI(0, 2_000_000, polarity=1, phase=1, sck=2, mosi=3, miso=0)
    machine.SPI(0, 4_000_000)
    assert repr(spi) == "SPI(0, baudrate=4000000, polarity=0, phase=0, bits=8, sck=2, mosi=3, miso=0)"


def test_init_changes_what_it_is_given(switch_on: On) -> None:
    machine = switch_on("pico").machine
    spi = machine.SPI(0, 2_000_000, polarity=1)
    spi.init(baudrate=100_000)
    assert repr(spi) == "SPI(0, baudrate=100000, polarity=1, phase=0, bits=8, sck=18, mosi=19, miso=16)"
    spi.init(phase=1)
    assert "baudrate=100000, polarity=1, phase=1" in repr(spi)
    with pytest.raises(NotImplementedError):
        spi.init(firstbit=machine.SPI.LSB)
    spi.init(polarity=0)
    assert "polarity=0, phase=1" in repr(spi)


@pytest.mark.parametrize("name", ["esp32", "pyboard", "mock"])
def test_minus_one_is_a_soft_bus(switch_on: On, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    machine = switch_on(name).machine
    pins = ("X1", "X2", "X3") if name == "pyboard" else (18, 19, 16)
    bus = machine.SPI(-1, sck=machine.Pin(pins[0]), mosi=machine.Pin(pins[1]), miso=machine.Pin(pins[2]))
    assert type(bus) is machine.SoftSPI
    assert capsys.readouterr().out == "Warning: SPI(-1, ...) is deprecated, use SoftSPI(...) instead\n"


# ---- transfers


@EVERY
def test_what_goes_out_comes_back_on_a_loop(switch_on: On, name: str) -> None:
    spi = looped(switch_on(name), name)
    assert spi.write(b"abc") is None
    assert spi.read(3) == b"\0\0\0"
    assert spi.read(3, 0x5A) == b"ZZZ"
    buffer = bytearray(3)
    assert spi.readinto(buffer) is None
    assert buffer == b"\0\0\0"
    spi.readinto(buffer, 0x41)
    assert buffer == b"AAA"
    assert spi.write_readinto(b"xyz", buffer) is None
    assert buffer == b"xyz"
    spi.write_readinto(buffer, buffer)
    assert buffer == b"xyz"
    assert spi.read(0) == b""


def test_nothing_connected_reads_as_the_line_rests(switch_on: On) -> None:
    pico = switch_on("pico")
    spi = pico.machine.SPI(0)
    assert spi.read(2) == b"\0\0"
    pico.wire("GP16").pull(1)
    assert spi.read(2) == b"\xff\xff"


def test_arguments_are_positional(switch_on: On) -> None:
    spi = looped(switch_on("pico"), "pico")
    for call in (lambda: spi.read(nbytes=1), lambda: spi.read(1, write=2), lambda: spi.write(buf=b"")):
        with pytest.raises(TypeError):
            call()
    with pytest.raises(TypeError):
        spi.read("1")
    with pytest.raises(TypeError):
        spi.read(1, "x")


def test_buffers_of_different_length(switch_on: On) -> None:
    spi = looped(switch_on("pico"), "pico")
    with pytest.raises(ValueError, match=r"^buffers must be the same length$"):
        spi.write_readinto(b"abc", bytearray(2))


@pytest.mark.parametrize(
    ("buffer", "sent"),
    [
        ("x", b"x"),
        (memoryview(b"abcdef")[2:4], b"cd"),
        (array.array("H", [0x0102]), array.array("H", [0x0102]).tobytes()),
        (FrameBuffer(bytearray(b"\x01\x02"), 2, 8, MONO_VLSB), b"\x01\x02"),
    ],
)
def test_any_buffer_can_be_written(switch_on: On, buffer: object, sent: bytes) -> None:
    spi = looped(switch_on("pico"), "pico")
    back = bytearray(len(sent))
    spi.write_readinto(buffer, back)
    assert back == sent
    spi.write(buffer)


def test_any_writable_buffer_can_be_filled(switch_on: On) -> None:
    spi = looped(switch_on("pico"), "pico")
    words = array.array("H", [0, 0])
    spi.readinto(words, 0x11)
    assert list(words) == [0x1111, 0x1111]
    pixels = bytearray(3)
    spi.readinto(FrameBuffer(pixels, 3, 8, MONO_VLSB), 7)
    assert pixels == b"\7\7\7"
    data = bytearray(4)
    spi.readinto(memoryview(data)[1:3], 1)
    assert data == b"\0\1\1\0"
    for wrong in (b"ab", memoryview(b"ab"), "ab", 2):
        with pytest.raises(TypeError, match=r"^object with buffer protocol required$"):
            spi.readinto(wrong)
    with pytest.raises(TypeError, match=r"^object with buffer protocol required$"):
        spi.write(7)


def test_lsb_first_turns_the_bits_of_each_byte(switch_on: On) -> None:
    esp32 = switch_on("esp32")
    machine = esp32.machine
    chip = attach_spec(esp32.backend, "w25q16@spi1:5")
    spi, cs = machine.SPI(1), machine.Pin(5, machine.Pin.OUT, value=1)
    assert chip.name

    def identify(command: int) -> bytes:
        cs(0)
        spi.write(bytes([command]))
        reply: bytes = spi.read(3)
        cs(1)
        return reply

    plain = identify(0x9F)
    spi.init(firstbit=machine.SPI.LSB)
    turned = identify(0xF9)
    assert plain[0] == 0xEF
    assert turned == bytes(int(f"{byte:08b}"[::-1], 2) for byte in plain)


@EVERY
def test_a_transfer_takes_its_time(switch_on: On, name: str) -> None:
    on = switch_on(name)
    spi = looped(on, name)
    spi.init(baudrate=328_125)
    before = on.now
    spi.write(bytes(100))
    assert on.now - before == pytest.approx(800e9 / 328_125, rel=1e-3)


# ---- the end


def test_after_deinit(switch_on: On) -> None:
    pico, esp32, pyboard = (looped(switch_on(name), name) for name in ("pico", "esp32", "pyboard"))
    for spi in (pico, esp32, pyboard):
        assert spi.deinit() is None
    # rp2 has none.
    assert pico.read(1, 7) == b"\7"
    error = raised(lambda: esp32.read(1))
    assert (type(error), str(error)) == (OSError, "transfer on deinitialized SPI")
    assert raised(lambda: pyboard.read(1)).args == (16,)
    for spi in (esp32, pyboard):
        spi.init(baudrate=1_000_000)
        assert spi.read(1, 7) == b"\7"


def test_a_fault_of_the_bus_is_an_oserror(switch_on: On) -> None:
    pico = switch_on("pico")
    spi = looped(pico, "pico")

    def tap(call: Call, proceed: Proceed) -> object:
        if call.verb == "transfer":
            raise BusError(Fault.TIMEOUT)
        return proceed(call)

    pico.board.tap(tap)
    error = raised(lambda: spi.write(b"x"))
    assert (type(error), error.args, str(error)) == (OSError, (110,), "[Errno 110] ETIMEDOUT")
    assert isinstance(error.__cause__, BusError)


def test_a_script_may_subclass_it(switch_on: On) -> None:
    machine = switch_on("pico").machine

    class Counted(machine.SPI):
        count = 0

        def write(self, buf: object, /) -> None:
            self.count += 1
            super().write(buf)

    spi = Counted(0, baudrate=1_000_000)
    spi.write(b"ab")
    assert (spi.count, type(spi)) == (1, Counted)
