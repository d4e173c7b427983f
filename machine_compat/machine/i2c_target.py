"""`machine.I2CTarget`: answers another I2C controller, from a buffer or by a handler.

# Ref: MicroPython extmod/machine_i2c_target.c, ports/{rp2,esp32,stm32}/machine_i2c_target.c; RP2040 datasheet 4.3.5 and
# 4.3.10 (FIFOs of a target, RD_REQ and RX_DONE)
"""

from collections import deque
from typing import Any, Self

from machine_compat.contract import I2CTargetChannel, I2CTargetConfig, I2CTargetEvent
from machine_compat.errors import BusError
from machine_compat.machine.i2c_target_memory import TargetMemory
from machine_compat.machine.irq import IRQ, Handler
from machine_compat.machine.peripheral import Peripheral, fail, readable, to_int, writable
from machine_compat.machine.pins import bus_of, bus_pin, shown
from machine_compat.profile import Bus

_UNSET: Any = object()
PATIENCE_NS = 50_000_000
"""For how long a handler may keep the controller waiting: as long as controllers by default let a target stretch."""
ADDR_MATCH_READ, ADDR_MATCH_WRITE, READ_REQ, WRITE_REQ, END_READ, END_WRITE = 1, 2, 4, 8, 16, 32
ADDRESSED, SELECTING, READING, WRITING = "addressed", "selecting", "reading", "writing"


class I2CTarget(Peripheral):
    """I2CTarget(id, addr, *, addrsize=7, mem=None, mem_addrsize=8, scl=None, sda=None)

    mem: a buffer that the controller reads and writes like an EEPROM, its address sent first in `mem_addrsize` bits;
    without it handlers of `irq` take and give the bytes. There is one object an id. Raises ValueError for a bus or pin
    the board does not have, and "mem_addrsize must be 0, 8, 16, 24 or 32".
    """

    IRQ_ADDR_MATCH_READ = ADDR_MATCH_READ
    IRQ_ADDR_MATCH_WRITE = ADDR_MATCH_WRITE
    IRQ_READ_REQ = READ_REQ
    IRQ_WRITE_REQ = WRITE_REQ
    IRQ_END_READ = END_READ
    IRQ_END_WRITE = END_WRITE

    _place: Bus
    _channel: I2CTargetChannel
    _config: I2CTargetConfig | None

    def __new__(cls, id: Any = _UNSET, *args: Any, **options: Any) -> Self:
        board = cls._board
        if id is _UNSET and not board.port.i2c_target_default:
            raise TypeError("'id' argument required")
        label = "I2C" if board.port.i2c_pins_fixed else "I2CTarget"
        place = bus_of(board, "i2c", board.port.i2c_default if id is _UNSET else id, label)
        return board.singleton((cls, place.ref), lambda: cls._make(place))

    @classmethod
    def _make(cls, place: Bus) -> Self:
        self = object.__new__(cls)
        self._place = place
        self._config = None
        self._irq = None
        self._forget(None, 8)
        return self

    def __init__(
        self,
        id: Any = _UNSET,
        addr: Any = _UNSET,
        *,
        addrsize: int = 7,
        mem: object = None,
        mem_addrsize: int = 8,
        scl: object = None,
        sda: object = None,
    ) -> None:
        board, place = self._board, self._place
        if addr is _UNSET:
            raise TypeError("'addr' argument required")
        if board.port.i2c_pins_fixed and (scl is not None or sda is not None):
            raise TypeError("extra keyword arguments given")
        if to_int(addrsize) != 7 and board.port.i2c_target_whole:
            raise ValueError("10-bit address unsupported")
        old, pins = self._config, {"scl": scl, "sda": sda}
        refs = {
            signal: (getattr(old, signal) if old and pin is None else None)
            or bus_pin(board, place, signal, pin, f"bad {signal.upper()} pin")
            for signal, pin in pins.items()
        }
        self._forget(mem, mem_addrsize)
        self._open(I2CTargetConfig(to_int(addr), refs["scl"], refs["sda"]))

    def _forget(self, mem: object, mem_addrsize: int) -> None:
        """Begin anew, with this memory."""
        self._memory = TargetMemory(writable(mem), to_int(mem_addrsize)) if mem is not None else None
        self._phase = ""
        self._received: deque[int] = deque()
        self._to_send: deque[int] = deque()
        self._masked = self._ending = False

    def _open(self, config: I2CTargetConfig) -> None:
        board = self._board
        for ref in (config.scl, config.sda):
            if ref is not None:
                board.claim(ref, self._lost, "I2C")
        self._config = config
        try:
            board.i2c_target(self._place.ref, self)
            self._channel.configure(config)
            self._channel.watch(self._event)
        except BusError as error:
            self._config = None
            fail(board, "I2CTarget", error)

    def bind(self, channel: I2CTargetChannel, /) -> None:
        self._channel = channel
        if self._config is not None:
            channel.watch(self._event)

    def _lost(self) -> None:
        """A pin of the bus became something else; the target no longer hears the controller."""
        if self._config is not None:
            self._channel.close()

    def deinit(self) -> None:
        """Answer no more; the handler is forgotten."""
        if self._config is not None:
            self._channel.close()
            self._config = None
            if self._irq is not None:
                self._irq.attach(None, 0, hard=False)
                self._irq = None

    # ---- what the controller does

    def _event(self, event: I2CTargetEvent, byte: int | None) -> int | None:
        match event:
            case I2CTargetEvent.START_READ | I2CTargetEvent.START_WRITE:
                return self._start(event is I2CTargetEvent.START_READ)
            case I2CTargetEvent.WRITE:
                return self._write(byte or 0)
            case I2CTargetEvent.READ:
                return self._read()
        return self._end()

    def _start(self, read: bool) -> int | None:
        self._end()
        if not self._tell(ADDR_MATCH_READ if read else ADDR_MATCH_WRITE):
            return None
        self._reads = read
        self._phase = ADDRESSED
        return 1

    def _end(self) -> int:
        """The end of a message, by STOP or by the next START."""
        whole = self._board.port.i2c_target_whole
        phase, self._phase = self._phase, ""
        if phase == READING:
            if not whole:
                # The chip asks for the next byte before it hears that the controller wants no more.
                self._request()
            elif self._memory is not None:
                # The driver has handed all of the memory over at the beginning: the address is where it was.
                self._memory.cursor = self._began
            self._to_send.clear()
            self._tell(END_READ)
        elif phase == WRITING or (phase == ADDRESSED and not self._reads and not whole):
            self._ending = bool(self._received)
            if not self._ending:
                self._tell(END_WRITE)
        return 1

    def _write(self, byte: int) -> int | None:
        if len(self._received) >= self._board.port.i2c_target_fifo:
            return None
        self._received.append(byte)
        if not self._masked:
            handled = self._masked = self._wants(WRITE_REQ)
            if handled and not self._tell(WRITE_REQ):
                return None
            if self._memory is not None:
                self._take(self._memory)
            elif not handled:
                self._received.clear()
        if self._memory is None:
            self._phase = WRITING
        return 1

    def _take(self, memory: TargetMemory) -> None:
        """Put what came into the memory."""
        self._masked = False
        while self._received:
            byte = self._received.popleft()
            if self._phase == ADDRESSED:
                self._phase = SELECTING
                memory.select()
            if self._phase == SELECTING and memory.selecting:
                memory.address(byte)
            else:
                self._phase = WRITING
                memory.store(byte)

    def _read(self) -> int | None:
        if self._phase != READING and self._memory is not None:
            self._began = self._memory.cursor
        self._phase = READING
        if not self._to_send and not self._request():
            return None
        # What a handler has not given is sent as zeros.
        return self._to_send.popleft() if self._to_send else 0

    def _request(self) -> bool:
        """Ask for the next byte to send; False if the handler did not run in time."""
        handled = self._wants(READ_REQ)
        if handled and not self._tell(READ_REQ):
            return False
        if self._memory is not None:
            self._to_send.append(self._memory.load())
        elif not handled:
            self._to_send.append(0)
        return True

    # ---- what the script does

    @property
    def memaddr(self) -> int:
        """The address in the memory that the controller selected last."""
        return self._memory.selected if self._memory is not None else 0

    def readinto(self, buf: object, /) -> int:
        """Take bytes that the controller has written, as many as there are and fit; how many that was."""
        view = writable(buf)
        count = min(len(view), len(self._received))
        for index in range(count):
            view[index] = self._received.popleft()
        self._masked = False
        if self._ending and not self._received:
            self._ending = False
            self._tell(END_WRITE)
        return count

    def write(self, buf: object, /) -> int:
        """Queue bytes for the controller to read, as many as fit; how many that was."""
        data = readable(buf)
        taken = data[: max(0, self._board.port.i2c_target_fifo - len(self._to_send))]
        self._to_send.extend(taken)
        return len(taken)

    # ---- interrupts

    def irq(self, handler: Handler | None = _UNSET, trigger: Any = _UNSET, hard: Any = _UNSET) -> IRQ:
        """Call ``handler(target)`` on events of a trigger mask; with no arguments, just the interrupt object.

        trigger: IRQ_END_READ | IRQ_END_WRITE unless given. Raises ValueError "hard IRQ required" for any other event
        without `hard`, "hard IRQ unsupported" where the port has none.
        """
        if self._irq is None:
            self._irq = IRQ(self._board, self, self._retrigger)
        if handler is not _UNSET or trigger is not _UNSET or hard is not _UNSET:
            mask = END_READ | END_WRITE if trigger is _UNSET else to_int(trigger)
            is_hard = hard is not _UNSET and bool(hard)
            if self._board.port.i2c_target_whole:
                if is_hard:
                    raise ValueError("hard IRQ unsupported")
            elif mask & ~(END_READ | END_WRITE) and not is_hard:
                raise ValueError("hard IRQ required")
            self._irq.attach(None if handler is _UNSET else handler, mask, is_hard)
        return self._irq

    def _retrigger(self, mask: int) -> None:
        self._events = mask

    def _wants(self, event: int) -> bool:
        """Whether the script is told of an event."""
        return self._irq is not None and bool(self._events & event)

    def _tell(self, event: int) -> bool:
        """Tell the script, if it wants to know; False if a hard handler did not run in time."""
        if self._irq is None or not self._events & event:
            return True
        if self._irq.hard:
            return self._irq.demand(event, PATIENCE_NS)
        self._irq.fire(event)
        return True

    def __repr__(self) -> str:
        config, board = self._config, self._board
        address = config.address if config is not None else 0
        if board.port.i2c_pins_fixed:
            return f"I2CTarget({self._place.id}, addr={address})"
        pins = [shown(board, ref) for ref in (config.scl, config.sda)] if config is not None else ["-1", "-1"]
        return f"I2CTarget({self._place.id}, addr={address}, scl={pins[0]}, sda={pins[1]})"

    _irq: IRQ | None
    _events: int = 0
    _reads: bool = False
    _began: int = 0
