"""Asks for many I2C addresses in one stream of MPSSE commands; does no I/O."""

from collections.abc import Sequence

from machine_compat.backends.ft232h.i2c_codec import I2CStream, I2CTransfer, I2CWire
from machine_compat.contract import Write
from machine_compat.errors import BusError, Fault


class I2CScan:
    """Empty writes to many addresses in a row: `steps` to send, and who answered.

    held: whether the bus was left without STOP, which comes first then.
    """

    def __init__(self, stream: I2CStream, wire: I2CWire, addresses: Sequence[int], held: bool) -> None:
        self._ending = [stream.stop()] if held else []
        self._probes = [(address, I2CTransfer(stream, wire, address, [Write(b"")])) for address in addresses]
        self.steps = self._ending + [step for _, probe in self._probes for step in probe.steps]

    def check(self, reply: bytes) -> tuple[int, ...]:
        """The addresses that answered. Raises what I2CTransfer.check does but for an address without an answer."""
        at = sum(step.reply for step in self._ending)
        found = []
        for address, probe in self._probes:
            size = sum(step.reply for step in probe.steps)
            try:
                probe.check(reply[at : at + size])
                found.append(address)
            except BusError as error:
                if error.fault is not Fault.NACK_ADDRESS:
                    raise
            at += size
        return tuple(found)
