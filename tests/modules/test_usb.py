"""`import usb` in a script: pyusb on the board's bus, beside micropython-lib's `usb.device` of the same name."""

import builtins
import importlib
import itertools
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest
import usb
import usb.backend.libusb1
import usb.core
import usb.legacy
import usb.util

from machine_compat.board import Board
from machine_compat.contract import Backend
from machine_compat.interpreter.direct import DirectRun
from machine_compat.interpreter.life import Program
from machine_compat.interpreter.terminal import Output
from machine_compat.profile import load
from machine_compat.simulation import SimulatedBoard

Run = Callable[..., str]
DRIVERS = {
    "lib/usb/device/__init__.py": "from . import core\nfrom .core import get\n",
    "lib/usb/device/core.py": "class Interface:\n    pass\ndef get():\n    return 'the device'\n",
    "lib/usb/device/keyboard.py": "from usb.device.core import Interface\nclass Keyboard(Interface):\n    pass\n",
}
"""As micropython-lib's packages lie on a board."""


@pytest.fixture
def board() -> Iterator[SimulatedBoard]:
    with SimulatedBoard("pico") as board:
        yield board


@pytest.fixture
def run(tmp_path: Path, board: SimulatedBoard) -> Run:
    """Writes files into the board's folder, runs main.py of them, and returns what it printed."""

    def go(main: str, files: dict[str, str] | None = None) -> str:
        for name, source in {"main.py": main, **(files or {})}.items():
            file = tmp_path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(dedent(source), encoding="utf-8")
        before = board.output
        board.run(tmp_path / "main.py", seconds=5)
        return board.output.removeprefix(before)

    return go


# ---- pyusb on the board's bus


def test_all_but_the_way_to_devices_is_pyusbs_own(run: Run, board: SimulatedBoard) -> None:
    main = """
        import usb, usb.core, usb.util, usb.control, usb.backend
        from usb.core import USBError, USBTimeoutError, NoBackendError, Device
        found = (usb.core.USBError, USBTimeoutError, NoBackendError, Device, usb.util, usb.control,
                 usb.backend.IBackend, usb.USBError, usb.DeviceHandle)
    """
    run(main)
    loader = board.power.life.loader
    assert loader.modules["__main__"].found == (
        usb.core.USBError,
        usb.core.USBTimeoutError,
        usb.core.NoBackendError,
        usb.core.Device,
        usb.util,
        usb.control,
        usb.backend.IBackend,
        usb.USBError,
        usb.DeviceHandle,
    )


def test_a_script_finds_what_is_plugged_in(run: Run, board: SimulatedBoard) -> None:
    assert run("import usb.core\nprint(usb.core.find(), list(usb.core.find(find_all=True)))") == "None []\n"
    board.attach("usbecho@usb")
    board.attach("usbkeyboard@usb")
    main = """
        import usb.core
        print(usb.core.find().product, [d.product for d in usb.core.find(find_all=True)])
        print(usb.core.find(idProduct=2).product, usb.core.find(custom_match=lambda d: d.idProduct == 1).product)
        print(usb.core.find(idProduct=9), usb.core.find(idVendor=0x1209, idProduct=1).idProduct)
    """
    assert run(main) == "echo ['echo', 'keyboard']\nkeyboard echo\nNone 1\n"


def test_every_other_way_leads_to_the_same_bus(run: Run, board: SimulatedBoard) -> None:
    board.attach("usbecho@usb")
    main = """
        import usb
        print([len(bus.devices) for bus in usb.busses()], usb.core.find().idProduct)
        import usb.legacy
        print([bus.devices[0].idVendor for bus in usb.legacy.busses()])
        from usb.core import show_devices
        print("1209:0001" in str(show_devices()))
        import usb.backend.libusb1, usb.backend.libusb0
        from usb.backend import openusb
        for library in (usb.backend.libusb1, usb.backend.libusb0, openusb):
            bus = library.get_backend(find_library=lambda name: None)
            print(usb.core.find(backend=bus).product)
    """
    assert run(main) == "[1] 1\n[4617]\nTrue\necho\necho\necho\n"


def test_cpythons_own_pyusb_is_left_as_it_is(run: Run, board: SimulatedBoard) -> None:
    modules = {name: module for name, module in sys.modules.items() if name.partition(".")[0] == "usb"}
    spaces = {name: dict(vars(module)) for name, module in modules.items()}
    board.attach("usbecho@usb")
    run("import usb, usb.core, usb.legacy, usb.backend.libusb1, usb.device\nusb.core.find()\nusb.new = 1", DRIVERS)
    for name, module in modules.items():
        assert sys.modules[name] is module
        assert {key: value for key, value in vars(module).items() if key != "__builtins__"} == {
            key: value for key, value in spaces[name].items() if key != "__builtins__"
        }
    assert not hasattr(usb, "device")


def test_importing_a_part_that_is_not_there(run: Run) -> None:
    main = """
        import usb
        for name in ("usb.nothing", "usb.device", "usb.core.nothing", "usb.backend.winusb"):
            try:
                __import__(name)
            except ImportError as error:
                print(error)
        try:
            from usb.core import nothing
        except ImportError as error:
            print(error)
    """
    assert run(main).splitlines() == [
        "no module named 'usb.nothing'",
        "no module named 'usb.device'",
        "no module named 'usb.core.nothing'",
        "no module named 'usb.backend.winusb'",
        "can't import name nothing",
    ]


def test_a_board_does_not_find_itself_and_others_do(tmp_path: Path) -> None:
    script = tmp_path / "main.py"
    script.write_text("import usb.core\nd = usb.core.find()\nprint(d and hex(d.idVendor))\n")
    with SimulatedBoard("pico") as one, SimulatedBoard("pico", world=one.world) as two:
        assert one.usb.log == []
        one.run_on(seconds=1)
        assert [port.device for port in one.usb.ports] == [one.gadget]
        one.run(script)
        two.run(script)
        assert (one.output, two.output) == ("None\n", "0x2e8a\n")


def test_two_boards_of_one_world_share_its_bus_and_worlds_do_not(tmp_path: Path) -> None:
    script = tmp_path / "main.py"
    script.write_text("import usb.core\nd = usb.core.find()\nprint(d and d.product)\n")
    with SimulatedBoard("pico") as one, SimulatedBoard("esp32", world=one.world) as two, SimulatedBoard("pico") as far:
        one.attach("usbecho@usb")
        for board in (one, two, far):
            board.run(script)
        assert (one.output, two.output, far.output) == ("echo\n", "echo\n", "None\n")


def test_a_reset_gives_devices_back(tmp_path: Path, board: SimulatedBoard) -> None:
    (tmp_path / "main.py").write_text(
        dedent("""
        import machine, usb.core
        device = usb.core.find()
        twin = usb.core.find()
        print(device.write(1, b"abc"), device == twin)
        if machine.reset_cause() == machine.PWRON_RESET:
            machine.reset()
        print(bytes(twin.read(0x81, 64)), end="")
        """)
    )
    board.attach("usbecho@usb")
    with pytest.raises(usb.core.USBError, match="Resource busy"):
        # Two that stand for one device are two programs: the first one has the interface.
        board.run(tmp_path / "main.py", seconds=2)
    assert board.output == "3 True\n3 True\n"
    (tmp_path / "main.py").write_text("")
    board.run(tmp_path / "main.py")
    assert board.usb.ports[0].claims == {}


def test_a_script_switched_off_in_the_middle_of_a_transfer(run: Run, board: SimulatedBoard) -> None:
    board.attach("usbecho@usb")
    main = "import usb.core\ndevice = usb.core.find()\nprint('reads')\ndevice.read(0x81, 64, timeout=0)\n"
    assert run(main) == "reads\n"
    assert run(main) == "reads\n"
    main = "import usb.core\ndevice = usb.core.find()\nprint(device.write(1, b'x'), bytes(device.read(0x81, 64)))\n"
    assert run(main) == "1 b'x'\n"


def test_a_script_switched_off_in_the_middle_of_a_control_transfer(run: Run, board: SimulatedBoard) -> None:
    port = board.usb.port(board.attach("usbecho@usb"))
    main = "import usb.core\ndevice = usb.core.find()\nprint(device.ctrl_transfer(0xC0, 2, 0, 0, 1, timeout=0)[0])\n"
    port.mute(0)
    assert run(main) == ""
    port.mute(0, False)
    assert run(main) == "0\n"


def test_interrupts_come_through_a_waiting_transfer(run: Run, board: SimulatedBoard) -> None:
    board.attach("usbecho@usb")
    main = """
        import usb.core
        from machine import Timer
        ticks = []
        timer = Timer(period=10, callback=lambda t: ticks.append(1))
        try:
            usb.core.find().read(0x81, 64, timeout=105)
        except usb.core.USBTimeoutError:
            timer.deinit()
        print(len(ticks))
    """
    assert run(main) == "10\n"


# ---- the name clash


IMPORTS = ("import usb.core", "import usb.device.keyboard", "from usb import util", "from usb.device import core as dc")


@pytest.mark.parametrize("order", list(itertools.permutations(IMPORTS, 4)))
@pytest.mark.parametrize("init", [None, "mine = 'here'\n"], ids=["no init", "own init"])
def test_both_packages_in_any_order(run: Run, order: tuple[str, ...], init: str | None) -> None:
    files = DRIVERS if init is None else {**DRIVERS, "lib/usb/__init__.py": init}
    main = "\n".join(order) + "\nimport usb\nprint(usb.device.get(), usb.device.keyboard.Keyboard.__name__, dc.get())\n"
    main += "print(usb.core.find(), util.SPEED_FULL, usb.util is util, getattr(usb, 'mine', None))\n"
    expected = "the device Keyboard the device\n"
    assert run(main, files) == f"{expected}None 2 True {None if init is None else 'here'}\n"


def test_a_part_of_the_scripts_own_comes_first(run: Run) -> None:
    files = {"usb/core.py": "def find():\n    return 'mine'\n"}
    assert run("import usb.core, usb.util\nprint(usb.core.find(), usb.util.SPEED_FULL)", files) == "mine 2\n"


def test_drivers_on_a_path_that_comes_later(run: Run) -> None:
    files = {name.replace("lib/", "more/"): source for name, source in DRIVERS.items()}
    main = "import usb.core, sys\nsys.path.append('/more')\nimport usb.device\nprint(usb.device.get(), usb.core.find())"
    assert run(main, files) == "the device None\n"


def test_a_module_named_usb_hides_both(run: Run) -> None:
    main = "import usb\nprint(usb.here)\ntry:\n    import usb.core\nexcept ImportError as error:\n    print(error)"
    assert run(main, {"usb.py": "here = 1"}) == "1\nno module named 'usb.core'\n"


# ---- without pyusb, and on hardware


def test_without_pyusb_the_import_says_what_to_install(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "usb"]:
        monkeypatch.delitem(sys.modules, name)
    real = importlib.import_module

    def without(name: str, package: str | None = None) -> object:
        if name.partition(".")[0] == "usb":
            raise ModuleNotFoundError("No module named 'usb'", name="usb")
        return real(name, package)

    monkeypatch.setattr("machine_compat.modules.usb.import_module", without)
    original = builtins.__import__

    def importing(name: str, *rest: object) -> object:
        if name.partition(".")[0] == "usb":
            raise ModuleNotFoundError("No module named 'usb'", name="usb")
        return original(name, *rest)

    monkeypatch.setattr(builtins, "__import__", importing)
    main = """
        for name in ("usb", "usb.core"):
            try:
                __import__(name)
            except ImportError as error:
                print(error)
    """
    message = "usb needs the Python package pyusb: pip install machine-compat[usb]\n"
    assert run(main) == message * 2
    main = (
        "import usb.device\nprint(usb.device.get())\ntry:\n    import usb.core\nexcept ImportError as e:\n    print(e)"
    )
    assert run(main, DRIVERS) == f"the device\n{message}"


class Hardware(Backend):
    """A board with no bus of its own."""


def test_on_hardware_it_is_pyusb_itself(tmp_path: Path) -> None:
    for name, source in DRIVERS.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(source)
    (tmp_path / "main.py").write_text(
        "import usb.core, usb.backend.libusb1, usb.legacy, usb.device\n"
        "print(usb.device.get(), usb.core.__file__, usb.backend.libusb1.__file__, usb.core.find.__module__)\n"
    )
    shown: list[str] = []
    board = Board(load("linux"), Hardware(), tmp_path)
    board.stdout = Output(shown.append)
    DirectRun(board, Program(tmp_path / "main.py")).run()
    assert "".join(shown) == f"the device {usb.core.__file__} {usb.backend.libusb1.__file__} usb.core\n"
    assert Hardware().usb_bus() is None


def test_a_board_that_does_not_use_it_imports_no_pyusb(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("import machine, neopixel\n")
    code = (
        "import sys\nfrom pathlib import Path\nfrom machine_compat.simulation import SimulatedBoard\n"
        "SimulatedBoard('pico').run(Path(sys.argv[1]))\n"
        "ours = ('usb', 'machine_compat.modules.usb', 'machine_compat.mock.usb')\n"
        "print([name for name in sys.modules if name.startswith(ours)])\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "main.py")]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "[]\n"
