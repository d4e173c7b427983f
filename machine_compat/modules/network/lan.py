"""`network.LAN`: a wired interface, whose cable is always in.

# Ref: MicroPython ports/esp32/network_lan.c, ports/mimxrt/network_lan.c
"""

from typing import Any, Self

from machine_compat.modules.network.interface import Interface


class LAN(Interface):
    """LAN(...): the one wired interface. The PHY's pins and addresses are taken and make no difference."""

    number = 2

    def __new__(cls, *_: object, **__: object) -> Self:
        return cls._board.singleton((cls,), cls._make)

    @classmethod
    def _make(cls) -> Self:
        self = object.__new__(cls)
        Interface.__init__(self)
        return self

    def __init__(self, *_: object, **__: object) -> None:
        """Everything is done by now."""

    def status(self, param: str | None = None, /) -> int:
        """The link: 5 (ETH_GOT_IP) while it is up, 0 (ETH_INITIALIZED) before."""
        if param is not None:
            raise ValueError("unknown status param")
        return 5 if self._active else 0

    def config(self, param: str | None = None, /, **settings: Any) -> object:
        """The "mac", or a new one; ValueError "unknown config param"."""
        if param == "mac":
            return self.mac()
        if param is not None or set(settings) - {"mac", "trace", "low_power"}:
            raise ValueError("unknown config param")
        return None
