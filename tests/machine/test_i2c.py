"""machine.I2C on every port: constructors, transfers, errors, and buses that cannot be held between messages."""

import array
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from machine_compat.board import Board, using
from machine_compat.contract import I2CBus, I2CConfig, Op, Read, Write
from machine_compat.errors import BusError, Fault, Unsupported
from machine_compat.machine import build
from machine_compat.mock.attach import attach_spec
from machine_compat.mock.backend import MockBackend
from machine_compat.modules.framebuf import MONO_VLSB, FrameBuffer
from machine_compat.profile import load
from machine_compat.taps import Call, Proceed, i2c_fault

On = Callable[[str], Any]

IDS = {"pico": 0, "esp32": 0, "pyboard": 1, "mock": 0}
EVERY = pytest.mark.parametrize("name", list(IDS))


def with_registers(on: Any, name: str, spec: str = "registers@i2c{}:0x42") -> tuple[Any, Any]:
    """The board's bus and a chip of registers on it, at 0x42."""
    chip = attach_spec(on.backend, spec.format(IDS[name]))
    return on.machine.I2C(IDS[name]), chip


def heard(on: Any) -> list[tuple[Any, ...]]:
    """What goes to the bus from here on: address, ops, whether it is ended with a STOP."""
    calls: list[tuple[Any, ...]] = []

    def tap(call: Call, proceed: Proceed) -> object:
        if call.verb == "transfer":
            address, ops, *stop = call.args
            calls.append((address, list(ops), stop[0] if stop else True))
        return proceed(call)

    on.board.tap(tap)
    return calls


def raised(call: Callable[[], object]) -> Exception:
    """What a call raises."""
    try:
        call()
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


# ---- constructors


@pytest.mark.parametrize(
    ("name", "make", "text"),
    [
        ("pico", lambda m: m.I2C(), "I2C(0, freq=399361, scl=5, sda=4, timeout=50000)"),
        ("pico", lambda m: m.I2C(1, 100_000), "I2C(1, freq=100000, scl=7, sda=6, timeout=50000)"),
        ("pico", lambda m: m.I2C(0, scl=m.Pin(9), sda=m.Pin(8)), "I2C(0, freq=399361, scl=9, sda=8, timeout=50000)"),
        (
            "pico",
            lambda m: m.I2C(id=0, scl="GP1", sda=0, freq=50_000, timeout=7),
            "I2C(0, freq=50000, scl=1, sda=0, timeout=7)",
        ),
        ("esp32", lambda m: m.I2C(), "I2C(0, scl=18, sda=19, freq=400000, timeout=50000)"),
        (
            "esp32",
            lambda m: m.I2C(1, scl=m.Pin(22), sda=m.Pin(21)),
            "I2C(1, scl=22, sda=21, freq=400000, timeout=50000)",
        ),
        ("esp32", lambda m: m.I2C(scl=m.Pin(22), sda=m.Pin(21)), "I2C(0, scl=22, sda=21, freq=400000, timeout=50000)"),
        ("pyboard", lambda m: m.I2C(1), "I2C(1, scl=B6, sda=B7, freq=400000, timeout=50000)"),
        ("pyboard", lambda m: m.I2C("Y", freq=100_000), "I2C(2, scl=B10, sda=B11, freq=100000, timeout=50000)"),
        ("mock", lambda m: m.I2C("X"), "I2C(1, freq=399361, scl=7, sda=6, timeout=50000)"),
        ("mock", lambda m: m.I2C(2, scl=33, sda=34), "I2C(2, freq=399361, scl=33, sda=34, timeout=50000)"),
    ],
)
def test_repr(switch_on: On, name: str, make: Callable[[Any], Any], text: str) -> None:
    assert repr(make(switch_on(name).machine)) == text


@pytest.mark.parametrize(
    ("name", "make", "text"),
    [
        ("pico", lambda m: m.I2C(2), "I2C(2) doesn't exist"),
        ("pico", lambda m: m.I2C(-1, scl=5, sda=4), "I2C(-1) doesn't exist"),
        ("pico", lambda m: m.I2C(0, scl=4, sda=5), "bad SCL pin"),
        ("pico", lambda m: m.I2C(0, scl=5, sda=6), "bad SDA pin"),
        ("esp32", lambda m: m.I2C(2), "I2C(2) doesn't exist"),
        ("pyboard", lambda m: m.I2C(0), "I2C(0) doesn't exist"),
        ("pyboard", lambda m: m.I2C("Z"), "I2C(Z) doesn't exist"),
        ("pyboard", lambda m: m.I2C(1, scl="X9", sda="X10"), "explicit choice of scl/sda is not implemented"),
    ],
)
def test_what_is_not_there(switch_on: On, name: str, make: Callable[[Any], Any], text: str) -> None:
    error = raised(lambda: make(switch_on(name).machine))
    assert (type(error), str(error)) == (ValueError, text)


@EVERY
def test_arguments_of_a_wrong_type(switch_on: On, name: str) -> None:
    I2C = switch_on(name).machine.I2C
    with pytest.raises(TypeError):
        I2C(IDS[name], speed=100_000)
    with pytest.raises(TypeError):
        I2C(1.5)
    with pytest.raises(TypeError):
        I2C(IDS[name], freq="fast")


@EVERY
def test_one_object_a_bus(switch_on: On, name: str) -> None:
    machine = switch_on(name).machine
    i2c = machine.I2C(IDS[name])
    assert type(i2c) is machine.I2C
    assert i2c.__class__ == machine.I2C
    assert machine.I2C(IDS[name]) is i2c


def test_an_id_alone_changes_nothing(switch_on: On) -> None:
    machine = switch_on("pico").machine
    before = repr(machine.I2C(0, scl=1, sda=0, freq=100_000))
    assert repr(machine.I2C(0)) == before
    assert repr(machine.I2C()) == before
    # More arguments initialise anew; the pins stay where they are.
    assert repr(machine.I2C(0, freq=50_000)) == "I2C(0, freq=50000, scl=1, sda=0, timeout=50000)"


@pytest.mark.parametrize(("name", "scl", "sda"), [("esp32", 22, 21), ("pyboard", "X1", "X2"), ("mock", 5, 4)])
def test_minus_one_is_a_soft_bus(
    switch_on: On, name: str, scl: object, sda: object, capsys: pytest.CaptureFixture[str]
) -> None:
    machine = switch_on(name).machine
    bus = machine.I2C(-1, scl=machine.Pin(scl), sda=machine.Pin(sda), freq=100_000)
    assert type(bus) is machine.SoftI2C
    assert repr(bus).endswith("freq=100000)")
    assert capsys.readouterr().out == "Warning: I2C(-1, ...) is deprecated, use SoftI2C(...) instead\n"


def test_pyboard_without_an_id_is_a_soft_bus(switch_on: On, capsys: pytest.CaptureFixture[str]) -> None:
    machine = switch_on("pyboard").machine
    bus = machine.I2C(scl=machine.Pin("X1"), sda=machine.Pin("X2"))
    assert repr(bus) == "SoftI2C(scl=A0, sda=A1, freq=500000)"
    assert "deprecated" in capsys.readouterr().out


@EVERY
def test_hardware_has_no_primitives(switch_on: On, name: str) -> None:
    i2c = switch_on(name).machine.I2C(IDS[name])
    for call in (
        i2c.start,
        i2c.stop,
        lambda: i2c.readinto(bytearray(1)),
        lambda: i2c.write(b"x"),
        lambda: i2c.init(freq=1),
    ):
        with pytest.raises(OSError, match=r"^I2C operation not supported$") as caught:
            call()
        assert caught.value.args == ("I2C operation not supported",)
    assert i2c.deinit() is None


# ---- transfers


@EVERY
def test_scan(switch_on: On, name: str) -> None:
    on = switch_on(name)
    present = [0x1D, 0x4C] if name == "pyboard" else [0x1D]
    attach_spec(on.backend, f"registers@i2c{IDS[name]}:0x1d")
    assert [address for address in on.machine.I2C(IDS[name]).scan() if address in present] in ([0x1D], present)


def test_scan_asks_with_empty_writes_only(switch_on: On) -> None:
    pico = switch_on("pico")
    i2c, _ = with_registers(pico, "pico")
    calls = heard(pico)
    assert i2c.scan() == [0x42]
    assert calls == [(address, [Write(b"")], True) for address in range(0x08, 0x78)]


@EVERY
def test_writes_and_reads(switch_on: On, name: str) -> None:
    on = switch_on(name)
    i2c, chip = with_registers(on, name)
    assert i2c.writeto(0x42, b"\x10abc") == 4
    assert bytes(chip.registers[0x10:0x13]) == b"abc"
    assert i2c.writeto(0x42, b"\x10") == 1
    assert i2c.readfrom(0x42, 3) == b"abc"
    into = bytearray(2)
    i2c.writeto(0x42, b"\x11")
    assert i2c.readfrom_into(0x42, into) is None
    assert into == b"bc"
    assert i2c.writeto_mem(0x42, 0x20, b"xyz") is None
    assert i2c.readfrom_mem(0x42, 0x20, 3) == b"xyz"
    assert i2c.readfrom_mem_into(0x42, 0x21, into) is None
    assert into == b"yz"
    assert i2c.writevto(0x42, [b"\x30", b"", bytearray(b"pq"), memoryview(b"rst")[1:]]) == 5
    assert i2c.readfrom_mem(0x42, 0x30, 4) == b"pqst"


def test_each_call_is_the_messages_it_promises(switch_on: On) -> None:
    pico = switch_on("pico")
    i2c, _ = with_registers(pico, "pico")
    calls = heard(pico)
    i2c.writeto(0x42, b"ab")
    i2c.readfrom(0x42, 2)
    i2c.writevto(0x42, (b"a", b"bc"))
    i2c.readfrom_mem(0x42, 0x105, 1)
    i2c.readfrom_mem(0x42, 0x1234, 1, addrsize=16)
    i2c.writeto_mem(0x42, 0x12345678, b"z", addrsize=32)
    i2c.writeto_mem(0x42, 5, b"z", addrsize=0)
    i2c.readfrom_mem(0x42, 5, 1, addrsize=24)
    i2c.writeto(0x42, b"r", False)
    i2c.readfrom(0x42, 1, False)
    i2c.writeto(0x42, b"", True)
    assert calls == [
        (0x42, [Write(b"ab")], True),
        (0x42, [Read(2)], True),
        (0x42, [Write(b"abc")], True),
        (0x42, [Write(b"\x05"), Read(1)], True),
        (0x42, [Write(b"\x12\x34"), Read(1)], True),
        (0x42, [Write(b"\x12\x34\x56\x78z")], True),
        (0x42, [Write(b"z")], True),
        (0x42, [Write(b"\x00\x00\x05"), Read(1)], True),
        (0x42, [Write(b"r")], False),
        (0x42, [Read(1)], False),
        (0x42, [Write(b"")], True),
    ]


def test_the_third_argument_of_memory_transfers_is_arg(switch_on: On) -> None:
    i2c, _ = with_registers(switch_on("pico"), "pico")
    i2c.writeto_mem(addr=0x42, memaddr=1, arg=b"k", addrsize=8)
    assert i2c.readfrom_mem(addr=0x42, memaddr=1, arg=1) == b"k"
    with pytest.raises(TypeError):
        i2c.readfrom_mem(0x42, 1, 1, 8)
    with pytest.raises(TypeError):
        i2c.readfrom(addr=0x42, nbytes=1)
    with pytest.raises(TypeError):
        i2c.writeto(0x42, b"", stop=False)


@pytest.mark.parametrize("addrsize", [-8, 4, 12, 40])
def test_invalid_addrsize(switch_on: On, addrsize: int) -> None:
    i2c, _ = with_registers(switch_on("pico"), "pico")
    with pytest.raises(ValueError, match=r"^invalid addrsize$"):
        i2c.readfrom_mem(0x42, 0, 1, addrsize=addrsize)
    with pytest.raises(ValueError, match=r"^invalid addrsize$"):
        i2c.writeto_mem(0x42, 0, b"", addrsize=addrsize)


def test_a_register_write_without_data_sets_the_pointer(switch_on: On) -> None:
    i2c, chip = with_registers(switch_on("pico"), "pico")
    i2c.writeto_mem(0x42, 0x12, b"")
    assert chip.pointer == 0x12


def test_writevto_wants_a_tuple_or_list(switch_on: On) -> None:
    i2c, _ = with_registers(switch_on("pico"), "pico")
    for wrong in (b"ab", iter([b"a"]), "ab", 5):
        with pytest.raises(TypeError):
            i2c.writevto(0x42, wrong)
    assert i2c.writevto(0x42, []) == 0


# ---- buffers


@pytest.mark.parametrize(
    ("buffer", "sent"),
    [
        ("héllo", "héllo".encode()),
        (bytearray(b"ab"), b"ab"),
        (memoryview(b"abcdef")[2:4], b"cd"),
        (memoryview(bytearray(b"abcdef"))[::2], b"ace"),
        (array.array("H", [0x0102, 0x0304]), array.array("H", [0x0102, 0x0304]).tobytes()),
        (memoryview(array.array("H", [1, 2, 3]))[1:], array.array("H", [2, 3]).tobytes()),
        (FrameBuffer(bytearray(b"\x01\x02\x03"), 3, 8, MONO_VLSB), b"\x01\x02\x03"),
        (array.array("H"), b""),
    ],
)
def test_any_buffer_can_be_written(switch_on: On, buffer: object, sent: bytes) -> None:
    pico = switch_on("pico")
    i2c, _ = with_registers(pico, "pico")
    calls = heard(pico)
    assert i2c.writeto(0x42, buffer) == len(sent)
    assert calls == [(0x42, [Write(sent)], True)]


def test_any_writable_buffer_can_be_filled(switch_on: On) -> None:
    i2c, chip = with_registers(switch_on("pico"), "pico")
    chip.registers[:8] = bytes(range(1, 9))
    words = array.array("H", [0, 0])
    i2c.readfrom_mem_into(0x42, 0, words)
    assert words.tobytes() == b"\x01\x02\x03\x04"
    data = bytearray(8)
    i2c.readfrom_mem_into(0x42, 4, memoryview(data)[2:6])
    assert data == b"\0\0\x05\x06\x07\x08\0\0"
    pixels = bytearray(4)
    i2c.readfrom_mem_into(0x42, 0, FrameBuffer(pixels, 4, 8, MONO_VLSB))
    assert pixels == b"\x01\x02\x03\x04"
    i2c.readfrom_mem_into(0x42, 0, array.array("H"))


@pytest.mark.parametrize("wrong", [b"ab", memoryview(b"ab"), "ab", 5, None, [1, 2]])
def test_what_cannot_be_filled(switch_on: On, wrong: object) -> None:
    i2c, _ = with_registers(switch_on("pico"), "pico")
    with pytest.raises(TypeError, match=r"^object with buffer protocol required$"):
        i2c.readfrom_into(0x42, wrong)
    with pytest.raises(TypeError, match=r"^object with buffer protocol required$"):
        i2c.readfrom_mem_into(0x42, 0, wrong)


@pytest.mark.parametrize("wrong", [5, None, [1, 2], {}])
def test_what_cannot_be_written(switch_on: On, wrong: object) -> None:
    i2c, _ = with_registers(switch_on("pico"), "pico")
    with pytest.raises(TypeError, match=r"^object with buffer protocol required$"):
        i2c.writeto(0x42, wrong)
    with pytest.raises(TypeError, match=r"^object with buffer protocol required$"):
        i2c.writeto_mem(0x42, 0, wrong)


@pytest.mark.parametrize("wrong", [1.0, "1", None])
def test_counts_and_addresses_are_ints(switch_on: On, wrong: object) -> None:
    i2c, _ = with_registers(switch_on("pico"), "pico")
    for call in (
        lambda: i2c.readfrom(0x42, wrong),
        lambda: i2c.readfrom(wrong, 1),
        lambda: i2c.readfrom_mem(0x42, wrong, 1),
    ):
        with pytest.raises(TypeError, match=r"to int$"):
            call()


# ---- errors

# MicroPython has no name for EBUSY.
TEXTS = {
    5: "[Errno 5] EIO", 16: "16", 19: "[Errno 19] ENODEV", 95: "[Errno 95] EOPNOTSUPP", 110: "[Errno 110] ETIMEDOUT",
}  # fmt: skip

FAULTS = [
    (Fault.NACK_ADDRESS, {"pico": 5, "esp32": 19, "pyboard": 19, "mock": 5}),
    (Fault.NACK_DATA, {"pico": 5, "esp32": 19, "pyboard": None, "mock": 5}),
    (Fault.TIMEOUT, {"pico": 110, "esp32": 110, "pyboard": 110, "mock": 110}),
    (Fault.BUSY, {"pico": 16, "esp32": 16, "pyboard": 16, "mock": 16}),
    (Fault.ARBITRATION, {"pico": 5, "esp32": 5, "pyboard": 5, "mock": 5}),
    (Fault.IO, {"pico": 5, "esp32": 5, "pyboard": 5, "mock": 5}),
    (Fault.UNSUPPORTED, {"pico": 95, "esp32": 95, "pyboard": 95, "mock": 95}),
]
CASES = [(name, fault, numbers[name]) for fault, numbers in FAULTS for name in IDS]


@pytest.mark.parametrize(("name", "fault", "number"), CASES)
def test_errno(switch_on: On, name: str, fault: Fault, number: int | None) -> None:
    on = switch_on(name)
    i2c, _ = with_registers(on, name)
    on.board.tap(i2c_fault(f"i2c{IDS[name]}", 0x42, fault, at_byte=2, times=None))
    if number is None:
        assert i2c.writeto(0x42, b"abcd") == 2
        assert i2c.writeto_mem(0x42, 0, b"abcd") is None
        return
    calls: Sequence[Callable[[], object]] = (
        lambda: i2c.writeto(0x42, b"abcd"),
        lambda: i2c.writevto(0x42, (b"ab", b"cd")),
        lambda: i2c.writeto_mem(0x42, 0, b"abcd"),
        lambda: i2c.readfrom_mem(0x42, 0, 4, addrsize=24),
    )
    for call in calls:
        error = raised(call)
        assert type(error) is OSError
        assert (error.errno, error.args, str(error)) == (number, (number,), TEXTS[number])
        assert isinstance(error.__cause__, BusError)
        assert error.__cause__.fault is fault
        assert error.__cause__.acked == (2 if fault is Fault.NACK_DATA else 0)


@EVERY
def test_nobody_there(switch_on: On, name: str) -> None:
    on = switch_on(name)
    i2c = on.machine.I2C(IDS[name])
    number = 5 if name in ("pico", "mock") else 19
    for call in (lambda: i2c.readfrom(0x33, 1), lambda: i2c.writeto(0x33, b"x"), lambda: i2c.readfrom_mem(0x33, 0, 1)):
        assert raised(call).args == (number,)
    # rp2 probes with its software bus, whose errno is another.
    assert raised(lambda: i2c.writeto(0x33, b"")).args == (19,)


def test_reading_nothing(switch_on: On) -> None:
    pyboard, esp32 = switch_on("pyboard"), switch_on("esp32")
    i2c, _ = with_registers(pyboard, "pyboard")
    with pytest.raises(OSError, match=r"^\[Errno 22\] EINVAL$"):
        i2c.readfrom(0x42, 0)
    i2c, _ = with_registers(esp32, "esp32")
    assert i2c.readfrom(0x42, 0) == b""


def test_a_refused_register_address_reads_as_zeros_where_a_data_nack_is_no_error(switch_on: On) -> None:
    pyboard = switch_on("pyboard")
    i2c, _ = with_registers(pyboard, "pyboard")
    pyboard.board.tap(i2c_fault("i2c1", 0x42, Fault.NACK_DATA, at_byte=0, times=None))
    assert i2c.readfrom_mem(0x42, 0, 3) == b"\0\0\0"
    buffer = bytearray(b"old")
    i2c.readfrom_mem_into(0x42, 0, buffer)
    assert buffer == b"old"


# ---- subclasses


def test_a_script_may_subclass_it(switch_on: On) -> None:
    machine = switch_on("pico").machine

    class Checked(machine.I2C):
        def __init__(self, id: int, **options: object) -> None:
            super().__init__(id, **options)
            self.count = 0

        def writeto(self, addr: int, buf: object, stop: bool = True, /) -> int:
            self.count += 1
            acks: int = super().writeto(addr, buf, stop)
            return acks

    bus = Checked(0, freq=100_000)
    attach_spec(bus._board.backend, "registers@i2c0:0x42")
    bus.writeto(0x42, b"\x01\x02")
    assert (bus.count, type(bus)) == (1, Checked)


# ---- buses that cannot be held


class Unheld(I2CBus):
    """A bus that ends each transfer with a STOP, as most bridges' do."""

    __slots__ = ("calls", "inner")

    def __init__(self, inner: I2CBus) -> None:
        self.inner = inner
        self.calls: list[tuple[int, list[Op]]] = []

    def configure(self, config: I2CConfig, /) -> None:
        self.inner.configure(config)

    def transfer(self, address: int, ops: Sequence[Op], stop: bool = True, /) -> bytes:
        if not stop:
            raise Unsupported("this bus always stops")
        self.calls.append((address, list(ops)))
        return self.inner.transfer(address, ops)

    def close(self) -> None:
        self.inner.close()


class Bridge(MockBackend):
    """A simulated board whose I2C buses cannot be held."""

    def i2c(self, ref: str, /) -> I2CBus:
        self.bus = Unheld(super().i2c(ref))
        return self.bus


@pytest.fixture
def unheld() -> tuple[Any, Bridge, Any]:
    """A bus that cannot be held, its backend, and the register chip at 0x42."""
    backend = Bridge(load("pico").wiring())
    board = Board(load("pico"), backend)
    with using(board):
        chip = attach_spec(backend, "registers@i2c0:0x42")
        return build(board).I2C(0), backend, chip


def test_a_write_without_stop_goes_with_the_next_read(unheld: tuple[Any, Bridge, Any]) -> None:
    i2c, backend, chip = unheld
    chip.registers[5] = 99
    assert i2c.writeto(0x42, b"\x05", False) == 1
    assert backend.bus.calls == []
    assert i2c.readfrom(0x42, 1) == b"\x63"
    assert backend.bus.calls == [(0x42, [Write(b"\x05"), Read(1)])]


def test_writes_without_stop_stay_messages_of_their_own(unheld: tuple[Any, Bridge, Any]) -> None:
    i2c, backend, chip = unheld
    i2c.writeto(0x42, b"\x05a", False)
    i2c.writeto(0x42, b"\x06b", False)
    i2c.writeto(0x42, b"\x07c")
    assert backend.bus.calls == [(0x42, [Write(b"\x05a"), Write(b"\x06b"), Write(b"\x07c")])]
    assert bytes(chip.registers[5:8]) == b"abc"


def test_another_address_sends_off_what_was_kept(unheld: tuple[Any, Bridge, Any]) -> None:
    i2c, backend, _ = unheld
    attach_spec(backend, "registers@i2c0:0x43")
    i2c.writeto(0x42, b"\x05a", False)
    i2c.readfrom(0x43, 1)
    assert backend.bus.calls == [(0x42, [Write(b"\x05a")]), (0x43, [Read(1)])]


def test_a_read_without_stop_runs_at_once(unheld: tuple[Any, Bridge, Any]) -> None:
    i2c, backend, _ = unheld
    i2c.writeto(0x42, b"\x05", False)
    i2c.readfrom(0x42, 1, False)
    i2c.readfrom(0x42, 1)
    assert backend.bus.calls == [(0x42, [Write(b"\x05"), Read(1)]), (0x42, [Read(1)])]


def test_deinit_and_reset_send_off_what_was_kept(unheld: tuple[Any, Bridge, Any]) -> None:
    i2c, backend, chip = unheld
    i2c.writeto(0x42, b"\x05a", False)
    i2c.deinit()
    assert chip.registers[5] == ord("a")
    i2c.writeto(0x42, b"\x06b", False)
    i2c._board.power_cycle("SOFT")
    assert chip.registers[6] == ord("b")
    assert len(backend.bus.calls) == 2


def test_what_was_kept_goes_when_the_board_is_closed(unheld: tuple[Any, Bridge, Any]) -> None:
    i2c, _, chip = unheld
    i2c.writeto(0x42, b"\x05a", False)
    i2c._board.close()
    assert chip.registers[5] == ord("a")


def test_a_refusal_comes_one_call_late(unheld: tuple[Any, Bridge, Any]) -> None:
    i2c, _, _ = unheld
    assert i2c.writeto(0x55, b"\x05", False) == 1
    with pytest.raises(OSError, match=r"^\[Errno 5\] EIO$"):
        i2c.readfrom(0x55, 1)
    i2c.writeto(0x55, b"\x05", False)
    with pytest.raises(OSError, match=r"^\[Errno 5\] EIO$"):
        i2c.deinit()
    assert i2c.scan() == [0x42]


def test_a_bus_that_can_hold_does(switch_on: On) -> None:
    pico = switch_on("pico")
    i2c, chip = with_registers(pico, "pico")
    chip.registers[5] = 99
    calls = heard(pico)
    i2c.writeto(0x42, b"\x05", False)
    assert i2c.readfrom(0x42, 1) == b"\x63"
    assert calls == [(0x42, [Write(b"\x05")], False), (0x42, [Read(1)], True)]
