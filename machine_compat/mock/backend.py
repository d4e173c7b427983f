"""The simulated board as a backend: pins are terminals, buses are sockets, and everything ends on wires of a World."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from machine_compat.contract import (
    ADCChannel,
    Backend,
    CANChannel,
    CardChannel,
    CounterChannel,
    DACChannel,
    I2CBus,
    I2CTargetChannel,
    I2SChannel,
    Line,
    PWMChannel,
    RTCChannel,
    SPIBus,
    StateMachineChannel,
    TouchChannel,
    UARTChannel,
    USBDeviceChannel,
    Watchdog,
    Wiring,
)
from machine_compat.errors import ConfigError
from machine_compat.mock.clock import WorldClock
from machine_compat.mock.lines import MockADC, MockDAC, MockLine, MockPWM, MockTouch
from machine_compat.mock.nets import Terminal
from machine_compat.mock.sockets import LEGS, Socket
from machine_compat.mock.world import Event, World

if TYPE_CHECKING:
    from machine_compat.mock.pio_block import PIOBlock
    from machine_compat.mock.usb.gadget import Gadget
    from machine_compat.mock.usb.host import VirtualHost

SWITCHED_ON = 1_609_459_200 * 1_000_000_000
"""2021-01-01 00:00:00, where an RP2040's calendar starts (ports/rp2/main.c): every run starts at the same date."""


CORE_VOLTS = {"core_temp": 0.706, "core_vref": 1.21, "core_vbat": 1.65}
"""Sources inside the chip: its thermometer at 27 C (RP2040 datasheet, 4.9.5), the reference of an STM32F405, and half
of a battery of 3.3 V (datasheet DocID022152, 5.3.22 to 5.3.24)."""
STM32_WARM = 0.765
"""The thermometer of an STM32F405 at 27 C."""


class MockBackend(Backend):
    """One simulated board in a world, its own or one shared with other boards."""

    name = "the simulated board"

    def __init__(self, wiring: Wiring, world: World | None = None) -> None:
        self.wiring = wiring
        self.world = world if world is not None else World()
        self._clock = WorldClock(self.world)
        self._terminals: dict[str, Terminal] = {}
        self._sockets: dict[str, Socket] = {}
        self._rtc = MockRTC(self.world)
        self._blocks: dict[str, PIOBlock] = {}
        self.touched: dict[str, int] = {}
        """What touch pads read that somebody touches."""
        self._gadget: Gadget | None = None
        self._usb_bus: object | None = None

    def renew(self) -> None:
        """Take away all wires, and what hangs on them."""
        self._terminals.clear()
        self._sockets.clear()
        self._blocks.clear()
        self.touched.clear()
        self._gadget = None
        self._usb_bus = None
        self._rtc = MockRTC(self.world)

    # ---- wires

    def terminal(self, ref: str) -> Terminal:
        """The pin of that name."""
        known = self._terminals.get(ref)
        if known is None:
            if ref not in self.wiring.pins and not self.wiring.open_pins:
                raise ConfigError(f"board {self.wiring.board} has no pin {ref!r}")
            known = self._terminals[ref] = Terminal(self.world, f"{self.wiring.board}.{ref}", self)
            if ref in CORE_VOLTS:
                known.supply(self._core_volts(ref))
        return known

    def _core_volts(self, ref: str) -> float:
        """What a source inside the chip gives; an STM32 has a reference beside its thermometer."""
        return STM32_WARM if ref == "core_temp" and "core_vref" in self.wiring.pins else CORE_VOLTS[ref]

    def socket(self, name: str) -> Socket:
        """The bus of that name: "i2c0", "spi1", "uart2"."""
        known = self._sockets.get(name)
        if known is None:
            kind = name.rstrip("0123456789")
            buses = self.wiring.buses
            if kind not in LEGS or (name not in buses and not self.wiring.open_pins):
                have = ", ".join(sorted(buses)) or "none"
                raise ConfigError(f"board {self.wiring.board} has no bus {name!r}; it has {have}")
            label = f"{self.wiring.board}.{name}"
            known = self._sockets[name] = Socket(self.world, name, label, buses.get(name, {}), self.terminal)
        return known

    # ---- channels: each bus's own file is imported when a script opens the first of its kind

    def line(self, ref: str, /) -> Line:
        return MockLine(self._clock, self.terminal(ref), self.wiring.call_ns)

    def i2c(self, ref: str, /) -> I2CBus:
        from machine_compat.mock.i2c import MockI2C

        socket = self.socket(ref)
        return MockI2C(self.world, socket.leg("scl"), socket.leg("sda"), socket)

    def soft_i2c(self, scl: str, sda: str, /) -> I2CBus:
        from machine_compat.mock.i2c import MockI2C

        return MockI2C(self.world, self.terminal(scl), self.terminal(sda))

    def spi(self, ref: str, /) -> SPIBus:
        from machine_compat.mock.spi import MockSPI

        socket = self.socket(ref)
        return MockSPI(self.world, socket.leg("sck"), socket.leg("mosi"), socket.leg("miso"), socket)

    def soft_spi(self, sck: str, mosi: str, miso: str, /) -> SPIBus:
        from machine_compat.mock.spi import MockSPI

        return MockSPI(self.world, self.terminal(sck), self.terminal(mosi), self.terminal(miso))

    def uart(self, ref: str, /) -> UARTChannel:
        from machine_compat.mock.uart import MockUART

        return MockUART(self._clock, self.socket(ref))

    def i2c_target(self, ref: str, /) -> I2CTargetChannel:
        from machine_compat.mock.i2c_target import MockI2CTarget

        return MockI2CTarget(self.world, self.socket(ref))

    def i2s(self, ref: str, /) -> I2SChannel:
        from machine_compat.mock.i2s import MockI2S

        return MockI2S(self._clock, self.socket(ref))

    def can(self, ref: str, /) -> CANChannel:
        from machine_compat.mock.can import MockCAN

        return MockCAN(self.socket(ref))

    def counter(self, ref: str, /) -> CounterChannel:
        from machine_compat.mock.counter import MockCounter

        return MockCounter(self.world, self.terminal, self.wiring.call_ns)

    def touch(self, ref: str, /) -> TouchChannel:
        return MockTouch(self.world, ref, self.touched)

    def card(self, ref: str, /) -> CardChannel:
        from machine_compat.mock.card import MockCard

        return MockCard(self.world, self.socket(ref))

    def state_machine(self, ref: str, /) -> StateMachineChannel:
        from machine_compat.mock.pio import MockStateMachine, block_of

        name, _, index = ref.partition("/")
        block = block_of(self._blocks, name, self._clock, self.terminal)
        return MockStateMachine(block, int(index))

    def levels(self, refs: Sequence[str], /) -> tuple[int, ...]:
        self.world.spend(self.wiring.call_ns)
        return tuple(self.terminal(ref).level for ref in refs)

    def pwm(self, ref: str, /) -> PWMChannel:
        return MockPWM(self.terminal(ref))

    def adc(self, ref: str, /) -> ADCChannel:
        return MockADC(self.terminal(ref))

    def dac(self, ref: str, /) -> DACChannel:
        return MockDAC(self.terminal(ref))

    def watchdog(self, expired: Callable[[], None], /) -> Watchdog:
        return MockWatchdog(self.world, expired)

    def rtc(self) -> RTCChannel:
        return self._rtc

    def clock(self) -> WorldClock:
        return self._clock

    def in_script(self) -> bool:
        return self._clock.in_script()

    # ---- USB

    @property
    def usb_host(self) -> "VirtualHost":
        """The USB host of the board's world: what is plugged into it, a script's `usb.core` finds."""
        from machine_compat.mock.usb.host import host_of

        return host_of(self.world)

    def usb_bus(self) -> object | None:
        from machine_compat.mock.usb.pyusb_backend import make

        if self._usb_bus is None:
            # A board does not find itself.
            self._usb_bus = make(self.usb_host, lambda device: device is not self._gadget)
        return self._usb_bus

    @property
    def gadget(self) -> "Gadget":
        """The board's own USB port, with a cable to the host of its world."""
        if self._gadget is None:
            from machine_compat.mock.usb.gadget import Gadget

            self._gadget = Gadget(self.world, lambda: self.usb_host)
        return self._gadget

    def usb_device(self, ref: str, /) -> USBDeviceChannel:
        from machine_compat.mock.usb_device import MockUSBDevice

        return MockUSBDevice(self.gadget)

    def close(self) -> None:
        if self._gadget is not None:
            self._gadget.cable = False
        # The host is the world's: it goes with the last board.
        if self.world.usb_host is not None and not self.world.inhabitants:
            self.world.usb_host.close_serials()


class MockRTC(RTCChannel):
    """Calendar time that goes with the world's."""

    __slots__ = ("_offset", "_world")

    def __init__(self, world: World) -> None:
        self._world = world
        self._offset = SWITCHED_ON

    def read(self) -> int:
        return self._world.now + self._offset

    def set(self, unix_ns: int, /) -> None:
        self._offset = unix_ns - self._world.now


class MockWatchdog(Watchdog):
    """Expires once when it was not fed for its timeout."""

    __slots__ = ("_event", "_expired", "_timeout_ns", "_world")

    def __init__(self, world: World, expired: Callable[[], None]) -> None:
        self._world = world
        self._expired = expired
        self._timeout_ns = 0
        self._event: Event | None = None

    def start(self, timeout_ms: int, /) -> None:
        self._timeout_ns = timeout_ms * 1_000_000
        self.feed()

    def feed(self) -> None:
        self.stop()
        self._event = self._world.after(self._timeout_ns, self._expired)

    def stop(self) -> None:
        if self._event:
            self._event.cancel()
