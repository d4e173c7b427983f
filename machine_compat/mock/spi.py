"""SPI on simulated wires: whole transfers for controllers, and a decoder for pins moved by hand."""

import warnings

from machine_compat.contract import SPIBus, SPIConfig
from machine_compat.errors import BusError, ConfigError, DeviceError
from machine_compat.mock.chip import SPIChip, chip_failed, naming
from machine_compat.mock.nets import Contention, Terminal
from machine_compat.mock.sockets import Socket
from machine_compat.mock.waveforms import draw_spi
from machine_compat.mock.world import World

REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
"""Each byte with its bits in the opposite order."""


class SimulationWarning(UserWarning):
    """The simulated board does what a real one would, and that is probably not what was meant."""


class MockSPI(SPIBus):
    """A controller on three wires of the world. Which chips hear it follows from the wires and their CS legs."""

    __slots__ = ("_byte_ns", "_chips", "_config", "_miso", "_mosi", "_sck", "_socket", "_wiring", "_world")

    def __init__(
        self, world: World, sck: Terminal, mosi: Terminal, miso: Terminal, socket: Socket | None = None
    ) -> None:
        self._world = world
        self._sck = sck
        self._mosi = mosi
        self._miso = miso
        self._socket = socket
        self._config = SPIConfig()
        self._byte_ns = 8_000
        self._chips: list[SPIChip] = []
        self._wiring = -1

    def configure(self, config: SPIConfig, /) -> None:
        self._config = config
        self._byte_ns = 8 * 1_000_000_000 // config.baudrate
        if self._socket:
            self._socket.plug(sck=config.sck, mosi=config.mosi, miso=config.miso)
            self._socket.take("sck", "mosi", "miso")
        tracer = self._world.tracer
        if tracer is not None:
            tracer.drawn(self._sck.net, [(self._world.now, config.polarity)])

    def close(self) -> None:
        if self._socket:
            self._socket.release()

    def transfer(self, out: bytes, want_reply: bool = True, /) -> bytes:
        world = self._world
        if self._wiring != world.wiring:
            self._chips = chips_on(self._sck)
            self._wiring = world.wiring
        lsb_first = self._config.lsb_first
        selected: SPIChip | None = None
        reply: bytes | None = None
        for chip in self._chips:
            heard = out if chip.lsb_first == lsb_first else out.translate(REVERSED)
            if chip.legs["cs"].net.read():
                if type(chip).idle_clocks is not SPIChip.idle_clocks:
                    with naming(chip):
                        chip.idle_clocks(heard)
                continue
            answer = self._exchange(chip, heard)
            if chip.lsb_first != lsb_first:
                answer = answer.translate(REVERSED)
            miso = chip.legs.get("miso")
            if miso is not None and miso.net is self._miso.net:
                if selected is not None and answer != reply:
                    raise self._fight(selected, chip)
                selected, reply = chip, answer
        if reply is None:
            reply = self._unanswered(out)
        if world.tracer is not None:
            drawn = draw_spi(world.now, self._config, out, b"" if self._miso.net is self._mosi.net else reply)
            for terminal, changes in zip((self._sck, self._mosi, self._miso), drawn, strict=True):
                world.tracer.drawn(terminal.net, changes)
        world.spend(self._byte_ns * len(out))
        return reply if want_reply else b""

    def _fight(self, one: SPIChip, other: SPIChip) -> Contention:
        names = f"{one.name} and {other.name}"
        time = f"{self._world.now / 1e9:.6f} s"
        return self._world.fatal(Contention(f"two chips drive MISO: {names} are both selected at {time}"))

    def _unanswered(self, out: bytes) -> bytes:
        """What MISO reads while no chip drives it."""
        if self._miso.net is self._mosi.net:
            return out
        return bytes([0xFF if self._miso.net.read() else 0x00]) * len(out)

    def _exchange(self, chip: SPIChip, heard: bytes) -> bytes:
        mode = 2 * self._config.polarity + self._config.phase
        if mode not in chip.modes:
            modes = " or ".join(map(str, chip.modes))
            warnings.warn(
                f"{chip.name} speaks SPI mode {modes}, the bus is in mode {mode}: it hears noise",
                SimulationWarning,
                stacklevel=3,
            )
            return bytes([0xFF]) * len(heard)
        if chip.legs["mosi"].net is not self._mosi.net:
            heard = bytes([0xFF if chip.legs["mosi"].net.read() else 0x00]) * len(heard)
        try:
            return chip.exchange(heard)
        except (BusError, ConfigError, DeviceError):
            raise
        except Exception as error:
            raise chip_failed(chip, error) from error


def chips_on(sck: Terminal) -> list[SPIChip]:
    """The chips whose clock leg hangs on this wire."""
    return [
        terminal.owner
        for terminal in sck.net.terminals
        if isinstance(terminal.owner, SPIChip) and terminal.owner.legs["sck"] is terminal
    ]


class SPIDecoder:
    """Tells a chip when it is selected, and lets it hear a bus whose wires a script moves by hand."""

    __slots__ = ("_bits", "_byte", "_chip", "_legs", "_miso", "_out", "_sample_on")

    def __init__(self, chip: SPIChip) -> None:
        self._chip = chip
        self._legs = chip.legs
        self._miso = chip.legs.get("miso")
        self._sample_on = 1 if chip.modes[0] in (0, 3) else 0
        self._bits = 0
        self._byte = 0
        self._out = 0xFF
        chip.watch("cs", self._select)
        chip.watch("sck", self._clock)
        if not chip.legs["cs"].level:
            with naming(chip):
                self._select(0, chip.world.now)

    def _select(self, level: int, time: int) -> None:
        self._bits = self._byte = 0
        if level:
            self._chip.deselect()
            if self._miso is not None:
                self._miso.release()
        else:
            self._chip.select()
            self._out = self._chip.preview()

    def _clock(self, level: int, time: int) -> None:
        selected = not self._legs["cs"].net.read()
        if level != self._sample_on:
            if selected:
                self._put_bit()
            return
        if selected and self._bits == 0:
            self._put_bit()
        self._byte = self._byte << 1 | self._legs["mosi"].net.read()
        self._bits += 1
        if self._bits == 8:
            whole = bytes([REVERSED[self._byte] if self._chip.lsb_first else self._byte])
            self._bits = self._byte = 0
            if selected:
                self._chip.exchange(whole)
                self._out = self._chip.preview()
            else:
                self._chip.idle_clocks(whole)

    def _put_bit(self) -> None:
        if self._miso is not None:
            shift = self._bits if self._chip.lsb_first else 7 - self._bits
            self._miso.drive(self._out >> shift & 1)
