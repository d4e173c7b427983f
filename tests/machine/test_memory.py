"""machine.mem8, mem16 and mem32 on a simulated address space."""

from collections.abc import Callable
from typing import Any

import pytest

from machine_compat.errors import ConfigError
from machine_compat.machine.memory import memory_map

On = Callable[[str], Any]


def test_bytes_words_and_their_order(switch_on: On) -> None:
    machine = switch_on("pico").machine
    machine.mem32[0x2000_0000] = 0x12345678
    assert [machine.mem8[0x2000_0000 + index] for index in range(4)] == [0x78, 0x56, 0x34, 0x12]
    assert machine.mem16[0x2000_0002] == 0x1234
    machine.mem8[0x2000_0001] = 0xFF
    assert machine.mem32[0x2000_0000] == 0x1234FF78
    assert machine.mem32[0x2000_0100] == 0


def test_stores_take_the_low_bits(switch_on: On) -> None:
    machine = switch_on("pico").machine
    machine.mem8[0] = 0x1FF
    machine.mem16[2] = -1
    machine.mem32[4] = 1 << 40 | 5
    assert (machine.mem8[0], machine.mem16[2], machine.mem32[4]) == (0xFF, 0xFFFF, 5)


@pytest.mark.parametrize("name", ["pico", "esp32", "pyboard", "mock"])
def test_a_word_with_the_top_bit_reads_negative(switch_on: On, name: str) -> None:
    machine = switch_on(name).machine
    machine.mem32[0] = 0x8000_0001
    assert machine.mem32[0] == -0x7FFF_FFFF
    assert machine.mem32[0] & 0xFFFF_FFFF == 0x8000_0001
    assert machine.mem16[2] == 0x8000


def test_alignment(switch_on: On) -> None:
    machine = switch_on("pico").machine
    with pytest.raises(ValueError, match=r"^address d0000001 is not aligned to 2 bytes$"):
        machine.mem16[0xD000_0001]
    with pytest.raises(ValueError, match=r"^address 00000006 is not aligned to 4 bytes$"):
        machine.mem32[6] = 1


def test_addresses_are_ints_of_32_bits(switch_on: On) -> None:
    machine = switch_on("pico").machine
    machine.mem32[-4] = 7
    assert machine.mem32[0xFFFF_FFFC] == 7
    assert machine.mem32[0x1_FFFF_FFFC] == 7
    for index in (slice(0, 4), "0", 1.0, None):
        with pytest.raises(TypeError):
            machine.mem32[index]
        with pytest.raises(TypeError):
            machine.mem32[index] = 0
    with pytest.raises(TypeError):
        machine.mem32[0] = 1.5
    with pytest.raises(TypeError):
        del machine.mem32[0]
    with pytest.raises(TypeError):
        iter(machine.mem32)


def test_repr(switch_on: On) -> None:
    machine = switch_on("pico").machine
    assert [repr(memory) for memory in (machine.mem8, machine.mem16, machine.mem32)] == [
        "<8-bit memory>",
        "<16-bit memory>",
        "<32-bit memory>",
    ]


def test_register_blocks_can_be_mapped(switch_on: On) -> None:
    on = switch_on("pico")
    seen: list[tuple[str, int, int, int]] = []

    def read(offset: int, size: int) -> int:
        seen.append(("read", offset, size, 0))
        return 0x1_0000_00A5

    def write(offset: int, size: int, value: int) -> None:
        seen.append(("write", offset, size, value))

    memory_map(on.board).add(0x4001_4000, 0x100, read, write)
    assert on.machine.mem32[0x4001_4004] == 0xA5
    on.machine.mem8[0x4001_40FF] = 0x123
    on.machine.mem8[0x4001_4100] = 9
    assert seen == [("read", 4, 4, 0), ("write", 0xFF, 1, 0x23)]
    with pytest.raises(ConfigError, match="0x400140fc"):
        memory_map(on.board).add(0x4001_40FC, 8, read, write)


def test_boards_have_memories_of_their_own(switch_on: On) -> None:
    one, other = switch_on("pico").machine, switch_on("pico").machine
    one.mem8[0] = 1
    assert other.mem8[0] == 0
