"""Tests of the register chip: pointer, auto-increment, hooks, both buses."""

from collections.abc import Callable

import pytest

from machine_compat.errors import ConfigError
from machine_compat.mock.chip import I2CChip
from machine_compat.mock.devices.register_chip import PARTS, RegisterChip, RegisterChipSPI


def send(chip: I2CChip, *data: int) -> int:
    assert chip.start(chip.address, read=False)
    acked = chip.write_block(bytes(data))
    chip.stop()
    return acked


def ask(chip: I2CChip, pointer: bytes, count: int) -> bytes:
    assert chip.start(chip.address, read=False)
    chip.write_block(pointer)
    assert chip.start(chip.address, read=True)
    answer = chip.read_block(count)
    chip.stop()
    return answer


def byte_by_byte(chip: I2CChip, pointer: bytes, count: int) -> bytes:
    """What a wire decoder does."""
    assert chip.start(chip.address, read=False)
    assert all(chip.write(byte) for byte in pointer)
    assert chip.start(chip.address, read=True)
    answer = bytes(chip.read() for _ in range(count))
    chip.stop()
    return answer


def test_contents_are_a_bytearray_from_both_sides() -> None:
    chip = RegisterChip(0x42)
    chip.registers[0x0F] = 0x33
    assert ask(chip, b"\x0f", 1) == b"\x33"
    assert send(chip, 0x10, 1, 2, 3) == 4
    assert chip.registers[0x10:0x13] == b"\x01\x02\x03"


def test_blocks_and_single_bytes_reach_the_same_registers() -> None:
    chip = RegisterChip(0x42, initial=bytes(range(256)))
    assert ask(chip, b"\x3b", 14) == byte_by_byte(chip, b"\x3b", 14) == bytes(range(0x3B, 0x49))


def test_a_read_without_a_pointer_goes_on_where_the_last_access_ended() -> None:
    chip = RegisterChip(0x42, initial=bytes(range(256)))
    ask(chip, b"\x10", 2)
    assert chip.start(0x42, read=True)
    assert chip.read_block(2) == b"\x12\x13"


def test_the_last_register_is_followed_by_the_first() -> None:
    chip = RegisterChip(0x42, size=4, initial=b"\x0a\x0b\x0c\x0d")
    assert ask(chip, b"\x02", 6) == byte_by_byte(chip, b"\x02", 6) == b"\x0c\x0d\x0a\x0b\x0c\x0d"
    send(chip, 3, 0x11, 0x22)
    assert (chip.registers[3], chip.registers[0]) == (0x11, 0x22)


def test_a_wrap_of_its_own_keeps_a_reader_within_the_data() -> None:
    chip = RegisterChip(0x1E, initial=bytes(range(16)), wrap={8: 3})
    assert ask(chip, b"\x06", 5) == b"\x06\x07\x08\x03\x04"
    assert ask(chip, b"\x0a", 3) == b"\x0a\x0b\x0c"


def test_without_increment_one_register_answers_all_along() -> None:
    chip = RegisterChip(0x42, increment=False, initial={5: 0x77})
    assert ask(chip, b"\x05", 3) == b"\x77\x77\x77"


def test_increment_bit_of_the_pointer_chooses() -> None:
    chip = RegisterChip(0x19, increment_bit=0x80, initial={0x28: 1, 0x29: 2})
    assert ask(chip, b"\xa8", 2) == b"\x01\x02"
    assert ask(chip, b"\x28", 2) == b"\x01\x01"


def test_mask_chooses_the_register() -> None:
    chip = RegisterChip(0x42, mask=0x0F, initial={3: 9})
    assert ask(chip, b"\xf3", 1) == b"\x09"


def test_pointer_of_sixteen_bits_high_byte_first() -> None:
    chip = RegisterChip(0x42, bits=16, size=4096)
    send(chip, 0x01, 0x23, 0xAB)
    assert chip.registers[0x123] == 0xAB
    assert ask(chip, b"\x01\x23", 1) == byte_by_byte(chip, b"\x01\x23", 1) == b"\xab"


def test_writes_do_not_change_read_only_registers() -> None:
    chip = RegisterChip(0x42, initial={0: 0x58}, read_only=(0,))
    assert send(chip, 0, 1, 2) == 3
    assert chip.registers[:2] == b"\x58\x02"


def test_hooks_as_functions() -> None:
    written: list[tuple[int, int]] = []

    def on_write(register: int, value: int) -> int | None:
        written.append((register, value))
        return 0 if register == 1 else None

    chip = RegisterChip(0x42, on_write=on_write, on_read=lambda register: 0x99 if register == 2 else None)
    send(chip, 1, 0xFF, 0x10)
    assert written == [(1, 0xFF), (2, 0x10)]
    assert ask(chip, b"\x01", 2) == byte_by_byte(chip, b"\x01", 2) == b"\x00\x99"
    assert chip.registers[2] == 0x10


def test_hooks_as_methods() -> None:
    class Thermometer(RegisterChip):
        default_address = 0x48
        celsius = 21.5

        def on_read(self, register: int) -> int | None:
            return round(self.celsius * 2) if register == 5 else None

    chip = Thermometer()
    assert chip.address == 0x48
    assert ask(chip, b"\x05", 1) == b"\x2b"
    chip.celsius = 30
    assert ask(chip, b"\x05", 1) == b"\x3c"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (RegisterChip, "needs an address"),
        (lambda: RegisterChip(0x80), "not a 7-bit"),
        (lambda: RegisterChip(1, bits=12), r"bits=12.*8 or 16"),
        (lambda: RegisterChip(1, size=257), r"size=257.*1\.\.256"),
        (lambda: RegisterChip(1, fill=300), r"fill=300.*0\.\.255"),
        (lambda: RegisterChip(1, size=4, initial={4: 0}), "initial 0x4"),
    ],
)
def test_wrong_set_up_says_what_and_the_choices(make: Callable[[], RegisterChip], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        make()


def test_memory_part() -> None:
    chip = PARTS["memory"](address=None, fill=0xFF)
    assert isinstance(chip, RegisterChip)
    assert chip.address == 0x50
    assert send(chip, 0xFE, 1, 2, 3) == 4
    assert ask(chip, b"\xfd", 4) == b"\xff\x01\x02\x03"


class TestSPI:
    def test_read_and_write(self) -> None:
        chip = RegisterChipSPI(initial={0x75: 0x71})
        chip.select()
        assert chip.exchange(b"\xf5\x00") == b"\xff\x71"
        chip.deselect()
        chip.select()
        assert chip.exchange(b"\x6b\x01\x02") == b"\xff\xff\xff"
        chip.deselect()
        assert chip.registers[0x6B:0x6D] == b"\x01\x02"

    def test_command_and_data_in_two_exchanges(self) -> None:
        chip = RegisterChipSPI(initial={1: 0xE5, 2: 0xE6})
        chip.select()
        chip.exchange(b"\x81")
        assert chip.exchange(b"\x00\x00") == b"\xe5\xe6"

    def test_increment_bit(self) -> None:
        chip = RegisterChipSPI(increment_bit=0x40, initial={0x32: 7, 0x33: 8})
        chip.select()
        assert chip.exchange(b"\xb2\x00\x00") == b"\xff\x07\x07"
        chip.select()
        assert chip.exchange(b"\xf2\x00\x00") == b"\xff\x07\x08"

    def test_nothing_clocked_is_nothing_answered(self) -> None:
        chip = RegisterChipSPI()
        chip.select()
        assert chip.exchange(b"") == b""

    def test_byte_by_byte_the_answer_is_known_ahead(self) -> None:
        chip = RegisterChipSPI(initial={1: 0xE5, 2: 0xE6})
        chip.select()
        assert chip.preview() == 0xFF
        chip.exchange(b"\x81")
        answers = []
        for _ in range(2):
            answers.append(chip.preview())
            chip.exchange(b"\x00")
        assert answers == [0xE5, 0xE6]
        chip.select()
        chip.exchange(b"\x01")
        assert chip.preview() == 0xFF

    def test_active_low_read_bit(self) -> None:
        chip = RegisterChipSPI(read_bit=1, read_level=0, size=4)
        chip.select()
        chip.exchange(b"\x03\x09")
        assert chip.registers[2] == 9
