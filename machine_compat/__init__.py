"""Runs unmodified MicroPython hardware scripts on CPython.

The command `machine-compat` runs scripts; `machine_compat.simulation.SimulatedBoard` and the pytest plugin test them;
`install()` is the simple door for a prompt or a notebook, where `import machine` should just work:

    >>> import machine_compat
    >>> board = machine_compat.install("pico")
    >>> from machine import Pin
    >>> Pin("LED", Pin.OUT).on()
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from machine_compat.simulation import SimulatedBoard

__version__ = "0.1.0"

INSTALLED = ("machine", "pyb", "micropython", "neopixel", "onewire", "ds18x20", "dht", "framebuf", "ssd1306")
"""What `install` lets CPython import: the modules it lacks, and none that it has."""


def install(board: str = "mock") -> "SimulatedBoard":
    """Let this process import `machine` and its neighbours, on a simulated board; returns the board.

    A later call changes the board. `time.sleep_ms` and the like are not among them: CPython's own modules stay as they
    are. Raises ConfigError for an unknown board, ImportError when something else is imported as `machine` already.
    """
    import sys

    from machine_compat.board import use
    from machine_compat.simulation import SimulatedBoard

    simulated = SimulatedBoard(board)
    ours = {name: simulated.firmware.load(name) for name in INSTALLED if simulated.board.has_module(name)}
    for name in ours:
        there = sys.modules.get(name)
        if there is not None and not hasattr(there, "__machine_compat__"):
            simulated.close()
            raise ImportError(f"{name} is imported already, from {getattr(there, '__file__', None) or 'elsewhere'}")
    uninstall()
    for name, module in ours.items():
        module.__dict__["__machine_compat__"] = simulated
        sys.modules[name] = module
    use(simulated.board)
    return simulated


def get_include() -> str:
    """The folder of machine_compat.h, with which modules are compiled that import a board's `machine`."""
    from pathlib import Path

    return str(Path(__file__).resolve().parent / "include")


def uninstall() -> None:
    """Take back what `install` did."""
    import sys

    from machine_compat.board import use

    for name in INSTALLED:
        if hasattr(sys.modules.get(name), "__machine_compat__"):
            del sys.modules[name]
    use(None)
