"""This file gives a bench test a simulated USB device at the guest's own kernel, and what the kernel makes of it.

with USB("mcp2221", "bme280@i2c0:0x76", drivers=("hid-mcp2221",)) as bridge:
    bridge["bme280"].temperature = 21.5
    bus = SMBus(bridge.node("i2c-*"))
"""

import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from tests.bench.plan import USBPlan
from tests.bench.rig import Plugged, server

CONTROLLER = Path("/sys/devices/platform/vhci_hcd.0")
FREE, USED = 4, 6
PATIENCE_S = 40

T = TypeVar("T")


def load_modules(*modules: str) -> None:
    """Load modules of the kernel, which here does not do so by itself for a new device."""
    subprocess.run(["modprobe", "--all", *modules], check=True)


def wait_for(what: str, look: Callable[[], T | None]) -> T:
    """What `look` finds at last: the kernel works on its own."""
    end = time.monotonic() + PATIENCE_S
    while not (found := look()):
        assert time.monotonic() < end, f"the kernel has no {what} after {PATIENCE_S} s"
        time.sleep(0.02)
    return found


def ports() -> dict[int, list[str]]:
    """The rows of vhci_hcd's status by port: hub, port, state, ..., the kernel's name of the device."""
    rows = [line.split() for line in (CONTROLLER / "status").read_text().splitlines()[1:]]
    return {int(row[1]): row for row in rows}


class USB(Plugged):
    """What USBPlan describes, plugged in while the context lasts. drivers: modules of the kernel to load before.

    Leaving it raises what went wrong in the world meanwhile.
    """

    def __init__(self, device: str, *chips: str, drivers: tuple[str, ...] = (), **options: Any) -> None:
        self.plan = USBPlan(device, chips, **options)
        self._drivers = drivers
        self._port = 0
        self._plugged = False

    def __enter__(self) -> "USB":
        load_modules("vhci-hcd", *self._drivers)
        [port] = server().ask("plug", self.plan)
        self._port = int(port)
        self._plugged = True
        self.folder = wait_for("device", self._configured)
        return self

    def _configured(self) -> Path | None:
        row = ports()[self._port]
        folder = Path("/sys/bus/usb/devices") / row[-1]
        configured = int(row[2]) == USED and (folder / "bConfigurationValue").exists()
        return folder.resolve() if configured and (folder / "bConfigurationValue").read_text().strip() else None

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        failures = self.unplug()
        if failures and error is None:
            raise ExceptionGroup("in the world of the device", failures)

    def unplug(self) -> list[Exception]:
        """Pull it out, and wait until the kernel has nothing of it any more."""
        if not self._plugged:
            return []
        self._plugged = False
        failures: list[Exception] = server().ask("unplug")
        wait_for("free port", lambda: int(ports()[self._port][2]) == FREE)
        return failures

    # ---- near side

    def node(self, pattern: str, folder: str = "") -> str:
        """What a driver has made of the device, by its name's pattern in a folder of /dev; waits until it is there."""
        return wait_for(pattern, lambda: self._find(pattern, Path("/dev", folder)))

    def _find(self, pattern: str, folder: Path) -> str | None:
        found = sorted(self.folder.rglob(pattern), key=lambda path: len(path.parts))
        return next((str(folder / path.name) for path in found if (folder / path.name).exists()), None)
