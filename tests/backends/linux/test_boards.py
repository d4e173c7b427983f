"""The boards rpi and linux: which pin is where, and buses named by a device's path."""

from pathlib import Path

import pytest

from machine_compat.backends.linux import LinuxBackend
from machine_compat.backends.linux.nodes import node_of
from machine_compat.board import Board
from machine_compat.contract import Backend, Wiring
from machine_compat.errors import ConfigError
from machine_compat.machine.pins import bus_of
from machine_compat.profile import load
from machine_compat.registry import address, backend_class

RPI, LINUX = load("rpi"), load("linux")


@pytest.mark.parametrize(
    ("position", "ref"),
    [(3, "GPIO2"), (5, "GPIO3"), (7, "GPIO4"), (8, "GPIO14"), (11, "GPIO17"), (12, "GPIO18"), (13, "GPIO27"),
     (19, "GPIO10"), (24, "GPIO8"), (26, "GPIO7"), (27, "GPIO0"), (28, "GPIO1"), (36, "GPIO16"), (40, "GPIO21")],
)  # fmt: skip
def test_positions_of_the_header(position: int, ref: str) -> None:
    assert RPI.board_names[f"BOARD{position}"] == ref


def test_every_pin_of_the_header_has_a_position() -> None:
    positions = [ref for name, ref in RPI.board_names.items() if name.startswith("BOARD")]
    assert sorted(positions) == sorted(RPI.spots)


def test_numbers_are_found_by_the_chips_label() -> None:
    assert address(RPI.backend).place.split(",") == ["pinctrl-rp1", "pinctrl-bcm2711", "pinctrl-bcm2835"]
    assert backend_class(RPI.backend) is LinuxBackend


def test_pwm_pins_know_their_channels_on_each_model() -> None:
    assert RPI.wiring().pwm["GPIO18"] == ("1f00098000.pwm/2", "fe20c000.pwm/0", "3f20c000.pwm/0", "2020c000.pwm/0")


@pytest.fixture
def computer() -> Board:
    return Board(LINUX, Backend())


@pytest.mark.parametrize(
    ("name", "ref"),
    [(4, "GP4"), ("gpiochip4/6", "gpiochip4/6"), (("gpiochip4", 6), "gpiochip4/6"), ("ID_SDA", "ID_SDA")],
)
def test_pins_of_any_computer(computer: Board, name: object, ref: str) -> None:
    assert computer.spot(name).ref == ref


@pytest.mark.parametrize(
    ("kind", "id", "ref"),
    [
        ("i2c", 1, "i2c1"),
        ("i2c", "/dev/i2c-1", "/dev/i2c-1"),
        ("spi", "/dev/spidev0.1", "/dev/spidev0.1"),
        ("uart", "/dev/ttyUSB0", "/dev/ttyUSB0"),
    ],
)
def test_buses_by_number_and_by_path(computer: Board, kind: str, id: object, ref: str) -> None:
    assert bus_of(computer, kind, id, kind.upper()).ref == ref


def test_a_path_is_no_bus_of_a_board_with_pins_of_its_own() -> None:
    with pytest.raises(ValueError, match="doesn't exist"):
        bus_of(Board(load("pico"), Backend()), "i2c", "/dev/i2c-1", "I2C")


@pytest.mark.parametrize("option", ["rtc=maybe", "i2c=1", "pins=4"])
def test_an_option_that_is_none_names_those_there_are(option: str) -> None:
    name, _, value = option.partition("=")
    with pytest.raises(ConfigError, match=f"no option {option}; there are watchdog, rtc, soft_pwm, i2cN"):
        LinuxBackend(Wiring(), "", {name: value})


@pytest.mark.parametrize(
    ("tree", "node"),
    [
        ("raspberrypi,5-model-b\0brcm,bcm2712\0", "/dev/ttyAMA0"),
        ("raspberrypi,4-model-b\0brcm,bcm2711\0", "/dev/serial0"),
        (None, "/dev/serial0"),
    ],
)
def test_the_header_s_serial_port_is_found_by_the_model(tmp_path: Path, tree: str | None, node: str) -> None:
    compatible = tmp_path / "compatible"
    if tree is not None:
        compatible.write_text(tree)
    assert node_of("uart", "uart0", address(RPI.backend).options, compatible) == node


def test_a_bus_is_where_the_board_says_or_where_linux_has_it(tmp_path: Path) -> None:
    by_path = "/dev/serial/by-path/pci-0000:00:14.0-usb-0:2:1.0-port0"
    absent = tmp_path / "compatible"
    assert node_of("uart", "uart2", {"uart2": by_path}, absent) == by_path
    assert node_of("i2c", "i2c7", {}, absent) == "/dev/i2c-7"
    assert node_of("uart", "uart1", {"uart1": "bcm2712:/dev/ttyAMA1"}, absent) == "/dev/ttyS1"
    with pytest.raises(ConfigError, match="no spi bus 'bus one'; write a number, or a path"):
        node_of("spi", "bus one", {}, absent)
