"""What a backend provides: channels, their configurations, and the Backend that opens them. Read this first.

A *channel* is an opened peripheral. Its verbs take and return plain values and are positional-only, so that taps
(trace, record, replay, faults) are written once for all of them. A *ref* is the backend's own name of a channel.
A channel raises BusError for what happens on the wire, ConfigError for a set-up mistake; never OSError.
Handlers given to `watch` may be called from any thread; interrupts.py brings them to the script.
"""

import enum
import re
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import ClassVar, NamedTuple

from machine_compat.clock import Clock, RealClock
from machine_compat.errors import ConfigError, Unsupported

# ---- lines ---------------------------------------------------------------------------------------------------------


class Mode(enum.Enum):
    IN = "in"
    OUT = "out"
    OPEN_DRAIN = "open drain"
    ANALOG = "analog"


class Pull(enum.Enum):
    NONE = "none"
    UP = "up"
    DOWN = "down"


class Edge(enum.IntFlag):
    RISING = 1
    FALLING = 2
    BOTH = 3


class LineConfig(NamedTuple):
    """How a line is used. `pull` None leaves the pull as it is; `level` is set before the direction: no glitch."""

    mode: Mode
    pull: Pull | None = None
    level: int | None = None


EdgeHandler = Callable[[Edge, int], None]
"""Called with the edge and its time in ns of the board's clock."""


class Line(ABC):
    """One GPIO line."""

    __slots__ = ()

    @abstractmethod
    def configure(self, config: LineConfig, /) -> None: ...

    @abstractmethod
    def read(self) -> int:
        """The level at the pad, 0 or 1, whatever the mode."""

    @abstractmethod
    def write(self, level: int, /) -> None:
        """Set the output latch to 0 or 1; on an input it takes effect when the line becomes an output."""

    @abstractmethod
    def watch(self, edges: Edge, handler: EdgeHandler | None, /) -> None:
        """Call the handler on these edges from now on; None ends it."""

    @abstractmethod
    def close(self) -> None: ...

    # Optional, wider verbs: the facade falls back on read and write where a backend leaves them out.

    def measure_pulse(self, level: int, timeout_ns: int, /) -> int:
        """Width in ns of the next pulse at `level`; -2: it did not begin in time, -1: it did not end in time."""
        raise Unsupported("this line has no pulse measurement of its own")

    def send_bits(self, timing_ns: tuple[int, int, int, int], data: bytes, /) -> None:
        """Send bits, highest first, each as a high and a low time: (high_0, low_0, high_1, low_1)."""
        raise Unsupported("this line has no bitstream of its own")


# ---- I2C -----------------------------------------------------------------------------------------------------------


class Message:
    """A plain value, like a frozen dataclass, and cheaper to make: each register access makes two."""

    __slots__ = ()
    __match_args__: ClassVar[tuple[str, ...]] = ()

    def _value(self) -> object:
        return getattr(self, self.__match_args__[0])

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and isinstance(other, Message) and other._value() == self._value()

    def __hash__(self) -> int:
        return hash((type(self), self._value()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._value()!r})"


class Write(Message):
    """One message of bytes to the target; empty, it is a probe of the address and must still reach the wire."""

    __slots__ = ("data",)
    __match_args__ = ("data",)

    def __init__(self, data: bytes) -> None:
        self.data = data


class Read(Message):
    """One message of `count` bytes from the target."""

    __slots__ = ("count",)
    __match_args__ = ("count",)

    def __init__(self, count: int) -> None:
        self.count = count


Op = Write | Read


class I2CConfig(NamedTuple):
    """Frequency in Hz; how long a target may stretch the clock; pins as line refs, None for the bus's own."""

    frequency: int = 400_000
    timeout_us: int = 50_000
    scl: str | None = None
    sda: str | None = None


class I2CBus(ABC):
    """An I2C controller."""

    __slots__ = ()

    @abstractmethod
    def configure(self, config: I2CConfig, /) -> None: ...

    @abstractmethod
    def transfer(self, address: int, ops: Sequence[Op], stop: bool = True, /) -> bytes:
        """Run the ops as messages to one target, each with its own START and address, and return what was read.

        ``transfer(0x76, [Write(b"\\xd0"), Read(1)])`` on the wire: ``S 76W d0 Sr 76R 58 P``. With stop=False the bus is
        held after the last message, so that the next transfer begins with Sr; a bus that cannot hold raises
        Unsupported and the facade keeps the writes back. Raises BusError with `acked` data bytes of the failing message.
        """

    @abstractmethod
    def close(self) -> None: ...


# ---- SPI -----------------------------------------------------------------------------------------------------------


class SPIConfig(NamedTuple):
    """Baud rate in Hz; mode; pins as line refs, None for the bus's own. Chip select is a Line and none of SPI's."""

    baudrate: int = 1_000_000
    polarity: int = 0
    phase: int = 0
    bits: int = 8
    lsb_first: bool = False
    sck: str | None = None
    mosi: str | None = None
    miso: str | None = None


class SPIBus(ABC):
    """An SPI controller."""

    __slots__ = ()

    @abstractmethod
    def configure(self, config: SPIConfig, /) -> None: ...

    @abstractmethod
    def transfer(self, out: bytes, want_reply: bool = True, /) -> bytes:
        """Clock `out` on MOSI and return as many bytes from MISO (b"" when no reply is wanted)."""

    @abstractmethod
    def close(self) -> None: ...


# ---- UART ----------------------------------------------------------------------------------------------------------


class UARTEvent(enum.IntFlag):
    RX = 1
    RX_IDLE = 2
    TX_IDLE = 4
    BREAK = 8


class UARTConfig(NamedTuple):
    """parity: None, 0 (even) or 1 (odd). Buffers in bytes. Inversion per signal. Pins as line refs."""

    baudrate: int = 115_200
    bits: int = 8
    parity: int | None = None
    stop: int = 1
    tx_buffer: int = 256
    rx_buffer: int = 256
    invert_tx: bool = False
    invert_rx: bool = False
    flow_rts: bool = False
    flow_cts: bool = False
    tx: str | None = None
    rx: str | None = None
    rts: str | None = None
    cts: str | None = None

    def frame_ns(self) -> int:
        """How long one character takes, start and stop bits included."""
        bits = 1 + self.bits + (self.parity is not None) + self.stop
        return bits * 1_000_000_000 // self.baudrate


class UARTChannel(ABC):
    """A serial port."""

    __slots__ = ()

    @abstractmethod
    def configure(self, config: UARTConfig, /) -> None: ...

    @abstractmethod
    def write(self, data: bytes, /) -> int:
        """Queue what fits for sending, and return how many bytes that was; does not wait."""

    @abstractmethod
    def read(self, limit: int, timeout_ns: int = 0, /) -> bytes:
        """Up to `limit` bytes that have arrived, waiting up to `timeout_ns` for the first.

        May return b"" early, when the board's clock was woken: the caller looks after its interrupts and asks again.
        """

    @abstractmethod
    def waiting(self) -> int:
        """How many received bytes wait to be read."""

    @abstractmethod
    def drain(self, timeout_ns: int = 0, /) -> bool:
        """Whether all has been sent, waiting up to `timeout_ns` for it; may return early as `read` does."""

    @abstractmethod
    def send_break(self) -> None: ...

    @abstractmethod
    def watch(self, events: UARTEvent, handler: Callable[[UARTEvent], None] | None, /) -> None:
        """Call the handler on these events from now on; None ends it."""

    @abstractmethod
    def close(self) -> None: ...


# ---- analog and pulses ---------------------------------------------------------------------------------------------


class PWMConfig(NamedTuple):
    period_ns: int
    duty_ns: int
    invert: bool = False


class PWMChannel(ABC):
    """A pulse-width output."""

    __slots__ = ()

    @abstractmethod
    def configure(self, config: PWMConfig, /) -> None: ...

    @abstractmethod
    def close(self) -> None: ...


class ADCConfig(NamedTuple):
    """Full scale wanted, in microvolts (an attenuation on some ports); None for the converter's own."""

    full_scale_uv: int | None = None


class ADCChannel(ABC):
    """An analog input."""

    __slots__ = ()

    @abstractmethod
    def configure(self, config: ADCConfig, /) -> None: ...

    @abstractmethod
    def sample(self) -> int:
        """One conversion, scaled to 0..65535."""

    @abstractmethod
    def full_scale_uv(self) -> int | None:
        """The voltage of 65535 in microvolts, where the backend knows it."""

    @abstractmethod
    def close(self) -> None: ...


class DACChannel(ABC):
    """An analog output."""

    __slots__ = ()

    @abstractmethod
    def write(self, level: int, /) -> None:
        """Set the output, 0..65535 of full scale."""

    @abstractmethod
    def close(self) -> None: ...


# ---- the other side of a bus, audio, CAN ---------------------------------------------------------------------------


class I2CTargetEvent(enum.Enum):
    """What a controller does to a target. START comes with each START or repeated START of the target's address."""

    START_READ = "start read"
    START_WRITE = "start write"
    READ = "read"
    WRITE = "write"
    STOP = "stop"


I2CTargetHandler = Callable[[I2CTargetEvent, int | None], int | None]
"""Called with the event, and with the byte of a WRITE. Answers READ with the byte to send, and START and WRITE with 1
for an ACK or 0 for a NACK; None means that nobody answered in time. What it answers to STOP is ignored."""


class I2CTargetConfig(NamedTuple):
    """The 7-bit address to answer; pins as line refs, None for the bus's own."""

    address: int
    scl: str | None = None
    sda: str | None = None


class I2CTargetChannel(ABC):
    """An I2C target: it answers another controller."""

    __slots__ = ()

    @abstractmethod
    def configure(self, config: I2CTargetConfig, /) -> None: ...

    @abstractmethod
    def watch(self, handler: I2CTargetHandler | None, /) -> None:
        """Have the handler answer from now on; None: nobody answers the address."""

    @abstractmethod
    def close(self) -> None: ...


class I2SConfig(NamedTuple):
    """A controller that sends, or with `receive` receives. bits: 16 or 32 a sample; rate: frames a second.

    buffer: how many frames are kept between the script and the wire. Pins as line refs.
    """

    receive: bool
    bits: int
    rate: int
    buffer: int
    sck: str | None = None
    ws: str | None = None
    sd: str | None = None
    mck: str | None = None

    def frame_bytes(self) -> int:
        return self.bits // 4

    def span_ns(self, frames: int) -> int:
        """How long so many frames take."""
        return -(-frames * 1_000_000_000 // self.rate)


class I2SChannel(ABC):
    """A digital audio line. Frames are bytes: the left, then the right sample, each signed and little-endian.

    The wire never waits: it carries silence when nothing was written in time, and what nobody reads in time is lost.
    """

    __slots__ = ()

    @abstractmethod
    def configure(self, config: I2SConfig, /) -> None: ...

    @abstractmethod
    def write(self, frames: bytes, /) -> int:
        """Queue the whole frames that fit, and return how many bytes that was; does not wait."""

    @abstractmethod
    def read(self, limit: int, /) -> bytes:
        """Up to `limit` bytes of whole frames that have arrived; does not wait."""

    @abstractmethod
    def available(self) -> int:
        """How many frames a write would take, or a read would give."""

    @abstractmethod
    def watch(self, frames: int, handler: Callable[[], None] | None, /) -> None:
        """Call the handler once, when so many frames are available; None takes that back."""

    @abstractmethod
    def close(self) -> None: ...


class CANMode(enum.Enum):
    """LOOPBACK hears itself and not the others; SILENT hears and never drives the bus, not even to acknowledge."""

    NORMAL = "normal"
    LOOPBACK = "loopback"
    SILENT = "silent"
    SILENT_LOOPBACK = "silent loopback"


class CANConfig(NamedTuple):
    """Bit rate in Hz. auto_restart: whether a controller leaves bus-off by itself. Pins as line refs."""

    bitrate: int
    mode: CANMode = CANMode.NORMAL
    auto_restart: bool = False
    tx: str | None = None
    rx: str | None = None


class CANFrame(NamedTuple):
    """A classic frame: an identifier of 11 or, `extended`, 29 bits, and up to 8 bytes; of a `remote` one the length."""

    id: int
    data: bytes = b""
    extended: bool = False
    remote: bool = False


class CANEvent(enum.Enum):
    """RECEIVED comes with the frame; SENT and FAILED with the slot it was sent from; STATE with None, when the error
    counters have crossed a limit."""

    RECEIVED = "received"
    SENT = "sent"
    FAILED = "failed"
    STATE = "state"


class CANErrors(NamedTuple):
    """A controller's transmit and receive error counters, and whether it is off the bus for them."""

    transmit: int = 0
    receive: int = 0
    bus_off: bool = False


class CANChannel(ABC):
    """A CAN controller. It acknowledges every frame and reports every frame: filters are the caller's."""

    __slots__ = ()

    @abstractmethod
    def configure(self, config: CANConfig, /) -> None:
        """Join the bus; error counters begin at 0 and all slots are empty."""

    @abstractmethod
    def send(self, slot: int, frame: CANFrame, /) -> None:
        """Queue a frame in an empty slot. That of the highest priority goes first, of equal ones the lowest slot."""

    @abstractmethod
    def cancel(self, slot: int, /) -> bool:
        """Take a queued frame back; False if the slot is empty. One that is on the wire by now is not tried again."""

    @abstractmethod
    def errors(self) -> CANErrors: ...

    @abstractmethod
    def restart(self) -> None:
        """Leave bus-off: error counters begin at 0 and all slots are empty."""

    @abstractmethod
    def watch(self, handler: Callable[[CANEvent, CANFrame | int | None], None] | None, /) -> None:
        """Call the handler on every event from now on; None ends it."""

    @abstractmethod
    def close(self) -> None: ...


# ---- counting, touching, cards -------------------------------------------------------------------------------------


class CountRule(NamedTuple):
    """What the edges of a pin add to a count; while the level of a `gate` pin is 0 or 1, multiplied by low or high."""

    pin: str
    rising: int = 1
    falling: int = 0
    gate: str | None = None
    low: int = 1
    high: int = 1


class CounterConfig(NamedTuple):
    """The rules of a count, and for how long in ns a level must stand before it is taken for one."""

    rules: tuple[CountRule, ...] = ()
    filter_ns: int = 0


class CounterChannel(ABC):
    """A pulse counter in hardware."""

    __slots__ = ()

    @abstractmethod
    def configure(self, config: CounterConfig, /) -> None:
        """Count by these rules from now on; the count stays what it is."""

    @abstractmethod
    def read(self) -> int: ...

    @abstractmethod
    def write(self, count: int, /) -> None: ...

    @abstractmethod
    def watch(self, handler: Callable[[int, int], None] | None, /) -> None:
        """Call ``handler(count, change)`` after each change from now on; None ends it."""

    @abstractmethod
    def close(self) -> None: ...


class TouchChannel(ABC):
    """A capacitive touch pad."""

    __slots__ = ()

    @abstractmethod
    def read(self) -> int:
        """How often the pad is charged and discharged in one measurement: less while a finger is on it."""

    @abstractmethod
    def close(self) -> None: ...


class CardConfig(NamedTuple):
    """Frequency in Hz, and over how many data lines blocks move. Pins as line refs: clock, command (data in), data 0
    (data out) and data 3 (chip select); None for the slot's own."""

    frequency: int = 20_000_000
    width: int = 1
    clk: str | None = None
    cmd: str | None = None
    dat0: str | None = None
    dat3: str | None = None


class CardChannel(ABC):
    """A slot for a memory card with blocks of 512 bytes."""

    __slots__ = ()

    @abstractmethod
    def configure(self, config: CardConfig, /) -> None: ...

    @abstractmethod
    def blocks(self) -> int:
        """How many blocks the card has; 0 when none is in the slot."""

    @abstractmethod
    def read(self, block: int, count: int, /) -> bytes:
        """Whole blocks; BusError beyond the card's end, or without one."""

    @abstractmethod
    def write(self, block: int, data: bytes, /) -> None:
        """Whole blocks; BusError as for read."""

    @abstractmethod
    def close(self) -> None: ...


# ---- programmable I/O ----------------------------------------------------------------------------------------------


class StateMachineConfig(NamedTuple):
    """How a PIO state machine runs, in the words of its registers (RP2040 datasheet 3.7).

    clock: what the block counts, in Hz; divider: of it, in 1/256, 0 for 65536. execctrl, shiftctrl, pinctrl: the
    registers. entry: the address it begins at. pins: the refs of the lines that are GPIO 0 to 31 to the block, "" for none.
    """

    clock: int
    divider: int
    execctrl: int
    shiftctrl: int
    pinctrl: int
    entry: int
    pins: tuple[str, ...]


class StateMachineChannel(ABC):
    """One of the four state machines of a PIO block, which share 32 words of program and eight interrupt flags."""

    __slots__ = ()

    @abstractmethod
    def configure(self, config: StateMachineConfig, /) -> None:
        """Stop, empty everything, and be ready to begin at the entry."""

    @abstractmethod
    def load(self, offset: int, words: tuple[int, ...], /) -> None:
        """Put instructions into the block's memory."""

    @abstractmethod
    def connect(self, gpio: int, output: int, level: int, /) -> None:
        """Have the block drive a line, with this direction and level first."""

    @abstractmethod
    def disconnect(self, gpio: int, /) -> None:
        """Let a line go: it is somebody else's now."""

    @abstractmethod
    def run(self, on: bool, /) -> None:
        """Let the machine go on, or hold it where it is."""

    @abstractmethod
    def restart(self) -> None:
        """Forget the shift counters, a stall and what was to be executed; registers and FIFOs stay."""

    @abstractmethod
    def execute(self, instruction: int, /) -> None:
        """Execute one instruction now, in between; one that stalls holds the machine until it is done."""

    @abstractmethod
    def put(self, word: int, /) -> bool:
        """Put 32 bits into the TX FIFO; False when it is full, and then the board's clock is woken once it is not."""

    @abstractmethod
    def get(self) -> int | None:
        """The next 32 bits of the RX FIFO; None when it is empty, and then the board's clock is woken once it is not."""

    @abstractmethod
    def levels(self) -> tuple[int, int]:
        """How many words are in the TX and in the RX FIFO."""

    @abstractmethod
    def watch(self, handler: Callable[[], None] | None, /) -> None:
        """Call the handler whenever the interrupt flag with the machine's own number is set, and clear the flag."""

    @abstractmethod
    def close(self) -> None: ...


# ---- the small ones ------------------------------------------------------------------------------------------------


class Watchdog(ABC):
    """A timer that resets the board unless it is fed."""

    __slots__ = ()

    @abstractmethod
    def start(self, timeout_ms: int, /) -> None: ...

    @abstractmethod
    def feed(self) -> None: ...

    @abstractmethod
    def stop(self) -> None:
        """End it, when the board is reset or switched off; no script can."""


class RTCChannel(ABC):
    """Calendar time that outlives a reset."""

    __slots__ = ()

    @abstractmethod
    def read(self) -> int:
        """Nanoseconds since 1970-01-01 00:00 as the board's calendar counts them (no time zone)."""

    @abstractmethod
    def set(self, unix_ns: int, /) -> None: ...


class Wiring(NamedTuple):
    """What a board file says about a board's wires, as plain data for a backend.

    pins: the refs of its lines. aliases: other names of them. buses: the default pins of each bus, ``{"i2c0": {"scl": "GP5", "sda": "GP4"}}``.
    analog: refs of analog inputs. parts: what is soldered on, in the form of --attach: ``"mma7660@i2c1:0x4c"``.
    open_pins: whether any other name is a pin too. call_ns: what one call into `machine` costs on the board.
    pwm: the backend's own names of the PWM channels that a line may be connected to, the first that is there counts.
    """

    board: str = "board"
    pins: frozenset[str] = frozenset()
    aliases: Mapping[str, str] = MappingProxyType({})
    buses: Mapping[str, Mapping[str, str]] = MappingProxyType({})
    parts: tuple[str, ...] = ()
    open_pins: bool = False
    call_ns: int = 1_000
    pwm: Mapping[str, tuple[str, ...]] = MappingProxyType({})

    def ref(self, name: str) -> str:
        """The ref of a line by any of its names; ConfigError names the choices."""
        ref = self.aliases.get(name, name)
        if ref in self.pins or self.open_pins:
            return ref
        choices = ", ".join(sorted({*self.pins, *self.aliases}, key=natural)[:60])
        raise ConfigError(f"board {self.board} has no pin {name!r}; it has {choices}")


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """A sort key that puts GP2 before GP10."""
    parts = re.findall(r"\d+|\D+", name)
    return tuple((1, int(part), "") if part.isdigit() else (0, 0, part) for part in parts)


class Backend(ABC):
    """Opens channels by ref. A backend implements what its hardware has; the rest says Unsupported by itself."""

    name = "backend"

    def line(self, ref: str, /) -> Line:
        raise Unsupported(f"{self.name} has no GPIO lines")

    def i2c(self, ref: str, /) -> I2CBus:
        raise Unsupported(f"{self.name} has no I2C bus")

    def spi(self, ref: str, /) -> SPIBus:
        raise Unsupported(f"{self.name} has no SPI bus")

    def uart(self, ref: str, /) -> UARTChannel:
        raise Unsupported(f"{self.name} has no UART")

    def pwm(self, ref: str, /) -> PWMChannel:
        raise Unsupported(f"{self.name} has no PWM output")

    def adc(self, ref: str, /) -> ADCChannel:
        raise Unsupported(f"{self.name} has no analog input")

    def dac(self, ref: str, /) -> DACChannel:
        raise Unsupported(f"{self.name} has no analog output")

    def i2c_target(self, ref: str, /) -> I2CTargetChannel:
        raise Unsupported(f"{self.name} cannot be an I2C target")

    def i2s(self, ref: str, /) -> I2SChannel:
        raise Unsupported(f"{self.name} has no I2S")

    def can(self, ref: str, /) -> CANChannel:
        raise Unsupported(f"{self.name} has no CAN controller")

    def counter(self, ref: str, /) -> CounterChannel:
        raise Unsupported(f"{self.name} has no pulse counter")

    def touch(self, ref: str, /) -> TouchChannel:
        raise Unsupported(f"{self.name} has no touch pads")

    def card(self, ref: str, /) -> CardChannel:
        raise Unsupported(f"{self.name} has no slot for memory cards")

    def state_machine(self, ref: str, /) -> StateMachineChannel:
        """A state machine: "pio1/3" is the last one of the second block."""
        raise Unsupported(f"{self.name} has no programmable I/O")

    def levels(self, refs: Sequence[str], /) -> tuple[int, ...]:
        """The levels of several lines at one moment, where a backend can; the facade else reads one after the other."""
        raise Unsupported(f"{self.name} reads its lines one by one")

    def soft_i2c(self, scl: str, sda: str, /) -> I2CBus | None:
        """A bus on any two lines, where the backend does better than two Lines moved by hand; None otherwise."""
        return None

    def soft_spi(self, sck: str, mosi: str, miso: str, /) -> SPIBus | None:
        """An SPI bus on any lines, where the backend does better than Lines moved by hand; None otherwise."""
        return None

    def watchdog(self, expired: Callable[[], None], /) -> Watchdog:
        """A watchdog; `expired` is called where the backend can only tell, and not reset the board itself."""
        raise Unsupported(f"{self.name} has no watchdog")

    def rtc(self) -> RTCChannel:
        raise Unsupported(f"{self.name} has no real-time clock")

    def clock(self) -> Clock:
        """The clock that times everything on this backend: the computer's own unless it simulates one."""
        return RealClock()

    def in_script(self) -> bool:
        """Whether the caller runs where the board's script does, so that a handler may be called at once."""
        return threading.current_thread() is threading.main_thread()

    def close(self) -> None:
        """Give everything back: lines, devices, threads."""
