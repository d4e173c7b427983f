"""`pyb.I2C`: the pyboard's older I2C controller or peripheral, with send and recv.

# Ref: MicroPython ports/stm32/pyb_i2c.c
"""

import errno
from collections.abc import Sequence
from typing import Any

from machine_compat.contract import I2CBus, I2CConfig, Op, Read, Write
from machine_compat.errors import BusError, Fault, Unsupported
from machine_compat.machine.i2c_controller import present
from machine_compat.machine.one_per_bus import OnePerBus
from machine_compat.machine.peripheral import fail, to_int
from machine_compat.oserror import os_error
from machine_compat.pyb.buffers import to_receive, to_send
from machine_compat.pyb.i2c_peripheral import PeripheralSide

FASTEST = 400_000
TRIES = 100
"""How often is_ready asks: through the write cycle of an EEPROM."""
UNSET: Any = object()


class I2C(OnePerBus):
    """I2C(bus, mode=CONTROLLER, *, addr=0x12, baudrate=400000, gencall=False, dma=False)

    bus: 1 or 2, "X" or "Y"; there is one object a bus, and with the bus alone it is not touched. Timeouts are in ms.
    Raises ValueError for a bus the board does not have, OSError EBUSY before init, TypeError "I2C must be a controller"
    for what a peripheral cannot do: it answers at `addr` while it sends or receives.
    """

    CONTROLLER = MASTER = 0
    PERIPHERAL = SLAVE = 1

    _bus_kind, _bus_label = "i2c", "I2C"
    _bus: I2CBus
    _config: I2CConfig | None
    _side: PeripheralSide | None

    def _made(self) -> None:
        self._config = None
        self._side = None

    def __init__(self, bus: object, *args: Any, **options: Any) -> None:
        if args or options:
            self.init(*args, **options)

    def init(
        self,
        mode: int = CONTROLLER,
        *,
        addr: int = 0x12,
        baudrate: int = FASTEST,
        gencall: object = False,
        dma: object = False,
    ) -> None:
        """Start the bus; arguments as for the constructor. addr is a peripheral's; gencall and dma change nothing."""
        self.deinit()
        if to_int(mode) == self.PERIPHERAL:
            self._answer(addr)
            return
        frequency = min(to_int(baudrate), FASTEST)
        if frequency <= 0:
            raise ValueError(f"unsupported I2C baudrate: {frequency}")
        board, place = self._board, self._place
        config = I2CConfig(frequency, 5_000_000, place.default("scl"), place.default("sda"))
        for ref in (config.scl, config.sda):
            if ref is not None:
                board.claim(ref, self._lost, "I2C")
        board.i2c(place.ref, self)
        self._bus.configure(config)
        self._config = config

    def _answer(self, addr: int) -> None:
        """Be a peripheral."""
        board, place = self._board, self._place
        for ref in (place.default("scl"), place.default("sda")):
            if ref is not None:
                board.claim(ref, self._lost, "I2C")
        try:
            self._side = PeripheralSide(board, place, addr)
        except BusError as error:
            fail(board, "pyb.I2C", error)

    def bind(self, channel: I2CBus, /) -> None:
        self._bus = channel

    def _lost(self) -> None:
        """A pin of the bus became something else; as on a board, the bus notices nothing."""

    def deinit(self) -> None:
        """Turn the bus off until the next init."""
        self._config = None
        side, self._side = self._side, None
        if side is not None:
            side.close()

    def _controlling(self) -> None:
        if self._side is not None:
            raise TypeError("I2C must be a controller")

    # ---- transfers

    def _transfer(self, address: int, ops: Sequence[Op], timeout_ms: int = 5_000) -> bytes:
        config = self._config
        if config is None:
            raise os_error(errno.EBUSY)
        try:
            if config.timeout_us != timeout_ms * 1_000:
                self._config = config._replace(timeout_us=timeout_ms * 1_000)
                self._bus.configure(self._config)
            with self._board.interrupts:
                return self._bus.transfer(address, ops)
        except BusError as error:
            fail(self._board, "pyb.I2C", error)

    def _answers(self, address: int) -> bool:
        if self._config is None:
            raise os_error(errno.EBUSY)
        try:
            with self._board.interrupts:
                try:
                    self._bus.transfer(address, (Write(b""),))
                except Unsupported:
                    self._bus.transfer(address, (Read(1),))
        except BusError as error:
            if error.fault is not Fault.NACK_ADDRESS:
                fail(self._board, "pyb.I2C", error)
            return False
        return True

    def scan(self) -> list[int]:
        """The addresses that answer, ascending."""
        self._controlling()
        if self._config is None:
            raise os_error(errno.EBUSY)
        try:
            return present(self._bus, self._board.interrupts)
        except BusError as error:
            fail(self._board, "pyb.I2C", error)

    def is_ready(self, addr: int, /) -> bool:
        """Whether an address answers, asked until it does or has not for a while."""
        self._controlling()
        address = to_int(addr)
        return any(self._answers(address) for _ in range(TRIES))

    def send(self, send: object, addr: int = UNSET, *, timeout: int = 5000) -> None:
        """Send a byte, given as an int, or a buffer; a peripheral when the controller asks for it."""
        data = to_send(send)
        if self._side is not None:
            self._side.send(data, to_int(timeout))
            return
        self._transfer(given(addr), (Write(data),), to_int(timeout))

    def recv(self, recv: object, addr: int = UNSET, *, timeout: int = 5000) -> object:
        """Receive as many bytes as an int says, or fill a buffer, which is returned."""
        received = to_receive(recv)
        if self._side is not None:
            return received.fill(self._side.receive(received.count, to_int(timeout)))
        return received.fill(self._transfer(given(addr), (Read(received.count),), to_int(timeout)))

    def mem_read(self, data: object, addr: int, memaddr: int, *, timeout: int = 5000, addr_size: int = 8) -> object:
        """Read a count of bytes, or fill a buffer, from a register: its address, a repeated START, a read."""
        self._controlling()
        received = to_receive(data)
        ops = (Write(register(memaddr, addr_size)), Read(received.count))
        return received.fill(self._transfer(to_int(addr), ops, to_int(timeout)))

    def mem_write(self, data: object, addr: int, memaddr: int, *, timeout: int = 5000, addr_size: int = 8) -> None:
        """Write a byte, given as an int, or a buffer to a register: address and data are one message."""
        self._controlling()
        message = register(memaddr, addr_size) + to_send(data)
        self._transfer(to_int(addr), (Write(message),), to_int(timeout))

    def __repr__(self) -> str:
        config = self._config
        if self._side is not None:
            return f"I2C({self._place.id}, I2C.PERIPHERAL, addr={self._side.address:#04x})"
        if config is None:
            return f"I2C({self._place.id})"
        return f"I2C({self._place.id}, I2C.CONTROLLER, baudrate={config.frequency})"


def given(addr: int) -> int:
    if addr is UNSET:
        raise TypeError("addr argument required")
    return to_int(addr)


def register(memaddr: int, addr_size: int) -> bytes:
    """A register's address as sent: 8 bits, or 16 for any other size than 8."""
    if to_int(addr_size) == 8:
        return bytes((to_int(memaddr) & 0xFF,))
    return (to_int(memaddr) & 0xFFFF).to_bytes(2, "big")
