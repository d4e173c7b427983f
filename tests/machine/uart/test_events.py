"""Interrupts of a UART, polling it, and faults of its channel."""

import pytest

from machine_compat.contract import UARTEvent
from machine_compat.errors import BusError, Fault
from tests.machine.switched import MS
from tests.machine.uart.bench import Bench

POLLIN, POLLOUT = 1, 4


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
