"""The I2C engine of an MCP2221A: its states, its 60-byte buffer, and how it gets stuck until it is cancelled.

# Ref: Microchip DS20005565 (MCP2221A), 3.1.1 and 3.1.5 to 3.1.11. The state numbers are those of Microchip's SMBus
# driver example, as in Linux drivers/hid/hid-mcp2221.c. That a data NACK ends in DATA_TIMEOUT is inferred from these.
"""

from collections.abc import Callable

from machine_compat.mock.nets import Terminal
from machine_compat.mock.usb.i2c_master import I2CMaster, LineHeld
from machine_compat.mock.usb.sequencer import Program, Sequencer
from machine_compat.mock.world import World

IDLE, START, START_TIMEOUT, RESTART_TIMEOUT = 0x00, 0x10, 0x12, 0x17
ADDRESS, ADDRESS_TIMEOUT, ADDRESS_NACK = 0x21, 0x23, 0x25
WRITING, WANTS_DATA, DATA_TIMEOUT, HELD = 0x40, 0x43, 0x44, 0x45
READING, CHUNK, LAST_CHUNK = 0x50, 0x54, 0x55
STOPPING, STOP_TIMEOUT = 0x60, 0x62

WRITE, WRITE_RESTART, WRITE_NO_STOP, READ, READ_RESTART = 0x90, 0x92, 0x94, 0x91, 0x93
BUFFER = 60
STRETCH_NS = 25_000_000
"""How long the engine waits for a line that is held."""
CANCEL_NS = 500_000
CLOCK_HZ = 12_000_000
DEFAULT_DIVIDER = 118
TIMEOUTS = {START: START_TIMEOUT, ADDRESS: ADDRESS_TIMEOUT, WRITING: DATA_TIMEOUT, READING: DATA_TIMEOUT}


class I2CEngine:
    """One transfer at a time. An error state stays until `cancel`: every command in between is refused.

    fragile_cancel: whether cancelling before the first transfer leaves it in STOP_TIMEOUT until the chip is reset,
    as EasyMCP2221's author found on some chips.
    """

    def __init__(self, world: World, scl: Terminal, sda: Terminal, ready: Callable[[], None]) -> None:
        self.state = IDLE
        self.requested = 0
        self.done = 0
        self.nacked = False
        self.used = False
        self.disturbed = False
        """Whether SDA moved while the engine was idle."""
        self.address = 0
        self.divider = DEFAULT_DIVIDER
        self.fragile_cancel = False
        self.buffer = bytearray()
        self._ready = ready
        self._world = world
        self._scl = scl
        self._sda = sda
        self._held = False
        self._master = I2CMaster(scl, sda, STRETCH_NS)
        self._sequencer = Sequencer(world)
        for line in (scl, sda):
            line.pull(1)
        sda.watch(self._sda_moved)
        sda.passive = True
        self.set_divider(DEFAULT_DIVIDER)

    def _sda_moved(self, level: int, time: int) -> None:
        if self.state == IDLE and self.used:
            self.disturbed = True

    @property
    def lines(self) -> tuple[int, int]:
        """SCL and SDA as they are."""
        return self._scl.level, self._sda.level

    @property
    def busy(self) -> bool:
        """Whether a transfer is under way, or has ended badly."""
        return self.state not in (IDLE, HELD)

    def set_divider(self, divider: int) -> bool:
        """Choose the speed, 12 MHz / (divider + 2); refused in the middle of a transfer."""
        if self.busy:
            return False
        self.divider = divider
        self._master.bit_ns = 1_000_000_000 * (divider + 2) // CLOCK_HZ
        return True

    # ---- commands

    def write(self, command: int, length: int, address: int, chunk: bytes) -> bool:
        """A write, or the next 60 bytes of it; False: not now, `state` says why. Of no bytes it does nothing at all."""
        if self.state == WANTS_DATA:
            self.buffer += chunk[: self.requested - self.done]
            self._state(WRITING)
            self._sequencer.go_on()
            return True
        if not self._may_begin(command in (WRITE, WRITE_NO_STOP)):
            return False
        if length:
            self._begin(address & 0xFE, length)
            self.buffer += chunk[:length]
            self._sequencer.start(self._guarded(self._write(command)))
        return True

    def read(self, command: int, length: int, address: int) -> bool:
        """Begin a read; False: not now, `state` says why.

        The command alone makes it one: Linux sends the address without its lowest bit.
        """
        if not self._may_begin(command == READ):
            return False
        if length:
            self._begin(address | 1, length)
            self._sequencer.start(self._guarded(self._read()))
        return True

    def collect(self) -> bytes | None:
        """What was read, up to 60 bytes, once there is a chunk; the engine then goes on."""
        if self.state not in (CHUNK, LAST_CHUNK):
            return None
        data = bytes(self.buffer)
        self.buffer.clear()
        self._state(READING if self.state == CHUNK else IDLE)
        self._sequencer.go_on()
        return data

    def cancel(self) -> bool:
        """Give up whatever is under way; False: there was nothing."""
        if not self.used and self.fragile_cancel:
            self._state(STOP_TIMEOUT)
            return True
        self.disturbed = False
        if self.state == IDLE or (not self.used and self.state == STOP_TIMEOUT):
            return False
        self._sequencer.start(self._cancel())
        return True

    def reset(self) -> None:
        """As at power-on."""
        self._sequencer.stop()
        self._master.let_go()
        self.state = IDLE
        self.used = self.nacked = self.disturbed = self._held = False
        self.requested = self.done = self.address = 0
        self.buffer.clear()
        self.set_divider(DEFAULT_DIVIDER)

    def _may_begin(self, with_start: bool) -> bool:
        return self.state == IDLE or (self.state == HELD and not with_start)

    # ---- on the wire

    def _state(self, state: int) -> None:
        self.state = state
        self._ready()

    def _begin(self, address: int, length: int) -> None:
        self.used = True
        self.disturbed = False
        self.nacked = False
        self.address = address
        self.requested = length
        self.done = 0
        self.buffer.clear()
        self.state = START

    def _guarded(self, program: Program) -> Program:
        """Run a transfer; a line that is held leaves the engine in a timeout state."""
        try:
            yield from program
        except LineHeld:
            self._master.let_go()
            timeout = RESTART_TIMEOUT if self.state == START and self._held else TIMEOUTS.get(self.state, STOP_TIMEOUT)
            self._held = False
            self._state(timeout)

    def _address(self) -> Program:
        """START and address; without an acknowledge, STOP and an error state."""
        yield from self._master.start()
        self.state = ADDRESS
        if (yield from self._master.write(self.address)):
            return
        self.nacked = True
        yield from self._master.stop()
        self._held = False
        self._state(ADDRESS_NACK)

    def _write(self, command: int) -> Program:
        yield from self._address()
        if self.nacked:
            return
        self.state = WRITING
        while self.done < self.requested:
            while not self.buffer:
                if self.state != WANTS_DATA:
                    self._state(WANTS_DATA)
                yield None
            if not (yield from self._master.write(self.buffer.pop(0))):
                self.nacked = True
                yield from self._master.stop()
                self._held = False
                self._state(DATA_TIMEOUT)
                return
            self.done += 1
        self._held = command == WRITE_NO_STOP
        if not self._held:
            self.state = STOPPING
            yield from self._master.stop()
        self._state(HELD if self._held else IDLE)

    def _read(self) -> Program:
        yield from self._address()
        if self.nacked:
            return
        self.state = READING
        while self.done < self.requested:
            while len(self.buffer) == BUFFER or self.state == CHUNK:
                if self.state != CHUNK:
                    self._state(CHUNK)
                yield None
            last = self.done + 1 == self.requested
            self.buffer.append((yield from self._master.read(not last)))
            self.done += 1
        yield from self._master.stop()
        self._held = False
        self._state(LAST_CHUNK)

    def _cancel(self) -> Program:
        yield CANCEL_NS
        try:
            yield from self._master.stop()
        except LineHeld:
            self._master.let_go()
        self._held = False
        self.buffer.clear()
        self._state(IDLE)
        self.disturbed = False
