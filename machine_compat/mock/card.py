"""A slot for memory cards: it moves whole blocks to and from the simulated card whose contacts its wires reach.

# Ref: SD Specifications Part 1, Physical Layer Simplified Specification, version 2.00: 3.6 (SD bus protocol), 4.6.2
# (data read and write time)
"""

from machine_compat.contract import CardChannel, CardConfig
from machine_compat.errors import BusError, Fault
from machine_compat.mock.chip import naming
from machine_compat.mock.devices.sdcard import SDCard
from machine_compat.mock.devices.sdcard_registers import BLOCK
from machine_compat.mock.sockets import Socket
from machine_compat.mock.world import World

COMMAND_BITS = 48 + 48 + 64
"""A command, its answer, and the pauses between."""
BLOCK_BITS = 1 + 8 * BLOCK + 16 + 1
"""Start bit, data, CRC, end bit, all in one line."""
ACCESS_NS = 100_000
BUSY_NS = 500_000
"""What a card takes before it gives a block, and after it was given one."""


class MockCard(CardChannel):
    """A slot, on the legs of a socket."""

    __slots__ = ("_config", "_socket", "_world")

    def __init__(self, world: World, socket: Socket) -> None:
        self._world = world
        self._socket = socket
        self._config = CardConfig()

    def configure(self, config: CardConfig, /) -> None:
        self._config = config
        self._socket.plug(clk=config.clk, cmd=config.cmd, dat0=config.dat0, dat3=config.dat3)

    def _card(self) -> SDCard | None:
        legs = self._socket.legs
        for terminal in legs["clk"].net.terminals:
            card = terminal.owner
            if isinstance(card, SDCard) and card.legs["mosi"].net is legs["cmd"].net:
                return card if card.legs["miso"].net is legs["dat0"].net else None
        return None

    def _with(self, block: int, count: int) -> SDCard:
        card = self._card()
        if card is None:
            raise BusError(Fault.TIMEOUT, message=f"no memory card is in {self._socket.label}")
        if not 0 <= block <= card.blocks - count:
            raise BusError(Fault.IO, message=f"{card.name} has {card.blocks} blocks, not {block + count}")
        return card

    def blocks(self) -> int:
        card = self._card()
        return card.blocks if card is not None else 0

    def read(self, block: int, count: int, /) -> bytes:
        card = self._with(block, count)
        with naming(card):
            data = card.read(block, count)
        self._spend(count, ACCESS_NS)
        return data

    def write(self, block: int, data: bytes, /) -> None:
        count = len(data) // BLOCK
        card = self._with(block, count)
        with naming(card):
            card.write(block, data)
        self._spend(count, BUSY_NS)

    def _spend(self, count: int, card_ns: int) -> None:
        bits = COMMAND_BITS + count * BLOCK_BITS // self._config.width
        self._world.spend(bits * 1_000_000_000 // self._config.frequency + count * card_ns)

    def close(self) -> None:
        """There is nothing to give back."""
