"""Carries packets to a CH341A and what they return back, over pyusb."""

from machine_compat.backends.ch341.codec import PACKET, Packet
from machine_compat.bridge.adapter import Adapter
from machine_compat.errors import BusError, Fault

TIMEOUT_MS = 1_000


class Transport:
    """Raises BusError; TIMEOUT when the chip does not take or return a packet."""

    def __init__(self, adapter: Adapter) -> None:
        self._adapter = adapter
        self._late = True
        """Whether the reply to a packet before may still come."""

    def exchange(self, packet: Packet) -> bytes:
        """Send a packet, or several in a row; returns what comes back."""
        if not packet.reply:
            self._adapter.write(packet.data, TIMEOUT_MS)
            return b""
        if self._late:
            self._adapter.drain()
        self._late = True
        self._adapter.write(packet.data, TIMEOUT_MS)
        reply = self._adapter.read(PACKET, TIMEOUT_MS)
        if len(reply) != packet.reply:
            name = self._adapter.name
            raise BusError(Fault.IO, message=f"{name} returned {len(reply)} bytes where {packet.reply} were due")
        self._late = False
        return reply

    def close(self) -> None:
        self._adapter.close()
