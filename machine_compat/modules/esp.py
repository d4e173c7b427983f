"""`esp`: the flash of an ESP chip, byte by byte, and its log level.

# Ref: MicroPython ports/esp32/modesp.c; docs/library/esp.rst
"""

import errno
from typing import NoReturn

from machine_compat.board import Board
from machine_compat.errors import ConfigError
from machine_compat.machine.functions import functions
from machine_compat.machine.peripheral import readable, to_int, writable
from machine_compat.modules.nor_flash import NORFlash, flash_of
from machine_compat.oserror import os_error
from machine_compat.raw_flash import SECTOR

FLASH_SIZE = 4 << 20
USER_START = 0x20_0000
"""Where the file system's partition begins (ports/esp32/partitions-4MiB.csv)."""
LOG_LEVELS = ("LOG_NONE", "LOG_ERROR", "LOG_WARN", "LOG_INFO", "LOG_DEBUG", "LOG_VERBOSE")

ESP8266_FUNCTIONS = ("check_fw", "deepsleep", "flash_id", "freemem", "set_native_code_location", "sleep_type")
SLEEP_TYPES = {"SLEEP_NONE": 0, "SLEEP_LIGHT": 1, "SLEEP_MODEM": 2}


def names(board: Board) -> dict[str, object]:
    chip = Chip(board, flash_of(board, FLASH_SIZE))
    own: tuple[str, ...] = (
        "flash_read", "flash_write", "flash_erase", "flash_size", "flash_user_start", "osdebug", "gpio_matrix_in",
        "gpio_matrix_out",
    )  # fmt: skip
    if board.port.name == "esp8266":
        return {name: getattr(chip, name) for name in (*own[:6], *ESP8266_FUNCTIONS)} | SLEEP_TYPES
    if board.port.name == "mock":
        own = (*own, *ESP8266_FUNCTIONS)
    levels = {name: number for number, name in enumerate(LOG_LEVELS)}
    return {name: getattr(chip, name) for name in own} | levels | (SLEEP_TYPES if board.port.name == "mock" else {})


class Chip:
    """The functions of `esp` for one board."""

    def __init__(self, board: Board, flash: NORFlash) -> None:
        self._board = board
        self._flash = flash
        self._sleep_type = SLEEP_TYPES["SLEEP_MODEM"]

    def flash_read(self, byte_offset: int, length_or_buffer: object, /) -> bytes | None:
        """So many bytes, or into a buffer; OSError EIO beyond the end."""
        if isinstance(length_or_buffer, int):
            return self._read(byte_offset, to_int(length_or_buffer))
        view = writable(length_or_buffer)
        view[:] = self._read(byte_offset, len(view))
        return None

    def _read(self, offset: int, size: int) -> bytes:
        try:
            return self._flash.read(to_int(offset), size)
        except ValueError:
            raise os_error(errno.EIO) from None

    def flash_write(self, byte_offset: int, data: object, /) -> None:
        """Write over what has been erased; OSError EIO beyond the end."""
        try:
            self._flash.program(to_int(byte_offset), readable(data))
        except ValueError:
            raise os_error(errno.EIO) from None

    def flash_erase(self, sector_no: int, /) -> None:
        """Erase a sector of 4096 bytes; OSError EIO beyond the end."""
        try:
            self._flash.erase(to_int(sector_no) * SECTOR, SECTOR)
        except ValueError:
            raise os_error(errno.EIO) from None

    def flash_size(self) -> int:
        return self._flash.size

    def flash_user_start(self) -> int:
        return USER_START

    def osdebug(self, uart_no: int | None, level: int = 1, /) -> None:
        """Accepted: there is no vendor's firmware here that would log."""

    def gpio_matrix_in(self, gpio: int, signal: int, invert: bool = False, /) -> None:
        """Refused: signals by their numbers are not simulated."""
        raise ConfigError(
            "esp.gpio_matrix_in: signals of the GPIO matrix are not simulated; give the pin to the peripheral"
        )

    def gpio_matrix_out(self, gpio: int, signal: int, out_invert: bool = False, enable_invert: bool = False, /) -> None:
        """Refused: signals by their numbers are not simulated."""
        raise ConfigError(
            "esp.gpio_matrix_out: signals of the GPIO matrix are not simulated; give the pin to the peripheral"
        )

    # ---- ESP8266

    def sleep_type(self, sleep_type: int | None = None, /) -> int | None:
        """How the radio's chip sleeps: SLEEP_NONE, SLEEP_MODEM or SLEEP_LIGHT; kept, and nothing else."""
        if sleep_type is None:
            return self._sleep_type
        self._sleep_type = to_int(sleep_type)
        return None

    def deepsleep(self, time_us: int = 0, wake_options: int = 0, /) -> NoReturn:
        """Sleep so long, and start again from boot.py."""
        sleep = functions(self._board)["deepsleep"]
        sleep(*([to_int(time_us) // 1_000] if time_us else []))
        raise AssertionError("deepsleep does not return")

    def flash_id(self) -> int:
        """The flash chip's identification: maker, kind, size."""
        return 0x1640E0

    def check_fw(self) -> bool:
        """Whether the firmware is whole."""
        return True

    def freemem(self) -> int:
        """Bytes of memory outside the script's heap."""
        return 26_000

    def set_native_code_location(self, start: int | None, length: int | None, /) -> None:
        """Accepted: native code is Python here, and needs no place in flash."""
