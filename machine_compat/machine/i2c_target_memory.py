"""The memory that an I2CTarget shows to its controller: bytes behind an address that counts on and wraps.

# Ref: MicroPython extmod/machine_i2c_target.c
"""


class TargetMemory:
    """A script's buffer. address_bits: 0, 8, 16, 24 or 32; ValueError for any other number."""

    __slots__ = ("_address_bytes", "_buffer", "_missing", "_partial", "cursor", "selected")

    def __init__(self, buffer: memoryview, address_bits: int) -> None:
        if not 0 <= address_bits <= 32 or address_bits % 8:
            raise ValueError("mem_addrsize must be 0, 8, 16, 24 or 32")
        self._buffer = buffer
        self._address_bytes = address_bits // 8
        self._missing = 0
        self._partial = 0
        self.cursor = 0
        """Where the next byte is read or written."""
        self.selected = 0
        """The address that the controller sent last."""

    def select(self) -> None:
        """A message begins that writes: an address comes first."""
        self.cursor = self._partial = 0
        self._missing = self._address_bytes

    @property
    def selecting(self) -> bool:
        """Whether the address is not complete yet."""
        return self._missing > 0

    def address(self, byte: int) -> None:
        """The next byte of the address, high byte first."""
        self._partial = self._partial << 8 | byte
        self._missing -= 1
        self.cursor = self._partial % len(self._buffer)
        if not self._missing:
            self.selected = self.cursor

    def store(self, byte: int) -> None:
        self._buffer[self.cursor] = byte
        self._step()

    def load(self) -> int:
        byte = self._buffer[self.cursor]
        self._step()
        return byte

    def _step(self) -> None:
        self.cursor = (self.cursor + 1) % len(self._buffer)
