"""Taps on a board's channels: the one-line trace, and faults that a script meets as if the hardware had them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from machine_compat.contract import Read, USBDeviceConfig, USBDeviceEvent, Write
from machine_compat.errors import BusError, ConfigError, Fault
from machine_compat.mock.devices.dialogue import Dialogue
from machine_compat.mock.devices.spi_memory import SPIMemory
from machine_compat.simulation import SimulatedBoard
from machine_compat.taps import Call, Proceed, i2c_fault, notation, trace


@pytest.fixture
def pico() -> Iterator[SimulatedBoard]:
    board = SimulatedBoard("pico")
    with board.in_use():
        yield board
    board.close()


def traced(board: SimulatedBoard) -> list[str]:
    """The lines of the trace, without their times."""
    lines: list[str] = []
    board.board.tap(trace(lambda line: lines.append(line.partition(" ")[2]), board.board.clock.now_ns))
    return lines


# ---- the trace


def test_a_line_begins_with_the_time_and_the_channel(pico: SimulatedBoard) -> None:
    lines: list[str] = []
    pico.attach("registers@i2c0:0x42")
    pico.board.tap(trace(lines.append, pico.board.clock.now_ns))
    pico.run_on(ms=2.134)
    pico.machine.I2C(0).writeto(0x42, b"\x10")
    assert lines == ["0.002134 i2c0 S 42W 10 P"]


def test_i2c_in_one_line_a_transfer(pico: SimulatedBoard) -> None:
    chip = pico.attach("registers@i2c0:0x42")
    chip.registers[0x10:0x12] = b"\xab\xcd"
    lines = traced(pico)
    i2c = pico.machine.I2C(0)
    i2c.readfrom_mem(0x42, 0x10, 2)
    i2c.writeto_mem(0x42, 0x20, b"\x01\x02")
    i2c.writeto(0x42, b"\x10", False)
    i2c.readfrom(0x42, 1)
    i2c.writeto(0x42, b"")
    with pytest.raises(OSError, match="EIO"):
        i2c.readfrom_mem(0x43, 0, 1)
    assert lines == [
        "i2c0 S 42W 10 Sr 42R ab cd P",
        "i2c0 S 42W 20 01 02 P",
        "i2c0 S 42W 10",
        "i2c0 S 42R ab P",
        "i2c0 S 42W P",
        "i2c0 S 43W N P",
    ]


def test_soft_i2c_and_its_bits_are_traced(pico: SimulatedBoard) -> None:
    pico.attach("registers@i2c0:0x42")
    lines = traced(pico)
    pico.machine.SoftI2C(5, 4).writeto(0x42, b"\x10\x20")
    assert lines[-1] == "GP5,GP4 S 42W 10 20 P"


@pytest.mark.parametrize(
    ("args", "outcome", "line"),
    [
        ((0x50, [Write(b"\x00\x01\x02")], True), BusError(Fault.NACK_DATA, 1), "S 50W 00 01 N P"),
        ((0x50, [Write(b"\x07"), Write(b"\x08\x09")], True), BusError(Fault.NACK_DATA, 1), "S 50W 07 Sr 50W 08 09 N P"),
        ((0x50, [Write(b"\x07"), Read(2)], True), BusError(Fault.NACK_ADDRESS), "S 50W N P"),
        ((0x50, [Write(b"\x07")], True), BusError(Fault.TIMEOUT), "S 50W 07 (the bus did not answer in time) P"),
        ((0x50, [Write(b"\x07")], False), BusError(Fault.NACK_ADDRESS), "S 50W N P"),
        ((0x08, [Read(2), Read(1)], True), b"\x01\x02\x03", "S 08R 01 02 Sr 08R 03 P"),
        ((0x50, [Write(b"\x07")]), b"", "S 50W 07 P"),
    ],
)
def test_the_notation_of_i2c(args: tuple[Any, ...], outcome: object, line: str) -> None:
    assert notation(Call("i2c", "i2c0", "transfer", args), outcome) == line


def test_spi_shows_both_directions(pico: SimulatedBoard) -> None:
    pico.spi(0).attach(SPIMemory(answer=b"\xff\xef\x40"))
    lines = traced(pico)
    spi = pico.machine.SPI(0)
    spi.write_readinto(b"\x9f\x00\x00", bytearray(3))
    spi.write(b"\x01\x02")
    assert lines == ["spi0 9f 00 00 -> ff ef 40", "spi0 01 02"]


def test_serial_lines_pins_and_pulses(pico: SimulatedBoard) -> None:
    pico.wire("GP0", "GP1")
    lines = traced(pico)
    machine = pico.machine
    uart = machine.UART(0, 9600, tx=0, rx=1)
    uart.write(b"hi\n")
    pico.run_on(ms=10)
    assert uart.read() == b"hi\n"
    led = machine.Pin(25, machine.Pin.OUT)
    led(1)
    led.off()
    assert lines[0] == r"uart0 tx b'hi\n'"
    assert r"uart0 rx b'hi\n'" in lines
    assert lines[-2:] == ["GP25 = 1", "GP25 = 0"]
    assert [line for line in lines if line.endswith("rx b''")] == []


def test_the_edges_that_a_handler_hears(pico: SimulatedBoard) -> None:
    lines = traced(pico)
    pin = pico.machine.Pin(14, pico.machine.Pin.IN, pico.machine.Pin.PULL_UP)
    pin.irq(lambda pin: None, pico.machine.Pin.IRQ_FALLING | pico.machine.Pin.IRQ_RISING)
    pico.press("GP14", ms=1)
    pico.run_on(ms=2)
    assert lines == ["GP14 falling edge", "GP14 rising edge"]


@pytest.mark.parametrize(
    ("verb", "args", "line"),
    [
        ("connect", (USBDeviceConfig(bytes(8) + b"\x55\xf0\x99\x99", b"", {}), print), "connect f055:9999"),
        ("disconnect", (), "disconnect"),
        ("submit", (0x83, b"\x02\x00\x0b"), "in 83 02 00 0b"),
        ("submit", (0x83, b""), "in 83"),
        ("submit", (0x01, 64), ""),
        ("answer", (b"\x01\x02",), "reply 01 02"),
        ("answer", (b"",), ""),
        ("answer", (64,), ""),
        ("answer", (None,), "stall"),
        ("event", (USBDeviceEvent.RESET, 0, b""), "reset"),
        ("event", (USBDeviceEvent.CONFIGURED, 1, b""), "configured 1"),
        ("event", (USBDeviceEvent.SETUP, 0, bytes.fromhex("210a000000000000")), "setup 21 0a 00 00 00 00 00 00"),
        ("event", (USBDeviceEvent.CONTROL_DATA, 0, b"\x02"), "data 02"),
        ("event", (USBDeviceEvent.CONTROL_DATA, 0, b""), ""),
        ("event", (USBDeviceEvent.RECEIVED, 1, b"hi"), "out 01 68 69"),
        ("event", (USBDeviceEvent.SENT, 0x81, b""), ""),
        ("stalled", (0x81,), ""),
    ],
)
def test_the_notation_of_a_usb_device(verb: str, args: tuple[Any, ...], line: str) -> None:
    assert notation(Call("usb_device", "usb0", verb, args), None) == line


def test_a_usb_device_is_traced(pico: SimulatedBoard) -> None:
    lines = traced(pico)
    assert pico.usb.ports == []
    pico.run_on(ms=300)
    assert lines == ["usb0 connect 2e8a:0005", "usb0 reset", "usb0 configured 1"]


def test_calls_that_move_nothing_are_not_shown() -> None:
    for verb in ("configure", "close", "watch"):
        assert notation(Call("i2c", "i2c0", verb, (None,)), None) == ""
    assert notation(Call("line", "GP1", "read", ()), 1) == ""


# ---- putting taps on and taking them off


def count(calls: list[str]) -> Callable[[Call, Proceed], object]:
    def tap(call: Call, proceed: Proceed) -> object:
        calls.append(call.verb)
        return proceed(call)

    return tap


def test_a_tap_reaches_channels_that_are_open_already_and_goes_again(pico: SimulatedBoard) -> None:
    pico.attach("registers@i2c0:0x42")
    i2c = pico.machine.I2C(0)
    led = pico.machine.Pin(25, pico.machine.Pin.OUT)
    calls: list[str] = []
    remove = pico.board.tap(count(calls))
    i2c.writeto(0x42, b"\x00")
    led(1)
    assert calls == ["transfer", "write"]
    remove()
    i2c.writeto(0x42, b"\x00")
    led(0)
    assert calls == ["transfer", "write"]
    assert pico.board.channels.taps == []


def test_taps_wrap_each_other_the_first_outermost(pico: SimulatedBoard) -> None:
    order: list[str] = []

    def named(name: str) -> Callable[[Call, Proceed], object]:
        def tap(call: Call, proceed: Proceed) -> object:
            order.append(f"{name} in")
            reply = proceed(call)
            order.append(f"{name} out")
            return reply

        return tap

    led = pico.machine.Pin(25, pico.machine.Pin.OUT)
    remove = pico.board.tap(named("first"))
    pico.board.tap(named("second"))
    led(1)
    assert order == ["first in", "second in", "second out", "first out"]
    order.clear()
    remove()
    led(0)
    assert order == ["second in", "second out"]


def test_a_tap_may_change_what_goes_down_and_what_comes_back(pico: SimulatedBoard) -> None:
    def upside_down(call: Call, proceed: Proceed) -> object:
        if call.kind == "line" and call.verb == "write":
            return proceed(call._replace(args=(1 - int(str(call.args[0])),)))
        return proceed(call)

    pico.board.tap(upside_down)
    pico.machine.Pin(25, pico.machine.Pin.OUT)(1)
    assert pico.pin("LED").level == 0


def test_a_channel_has_no_more_verbs_tapped_than_bare(pico: SimulatedBoard) -> None:
    pico.machine.Pin(25, pico.machine.Pin.OUT)
    pico.board.tap(count([]))
    with pytest.raises(AttributeError, match="MockLine"):
        pico.machine.Pin(25).line.exchange(b"")


# ---- faults: I2C


def test_an_address_that_does_not_answer_so_many_times(pico: SimulatedBoard) -> None:
    chip = pico.attach("registers@i2c0:0x42")
    i2c = pico.machine.I2C(0)
    pico.i2c(0).fault(0x42, Fault.NACK_ADDRESS, times=2)
    for _ in range(2):
        with pytest.raises(OSError, match="EIO") as caught:
            i2c.writeto(0x42, b"\x05\x06")
        assert isinstance(caught.value.__cause__, BusError)
    assert chip.registers[5] == 0
    assert i2c.writeto(0x42, b"\x05\x06") == 2
    assert chip.registers[5] == 6


def test_a_fault_that_could_never_come_is_refused(pico: SimulatedBoard) -> None:
    kind: Any = "NACK_DATA"
    with pytest.raises(ConfigError, match=r"'NACK_DATA' is no fault of a bus; there are Fault\.NACK_ADDRESS"):
        pico.i2c(0).fault(0x42, kind)
    with pytest.raises(ConfigError, match="at_byte=-1: the first byte is 0"):
        pico.i2c(0).fault(0x42, Fault.NACK_DATA, at_byte=-1)


def test_other_addresses_and_other_buses_are_not_touched(pico: SimulatedBoard) -> None:
    pico.attach("registers@i2c0:0x42")
    pico.attach("registers@i2c0:0x43")
    pico.attach("registers@i2c1:0x42")
    pico.i2c(0).fault(0x42, Fault.NACK_ADDRESS, times=None)
    assert pico.machine.I2C(0).scan() == [0x43]
    assert pico.machine.I2C(1).scan() == [0x42]
    assert pico.machine.I2C(0).scan() == [0x43]


@pytest.mark.parametrize("at_byte", [0, 1, 2, 3])
def test_the_bytes_before_a_refused_one_reach_the_chip(pico: SimulatedBoard, at_byte: int) -> None:
    chip = pico.attach("registers@i2c0:0x42")
    i2c = pico.machine.I2C(0)
    pico.i2c(0).fault(0x42, Fault.NACK_DATA, at_byte=at_byte)
    with pytest.raises(OSError, match="EIO") as caught:
        i2c.writeto(0x42, b"\x05\x0a\x0b\x0c")
    cause = caught.value.__cause__
    assert isinstance(cause, BusError)
    assert (cause.fault, cause.acked) == (Fault.NACK_DATA, at_byte)
    assert chip.registers[5:8] == b"\x0a\x0b\x0c"[: max(0, at_byte - 1)].ljust(3, b"\0")
    i2c.writeto(0x42, b"\x05\x0a\x0b\x0c")
    assert chip.registers[5:8] == b"\x0a\x0b\x0c"


def test_soft_i2c_returns_how_many_bytes_were_taken(pico: SimulatedBoard) -> None:
    pico.attach("registers@i2c0:0x42")
    soft = pico.machine.SoftI2C(5, 4)
    pico.i2c("GP5", "GP4").fault(0x42, Fault.NACK_DATA, at_byte=2)
    assert soft.writeto(0x42, b"\x05\x0a\x0b\x0c") == 2
    assert soft.writeto(0x42, b"\x05\x0a\x0b\x0c") == 4


def test_a_refused_byte_waits_for_a_write_that_is_long_enough(pico: SimulatedBoard) -> None:
    pico.attach("registers@i2c0:0x42")
    i2c = pico.machine.I2C(0)
    pico.i2c(0).fault(0x42, Fault.NACK_DATA, at_byte=2)
    i2c.writeto(0x42, b"\x05\x01")
    i2c.readfrom_mem(0x42, 5, 1)
    with pytest.raises(OSError, match="EIO"):
        i2c.writeto(0x42, b"\x05\x01\x02")


@pytest.mark.parametrize("fault", [Fault.TIMEOUT, Fault.ARBITRATION, Fault.BUSY, Fault.IO])
def test_any_fault_of_a_bus(fault: Fault) -> None:
    board = SimulatedBoard("esp32")
    board.attach("registers@i2c0:0x42")
    i2c = board.machine.I2C(0)
    board.i2c(0).fault(0x42, fault)
    expected = board.board.port.errno_of("I2C", fault)
    with pytest.raises(OSError, match=str(expected)) as caught:
        i2c.readfrom(0x42, 1)
    assert (caught.value.errno, caught.value.args) == (expected, (expected,))
    i2c.readfrom(0x42, 1)
    board.close()


def test_a_faulty_transfer_shows_in_the_trace(pico: SimulatedBoard) -> None:
    pico.attach("registers@i2c0:0x42")
    i2c = pico.machine.I2C(0)
    lines = traced(pico)
    pico.board.tap(i2c_fault("i2c0", 0x42, Fault.NACK_DATA, 1))
    with pytest.raises(OSError, match="EIO"):
        i2c.writeto(0x42, b"\x05\x06\x07")
    assert lines == ["i2c0 S 42W 05 06 N P"]


# ---- faults: SPI, UART, pins


def test_a_broken_miso(pico: SimulatedBoard) -> None:
    chip = pico.spi(0).attach(SPIMemory(answer=b"\x01\x02\x03\x04"))
    spi = pico.machine.SPI(0)
    pico.spi(0).fault(0x5A, times=2)
    spi.write(b"\x9f")
    assert spi.read(2) == b"\x5a\x5a"
    buffer = bytearray(1)
    spi.write_readinto(b"\x07", buffer)
    assert buffer == b"\x5a"
    assert spi.read(1) == b"\xff"
    assert chip.received == b"\x9f\x00\x00\x07\x00"


def received(board: SimulatedBoard, data: bytes, *chunks: int) -> bytes:
    """What the script gets of data sent to its UART, read in pieces of these sizes."""
    peer = board.uart(0).attach(Dialogue())
    uart = board.machine.UART(0, 115_200)
    peer.send(data)
    board.run_on(ms=20)
    pieces = [uart.read(size) or b"" for size in chunks] or [uart.read() or b""]
    return b"".join(pieces)


@pytest.mark.parametrize(
    ("fault", "data"),
    [
        ({}, b"`bcdef"),
        ({"at_byte": 2, "flip": 0x80}, b"ab\xe3def"),
        ({"at_byte": 1, "flip": 0}, b"acdef"),
        ({"times": 3}, b"`cbdef"),
        ({"at_byte": 1, "times": 2, "flip": 0}, b"acef"),
        ({"at_byte": 2, "times": None, "flip": 0}, b"abde"),
        ({"at_byte": 6}, b"abcdef"),
    ],
)
def test_a_serial_byte_that_is_bent_or_lost(pico: SimulatedBoard, fault: dict[str, Any], data: bytes) -> None:
    pico.uart(0).fault(**fault)
    assert received(pico, b"abcdef") == data


def test_a_bent_byte_is_counted_over_all_reads(pico: SimulatedBoard) -> None:
    pico.uart(0).fault(at_byte=3, flip=0x20)
    assert received(pico, b"abcdef", 2, 2, 2) == b"abcDef"


def test_a_pin_that_is_stuck(pico: SimulatedBoard) -> None:
    pin = pico.machine.Pin(14, pico.machine.Pin.IN)
    pico.pin("GP14").drive(1)
    pico.pin("GP14").stick(0, times=2)
    assert [pin(), pin(), pin()] == [0, 0, 1]
    pico.pin("GP14").stick(0)
    assert [pin() for _ in range(5)] == [0] * 5
    assert pico.pin("GP14").level == 1
    assert pico.machine.Pin(15)() == 0
