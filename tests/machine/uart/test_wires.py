"""A UART on its wires: formats, peers, pins it shares and gives back."""

import pytest

from machine_compat.errors import DeviceError
from machine_compat.mock.attach import Place, attach
from machine_compat.mock.chip import UARTPeer
from tests.machine.switched import MS
from tests.machine.uart.bench import Bench, Echo


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
