"""Hanging chips on a board by a word on the command line: where each leg goes, and what is said when it cannot."""

from typing import Any

import pytest

from machine_compat.errors import ConfigError
from machine_compat.mock.attach import Place, attach, parse
from machine_compat.mock.chip import Chip, I2CChip, SPIChip
from machine_compat.simulation import SimulatedBoard


@pytest.fixture
def pico() -> SimulatedBoard:
    return SimulatedBoard("pico")


def joined(board: SimulatedBoard, chip: Chip) -> dict[str, set[str]]:
    """The board's pins that each leg of a chip meets."""
    return {
        name: {terminal.name.partition(".")[2] for terminal in leg.net.terminals if terminal.owner is board.backend}
        for name, leg in chip.legs.items()
    }


# ---- the grammar


@pytest.mark.parametrize(
    ("spec", "name", "place"),
    [
        ("bme280@i2c0:0x76", "bme280", Place(bus="i2c0", sub="0x76")),
        ("BME280@i2c0", "bme280", Place(bus="i2c0")),
        ("24c02@GP5,GP4:0x50", "24c02", Place(pins=("GP5", "GP4"), sub="0x50")),
        ("w25q16@spi1:GP17", "w25q16", Place(bus="spi1", sub="GP17")),
        ("gps@uart1", "gps", Place(bus="uart1")),
        ("ds18b20@GP4", "ds18b20", Place(pins=("GP4",))),
        ("dht22@GP4,temperature=20.5", "dht22", Place(pins=("GP4",), options={"temperature": "20.5"})),
        ("tm1637@GP2,GP3", "tm1637", Place(pins=("GP2", "GP3"))),
        ("ssd1306@spi0:GP17,dc=GP20,width=128", "ssd1306", Place("spi0", (), "GP17", {"dc": "GP20", "width": "128"})),
        ("led@anode=GP3", "led", Place(options={"anode": "GP3"})),
        ("button@spi", "button", Place(pins=("spi",))),
    ],
)
def test_a_specification_is_split(spec: str, name: str, place: Place) -> None:
    assert parse(spec) == (name, place)


@pytest.mark.parametrize(
    ("spec", "legs"),
    [
        ("bme280@i2c0:0x76", {"scl": {"GP5"}, "sda": {"GP4"}}),
        ("bme280@i2c1", {"scl": {"GP7"}, "sda": {"GP6"}}),
        ("24c02@GP13,GP12:0x51", {"scl": {"GP13"}, "sda": {"GP12"}, "wp": set()}),
        ("w25q16@spi0:GP17", {"sck": {"GP18"}, "mosi": {"GP19"}, "miso": {"GP16"}, "cs": {"GP17"}}),
        ("w25q16@spi0:17", {"sck": {"GP18"}, "mosi": {"GP19"}, "miso": {"GP16"}, "cs": {"GP17"}}),
        ("w25q16@spi0", {"sck": {"GP18"}, "mosi": {"GP19"}, "miso": {"GP16"}, "cs": set()}),
        ("w25q16@GP2,GP3,GP4,GP5", {"sck": {"GP2"}, "mosi": {"GP3"}, "miso": {"GP4"}, "cs": {"GP5"}}),
        ("w25q16@GP2,GP3,GP4:GP5", {"sck": {"GP2"}, "mosi": {"GP3"}, "miso": {"GP4"}, "cs": {"GP5"}}),
        ("gps@uart0", {"rx": {"GP0"}, "tx": {"GP1"}}),
        ("gps@GP8,GP9", {"rx": {"GP8"}, "tx": {"GP9"}}),
        ("gps@tx=GP9", {"rx": set(), "tx": {"GP9"}}),
        ("hcsr04@GP2,GP3", {"trig": {"GP2"}, "echo": {"GP3"}}),
        ("led@anode=LED", {"anode": {"GP25"}}),
        ("rotary@GP2,GP3,sw=GP4", {"clk": {"GP2"}, "dt": {"GP3"}, "sw": {"GP4"}}),
        ("rotary@GP2,GP3", {"clk": {"GP2"}, "dt": {"GP3"}, "sw": set()}),
        ("ds1307@i2c0,sqw=GP7", {"scl": {"GP5"}, "sda": {"GP4"}, "sqw": {"GP7"}}),
        (
            "ssd1306@spi0:GP17,dc=GP20",
            {"sck": {"GP18"}, "mosi": {"GP19"}, "cs": {"GP17"}, "dc": {"GP20"}, "res": set()},
        ),
        ("max7219@spi0:GP17", {"sck": {"GP18"}, "mosi": {"GP19"}, "cs": {"GP17"}, "miso": set()}),
        ("max7219@GP2,GP3,GP5", {"sck": {"GP2"}, "mosi": {"GP3"}, "cs": {"GP5"}, "miso": set()}),
    ],
)
def test_each_leg_goes_where_it_should(pico: SimulatedBoard, spec: str, legs: dict[str, set[str]]) -> None:
    assert joined(pico, pico.attach(spec)) == legs


def test_a_chip_is_named_by_its_part_and_place(pico: SimulatedBoard) -> None:
    specs = ("bme280@i2c0:0x76", "ds18b20@GP4", "gps@uart1", "w25q16@spi0:GP17", "tm1637@GP2,GP3")
    names = ["bme280@i2c0", "ds18b20@GP4", "gps@uart1", "w25q16@spi0", "tm1637@GP2,GP3"]
    assert [pico.attach(spec).name for spec in specs] == names


@pytest.mark.parametrize(
    ("spec", "address"),
    [
        ("bme280@i2c0", 0x76),
        ("bme280@i2c0:0x77", 0x77),
        ("bme280@i2c0:119", 0x77),
        ("bme280@i2c0,address=0x77", 0x77),
        ("24c02@GP5,GP4:0x53", 0x53),
        ("pcf8574a@i2c0", 0x38),
        ("registers@i2c0:0x42", 0x42),
    ],
)
def test_the_address(pico: SimulatedBoard, spec: str, address: int) -> None:
    assert pico.attach(spec).address == address


@pytest.mark.parametrize(
    ("spec", "kind"),
    [
        ("ssd1306@i2c0", I2CChip),
        ("ssd1306@GP5,GP4:0x3c", I2CChip),
        ("ssd1306@spi0:GP17,dc=GP20", SPIChip),
        ("ssd1306_spi@spi0:GP17,dc=GP20", SPIChip),
        ("sh1106@spi1:GP13,dc=GP20", SPIChip),
        ("bme280@spi0:GP17", SPIChip),
        ("registers@spi0:GP17", SPIChip),
    ],
)
def test_a_part_of_both_buses_is_the_one_for_the_bus(pico: SimulatedBoard, spec: str, kind: type[Chip]) -> None:
    assert isinstance(pico.attach(spec), kind)


@pytest.mark.parametrize(
    ("spec", "name", "value"),
    [
        ("dht22@GP4,temperature=20.5", "temperature", 20.5),
        ("dht22@GP4,temperature=-7", "temperature", -7),
        ("memory@i2c0,size=0x10", "size", 16),
        ("spimemory@spi0:GP17,answer=ef:40", "answer", b"\xef\x40"),
    ],
)
def test_options_are_numbers_where_they_can_be(pico: SimulatedBoard, spec: str, name: str, value: object) -> None:
    assert getattr(pico.attach(spec), name) == value


def test_attributes_of_the_chip_are_set_by_name(pico: SimulatedBoard) -> None:
    assert pico.attach("bme280@i2c0", temperature=31.25).temperature == 31.25
    with pytest.raises(ConfigError, match="bme280@i2c1 has no 'temprature' to set"):
        pico.attach("bme280@i2c1", temprature=1)


def test_the_mock_board_takes_any_pin_and_bus() -> None:
    mock = SimulatedBoard("mock")
    chip = mock.attach("bme280@i2c7:0x76")
    assert mock.machine.I2C(7, scl=mock.machine.Pin("A1"), sda=mock.machine.Pin("A2")).scan() == [0x76]
    assert joined(mock, chip) == {"scl": {"A1"}, "sda": {"A2"}}


# ---- what is said when it cannot be


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("bme280", "--attach bme280: write CHIP@PLACE, as in bme280@i2c0:0x76 or button@GP14"),
        ("@i2c0", "--attach @i2c0: write CHIP@PLACE, as in bme280@i2c0:0x76 or button@GP14"),
        ("bme280@", "--attach bme280@: write CHIP@PLACE, as in bme280@i2c0:0x76 or button@GP14"),
        ("dht22@GP4,temperature=", "--attach dht22@GP4,temperature=: 'temperature=' is not key=value"),
        ("dht22@GP4,=3", "--attach dht22@GP4,=3: '=3' is not key=value"),
        ("memory@i2c0,size=1,size=2", "--attach memory@i2c0,size=1,size=2: size is there twice"),
        ("bme280@i2c0:0xzz", "--attach bme280@i2c0:0xzz: '0xzz' is not an address; write it as 0x76 or 118"),
        (
            "bme280@i2c0,widht=3",
            "--attach bme280@i2c0,widht=3: bme280 has no option 'widht'; it has ",
        ),
        (
            "gps@uart1:9600",
            "--attach gps@uart1:9600: a colon is for an I2C address or an SPI chip select, gps has none",
        ),
        ("button@GP14:1", "button@GP14:1: a colon is for an I2C address or an SPI chip select, button has none"),
        ("bme280@uart1", "bme280 cannot hang on uart1: it wants an I2C bus"),
        ("w25q16@i2c0:GP17", "w25q16 cannot hang on i2c0: it wants an SPI bus"),
        ("ds1307@spi0:GP17", "ds1307 cannot hang on spi0: it wants an I2C bus"),
        ("gps@i2c0", "gps cannot hang on i2c0: it wants a serial port"),
        ("button@i2c0", "button cannot hang on i2c0: it has the legs pin, each on a pin"),
        ("tm1637@GP2", "tm1637 has the legs clk, dio: GP2 leaves dio in the air"),
        ("bme280@GP5:0x76", "bme280 has the legs scl, sda: GP5 leaves sda in the air"),
        ("w25q16@GP2,GP3:GP5", "w25q16 has the legs sck, mosi, miso, cs: GP2,GP3 leaves miso in the air"),
        ("hcsr04@echo=GP3", "hcsr04 has the legs trig, echo: no place leaves trig in the air"),
        ("button@GP14,GP15", "button has 1 legs (pin), not 2"),
        ("registers@i2c0", "registerchip needs an address: it stands behind a colon, as in @i2c0:0x42"),
        ("memory@i2c0:0x80", "0x80 is not a 7-bit I2C address"),
        ("bme280@i2c0:0x42", "bme280: "),
        ("button@GP30", "board pico has no pin 'GP30'; it has GP0, "),
        ("w25q16@spi0:CS", "board pico has no pin 'CS'; it has "),
        ("rotary@GP2,GP3,sw=GP77", "board pico has no pin 'GP77'; it has "),
        ("bme280@i2c2", "board pico has no bus 'i2c2'; it has i2c0, i2c1, "),
        ("usbdisk@usb", "--attach usbdisk@usb: usbdisk needs the option file: usbdisk@usb,file=..."),
        ("registers@i2c0", "--attach registers@i2c0: registerchip needs an address: it stands behind a colon"),
        ("usbkeybord@usb", "no simulated USB device 'usbkeybord'; did you mean usbkeyboard? There are usbdisk, "),
    ],
)
def test_errors_name_the_thing_and_the_choices(pico: SimulatedBoard, spec: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        pico.attach(spec)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unknown_part_names_those_there_are(pico: SimulatedBoard) -> None:
    with pytest.raises(ConfigError, match=r"no simulated chip 'bme820'; did you mean bme280\? There are .*ws2812"):
        pico.attach("bme820@i2c0")
    with pytest.raises(ConfigError, match=r"no simulated chip 'toaster'; there are .*bme280, .*ws2812"):
        pico.attach("toaster@i2c0")


def test_a_chip_is_attached_once(pico: SimulatedBoard) -> None:
    chip = pico.attach("bme280@i2c0")
    with pytest.raises(ConfigError, match="bme280@i2c0 is attached already"):
        attach(pico.backend, chip, Place(bus="i2c1"))


def test_a_face_takes_only_its_own_kind(pico: SimulatedBoard) -> None:
    chip = pico.attach("ds18b20@GP4")
    other: Any = type(chip)()
    with pytest.raises(ConfigError, match="ds18b20 is no I2CChip and cannot hang on i2c0"):
        pico.i2c(0).attach(other)


def test_a_chip_that_is_not_attached_has_no_world() -> None:
    class Lamp(Chip):
        pins = ("a",)

    with pytest.raises(ConfigError, match="lamp is not attached to a board"):
        Lamp().after(1, print)
