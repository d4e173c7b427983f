"""machine.UART on simulated boards: against peers, against each other, and against the clock."""

from collections.abc import Callable, Iterator
from types import ModuleType

import pytest

from machine_compat.board import Board, using
from machine_compat.contract import UARTEvent
from machine_compat.errors import BusError, DeviceError, Fault
from machine_compat.machine import build
from machine_compat.mock.attach import Place, attach
from machine_compat.mock.backend import MockBackend
from machine_compat.mock.chip import UARTPeer
from machine_compat.mock.nets import connect
from machine_compat.profile import load

MS = 1_000_000
POLLIN, POLLOUT = 1, 4


class Echo(UARTPeer):
    """Keeps what it hears, and when; says it again where `back` is set."""

    def __init__(self, baudrate: int | None = None, back: bool = False) -> None:
        super().__init__(baudrate)
        self.heard = b""
        self.times: list[int] = []
        self.back = back

    def receive(self, data: bytes) -> None:
        self.heard += data
        self.times.append(self.world.now)
        if self.back:
            self.send(data)


class Bench:
    """One board in a world of its own."""

    def __init__(self, name: str) -> None:
        profile = load(name)
        self.backend = MockBackend(profile.wiring())
        self.board = Board(profile, self.backend)
        self.machine: ModuleType = build(self.board)
        self.failures: list[BaseException] = []
        self.board.handler_failed = self.failures.append

    @property
    def now(self) -> int:
        return self.board.clock.now_ns()

    def echo(self, bus: str, baudrate: int | None = None, back: bool = False) -> Echo:
        echo = Echo(baudrate, back)
        attach(self.backend, echo, Place(bus=bus))
        return echo

    def join(self, tx: str, rx: str) -> None:
        connect(self.backend.terminal(tx), self.backend.terminal(rx))

    def later(self, ms: float, action: Callable[[], object]) -> None:
        self.backend.world.after(round(ms * MS), action)


@pytest.fixture
def pico() -> Iterator[Bench]:
    bench = Bench("pico")
    with using(bench.board):
        yield bench


@pytest.fixture
def esp32() -> Iterator[Bench]:
    bench = Bench("esp32")
    with using(bench.board):
        yield bench


@pytest.fixture
def pyboard() -> Iterator[Bench]:
    bench = Bench("pyboard")
    with using(bench.board):
        yield bench


@pytest.fixture
def mock() -> Iterator[Bench]:
    bench = Bench("mock")
    with using(bench.board):
        yield bench


# ---- construction


def test_repr_on_rp2(pico: Bench) -> None:
    uart = pico.machine.UART(0)
    assert repr(uart) == (
        "UART(0, baudrate=115200, bits=8, parity=None, stop=1, tx=0, rx=1, txbuf=256, rxbuf=256, timeout=0, "
        "timeout_char=1, invert=None, irq=0)"
    )
    uart.init(9600, 7, 1, 2, tx=12, rx=pico.machine.Pin(13), timeout=50, invert=uart.INV_TX | uart.INV_RX, rxbuf=64)
    uart.irq(print, uart.IRQ_RXIDLE)
    assert repr(uart) == (
        "UART(0, baudrate=9600, bits=7, parity=1, stop=2, tx=12, rx=13, txbuf=256, rxbuf=64, timeout=50, "
        f"timeout_char=2, invert=INV_TX|INV_RX, irq={uart.IRQ_RXIDLE})"
    )


def test_repr_on_esp32(esp32: Bench) -> None:
    uart = esp32.machine.UART(1, tx=4, rx=5)
    plain = (
        "UART(1, baudrate=115200, bits=8, parity=None, stop=1, tx=4, rx=5, rts=-1, cts=-1, txbuf=256, rxbuf=256, "
        "timeout=0, timeout_char=0, irq=0"
    )
    assert repr(uart) == f"{plain})"
    uart.init(invert=uart.INV_TX, flow=uart.RTS | uart.CTS, rts=18, cts=19)
    assert repr(uart) == plain.replace("rts=-1, cts=-1", "rts=18, cts=19") + ", invert=INV_TX, flow=RTS|CTS)"


def test_repr_on_stm32(pyboard: Bench) -> None:
    uart = pyboard.machine.UART(1)
    assert repr(uart) == "UART(1)"
    uart.init(9600)
    fields = "bits=8, parity=None, stop=1, flow=0, timeout=0, timeout_char=3, rxbuf=64"
    assert repr(uart) == f"UART(1, baudrate=9600, {fields})"
    uart.irq(print, uart.IRQ_RX)
    assert repr(uart) == f"UART(1, baudrate=9600, {fields}; irq=0x20)"
    uart.deinit()
    assert repr(uart) == "UART(1)"


def test_one_object_an_id_and_the_id_alone_changes_nothing(pico: Bench) -> None:
    uart = pico.machine.UART(1, 9600, timeout=7)
    assert pico.machine.UART(1) is uart
    assert "baudrate=9600" in repr(uart)
    assert "timeout=7" in repr(uart)
    assert pico.machine.UART(1, 4800) is uart
    assert "baudrate=4800" in repr(uart)
    assert "timeout=7" in repr(uart)
    assert pico.machine.UART(0) is not uart


def test_stm32_sets_what_is_not_given_to_its_default(pyboard: Bench) -> None:
    uart = pyboard.machine.UART(1, 9600, timeout=7, parity=0, bits=7)
    uart.init(19200)
    assert repr(uart) == (
        "UART(1, baudrate=19200, bits=8, parity=None, stop=1, flow=0, timeout=0, timeout_char=2, rxbuf=64)"
    )
    with pytest.raises(TypeError, match="'baudrate' argument required"):
        uart.init(timeout=5)


def test_names_on_the_pyboard(pyboard: Bench) -> None:
    assert pyboard.machine.UART("XB", 9600) is pyboard.machine.UART(1)
    assert pyboard.machine.UART("XA", 9600) is pyboard.machine.UART(4)
    with pytest.raises(ValueError, match=r"UART\(XC\) doesn't exist"):
        pyboard.machine.UART("XC", 9600)
    with pytest.raises(ValueError, match=r"UART\(9\) doesn't exist"):
        pyboard.machine.UART(9, 9600)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"tx": 2}, "bad TX pin"),
        ({"tx": 4}, "bad TX pin"),
        ({"rx": 0}, "bad RX pin"),
        ({"cts": 3}, "bad CTS pin"),
        ({"rts": 2}, "bad RTS pin"),
        ({"invert": 4}, "bad inversion mask"),
        ({"flow": 4}, "bad hardware flow control mask"),
        ({"rxbuf": 32_767}, "rxbuf too large"),
        ({"txbuf": 32_767}, "txbuf too large"),
    ],
)
def test_what_rp2_refuses(pico: Bench, options: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        pico.machine.UART(0, 9600, **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"bits": 9}, "invalid data bits"),
        ({"stop": 3}, "invalid stop bits"),
        ({"invert": 1}, "invalid inversion mask"),
        ({"flow": 4}, "invalid flow control mask"),
    ],
)
def test_what_esp32_refuses(esp32: Bench, options: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        esp32.machine.UART(1, 9600, **options)


def test_ids_that_do_not_exist(pico: Bench, esp32: Bench) -> None:
    with pytest.raises(ValueError, match=r"UART\(2\) doesn't exist"):
        pico.machine.UART(2)
    with pytest.raises(ValueError, match=r"UART\(3\) does not exist"):
        esp32.machine.UART(3)
    with pytest.raises(TypeError):
        pico.machine.UART(1.0)


def test_what_stm32_refuses(pyboard: Bench) -> None:
    uart = pyboard.machine.UART
    with pytest.raises(ValueError, match="unsupported combination of bits and parity"):
        uart(1, 9600, bits=7)
    with pytest.raises(ValueError, match="set baudrate 1281 is not within 5% of desired value"):
        uart(1, 300)
    with pytest.raises(TypeError, match="extra keyword arguments given"):
        uart(1, 9600, tx="X1")


def test_arguments_no_port_knows(pico: Bench) -> None:
    with pytest.raises(TypeError, match="extra keyword arguments given"):
        pico.machine.UART(0, 9600, read_buf_len=64)
    with pytest.raises(TypeError, match="can't convert float to int"):
        pico.machine.UART(0, 9600.0)


def test_a_refused_setting_changes_nothing(pico: Bench) -> None:
    uart = pico.machine.UART(0, 9600)
    before = repr(uart)
    with pytest.raises(ValueError, match="bad RX pin"):
        uart.init(4800, tx=12, rx=12)
    assert repr(uart) == before


def test_names_a_port_lacks(pico: Bench, esp32: Bench, pyboard: Bench, mock: Bench) -> None:
    assert not hasattr(pico.machine.UART, "IRQ_RX")
    assert not hasattr(pico.machine.UART, "readchar")
    assert not hasattr(esp32.machine.UART, "IRQ_TXIDLE")
    assert not hasattr(pyboard.machine.UART, "INV_TX")
    assert hasattr(pyboard.machine.UART, "readchar")
    for name in ("IRQ_RX", "IRQ_RXIDLE", "IRQ_TXIDLE", "IRQ_BREAK", "INV_RTS", "RTS", "CTS", "writechar"):
        assert hasattr(mock.machine.UART, name)


# ---- bytes


def test_write_reaches_a_peer_in_the_time_it_takes(pico: Bench) -> None:
    peer = pico.echo("uart0", 9600)
    uart = pico.machine.UART(0, 9600)
    began = pico.now
    assert uart.write(b"Hello") == 5
    assert pico.now == began, "what fits into the buffer is taken at once"
    assert not uart.txdone()
    uart.flush()
    assert peer.heard == b"Hello"
    assert pico.now - began == pytest.approx(5 * 10 / 9600 * 1e9, rel=0.001)
    assert uart.txdone()


def test_write_takes_text_buffers_and_windows(pico: Bench) -> None:
    peer = pico.echo("uart0")
    uart = pico.machine.UART(0)
    assert uart.write("AT\r\n") == 4
    assert uart.write(bytearray(b"abc")) == 3
    assert uart.write(b"abcdef", 2) == 2
    assert uart.write(b"abcdef", 3, 2) == 2
    assert uart.write(b"") == 0
    uart.flush()
    assert peer.heard == b"AT\r\nabcabde"
    with pytest.raises(TypeError, match="object with buffer protocol required"):
        uart.write(65)


def test_write_beyond_the_buffer_waits_for_room(pico: Bench) -> None:
    peer = pico.echo("uart0")
    uart = pico.machine.UART(0, 115_200, txbuf=32)
    data = bytes(range(256)) * 4
    frame = 10 / 115_200 * 1e9
    assert uart.write(data) == len(data)
    assert pico.now == pytest.approx((len(data) - 64) * frame, abs=3 * frame)
    uart.flush()
    assert peer.heard == data
    assert pico.now == pytest.approx(len(data) * frame, abs=2 * frame)


def test_write_gives_up_where_no_room_comes_in_time(pico: Bench) -> None:
    pico.echo("uart0")
    uart = pico.machine.UART(0, 300, txbuf=32)
    uart.write(bytes(32))
    taken = uart.write(bytes(32))
    assert taken == 32, "the chip's FIFO takes as much again"
    assert uart.write(b"x") is None
    uart.init(timeout=100)
    assert uart.write(b"x") == 1


def test_esp32_waits_for_room_without_end(esp32: Bench) -> None:
    peer = esp32.echo("uart1")
    uart = esp32.machine.UART(1, 300, txbuf=8)
    assert uart.write(bytes(100)) == 100
    uart.flush()
    assert peer.heard == bytes(100)


def test_stm32_writes_until_the_last_bit(pyboard: Bench) -> None:
    peer = pyboard.echo("uart1")
    uart = pyboard.machine.UART(1, 9600)
    assert uart.write(b"x" * 100) == 100
    assert peer.heard == b"x" * 100
    assert pyboard.now == pytest.approx(100 * 10 / 9600 * 1e9, rel=0.001)
    assert uart.txdone()
    assert uart.flush() is None


def test_read_of_nothing(pico: Bench) -> None:
    uart = pico.machine.UART(0)
    before = pico.now
    assert uart.read() is None
    assert uart.read(5) is None
    assert uart.readline() is None
    assert uart.readinto(bytearray(4)) is None
    assert uart.read(0) == b""
    assert uart.any() == 0
    assert before < pico.now < before + MS, "each call costs time, and none waits"


def test_a_busy_loop_on_any_gets_somewhere(pico: Bench) -> None:
    pico.echo("uart0", back=True)
    uart = pico.machine.UART(0, 9600)
    uart.write(b"ping")
    while uart.any() < 4:
        continue
    assert uart.read(2) == b"pi"
    assert uart.any() == 2
    assert uart.read(2) == b"ng"
    assert pico.now == pytest.approx(5 * 10 / 9600 * 1e9, rel=0.01)


def test_read_waits_timeout_for_the_first_byte(pico: Bench) -> None:
    peer = pico.echo("uart0", 115_200)
    uart = pico.machine.UART(0, timeout=100)
    assert uart.read(1) is None
    assert pico.now == pytest.approx(100 * MS)
    pico.later(40, lambda: peer.send(b"abc"))
    began = pico.now
    assert uart.read(2) == b"ab"
    assert pico.now - began == pytest.approx(40 * MS + 2 * 86_805, rel=0.001)


def test_read_waits_timeout_char_between_bytes(pico: Bench) -> None:
    peer = pico.echo("uart0", 115_200)
    uart = pico.machine.UART(0, timeout=100, timeout_char=10)
    for ms in (5, 13, 21, 40):
        pico.later(ms, lambda: peer.send(b"x"))
    assert uart.read(10) == b"xxx"
    assert pico.now == pytest.approx(31 * MS, rel=0.01)


def test_read_of_everything_ends_with_a_whole_timeout(pico: Bench) -> None:
    peer = pico.echo("uart0", 115_200)
    uart = pico.machine.UART(0, timeout=50, timeout_char=2)
    for ms in (5, 40, 80):
        pico.later(ms, lambda: peer.send(b"ab"))
    assert uart.read() == b"ababab"
    assert pico.now == pytest.approx(132 * MS, rel=0.01)


def test_readinto(pico: Bench) -> None:
    peer = pico.echo("uart0", 115_200)
    uart = pico.machine.UART(0)
    peer.send(b"abcdef")
    pico.board.sleep_ns(10 * MS)
    buf = bytearray(b"....")
    assert uart.readinto(buf, 2) == 2
    assert buf == b"ab.."
    assert uart.readinto(buf) == 4
    assert buf == b"cdef"
    with pytest.raises(TypeError, match="object with buffer protocol required"):
        uart.readinto(b"....")


def test_readline(pico: Bench) -> None:
    peer = pico.echo("uart0", 115_200)
    uart = pico.machine.UART(0, timeout=20)
    peer.send(b"one\ntwo\nthree")
    assert uart.readline() == b"one\n"
    assert uart.readline(2) == b"tw"
    assert uart.readline() == b"o\n"
    assert uart.readline() == b"three", "what there is where no newline comes in time"
    assert uart.readline() is None


def test_readline_waits_timeout_for_every_byte(pico: Bench) -> None:
    peer = pico.echo("uart0", 115_200)
    uart = pico.machine.UART(0, timeout=20, timeout_char=1)
    for ms in (15, 30, 45):
        pico.later(ms, lambda: peer.send(b"x"))
    pico.later(60, lambda: peer.send(b"\n"))
    assert uart.readline() == b"xxx\n"


def test_iteration_gives_lines_until_nothing_comes(pico: Bench) -> None:
    peer = pico.echo("uart0", 115_200)
    uart = pico.machine.UART(0, timeout=5)
    peer.send(b"a\nb\nc")
    assert list(uart) == [b"a\n", b"b\n", b"c"]


def test_esp32_takes_what_is_there(esp32: Bench) -> None:
    peer = esp32.echo("uart1", 9600)
    uart = esp32.machine.UART(1, 9600)
    peer.send(b"abc")
    esp32.board.sleep_ns(round(2.5 * 10 / 9600 * 1e9))
    assert uart.read() == b"ab"


def test_readchar_and_writechar(pyboard: Bench) -> None:
    peer = pyboard.echo("uart1", back=True)
    uart = pyboard.machine.UART(1, 9600, timeout=10)
    assert uart.readchar() == -1
    assert pyboard.now == pytest.approx(10 * MS, rel=0.01)
    assert uart.writechar(0x141) is None
    assert peer.heard == b"A"
    assert uart.readchar() == 0x41


def test_a_full_receive_buffer_loses_what_comes_then(pico: Bench) -> None:
    peer = pico.echo("uart0", 115_200)
    uart = pico.machine.UART(0, rxbuf=32)
    peer.send(bytes(range(40)))
    pico.board.sleep_ns(10 * MS)
    assert uart.any() == 32
    assert uart.read() == bytes(range(32))


# ---- wires


def test_two_uarts_of_one_board(pico: Bench) -> None:
    pico.join("GP0", "GP5")
    pico.join("GP4", "GP1")
    one = pico.machine.UART(0, 9600, timeout=50)
    two = pico.machine.UART(1, 9600, timeout=50)
    one.write(b"ping\n")
    two.write(b"pong\n")
    assert two.readline() == b"ping\n"
    assert one.readline() == b"pong\n"


@pytest.mark.parametrize(("bits", "parity", "stop"), [(8, None, 1), (7, 0, 1), (8, 1, 2), (5, None, 2)])
@pytest.mark.parametrize("inverted", [False, True])
def test_loopback_in_every_format(pico: Bench, bits: int, parity: int | None, stop: int, inverted: bool) -> None:
    pico.join("GP0", "GP1")
    invert = pico.machine.UART.INV_TX | pico.machine.UART.INV_RX if inverted else 0
    uart = pico.machine.UART(0, 9600, bits, parity, stop, invert=invert, timeout=20)
    uart.write(b"\x55\x00\xff")
    mask = (1 << bits) - 1
    assert uart.read(3) == bytes([0x55 & mask, 0, 0xFF & mask])
    frame_bits = 1 + bits + (parity is not None) + stop
    assert pico.now == pytest.approx(3 * frame_bits / 9600 * 1e9, rel=0.01)


def test_a_wrong_baudrate_garbles(pico: Bench) -> None:
    pico.join("GP0", "GP5")
    sender = pico.machine.UART(0, 9600)
    receiver = pico.machine.UART(1, 19_200, timeout=20)
    sender.write(b"A")
    heard = receiver.read(1)
    assert heard is not None
    assert heard != b"A"


def test_other_pins_reach_other_wires(pico: Bench) -> None:
    pico.join("GP16", "GP5")
    uart = pico.machine.UART(0, 9600)
    other = pico.machine.UART(1, 9600, timeout=10)
    uart.write(b"lost")
    uart.flush()
    assert other.any() == 0
    uart.init(tx=16, rx=17)
    uart.write(b"found")
    assert other.read(5) == b"found"


def test_a_peer_with_a_fixed_baudrate_hears_just_what_was_sent(pico: Bench) -> None:
    peer = pico.echo("uart0", 9600)
    uart = pico.machine.UART(0, 9600)
    for _ in range(3):
        uart.write(b"AB")
        uart.flush()
        pico.board.sleep_ns(20 * MS)
    assert peer.heard == b"ABABAB"


def test_a_pin_bit_banged_by_hand_is_heard(pico: Bench) -> None:
    pico.join("GP15", "GP5")
    pin = pico.machine.Pin(15, pico.machine.Pin.OUT, value=1)
    uart = pico.machine.UART(1, 1200)
    pico.board.sleep_ns(10 * MS)
    for bit in (0, 1, 0, 0, 0, 0, 0, 1, 0, 1):
        pin.value(bit)
        pico.board.sleep_ns(833_333)
    pico.board.sleep_ns(10 * MS)
    assert uart.read() == b"A"


def test_a_tx_pin_that_was_an_output_before(pico: Bench) -> None:
    pin = pico.machine.Pin
    peer = pico.echo("uart1", back=True)
    uart = pico.machine.UART(1, 9600, tx=pin(4, pin.OUT, value=0), rx=pin(5, pin.IN), timeout=10)
    uart.write(b"ok")
    assert uart.read(2) == b"ok"
    assert peer.heard == b"ok"


def test_a_pin_taken_from_the_uart_is_an_ordinary_pin(pico: Bench) -> None:
    uart = pico.machine.UART(0, 9600)
    uart.write(b"half of this is never sent")
    pico.board.sleep_ns(3 * MS)
    pin = pico.machine.Pin(0, pico.machine.Pin.OUT, value=0)
    assert pin.value() == 0
    pico.board.sleep_ns(50 * MS)
    assert pin.value() == 0
    assert uart.read() is None
    assert uart.write(b"nowhere") is None
    uart.init(9600)
    assert pin.value() == 1, "an idle line is high"


def test_a_pin_the_uart_left_is_no_concern_of_its(pico: Bench) -> None:
    peer = Echo(9600)
    uart = pico.machine.UART(0, 9600)
    uart.init(tx=12, rx=13)
    attach(pico.backend, peer, Place(pins=("GP12", "GP13")))
    pin = pico.machine.Pin(0, pico.machine.Pin.OUT, value=0)
    assert pin.value() == 0
    uart.write(b"still here")
    uart.flush()
    assert peer.heard == b"still here"


def test_a_peer_that_fails_is_named(pico: Bench) -> None:
    class Broken(UARTPeer):
        def receive(self, data: bytes) -> None:
            raise KeyError(data)

    attach(pico.backend, Broken(), Place(bus="uart0"))
    uart = pico.machine.UART(0, 9600)
    uart.write(b"x")
    with pytest.raises(DeviceError, match="broken"):
        uart.flush()


# ---- deinit


def test_deinit_sends_what_was_written_and_ends_all(pico: Bench) -> None:
    peer = pico.echo("uart0", back=True)
    uart = pico.machine.UART(0, 9600, timeout=20)
    calls: list[object] = []
    uart.irq(calls.append, uart.IRQ_RXIDLE)
    uart.write(b"bye")
    uart.deinit()
    assert peer.heard == b"bye"
    calls.clear()
    pico.board.sleep_ns(50 * MS)
    assert calls == []
    assert uart.read() is None
    assert uart.any() == 0
    uart.init(9600)
    assert "timeout=20" in repr(uart)


def test_deinit_on_stm32(pyboard: Bench) -> None:
    uart = pyboard.machine.UART(1, 9600)
    uart.deinit()
    for call in (uart.read, uart.readline, uart.readchar, lambda: uart.write(b"x"), lambda: uart.writechar(1)):
        with pytest.raises(OSError, match=r"\[Errno 5\] EIO") as caught:
            call()
        assert caught.value.errno == 5
    uart.init(9600)
    assert uart.read() is None


def test_a_reset_forgets_the_object_and_frees_the_wires(pico: Bench) -> None:
    peer = pico.echo("uart0")
    before = pico.machine.UART(0, 9600, timeout=5)
    pico.board.power_cycle("SOFT")
    after = pico.machine.UART(0)
    assert after is not before
    assert "timeout=0" in repr(after)
    after.write(b"again")
    after.flush()
    assert peer.heard == b"again"


# ---- interrupts


def test_rx_interrupts_on_esp32(esp32: Bench) -> None:
    esp32.join("GPIO4", "GPIO5")
    uart = esp32.machine.UART(1, 9600, tx=4, rx=5)
    seen: list[tuple[int, bytes]] = []
    irq = uart.irq(lambda u: seen.append((u.irq().flags(), u.read(1))), uart.IRQ_RX)
    assert irq is uart.irq()
    assert irq.trigger() == uart.IRQ_RX
    uart.write(b"1234")
    uart.flush()
    esp32.board.sleep_ns(10 * MS)
    assert seen == [(uart.IRQ_RX, bytes([byte])) for byte in b"1234"]
    irq.trigger(0)
    uart.write(b"5")
    uart.flush()
    assert len(seen) == 4
    assert esp32.failures == []


def test_rxidle_comes_once_after_a_message(pico: Bench) -> None:
    pico.join("GP0", "GP1")
    uart = pico.machine.UART(0, 9600)
    seen: list[tuple[int, int]] = []
    uart.irq(handler=lambda u: seen.append((u.any(), u.irq().flags())), trigger=uart.IRQ_RXIDLE)
    uart.write(b"12345678")
    uart.flush()
    assert seen == []
    pico.board.sleep_ns(20 * MS)
    assert seen == [(8, uart.IRQ_RXIDLE)]
    assert pico.failures == []


def test_txidle_comes_when_all_is_sent(pico: Bench) -> None:
    uart = pico.machine.UART(0, 9600)
    seen: list[int] = []
    uart.irq(lambda u: seen.append(pico.now), uart.IRQ_TXIDLE, hard=True)
    uart.write(b"x" * 20)
    pico.board.sleep_ns(100 * MS)
    assert len(seen) == 1
    assert seen[0] == pytest.approx(20 * 10 / 9600 * 1e9, rel=0.001)


def test_break(pico: Bench) -> None:
    pico.join("GP0", "GP1")
    uart = pico.machine.UART(0, 9600)
    seen: list[tuple[int, bytes]] = []
    uart.irq(lambda u: seen.append((u.irq().flags(), u.read(1))), uart.IRQ_BREAK)
    uart.write(b"0")
    uart.flush()
    began = pico.now
    assert uart.sendbreak() is None
    assert pico.now - began == pytest.approx(13 / 9600 * 1e9, rel=0.1)
    assert seen == [(uart.IRQ_BREAK, b"0")]
    uart.write(b"after")
    uart.flush()
    assert uart.read() == b"after"


def test_triggers_a_port_lacks(pico: Bench, esp32: Bench, pyboard: Bench) -> None:
    with pytest.raises(ValueError, match="trigger 0x0001 unsupported"):
        pico.machine.UART(0).irq(print, 1)
    with pytest.raises(ValueError, match="trigger 0x00000001 unsupported"):
        pyboard.machine.UART(1, 9600).irq(print, 1)
    with pytest.raises(ValueError, match="handler must be None or callable"):
        pico.machine.UART(0).irq(3, pico.machine.UART.IRQ_RXIDLE)
    with pytest.raises(ValueError, match="hard IRQ is not supported"):
        esp32.machine.UART(1).irq(print, esp32.machine.UART.IRQ_RX, True)


def test_every_trigger_on_the_board_that_has_all(mock: Bench) -> None:
    mock.join("GP0", "GP1")
    uart = mock.machine.UART(0, 9600)
    seen: list[int] = []
    uart.irq(lambda u: seen.append(u.irq().flags()), uart.IRQ_RX | uart.IRQ_RXIDLE | uart.IRQ_TXIDLE | uart.IRQ_BREAK)
    uart.write(b"x")
    mock.board.sleep_ns(20 * MS)
    uart.sendbreak()
    mock.board.sleep_ns(20 * MS)
    assert seen[:3] == [uart.IRQ_RX, uart.IRQ_TXIDLE, uart.IRQ_RXIDLE]
    assert uart.IRQ_BREAK in seen[3:]


def test_a_timer_runs_while_a_read_waits(pico: Bench) -> None:
    uart = pico.machine.UART(0, timeout=100)
    ran: list[int] = []
    pico.later(30, lambda: pico.board.interrupts.post(lambda: ran.append(pico.now)))
    assert uart.read(1) is None
    assert ran == [30 * MS]
    assert pico.now == pytest.approx(100 * MS, rel=0.01)


# ---- polling, taps, faults


def test_poll_hook(pico: Bench) -> None:
    pico.join("GP0", "GP1")
    uart = pico.machine.UART(0)
    assert uart._poll(POLLIN | POLLOUT) == POLLOUT
    uart.write(b"x")
    uart.flush()
    assert uart._poll(POLLIN | POLLOUT) == POLLIN | POLLOUT
    assert uart._poll(POLLIN) == POLLIN
    uart.deinit()
    assert uart._poll(POLLIN | POLLOUT) == 0


def test_a_polled_uart_ends_a_wait(pico: Bench) -> None:
    peer = pico.echo("uart0", 115_200)
    uart = pico.machine.UART(0)
    assert uart._wakes()
    pico.later(5, lambda: peer.send(b"x"))
    pico.board.clock.wait_until(pico.now + 1000 * MS)
    assert pico.now == pytest.approx(5 * MS + 86_805, rel=0.001)


def test_interrupts_survive_a_change_of_taps(pico: Bench) -> None:
    pico.join("GP0", "GP1")
    uart = pico.machine.UART(0, 9600)
    seen: list[object] = []
    uart.irq(seen.append, uart.IRQ_TXIDLE)
    verbs: list[str] = []

    def tap(call, proceed):
        verbs.append(call.verb)
        return proceed(call)

    remove = pico.board.tap(tap)
    uart.write(b"x")
    uart.flush()
    assert seen == [uart]
    assert "event" in verbs
    remove()
    uart.write(b"y")
    uart.flush()
    assert seen == [uart, uart]


def test_a_fault_of_the_channel_is_an_oserror_with_its_cause(pico: Bench) -> None:
    uart = pico.machine.UART(0, 9600)

    def tap(call, proceed):
        if call.verb in ("write", "read", "waiting", "drain"):
            raise BusError(Fault.IO)
        return proceed(call)

    pico.board.tap(tap)
    for call in (uart.read, uart.any, uart.flush, lambda: uart.write(b"x")):
        with pytest.raises(OSError, match=r"\[Errno 5\] EIO") as caught:
            call()
        assert isinstance(caught.value.__cause__, BusError)


def test_the_channel_is_asked_for_events_only_when_somebody_wants_them(pico: Bench) -> None:
    watched: list[object] = []

    def tap(call, proceed):
        if call.verb == "watch":
            watched.append(call.args[0])
        return proceed(call)

    pico.board.tap(tap)
    uart = pico.machine.UART(0, 9600)
    uart.init(4800)
    uart.irq()
    assert watched == []
    uart.irq(print, uart.IRQ_RXIDLE)
    assert watched == [UARTEvent.RX_IDLE]
    uart.irq(None)
    assert watched == [UARTEvent.RX_IDLE, UARTEvent(0)]
