"""machine.Pin on every port: what it is made of, what it says it is, what it does to its wire, and its interrupts."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from machine_compat.simulation import SimulatedBoard

On = Callable[[str], Any]

PINS = {"pico": 2, "esp32": 4, "pyboard": "X1", "mock": 2}
EVERY = pytest.mark.parametrize("name", list(PINS))


@pytest.fixture(params=list(PINS))
def pin_of(request: pytest.FixtureRequest, switch_on: On) -> tuple[Any, Any]:
    """Each board's Pin, and one of its pins."""
    return switch_on(request.param).machine.Pin, PINS[request.param]


def raised(call: Callable[[], object]) -> Exception:
    """What a call raises."""
    try:
        call()
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


# ---- which pin


def test_one_object_a_pin(pin_of: tuple[Any, Any]) -> None:
    Pin, id = pin_of
    assert Pin(id) is Pin(id)
    assert Pin(Pin(id)) is Pin(id)
    assert type(Pin(id)) is Pin
    assert isinstance(Pin(id), Pin)
    assert (Pin.__name__, Pin.__module__) == ("Pin", "machine")


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("pico", (25, "GP25", "GPIO25", "LED")),
        ("pyboard", ("X1", "A0")),
        ("mock", (25, "GP25", "GPIO25", "LED")),
    ],
)
def test_all_names_of_a_pin_are_one_pin(switch_on: On, name: str, ids: tuple[Any, ...]) -> None:
    Pin = switch_on(name).machine.Pin
    assert len({id(Pin(one)) for one in ids}) == 1


@pytest.mark.parametrize(
    ("name", "id", "text"),
    [
        ("pico", 30, "invalid pin"),
        ("pico", -1, "invalid pin"),
        ("pico", "GP30", 'unknown named pin "GP30"'),
        ("esp32", 24, "invalid pin"),
        ("esp32", "D4", "invalid pin"),
        ("pyboard", "X99", "Pin(X99) doesn't exist"),
        ("pyboard", 4, "Pin(4) doesn't exist"),
    ],
)
def test_a_pin_that_is_not_there(switch_on: On, name: str, id: object, text: str) -> None:
    error = raised(lambda: switch_on(name).machine.Pin(id))
    assert (type(error), str(error)) == (ValueError, text)


@EVERY
@pytest.mark.parametrize("id", [2.0, None, [2]])
def test_what_is_no_name_of_a_pin_is_a_type_error(switch_on: On, name: str, id: object) -> None:
    with pytest.raises(TypeError):
        switch_on(name).machine.Pin(id)


def test_the_mock_takes_any_pin(switch_on: On) -> None:
    Pin = switch_on("mock").machine.Pin
    assert repr(Pin(99)) == "Pin(GPIO99, mode=IN)"
    assert repr(Pin("X1")) == "Pin(X1, mode=IN)"
    assert repr(Pin("WHATEVER", Pin.OUT)) == "Pin(WHATEVER, mode=OUT)"


def test_board_and_cpu_are_pins_by_attribute(switch_on: On) -> None:
    pico, pyboard, esp32 = (switch_on(name).machine.Pin for name in ("pico", "pyboard", "esp32"))
    assert pico.board.LED is pico(25)
    assert pico.cpu.GPIO25 is pico(25)
    assert pyboard.board.X1 is pyboard("A0")
    assert pyboard.cpu.A0 is pyboard("X1")
    assert "LED" in dir(pico.board)
    assert "GPIO7" in dir(pico.cpu)
    assert "X1" in dir(pyboard.board)
    assert repr(pico.board) == "<class 'board'>"
    assert not hasattr(pico.board, "LED2")
    assert not hasattr(esp32, "cpu")


# ---- names a port has


@pytest.mark.parametrize(
    ("name", "has", "lacks"),
    [
        (
            "pico",
            "init value low high on off toggle irq board cpu",
            "mode pull name af af_list port pin gpio drive dict",
        ),
        ("esp32", "init value on off toggle irq board DRIVE_0 WAKE_LOW", "low high cpu mode pull name ALT drive"),
        (
            "pyboard",
            "init low high on off irq name names af_list port pin gpio mode pull af dict mapper debug",
            "toggle drive",
        ),
        ("mock", "init low high on off toggle irq mode pull name names af_list IRQ_LOW_LEVEL WAKE_LOW OUT_PP", ""),
    ],
)
def test_names_of_other_ports_are_not_there(switch_on: On, name: str, has: str, lacks: str) -> None:
    Pin = switch_on(name).machine.Pin
    pin = Pin(PINS[name])
    for there in has.split():
        assert hasattr(Pin, there)
        assert there in dir(Pin)
        assert there in dir(pin)
    for lacking in lacks.split():
        assert not hasattr(Pin, lacking)
        assert not hasattr(pin, lacking)
        assert lacking not in dir(Pin)
        assert lacking not in dir(pin)


def test_a_missing_method_says_so(switch_on: On) -> None:
    machine = switch_on("esp32").machine
    with pytest.raises(AttributeError, match="'Pin' object has no attribute 'high'"):
        machine.Pin(4).high()
    with pytest.raises(AttributeError, match="type object 'Pin' has no attribute 'cpu'"):
        _ = machine.Pin.cpu


@pytest.mark.parametrize(
    ("name", "values"),
    [
        (
            "pico",
            {
                "IN": 0,
                "OUT": 1,
                "OPEN_DRAIN": 2,
                "ALT": 3,
                "PULL_UP": 1,
                "PULL_DOWN": 2,
                "IRQ_FALLING": 4,
                "IRQ_RISING": 8,
            },
        ),
        (
            "esp32",
            {"IN": 1, "OUT": 3, "OPEN_DRAIN": 7, "PULL_DOWN": 1, "PULL_UP": 2, "IRQ_RISING": 1, "IRQ_FALLING": 2},
        ),
        ("esp32", {"WAKE_LOW": 4, "WAKE_HIGH": 5, "DRIVE_0": 0, "DRIVE_1": 1, "DRIVE_2": 2, "DRIVE_3": 3}),
        (
            "pyboard",
            {"IN": 0, "OUT": 1, "OUT_PP": 1, "OPEN_DRAIN": 17, "OUT_OD": 17, "ALT": 2, "AF_PP": 2, "ANALOG": 3},
        ),
        ("pyboard", {"ALT_OPEN_DRAIN": 18, "AF_OD": 18, "PULL_NONE": 0, "PULL_UP": 1, "PULL_DOWN": 2}),
    ],
)
def test_constants(switch_on: On, name: str, values: dict[str, int]) -> None:
    Pin = switch_on(name).machine.Pin
    assert {constant: getattr(Pin, constant) for constant in values} == values


# ---- what it says it is


@pytest.mark.parametrize(
    ("name", "arguments", "text"),
    [
        ("pico", (), "Pin(GPIO2, mode=IN)"),
        ("pico", ("OUT",), "Pin(GPIO2, mode=OUT)"),
        ("pico", ("IN", "PULL_UP"), "Pin(GPIO2, mode=IN, pull=PULL_UP)"),
        ("pico", ("OPEN_DRAIN", "PULL_DOWN"), "Pin(GPIO2, mode=OPEN_DRAIN, pull=PULL_DOWN)"),
        ("esp32", ("OUT",), "Pin(4, mode=Pin.OUT, drive=Pin.DRIVE_2)"),
        ("esp32", ("IN", "PULL_UP"), "Pin(4, mode=Pin.IN, pull=Pin.PULL_UP, drive=Pin.DRIVE_2)"),
        ("pyboard", (), "Pin(Pin.cpu.A0, mode=Pin.IN)"),
        ("pyboard", ("IN", "PULL_UP"), "Pin(Pin.cpu.A0, mode=Pin.IN, pull=Pin.PULL_UP)"),
        ("pyboard", ("OPEN_DRAIN",), "Pin(Pin.cpu.A0, mode=Pin.OPEN_DRAIN)"),
        ("pyboard", ("ANALOG",), "Pin(Pin.cpu.A0, mode=Pin.ANALOG)"),
    ],
)
def test_repr(switch_on: On, name: str, arguments: tuple[str, ...], text: str) -> None:
    Pin = switch_on(name).machine.Pin
    assert repr(Pin(PINS[name], *(getattr(Pin, argument) for argument in arguments))) == text


def test_repr_of_alternate_functions(switch_on: On) -> None:
    rp2, stm32 = switch_on("pico").machine.Pin, switch_on("pyboard").machine.Pin
    assert repr(rp2(2, rp2.ALT, alt=rp2.ALT_SPI)) == "Pin(GPIO2, mode=ALT, alt=SPI)"
    assert repr(stm32("X1", stm32.ALT, alt=stm32.AF1_TIM2)) == "Pin(Pin.cpu.A0, mode=Pin.ALT, alt=Pin.AF1_TIM2)"


def test_esp32_drive_shows(switch_on: On) -> None:
    Pin = switch_on("esp32").machine.Pin
    assert repr(Pin(4, Pin.OUT, drive=Pin.DRIVE_3)) == "Pin(4, mode=Pin.OUT, drive=Pin.DRIVE_3)"


# ---- arguments


@pytest.mark.parametrize(
    ("name", "arguments", "text"),
    [
        ("pyboard", (77,), "invalid pin mode: 77"),
        ("pyboard", (0, 77), "invalid pin pull: 77"),
        ("pyboard", (2, 0, 16), "invalid pin af: 16"),
        ("pico", (3,), None),
    ],
)
def test_settings_out_of_range(switch_on: On, name: str, arguments: tuple[int, ...], text: str | None) -> None:
    Pin = switch_on(name).machine.Pin
    if text is None:
        Pin(PINS[name], *arguments)
        return
    with pytest.raises(ValueError, match=r"^" + text):
        Pin(PINS[name], *arguments)


@EVERY
def test_arguments_a_port_does_not_know(switch_on: On, name: str) -> None:
    Pin = switch_on(name).machine.Pin
    with pytest.raises(TypeError):
        Pin(PINS[name], Pin.OUT, colour=1)
    with pytest.raises(TypeError):
        Pin(PINS[name])(1, 2)
    with pytest.raises(TypeError):
        Pin(PINS[name]).value(x=1)
    with pytest.raises(TypeError):
        Pin(PINS[name])(value=1)


def test_drive_and_hold_are_esp32s(switch_on: On) -> None:
    esp32, pico = switch_on("esp32").machine.Pin, switch_on("pico").machine.Pin
    esp32(4, esp32.OUT, drive=esp32.DRIVE_0, hold=True)
    with pytest.raises(TypeError):
        pico(2, pico.OUT, hold=True)


def test_stm32_wants_a_mode_in_init(switch_on: On) -> None:
    Pin = switch_on("pyboard").machine.Pin
    with pytest.raises(TypeError, match="'mode' argument required"):
        Pin("X1").init()
    Pin("X1").init(Pin.OUT, value=1)
    assert Pin("X1").value() == 1


@pytest.mark.parametrize("number", [34, 35, 36, 39])
@pytest.mark.parametrize("mode", ["OUT", "OPEN_DRAIN"])
def test_some_esp32_pins_are_inputs_only(switch_on: On, number: int, mode: str) -> None:
    Pin = switch_on("esp32").machine.Pin
    with pytest.raises(ValueError, match=r"^pin can only be input$"):
        Pin(number, getattr(Pin, mode))
    assert Pin(number, Pin.IN).value() == 0


# ---- levels


def test_value_sets_and_reads_the_pad(pin_of: tuple[Any, Any]) -> None:
    Pin, id = pin_of
    pin = Pin(id, Pin.OUT)
    assert pin.value() == 0
    assert pin.value(1) is None
    assert (pin(), pin.value()) == (1, 1)
    for off in (0, False, None, "", []):
        pin(1)
        pin(off)
        assert pin() == 0
    pin("yes")
    assert pin() == 1
    pin.off()
    assert pin() == 0
    pin.on()
    assert pin() == 1
    assert type(pin()) is int


def test_the_first_level_is_set_before_the_direction(switch_on: On) -> None:
    pico = switch_on("pico")
    Pin = pico.machine.Pin
    Pin(2, Pin.IN, Pin.PULL_UP)
    net = pico.wire("GP2").net
    seen = len(net.edges)
    Pin(2, Pin.OUT, value=1)
    assert pico.wire("GP2").level == 1
    assert len(net.edges) == seen


def test_looking_a_pin_up_does_not_touch_it(pin_of: tuple[Any, Any]) -> None:
    Pin, id = pin_of
    before = repr(Pin(id, Pin.OUT, value=1))
    assert Pin(id)() == 1
    assert repr(Pin(id)) == before


def test_toggle_low_high(switch_on: On) -> None:
    Pin = switch_on("pico").machine.Pin
    pin = Pin(2, Pin.OUT)
    pin.toggle()
    assert pin() == 1
    pin.toggle()
    assert pin() == 0
    pin.high()
    assert pin() == 1
    pin.low()
    assert pin() == 0


@pytest.mark.parametrize(("name", "ref"), [("pico", "GP2"), ("pyboard", "A0")])
def test_a_level_written_to_an_input_waits_for_the_output(switch_on: On, name: str, ref: str) -> None:
    on = switch_on(name)
    Pin = on.machine.Pin
    pin = Pin(PINS[name], Pin.IN)
    pin.value(1)
    assert pin.value() == 0
    pin.init(Pin.OUT)
    assert pin.value() == 1
    assert on.wire(ref).level == 1


def test_pulls(switch_on: On) -> None:
    Pin = switch_on("pico").machine.Pin
    assert Pin(2, Pin.IN, Pin.PULL_UP)() == 1
    assert Pin(2, Pin.IN, Pin.PULL_DOWN)() == 0
    assert Pin(2, pull=Pin.PULL_UP)() == 1
    # On rp2 the pull is set with every init, and none given is none.
    assert Pin(2, Pin.IN)() == 0
    assert repr(Pin(2)) == "Pin(GPIO2, mode=IN)"


def test_esp32_leaves_the_pull_alone(switch_on: On) -> None:
    Pin = switch_on("esp32").machine.Pin
    Pin(4, Pin.IN, Pin.PULL_UP)
    assert Pin(4, Pin.IN)() == 1
    assert Pin(4, Pin.IN, -1)() == 1
    assert Pin(4, Pin.IN, None)() == 0


def test_open_drain(switch_on: On) -> None:
    pico = switch_on("pico")
    Pin = pico.machine.Pin
    one, other = Pin(2, Pin.OPEN_DRAIN, Pin.PULL_UP), Pin(3, Pin.OPEN_DRAIN)
    assert one() == 1
    from machine_compat.mock.nets import connect

    connect(pico.wire("GP2"), pico.wire("GP3"))
    other(0)
    assert (one(), other()) == (0, 0)
    one(0)
    other(1)
    assert one() == 0
    one(1)
    assert (one(), other()) == (1, 1)
    Pin(2, Pin.OPEN_DRAIN, Pin.PULL_UP, value=0)
    assert other() == 0


def test_stm32_tells_its_settings(switch_on: On) -> None:
    Pin = switch_on("pyboard").machine.Pin
    pin = Pin("X1", Pin.OPEN_DRAIN, Pin.PULL_UP)
    assert (pin.mode(), pin.pull(), pin.af()) == (Pin.OPEN_DRAIN, Pin.PULL_UP, 0)
    pin.init(Pin.ALT, alt=Pin.AF1_TIM2)
    assert (pin.mode(), pin.af()) == (Pin.ALT, 1)
    assert (pin.name(), pin.names(), pin.port(), pin.pin()) == ("A0", ["A0", "X1"], 0, 0)
    assert "Pin.AF1_TIM2" in map(repr, pin.af_list())


# ---- the last to configure a pin has it


def test_a_pin_taken_by_pwm_comes_back(switch_on: On) -> None:
    pico = switch_on("pico")
    machine = pico.machine
    led = machine.Pin(2, machine.Pin.OUT)
    machine.PWM(led, freq=1000, duty_u16=32768)
    assert repr(led) == "Pin(GPIO2, mode=ALT, alt=PWM)"
    assert pico.wire("GP2").wave is not None
    led.init(machine.Pin.OUT, value=1)
    assert pico.wire("GP2").wave is None
    pico.run_ms(10)
    assert led() == 1
    assert repr(led) == "Pin(GPIO2, mode=OUT)"


def test_a_pin_taken_by_a_uart_comes_back(switch_on: On) -> None:
    pico = switch_on("pico")
    machine = pico.machine
    uart = machine.UART(0, 9600)
    assert repr(machine.Pin(0)) == "Pin(GPIO0, mode=ALT, alt=UART)"
    assert pico.wire("GP0").level == 1
    tx = machine.Pin(0, machine.Pin.OUT, value=0)
    assert (tx(), pico.wire("GP0").level) == (0, 0)
    assert uart.any() == 0


def test_a_stuck_bus_is_freed_by_hand_and_used_again(switch_on: On) -> None:
    pico = switch_on("pico")
    machine = pico.machine
    machine.I2C(0)
    assert repr(machine.Pin(5)) == "Pin(GPIO5, mode=ALT, alt=I2C)"
    scl = machine.Pin(5, machine.Pin.OPEN_DRAIN, machine.Pin.PULL_UP)
    for _ in range(9):
        scl(0)
        scl(1)
    assert len(pico.wire("GP5").net.edges) >= 18
    assert machine.I2C(0, scl=scl, sda=4).scan() == []


# ---- subclasses


def test_a_script_may_subclass_pin(switch_on: On) -> None:
    pico = switch_on("pico")
    Pin = pico.machine.Pin

    class Led(Pin):
        def __init__(self, id: int, brightness: int = 3) -> None:
            super().__init__(id, Pin.OUT, value=1)
            self.brightness = brightness

        def blink(self) -> None:
            self.toggle()

    led = Led(2, brightness=7)
    assert (type(led), led.brightness, led()) == (Led, 7, 1)
    assert isinstance(led, Pin)
    led.blink()
    assert Pin(2)() == 0
    assert repr(led).startswith("Pin(GPIO2, ")


# ---- interrupts


def edges(switch_on: On, name: str, ref: str, *arguments: Any, **options: Any) -> tuple[Any, Any, list[Any]]:
    """A board, a pin of it with a handler, and what the handler was called with."""
    on = switch_on(name)
    Pin = on.machine.Pin
    pin = Pin(PINS[name], Pin.IN)
    heard: list[Any] = []
    pin.irq(heard.append, *(getattr(Pin, argument) for argument in arguments), **options)
    return on, pin, heard


def test_both_edges_by_default(switch_on: On) -> None:
    pico, pin, heard = edges(switch_on, "pico", "GP2")
    wire = pico.wire("GP2")
    for level in (1, 0, 1):
        wire.drive(level)
    assert heard == [pin, pin, pin]


@pytest.mark.parametrize(("trigger", "count"), [("IRQ_RISING", 2), ("IRQ_FALLING", 1)])
@pytest.mark.parametrize(("name", "ref"), [("pico", "GP2"), ("esp32", "GPIO4"), ("pyboard", "A0"), ("mock", "GP2")])
def test_one_edge(switch_on: On, name: str, ref: str, trigger: str, count: int) -> None:
    on, pin, heard = edges(switch_on, name, ref, trigger)
    for level in (1, 0, 1):
        on.wire(ref).drive(level)
    assert heard == [pin] * count


def test_the_irq_object(switch_on: On) -> None:
    pico = switch_on("pico")
    Pin = pico.machine.Pin
    pin = Pin(2, Pin.IN)
    heard: list[Any] = []
    irq = pin.irq(handler=lambda p: heard.append(irq.flags()), trigger=Pin.IRQ_RISING | Pin.IRQ_FALLING)
    assert repr(irq) == "<irq>"
    assert pin.irq() is irq
    wire = pico.wire("GP2")
    wire.drive(1)
    wire.drive(0)
    assert heard == [Pin.IRQ_RISING, Pin.IRQ_FALLING]
    assert irq.trigger(Pin.IRQ_RISING) == Pin.IRQ_RISING | Pin.IRQ_FALLING
    assert irq.trigger() == Pin.IRQ_RISING
    wire.drive(1)
    wire.drive(0)
    assert len(heard) == 3
    irq()
    assert len(heard) == 4
    pin.irq(None)
    wire.drive(1)
    assert len(heard) == 4


def test_esp32_irq_object_is_smaller(switch_on: On) -> None:
    Pin = switch_on("esp32").machine.Pin
    irq = Pin(4, Pin.IN).irq(lambda pin: None, Pin.IRQ_FALLING)
    assert repr(irq) == "<IRQ>"
    assert irq.trigger() == Pin.IRQ_FALLING
    assert not hasattr(irq, "flags")


def test_stm32_irq_returns_nothing(switch_on: On) -> None:
    Pin = switch_on("pyboard").machine.Pin
    assert Pin("X1", Pin.IN).irq(lambda pin: None, Pin.IRQ_RISING, hard=True) is None
    assert Pin("X1").irq() is None


def test_options_of_other_ports(switch_on: On) -> None:
    esp32, pico = switch_on("esp32").machine.Pin(4), switch_on("pico").machine.Pin(2)
    with pytest.raises(TypeError):
        esp32.irq(lambda pin: None, hard=True)
    with pytest.raises(TypeError):
        pico.irq(lambda pin: None, wake=2)


def test_a_handler_must_be_callable(switch_on: On) -> None:
    with pytest.raises(ValueError, match=r"^handler must be None or callable$"):
        switch_on("pico").machine.Pin(2).irq(3)


@pytest.mark.parametrize(
    ("name", "text"), [("pico", "trigger 0x0100 unsupported"), ("pyboard", "trigger 0x00000100 unsupported")]
)
def test_an_unknown_trigger(switch_on: On, name: str, text: str) -> None:
    error = raised(lambda: switch_on(name).machine.Pin(PINS[name]).irq(lambda pin: None, 0x100))
    assert (type(error), str(error)) == (ValueError, text)


def test_a_soft_handler_that_fails_stays(switch_on: On) -> None:
    pico = switch_on("pico")
    heard: list[Any] = []

    def fail(pin: Any) -> None:
        heard.append(pin)
        raise RuntimeError("handler")

    pico.machine.Pin(2, pico.machine.Pin.IN).irq(fail)
    for level in (1, 0):
        pico.wire("GP2").drive(level)
    assert len(heard) == 2
    assert [str(error) for error in pico.failures] == ["handler", "handler"]


def test_a_hard_handler_that_fails_is_taken_off(switch_on: On) -> None:
    pico = switch_on("pico")
    heard: list[Any] = []

    def fail(pin: Any) -> None:
        heard.append(pin)
        raise RuntimeError("handler")

    pico.machine.Pin(2, pico.machine.Pin.IN).irq(fail, hard=True)
    for level in (1, 0):
        pico.wire("GP2").drive(level)
    assert len(heard) == 1
    assert len(pico.failures) == 1


def test_stm32_pins_of_one_number_share_a_line(switch_on: On) -> None:
    pyboard = switch_on("pyboard")
    Pin = pyboard.machine.Pin
    Pin("A3", Pin.IN).irq(lambda pin: None)
    with pytest.raises(OSError, match=r"^IRQ resource already taken by Pin\('A3'\)$"):
        Pin("B3", Pin.IN).irq(lambda pin: None)
    Pin("A3").irq(None)
    Pin("B3").irq(lambda pin: None)


def test_a_handler_interrupts_a_running_script(tmp_path: Path) -> None:
    script = tmp_path / "main.py"
    script.write_text(
        "from machine import Pin, disable_irq, enable_irq\n"
        "import time\n"
        "pressed = False\n"
        "def on_press(pin):\n"
        "    global pressed\n"
        "    pressed = True\n"
        "    print('pressed', pin.value(), time.ticks_ms())\n"
        "Pin(14, Pin.IN, Pin.PULL_UP).irq(on_press, Pin.IRQ_FALLING)\n"
        "while not pressed:\n"
        "    pass\n"
        "print('seen')\n"
        "state = disable_irq()\n"
        "time.sleep_ms(100)\n"
        "print('masked')\n"
        "enable_irq(state)\n"
        "time.sleep_ms(100)\n"
        "print('end')\n"
    )
    with SimulatedBoard("pico") as board:
        board.at(30, lambda: board.press(14, ms=5))
        board.at(60, lambda: board.press(14, ms=5))
        board.run(script, seconds=1)
        lines = board.output.splitlines()
    assert lines[0] == "pressed 0 30"
    assert lines[1] == "seen"
    assert lines[2] == "masked"
    assert lines[3].startswith("pressed 1 ")
    assert lines[4] == "end"
