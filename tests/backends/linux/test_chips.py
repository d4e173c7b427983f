"""Lines by all the names they have, and chips by the labels that stay when their numbers change."""

import sys
from pathlib import Path
from types import ModuleType

import pytest

from machine_compat.backends.linux.chips import Chip, Place, chip_nodes, find_line, gpiod_module
from machine_compat.errors import ConfigError

NAMES = ("ID_SDA", "ID_SCL", *(f"GPIO{number}" for number in range(2, 28)))
HEADER = ("pinctrl-rp1", "pinctrl-bcm2711", "pinctrl-bcm2835")
PI4 = [Chip("/dev/gpiochip0", "pinctrl-bcm2711", NAMES), Chip("/dev/gpiochip1", "raspberrypi-exp-gpio", ("BT_ON", ""))]
PI5_FIRST = [Chip("/dev/gpiochip0", "gpio-brcmstb", ("",) * 32), Chip("/dev/gpiochip4", "pinctrl-rp1", NAMES)]
PI5_LATER = [Chip("/dev/gpiochip0", "pinctrl-rp1", NAMES), Chip("/dev/gpiochip10", "gpio-brcmstb", ("",) * 32)]


@pytest.mark.parametrize(
    ("chips", "node"), [(PI4, "/dev/gpiochip0"), (PI5_FIRST, "/dev/gpiochip4"), (PI5_LATER, "/dev/gpiochip0")]
)
@pytest.mark.parametrize("ref", ["GPIO17", "GP17", "17"])
def test_numbers_are_the_headers_whatever_its_chip_is_called(chips: list[Chip], node: str, ref: str) -> None:
    place = find_line(ref, chips, HEADER)
    assert (place.node, place.offset) == (node, 17)


@pytest.mark.parametrize(
    ("ref", "place"),
    [
        ("ID_SDA", Place("/dev/gpiochip0", 0, "ID_SDA")),
        ("BT_ON", Place("/dev/gpiochip1", 0, "BT_ON")),
        ("gpiochip1/1", Place("/dev/gpiochip1", 1, "gpiochip1/1")),
        ("/dev/gpiochip1/0", Place("/dev/gpiochip1", 0, "BT_ON")),
        ("raspberrypi-exp-gpio/1", Place("/dev/gpiochip1", 1, "raspberrypi-exp-gpio/1")),
        ("gpiochip1/BT_ON", Place("/dev/gpiochip1", 0, "BT_ON")),
    ],
)
def test_lines_by_name_and_by_path(ref: str, place: Place) -> None:
    assert find_line(ref, PI4, HEADER) == place


def test_a_name_of_the_main_chip_goes_first() -> None:
    expander = Chip("/dev/gpiochip0", "pcf8574", ("GPIO17",))
    header = Chip("/dev/gpiochip1", "pinctrl-rp1", NAMES)
    assert find_line("GPIO17", [expander, header], HEADER) == Place("/dev/gpiochip1", 17, "GPIO17")


@pytest.mark.parametrize(
    ("ref", "words"),
    [
        ("gpiochip7/1", r"there is no gpiochip 'gpiochip7'; there are gpiochip0 \[pinctrl-bcm2711\], gpiochip1"),
        ("gpiochip1/2", r"gpiochip1 \[raspberrypi-exp-gpio\] has no line '2': its lines are 0 to 1"),
        ("GPIO28", r"has no line '28': its lines are 0 to 27"),
        ("LED", "no GPIO line is called 'LED'; BT_ON, GPIO2, GPIO3"),
    ],
)
def test_what_is_not_there_names_the_choices(ref: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        find_line(ref, PI4, HEADER)


def test_a_computer_without_the_chip_that_numbers_mean() -> None:
    with pytest.raises(ConfigError, match="no gpiochip for line 'GPIO4': none is pinctrl-rp1 or pinctrl-bcm2711 or"):
        find_line("GPIO4", [Chip("/dev/gpiochip0", "INT34C5:00", ("",) * 4)], HEADER)


def test_a_computer_without_any_chip() -> None:
    with pytest.raises(ConfigError, match="no GPIO line is called 'LED'; this computer has no /dev/gpiochip"):
        find_line("LED", [], HEADER)


def test_links_to_a_chip_are_no_chips(tmp_path: Path) -> None:
    for name in ("gpiochip10", "gpiochip0", "gpio"):
        (tmp_path / name).touch()
    (tmp_path / "gpiochip4").symlink_to("gpiochip0")
    assert chip_nodes(str(tmp_path)) == [f"{tmp_path}/gpiochip0", f"{tmp_path}/gpiochip10"]


def test_the_first_gpiod_is_not_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    old = ModuleType("gpiod")
    old.__dict__["__version__"] = "1.6.3"
    monkeypatch.setitem(sys.modules, "gpiod", old)
    with pytest.raises(ConfigError, match=r"gpiod is version 1\.6\.3 .*, and GPIO needs 2: pip install machine-compat"):
        gpiod_module()


def test_no_gpiod_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gpiod", None)
    with pytest.raises(
        ConfigError, match=r"GPIO needs the Python package gpiod 2 or later: pip install machine-compat"
    ):
        gpiod_module()
