"""`machine.SPI`: a hardware SPI controller.

# Ref: MicroPython ports/{rp2,esp32,stm32}/machine_spi.c
"""

from typing import Any, Self

from machine_compat.contract import SPIConfig
from machine_compat.machine.peripheral import made_for, to_int
from machine_compat.machine.pins import bus_of, bus_pin, shown
from machine_compat.machine.soft_spi import SoftSPI
from machine_compat.machine.spi_controller import SPIController
from machine_compat.oserror import EBUSY, os_error
from machine_compat.profile import Bus

_UNSET: Any = object()
SETTINGS = ("baudrate", "polarity", "phase", "bits", "firstbit")


class SPI(SPIController):
    """SPI(id, baudrate=..., *, polarity=0, phase=0, bits=8, firstbit=SPI.MSB, sck=None, mosi=None, miso=None)

    There is one object an id; with nothing but the id an existing one is returned as it is. Raises ValueError for a
    bus or pin the board does not have, NotImplementedError for LSB where the port has none.
    """

    _settings: Bus
    _config: SPIConfig | None
    _values: dict[str, int]
    _open = False

    def __new__(cls, id: Any = _UNSET, *args: Any, **options: Any) -> Any:
        board = cls._board
        port = board.port
        if id == -1 and port.i2c_deprecated_soft:
            print("Warning: SPI(-1, ...) is deprecated, use SoftSPI(...) instead", file=board.stdout)
            return made_for(board, SoftSPI)(*args, **options)
        bus = bus_of(board, "spi", port.spi_default if id is _UNSET else id, "SPI")
        return board.singleton((cls, bus.ref), lambda: cls._make(bus))

    @classmethod
    def _make(cls, bus: Bus) -> Self:
        self = object.__new__(cls)
        self._settings = bus
        self._config = None
        self._values = {}
        return self

    def __init__(self, id: Any = _UNSET, baudrate: Any = _UNSET, **options: Any) -> None:
        if self._config is None or options or baudrate is not _UNSET:
            self._values = {}
            self._configure(baudrate, options)

    def init(self, baudrate: Any = _UNSET, **options: Any) -> None:
        """Change settings; what is not given stays as it is."""
        self._configure(baudrate, options)

    def _configure(self, baudrate: Any, options: dict[str, Any]) -> None:
        board, port = self._board, self._board.port
        if baudrate is not _UNSET:
            options = {"baudrate": baudrate, **options}
        values = {**self._defaults(), **self._values}
        for name in SETTINGS:
            if options.get(name) is not None:
                values[name] = to_int(options.pop(name))
            options.pop(name, None)
        refs = self._pins(options)
        constants = port.constants.get("SPI", {"MSB": 0, "LSB": 1})
        lsb_first = values["firstbit"] == constants["LSB"]
        if lsb_first and not port.spi_takes_lsb:
            raise NotImplementedError("LSB")
        if values["baudrate"] <= 0:
            raise ValueError("invalid baudrate")
        values["baudrate"] = port.spi_frequency(self._settings.id, values["baudrate"])
        self._values = values
        polarity, phase = (int(bool(values[name])) for name in ("polarity", "phase"))
        self._config = SPIConfig(values["baudrate"], polarity, phase, values["bits"], lsb_first, **refs)
        for ref in refs.values():
            if ref is not None:
                board.claim(ref, self._lost, "SPI")
        board.spi(self._settings.ref, self)
        self._bus.configure(self._config)
        self._open = True

    def _defaults(self) -> dict[str, int]:
        port = self._board.port
        msb = port.constants.get("SPI", {"MSB": 0})["MSB"]
        assert isinstance(msb, int)
        return {"baudrate": port.spi_baudrate, "polarity": 0, "phase": 0, "bits": 8, "firstbit": msb}

    def _pins(self, options: dict[str, Any]) -> dict[str, str | None]:
        board, old = self._board, self._config
        refs: dict[str, str | None] = {}
        for signal in ("sck", "mosi", "miso"):
            given = options.pop(signal, _UNSET)
            if board.port.spi_pins_fixed and given is not _UNSET:
                raise board.port.fixed_pins("sck/mosi/miso")
            if given is _UNSET and old is not None:
                refs[signal] = getattr(old, signal)
            else:
                pin = None if given is _UNSET else given
                refs[signal] = bus_pin(board, self._settings, signal, pin, f"bad {signal.upper()} pin")
        if options:
            raise TypeError("extra keyword arguments given")
        return refs

    def _lost(self) -> None:
        """A pin of the bus became something else; as on a board, the bus notices nothing."""

    def deinit(self) -> None:
        """Turn the bus off until the next init, where the port can."""
        self._open = not self._board.port.spi_ends

    def _transfer(self, out: bytes, want_reply: bool) -> bytes:
        if not self._open and self._board.port.name == "esp32":
            raise OSError("transfer on deinitialized SPI")
        if not self._open:
            raise os_error(EBUSY)
        return super()._transfer(out, want_reply)

    def __repr__(self) -> str:
        config, board = self._config, self._board
        assert config is not None
        pins = {signal: shown(board, getattr(config, signal)) for signal in ("sck", "mosi", "miso")}
        return board.port.spi_repr({"id": self._settings.id, **self._values, **pins})
