"""This file is what all network interfaces have in common: being up, and addresses.

# Ref: MicroPython docs/library/network.rst, "Common network adapter interface"; extmod/network_lwip.c
"""

from ipaddress import IPv4Interface
from typing import Any

from machine_compat.machine.peripheral import Peripheral
from machine_compat.modules.network.host import NOWHERE, Connection, connection


class Interface(Peripheral):
    """A network interface, which is connected as this computer is."""

    number = 0
    """Which of the board's interfaces it is."""

    def __init__(self) -> None:
        self._active = False
        self._static: Connection | None = None

    def active(self, is_active: object = None, /) -> bool:
        """Switch on or off; whether it is on."""
        if is_active is not None:
            self._active = bool(is_active)
        return self._active

    def isconnected(self) -> bool:
        return self._active

    def mac(self) -> bytes:
        """A locally administered address, the same at each start."""
        return b"\x02\x4d\x43\x00\x00" + bytes((self.number + 1,))

    def settings(self) -> Connection:
        """The addresses now."""
        if self._static is not None:
            return self._static
        return connection() if self.isconnected() else NOWHERE

    def ifconfig(self, config: object = None, /) -> tuple[str, str, str, str] | None:
        """(address, mask, gateway, DNS); given such a tuple, or "dhcp", it is set."""
        if config is None:
            return self.settings().as_tuple()
        if isinstance(config, str):
            if config != "dhcp":
                raise ValueError("invalid arguments")
            self._static = None
            return None
        if not isinstance(config, tuple | list) or len(config) != 4:
            raise ValueError("invalid arguments")
        self._static = Connection(*map(_dotted, config))
        return None

    def ipconfig(self, param: str | None = None, /, **settings: Any) -> object:
        """One of addr4, gw4, dhcp4, has_dhcp4, addr6, or settings of them; ValueError for any other."""
        now = self.settings()
        if param is not None:
            values: dict[str, object] = {
                "addr4": (now.address, now.mask),
                "gw4": now.gateway,
                "dhcp4": self._static is None,
                "has_dhcp4": self._static is None and self.isconnected(),
                "addr6": [],
            }
            if param not in values:
                raise ValueError("unexpected key")
            return values[param]
        for name, value in settings.items():
            if name == "addr4":
                text = value if isinstance(value, str) else "/".join(value)
                address = IPv4Interface(text)
                now = Connection(str(address.ip), str(address.netmask), now.gateway, now.dns)
            elif name == "gw4":
                now = Connection(now.address, now.mask, _dotted(value), now.dns)
            elif name != "dhcp4":
                raise ValueError("unexpected key")
            self._static = None if name == "dhcp4" and value else now
        return None


def _dotted(text: str) -> str:
    """An IPv4 address; ValueError "invalid arguments" for any other text."""
    try:
        return str(IPv4Interface(text).ip)
    except ValueError:
        raise ValueError("invalid arguments") from None
