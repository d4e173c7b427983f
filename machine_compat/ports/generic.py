"""What boards speak like that no MicroPython port runs on: a Linux computer, a USB adapter."""

from collections.abc import Mapping
from typing import ClassVar

from machine_compat.ports import PYB_PIN_NAMES, Port
from machine_compat.ports.rp2 import GENERIC_CONSTANTS

OWN: Mapping[str, Mapping[str, object]] = {
    "UART": {"IRQ_RX": 1},
    "machine": {"HARD_RESET": 2, "DEEPSLEEP_RESET": 4, "SOFT_RESET": 5},
}


class Generic(Port):
    """rp2's constants, and the errno that most ports have for an absent chip: ENODEV."""

    constants: ClassVar[Mapping[str, Mapping[str, object]]] = {
        kind: {**names, **OWN.get(kind, {})} for kind, names in GENERIC_CONSTANTS.items()
    }
    absent: ClassVar[Mapping[str, frozenset[str]]] = {"Pin": PYB_PIN_NAMES, "USBDevice": frozenset({"BUILTIN_CDC"})}
