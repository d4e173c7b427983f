"""Keeps the shipped board files true to their boards and fit for use."""

from pathlib import Path

import pytest

from machine_compat.cli import main
from machine_compat.errors import ConfigError
from machine_compat.ports import names, port
from machine_compat.profile import Bus, Profile, board_names, load
from machine_compat.simulation import SimulatedBoard

BOARDS = board_names()
SIGNALS = {
    "i2c": {"scl", "sda"},
    "spi": {"sck", "mosi", "miso"},
    "uart": {"tx", "rx"},
    "can": {"tx", "rx"},
    "i2s": {"sck", "ws", "sd"},
    "sd": {"clk", "cmd", "dat0", "dat3"},
}
POWER = {"GND", "AGND", "3V", "3V3", "A3V3", "5V", "VIN", "VBUS", "VSYS", "ADC_VREF", "AVDD", "IOREF"}
CONTROL = {"RUN", "EN", "RST", "3V3_EN", "SWCLK", "SWDIO", "NC", "RSV"}
INSIDE = {"SD1", "CMD", "SD0", "CLK", "D-", "D+"}
"""The flash memory's and the USB port's own pins, which a header carries all the same."""
SIMULATED = [name for name in BOARDS if load(name).port in names.PORTS]


@pytest.fixture(params=BOARDS)
def board(request: pytest.FixtureRequest) -> Profile:
    return load(request.param)


@pytest.fixture
def simulated(board: Profile) -> Profile:
    """The boards that a microcontroller's script is written for."""
    return board if board.backend == "mock://" else load("mock")


def number(ref: str) -> int:
    return int(ref.lstrip("GPIO"))


def test_the_boards_everybody_has_are_there() -> None:
    assert {"mock", "pico", "esp32", "pyboard"} <= set(BOARDS)
    further = (
        "pico2 pico_w esp32s3 esp32c3 esp8266 nucleo_f411re stm32f4disc teensy41 xiao_samd21 microbit wipy ek_ra6m2"
    )
    assert set(further.split()) <= set(SIMULATED)


def test_each_says_what_it_is(board: Profile) -> None:
    assert board.description != board.name
    assert board.machine != board.name
    assert board.port != "generic" or board.backend != "mock://"


def test_every_pin_has_a_ref_and_every_name_leads_to_one(board: Profile) -> None:
    assert all(spot.ref == ref and spot.cpu for ref, spot in board.spots.items())
    assert set(board.numbers.values()) <= set(board.spots)
    assert all(board.spots[ref].number == number for number, ref in board.numbers.items())
    wiring = board.wiring()
    for name in (*board.board_names, *board.roles.values()):
        assert wiring.ref(name) in board.spots


def test_every_bus_of_a_simulated_board_has_its_default_pins(simulated: Profile) -> None:
    for bus in simulated.buses.values():
        signals = SIGNALS[bus.kind]
        if bus.ref == "uart1" and simulated.port == "esp8266":
            signals = {"tx"}
        elif bus.kind == "i2s" and bus.anywhere >= signals and not bus.pins:
            continue
        assert signals <= bus.pins.keys()
        defaults = [bus.default(signal) for signal in signals]
        assert len(set(defaults)) == len(defaults)
        assert set(defaults) <= set(simulated.spots)
        assert all(bus.allows(signal, str(bus.default(signal))) for signal in signals)


def test_pins_that_drive_are_not_input_only(board: Profile) -> None:
    driven = [bus.default(s) for bus in board.buses.values() for s in ("scl", "sda", "sck", "mosi", "tx", "rts")]
    assert not board.input_only & {*driven, *board.dac.values()}


def test_a_layout_shows_pins_once_and_knows_what_else_a_header_carries(board: Profile) -> None:
    if board.layout is None:
        return
    names = board.names()
    entries = [*board.layout.left, *board.layout.right, *board.layout.bottom]
    refs = [names[name] for entry in entries if (name := entry.rpartition("=")[2]) in names]
    assert len(set(refs)) == len(refs)
    assert {entry for entry in entries if entry.rpartition("=")[2] not in names} <= POWER | CONTROL | INSIDE


# ---- pico

PICO = load("pico")


def test_pico_has_the_pins_of_its_pins_csv() -> None:
    # ports/rp2/boards/RPI_PICO/pins.csv
    names = {f"GP{n}" for n in [*range(23), 25, 26, 27, 28]}
    assert set(PICO.board_names) == names | {"LED"}
    assert PICO.names()["LED"] == "GP25"
    assert sorted(PICO.numbers) == list(range(30))


RULES = {
    # ports/rp2/machine_uart.c: IS_VALID_TX and its like.
    ("uart", "tx"): lambda pin: (pin % 4 == 0, (pin + 4 & 8) >> 3),
    ("uart", "rx"): lambda pin: (pin % 4 == 1, (pin + 4 & 8) >> 3),
    ("uart", "cts"): lambda pin: (pin % 4 == 2, (pin + 4 & 8) >> 3),
    ("uart", "rts"): lambda pin: (pin % 4 == 3, (pin + 4 & 8) >> 3),
    # ports/rp2/machine_i2c.h, machine_spi.c
    ("i2c", "scl"): lambda pin: (pin % 2 == 1, (pin & 2) >> 1),
    ("i2c", "sda"): lambda pin: (pin % 2 == 0, (pin & 2) >> 1),
    ("spi", "sck"): lambda pin: (pin % 4 == 2, (pin & 8) >> 3),
    ("spi", "mosi"): lambda pin: (pin % 4 == 3, (pin & 8) >> 3),
    ("spi", "miso"): lambda pin: (pin % 4 == 0, (pin & 8) >> 3),
}


SELECTED = {ref: bus for ref, bus in PICO.buses.items() if bus.kind != "i2s"}


@pytest.mark.parametrize("bus", SELECTED.values(), ids=list(SELECTED))
def test_pico_allows_exactly_the_pins_of_the_rp2040s_function_select(bus: Bus) -> None:
    for signal, refs in bus.pins.items():
        rule = RULES[bus.kind, signal]
        assert {number(ref) for ref in refs} == {pin for pin in range(30) if rule(pin) == (True, bus.id)}


def test_pico_defaults() -> None:
    defaults = {ref: tuple(refs[0] for refs in bus.pins.values()) for ref, bus in PICO.buses.items()}
    assert defaults["i2c0"] == ("GP5", "GP4")
    assert defaults["i2c1"] == ("GP7", "GP6")
    assert defaults["spi0"] == ("GP18", "GP19", "GP16")
    assert defaults["spi1"] == ("GP10", "GP11", "GP8")
    assert PICO.buses["uart0"].default("tx") == "GP0"
    assert PICO.buses["uart1"].default("rx") == "GP5"


def test_pico_headers_count_to_40() -> None:
    layout = PICO.layout
    assert layout is not None
    assert (len(layout.left), len(layout.right)) == (20, 20)
    # Pin 1 is GP0, pin 40 is VBUS, pin 21 is GP16, pin 31 is GP26.
    assert (layout.left[0], layout.right[0], layout.right[40 - 21], layout.right[40 - 31]) == (
        "GP0",
        "VBUS",
        "GP16",
        "GP26",
    )


# ---- esp32

ESP32 = load("esp32")


def test_esp32_has_the_pins_of_its_port() -> None:
    # ports/esp32/machine_pin.h for CONFIG_IDF_TARGET_ESP32; machine_pin.c GPIO_FIRST_NON_OUTPUT
    assert sorted(ESP32.numbers) == [*range(24), 25, 26, 27, *range(32, 40)]
    assert ESP32.input_only == {f"GPIO{n}" for n in range(34, 40)}


def test_esp32_defaults_and_free_choice() -> None:
    numbers = {ref: {signal: number(refs[0]) for signal, refs in bus.pins.items()} for ref, bus in ESP32.buses.items()}
    assert numbers == {
        "i2c0": {"scl": 18, "sda": 19},
        "i2c1": {"scl": 25, "sda": 26},
        "spi1": {"sck": 14, "mosi": 13, "miso": 12},
        "spi2": {"sck": 18, "mosi": 23, "miso": 19},
        "uart0": {"tx": 1, "rx": 3},
        "uart1": {"tx": 10, "rx": 9},
        "uart2": {"tx": 17, "rx": 16},
        "i2s0": {"sck": 14, "ws": 13, "sd": 12},
        "i2s1": {"sck": 33, "ws": 25, "sd": 32},
        "sd1": {"clk": 14, "cmd": 15, "dat0": 2, "dat3": 13},
        "sd2": {"clk": 18, "cmd": 23, "dat0": 19, "dat3": 5},
        "sd3": {"clk": 14, "cmd": 15, "dat0": 2, "dat3": 13},
    }
    free = [bus for ref, bus in ESP32.buses.items() if ref != "sd1"]
    assert all(bus.allows(signal, "GPIO33") for bus in free for signal in SIGNALS[bus.kind])


def test_esp32_converters() -> None:
    assert len(ESP32.analog) == len(set(ESP32.analog.values())) == 18
    assert ESP32.dac == {"1": "GPIO25", "2": "GPIO26"}


# ---- pyboard

PYBOARD = load("pyboard")


def test_pyboard_names() -> None:
    # ports/stm32/boards/PYBV11/pins.csv
    names = PYBOARD.names()
    assert [names[name] for name in ("X1", "X17", "SW", "Y12", "LED_BLUE", "SD")] == [
        "A0",
        "B3",
        "B3",
        "B1",
        "B4",
        "A8",
    ]
    assert PYBOARD.numbers == {}
    assert [PYBOARD.roles[f"led{n}"] for n in (1, 2, 3, 4)] == ["LED_RED", "LED_GREEN", "LED_YELLOW", "LED_BLUE"]


def test_pyboard_buses_by_skin_position() -> None:
    named = {(bus.kind, name): bus.id for bus in PYBOARD.buses.values() for name in bus.names}
    assert named == {
        ("i2c", "X"): 1,
        ("i2c", "Y"): 2,
        ("spi", "X"): 1,
        ("spi", "Y"): 2,
        ("uart", "XA"): 4,
        ("uart", "XB"): 1,
        ("uart", "YA"): 6,
        ("uart", "YB"): 3,
        ("can", "YA"): 1,
        ("can", "YB"): 2,
    }


# What a bus calls its signal, and what the chip's data sheet does.
CHIP_SIGNAL = {"i2c": "I2C", "spi": "SPI", "can": "CAN", "uart": "UART", "i2s": "I2S"}


ALTERNATE = {ref: bus for ref, bus in PYBOARD.buses.items() if bus.kind in CHIP_SIGNAL}


@pytest.mark.parametrize("bus", ALTERNATE.values(), ids=list(ALTERNATE))
def test_pyboard_buses_are_where_the_chip_can_put_them(bus: Bus) -> None:
    for signal, refs in bus.pins.items():
        name = "CK" if (bus.kind, signal) == ("i2s", "sck") else signal.upper()
        wanted = f"{CHIP_SIGNAL[bus.kind]}{bus.id}_{name}"
        for ref in refs:
            functions = [alternate.function for alternate in PYBOARD.alternates[ref]]
            assert wanted in functions or wanted.replace("UART", "USART") in functions


def test_pyboard_timer_channels() -> None:
    # STM32F405xx data sheet, table 9; servo 1 to 4 are TIM5's channels on X1 to X4 (ports/stm32/servo.c).
    channels = [{a.function for a in PYBOARD.alternates[f"A{pin}"]} for pin in range(4)]
    assert all(f"TIM5_CH{pin + 1}" in functions for pin, functions in enumerate(channels))
    led3, led4 = PYBOARD.alternates["A15"], PYBOARD.alternates["B4"]
    assert ("TIM2_CH1", "AF1_TIM2") in [(a.function, a.name) for a in led3]
    assert ("TIM3_CH1", "AF2_TIM3") in [(a.function, a.name) for a in led4]


def test_pyboard_converters() -> None:
    assert {ref for ref in PYBOARD.analog.values() if not ref.startswith("core_")} == (
        {f"A{n}" for n in range(8)} | {"B0", "B1"} | {f"C{n}" for n in range(6)}
    )
    assert (PYBOARD.analog["13"], PYBOARD.analog["16"]) == ("C3", "core_temp")
    assert PYBOARD.dac == {"1": PYBOARD.names()["X5"], "2": PYBOARD.names()["X6"]}


# ---- every simulated board of a MicroPython port

BLINK = """\
import sys, time
from machine import Pin

print(sys.platform, time.gmtime(0)[0])
led = Pin({pin!r}, Pin.OUT)
for level in (1, 0, 1):
    led.value(level)
    time.sleep_ms(100)
"""


def a_pin(board: Profile) -> int | str:
    """A pin that drives, by what a script calls it."""
    if "LED" in board.board_names:
        return "LED"
    return 2 if board.numbers else next(iter(board.board_names))


def run(name: str, source: str, folder: Path) -> SimulatedBoard:
    script = folder / "main.py"
    script.write_text(source)
    board = SimulatedBoard(name)
    board.run(script, seconds=1)
    return board


@pytest.mark.parametrize("name", SIMULATED)
def test_a_pin_blinks_on_every_board(name: str, tmp_path: Path) -> None:
    profile = load(name)
    pin = a_pin(profile)
    board = run(name, BLINK.format(pin=pin), tmp_path)
    ref = profile.names()[str(pin)]
    assert [edge.level for edge in board.pin(ref).edges] == [1, 0, 1]
    kind = port(profile.port)
    assert board.output == f"{kind.platform} {kind.epoch_year}\n"


@pytest.mark.parametrize("name", SIMULATED)
def test_a_wrong_name_is_found_on_every_board(name: str, tmp_path: Path) -> None:
    everything = names.every("machine") | {"Nonsense"}
    lacked = sorted(everything - (names.names_of(load(name).port, "machine") or frozenset()))
    source = f"""\
import machine
print([name for name in {lacked} if hasattr(machine, name)])
for wrong in ("NO_SUCH_PIN", 9999):
    try:
        machine.Pin(wrong, machine.Pin.IN)
    except (ValueError, TypeError) as error:
        print(type(error).__name__)
"""
    assert run(name, source, tmp_path).output == "[]\nValueError\nValueError\n"


@pytest.mark.parametrize("name", SIMULATED)
def test_no_class_has_a_name_of_another_port(name: str, tmp_path: Path) -> None:
    profile = load(name)
    asked = {
        kind: sorted(names.lacking(profile.port, kind) | profile.lacking(kind))
        for kind in ("Pin", "I2C", "SPI", "UART", "ADC", "PWM", "RTC", "Timer", "WDT")
    }
    source = f"""\
import machine
for kind, lacked in {asked}.items():
    made = getattr(machine, kind, None)
    found = [name for name in lacked if made is not None and hasattr(made, name)]
    if found:
        print(kind, found)
"""
    assert run(name, source, tmp_path).output == ""


@pytest.mark.parametrize("name", SIMULATED)
def test_modules_of_other_ports_cannot_be_imported(name: str, tmp_path: Path) -> None:
    profile = load(name)
    lacked = sorted(names.lacking(profile.port, "modules") | profile.lacks_modules)
    source = f"""\
for name in {lacked}:
    try:
        __import__(name)
    except ImportError as error:
        continue
    print(name)
"""
    assert run(name, source, tmp_path).output == ""


def test_a_module_that_the_board_lacks_may_be_a_file_of_the_scripts(tmp_path: Path) -> None:
    (tmp_path / "neopixel.py").write_text("COLOURS = 3\n")
    assert run("xiao_samd21", "import neopixel\nprint(neopixel.COLOURS)\n", tmp_path).output == "3\n"


# What the ports say, word for word, of a pin that they do not have and of one they have.
REPRS = {
    "esp8266": ("invalid pin", "Pin(2)"),
    "teensy41": ("Pin doesn't exist", "Pin(GPIO_B0_03)"),
    "xiao_samd21": ("not a Pin", "Pin(Pin.cpu.PB09, mode=OUT, pull=PULL_OFF)"),
    "microbit": ("not a valid pin identifier", "Pin(2, mode=OUT, pull=PULL_DISABLED)"),
    "wipy": ("invalid argument(s) value", "Pin('GP0', mode=Pin.OUT, pull=None, drive=Pin.MED_POWER, alt=-1)"),
    "ek_ra6m2": (
        "Pin(NO) doesn't exist",
        "Pin(Pin.cpu.P000, mode=Pin.OUT, pull=Pin.PULL_NONE, drive=Pin.DRIVE_0)",
    ),
    "pico_w": ('unknown named pin "NO"', "Pin(EXT_GPIO0, mode=OUT)"),
}


@pytest.mark.parametrize("name", REPRS)
def test_the_words_of_each_port(name: str, tmp_path: Path) -> None:
    source = f"""\
from machine import Pin
try:
    Pin("NO")
except ValueError as error:
    print(error)
print(Pin({a_pin(load(name))!r}, Pin.OUT))
"""
    assert run(name, source, tmp_path).output == "\n".join(REPRS[name]) + "\n"


BUSES = {
    # ports/*/machine_{i2c,spi,uart}.c, mp_machine_*_print
    "esp8266": """\
SoftI2C(scl=5, sda=4, freq=500000)
HSPI(id=1, baudrate=80000000, polarity=0, phase=0)
UART(0, baudrate=9600, bits=8, parity=None, stop=1, rxbuf=15, timeout=0, timeout_char=0)
""",
    "teensy41": """\
I2C(0, freq=400000, timeout=50000)
SPI(0, baudrate=1000000, polarity=0, phase=0, bits=8, firstbit=MSB, gap_ns=1000)
UART(1, baudrate=9600, bits=8, parity=None, stop=1, flow=None, rxbuf=256, txbuf=256, timeout=0, timeout_char=2, \
invert=None, irq=0)
""",
    "xiao_samd21": """\
I2C(2, freq=400000, scl="PA09", sda="PA08", timeout=50000)
SPI(0, baudrate=1000000, firstbit=0, polarity=0, phase=0, bits=8, sck="PA07", mosi="PA06", miso="PA05")
UART(4, baudrate=9600, bits=8, parity=None, stop=1, tx="PB08", rx="PB09", timeout=0, timeout_char=2, rxbuf=256, \
txbuf=256)
""",
    "microbit": "I2C(0, timeout=50000)\nSPI(0, baudrate=1000000, polarity=0, phase=0)\nUART(0)\n",
    "wipy": """\
I2C(0, baudrate=400000)
SPI(0, baudrate=1000000, bits=8, polarity=0, phase=0, firstbit=SPI.MSB)
UART(1, baudrate=9600, bits=8, parity=None, stop=1)
""",
    "ek_ra6m2": """\
I2C(2, freq=400000, scl=P512, sda=P511)
SPI(0, baudrate=500000, polarity=0, phase=0, bits=8, firstbit=0, sck=P102, mosi=P101, miso=P100)
UART(0, baudrate=9600, bits=8, parity=None, stop=1, tx=P411, rx=P410, flow=0, rxbuf=511, timeout=0, timeout_char=3)
""",
}
MADE = {
    "esp8266": ("scl=machine.Pin(5), sda=machine.Pin(4)", "1", "0"),
    "teensy41": ("0", "0", "1"),
    "xiao_samd21": ("", "0", "4"),
    "microbit": ("0", "0", "0"),
    "wipy": ("0", "0", "1"),
    "ek_ra6m2": ("2", "0", "0"),
}


@pytest.mark.parametrize("name", BUSES)
def test_buses_show_themselves_as_their_port_does(name: str, tmp_path: Path) -> None:
    i2c, spi, uart = MADE[name]
    source = (
        f"import machine\nprint(machine.I2C({i2c}))\nprint(machine.SPI({spi}))\nprint(machine.UART({uart}, 9600))\n"
    )
    assert run(name, source, tmp_path).output == BUSES[name]


@pytest.mark.parametrize(
    ("name", "call", "error"),
    [
        ("esp8266", "machine.SPI(1, sck=machine.Pin(14))", "TypeError extra keyword arguments given"),
        ("teensy41", "machine.I2C(0, scl='D19')", "TypeError extra keyword arguments given"),
        ("ek_ra6m2", "machine.I2C(2, scl='P512')", "ValueError explicit choice of scl/sda is not implemented"),
        ("nucleo_f411re", "machine.SPI(1, sck='A5')", "ValueError explicit choice of sck/mosi/miso is not implemented"),
        ("wipy", "machine.Timer(7)", "OSError 19"),
        ("esp8266", "machine.PWM(machine.Pin(16))", "ValueError PWM not supported on pin 16"),
        ("microbit", "machine.Pin(0, 17)", "ValueError invalid pin mode: 17"),
        ("esp32c3", "machine.Pin(18, machine.Pin.OUT)", "ValueError invalid pin"),
    ],
)
def test_what_a_port_refuses(name: str, call: str, error: str, tmp_path: Path) -> None:
    source = f"import machine\ntry:\n    {call}\nexcept Exception as e:\n    print(type(e).__name__, e)\n"
    output = run(name, source, tmp_path).output.strip().replace("[Errno 19] ENODEV", "19")
    assert output == error


# ---- the further boards' own facts


def test_pico2_has_the_uart_pins_of_the_rp2350() -> None:
    # ports/rp2/machine_uart.c: IS_VALID_TX and IS_VALID_RX with the auxiliary function
    for number_ in (0, 1):
        bus = load("pico2").buses[f"uart{number_}"]
        for signal, parity in (("tx", 0), ("rx", 1)):
            pins = {pin for pin in range(30) if pin & 1 == parity and (pin + 4 & 8) >> 3 == number_}
            assert {number(ref) for ref in bus.pins[signal]} == pins


def test_pico_ws_led_hangs_on_the_wireless_chip() -> None:
    assert load("pico_w").names()["LED"] == "EXT_GPIO0"
    assert "network" not in load("pico_w").lacks_modules
    assert "network" in load("pico").lacks_modules


def test_esp32s3_and_esp32c3_have_the_pins_of_their_chips() -> None:
    # ports/esp32/machine_pin.h, machine_adc.c
    assert sorted(load("esp32s3").numbers) == [*range(22), 26, *range(33, 49)]
    assert sorted(load("esp32c3").numbers) == [*range(14), 20, 21]
    assert load("esp32s3").analog["ADC2_CH9"] == "GPIO20"
    assert load("esp32c3").analog["ADC2_CH0"] == "GPIO5"
    assert {"DAC", "TouchPad", "Counter"} <= load("esp32c3").lacks


@pytest.mark.parametrize("name", ["nucleo_f411re", "stm32f4disc"])
def test_stm32_buses_are_where_the_chip_can_put_them(name: str) -> None:
    board = load(name)
    for bus in board.buses.values():
        for signal, refs in bus.pins.items():
            wanted = f"{CHIP_SIGNAL[bus.kind]}{bus.id}_{signal.upper()}"
            functions = [alternate.function for alternate in board.alternates[refs[0]]]
            assert wanted in functions or wanted.replace("UART", "USART") in functions


def test_nucleo_tells_arduinos_names_from_the_chips() -> None:
    names_ = load("nucleo_f411re").names()
    assert (names_["A2"], names_["D2"], names_["PA2"]) == ("PA4", "PA10", "PA2")


def test_teensy_has_its_pads_by_number_and_by_name() -> None:
    board = load("teensy41")
    assert len([name for name in board.board_names if name.startswith("D") and name[1:].isdigit()]) == 55
    assert (board.names()["LED"], board.names()["A0"]) == ("D13", "D14")
    assert [board.buses[f"uart{n}"].default("tx") for n in range(1, 9)] == [
        "D1", "D8", "D14", "D17", "D20", "D24", "D29", "D35",
    ]  # fmt: skip


def test_xiaos_default_buses_are_at_their_prints() -> None:
    board = load("xiao_samd21")
    names_ = board.names()
    assert (board.buses["i2c2"].default("scl"), board.buses["i2c2"].default("sda")) == (names_["SCL"], names_["SDA"])
    spi = [board.buses["spi0"].default(signal) for signal in ("sck", "mosi", "miso")]
    assert spi == [names_["SCK"], names_["MOSI"], names_["MISO"]]
    assert (board.buses["uart4"].default("tx"), board.buses["uart4"].default("rx")) == (names_["TX"], names_["RX"])


def test_pico2_numbers_its_functions_as_the_rp2350_does() -> None:
    with SimulatedBoard("pico2") as board:
        Pin = board.machine.Pin
        assert (Pin.ALT_HSTX, Pin.ALT_PIO0, Pin.ALT_PIO2, Pin.ALT_GPCK, Pin.ALT_USB) == (0, 6, 8, 9, 10)
        assert repr(Pin(2, Pin.ALT, alt=Pin.ALT_PIO2)) == "Pin(GPIO2, mode=ALT, alt=PIO2)"
    with SimulatedBoard("pico") as board:
        assert board.machine.Pin.ALT_GPCK == 8
        assert not hasattr(board.machine.Pin, "ALT_PIO2")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('port = "rp3"', "no MicroPython port 'rp3'; did you mean rp2? There are generic, "),
        ('port = "rp2"\nlacks = ["DCA"]', "no port has 'DCA'; "),
        ('port = "rp2"\nlacks = ["UART.irqs"]', "no port has 'UART.irqs'; "),
        ('port = "rp2"\n[constants]\n"Pin.ALT_USP" = 1', "no port has 'Pin.ALT_USP'; "),
        ('port = "rp2"\nparts = ["bme281@i2c0"]', "parts: no simulated chip 'bme281'; did you mean bme280? "),
    ],
)
def test_a_mistake_in_a_board_file_names_the_file(text: str, says: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        SimulatedBoard(str(file))
    assert str(caught.value).startswith(f"board file {file}: {says}")


@pytest.mark.parametrize("words", [["pins", "mine.toml"], ["check", "main.py", "--board", "mine.toml"]])
def test_who_only_looks_at_a_board_is_told_of_its_mistakes(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.toml").write_text('port = "rp2"\nlacks = ["DCA"]\n')
    Path("main.py").write_text("")
    assert main(words) == 2
    assert "board file mine.toml: no port has 'DCA'" in capsys.readouterr().err
