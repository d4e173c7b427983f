"""`machine.I2C`: a hardware I2C controller.

# Ref: MicroPython extmod/machine_i2c.c, ports/{rp2,esp32,stm32}/machine_i2c.c
"""

from typing import Any, Self

from machine_compat.contract import I2CConfig
from machine_compat.machine.i2c_controller import I2CController, unsupported
from machine_compat.machine.peripheral import made_for, to_int
from machine_compat.machine.pins import bus_of, bus_pin, shown
from machine_compat.machine.soft_i2c import SoftI2C
from machine_compat.profile import Bus

_UNSET: Any = object()


class I2C(I2CController):
    """I2C(id, *, scl=None, sda=None, freq=400000, timeout=50000)

    There is one object an id; with nothing but the id an existing one is returned as it is. timeout: how long a target
    may stretch the clock, in us. Raises ValueError for a bus or pin the board does not have.
    """

    _settings: Bus
    _config: I2CConfig | None

    def __new__(cls, id: Any = _UNSET, freq: Any = _UNSET, **options: Any) -> Any:
        port = cls._board.port
        soft = id == -1 or (id is _UNSET and "scl" in options and port.name == "stm32")
        if soft and port.i2c_deprecated_soft:
            return cls._deprecated(options if freq is _UNSET else {"freq": freq, **options})
        bus = bus_of(cls._board, "i2c", port.i2c_default if id is _UNSET else id, "I2C")
        return cls._board.singleton((cls, bus.ref), lambda: cls._make(bus))

    @classmethod
    def _make(cls, bus: Bus) -> Self:
        self = object.__new__(cls)
        self._settings = bus
        self._config = None
        return self

    @classmethod
    def _deprecated(cls, options: dict[str, Any]) -> object:
        board = cls._board
        print("Warning: I2C(-1, ...) is deprecated, use SoftI2C(...) instead", file=board.stdout)
        return made_for(board, SoftI2C)(**options)

    def __init__(self, id: Any = _UNSET, freq: Any = _UNSET, **options: Any) -> None:
        if self._config is None or options or freq is not _UNSET:
            self._open(freq, **options)

    def _open(self, freq: Any, scl: object = None, sda: object = None, timeout: int = 50_000, **more: Any) -> None:
        board, bus = self._board, self._settings
        freq = more.pop("freq", freq)
        if more:
            raise TypeError("extra keyword arguments given")
        if board.port.i2c_pins_fixed and (scl is not None or sda is not None):
            raise board.port.fixed_pins("scl/sda")
        old = self._config
        pins = {"scl": scl, "sda": sda}
        refs = {
            signal: (getattr(old, signal) if old and pin is None else None)
            or bus_pin(board, bus, signal, pin, f"bad {signal.upper()} pin")
            for signal, pin in pins.items()
        }
        frequency = 400_000 if freq is _UNSET else to_int(freq)
        if frequency <= 0:
            raise ValueError("invalid freq")
        self._config = I2CConfig(frequency, to_int(timeout), refs["scl"], refs["sda"])
        for ref in refs.values():
            if ref is not None:
                board.claim(ref, self._lost, "I2C")
        board.i2c(bus.ref, self)
        self._bus.configure(self._config)

    def _lost(self) -> None:
        """A pin of the bus became something else; as on a board, the bus notices nothing."""

    def init(self, *args: object, **options: object) -> None:
        unsupported()

    def deinit(self) -> None:
        self._flush()

    def __repr__(self) -> str:
        config, board = self._config, self._board
        assert config is not None
        freq = board.port.i2c_frequency(config.frequency)
        scl, sda = shown(board, config.scl), shown(board, config.sda)
        return board.port.i2c_repr(self._settings.id, freq, scl, sda, config.timeout_us)
