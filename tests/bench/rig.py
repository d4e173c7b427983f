"""This file gives a bench test its rig: buses of a small computer in the guest's kernel, and the chips on them.

with Rig("bme280@i2c1:0x76", "button@GPIO17", "w25q16@spi0:CE0", "echo@uart0") as rig:
    rig["bme280"].temperature = 21.5
    bus = SMBus(rig.i2c(1))
    rig["button"].press(50)
    assert rig.pin("GPIO5").level == 1

python -m tests.bench.rig CHIP@PLACE... -- COMMAND      the same around a command, with the nodes in its environment
"""

import atexit
import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from tests.bench.plan import Plan

ROOT = Path(__file__).resolve().parents[2]
PLATFORM = Path("/sys/devices/platform")
VIRTUAL_PORTS = Path("/sys/class/virtio-ports")


class Server:
    """The process that holds the far side; see server.py."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-m", "tests.bench.server", str(theirs.fileno())]
            self._process = subprocess.Popen(command, cwd=ROOT, pass_fds=[theirs.fileno()])
        self._connection = Connection(ours.detach())

    def ask(self, operation: str, *arguments: object) -> Any:
        """The answer to a request; raises what it raised there."""
        self._connection.send((operation, *arguments))
        ok, answer = self._connection.recv()
        if not ok:
            raise answer
        return answer

    def close(self) -> None:
        self._connection.close()
        self._process.wait()


@cache
def server() -> Server:
    """The one server of this process, which starts it with its first rig: Python takes longer to start than a rig."""
    started = Server()
    atexit.register(started.close)
    return started


class Far:
    """A chip, or a pin, on the far side: its attributes and methods, as they are called there."""

    def __init__(self, kind: str, name: str) -> None:
        vars(self).update(_kind=kind, _name=name)

    def __getattr__(self, attribute: str) -> Any:
        is_method, value = server().ask("get", self._kind, self._name, attribute)
        if not is_method:
            return value

        def call(*arguments: object, **options: object) -> Any:
            return server().ask("call", self._kind, self._name, attribute, arguments, options)

        return call

    def __setattr__(self, attribute: str, value: object) -> None:
        server().ask("set", self._kind, self._name, attribute, value)


class Plugged:
    """What has a far side: chips to hang on it, and pins to move from outside."""

    def __getitem__(self, name: str) -> Far:
        """A chip by its part's name, or by the whole specification where that is not enough."""
        return Far("chip", name)

    def pin(self, name: str) -> Far:
        """A pin from outside: level, volts, drive(); of a rig all that SimulatedBoard.pin has, as edges and press()."""
        return Far("pin", name)

    def attach(self, spec: str) -> Far:
        """Hang one more chip on it."""
        server().ask("attach", spec)
        return Far("chip", spec)

    def detach(self, name: str) -> None:
        """Take a chip off: from now on nobody answers at its address."""
        server().ask("detach", name)


class Rig(Plugged):
    """What Plan describes, plugged in while the context lasts. chips and options: fields of a Plan.

    Leaving it raises what went wrong in the world meanwhile, such as two outputs on one wire.
    """

    def __init__(self, *chips: str, **options: Any) -> None:
        self.plan = Plan(chips=chips, **options)
        self._uarts: list[str] = []
        self._plugged = False

    def __enter__(self) -> "Rig":
        self._uarts = server().ask("plug", self.plan)
        self._plugged = True
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        failures = self.unplug()
        if failures and error is None:
            raise ExceptionGroup("in the world of the rig", failures)

    def unplug(self) -> list[Exception]:
        """Pull the whole rig out: all its nodes vanish."""
        if not self._plugged:
            return []
        self._plugged = False
        failures: list[Exception] = server().ask("unplug")
        return failures

    # ---- near side: what programs open

    @property
    def gpiochip(self) -> str:
        """The character device of the GPIO lines."""
        return f"/dev/{self._part('gpiochip*').name}"

    def i2c(self, number: int) -> str:
        return f"/dev/i2c-{number}"

    def spi(self, select: int) -> str:
        return f"/dev/spidev{self.plan.spi_bus}.{select}"

    def uart(self, number: int) -> str:
        return self._uarts[number]

    @property
    def pwm(self) -> Path:
        """The sysfs folder of the PWM controller."""
        [chip] = (PLATFORM / self.plan.pwm_label / "pwm").glob("pwmchip*")
        return chip

    @property
    def adc(self) -> Path:
        """The sysfs folder of the IIO device."""
        return self._part("iio:device*")

    def _part(self, pattern: str) -> Path:
        """A part of the rig plugged last; one whose node is still held open keeps its folder for a while."""
        newest = max(PLATFORM.glob("rig.*.auto"), key=lambda folder: int(folder.name.split(".")[1]))
        [part] = newest.glob(pattern)
        return part

    # ---- far side

    def fail_i2c(self, number: int, *errors: int) -> None:
        """Have the next transfers on a bus fail, one for each errno."""
        server().ask("fail_i2c", number, list(errors))

    def hang_up(self, number: int) -> None:
        """Hang up a serial port."""
        server().ask("hang_up", number)

    def failures(self) -> list[Exception]:
        """What went wrong in the world so far; from now on it is forgotten."""
        found: list[Exception] = server().ask("failures")
        return found


def send_break() -> None:
    """Have a BREAK arrive at ttyS0. QEMU's own prompt makes it, for the wire between its two ports carries none."""
    [port] = (folder.name for folder in VIRTUAL_PORTS.iterdir() if (folder / "name").read_text() == "monitor\n")
    with open(f"/dev/{port}", "wb", buffering=0) as prompt:
        prompt.write(b"chardev-send-break end0\n")


def main(arguments: Sequence[str]) -> int:
    """Run a command with a rig plugged in."""
    end = arguments.index("--")
    with Rig(*arguments[:end]) as rig:
        nodes = {"RIG_GPIOCHIP": rig.gpiochip, "RIG_UART0": rig.uart(0), "RIG_UART1": rig.uart(1)}
        return subprocess.run(arguments[end + 1 :], env=os.environ | nodes, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
