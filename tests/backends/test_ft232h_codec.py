"""The MPSSE codecs against bytes taken from FTDI's application notes, and against replies made by hand; no chip."""

import pytest

from machine_compat.backends.ft232h.codec import (
    BASE_HZ,
    SPIWire,
    Step,
    bad_command_check,
    batches,
    clock_setup,
    divided,
    drive_zero,
    get_pins,
    in_step,
    set_high,
    set_low,
)
from machine_compat.backends.ft232h.i2c_codec import I2CStream, I2CTransfer, I2CWire, Stuck, bits_of
from machine_compat.contract import I2CConfig, Op, Read, SPIConfig, Write
from machine_compat.errors import BusError, ConfigError, Fault, Unsupported

SCL, SDA_OUT, SDA_IN = 1, 2, 4
IDLE, LOW = SCL | SDA_IN, SCL
"""What the pins read while the bus is idle, and in START: SCL high, SDA low."""
START = bytes((IDLE | SDA_OUT, LOW))
STOP = bytes((LOW, IDLE | SDA_OUT))


# ---- commands (AN_108 section by section)


def test_pins_are_set_and_read_bank_by_bank() -> None:
    assert set_low(0x09, 0x0B) == bytes.fromhex("80 09 0b")
    assert set_high(0x80, 0xFF) == bytes.fromhex("82 80 ff")
    assert get_pins(True) == Step(bytes.fromhex("81 83"), 2)
    assert get_pins(False) == Step(b"\x81", 1)
    assert drive_zero(0x0003) == bytes.fromhex("9e 03 00")


def test_the_clock_is_set_up_as_an_135_does() -> None:
    setup = clock_setup(0x012B)
    assert setup == bytes.fromhex("8a 97 8d 86 2b 01 85")
    assert clock_setup(0, slow=True, three_phase=True, adaptive=True) == bytes.fromhex("8b 96 8c 86 00 00 85")


def test_a_chip_in_step_names_the_bad_command() -> None:
    assert bad_command_check() == Step(bytes.fromhex("aa 87"), 2)
    assert in_step(bytes.fromhex("fa aa"))
    assert in_step(bytes.fromhex("00 fa aa"))
    assert not in_step(bytes.fromhex("fa ab"))
    assert not in_step(b"")


@pytest.mark.parametrize(("wanted", "divisor"), [(30_000_000, 0), (29_999_999, 1), (1_000_000, 29), (999_999, 30)])
def test_the_divisor_never_gives_more_than_was_asked_for(wanted: int, divisor: int) -> None:
    assert divided(BASE_HZ, wanted) == divisor
    assert BASE_HZ // (divisor + 1) <= wanted


# ---- batches


def test_steps_become_one_write_that_asks_for_its_reply() -> None:
    steps = [Step(b"\x80\x01\x03"), Step(b"\x81", 1), Step(b"\x83", 1)]
    assert list(batches(steps, 1024)) == [Step(bytes.fromhex("80 01 03 81 83 87"), 2)]


def test_a_write_without_reply_asks_for_none() -> None:
    assert list(batches([Step(b"\x80\x01\x03")], 1024)) == [Step(b"\x80\x01\x03")]
    assert list(batches([], 1024)) == []


def test_what_is_left_at_a_full_reply_buffer_fits_into_the_command_buffer() -> None:
    fifo = 1024
    steps = [Step(bytes(500), 490) for _ in range(40)]
    sent = list(batches(steps, fifo))
    for batch in sent:
        consumed = fifo // 490 * 500
        assert len(batch.commands) - consumed <= fifo
    assert b"".join(batch.commands[:-1] for batch in sent) == bytes(500 * 40)
    assert sum(batch.reply for batch in sent) == 490 * 40


def test_a_read_of_any_length_is_one_batch() -> None:
    assert len(list(batches([Step(b"\x20\xff\xff", 65_536)], 1024))) == 1


# ---- SPI (AN_114: data changes on the edge before the one it is taken on)


@pytest.mark.parametrize(
    ("polarity", "lsb_first", "write", "both", "read", "idle"),
    [
        (0, False, 0x11, 0x31, 0x20, 0x00),
        (0, True, 0x19, 0x39, 0x28, 0x00),
        (1, False, 0x10, 0x34, 0x24, 0x01),
        (1, True, 0x18, 0x3C, 0x2C, 0x01),
    ],
)
def test_spi_commands(polarity: int, lsb_first: bool, write: int, both: int, read: int, idle: int) -> None:
    wire = SPIWire.of(SPIConfig(1_000_000, polarity, lsb_first=lsb_first))
    assert wire.idle() == idle
    assert list(wire.transfer(b"\x9f\x12", False, 0, 0)) == [Step(bytes((write, 1, 0)) + b"\x9f\x12")]
    assert list(wire.transfer(b"\x9f\x12", True, 0, 0)) == [Step(bytes((both, 1, 0)) + b"\x9f\x12", 2)]
    assert list(wire.transfer(b"\xff\xff", True, 0x08, 0x18)) == [
        Step(bytes((0x80, 0x08 | 2 | idle, 0x18 | 3))),
        Step(bytes((read, 1, 0)), 2),
    ]


def test_an_empty_transfer_sends_nothing() -> None:
    wire = SPIWire.of(SPIConfig())
    assert list(wire.transfer(b"", True, 0, 0)) == []
    assert list(wire.transfer(b"", False, 0, 0)) == []


def test_a_write_of_more_than_one_command_can_carry_is_split() -> None:
    wire = SPIWire.of(SPIConfig())
    first, second = wire.transfer(bytes(65_537), False, 0, 0)
    assert first.commands[:3] == b"\x11\xff\xff"
    assert second.commands == b"\x11\x00\x00\x00"


@pytest.mark.parametrize(("polarity", "mode"), [(0, 1), (1, 3)])
def test_modes_1_and_3_are_refused_with_the_reason(polarity: int, mode: int) -> None:
    with pytest.raises(Unsupported, match=rf"SPI mode {mode} .*first clock edge only.*AN_114"):
        SPIWire.of(SPIConfig(1_000_000, polarity, 1))


def test_words_that_are_no_bytes_are_refused() -> None:
    with pytest.raises(Unsupported, match="9 bits"):
        SPIWire.of(SPIConfig(bits=9))


@pytest.mark.parametrize(
    ("asked", "got"), [(60_000_000, 30_000_000), (8_000_000, 7_500_000), (1_000_000, 1_000_000), (400, 400), (92, 91)]
)
def test_the_spi_frequency_is_reported(asked: int, got: int) -> None:
    assert SPIWire.of(SPIConfig(asked)).frequency == got


def test_a_frequency_too_low_for_the_divider_is_refused() -> None:
    with pytest.raises(ConfigError, match="the least is 92 Hz"):
        SPIWire.of(SPIConfig(91))


# ---- I2C


def transfer_of(address: int, *ops: Op, open_drain: bool = True, stop: bool = True, held: bool = False) -> I2CTransfer:
    wire = I2CWire.of(I2CConfig(400_000), open_drain)
    return I2CTransfer(I2CStream(wire, 0x08, 0x18), wire, address, ops, stop, held)


def commands(transfer: I2CTransfer) -> bytes:
    return b"".join(step.commands for step in transfer.steps)


def test_i2c_is_set_up_for_three_phases_and_open_drain() -> None:
    assert I2CWire.of(I2CConfig(400_000), True).setup == bytes.fromhex("8a 97 8c 86 31 00 85 9e 03 00")
    assert I2CWire.of(I2CConfig(400_000), False).setup == bytes.fromhex("8a 97 8c 86 31 00 85")


@pytest.mark.parametrize(("asked", "got"), [(400_000, 400_000), (100_000, 100_000), (390_000, 384_615), (306, 305)])
def test_the_i2c_frequency_is_rounded_down_and_reported(asked: int, got: int) -> None:
    assert I2CWire.of(I2CConfig(asked), True).frequency == got


@pytest.mark.parametrize("asked", [305, 1_000_001])
def test_an_i2c_frequency_out_of_range_is_refused(asked: int) -> None:
    with pytest.raises(ConfigError, match="306 to 1000000 Hz"):
        I2CWire.of(I2CConfig(asked), True)


@pytest.mark.parametrize(("frequency", "ns"), [(100_000, 4_700), (400_000, 600), (1_000_000, 260)])
def test_conditions_hold_as_long_as_the_bus_wants(frequency: int, ns: int) -> None:
    wire = I2CWire.of(I2CConfig(frequency), True)
    assert wire.hold * 150 >= ns


def test_a_probe_on_the_wire() -> None:
    probe = transfer_of(0x50, Write(b""))
    assert commands(probe) == (
        bytes.fromhex("80 0b 1b  81")
        + bytes.fromhex("80 09 1b") * 4
        + bytes.fromhex("81  80 08 1b")
        + bytes.fromhex("31 00 00 a0  33 00 80")
        + bytes.fromhex("80 08 1b")
        + bytes.fromhex("80 09 1b") * 4
        + b"\x81"
        + bytes.fromhex("80 0b 1b") * 4
        + b"\x81"
    )
    assert sum(step.reply for step in probe.steps) == 6


def test_nine_bits_a_byte_go_out_in_one_shift() -> None:
    """After the address and the first bit of data: 0xA5 without its first bit, released, 0x0F, released."""
    stream = "0100101" + "1" + "00001111" + "1"
    packed = int(stream, 2) << 7
    shift = b"\x31\x01\x00" + packed.to_bytes(3, "big")[:2] + b"\x33\x00" + packed.to_bytes(3, "big")[2:]
    assert shift in commands(transfer_of(0x50, Write(b"\xa5\x0f")))


def test_a_read_acknowledges_all_but_its_last_byte() -> None:
    stream = "1111111" + "0" + "11111111" + "1"
    packed = (int(stream, 2) << 7).to_bytes(3, "big")
    assert b"\x31\x01\x00" + packed[:2] + b"\x33\x00" + packed[2:] in commands(transfer_of(0x50, Read(2)))


def test_without_open_drain_the_direction_of_sda_is_turned_for_each_acknowledge() -> None:
    sent = commands(transfer_of(0x50, Write(b""), open_drain=False))
    assert bytes.fromhex("80 08 1b  31 00 00 a0  80 08 19  33 00 80") in sent
    assert sent.startswith(bytes.fromhex("80 08 18  81  80 08 1a"))


def test_a_held_bus_ends_low_and_begins_with_a_repeated_start() -> None:
    held = commands(transfer_of(0x50, Write(b"\x00"), stop=False))
    assert held.endswith(bytes.fromhex("80 0a 1b"))
    again = commands(transfer_of(0x50, Read(1), held=True))
    assert again.startswith(bytes.fromhex("80 0a 1b") + bytes.fromhex("80 0b 1b") * 4 + b"\x81")


# ---- what comes back


def heard(*words: tuple[int, int]) -> str:
    """Bytes and their acknowledge bits, as SDA was."""
    return "".join(f"{byte:08b}{nack}" for byte, nack in words)


def record(bits: str) -> bytes:
    """Bits as a shift records them: whole bytes, and the rest in the low end of another."""
    whole, rest = divmod(len(bits), 8)
    octets = [int(bits[at : at + 8], 2) for at in range(0, whole * 8, 8)]
    return bytes([*octets, int(bits[whole * 8 :], 2)] if rest else octets)


def message(*words: tuple[int, int]) -> bytes:
    """The reply to a message: START, address, first bit by hand, the rest."""
    bits = heard(*words)
    if len(bits) == 9:
        return START + record(bits)
    first = bytes((SCL | SDA_IN * int(bits[9]),))
    return START + record(bits[:9]) + first + record(bits[10:])


def test_bits_of_an_unfinished_byte_are_in_its_low_end() -> None:
    assert bits_of(b"\xa5\x01", 9) == "101001011"
    assert bits_of(b"\xa5", 8) == "10100101"
    assert bits_of(b"\x05", 3) == "101"


def test_a_register_read_is_decoded() -> None:
    transfer = transfer_of(0x76, Write(b"\xd0"), Read(2))
    reply = message((0xEC, 0), (0xD0, 0)) + message((0xED, 0), (0x60, 0), (0x81, 1)) + STOP
    assert len(reply) == sum(step.reply for step in transfer.steps)
    assert transfer.check(reply) == b"\x60\x81"


def test_nobody_at_the_address() -> None:
    transfer = transfer_of(0x76, Write(b"\xd0\x01"))
    with pytest.raises(BusError) as raised:
        transfer.check(message((0xEC, 1), (0xD0, 1), (0x01, 1)) + STOP)
    assert (raised.value.fault, raised.value.acked) == (Fault.NACK_ADDRESS, 0)


@pytest.mark.parametrize("refused", range(4))
def test_the_byte_that_was_refused_is_known(refused: int) -> None:
    data = b"\x10\x20\x30\x40"
    words = [(byte, int(at == refused)) for at, byte in enumerate(data)]
    with pytest.raises(BusError) as raised:
        transfer_of(0x50, Write(data)).check(message((0xA0, 0), *words) + STOP)
    assert (raised.value.fault, raised.value.acked) == (Fault.NACK_DATA, refused)


def test_acknowledges_are_counted_in_the_message_that_failed() -> None:
    transfer = transfer_of(0x50, Write(b"\x01\x02\x03"), Write(b"\x04\x05"))
    reply = message((0xA0, 0), (1, 0), (2, 0), (3, 0)) + message((0xA0, 0), (4, 0), (5, 1)) + STOP
    with pytest.raises(BusError) as raised:
        transfer.check(reply)
    assert raised.value.acked == 1


def test_a_reply_is_checked_as_far_as_it_goes() -> None:
    transfer = transfer_of(0x50, Write(bytes(600)))
    good = message((0xA0, 0), *((0, 0) for _ in range(600))) + STOP
    for cut in (0, 1, 2, 3, 4, 5, 300, 508, 509, len(good) - 1, len(good)):
        assert transfer.check(good[:cut]) == b""
    bad = message((0xA0, 0), (0, 0), (0, 1), *((0, 0) for _ in range(598))) + STOP
    with pytest.raises(BusError) as raised:
        transfer.check(bad[:509])
    assert raised.value.acked == 1


def test_another_controller_on_the_bus_is_noticed() -> None:
    with pytest.raises(BusError, match="0x10 while 0x14 was sent") as raised:
        transfer_of(0x50, Write(b"\x14")).check(message((0xA0, 0), (0x10, 0)) + STOP)
    assert raised.value.fault is Fault.ARBITRATION


def test_a_clock_that_is_stretched_is_an_error_and_not_wrong_data() -> None:
    transfer = transfer_of(0x50, Read(1))
    reply = bytearray(message((0xA1, 0), (0xFF, 1)) + STOP)
    reply[4] &= ~SCL
    with pytest.raises(BusError, match="stretches the clock") as raised:
        transfer.check(bytes(reply))
    assert raised.value.fault is Fault.TIMEOUT


def test_a_clock_that_does_not_rise_at_stop_is_an_error() -> None:
    with pytest.raises(BusError, match="stretches the clock"):
        transfer_of(0x50, Write(b"")).check(START + record(heard((0xA0, 0))) + bytes((0, IDLE)))


def test_lines_that_are_held_low_are_told_apart() -> None:
    probe = transfer_of(0x50, Write(b""))
    rest = record(heard((0xA0, 0))) + STOP
    with pytest.raises(BusError, match="SCL is held low"):
        probe.check(bytes((SDA_IN, 0)) + rest)
    with pytest.raises(Stuck, match="SDA is held low"):
        probe.check(bytes((SCL, SCL)) + rest)
    with pytest.raises(Stuck, match="after STOP"):
        probe.check(START + record(heard((0xA0, 0))) + bytes((LOW, LOW)))


def test_pins_that_are_not_joined_are_a_mistake_of_the_set_up() -> None:
    with pytest.raises(ConfigError, match="D1 and D2 have to be joined"):
        transfer_of(0x50, Write(b"")).check(bytes((IDLE, IDLE)) + record(heard((0xFF, 1))) + STOP)


def test_nine_clocks_and_a_stop_unstick_a_target() -> None:
    wire = I2CWire.of(I2CConfig(400_000), True)
    step = I2CStream(wire).unstick()
    pairs = [step.commands[at + 1] for at in range(0, len(step.commands) - 1, 3)]
    rises = sum(not before & SCL and after & SCL for before, after in zip([SCL, *pairs], pairs, strict=False))
    assert rises == 10, "nine clocks, and one for STOP"
    assert step.commands.endswith(bytes.fromhex("80 01 03") * 4 + bytes.fromhex("80 03 03") * 4 + b"\x81")
    assert step.reply == 1
