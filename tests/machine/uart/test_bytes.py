"""What write and the reads do, and how long they wait."""

import pytest

from tests.machine.switched import MS
from tests.machine.uart.bench import Bench


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
