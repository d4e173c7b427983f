"""machine.mem_backup: memory that outlives resets."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from machine_compat.simulation import SimulatedBoard

On = Callable[[str], Any]


@pytest.mark.parametrize(
    ("name", "shapes"),
    [
        ("pico", [(4, 4), (4, 3)]),
        ("esp32", [(1, 2048)]),
        ("pyboard", [(1, 4096), (4, 20)]),
    ],
)
def test_regions(switch_on: On, name: str, shapes: list[tuple[int, int]]) -> None:
    machine = switch_on(name).machine
    regions = machine.mem_backup(-1)
    assert [(region.itemsize, len(region)) for region in regions] == shapes
    assert machine.mem_backup() is regions[0]
    assert all(value == 0 for region in regions for value in region)
    for wrong in (len(shapes), -2):
        with pytest.raises(ValueError, match="invalid region"):
            machine.mem_backup(wrong)


def test_words_hold_32_bits(switch_on: On) -> None:
    words = switch_on("pico").machine.mem_backup()
    words[1] = 0x8123_4567
    assert words[1] == 0x8123_4567
    with pytest.raises(IndexError):
        words[4]


def test_it_outlives_a_reset(tmp_path: Path) -> None:
    script = tmp_path / "main.py"
    script.write_text(
        "import machine\n"
        "words = machine.mem_backup()\n"
        "words[0] += 1\n"
        "print(words[0])\n"
        "if words[0] < 3:\n"
        "    machine.reset()\n"
    )
    with SimulatedBoard("pico") as board:
        board.run(script)
        assert board.output.split() == ["1", "2", "3"]
