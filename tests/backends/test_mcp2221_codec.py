"""The MCP2221 codecs against reports from its datasheet (DS20005565B, 3.1), and a scripted engine."""

from collections.abc import Sequence

import pytest

from machine_compat.backends.mcp2221.codec import (
    ADC,
    HIGH,
    INPUT,
    REFERENCES_UV,
    Pins,
    Status,
    divider,
    frequency_of,
    get_gpio,
    gpio_levels,
    set_gpio,
    status,
)
from machine_compat.backends.mcp2221.i2c_codec import Pace, check, converse, prepared
from machine_compat.contract import Op, Read, Write
from machine_compat.errors import BusError, Fault, Unsupported

PACE = Pace(byte_ns=22_500, patience=5)
CANCEL = bytes.fromhex("10 00 10")
ASK = bytes.fromhex("10 00 00")


def report(text: str) -> bytes:
    return bytes.fromhex(text).ljust(64, b"\0")


def answer(
    state: int, *, sent: int = 0, refused: bool = False, scl: int = 1, sda: int = 1, used: bool = True, speed: int = 0
) -> bytes:
    """An answer to the status command."""
    reply = bytearray(64)
    reply[0], reply[3], reply[8], reply[11], reply[18] = 0x10, speed, state, sent, 0x10
    reply[20], reply[21], reply[22], reply[23] = 0x40 * refused, 0x60 * used, scl, sda
    return bytes(reply)


def taken(command: int) -> bytes:
    return bytes((command, 0)).ljust(64, b"\0")


def busy(command: int, state: int) -> bytes:
    return bytes((command, 1, state)).ljust(64, b"\0")


def chunk(data: bytes, state: int = 0x55) -> bytes:
    return (bytes((0x40, 0, state, len(data))) + data).ljust(64, b"\0")


def not_ready(state: int) -> bytes:
    return bytes((0x40, 0x41, state, 127)).ljust(64, b"\0")


class Engine:
    """Answers reports from a list, and remembers them."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = list(answers)
        self.reports: list[bytes] = []
        self.waits: list[int] = []

    def run(self, ops: Sequence[Op], *, stop: bool = True, held: bool = False, address: int = 0x50) -> bytes:
        conversation = converse(address, ops, stop, held, PACE)
        try:
            wanted = next(conversation)
            while True:
                if isinstance(wanted, int):
                    self.waits.append(wanted)
                    wanted = conversation.send(b"")
                else:
                    self.reports.append(wanted)
                    wanted = conversation.send(self.answers.pop(0))
        except StopIteration as end:
            assert not self.answers, "the conversation ended early"
            data: bytes = end.value
            return data

    def fail(self, ops: Sequence[Op], *, held: bool = False) -> BusError:
        with pytest.raises(BusError) as raised:
            self.run(ops, held=held)
        assert not self.answers, "the conversation ended early"
        return raised.value


# ---- reports


def test_status_reports() -> None:
    assert status() == report("10 00 00 00 00")
    assert status(cancel=True) == report("10 00 10 00 00")
    assert status(divider=118) == report("10 00 00 20 76")


@pytest.mark.parametrize(
    ("asked", "setting", "got"),
    [
        (100_000, 118, 100_000),
        (400_000, 28, 400_000),
        (1_000_000, 28, 400_000),
        (390_000, 29, 387_096),
        (46_693, 255, 46_692),
    ],
)
def test_the_i2c_frequency_is_rounded_down_and_reported(asked: int, setting: int, got: int) -> None:
    assert divider(asked) == setting
    assert frequency_of(setting) == got


def test_a_status_is_read() -> None:
    reply = bytearray(answer(0x25, sent=3, refused=True, scl=1, sda=0, speed=0x20))
    reply[18] = 0x08
    reply[50:56] = bytes.fromhex("0102 ff03 0000")
    assert Status.of(bytes(reply)) == Status(0x25, 3, True, True, 1, 0, True, True, (0x0201, 0x03FF, 0))


def test_a_pin_is_set_and_the_others_are_left_alone() -> None:
    assert set_gpio(0, HIGH) == report("50 00  01 01 01 00")
    assert set_gpio(2, INPUT) == report("50 00  00 00 00 00  00 00 00 00  01 00 01 01")


def test_levels_are_read_and_what_is_no_gpio_is_0() -> None:
    assert get_gpio() == report("51")
    assert gpio_levels(report("51 00  01 00  00 01  ee ef  01 01")) == 0b1001


def test_pins_are_loaded_with_their_references_after_them() -> None:
    pins = Pins.of(report("61 00 12 04  00 12 08 6a")[:22] + bytes.fromhex("02 03 08 10") + bytes(38))
    assert pins == Pins([0x02, 0x03, 0x08, 0x10], adc_reference=2, dac_reference=0, dac_value=8)
    pins.adc_reference = REFERENCES_UV[2_048_000]
    pins.settings[1] = ADC | INPUT
    assert pins.load() == [
        report("60 00 00 00 88 00 00 80  02 0a 08 10"),
        report("60 00 00 80 88 85 00 00"),
    ]
    pins.adc_reference = 0
    assert pins.load() == [report("60 00 00 00 88 00 00 80  02 0a 08 10")]


# ---- transfers


def test_a_write_is_handed_over_in_chunks_and_its_end_is_seen() -> None:
    engine = Engine(taken(0x90), taken(0x90), taken(0x90), answer(0x61), answer(0))
    data = bytes(range(129))
    assert engine.run([Write(data)]) == b""
    header = bytes.fromhex("90 81 00 a0")
    assert engine.reports[:3] == [
        header + data[:60],
        header + data[60:120],
        (header + data[120:]).ljust(64, b"\0"),
    ]
    assert engine.reports[3:] == [status(), status()]
    assert engine.waits == [60 * 22_500 - 1_000_000] * 2, "an engine that sends 60 bytes is not asked at once"


def test_a_chunk_that_comes_too_early_is_given_again() -> None:
    engine = Engine(taken(0x90), busy(0x90, 0x43), taken(0x90), answer(0))
    engine.run([Write(bytes(61))])
    assert engine.reports[1] == engine.reports[2]


def test_a_register_read_takes_three_reports() -> None:
    engine = Engine(taken(0x94), taken(0x93), chunk(b"\x60\x61"))
    assert engine.run([Write(b"\xd0"), Read(2)], address=0x76) == b"\x60\x61"
    assert engine.reports == [report("94 01 00 ec d0"), report("93 02 00 ed"), report("40")]


def test_a_long_read_is_collected_in_chunks() -> None:
    first, rest = bytes(range(60)), b"rest"
    engine = Engine(taken(0x91), not_ready(0x50), chunk(first, 0x54), not_ready(0x51), chunk(rest))
    assert engine.run([Read(64)]) == first + rest


def test_a_bus_that_is_held_goes_on_with_a_repeated_start() -> None:
    engine = Engine(taken(0x94), answer(0x45))
    engine.run([Write(b"\x00")], stop=False)
    assert engine.reports[0] == report("94 01 00 a0 00")
    engine = Engine(taken(0x93), chunk(b"\x11"))
    assert engine.run([Read(1)], held=True) == b"\x11"
    engine = Engine(taken(0x92), answer(0))
    engine.run([Write(b"\x11")], held=True)
    assert engine.reports[0] == report("92 01 00 a0 11")


def test_after_a_read_the_engine_has_sent_stop() -> None:
    engine = Engine(taken(0x94), taken(0x93), chunk(b"a"), taken(0x91), chunk(b"b"), taken(0x90), answer(0))
    assert engine.run([Write(b"\x00"), Read(1), Read(1), Write(b"\x00")]) == b"ab"


# ---- failures


def test_nobody_at_the_address_is_cancelled_and_nothing_more_is_asked() -> None:
    engine = Engine(taken(0x91), not_ready(0x25), answer(0))
    error = engine.fail([Read(1)])
    assert (error.fault, error.acked) == (Fault.NACK_ADDRESS, 0)
    assert engine.reports[-1] == CANCEL.ljust(64, b"\0")


def test_a_held_write_that_nobody_heard_is_found_at_the_read_after_it() -> None:
    engine = Engine(taken(0x94), busy(0x93, 0x25), answer(0))
    assert engine.fail([Write(b"\x00"), Read(1)]).fault is Fault.NACK_ADDRESS


def test_the_byte_that_was_refused_is_known() -> None:
    engine = Engine(taken(0x90), answer(0x44), answer(0x44, sent=7, refused=True), answer(0x60), answer(0))
    error = engine.fail([Write(bytes(20))])
    assert (error.fault, error.acked) == (Fault.NACK_DATA, 7)
    assert [one[:3] for one in engine.reports[1:]] == [ASK, ASK, CANCEL, ASK]


@pytest.mark.parametrize(
    ("lines", "message"),
    [((0, 1), "SCL is held low"), ((1, 0), "SDA is held low"), ((1, 1), "the transfer did not end")],
)
def test_the_engine_s_own_timeout(lines: tuple[int, int], message: str) -> None:
    scl, sda = lines
    engine = Engine(taken(0x91), not_ready(0x23), answer(0x23, scl=scl, sda=sda), answer(0), answer(0))
    error = engine.fail([Read(1)])
    assert error.fault is Fault.TIMEOUT
    assert message in str(error)


def test_an_engine_that_never_ends_is_given_up() -> None:
    engine = Engine(taken(0x91), *[not_ready(0x50)] * 6, answer(0x50), answer(0), answer(0))
    assert engine.fail([Read(1)]).fault is Fault.TIMEOUT
    engine = Engine(*[busy(0x90, 0x43)] * 5, answer(0x43), answer(0), answer(0))
    assert engine.fail([Write(b"\x00")]).fault is Fault.TIMEOUT


def test_a_failure_before_does_not_fail_the_next_transfer() -> None:
    engine = Engine(busy(0x91, 0x25), answer(0x25), answer(0), answer(0), taken(0x91), chunk(b"\x11"))
    assert engine.run([Read(1)]) == b"\x11"
    engine = Engine(busy(0x91, 0x25), answer(0x25), answer(0), answer(0), busy(0x91, 0x25), answer(0))
    assert engine.fail([Read(1)]).fault is Fault.NACK_ADDRESS


def test_an_engine_that_hangs_says_so() -> None:
    conversation = prepared(118)
    next(conversation)
    with pytest.raises(BusError, match="unplug the MCP2221"):
        conversation.send(answer(0x62, used=False))


def test_an_engine_that_cannot_be_cancelled_is_busy() -> None:
    conversation = prepared(118)
    next(conversation)
    for _ in range(6):
        sent = conversation.send(answer(0x43))
    assert sent == status()
    with pytest.raises(BusError, match="stays in state 0x43") as raised:
        conversation.send(answer(0x43))
    assert raised.value.fault is Fault.BUSY


def test_sda_that_moved_meanwhile_is_cancelled_before_the_transfer() -> None:
    moved = bytearray(answer(0, speed=0x20))
    moved[18] = 0x08
    conversation = prepared(None)
    assert next(conversation) == status()
    assert conversation.send(bytes(moved)) == status(cancel=True)
    assert conversation.send(answer(0)) == status()
    with pytest.raises(StopIteration):
        conversation.send(answer(0))


# ---- what the engine has no command for


@pytest.mark.parametrize(
    ("ops", "stop", "message"),
    [
        ([Write(b"")], True, "no message without data"),
        ([Read(0)], True, "no message without data"),
        ([Read(1)], False, "ends every read with STOP"),
        ([Write(b"a"), Write(b"b")], False, "repeated START"),
        ([Write(b"a"), Write(b"b"), Read(1)], True, "repeated START"),
    ],
)
def test_what_it_cannot_do_is_unsupported(ops: list[Op], stop: bool, message: str) -> None:
    with pytest.raises(Unsupported, match=message):
        check(ops, stop)


def test_what_it_can_do_is_let_through() -> None:
    check([Write(b"a")], True)
    check([Write(b"a")], False)
    check([Write(b"a"), Write(b"b")], True)
    check([Write(b"a"), Read(1), Read(2), Write(b"b")], True)
