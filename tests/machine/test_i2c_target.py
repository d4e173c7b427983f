"""machine.I2CTarget: answers a controller on the same wires, whoever moves them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from machine_compat.board import Board
from machine_compat.machine import build
from machine_compat.mock.backend import MockBackend
from machine_compat.mock.nets import connect
from machine_compat.profile import load
from machine_compat.simulation import SimulatedBoard

On = Callable[[str], Any]
ADDRESS = 67


def joined(on: Any, first: tuple[str, str], second: tuple[str, str]) -> None:
    """Wires from one bus's pins to another's."""
    for one, other in zip(first, second, strict=True):
        connect(on.wire(one), on.wire(other))


@pytest.fixture
def pico(switch_on: On) -> Any:
    """A Pico whose two buses are joined."""
    on = switch_on("pico")
    joined(on, ("GP5", "GP4"), ("GP7", "GP6"))
    return on


@pytest.fixture(params=["I2C", "SoftI2C"])
def controller(request: pytest.FixtureRequest, pico: Any) -> Any:
    machine = pico.machine
    return machine.I2C(0) if request.param == "I2C" else machine.SoftI2C(scl=machine.Pin(5), sda=machine.Pin(4))


def with_memory(on: Any, content: bytes = b"01234567", **options: Any) -> tuple[Any, bytearray]:
    memory = bytearray(content)
    return on.machine.I2CTarget(1, ADDRESS, mem=memory, **options), memory


# ---- memory


def test_it_answers_its_address_and_no_other(pico: Any, controller: Any) -> None:
    assert controller.scan() == []
    target, _ = with_memory(pico)
    assert controller.scan() == [ADDRESS]
    target.deinit()
    assert controller.scan() == []


def test_the_controller_reads_and_writes_the_memory(pico: Any, controller: Any) -> None:
    _, memory = with_memory(pico)
    controller.writeto_mem(ADDRESS, 2, b"test")
    assert memory == b"01test67"
    assert controller.readfrom_mem(ADDRESS, 4, 4) == b"st67"


def test_the_address_wraps(pico: Any, controller: Any) -> None:
    _, memory = with_memory(pico)
    assert controller.readfrom_mem(ADDRESS, 6, 4) == b"6701"
    assert controller.readfrom_mem(ADDRESS, 0, 12) == b"012345670123"
    controller.writeto_mem(ADDRESS, 6, b"test")
    assert memory == b"st2345te"
    controller.writeto_mem(ADDRESS, 0, b"testTESTmore")
    assert memory == b"moreTEST"


def test_a_read_goes_on_behind_the_byte_that_the_chip_fetched_too_many(pico: Any, controller: Any) -> None:
    with_memory(pico)
    controller.writeto(ADDRESS, b"\x02")
    assert controller.readfrom(ADDRESS, 4) == b"2345"
    assert controller.readfrom(ADDRESS, 4) == b"7012"


def test_wide_addresses_come_high_byte_first_and_none_is_needed(pico: Any, controller: Any) -> None:
    target, memory = with_memory(pico, bytes(300), mem_addrsize=16)
    controller.writeto_mem(ADDRESS, 0x0105, b"\xaa", addrsize=16)
    assert memory[0x105] == 0xAA
    assert target.memaddr == 0x105
    _, memory = with_memory(pico, mem_addrsize=0)
    controller.writeto(ADDRESS, b"xy")
    assert memory == b"xy234567"


def test_pins_that_a_script_moves_by_hand_reach_it_too(pico: Any) -> None:
    machine = pico.machine
    _, memory = with_memory(pico)
    i2c = machine.SoftI2C(scl=machine.Pin(5), sda=machine.Pin(4))
    i2c.start()
    assert i2c.write(bytes([ADDRESS << 1, 3, 0x55])) == 3
    i2c.stop()
    assert memory[3] == 0x55
    i2c.start()
    assert i2c.write(bytes([(ADDRESS + 1) << 1])) == 0
    i2c.stop()


@pytest.mark.parametrize("bits", [-8, 4, 12, 40])
def test_only_whole_bytes_can_be_an_address(pico: Any, bits: int) -> None:
    with pytest.raises(ValueError, match="mem_addrsize must be 0, 8, 16, 24 or 32"):
        with_memory(pico, mem_addrsize=bits)


def test_memory_must_be_writable(pico: Any) -> None:
    with pytest.raises(TypeError, match="object with buffer protocol required"):
        pico.machine.I2CTarget(1, ADDRESS, mem=b"fixed")


# ---- handlers


class Heard:
    """A handler that notes flags, and what it was given or gives."""

    def __init__(self, answer: bytes = b"Y") -> None:
        self.events: list[int] = []
        self.bytes = bytearray()
        self.answer = answer

    def __call__(self, target: Any) -> None:
        flags = target.irq().flags()
        self.events.append(flags)
        if flags & target.IRQ_READ_REQ:
            target.write(self.answer)
        if flags & target.IRQ_WRITE_REQ:
            byte = bytearray(1)
            assert target.readinto(byte) == 1
            self.bytes += byte


ALL = 63
MATCH_R, MATCH_W, READ_REQ, WRITE_REQ, END_READ, END_WRITE = (1 << bit for bit in range(6))


@pytest.fixture
def heard(pico: Any) -> Heard:
    handler = Heard()
    pico.machine.I2CTarget(1, ADDRESS).irq(handler, ALL, hard=True)
    return handler


def test_a_probe_is_a_write_of_nothing(controller: Any, heard: Heard) -> None:
    controller.scan()
    assert heard.events == [MATCH_W, END_WRITE]


def test_a_handler_takes_each_byte(controller: Any, heard: Heard) -> None:
    assert controller.writeto(ADDRESS, b"XYZ") == 3
    assert heard.events == [MATCH_W, WRITE_REQ, WRITE_REQ, WRITE_REQ, END_WRITE]
    assert heard.bytes == b"XYZ"


def test_a_handler_is_asked_for_one_byte_too_many(controller: Any, heard: Heard) -> None:
    assert controller.readfrom(ADDRESS, 1) == b"Y"
    assert heard.events == [MATCH_R, READ_REQ, READ_REQ, END_READ]


def test_a_repeated_start_ends_the_message_before_it(controller: Any, heard: Heard) -> None:
    assert controller.readfrom_mem(ADDRESS, ord("X"), 1) == b"Y"
    assert heard.events == [MATCH_W, WRITE_REQ, END_WRITE, MATCH_R, READ_REQ, READ_REQ, END_READ]


def test_bytes_wait_in_a_fifo(pico: Any, controller: Any) -> None:
    heard = Heard(b"0123")
    target = pico.machine.I2CTarget(1, ADDRESS)
    target.irq(heard, READ_REQ, hard=True)
    assert controller.readfrom(ADDRESS, 4) == b"0123"
    target.irq(lambda _: None, WRITE_REQ, hard=True)
    controller.writeto(ADDRESS, b"abcd")
    taken = bytearray(6)
    assert target.readinto(taken) == 4
    assert taken == b"abcd\0\0"
    assert target.write(bytes(20)) == 16


def test_a_write_has_ended_when_the_fifo_is_empty(pico: Any, controller: Any) -> None:
    events: list[int] = []
    target = pico.machine.I2CTarget(1, ADDRESS)
    target.irq(lambda each: events.append(each.irq().flags()), WRITE_REQ | END_WRITE, hard=True)
    controller.writeto(ADDRESS, b"ab")
    assert events == [WRITE_REQ]
    target.readinto(bytearray(2))
    assert events == [WRITE_REQ, END_WRITE]


def test_a_full_fifo_stretches_the_clock_until_the_controller_gives_up(pico: Any) -> None:
    i2c = pico.machine.I2C(0)
    pico.machine.I2CTarget(1, ADDRESS).irq(lambda _: None, WRITE_REQ, hard=True)
    with pytest.raises(OSError, match="ETIMEDOUT"):
        i2c.writeto(ADDRESS, bytes(17))


def test_without_memory_and_handler_it_reads_zeros_and_swallows_writes(pico: Any, controller: Any) -> None:
    pico.machine.I2CTarget(1, ADDRESS)
    assert controller.writeto(ADDRESS, bytes(40)) == 40
    assert controller.readfrom(ADDRESS, 2) == b"\0\0"


def test_ends_may_be_soft_and_are_so_by_default(pico: Any, controller: Any) -> None:
    target, _ = with_memory(pico)
    events: list[tuple[int, int]] = []
    irq = target.irq(lambda each: events.append((each.irq().flags(), each.memaddr)))
    assert irq.trigger() == END_READ | END_WRITE
    controller.writeto_mem(ADDRESS, 2, b"test")
    controller.readfrom_mem(ADDRESS, 3, 2)
    assert events == [(END_WRITE, 2), (END_READ, 3)]


@pytest.mark.parametrize("event", [MATCH_R, MATCH_W, READ_REQ, WRITE_REQ])
def test_other_events_must_be_hard(pico: Any, event: int) -> None:
    target = pico.machine.I2CTarget(1, ADDRESS)
    with pytest.raises(ValueError, match="hard IRQ required"):
        target.irq(print, event)


def test_an_error_in_a_handler_ends_it(pico: Any, controller: Any) -> None:
    pico.machine.I2CTarget(1, ADDRESS).irq(lambda _: 1 // 0, READ_REQ, hard=True)
    assert controller.readfrom(ADDRESS, 1) == b"\0"
    assert [type(error) for error in pico.failures] == [ZeroDivisionError]
    assert controller.readfrom(ADDRESS, 1) == b"\0"
    assert len(pico.failures) == 1


# ---- two boards

TARGET = """
from machine import I2CTarget
import time
memory = bytearray(8)
count = 0
def asked(target):
    global count
    flags = target.irq().flags()
    if flags & I2CTarget.IRQ_READ_REQ:
        count += 1
        target.write(bytes([0x40 + count]))
target = I2CTarget(0, 0x42)
target.irq(asked, I2CTarget.IRQ_READ_REQ, hard=True)
while True:
    time.sleep(1)
"""
CONTROLLER = """
from machine import I2C, Pin
import time
i2c = I2C(0)
time.sleep_ms(10)
print(i2c.scan(), i2c.readfrom(0x42, 3))
"""


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[SimulatedBoard, SimulatedBoard]]:
    with SimulatedBoard("pico") as first, SimulatedBoard("pico", world=first.world) as second:
        first.wire("GP5", "GP5", second)
        first.wire("GP4", "GP4", second)
        yield first, second


def program(folder: Path, name: str, text: str) -> Path:
    path = folder / name / "main.py"
    path.parent.mkdir()
    path.write_text(text)
    return path


def test_the_handler_of_another_board_answers(pair: tuple[SimulatedBoard, SimulatedBoard], tmp_path: Path) -> None:
    controller, target = pair
    target.run(program(tmp_path, "target", TARGET), ms=1)
    controller.run(program(tmp_path, "controller", CONTROLLER), ms=100)
    assert controller.output == "[66] b'ABC'\n"


def test_a_target_goes_on_answering_when_its_script_has_ended(
    pair: tuple[SimulatedBoard, SimulatedBoard], tmp_path: Path
) -> None:
    controller, target = pair
    target.run(program(tmp_path, "target", TARGET.replace("while True:\n    time.sleep(1)\n", "")), ms=1)
    controller.run(program(tmp_path, "controller", CONTROLLER), ms=100)
    assert controller.output == "[66] b'ABC'\n"


def test_who_holds_interrupts_off_makes_the_controller_wait_in_vain(
    pair: tuple[SimulatedBoard, SimulatedBoard], tmp_path: Path
) -> None:
    controller, target = pair
    deaf = TARGET.replace("while True:", "import machine\nmachine.disable_irq()\nwhile True:")
    target.run(program(tmp_path, "target", deaf), ms=1)
    with pytest.raises(OSError, match="ETIMEDOUT"):
        controller.run(program(tmp_path, "controller", CONTROLLER), ms=500)


# ---- ports


PROFILE = load("esp32")._replace(lacks=frozenset())
"""A board of esp32's port whose chip has a target."""


def test_esp32s_driver_hands_over_whole_messages() -> None:
    backend = MockBackend(PROFILE.wiring())
    for one, other in (("GPIO18", "GPIO25"), ("GPIO19", "GPIO26")):
        connect(backend.terminal(one), backend.terminal(other))
    machine = build(Board(PROFILE, backend))
    memory = bytearray(b"01234567")
    target = machine.I2CTarget(1, ADDRESS, mem=memory)
    events: list[int] = []
    target.irq(lambda each: events.append(each.irq().flags()))
    i2c = machine.I2C(0)
    assert i2c.scan() == [ADDRESS]
    assert events == []
    assert i2c.readfrom_mem(ADDRESS, 2, 4) == i2c.readfrom(ADDRESS, 4) == b"2345"
    i2c.writeto_mem(ADDRESS, 0, b"ab")
    assert (events, memory) == ([END_READ, END_READ, END_WRITE], b"ab234567")
    assert not hasattr(target, "IRQ_READ_REQ")
    with pytest.raises(ValueError, match="hard IRQ unsupported"):
        target.irq(print, hard=True)
    with pytest.raises(ValueError, match="10-bit address unsupported"):
        machine.I2CTarget(1, ADDRESS, addrsize=10)


def test_the_first_esp32_has_none(switch_on: On) -> None:
    assert not hasattr(switch_on("esp32").machine, "I2CTarget")


def test_reprs(switch_on: On) -> None:
    assert repr(switch_on("pico").machine.I2CTarget(0, ADDRESS, scl=9, sda=8)) == "I2CTarget(0, addr=67, scl=9, sda=8)"
    assert repr(switch_on("pyboard").machine.I2CTarget("X", ADDRESS)) == "I2CTarget(1, addr=67)"


def test_there_is_one_object_an_id_and_a_default(pico: Any) -> None:
    target = pico.machine.I2CTarget(addr=ADDRESS)
    assert target is pico.machine.I2CTarget(0, 5)
    assert repr(target) == "I2CTarget(0, addr=5, scl=5, sda=4)"


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((7, ADDRESS), {}, r"I2CTarget\(7\) doesn't exist"),
        ((0, ADDRESS), {"scl": 4}, "bad SCL pin"),
        ((0, ADDRESS), {"sda": 5}, "bad SDA pin"),
    ],
)
def test_what_the_board_does_not_have(
    pico: Any, arguments: tuple[int, int], options: dict[str, int], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        pico.machine.I2CTarget(*arguments, **options)


def test_an_address_is_required_and_on_stm32_a_bus(switch_on: On) -> None:
    with pytest.raises(TypeError, match="'addr' argument required"):
        switch_on("pico").machine.I2CTarget(0)
    machine = switch_on("pyboard").machine
    with pytest.raises(TypeError, match="'id' argument required"):
        machine.I2CTarget(addr=ADDRESS)
    with pytest.raises(TypeError, match="extra keyword arguments given"):
        machine.I2CTarget(1, ADDRESS, scl="X9")


def test_a_target_that_the_test_itself_plays_answers_a_script(
    pair: tuple[SimulatedBoard, SimulatedBoard], tmp_path: Path
) -> None:
    controller, target = pair
    answers = iter(b"ABCD")

    def asked(each: Any) -> None:
        each.write(bytes([next(answers)]))

    target.machine.I2CTarget(0, 0x42).irq(asked, READ_REQ, hard=True)
    controller.run(program(tmp_path, "controller", CONTROLLER), ms=100)
    assert controller.output == "[66] b'ABC'\n"
