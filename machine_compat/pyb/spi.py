"""`pyb.SPI`: the pyboard's older SPI controller, with send, recv and send_recv beside machine's methods.

# Ref: MicroPython ports/stm32/pyb_spi.c, spi.c; RM0090 28.5.1 (SPI_CR1)
"""

import errno
from typing import Any

from machine_compat.contract import SPIConfig
from machine_compat.machine.one_per_bus import OnePerBus
from machine_compat.machine.peripheral import to_int, writable
from machine_compat.machine.spi_controller import SPIController
from machine_compat.oserror import os_error
from machine_compat.pyb.buffers import to_receive, to_send
from machine_compat.pyb.clocks import spi_hz

PRESCALERS = tuple(2**power for power in range(1, 9))


class SPI(OnePerBus, SPIController):
    """SPI(bus, mode, baudrate=328125, *, prescaler, polarity=1, phase=0, bits=8, firstbit=MSB, ti=False, crc=None)

    bus: 1 or 2, "X" or "Y"; there is one object a bus, and with the bus alone it is not touched. prescaler: the bus
    clock's divider, instead of a baud rate; what is given is made the nearest at or below that there is. ti and crc
    change nothing on the wire; a timeout never comes to pass. Raises ValueError for a bus the board does not have and
    for PERIPHERAL, which nothing here can be; OSError EBUSY before init.
    """

    CONTROLLER = MASTER = 0x104
    PERIPHERAL = SLAVE = 0
    MSB, LSB = 0, 0x80

    _kind = "pyb.SPI"
    _bus_kind, _bus_label = "spi", "SPI"
    _config: SPIConfig | None

    def _made(self) -> None:
        self._config = None

    def __init__(self, bus: object, *args: Any, **options: Any) -> None:
        if args or options:
            self.init(*args, **options)

    def init(
        self,
        mode: int,
        baudrate: int = 328_125,
        *,
        prescaler: int | None = None,
        polarity: int = 1,
        phase: int = 0,
        bits: int = 8,
        firstbit: int = MSB,
        ti: object = False,
        crc: int | None = None,
    ) -> None:
        """Start the bus; arguments as for the constructor."""
        if to_int(mode) != self.CONTROLLER:
            raise ValueError("SPI.PERIPHERAL cannot be done here; SPI.CONTROLLER can")
        source = spi_hz(self._board, self._place.id)
        if prescaler is None:
            if to_int(baudrate) <= 0:
                raise ValueError("invalid baudrate")
            prescaler = -(-source // baudrate)
        self._prescaler = next((one for one in PRESCALERS if to_int(prescaler) <= one), PRESCALERS[-1])
        self._crc = None if crc is None else to_int(crc)
        self._open(
            SPIConfig(
                source // self._prescaler,
                int(bool(polarity)),
                int(bool(phase)),
                16 if to_int(bits) == 16 else 8,
                to_int(firstbit) == self.LSB,
                **{signal: self._place.default(signal) for signal in ("sck", "mosi", "miso")},
            )
        )

    def _open(self, config: SPIConfig) -> None:
        board = self._board
        for ref in (config.sck, config.mosi, config.miso):
            if ref is not None:
                board.claim(ref, self._lost, "SPI")
        board.spi(self._place.ref, self)
        self._bus.configure(config)
        self._config = config

    def _lost(self) -> None:
        """A pin of the bus became something else; as on a board, the bus notices nothing."""

    def deinit(self) -> None:
        """Turn the bus off until the next init."""
        self._config = None

    def _transfer(self, out: bytes, want_reply: bool) -> bytes:
        if self._config is None:
            raise os_error(errno.EBUSY)
        return super()._transfer(out, want_reply)

    # ---- the older methods

    def send(self, send: object, *, timeout: int = 5000) -> None:
        """Send a byte, given as an int, or a buffer."""
        self._transfer(to_send(send), False)

    def recv(self, recv: object, *, timeout: int = 5000) -> object:
        """Receive as many bytes as an int says, or fill a buffer, which is returned; its old contents are sent."""
        received = to_receive(recv)
        return received.fill(self._transfer(received.contents(), True))

    def send_recv(self, send: object, recv: object = None, *, timeout: int = 5000) -> object:
        """Send a byte or a buffer and return what comes meanwhile, in the buffer `recv` where one is given.

        Raises ValueError "recv must be same length as send".
        """
        out = to_send(send)
        if recv is None:
            return self._transfer(out, True)
        view = writable(recv)
        if len(view) != len(out):
            raise ValueError("recv must be same length as send")
        view[:] = self._transfer(out, True)
        return recv

    def __repr__(self) -> str:
        config = self._config
        if config is None:
            return f"SPI({self._place.id})"
        crc = "" if self._crc is None else f", crc={self._crc:#x}"
        return (
            f"SPI({self._place.id}, SPI.CONTROLLER, baudrate={config.baudrate}, prescaler={self._prescaler}, "
            f"polarity={config.polarity}, phase={config.phase}, bits={config.bits}{crc})"
        )

    _prescaler: int
    _crc: int | None
