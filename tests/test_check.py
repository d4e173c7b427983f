"""`machine-compat check`: what is missing is told with file and line, and nothing that is there is.

Every script here would fail if it were executed.
"""

from pathlib import Path

import pytest

from machine_compat.check import Finding, Program, findings
from machine_compat.cli import main
from machine_compat.profile import load, parse

Captured = pytest.CaptureFixture[str]
POISON = "\nraise SystemExit('executed')\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, far from any project file."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MACHINE_COMPAT_BOARD", raising=False)
    return tmp_path


def told(source: str, board: str = "pico") -> list[str]:
    """What is said of a script for a board, as "line: problem" without the board's name."""
    Path("main.py").write_text(source + POISON, encoding="utf-8")
    return [
        f"{one.line}: {one.problem.removeprefix(f'{board} ')}"
        for one in findings(Program(Path("main.py")), load(board))
    ]


# ---- names


@pytest.mark.parametrize(
    ("source", "board", "problem"),
    [
        ("from machine import DAC", "pico", "1: has no machine.DAC; use PWM behind a low-pass filter"),
        ("import machine\nmachine.DAC", "pico", "2: has no machine.DAC; use PWM behind a low-pass filter"),
        ("import machine as m\nm.TouchPad", "pico", "2: has no machine.TouchPad"),
        ("import umachine\numachine.rng()", "esp32", "2: has no machine.rng; use os.urandom()"),
        ("from machine import Pin\nPin.OUT_PP", "esp32", "2: has no machine.Pin.OUT_PP; use OUT"),
        ("from machine import Pin\nPin.PULL_DOWN", "esp8266", "2: has no machine.Pin.PULL_DOWN"),
        ("from machine import *\nDAC(1)", "pico", "2: has no machine.DAC; use PWM behind a low-pass filter"),
        ("from machine import *\nPin.AF_PP", "pico", "2: has no machine.Pin.AF_PP"),
        ("import machine\nmachine.Pin.nonsense", "pico", "2: has no machine.Pin.nonsense"),
        ("import machine\nmachine.PinBase", "esp32", "2: has no machine.PinBase; use a class of your own"),
        ("from pyb import Accel", "nucleo_f411re", "1: has no pyb.Accel"),
        ("import rp2", "esp32", "1: has no module rp2; PIO is the RP2's alone"),
        ("import pyb", "pico", "1: has no module pyb; machine has most of it"),
        ("import network", "pico", "1: has no module network"),
        ("from esp32 import NVS", "pico_w", "1: has no module esp32"),
        ("import ujson", "microbit", "1: has no module json"),
        ("__import__('rp2')", "esp32", "1: has no module rp2; PIO is the RP2's alone"),
        (
            "import usb.core",
            "pico",
            "1: has no module usb.core; CircuitPython, computers and machine_compat have a USB host",
        ),
        (
            "from usb import util",
            "esp32",
            "1: has no module usb.util; CircuitPython, computers and machine_compat have a USB host",
        ),
        (
            "import usb.device.keyboard",
            "pico",
            "1: has no module usb.device; copy micropython-lib's usb/device into lib",
        ),
        ("import neopixel", "xiao_samd21", "1: has no module neopixel; copy neopixel.py beside the script"),
    ],
)
def test_a_name_the_board_lacks(source: str, board: str, problem: str) -> None:
    assert told(source, board) == [problem]


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("p = Pin('X1')\np.toggle()", 3),
        ("Pin('X1').toggle()", 2),
        ("p = q = Pin('X1', Pin.OUT)\nq.toggle()", 3),
        ("a, p = 1, Pin('X1')\np.toggle()", 3),
        ("p: Pin = Pin('X1')\np.toggle()", 3),
        ("if (p := Pin('X1')):\n    p.toggle()", 3),
        ("def f():\n    p = Pin('X1')\n    return p.toggle", 4),
        ("p = Pin('X1')\ndef f():\n    global p\n    p = Pin('X2')\n    p.toggle()", 6),
        (
            "class A:\n    def __init__(self):\n        self.p = Pin('X1')\n    def go(self):\n        self.p.toggle()",
            6,
        ),
        ("p = Pin.board.X1\np.toggle()", 3),
        ("p = Pin(Pin('X1'))\np.toggle()", 3),
        ("for _ in range(3):\n    Pin.cpu.A0.toggle()", 3),
        ("lambda p=Pin('X1'): 0\nasync def f():\n    p = Pin('X1')\n    p.toggle()", 5),
    ],
)
def test_a_method_of_an_object_whose_class_is_plain(source: str, line: int) -> None:
    found = told(f"from machine import Pin\n{source}", "pyboard")
    assert found == [f"{line}: has no machine.Pin.toggle; use p.value(not p.value())"]


@pytest.mark.parametrize(
    ("source", "board", "problem"),
    [
        ("from machine import ADC\na = ADC(26)\na.read()", "pico", "3: has no machine.ADC.read; use read_u16()"),
        ("from machine import RTC\nRTC().init((2026,))", "pico", "2: has no machine.RTC.init; use datetime()"),
        ("from machine import PWM\nPWM(2).duty(5)", "pico", "2: has no machine.PWM.duty; use duty_u16()"),
        ("from machine import UART\nUART.INV_RTS", "pico", "2: has no machine.UART.INV_RTS"),
        ("from machine import Pin\nPin(2).low()", "esp32", "2: has no machine.Pin.low; use off()"),
        (
            "from pyb import Pin\nPin('X1').toggle()",
            "pyboard",
            "2: has no machine.Pin.toggle; use p.value(not p.value())",
        ),
    ],
)
def test_what_classes_lack(source: str, board: str, problem: str) -> None:
    assert told(source, board) == [problem]


@pytest.mark.parametrize(
    ("source", "board", "problem"),
    [
        ("PWM(Pin(2), freq=9, duty=5)", "pico", "duty= in machine.PWM; use duty_u16="),
        ("I2C(0, scl='D19')", "teensy41", "scl= in machine.I2C; its pins are fixed, leave them out"),
        ("Pin(2).irq(print, hard=True)", "esp32", "hard= in machine.Pin.irq"),
        ("Pin(2, Pin.IN, hold=True)", "pico", "hold= in machine.Pin"),
        ("p = Pin(2); p.init(drive=1)", "pico", "drive= in machine.Pin"),
    ],
)
def test_keywords_that_a_port_does_not_take(source: str, board: str, problem: str) -> None:
    assert told(f"from machine import PWM, Pin, I2C\n{source}", board) == [f"2: has no {problem}"]


# ---- pins and buses


@pytest.mark.parametrize(
    ("source", "board", "problem"),
    [
        ("Pin(31)", "pico", "has no pin 31"),
        ("Pin(-1)", "pico", "has no pin -1"),
        ("Pin(24)", "esp32", "has no pin 24"),
        ("Pin('X1')", "pico", "has no pin 'X1'"),
        ("Pin('LED')", "esp32", "has no pin 'LED'; write the number of the pin that has one"),
        ("Pin('LED')", "pyboard", "has no pin 'LED'; it has LED_RED, LED_GREEN, LED_YELLOW, LED_BLUE"),
        ("Pin(25)", "pyboard", "has no pin 25; its pins have names, as 'X1'"),
        ("Pin(34, Pin.OUT)", "esp32", "cannot drive pin 34, which is an input alone"),
        ("Pin(34, mode=Pin.OUT)", "esp32", "cannot drive pin 34, which is an input alone"),
        ("Pin.board.X1", "pico", "has no pin Pin.board.X1"),
        ("Pin.cpu.A20", "pyboard", "has no pin Pin.cpu.A20"),
        ("ADC(Pin(2))", "pico", "has no ADC on pin 2; it has 26, 27, 28, 29"),
        ("ADC(5)", "pico", "has no ADC on pin 5; it has 26, 27, 28, 29"),
        ("DAC(Pin(4))", "esp32", "has no DAC on pin 4; it has 25, 26"),
        ("PWM(77)", "esp32", "has no pin 77"),
        ("SoftI2C(scl=99, sda=4)", "pico", "has no pin 99"),
        ("I2C(2)", "pico", "has no I2C(2); it has I2C 0, 1"),
        ("I2C(1, scl=Pin(5))", "pico", "cannot put scl of I2C(1) on pin 5; it can be 7, 3, 11, 15, 19, 23, 27"),
        ("I2C(1, scl='X9', sda='X10')", "pyboard", "has fixed pins for I2C(1); leave scl= out"),
        ("SPI(0)", "esp32", "has no SPI(0); it has SPI 1, 2"),
        ("UART(1, 9600, tx=5)", "pico", "cannot put tx of UART(1) on pin 5; it can be 4, 8, 20, 24"),
        ("UART(3)", "esp32c3", "has no UART(3); it has UART 0, 1"),
        ("I2C('Z')", "pyboard", "has no I2C('Z'); it has I2C 1, 2"),
        ("I2C(0, scl=Pin(5), sda=Pin(4))", "esp8266", "has no I2C(0); leave the id out"),
        ("Timer(0)", "pico", "has no machine.Timer(0); use Timer(-1), which takes no hardware"),
    ],
)  # fmt: skip
def test_pins_and_buses_the_board_lacks(source: str, board: str, problem: str) -> None:
    assert told(f"from machine import *\n{source}", board) == [f"2: {problem}"]


def test_a_pin_that_is_named_by_a_constant() -> None:
    source = "from micropython import const\nfrom machine import Pin\nLED = const(77)\nPin(LED)"
    assert told(source) == ["4: has no pin 77"]


@pytest.mark.parametrize("board", ["pico", "pico2", "pico_w", "esp32", "esp32s3", "mock"])
def test_what_is_there_is_not_reported(board: str) -> None:
    pins = (0, 1) if board.startswith("pico") else (4, 5)
    source = f"""\
import sys, time, machine, micropython, json, struct, os, math
from machine import I2C, SPI, UART, ADC, PWM, Pin, SoftI2C, Timer, RTC, WDT, Signal, mem32
led = Pin(2, Pin.OUT, value=0)
led.on(); led.off(); led.toggle(); led.value(1); led(0)
led.irq(handler=print, trigger=Pin.IRQ_RISING | Pin.IRQ_FALLING)
i2c = I2C(0, sda=Pin({pins[0]}), scl=Pin({pins[1]}), freq=400_000, timeout=1000)
i2c.readfrom_mem(1, 2, 3, addrsize=16)
Timer(-1).init(mode=Timer.PERIODIC, period=10, callback=lambda t: None)
PWM(Pin(2), freq=1000).duty_u16(5)
Signal(led, invert=True).on()
machine.unique_id(), machine.freq(), machine.reset_cause(), machine.PWRON_RESET
"""
    assert told(source, board) == []


# ---- no false alarms


@pytest.mark.parametrize(
    "source",
    [
        "import machine\ngetattr(machine, 'DAC')",
        "import machine\nname = 'DAC'\nmachine.__dict__[name]",
        "machine = object()\nmachine.DAC",
        "import machine\nmachine = object()\nmachine.DAC",
        "import machine\nmachine.DAC = int\nmachine.DAC(4)",
        "def f(machine):\n    return machine.DAC",
        "from machine import Pin\ndef f(Pin):\n    return Pin.nonsense",
        "from machine import Pin\ndef f(p):\n    p.nonsense()",
        "from machine import Pin\nclass Pin(Pin):\n    def blink(self): pass\nPin(2).blink()",
        "from machine import Pin\nclass Lamp(Pin):\n    def blink(self): pass\nLamp(2).blink()",
        "from machine import Pin, ADC\np = Pin(2) if f() else ADC(26)\np.toggle(); p.read_u16()",
        "from machine import Pin\np = Pin(2)\np = object()\np.nonsense()",
        "from machine import Pin\nfor p in (Pin(2), object()):\n    p.nonsense()",
        "from machine import Pin\nPin(number())\nPin(3 + 40)\nPin('GP%d' % 99)",
        "from machine import I2C\nI2C(which(), scl=s, sda=d)\nI2C(*args)\nI2C(**options)",
        "from machine import Pin\nPin(2, **options)",
        "from machine import *\nfrom helpers import *\nDAC(1)",
        "from machine import *\nDAC = print\nDAC(1)",
        "import nothing_known\nnothing_known.machine.DAC",
        "from machine import Pin\nself.p = Pin(2)\nx.p = y()\nclass A:\n    def f(self):\n        self.p.nonsense()",
        "with open('x') as machine:\n    machine.DAC",
        "[machine.DAC for machine in things]",
        "import machine\ndel machine\nmachine.DAC",
        "try:\n    pass\nexcept OSError as machine:\n    machine.DAC",
        "match x:\n    case [machine, *rest]:\n        machine.DAC",
        "from machine import Pin\nPin.__name__, Pin.__doc__",
        "from . import machine\nmachine.DAC",
        "from machine import ADC\nADC(ADC.CORE_TEMP)\nADC(4)\nADC(0)",
        "from machine import Pin\nPin(True)\nPin(None)\nPin(2.5)",
        "'import rp2'\n# machine.DAC",
    ],
)
def test_what_cannot_be_told_is_left_alone(source: str) -> None:
    assert told(source) == []


@pytest.mark.parametrize(
    "source",
    [
        "try:\n    import esp32\nexcept ImportError:\n    esp32 = None",
        "try:\n    from machine import DAC\nexcept (ImportError, AttributeError):\n    DAC = None",
        "import machine\ntry:\n    machine.DAC\nexcept AttributeError:\n    pass",
        "import machine\ntry:\n    machine.Pin(99)\nexcept:\n    pass",
        "import machine\ntry:\n    machine.Timer(0)\nexcept ValueError:\n    machine.Timer(-1)",
        "from machine import Pin\ntry:\n    Pin(2, hold=True)\nexcept TypeError:\n    Pin(2)",
        "import machine\nif hasattr(machine, 'DAC'):\n    machine.DAC(1)",
        "import machine\nD = machine.DAC if 'DAC' in dir(machine) else None",
        "import sys\nif sys.platform == 'esp32':\n    import esp32",
        "from sys import platform\nif platform != 'rp2':\n    import esp32\nelse:\n    import rp2",
        "import sys\nif sys.platform in ('esp32', 'esp8266'):\n    import esp",
        "import sys\nESP = sys.platform\nif not 'rp2' == ESP:\n    import esp",
        "import sys\nif sys.platform == 'esp32' or sys.platform == 'esp8266':\n    import esp",
        "import os\nif 'ESP32' in os.uname().machine:\n    import esp32",
        "import sys\nif 'esp' in sys.platform:\n    import esp32",
        "import sys\nif sys.implementation._machine.startswith('ESP'):\n    import esp",
        "import sys\nmatch sys.platform:\n    case 'esp32':\n        import esp32",
    ],
)
def test_what_a_script_makes_sure_of_itself_is_not_missing(source: str) -> None:
    assert told(source) == []


def test_what_is_asked_for_one_platform_is_checked_there() -> None:
    source = "import sys\nif sys.platform == 'esp32':\n    import rp2\nelse:\n    import esp"
    assert told(source, "esp32") == ["3: has no module rp2; PIO is the RP2's alone"]
    assert told(source, "pico") == ["5: has no module esp"]


def test_the_handlers_of_a_try_are_not_guarded_by_it() -> None:
    source = "try:\n    import esp32\nexcept ImportError:\n    import esp\nelse:\n    import espnow"
    assert told(source) == ["4: has no module esp", "6: has no module espnow"]


def test_another_error_guards_nothing() -> None:
    assert told("try:\n    import esp32\nexcept KeyError:\n    pass") == ["2: has no module esp32"]


def test_pins_that_the_script_names_itself() -> None:
    source = "from machine import Pin\nPin.dict({'lamp': Pin.cpu.A0})\nPin('lamp')"
    assert told(source, "pyboard") == []
    assert told("from machine import Pin\nPin('lamp')", "pyboard") == ["2: has no pin 'lamp'"]


# ---- hostile files


def test_a_syntax_error_is_told_with_its_line() -> None:
    [found] = told("x = 1\nx = = 2")
    assert found.startswith("2: cannot be read: ")


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"x = 1\n\x00", b"\x80", b"def f(:\n", b"  x\n y\n"])
def test_a_file_that_is_no_text_is_told(content: bytes) -> None:
    Path("main.py").write_bytes(content)
    [found] = findings(Program(Path("main.py")), load("pico"))
    assert "cannot be read" in found.problem


@pytest.mark.parametrize(
    "source",
    [
        "x = " + "(" * 150 + ")" * 150,
        "x = " + "-" * 5000 + "1",
        "x" + ".y" * 5000,
        "x = " + "[" * 90 + "]" * 90,
        "x = " + "+".join(["1"] * 20_000),
        "\n".join("    " * n + "if x:" for n in range(90)) + "\n" + "    " * 90 + "pass",
    ],
)
def test_deep_nesting_neither_crashes_nor_alarms(source: str) -> None:
    Path("main.py").write_text(source)
    assert all(
        "nested" in one.problem or "cannot be read" in one.problem
        for one in findings(Program(Path("main.py")), load("pico"))
    )


def test_names_that_stand_for_each_other_end() -> None:
    assert told("a = b\nb = a\na.x()\nb.y()\nc = c.d\nc.e()\nf = const(f)\nf.g") == []


@pytest.mark.parametrize(
    "source", ["", "\n", "\ufeffimport machine\n", "x = '\\d'\nx is 1\n", "if x:\n\ty = 1\n        z = 2\n"]
)
def test_what_a_board_would_run_is_read(source: str) -> None:
    Path("main.py").write_text(source, encoding="utf-8")
    assert findings(Program(Path("main.py")), load("pico")) == []


# ---- modules of the script's own


def test_modules_of_the_scripts_folder_are_checked_too() -> None:
    Path("lib/bus").mkdir(parents=True)
    Path("lamp.py").write_text("from machine import DAC\n")
    Path("lib/bus/__init__.py").write_text("from .wires import go\n")
    Path("lib/bus/wires.py").write_text("import rp2\nimport main\n")
    Path("unused.py").write_text("import esp8266_only, pyb\n")
    Path("main.py").write_text("import lamp, bus\n")
    found = findings(Program(Path("main.py")), load("esp32c3"))
    assert [(str(one.file), one.line, one.problem.partition(";")[0]) for one in found] == [
        ("lamp.py", 1, "esp32c3 has no machine.DAC"),
        (str(Path("lib/bus/wires.py")), 1, "esp32c3 has no module rp2"),
    ]


def test_a_file_of_the_scripts_stands_in_for_a_module() -> None:
    Path("neopixel.py").write_text("")
    Path("rp2").mkdir()
    Path("onewire.mpy").write_bytes(b"M")
    assert told("import neopixel, rp2, onewire", "xiao_samd21") == []


def test_a_further_folder_to_import_from() -> None:
    Path("shared").mkdir()
    Path("shared/lamp.py").write_text("import pyb\n")
    Path("main.py").write_text("import lamp\n")
    assert [one.file for one in findings(Program(Path("main.py"), (Path("shared"),)), load("pico"))] == [
        Path("shared/lamp.py")
    ]


def test_a_board_of_ones_own() -> None:
    board = parse(
        "port = 'rp2'\nlacks = ['UART.irq']\nlacks_modules = ['asyncio']\n[pins]\nnumbers = ['0-3']",
        "mine",
        "mine.toml",
    )
    Path("main.py").write_text("import asyncio\nfrom machine import UART, Pin\nUART(0).irq()\nPin(4)\n")
    assert [one.problem for one in findings(Program(Path("main.py")), board)] == [
        "mine has no module asyncio",
        "mine has no machine.UART.irq",
        "mine has no UART(0)",
        "mine has no pin 4",
    ]  # fmt: skip


# ---- the command


def script(source: str, name: str = "main.py") -> str:
    Path(name).write_text(source + POISON)
    return name


def test_each_thing_is_a_line_and_the_status_is_1(capsys: Captured) -> None:
    name = script("from machine import DAC, Pin\nPin('LED')\n")
    assert main(["check", name, "--board", "pico", "--board", "esp32"]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "main.py:1: pico has no machine.DAC; use PWM behind a low-pass filter",
        "main.py:2: esp32 has no pin 'LED'; write the number of the pin that has one",
    ]


def test_nothing_is_said_when_all_is_there(capsys: Captured) -> None:
    assert main(["check", script("from machine import Pin\nPin('LED')\n"), "--board", "pico"]) == 0
    assert capsys.readouterr() == ("", "")


def test_a_folder_is_its_boot_and_main(capsys: Captured) -> None:
    script("import pyb\n", "boot.py")
    script("import rp2\n", "main.py")
    script("import esp\n", "other.py")
    assert main(["check", ".", "--board", "esp32"]) == 1
    assert [line.partition(": ")[0] for line in capsys.readouterr().out.splitlines()] == ["boot.py:1", "main.py:1"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["check"], "SCRIPT"),
        (["check", "absent.py", "--board", "pico"], "absent.py: there is no such file"),
        (["check", "main.py"], "which board? Say --board pico"),
        (["check", "main.py", "--board", "pica"], "no board 'pica'"),
        (["check", "main.py", "--board", "pico", "--all-boards"], "leave --board out"),
        (["check", "main.py", "--board", "pico", "--path", "absent"], "--path absent: no such folder"),
        (["check", "empty", "--board", "pico"], "no boot.py, no main.py"),
    ],
)
def test_a_wrong_call_is_2(words: list[str], says: str, capsys: Captured) -> None:
    script("")
    Path("empty").mkdir()
    assert main(words) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert says in captured.err


def test_the_projects_own_board_is_checked_without_being_named(
    monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setenv("MACHINE_COMPAT_BOARD", "esp32")
    assert main(["check", script("import rp2\n")]) == 1
    assert "esp32 has no module rp2" in capsys.readouterr().out


def test_each_scripts_own_project_names_the_board(capsys: Captured) -> None:
    for board in ("pico", "esp32"):
        Path(board).mkdir()
        Path(board, "pyproject.toml").write_text(f'[tool.machine_compat]\nboard = "{board}"\n')
    assert main(["check", *(script("import rp2\n", f"{board}/main.py") for board in ("pico", "esp32"))]) == 1
    [line] = capsys.readouterr().out.splitlines()
    assert line.startswith(f"{Path('esp32/main.py')}:1: esp32 has no module rp2")


def test_the_table_of_portability(capsys: Captured) -> None:
    one, two = script("import rp2\nrp2.PIO(0)\n", "pio.py"), script("from machine import Pin\n", "pin.py")
    assert main(["check", one, two, "--all-boards"]) == 1
    lines = capsys.readouterr().out.splitlines()
    names = [line.split()[-1] for line in lines[:-3]]
    assert {"pico", "esp32", "pyboard", "wipy"} <= set(names)
    assert not {"mock", "linux", "ft232h"} & set(names)
    cells = dict(zip(names, lines[-3].split()[1:], strict=True))
    assert (cells["pico"], cells["pico2"], cells["esp32"]) == (".", ".", "1")
    assert lines[-2].split() == ["pin.py", *"." * len(names)]
    assert max(map(len, lines)) <= 80


def test_a_table_without_a_number_is_0(capsys: Captured) -> None:
    assert main(["check", script("from machine import Pin\n"), "--all-boards"]) == 0
    assert "a number" not in capsys.readouterr().out


def test_a_finding_reads_as_compilers_write_them() -> None:
    assert (
        str(Finding(Path("a/main.py"), 7, "pico has no machine.DAC"))
        == f"{Path('a/main.py')}:7: pico has no machine.DAC"
    )


def test_parts_of_usb_that_are_the_scripts_own(folder: Path) -> None:
    for part in ("device", "mine"):
        (folder / "lib/usb" / part).mkdir(parents=True)
        (folder / "lib/usb" / part / "__init__.py").write_text("")
    assert told("import usb.device.keyboard, usb.mine\nfrom usb import device\nimport usb.core") == [
        "3: has no module usb.core; CircuitPython, computers and machine_compat have a USB host"
    ]
    assert told("try:\n    import usb.core\nexcept ImportError:\n    pass") == []
    assert told("import usb.core", "mock") == told("import usb.core", "ft232h") == []
