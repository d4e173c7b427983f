"""This file shows that a BREAK on a serial port is an interrupt and no byte, and disturbs no other."""

import termios
from pathlib import Path

import pytest

from machine_compat.contract import UARTConfig, UARTEvent
from machine_compat.errors import BusError
from tests.bench.rig import Rig, send_break
from tests.linux.board import Runner, backend_on

WATCHED = """
    import time
    from machine import UART
    from tests.bench.rig import send_break
    uart = UART(0, 9600, timeout=500, timeout_char=200)
    events = []
    uart.irq(lambda u: events.append(u.irq().flags()), UART.IRQ_BREAK)
    start = time.ticks_ms()
    send_break()
    while not events and time.ticks_diff(time.ticks_ms(), start) < 10_000:
        time.sleep_ms(10)
    print(events == [UART.IRQ_BREAK], uart.any(), uart.read())
    uart.write(b"\\xff\\x00\\xff\\xff\\x00\\x00")
    print(uart.read(6), uart.any(), len(events))
"""


def test_a_break_is_an_interrupt_and_no_byte(tmp_path: Path) -> None:
    with Rig("echo@uart0") as rig:
        said = Runner(tmp_path).run(rig, WATCHED)
    assert said.splitlines() == ["True 0 None", "b'\\xff\\x00\\xff\\xff\\x00\\x00' 0 1"]


IN_A_READ = """
    from machine import UART
    from tests.bench.rig import send_break
    uart = UART(0, 9600, timeout=20_000)
    uart.irq(lambda u: u.write(b"heard"), UART.IRQ_BREAK)
    send_break()
    print(uart.read(5))
"""


def test_a_break_interrupts_a_read(tmp_path: Path) -> None:
    with Rig("echo@uart0") as rig:
        assert Runner(tmp_path).run(rig, IN_A_READ) == "b'heard'\n"


def test_what_came_before_a_break_is_heard_first() -> None:
    events: list[UARTEvent] = []
    with Rig("echo@uart0") as rig, backend_on(rig) as backend:
        port, clock = backend.uart("uart0"), backend.clock()
        port.configure(UARTConfig(9600))
        port.write(b"\xffbefore")
        while port.waiting() < 7:
            clock.wait_until(clock.now_ns() + 10_000_000)
        # What waits unmarked when breaks are asked for stays what it is.
        port.watch(UARTEvent.BREAK | UARTEvent.RX, events.append)
        assert port.waiting() == 7
        send_break()
        end = clock.now_ns() + 10_000_000_000
        while UARTEvent.BREAK not in events and clock.now_ns() < end:
            clock.wait_until(clock.now_ns() + 10_000_000)
        assert events == [UARTEvent.BREAK]
        assert port.read(100) == b"\xffbefore"
        # Other settings leave breaks watched.
        port.configure(UARTConfig(19_200))
        send_break()
        end = clock.now_ns() + 10_000_000_000
        while len(events) < 2 and clock.now_ns() < end:
            clock.wait_until(clock.now_ns() + 10_000_000)
        assert events == [UARTEvent.BREAK] * 2
        assert port.read(100) == b""
        port.close()
        # Nothing of it stays for the next program that opens the port.
        with open(rig.uart(0), "rb", buffering=0) as other:
            assert not termios.tcgetattr(other)[0] & termios.PARMRK


def test_without_an_interrupt_a_break_is_a_zero_byte() -> None:
    with Rig() as rig, backend_on(rig) as backend:
        port = backend.uart("uart0")
        port.configure(UARTConfig(9600))
        send_break()
        assert port.read(100, 10_000_000_000) == b"\0"


def test_a_port_that_hangs_up_while_breaks_are_watched() -> None:
    with Rig("echo@uart1") as rig, backend_on(rig) as backend:
        port = backend.uart("uart1")
        port.configure(UARTConfig())
        port.watch(UARTEvent.BREAK, lambda event: None)
        rig.hang_up(1)
        with pytest.raises(BusError, match="hung up"):
            port.read(1, 500_000_000)
