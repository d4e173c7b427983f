"""`machine.WDT`: resets the board unless it is fed.

# Ref: MicroPython extmod/machine_wdt.c, ports/rp2/machine_wdt.c, ports/esp32/machine_wdt.c, ports/stm32/machine_wdt.c
"""

from typing import Self

from machine_compat.errors import BusError
from machine_compat.machine.peripheral import Peripheral, fail, to_int


class WDT(Peripheral):
    """WDT(id=0, timeout=5000)

    Starts the watchdog: feed() must be called every `timeout` milliseconds from now on, and no script can stop it.
    id: 0; on stm32 also "IWDG" or "WWDG". Raises ValueError for another one and for a timeout the port cannot do.
    """

    def __new__(cls, id: object = 0, timeout: int = 5000) -> Self:
        return cls._board.singleton((cls, id), lambda: object.__new__(cls))

    def __init__(self, id: object = 0, timeout: int = 5000) -> None:
        board = self._board
        port = board.port
        known = id in port.watchdog_names if isinstance(id, str) and port.watchdog_names else to_int(id) == 0
        if not known:
            raise ValueError(f"WDT({id}) doesn't exist")
        name = id if isinstance(id, str) else 0
        real_ms = port.watchdog_ms(name, to_int(timeout), board.profile.limits.get("watchdog_ms"))
        try:
            self._watchdog = board.watchdog()
            self._watchdog.start(real_ms)
        except BusError as error:
            fail(board, "WDT", error)

    def timeout_ms(self, timeout: int, /) -> None:
        """Start anew with another time in milliseconds; ValueError for one the port cannot do."""
        board = self._board
        real_ms = board.port.watchdog_ms(0, to_int(timeout), board.profile.limits.get("watchdog_ms"))
        try:
            self._watchdog.start(real_ms)
        except BusError as error:
            fail(board, "WDT", error)

    def feed(self) -> None:
        """Start the time anew."""
        try:
            self._watchdog.feed()
        except BusError as error:
            fail(self._board, "WDT", error)

    def __repr__(self) -> str:
        return "<WDT>"
