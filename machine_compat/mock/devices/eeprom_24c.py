"""Models the serial EEPROMs 24C01 to 24C512: pages that roll over, write cycles during which they do not answer."""

# Ref: Microchip AT24C01C/02C (DS20006111A), AT24C04C/08C (DS20006127A), AT24C16C (DS20006051A), AT24C32D (DS20006047A),
# AT24C64D (DS20005937B), AT24C128C (DS20006110A), AT24C256C (DS20006042A), AT24C512C (DS20006161D): "Pin Descriptions"
# (WP when floating), "AC Characteristics" (tWR), "Device Addressing", "Write Operations", "Read Operations".

from functools import partial

from machine_compat.errors import ConfigError
from machine_compat.mock.chip import I2CChip
from machine_compat.mock.options import within

MILLISECOND = 1_000_000
BLOCK = 256
"""Bytes that one device address reaches in the parts whose word address is a single byte."""


class EEPROM24C(I2CChip):
    """A 24C EEPROM of `size` bytes in pages of `page` bytes.

    Parts up to 2 KB take one address byte and answer at one device address per 256 bytes; larger ones take two bytes.
    The bytes of a page write are taken over at STOP; then the part is busy for `write_ms` and acknowledges nothing.
    Option pin: wp, high protects (a test may set `write_protect` instead): data is acknowledged, and not written.

    ``data`` is its contents, a bytearray that is 0xFF when new; ``load`` and ``save`` take it from and to bytes.
    Raises ConfigError for an address that the part cannot have, or an image that does not fit.
    """

    default_address = 0x50
    option_pins = ("wp",)

    def __init__(
        self,
        address: int | None = None,
        *,
        size: int,
        page: int,
        write_ms: float = 5,
        write_protect: bool | int = False,
        data: bytes = b"",
    ) -> None:
        super().__init__(address)
        self.size = size
        self.page = page
        self.write_protect = bool(write_protect)
        self._address_bytes = 1 if size <= 8 * BLOCK else 2
        blocks = max(1, size // BLOCK) if self._address_bytes == 1 else 1
        if self.address not in range(0x50, 0x58, blocks):
            choices = ", ".join(hex(base) for base in range(0x50, 0x58, blocks))
            raise ConfigError(f"{self.name} of {size} bytes: address={self.address:#x} is none of {choices}")
        self._addresses = tuple(range(self.address, self.address + blocks))
        self._write_ns = round(within(self, "write_ms", write_ms, 0, 1000) * MILLISECOND)
        self.data = bytearray(b"\xff" * size)
        self.load(data)
        self._counter = 0
        self._busy_until = 0
        self._head: bytearray | None = None
        self._block = 0
        self._latch = bytearray()

    # ---- for tests

    @property
    def busy(self) -> bool:
        """Whether a write cycle is under way."""
        return self.attached and self.world.now < self._busy_until

    def load(self, image: bytes, offset: int = 0) -> None:
        """Program bytes from `offset` on, as before it was soldered in."""
        if offset < 0 or offset + len(image) > self.size:
            raise ConfigError(f"{self.name}: {len(image)} bytes at {offset} do not fit its {self.size} bytes")
        self.data[offset : offset + len(image)] = image

    def save(self) -> bytes:
        """A copy of the contents."""
        return bytes(self.data)

    # ---- on the wire

    def addresses(self) -> tuple[int, ...]:
        return self._addresses

    def start(self, address: int, read: bool) -> bool:
        # A START in the middle of a write gives the write up: the cycle begins with a STOP only.
        self._head = None
        self._latch.clear()
        if self.world.now < self._busy_until:
            return False
        if not read:
            self._head = bytearray()
            self._block = (address - self.address) * BLOCK
        return True

    def write(self, byte: int) -> bool:
        return self.write_block(bytes((byte,))) == 1

    def write_block(self, data: bytes) -> int:
        head = self._head
        if head is None:
            return 0
        missing = self._address_bytes - len(head)
        if missing:
            head += data[:missing]
            if len(head) == self._address_bytes:
                self._counter = (self._block + int.from_bytes(head, "big")) % self.size
        self._latch += data[missing:]
        return len(data)

    def read(self) -> int:
        return self.read_block(1)[0]

    def read_block(self, count: int) -> bytes:
        start = self._counter
        end = start + count
        self._counter = end % self.size
        if end <= self.size:
            return bytes(self.data[start:end])
        return bytes(self.data[at % self.size] for at in range(start, end))

    def stop(self) -> None:
        latch = self._latch
        self._head = None
        if not latch:
            return
        page = self.page
        start = self._counter
        first = start - start % page
        if not (self.write_protect or self.legs["wp"].level):
            for position, byte in enumerate(latch, start - first):
                self.data[first + position % page] = byte
            self._busy_until = self.world.now + self._write_ns
        self._counter = first + (start - first + len(latch)) % page
        latch.clear()


PARTS = {
    "24c01": partial(EEPROM24C, size=128, page=8),
    "24c02": partial(EEPROM24C, size=256, page=8),
    "24c04": partial(EEPROM24C, size=512, page=16),
    "24c08": partial(EEPROM24C, size=1024, page=16),
    "24c16": partial(EEPROM24C, size=2048, page=16),
    "24c32": partial(EEPROM24C, size=4096, page=32),
    "24c64": partial(EEPROM24C, size=8192, page=32),
    "24c128": partial(EEPROM24C, size=16384, page=64),
    "24c256": partial(EEPROM24C, size=32768, page=64),
    "24c512": partial(EEPROM24C, size=65536, page=128),
}
