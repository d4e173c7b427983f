"""Finds the USB adapters that a board could be on: their URLs, who has them now, and what keeps a user from them."""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from machine_compat.backends.ch341 import CH341Backend
from machine_compat.backends.ft232h import FT232HBackend
from machine_compat.backends.mcp2221 import MCP2221Backend
from machine_compat.bridge.advice import advice
from machine_compat.bridge.backend import BridgeBackend
from machine_compat.bridge.find import Seen, Wanted, look, url_of
from machine_compat.commands.finding import Finding
from machine_compat.contract import natural
from machine_compat.errors import ConfigError

BRIDGES: tuple[type[BridgeBackend[Any]], ...] = (FT232HBackend, MCP2221Backend, CH341Backend)


class Plugged(NamedTuple):
    """An adapter that is plugged in: what it is, and where."""

    bridge: type[BridgeBackend[Any]]
    ids: tuple[int, int]
    serial: str
    port: str

    @property
    def text(self) -> str:
        chip = self.bridge.ids[self.ids]
        return f"{getattr(chip, 'name', chip)} on USB port {self.port}, board {self.bridge.scheme}"


def url(adapter: Plugged, among: Sequence[Plugged]) -> str:
    """Its URL: with its serial number where that tells it from the others of its kind, with its port otherwise."""
    serials = [other.serial for other in among if other.bridge is adapter.bridge]
    return url_of(adapter.bridge.scheme, adapter.serial, adapter.port, serials)


def bridge_of(ids: tuple[int, int]) -> type[BridgeBackend[Any]] | None:
    return next((bridge for bridge in BRIDGES if ids in bridge.ids), None)


# ---- on Linux, by what the kernel says of them


def on_linux(dev: Path, sysfs: Path) -> Iterator[Finding]:
    """The adapters in a computer's file systems. Nothing is opened."""
    found: dict[Path, Plugged] = {}
    for file in sorted((sysfs / "bus/usb/devices").glob("*/idVendor"), key=lambda path: natural(path.parent.name)):
        folder = file.parent
        ids = (int(read(file), 16), int(read(folder / "idProduct"), 16))
        bridge = bridge_of(ids)
        if bridge is not None:
            found[folder] = Plugged(bridge, ids, read(folder / "serial"), folder.name)
    for folder, adapter in found.items():
        name = url(adapter, list(found.values()))
        node = dev / f"bus/usb/{int(read(folder / 'busnum')):03}/{int(read(folder / 'devnum')):03}"
        why = closed(node, adapter)
        yield Finding(not why, name, "; ".join([adapter.text, *([why] if why else taken(folder))]))


def read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def closed(node: Path, adapter: Plugged) -> str:
    """Why this user cannot open it, and what would help; "" where nothing is in the way."""
    if not node.exists():
        return f"there is no {node}: give it to this container (docker run --device={node})"
    if not os.access(node, os.R_OK | os.W_OK):
        return f"permission denied; {advice('linux', *adapter.ids)}"
    return ""


def taken(folder: Path) -> list[str]:
    """Who has the interfaces that a script would take, and what of that is gone meanwhile."""
    kept: dict[str, list[str]] = {}
    for interface in sorted(folder.glob(f"{folder.name}:*")):
        # A HID device has a driver of its own below that of its interface.
        links = (*interface.glob("0003:*/driver"), interface / "driver")
        driver = next((link.resolve().name for link in links if link.exists()), "cdc_acm")
        if driver != "cdc_acm":
            nodes = (path.name for path in interface.rglob("*") if re.fullmatch(r"i2c-\d+|ttyUSB\d+", path.name))
            kept.setdefault(driver, []).extend(sorted(set(nodes)))
    return [f"the driver {driver} has it, and does without while a script runs{lost(kept[driver])}" for driver in kept]


def lost(nodes: Sequence[str]) -> str:
    """What a driver's nodes are, which go with it."""
    if not nodes:
        return ""
    named = " and ".join(f"/dev/{node}" for node in nodes)
    bus = next((node.removeprefix("i2c-") for node in nodes if node.startswith("i2c-")), None)
    instead = f": until then it is I2C({bus}) of --board linux" if bus is not None else ""
    return f" ({named}{instead})"


# ---- elsewhere, by what libusb says


def by_libusb(platform: str, look: Callable[[Wanted], list[Seen]] = look) -> Iterator[Finding]:
    """The adapters that libusb sees. platform: as sys.platform."""
    seen: list[tuple[Plugged, str]] = []
    try:
        for bridge in BRIDGES:
            for one in look(Wanted(bridge.scheme, bridge.name, bridge.ids)):
                seen.append((Plugged(bridge, one.ids, one.serial, one.port), one.refused))
    except ConfigError as error:
        yield Finding(False, "libusb", str(error))
        return
    for adapter, why in seen:
        name = url(adapter, [other for other, _ in seen])
        text = f"{adapter.text}; {why}; {advice(platform, *adapter.ids)}" if why else adapter.text
        yield Finding(not why, name, text)
