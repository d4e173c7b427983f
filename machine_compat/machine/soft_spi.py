"""`machine.SoftSPI`: an SPI controller on any three pins.

# Ref: MicroPython extmod/machine_spi.c, machine_soft_spi_*
"""

from typing import Any

from machine_compat.bitbang import BitBangedSPI
from machine_compat.contract import Mode, SPIConfig
from machine_compat.machine.peripheral import made_for, to_int
from machine_compat.machine.pin import Pin
from machine_compat.machine.pins import pin_of
from machine_compat.machine.spi_controller import SPIController

_UNSET: Any = object()


class SoftSPI(SPIController):
    """SoftSPI(baudrate=500000, *, polarity=0, phase=0, bits=8, firstbit=SPI.MSB, sck, mosi, miso)"""

    _kind = "SoftSPI"

    def __init__(
        self,
        baudrate: int = 500_000,
        *,
        polarity: int = 0,
        phase: int = 0,
        bits: int = 8,
        firstbit: Any = _UNSET,
        sck: object = None,
        mosi: object = None,
        miso: object = None,
    ) -> None:
        board = self._board
        if bits != 8:
            raise ValueError("bits must be 8")
        if sck is None or mosi is None or miso is None:
            raise ValueError("must specify all of sck/mosi/miso")
        self._constants: Any = board.port.constants.get("SoftSPI", {"MSB": 0, "LSB": 1})
        self._values = {"baudrate": 500_000, "polarity": 0, "phase": 0, "firstbit": to_int(self._constants["MSB"])}
        self._take_pins(sck, mosi, miso)
        self._configure(baudrate, polarity, phase, firstbit)

    def init(
        self,
        baudrate: Any = _UNSET,
        *,
        polarity: Any = _UNSET,
        phase: Any = _UNSET,
        firstbit: Any = _UNSET,
        sck: object = None,
        mosi: object = None,
        miso: object = None,
    ) -> None:
        """Change settings; what is not given stays as it is."""
        if sck is not None or mosi is not None or miso is not None:
            old = (self._sck, self._mosi, self._miso)
            self._take_pins(*(new if new is not None else pin for new, pin in zip((sck, mosi, miso), old, strict=True)))
        self._configure(baudrate, polarity, phase, firstbit)

    def _take_pins(self, sck: object, mosi: object, miso: object) -> None:
        board = self._board
        make: Any = made_for(board, Pin)
        self._sck, self._mosi, self._miso = (make._at(pin_of(board, pin)) for pin in (sck, mosi, miso))
        for pin in (self._sck, self._mosi):
            pin.become(Mode.OUT)
        self._miso.become(Mode.IN)
        refs = tuple(pin.ref for pin in (self._sck, self._mosi, self._miso))
        by_hand = BitBangedSPI(self._sck.line, self._mosi.line, self._miso.line, board.clock)
        board.soft_bus("spi", refs, self, lambda: board.backend.soft_spi(*refs) or by_hand)

    def _configure(self, baudrate: Any, polarity: Any, phase: Any, firstbit: Any) -> None:
        given = {"baudrate": baudrate, "polarity": polarity, "phase": phase, "firstbit": firstbit}
        self._values.update({name: to_int(value) for name, value in given.items() if value is not _UNSET})
        values = self._values
        if values["baudrate"] <= 0:
            raise ValueError("invalid baudrate")
        lsb_first = values["firstbit"] == self._constants["LSB"]
        self._sck.line.write(int(bool(values["polarity"])))
        config = SPIConfig(values["baudrate"], int(bool(values["polarity"])), int(bool(values["phase"])), 8, lsb_first)
        self._bus.configure(config)

    def deinit(self) -> None:
        """Nothing to give back: the pins stay as they are."""

    def __repr__(self) -> str:
        names = ("baudrate", "polarity", "phase", "firstbit")
        settings = ", ".join(f"{name}={self._values[name]}" for name in names)
        pins = ", ".join(
            f"{name}={pin._spot.number if pin._spot.number is not None else pin._spot.cpu}"
            for name, pin in (("sck", self._sck), ("mosi", self._mosi), ("miso", self._miso))
        )
        return f"SoftSPI({settings}, {pins})"
