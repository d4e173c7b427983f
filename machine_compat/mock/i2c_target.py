"""A board's own I2C target on simulated wires: a chip whose answers come from the board's script."""

from machine_compat.contract import I2CTargetChannel, I2CTargetConfig, I2CTargetEvent, I2CTargetHandler
from machine_compat.errors import BusError, Fault
from machine_compat.mock.chip import I2CChip
from machine_compat.mock.i2c import I2CDecoder
from machine_compat.mock.nets import connect
from machine_compat.mock.sockets import Socket
from machine_compat.mock.world import World


class TargetChip(I2CChip):
    """What the bus sees of a target; it answers no address while nobody listens."""

    default_address = 0

    def __init__(self) -> None:
        super().__init__()
        self.handler: I2CTargetHandler | None = None
        self.connected = False

    def addresses(self) -> tuple[int, ...]:
        return (self.address,) if self.handler is not None and self.connected else ()

    def start(self, address: int, read: bool) -> bool:
        return bool(self._ask(I2CTargetEvent.START_READ if read else I2CTargetEvent.START_WRITE))

    def write(self, byte: int) -> bool:
        return bool(self._ask(I2CTargetEvent.WRITE, byte))

    def read(self) -> int:
        return self._ask(I2CTargetEvent.READ)

    def stop(self) -> None:
        if self.handler is not None:
            self.handler(I2CTargetEvent.STOP, None)

    def _ask(self, event: I2CTargetEvent, byte: int | None = None) -> int:
        answer = self.handler(event, byte) if self.handler is not None else 0
        if answer is None:
            raise BusError(Fault.TIMEOUT, message=f"{self.name} stretched the clock for too long")
        return answer


class MockI2CTarget(I2CTargetChannel):
    """A target on the legs of a socket. One that was closed works again once it is configured."""

    __slots__ = ("_chip", "_socket", "_world")

    def __init__(self, world: World, socket: Socket) -> None:
        self._world = world
        self._socket = socket
        self._chip = TargetChip()
        self._chip.install(world, f"{socket.label} target")
        I2CDecoder(self._chip)

    def configure(self, config: I2CTargetConfig, /) -> None:
        chip, socket = self._chip, self._socket
        socket.plug(scl=config.scl, sda=config.sda)
        for leg in ("scl", "sda"):
            # What a breakout board's resistors do, as for the controller.
            chip.legs[leg].pull(1)
            if not chip.connected:
                connect(socket.leg(leg), chip.legs[leg])
        chip.connected = True
        chip.address = config.address
        self._world.wiring += 1

    def watch(self, handler: I2CTargetHandler | None, /) -> None:
        self._chip.handler = handler
        self._world.wiring += 1

    def close(self) -> None:
        chip = self._chip
        chip.handler = None
        if chip.connected:
            chip.connected = False
            for leg in chip.legs.values():
                leg.release()
                leg.disconnect()
        self._world.wiring += 1
