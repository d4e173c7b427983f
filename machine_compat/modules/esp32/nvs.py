"""`esp32.NVS`: settings by name that outlive a reset, in the flash's partition for them.

# Ref: MicroPython ports/esp32/esp32_nvs.c; ESP-IDF nvs.h (error codes) and programming guide
"""

from typing import NoReturn

from machine_compat.machine.peripheral import Peripheral, readable, to_int, writable
from machine_compat.modules.esp import FLASH_SIZE
from machine_compat.modules.esp32.errors import esp_error
from machine_compat.modules.esp32.nvs_pages import NoRoom, Values, formatted, parsed
from machine_compat.modules.esp32.partition import TABLE
from machine_compat.modules.nor_flash import flash_of

NOT_FOUND, NO_SPACE, INVALID_NAME, KEY_TOO_LONG, INVALID_LENGTH = 0x1102, 0x1105, 0x1106, 0x1109, 0x110C
NAMES = {
    NOT_FOUND: "ESP_ERR_NVS_NOT_FOUND", NO_SPACE: "ESP_ERR_NVS_NOT_ENOUGH_SPACE",
    INVALID_NAME: "ESP_ERR_NVS_INVALID_NAME", KEY_TOO_LONG: "ESP_ERR_NVS_KEY_TOO_LONG",
    INVALID_LENGTH: "ESP_ERR_NVS_INVALID_LENGTH",
}  # fmt: skip
LONGEST = 15
"""Characters of a namespace or a key."""
PART = TABLE[0]


class NVS(Peripheral):
    """NVS(namespace): the settings of one namespace.

    What is set is there at once for everybody, and kept over a reset once `commit` was called. Raises
    OSError(-0x1102, "ESP_ERR_NVS_NOT_FOUND") for a key that is not there, or holds the other kind of value.
    """

    def __init__(self, namespace: str, /) -> None:
        if not 0 < len(namespace) <= LONGEST:
            fail(INVALID_NAME)
        self._namespace = namespace

    def __repr__(self) -> str:
        return f'<NVS namespace="{self._namespace}">'

    @property
    def _values(self) -> Values:
        """All settings as they are now; a reset goes back to those that were committed."""
        return self._board.singleton(("NVS",), lambda: dict(self._kept))

    @property
    def _kept(self) -> Values:
        return parsed(flash_of(self._board, FLASH_SIZE).read(PART.address, PART.size))

    def set_i32(self, key: str, value: int, /) -> None:
        self._values[self._key(key)] = (to_int(value) + (1 << 31)) % (1 << 32) - (1 << 31)

    def get_i32(self, key: str, /) -> int:
        value = self._values.get(self._key(key))
        return value if isinstance(value, int) else fail(NOT_FOUND)

    def set_blob(self, key: str, value: object, /) -> None:
        self._values[self._key(key)] = readable(value)

    def get_blob(self, key: str, buffer: object, /) -> int:
        """Fill the buffer, and return how many bytes the value has; OSError when the buffer is too short."""
        value = self._values.get(self._key(key))
        if not isinstance(value, bytes):
            fail(NOT_FOUND)
        view = writable(buffer)
        if len(view) < len(value):
            fail(INVALID_LENGTH)
        view[: len(value)] = value
        return len(value)

    def erase_key(self, key: str, /) -> None:
        if self._values.pop(self._key(key), None) is None:
            fail(NOT_FOUND)

    def commit(self) -> None:
        """Keep what this namespace holds now; OSError when the partition is full, which then keeps what it had."""
        kept = {key: value for key, value in self._kept.items() if key[0] != self._namespace}
        kept.update((key, value) for key, value in self._values.items() if key[0] == self._namespace)
        try:
            pages = formatted(kept, PART.size)
        except NoRoom:
            fail(NO_SPACE)
        flash_of(self._board, FLASH_SIZE).store(PART.address, pages)

    def _key(self, key: str) -> tuple[str, str]:
        if not key:
            fail(INVALID_NAME)
        if len(key) > LONGEST:
            fail(KEY_TOO_LONG)
        return self._namespace, key


def fail(code: int) -> NoReturn:
    """Raise an ESP-IDF error as MicroPython does: its number below 0, and its name."""
    raise esp_error(code, NAMES[code])
