"""Keeps the shipped board files true to their boards and fit for use."""

import pytest

from machine_compat.profile import Bus, Profile, board_names, load

BOARDS = board_names()
SIGNALS = {
    "i2c": {"scl", "sda"},
    "spi": {"sck", "mosi", "miso"},
    "uart": {"tx", "rx"},
    "can": {"tx", "rx"},
    "i2s": {"sck", "ws", "sd"},
    "sd": {"clk", "cmd", "dat0", "dat3"},
}
POWER = {"GND", "AGND", "3V3", "A3V3", "5V", "VIN", "VBUS", "VSYS", "ADC_VREF"}
CONTROL = {"RUN", "EN", "RST", "3V3_EN", "SWCLK", "SWDIO"}


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
    assert {entry for entry in entries if entry.rpartition("=")[2] not in names} <= POWER | CONTROL


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
