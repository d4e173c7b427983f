"""Carries MPSSE commands to an FTDI chip and replies back, over pyusb, without what the chip puts around them.

# Ref: FTDI AN_135 rev. 1.1, 4 (start-up); requests as in libftdi's ftdi.h; every packet from the chip begins with two
# bytes of modem status.
"""

from contextlib import suppress

from machine_compat.backends.ft232h.codec import Chip, Step, bad_command_check, in_step
from machine_compat.bridge.adapter import Adapter
from machine_compat.errors import BusError, Fault

RESET, EVENT_CHARACTER, ERROR_CHARACTER, SET_LATENCY, SET_BIT_MODE = 0x00, 0x06, 0x07, 0x09, 0x0B
DROP_COMMANDS, DROP_REPLIES = 1, 2
MODE_RESET, MODE_MPSSE = 0x0000, 0x0200

LATENCY_MS = 255
"""After this time the chip sends a packet that is not full. Every batch asks for its reply itself: a shorter time would
only send the reply of a slow transfer in pieces."""
STATUS = 2
PATIENCE_MS = 1_000


class Transport:
    """One MPSSE of a chip; channel from 1. Raises BusError; TIMEOUT when a reply does not come whole."""

    def __init__(self, adapter: Adapter, chip: Chip, channel: int) -> None:
        self.chip = chip
        self._adapter = adapter
        self._channel = channel
        self._working = False
        """Whether the chip may still be at work with what it was sent last."""
        self._unread = False
        """Whether a reply may come that nobody waits for any more: Ctrl-C was pressed in between."""
        self._busy_ms = 0

    def start(self) -> None:
        """Bring the MPSSE into a known state, all pins inputs, and see that it answers."""
        self._working = self._unread = False
        self._control(RESET, 0)
        self._control(SET_LATENCY, LATENCY_MS)
        self._control(EVENT_CHARACTER, 0)
        self._control(ERROR_CHARACTER, 0)
        self._control(SET_BIT_MODE, MODE_RESET)
        self._control(RESET, DROP_COMMANDS)
        self._control(RESET, DROP_REPLIES)
        self._control(SET_BIT_MODE, MODE_MPSSE)
        if not in_step(self.exchange(bad_command_check(), 0)):
            raise BusError(Fault.IO, message=f"{self._adapter.name} does not answer as an MPSSE")

    def _control(self, request: int, value: int) -> None:
        self._adapter.control(request, value, self._channel)

    def exchange(self, batch: Step, busy_ms: int) -> bytes:
        """Send a batch and return its reply; busy_ms: how long it will keep the chip's pins busy."""
        if self._unread:
            self._catch_up()
        self._working, self._unread = True, bool(batch.reply)
        self._busy_ms = busy_ms
        patience = PATIENCE_MS + busy_ms
        try:
            self._adapter.write(batch.commands, patience)
            if not batch.reply:
                return b""
            reply = self._read(batch.reply, patience)
        except BusError:
            # The MPSSE is started anew, if it is there at all.
            self._working = self._unread = False
            raise
        self._working = self._unread = False
        return reply

    def _catch_up(self) -> None:
        """Wait until the chip has done all that it was sent, and drop its replies."""
        patience = PATIENCE_MS + self._busy_ms
        self._adapter.write(bad_command_check().commands, patience)
        reply = b""
        while not in_step(reply):
            reply += self._read(1, patience)
        self._working = self._unread = False

    def _read(self, count: int, patience_ms: int) -> bytes:
        """The next bytes of the reply, as whole packets. A packet without any means that LATENCY_MS have passed."""
        packet = self._adapter.packet
        reply = bytearray()
        idle_ms = 0
        while len(reply) < count:
            packets = -(-(count - len(reply)) // (packet - STATUS))
            received = self._adapter.read(packets * packet, patience_ms)
            before = len(reply)
            for start in range(0, len(received), packet):
                reply += received[start + STATUS : start + packet]
            idle_ms += LATENCY_MS if len(reply) == before else 0
            if idle_ms > patience_ms:
                raise BusError(Fault.TIMEOUT, message=f"{self._adapter.name} sent {len(reply)} of {count} bytes")
        return bytes(reply)

    def close(self) -> None:
        """Leave the pins as inputs, and the interface to whoever had it; first let the chip finish what it was sent."""
        if self._working:
            # The reset drops commands that still wait in the chip: it answers when it is through with them.
            with suppress(BusError):
                self._catch_up()
        with suppress(BusError):
            self._control(SET_BIT_MODE, MODE_RESET)
        self._adapter.close()
