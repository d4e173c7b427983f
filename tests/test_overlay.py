"""A board's pin names on a bridge: what the file says, what a script then has, and what is wrong with a bad file."""

import textwrap
from contextlib import closing
from pathlib import Path

import pytest

from machine_compat.backends.ft232h import FT232HBackend
from machine_compat.backends.mcp2221 import MCP2221Backend
from machine_compat.board import Board
from machine_compat.bridge.backend import BridgeBackend
from machine_compat.cli import main
from machine_compat.errors import ConfigError
from machine_compat.mock.usb.bridge import Bridge
from machine_compat.mock.usb.ft232h import FT232H
from machine_compat.mock.usb.host import VirtualHost
from machine_compat.mock.usb.mcp2221 import MCP2221A
from machine_compat.profile import Profile, load, parse
from tests.same_script_boards import run_directly

EXAMPLE = Path(__file__).resolve().parent.parent / "examples/pico_on_ft232h.toml"


def ran(profile: Profile, chip: Bridge, backend: type[BridgeBackend], folder: Path, script: str, *attached: str) -> str:
    """What a script prints on a simulated adapter with chips."""
    host = VirtualHost()
    host.plug(chip)
    for spec in attached:
        chip.attach(spec)
    file = folder / "main.py"
    file.write_text(textwrap.dedent(script), encoding="utf-8")
    board = Board(profile, backend(profile.wiring(), usb_backend=host.backend(), clock=host.clock), folder)
    with closing(board):
        text = run_directly(board, file, folder)
        host.world.run(host.world.now + 1_000_000)
        return text


def test_a_pico_s_script_runs_on_an_ft232h(tmp_path: Path) -> None:
    chip = FT232H()
    script = """
        import sys
        from machine import I2C, Pin
        led = Pin("LED", Pin.OUT, value=0)
        print(sys.platform, Pin("GP25") is led, Pin(25) is led, led)
        i2c = I2C(0, scl=Pin(5), sda=Pin(4), freq=400_000)
        print(i2c.scan(), i2c.readfrom_mem(0x76, 0xD0, 1))
    """
    said = ran(load(str(EXAMPLE)), chip, FT232HBackend, tmp_path, script, "bme280@i2c0:0x76")
    assert said.splitlines() == [
        "rp2 True True Pin(GPIO25, mode=OUT)",
        "[118] b'`'",
    ]
    assert len(chip.terminal("AD4").net.edges[1:]) == 2, "low, and let go at the end"


def test_spi_has_the_same_pins(tmp_path: Path) -> None:
    script = """
        from machine import SPI, Pin
        select = Pin(17, Pin.OUT, value=1)
        spi = SPI(0, baudrate=1_000_000, sck=Pin(18), mosi=Pin(19), miso=Pin(16))
        select(0)
        spi.write(b"\\x9f")
        print(spi.read(3))
        select(1)
    """
    chip = FT232H()
    said = ran(load(str(EXAMPLE)), chip, FT232HBackend, tmp_path, script, "w25q16@spi0:AD3")
    assert said == "b'\\xef@\\x15'\n"


def test_a_bus_of_another_name_and_an_analog_input(tmp_path: Path) -> None:
    text = """
        like = "pico"
        backend = "mcp2221://"
        [pins]
        GP7 = "SCL"
        GP6 = "SDA"
        GP26 = "G1"
        GP2 = "G0"
        [buses]
        i2c1 = "i2c0"
    """
    profile = parse(textwrap.dedent(text), "mine", "mine.toml")
    script = """
        from machine import ADC, I2C, Pin
        print(I2C(1, freq=100_000).scan(), ADC(26).read_u16(), ADC(0).read_u16())
        for make in (lambda: I2C(0), lambda: Pin(3), lambda: ADC(1)):
            try:
                make()
            except ValueError as error:
                print("ValueError")
    """
    said = ran(profile, MCP2221A(), MCP2221Backend, tmp_path, script, "24c256@i2c0:0x50")
    assert said.splitlines() == ["[80] 0 0", "ValueError", "ValueError", "ValueError"]


def test_what_is_left_of_the_board() -> None:
    profile = load(str(EXAMPLE))
    pico = load("pico")
    assert (profile.name, profile.port, profile.machine) == ("pico_on_ft232h", "rp2", pico.machine)
    assert profile.backend == "ft232h://"
    assert sorted(profile.buses) == ["i2c0", "spi0"]
    assert profile.buses["i2c0"].pins == {"scl": ("D0", "D3", "D4"), "sda": ("D1", "D2")}
    # GP4 can be MISO, too, and is named before GP16, which is a Pico's own choice.
    assert profile.buses["spi0"].pins == {"sck": ("D0",), "mosi": ("D1",), "miso": ("D2", "D1")}
    assert profile.numbers == {4: "D1", 5: "D0", 14: "C0", 15: "D5", 16: "D2", 17: "D3", 18: "D0", 19: "D1", 25: "D4"}
    assert (profile.analog, profile.parts, profile.open_pins) == ({}, (), False)
    assert profile.limits == pico.limits


def test_its_pins_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["pins", str(EXAMPLE)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "GP25" in "".join(lines)
    [shared] = [line for line in lines if line.startswith("D0 ")]
    assert shared.count("GPIO5,") + shared.count("GPIO5 ") == 1, "each name once"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('like = "picoo"', "like = 'picoo' is no board; did you mean pico? There are ch341, "),
        ("like = 1", "like = 1 is no board"),
        ('like = "pico"', "backend is missing; write what the pins are on"),
        ('like = "pico"\nbackend = "ft232h://"', "[pins] names no pin; write which of pico's pins is where"),
        (
            'like = "pico"\nbackend = "ft232h://"\n[pins]\nX1 = "D0"',
            "[pins] X1 = 'D0' is no pin of pico; it has GP0, GP1, ",
        ),
        ('like = "pico"\nbackend = "ft232h://"\n[pins]\nGP5 = 3', "[pins] GP5 = 3 must be text in quotes"),
        (
            'like = "pico"\nbackend = "ft232h://"\n[pins]\nLED = "D0"\nGP25 = "D1"',
            "[pins] GP25 = 'D1' is the same pin as another name there",
        ),
        ('like = "pico"\nbackend = "ft232h://"\nport = "rp2"', "the file has no 'port'; it may have backend, buses, "),
        (
            'like = "pico"\nbackend = "ft232h://"\n[pins]\nGP5 = "D0"\n[buses]\ni2c0 = "i2c0"',
            "[buses] i2c0 = 'i2c0' has no pin for sda in [pins], which may be GP4, GP0, ",
        ),
        (
            'like = "pico"\nbackend = "ft232h://"\n[pins]\nGP5 = "D0"\n[buses]\ni2c7 = "i2c0"',
            "[buses] i2c7 = 'i2c0' is no bus of pico; it has i2c0, i2c1, ",
        ),
    ],
)
def test_a_file_that_does_not_fit_says_why(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as raised:
        parse(text, "mine", "mine.toml")
    assert str(raised.value).startswith(f"board file mine.toml: {message}")
    assert "\n" not in str(raised.value)
