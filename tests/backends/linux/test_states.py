"""What `machine-compat pins` tells of pins now: the kernel's debug files on trees like its own, and the picture."""

from pathlib import Path

import pytest

from machine_compat.backends.linux.chips import Chip
from machine_compat.backends.linux.states import LineState, pin_functions, requested_levels
from machine_compat.cli import main
from machine_compat.commands import pin_state
from machine_compat.commands.pin_state import taken
from machine_compat.pinout import picture
from machine_compat.profile import load

CHIP = Chip("/dev/gpiochip0", "pinctrl-bcm2711", tuple(f"GPIO{number}" for number in range(54)))
OLD = """gpiochip1: GPIOs 504-511, parent: platform/soc:firmware:gpio, raspberrypi-exp-gpio, can sleep:
 gpio-506 (                    |led1                ) out hi ACTIVE LOW

gpiochip0: GPIOs 512-569, parent: platform/fe200000.gpio, pinctrl-bcm2711:
 gpio-514 (GPIO2               )
 gpio-517 (GPIO5               |fan (left) control  ) out hi
 gpio-518 (GPIO6               |machine-compat      ) in  lo IRQ ACTIVE LOW
"""
NEW = """gpiochip0: 54 GPIOs, parent: platform/fe200000.gpio, pinctrl-bcm2711:
 gpio-5   (GPIO5               |fan (left) control  ) out hi
 gpio-6   (GPIO6               |machine-compat      ) in  lo IRQ ACTIVE LOW
"""


@pytest.mark.parametrize("text", [OLD, NEW], ids=["numbered throughout", "numbered by chip"])
def test_levels_of_lines_that_are_held(tmp_path: Path, text: str) -> None:
    (tmp_path / "gpio").write_text(text)
    assert requested_levels(CHIP, tmp_path) == {5: 1, 6: 0}


def test_who_is_not_root_is_told_of_no_levels(tmp_path: Path) -> None:
    assert requested_levels(CHIP, tmp_path / "absent") == {}
    assert pin_functions("pinctrl-rp1", tmp_path / "absent") == {}


BCM2711 = """registered pins: 58
pin 2 (gpio2) 2:pinctrl-bcm2711 function alt0 in hi; irq 0 (none)
pin 17 (gpio17) 17:pinctrl-bcm2711 function gpio_in in lo; irq 57 (edge-both)
"""
BCM2711_OWNERS = """Pinmux settings per pin
Format: pin (name): mux_owner gpio_owner hog?
pin 2 (gpio2): fe804000.i2c (GPIO UNCLAIMED) function alt0 group gpio2
pin 17 (gpio17): (MUX UNCLAIMED) pinctrl-bcm2711:529
"""
RP1 = """registered pins: 54
pin 2 (gpio2) 2:pinctrl-rp1 function alt3 (i2c1) in hi; irq 0 (none)
pin 17 (gpio17) 17:pinctrl-rp1 function alt5 (gpio) in lo; irq 0 (none)
"""


def test_functions_of_a_raspberry_pis_pins(tmp_path: Path) -> None:
    four, five = (
        tmp_path / f"pinctrl/{name}" for name in ("fe200000.gpio-pinctrl-bcm2711", "1f000d0000.gpio-pinctrl-rp1")
    )
    for folder, text in ((four, BCM2711), (five, RP1)):
        folder.mkdir(parents=True)
        (folder / "pins").write_text(text)
    (four / "pinmux-pins").write_text(BCM2711_OWNERS)
    assert pin_functions("pinctrl-bcm2711", tmp_path) == {2: ("alt0 of fe804000.i2c", 1), 17: ("", 0)}
    assert pin_functions("pinctrl-rp1", tmp_path) == {2: ("i2c1", 1), 17: ("", 0)}


@pytest.mark.parametrize(
    ("state", "text"),
    [
        (LineState(5, "GPIO5"), "in"),
        (LineState(5, "GPIO5", output=True, consumer="fan control", level=1), "out 1, fan control"),
        (LineState(5, "", consumer="x", settings=("pull-up", "both edges"), level=0), "in 0 pull-up both edges, x"),
        (LineState(2, "GPIO2", level=1, function="i2c1"), "i2c1 1"),
    ],
)
def test_a_state_in_words(state: LineState, text: str) -> None:
    assert str(state) == text


def test_the_picture_shows_what_pins_do_now() -> None:
    rows = picture(load("rpi"), {"GPIO2": "in 1 pull-up, a program with a long name", "GPIO14": "out 0"}).splitlines()
    assert max(map(len, rows)) <= 80
    assert any("│ GPIO2" in row and "in 1 pull-up, a program" in row for row in rows)
    assert any(row.endswith("GPIO14 │   out 0") for row in rows)


def test_pins_of_buses_that_are_there(tmp_path: Path) -> None:
    node = tmp_path / "i2c-1"
    options = {ref: str(tmp_path / "absent") for ref in load("rpi").buses} | {"i2c1": str(node)}
    assert taken(load("rpi"), options) == {}
    node.touch()
    assert taken(load("rpi"), options) == {"GPIO2": "I2C1 SDA", "GPIO3": "I2C1 SCL"}


@pytest.mark.parametrize("board", ["rpi", "linux"])
def test_a_computer_without_gpiochips_says_so(
    board: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("machine_compat.backends.linux.chips.chip_nodes", list)
    assert main(["pins", board]) == 0
    assert "this computer has no /dev/gpiochip that this user may open" in capsys.readouterr().out


def test_only_linux_boards_are_asked() -> None:
    assert pin_state.pin_state(load("pico")) is None
