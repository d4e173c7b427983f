"""This file simulates no particular chip: an SPI target that keeps what is written to it and answers what it is told.

It stands where a test or a benchmark wants the bytes on the wire and no protocol.
"""

from machine_compat.errors import ConfigError
from machine_compat.mock.chip import SPIChip


class SPIMemory(SPIChip):
    """A plain memory on SPI, in any mode.

    limit: how many bytes `received` keeps, the newest. answer: what goes out from the beginning of each selection;
    after its end the wire stays high (0xFF). On a command line it is hex with colons: ``answer=ef:40:15``.
    Raises ConfigError for a limit that is no positive number of bytes and an answer that is not bytes.
    """

    modes = (0, 1, 2, 3)

    def __init__(self, limit: int = 65_536, answer: bytes | str = b"") -> None:
        super().__init__()
        if not isinstance(limit, int) or limit < 1:
            raise ConfigError(f"spimemory: limit={limit!r} is not a number of bytes, 1 or more")
        self.limit = limit
        self.received = bytearray()
        """What was written, the newest `limit` bytes of all selections."""
        self.answer = _octets(answer)
        self.selections = 0
        """How often it was selected."""
        self._position = 0

    def select(self) -> None:
        self.selections += 1
        self._position = 0

    def exchange(self, data: bytes) -> bytes:
        received = self.received
        received += data
        if len(received) > self.limit:
            del received[: -self.limit]
        start = self._position
        count = len(data)
        self._position = start + count
        return self.answer[start : start + count].ljust(count, b"\xff")

    def preview(self) -> int:
        return self.answer[self._position] if self._position < len(self.answer) else 0xFF


def _octets(answer: bytes | str) -> bytes:
    if isinstance(answer, bytes | bytearray):
        return bytes(answer)
    try:
        return bytes.fromhex(answer.replace(":", " "))
    except (AttributeError, ValueError):
        raise ConfigError(f"spimemory: answer={answer!r} is not hex with colons, as in answer=ef:40:15") from None


PARTS = {"spimemory": SPIMemory}
