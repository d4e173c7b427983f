"""Carries packets to a CH341A and what they return back, over pyusb."""

from machine_compat.backends.ch341.codec import PACKET, Packet
from machine_compat.bridge.adapter import Adapter
from machine_compat.errors import BusError, Fault

TIMEOUT_MS = 1_000


class Transport:
    """Raises BusError; TIMEOUT when the chip does not take or return a packet."""

    def __init__(self, adapter: Adapter) -> None:
        self._adapter = adapter

    def exchange(self, packet: Packet) -> bytes:
        """Send a packet, or several in a row; returns what comes back."""
        self._adapter.write(packet.data, TIMEOUT_MS)
        if not packet.reply:
            return b""
        reply = self._adapter.read(PACKET, TIMEOUT_MS)
        if len(reply) != packet.reply:
            name = self._adapter.name
            raise BusError(Fault.IO, message=f"{name} returned {len(reply)} bytes where {packet.reply} were due")
        return reply

    def close(self) -> None:
        self._adapter.close()
