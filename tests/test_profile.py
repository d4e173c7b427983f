"""Keeps what a board file may say, and that whatever else it says is refused in one line."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from machine_compat.errors import ConfigError
from machine_compat.profile import Alternate, Profile, board_names, load, parse

SMALL = """
description = "Two pins"
port = "rp2"
machine = "Board with two pins"
parts = ["bme280@i2c0:0x76"]
call_ns = 500

[pins]
numbers = ["0-3", "7"]
ref = "GP{}"
cpu = "GPIO{}"
chip = { PHY = "phy0" }
input_only = ["GP7"]

[pins.board]
LED = "GP3"
GP0 = "GP0"

[i2c.0]
scl = ["GP1", "GP3"]
sda = "GP0"
names = ["X"]

[uart.1]
tx = ["GP2", "*"]
rts = "*"

[analog]
0 = "GP2"
4 = "core_temp"

[dac]
1 = "GP3"

[alternates]
GP1 = ["TIM2_CH1:1", "UART4_TX:8"]

[roles]
led1 = "LED"

[limits]
watchdog_ms = 8388

[layout]
left = ["GP0", "GND"]
right = ["IN=7"]
bottom_edge = "USB"
"""


@pytest.fixture
def small() -> Profile:
    return parse(SMALL, "small", "small.toml")


def refusal(text: str) -> str:
    """The message that a board file is refused with, without its beginning."""
    with pytest.raises(ConfigError) as caught:
        parse(text, "x", "x.toml")
    message = str(caught.value)
    assert "\n" not in message
    begin, _, problem = message.partition(": ")
    assert begin == "board file x.toml"
    return problem


# ---- what is read


def test_pins_by_number_and_by_name(small: Profile) -> None:
    assert small.numbers == {0: "GP0", 1: "GP1", 2: "GP2", 3: "GP3", 7: "GP7"}
    assert small.spots["GP3"].cpu == "GPIO3"
    assert small.spots["phy0"].cpu == "PHY"
    assert small.spots["phy0"].number is None
    assert small.board_names == {"LED": "GP3", "GP0": "GP0"}
    assert small.input_only == {"GP7"}


def test_names_lead_to_refs(small: Profile) -> None:
    names = small.names()
    assert [names[name] for name in ("LED", "GPIO3", "3", "GP3", "PHY")] == ["GP3", "GP3", "GP3", "GP3", "phy0"]


def test_buses_have_defaults_and_choices(small: Profile) -> None:
    i2c, uart = small.buses["i2c0"], small.buses["uart1"]
    assert (i2c.ref, i2c.names) == ("i2c0", ("X",))
    assert (i2c.default("scl"), i2c.default("sda")) == ("GP1", "GP0")
    assert [i2c.allows("scl", ref) for ref in ("GP1", "GP3", "GP0")] == [True, True, False]
    assert (uart.default("tx"), uart.default("rts"), uart.default("rx")) == ("GP2", None, None)
    assert [uart.allows(signal, "GP7") for signal in ("tx", "rts", "rx")] == [True, True, False]


def test_alternates_know_their_parts(small: Profile) -> None:
    [timer, uart] = small.alternates["GP1"]
    assert timer == Alternate("TIM2_CH1", 1)
    assert (timer.unit, timer.signal, timer.name) == ("TIM2", "CH1", "AF1_TIM2")
    assert uart.name == "AF8_UART4"


def test_the_wiring_is_plain_data(small: Profile) -> None:
    wiring = small.wiring()
    assert wiring.board == "small"
    assert wiring.pins == {"GP0", "GP1", "GP2", "GP3", "GP7", "phy0", "core_temp"}
    assert wiring.buses == {"i2c0": {"scl": "GP1", "sda": "GP0"}, "uart1": {"tx": "GP2"}}
    assert (wiring.parts, wiring.call_ns, wiring.open_pins) == (("bme280@i2c0:0x76",), 500, False)
    assert [wiring.ref(name) for name in ("LED", "GPIO1", "7", "GP2", "PHY")] == ["GP3", "GP1", "GP7", "GP2", "phy0"]
    with pytest.raises(ConfigError, match=r"board small has no pin 'GP9'; it has .*GP3"):
        wiring.ref("GP9")


def test_an_empty_file_is_a_board_without_pins() -> None:
    empty = parse("", "bare", "bare.toml")
    assert (empty.name, empty.port, empty.backend, empty.spots, empty.layout) == (
        "bare",
        "generic",
        "mock://",
        {},
        None,
    )


def test_ranges_of_chip_pins() -> None:
    assert list(parse('pins.chip = ["A9-A11", "D2"]', "x", "x").spots) == ["A9", "A10", "A11", "D2"]


def test_an_open_board_takes_names_it_does_not_know() -> None:
    board = parse('[pins]\nopen = true\n[i2c.0]\nscl = "ANY"\n[roles]\nled1 = "LAMP"', "x", "x.toml")
    assert board.wiring().ref("OTHER") == "OTHER"
    assert board.buses["i2c0"].default("scl") == "ANY"


# ---- where it comes from


def test_load_by_name_and_by_path(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(SMALL, encoding="utf-8")
    assert load(str(path)).name == "mine"
    assert load("pico").machine == "Raspberry Pi Pico with RP2040"


def test_an_unknown_board_names_the_choices() -> None:
    with pytest.raises(ConfigError) as caught:
        load("pcio")
    near = "did you mean pico? There are"
    assert str(caught.value) == f"no board 'pcio'; {near} {', '.join(board_names())}, or give a TOML file"
    with pytest.raises(ConfigError, match="no board 'arduino'; there are ch341, "):
        load("arduino")


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda path: None, "No such file or directory"),
        (lambda path: path.mkdir(), "Is a directory"),
        (lambda path: path.write_bytes(b"\xff\xfe"), "'utf-8' codec can't decode byte 0xff"),
    ],
)
def test_a_file_that_cannot_be_read(tmp_path: Path, make: Callable[[Path], object], problem: str) -> None:
    path = tmp_path / "bad.toml"
    make(path)
    with pytest.raises(ConfigError) as caught:
        load(str(path))
    assert str(caught.value).startswith(f"board file {path}: {problem}")


def test_a_path_that_no_system_has() -> None:
    with pytest.raises(ConfigError, match="embedded null byte"):
        load("a\0b.toml")


# ---- what is refused

REFUSED = {
    "spam = 1": "the file has no 'spam'; it may have alternates, analog, backend,",
    '"a\\nb" = 1': "the file has no 'a\\nb'; it may have",
    "port = 3": 'port = 3 must be text in quotes, as in "GP25"',
    'port = ""': "port = '' must be text in quotes",
    "port = [": "Invalid value (at end of document)",
    "a = 1\na = 2": "Cannot overwrite a value (at ",
    "call_ns = true": "call_ns = True must be a whole number from 1 on",
    "call_ns = 0": "call_ns = 0 must be a whole number from 1 on",
    "call_ns = 1.5": "call_ns = 1.5 must be a whole number from 1 on",
    "parts = 1979-05-27": "parts = datetime.date(1979, 5, 27) must be a list of texts",
    'parts = ["bme280"]': "parts = ['bme280'] has 'bme280'; write CHIP@PLACE as in \"bme280@i2c0:0x76\"",
    "pins = 3": "pins = 3 must be a table",
    "[[pins]]": "pins = [{}] must be a table",
    "[pins]\npin = 1": "[pins] has no 'pin'; it may have board, chip, cpu, input_only, numbers, open, ref",
    "[pins]\nnumbers = 4": '[pins] numbers = 4 must be a list of texts, as in ["GP4", "GP0"]',
    "[pins]\nnumbers = [4]": "[pins] numbers = [4] must be a list of texts",
    '[pins]\nnumbers = ["0-2", "2"]': "[pins] numbers = ['0-2', '2'] has 2 twice",
    '[pins]\nnumbers = ["x"]': "[pins] numbers = ['x'] has 'x'; write \"0-22\" or \"25\"",
    '[pins]\nnumbers = ["٣"]': "[pins] numbers = ['٣'] has '٣'; write",
    '[pins]\nnumbers = ["5-2"]': "[pins] numbers = ['5-2'] has '5-2', which is no rising range of at most 1024 pins in",
    '[pins]\nnumbers = ["0-99999"]': "[pins] numbers = ['0-99999'] has '0-99999', which is no rising range",
    '[pins]\nnumbers = ["0-999999999999999"]': "[pins] numbers = ['0-999999999999999'] has '0-999999999999999'; write",
    '[pins]\nref = "GP"': "[pins] ref = 'GP' must have one {} for the number, as in \"GP{}\"",
    '[pins]\nref = "{}{}"': "[pins] ref = '{}{}' must have one {}",
    '[pins]\ncpu = "{0.__class__}"': "[pins] cpu = '{0.__class__}' must have one {}",
    "[pins]\nopen = 1": "[pins] open = 1 must be true or false",
    '[pins]\nchip = ["A0-B3"]': "[pins] chip = ['A0-B3'] has 'A0-B3'; write \"A0-A15\" or \"D2\"",
    '[pins]\nchip = ["A0", "A0"]': "[pins] chip = ['A0', 'A0'] names pin 'A0' twice",
    '[pins]\nnumbers = ["1"]\nref = "A{}"\nchip = ["A1"]': "[pins] chip = ['A1'] names pin 'A1' twice",
    "[pins.chip]\nA = 1": '[pins.chip] A = 1 must be text in quotes, as in "GP25"',
    '[pins]\nchip = ["A0-A2"]\n[pins.board]\nLED = "A3"': (
        "[pins.board] LED = 'A3' has 'A3', which is no pin of the board; its pins are A0, A1, A2"
    ),
    '[pins]\nchip = ["A0-A2"]\n[pins.board]\nA1 = "A2"': "[pins.board] A1 = 'A2' gives the name of pin A1 to another",
    '[pins]\ninput_only = ["A0"]': "[pins] input_only = ['A0'] has 'A0', which is no pin of the board",
    "i2c = 3": "i2c = 3 must be a table",
    "[i2c]\n0 = 3": "[i2c] 0 = 3 must be a table",
    "[i2c.x]": "[i2c] x is no bus number; write [i2c.0]",
    "[i2c.01]": "[i2c] 01 is no bus number",
    '[i2c.0]\nsck = "GP0"': "[i2c.0] has no 'sck'; it may have names, scl, sda",
    '[i2c.0]\nscl = "GP0"': "[i2c.0] scl = 'GP0' has 'GP0', which is no pin of the board; its pins are none",
    "[i2c.0]\nscl = [[1]]": "[i2c.0] scl = [[1]] must be a list of texts",
    '[pins]\nchip = ["A0"]\n[i2c.0]\nscl = ["*", "A0"]': "[i2c.0] scl = ['*', 'A0'] has \"*\" before its end",
    '[pins]\nchip = ["A0"]\n[i2c.0]\nscl = ["A0", "A0"]': "[i2c.0] scl = ['A0', 'A0'] has 'A0' twice",
    '[i2c.0]\nnames = ["X"]\n[i2c.1]\nnames = ["X"]': "[i2c] 1 has a name that another i2c bus has: 'X'",
    '[analog]\n0 = "GP26"': "[analog] 0 = 'GP26' has 'GP26', which is no pin of the board; its pins are none",
    "[analog]\n0 = {}": '[analog] 0 must be text in quotes, as in "GP25"',
    '[dac]\n1 = "core_temp"': "[dac] 1 = 'core_temp' has 'core_temp', which is no pin of the board",
    "[alternates]\nA0 = []": "[alternates] A0 = [] has 'A0', which is no pin of the board",
    '[pins]\nchip = ["A0"]\n[alternates]\nA0 = ["TIM2_CH1:16"]': (
        "[alternates] A0 = ['TIM2_CH1:16'] has 'TIM2_CH1:16'; write function and number (0 to 15) as in \"TIM2_CH1:1\""
    ),
    '[roles]\nled1 = "LED"': "[roles] led1 = 'LED' has 'LED', which is no pin of the board",
    "[limits]\nfrequency = -1": "[limits] frequency = -1 must be a whole number from 0 on",
    "[limits]\nx = 1": "[limits] has no 'x'; it may have frequency, pio_blocks, watchdog_ms",
    '[pins]\nchip = ["A0"]\n[roles]\nled = "A0"': "[roles] led = 'A0' is no role; there are led1 to led9, switch, ",
    "layout = 1": "layout = 1 must be a table",
    '[layout]\ntop = ["A"]': "[layout] has no 'top'; it may have bottom, bottom_edge, left, numbered, right, top_edge",
    '[layout]\nleft = ["VP=36"]': "[layout] left = ['VP=36'] has '36', which is no pin of the board",
    "x = " + "[" * 10_000: "its tables or lists are nested too deeply",
    "x = " + "9" * 5_000: "Exceeds the limit",
}


@pytest.mark.parametrize(("text", "problem"), REFUSED.items(), ids=[text[:40] for text in REFUSED])
def test_refusals_name_file_key_and_choices(text: str, problem: str) -> None:
    assert refusal(text).startswith(problem)


JUNK = st.recursive(
    st.none().map(lambda _: "1979-05-27")
    | st.integers(-5, 5).map(str)
    | st.sampled_from(
        ["true", "1.5", "nan", '""', '"GP0"', '"GP0-GP9"', '"*"', '"{}"', '"0-3"', '"a\\nb"', "'''\nx'''"]
    ),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]")
        | inner.map(lambda value: f"{{ x = {value}, 0 = {value} }}")
    ),
    max_leaves=5,
)
PLACES = """
    description port machine backend parts call_ns pins analog dac alternates roles limits layout i2c spi uart can i2s
    pins.numbers pins.ref pins.cpu pins.chip pins.open pins.input_only pins.board pins.board.LED pins.chip.A
    i2c.0 i2c.0.scl i2c.0.names uart.1.tx analog.0 dac.1 alternates.GP0 roles.led1 limits.x
    layout.left layout.right layout.numbered layout.top_edge
"""


@given(st.sampled_from(PLACES.split()), JUNK)
def test_any_value_in_any_place_is_read_or_refused_in_one_line(place: str, value: str) -> None:
    pins = "" if place.startswith("pins") else 'pins.numbers = ["0-3"]\npins.ref = "GP{}"\n'
    try:
        said = parse(f"{pins}{place} = {value}\n", "x", "x.toml").file
    except ConfigError as error:
        said = str(error)
    assert said.startswith(("x.toml", "board file x.toml: "))
    assert "\n" not in said


def test_the_url_of_an_adapter_is_its_board_there() -> None:
    second = load("ft232h://FT7X2K/2")
    assert second.backend == "ft232h://FT7X2K/2"
    assert second._replace(backend="ft232h://") == load("ft232h")
    assert load("mcp2221://?port=1-2").wiring().board == "mcp2221"
    with pytest.raises(ConfigError, match=r"no board 'ft231x://1'; did you mean ft232h\? There are ch341, "):
        load("ft231x://1")
