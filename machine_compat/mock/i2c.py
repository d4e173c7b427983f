"""I2C on simulated wires: whole transactions for controllers, and a decoder for pins moved by hand.

# Ref: NXP UM10204 I2C-bus specification, rev. 7: 3.1.4 START and STOP, 3.1.6 acknowledge, 3.1.10 addressing.
"""

from collections.abc import Sequence

from machine_compat.contract import I2CBus, I2CConfig, Op, Read
from machine_compat.errors import BusError, ConfigError, DeviceError, Fault
from machine_compat.mock.chip import I2CChip, chip_failed, naming
from machine_compat.mock.nets import Terminal
from machine_compat.mock.sockets import Socket
from machine_compat.mock.waveforms import draw_i2c
from machine_compat.mock.world import FAR, World

START_STOP_BITS = 2
ADDRESS_BITS = 10
"""START or repeated START, seven address bits, direction, acknowledge."""


def chips_on(scl: Terminal, sda: Terminal) -> dict[int, I2CChip]:
    """Who answers which address on the bus that these two wires are."""
    found: dict[int, I2CChip] = {}
    for terminal in scl.net.terminals:
        chip = terminal.owner
        if isinstance(chip, I2CChip) and chip.legs["scl"] is terminal and chip.legs["sda"].net is sda.net:
            for address in chip.addresses():
                if address in found and found[address] is not chip:
                    raise ConfigError(f"{chip.name} and {found[address].name} share the I2C address {address:#04x}")
                found[address] = chip
    return found


class MockI2C(I2CBus):
    """A controller on two wires of the world, or on the legs of a socket that its configuration plugs to pins."""

    __slots__ = (
        "_addressed", "_bit_ns", "_bits", "_chips", "_held", "_message", "_scl", "_sda", "_socket", "_wiring", "_world",
    )  # fmt: skip

    def __init__(self, world: World, scl: Terminal, sda: Terminal, socket: Socket | None = None) -> None:
        self._world = world
        self._scl = scl
        self._sda = sda
        self._socket = socket
        self._bit_ns = 2_500
        self._bits = 0
        self._message = 0
        self._chips: dict[int, I2CChip] = {}
        self._wiring = -1
        self._held = False
        """Whether the transfer before ended without STOP."""
        self._addressed: list[I2CChip] = []

    def configure(self, config: I2CConfig, /) -> None:
        self._bit_ns = max(1, 1_000_000_000 // config.frequency)
        if self._socket:
            self._socket.plug(scl=config.scl, sda=config.sda)
            self._socket.take("scl", "sda")
        # What a breakout board's resistors do; without them an empty bus would read as stuck.
        self._scl.pull(1)
        self._sda.pull(1)

    def close(self) -> None:
        if self._socket:
            self._socket.release()

    def transfer(self, address: int, ops: Sequence[Op], stop: bool = True, /) -> bytes:
        world = self._world
        if self._wiring != world.wiring:
            self._chips = chips_on(self._scl, self._sda)
            self._wiring = world.wiring
        if not (self._scl.net.level and self._sda.net.level):
            self._stuck()
        self._held = bool(self._addressed)
        chip = self._chips.get(address)
        if chip is None:
            self._stop()
            if world.tracer is not None:
                self._draw(address, ops[:1], -1, b"", True)
            world.spend((START_STOP_BITS + ADDRESS_BITS) * self._bit_ns)
            raise BusError(Fault.NACK_ADDRESS)
        self._bits = START_STOP_BITS
        try:
            reply = self._messages(chip, address, ops)
        except BusError as error:
            self._stop()
            if world.tracer is not None:
                acked = -1 if error.fault is Fault.NACK_ADDRESS else error.acked
                self._draw(address, ops[: self._message + 1], acked, b"", True)
            world.spend(self._bits * self._bit_ns)
            raise
        except (ConfigError, DeviceError):
            raise
        except Exception as error:
            # No time passes: the world would stop before the script's line is known.
            raise chip_failed(chip, error) from error
        if stop:
            self._stop()
        if world.tracer is not None:
            self._draw(address, ops, FAR, reply, stop)
        world.spend(self._bits * self._bit_ns)
        return reply

    def _draw(self, address: int, ops: Sequence[Op], acked: int, reply: bytes, stop: bool) -> None:
        """Show a tracer the edges of a transfer that begins now."""
        tracer = self._world.tracer
        if tracer is not None:
            scl, sda = draw_i2c(self._world.now, self._bit_ns, address, ops, acked, reply, self._held, stop)
            tracer.drawn(self._scl.net, scl)
            tracer.drawn(self._sda.net, sda)

    def _messages(self, chip: I2CChip, address: int, ops: Sequence[Op]) -> bytes:
        reply = b""
        for self._message, op in enumerate(ops):
            self._bits += ADDRESS_BITS
            read = type(op) is Read
            if not chip.start(address, read):
                raise BusError(Fault.NACK_ADDRESS)
            if chip not in self._addressed:
                self._addressed.append(chip)
            if isinstance(op, Read):
                reply += chip.read_block(op.count)
                self._bits += 9 * op.count
            elif op.data:
                acked = chip.write_block(op.data)
                self._bits += 9 * min(acked + 1, len(op.data))
                if acked < len(op.data):
                    raise BusError(Fault.NACK_DATA, acked)
        return reply

    def _stop(self) -> None:
        addressed, self._addressed = self._addressed, []
        for chip in addressed:
            with naming(chip):
                chip.stop()

    def _stuck(self) -> None:
        low = "SCL" if not self._scl.net.level else "SDA"
        net = (self._scl if low == "SCL" else self._sda).net
        self._world.spend(1_000_000)
        raise BusError(Fault.TIMEOUT, message=f"{low} is held low ({net.name})")


class I2CDecoder:
    """Lets a chip hear a bus whose two wires a script moves by hand."""

    __slots__ = ("_acked", "_addressed", "_bits", "_byte", "_chip", "_phase", "_scl", "_sda")

    def __init__(self, chip: I2CChip) -> None:
        self._chip = chip
        self._scl = chip.legs["scl"]
        self._sda = chip.legs["sda"]
        self._phase = "idle"
        self._bits = 0
        self._byte = 0
        self._acked = False
        self._addressed = False
        """Whether the chip was addressed since the last STOP, and so wants to hear of the next one."""
        chip.watch("scl", self._clock)
        chip.watch("sda", self._data)

    def _data(self, level: int, time: int) -> None:
        if not self._scl.net.level:
            return
        if level == 0:
            self._phase, self._bits, self._byte = "address", 0, 0
        else:
            self._phase = "idle"
            if self._addressed:
                self._addressed = False
                self._chip.stop()

    def _clock(self, level: int, time: int) -> None:
        if self._phase == "idle":
            return
        if level:
            self._rising()
        elif self._phase == "read":
            self._read_falling()
        else:
            self._write_falling()

    def _rising(self) -> None:
        if self._phase == "read":
            if self._bits == 8:
                self._acked = not self._sda.net.level
        elif self._bits < 8:
            self._byte = self._byte << 1 | self._sda.net.level
        self._bits += 1

    def _write_falling(self) -> None:
        if self._bits == 8:
            self._acked = self._accept(self._byte)
            self._sda.pull_low(self._acked)
        elif self._bits == 9:
            self._sda.pull_low(False)
            if not self._acked and self._phase != "write":
                self._phase = "idle"
            elif self._phase == "address" and self._byte & 1:
                self._phase = "read"
                self._load()
            else:
                self._phase = "write"
            self._bits = 0
            if self._phase != "read":
                self._byte = 0

    def _accept(self, byte: int) -> bool:
        try:
            if self._phase == "write":
                return self._chip.write(byte)
            address = byte >> 1
            if address not in self._chip.addresses():
                return False
            self._addressed = True
            return self._chip.start(address, bool(byte & 1))
        except BusError:
            # Pins moved by hand have no timeout: who does not answer has not acknowledged.
            return False

    def _read_falling(self) -> None:
        if self._bits < 8:
            self._sda.pull_low(not self._byte >> (7 - self._bits) & 1)
        elif self._bits == 8:
            self._sda.pull_low(False)
        elif self._acked:
            self._bits = 0
            self._load()
        else:
            self._phase = "idle"

    def _load(self) -> None:
        try:
            self._byte = self._chip.read() & 0xFF
        except BusError:
            self._byte = 0xFF
        self._sda.pull_low(not self._byte >> 7)
