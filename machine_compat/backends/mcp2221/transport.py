"""Carries reports to an MCP2221 and answers back, through its HID interface over pyusb."""

from machine_compat.backends.mcp2221.codec import REPORT
from machine_compat.bridge.adapter import Adapter
from machine_compat.errors import BusError, Fault

HID_INTERFACE = 2
"""Interfaces 0 and 1 are its serial port, which stays with the system."""
TIMEOUT_MS = 1_000


class Transport:
    """Raises BusError; TIMEOUT when no answer comes."""

    def __init__(self, adapter: Adapter) -> None:
        self._adapter = adapter
        self._late = True
        """Whether the answer to a command before may still come."""

    def exchange(self, report: bytes) -> bytes:
        """The answer to a report."""
        if self._late:
            self._adapter.drain()
        self._late = True
        self._adapter.write(report, TIMEOUT_MS)
        answer = self._adapter.read(REPORT, TIMEOUT_MS)
        if len(answer) != REPORT or answer[0] != report[0]:
            raise BusError(Fault.IO, message=f"{self._adapter.name} answers something else than it was asked")
        self._late = False
        return answer

    def close(self) -> None:
        self._adapter.close()
