"""machine.CAN: boards and nodes on one bus, their priorities, filters, errors and interrupts."""

from collections.abc import Iterator
from typing import Any

import pytest

from machine_compat.contract import CANFrame
from machine_compat.mock.can_bits import frame_bits
from machine_compat.mock.devices.can_node import CANNode
from machine_compat.simulation import SimulatedBoard
from machine_compat.taps import trace

RATE = 500_000
BIT_NS = 2_000
EXT = 2
RX, TX, FAILED, STATE = 2, 1, 4, 8


@pytest.fixture
def board() -> Iterator[SimulatedBoard]:
    with SimulatedBoard("pyboard") as one:
        yield one


@pytest.fixture
def node(board: SimulatedBoard) -> CANNode:
    return board.can(1).attach(CANNode())


@pytest.fixture
def can(board: SimulatedBoard, node: CANNode) -> Any:
    """A controller with somebody to talk to, which receives everything."""
    one = board.machine.CAN(1, RATE)
    one.set_filters(None)
    return one


def wait(board: SimulatedBoard, ms: float = 1) -> None:
    board.board.sleep_ns(round(ms * 1_000_000))


def message(can: Any) -> Any:
    got = can.recv()
    return None if got is None else (got[0], bytes(got[1]), got[2], got[3])


# ---- frames


def test_boards_talk_to_each_other() -> None:
    with SimulatedBoard("pyboard") as first, SimulatedBoard("pyboard", world=first.world) as second:
        first.can(1).join(second.can(2))
        one, other = first.machine.CAN(1, RATE), second.machine.CAN("YB", RATE)
        one.set_filters(None)
        other.set_filters(None)
        assert one.send(0x50333, b"ABCD", one.FLAG_EXT_ID) == 0
        assert other.send(0x50, b"1234") == 0
        wait(first)
        assert message(other) == (0x50333, b"ABCD", EXT, 0)
        assert message(one) == (0x50, b"1234", 0, 0)
        assert message(one) is None


def test_a_frame_takes_its_bits_and_stuff_bits(board: SimulatedBoard, can: Any, node: CANNode) -> None:
    # 44 bits and 8 a byte (Bosch 2.0 B, 3.1.1), and a stuff bit behind each five of a kind.
    # 0x555 without data has five zeros in a row once, in its control field.
    assert frame_bits(CANFrame(0x555, b"")) == 44 + 1
    assert 44 + 64 <= frame_bits(CANFrame(0x123, b"\x55" * 8)) <= 44 + 64 + 8
    assert frame_bits(CANFrame(0x12345, b"", True)) >= 64
    assert frame_bits(CANFrame(0x000, bytes(8))) == 44 + 64 + 3 + 13
    end = board.world.now + frame_bits(CANFrame(0x123, b"\x55" * 8)) * BIT_NS
    can.send(0x123, b"\x55" * 8)
    board.board.sleep_ns(end - 1 - board.world.now)
    assert node.received == []
    board.board.sleep_ns(1)
    assert node.received == [CANFrame(0x123, b"\x55" * 8)]


def test_the_lowest_identifier_of_all_who_wait_goes_first(board: SimulatedBoard, can: Any, node: CANNode) -> None:
    can.send(0x400, b"first")
    can.send(0x300, b"late")
    node.send(0x200)
    node.send(0x100)
    can.send(0x0FF, b"soon")
    wait(board, 1)
    can.send(0x4FF, b"busy")
    can.send(0x0FF << 18 | 5, b"long", EXT)
    can.send(0x0FF, b"short")
    wait(board, 4)
    assert [frame.data for frame in node.received] == [b"first", b"soon", b"late", b"busy", b"short", b"long"]
    assert [message(can)[0] for _ in node.sent] == [0x100, 0x200]


def test_three_mailboxes_and_no_two_of_one_id(board: SimulatedBoard, can: Any) -> None:
    assert [can.send(id, b"") for id in (5, 5, 6, 7, 8)] == [0, None, 1, 2, None]
    wait(board)
    assert can.send(5, b"", can.FLAG_UNORDERED) == 0
    assert can.send(5, b"", can.FLAG_UNORDERED) == 1


def test_remote_frames_have_a_length_and_no_data(board: SimulatedBoard, can: Any, node: CANNode) -> None:
    node.send(0x77, bytes(3), remote=True)
    can.send(0x78, b"1234", can.FLAG_RTR)
    wait(board)
    assert message(can) == (0x77, bytes(3), can.FLAG_RTR, 0)
    assert node.received[0].remote


def test_recv_fills_a_list(board: SimulatedBoard, can: Any, node: CANNode) -> None:
    buffer = bytearray(8)
    result = [0, memoryview(buffer), 0, 0]
    node.send(1, b"abcdef")
    node.send(2, b"xy")
    node.send(3, b"12345678")
    wait(board, 2)
    assert can.recv(result) is result
    assert (result[0], bytes(result[1])) == (1, b"abcdef")
    assert (can.recv(result)[0], bytes(result[1]), buffer[:6]) == (2, b"xy", b"xycdef")
    assert bytes(can.recv(result)[1]) == b"12345678"
    with pytest.raises(TypeError):
        can.recv((1, 2, 3, 4))


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ((0x800, b""), ValueError, "invalid id"),
        ((1 << 29, b"", EXT), ValueError, "invalid id"),
        ((1, bytes(9)), OverflowError, "data too long"),
    ],
)
def test_what_no_frame_can_be(can: Any, arguments: tuple[Any, ...], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        can.send(*arguments)


# ---- filters


def test_nothing_is_received_without_filters_but_acknowledged(board: SimulatedBoard, node: CANNode) -> None:
    can = board.machine.CAN(1, RATE)
    node.send(1)
    wait(board)
    assert can.recv() is None
    assert len(node.sent) == 1


def test_filters_choose_by_mask_and_length(board: SimulatedBoard, can: Any, node: CANNode) -> None:
    can.set_filters([(0x100, 0x700, 0), (0x1F000, 0x1FF00, EXT)])
    for id, extended in ((0x123, False), (0x223, False), (0x123, True), (0x1F0AB, True), (0x1F123, True)):
        node.send(id, extended=extended)
        wait(board)
    assert message(can) == (0x123, b"", 0, 0)
    assert message(can) == (0x1F0AB, b"", EXT, 0)
    assert message(can) is None


@pytest.mark.parametrize(
    ("filters", "text"),
    [
        ([(1, 2)], "filter items must have length 3"),
        ([(0x800, 0, 0)], "invalid id"),
        ([(0, 0x800, 0)], "invalid id"),
        ([(0, 0, 1)], "flags"),
        ([(0, 0, 0)] * 15, "too many filters"),
    ],
)
def test_what_no_filter_can_be(can: Any, filters: list[tuple[int, ...]], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        can.set_filters(filters)


def test_a_full_fifo_keeps_the_first_two_and_the_latest(board: SimulatedBoard, can: Any, node: CANNode) -> None:
    can.set_filters([(0, 0, 0)])
    for id in range(1, 6):
        node.send(id)
    wait(board, 3)
    assert can.get_counters()[6:] == [3, 2]
    errors = can.RECV_ERR_FULL | can.RECV_ERR_OVERRUN
    assert [message(can) for _ in range(4)] == [(1, b"", 0, errors), (2, b"", 0, 0), (5, b"", 0, 0), None]


# ---- errors


def test_alone_on_the_bus_it_becomes_passive_and_stays_so(board: SimulatedBoard) -> None:
    can = board.machine.CAN(1, RATE)
    states = [can.state()]
    can.send(1, b"")
    for _ in range(1_000):
        wait(board, 0.05)
        if can.state() != states[-1]:
            states.append(can.state())
    assert states == [can.STATE_ACTIVE, can.STATE_WARNING, can.STATE_PASSIVE]
    assert can.get_counters() == [128, 0, 1, 1, 0, 1, 0, 0]


def test_an_answer_brings_it_back(board: SimulatedBoard, node: CANNode) -> None:
    can = board.machine.CAN(1, RATE)
    node.connected = False
    can.send(1, b"")
    wait(board, 20)
    assert can.state() == can.STATE_PASSIVE
    node.connected = True
    wait(board, 5)
    assert can.state() == can.STATE_WARNING
    assert can.get_counters()[:6] == [127, 0, 1, 1, 0, 0]
    assert [frame.id for frame in node.received] == [1]


def test_a_node_of_another_bit_rate_spoils_frames_until_it_is_passive(
    board: SimulatedBoard, can: Any, node: CANNode
) -> None:
    stranger = board.can(1).attach(CANNode(bitrate=125_000))
    can.send(1, b"")
    wait(board, 1)
    assert node.received == []
    assert (can.get_counters()[0] > 0, can.state()) == (True, can.STATE_ACTIVE)
    wait(board, 20)
    assert stranger.errors.receive >= 128
    assert [frame.id for frame in node.received] == [1]
    assert can.state() == can.STATE_WARNING


def off_the_bus(board: SimulatedBoard, can: Any) -> None:
    """Have the controller fail until it gives up."""
    stranger = board.can(1).attach(CANNode(bitrate=125_000))
    can.send(1, b"")
    for _ in range(4):
        stranger.connected = True
        wait(board, 1.5)
    stranger.connected = False


def test_too_many_errors_take_it_off_the_bus_until_restart(board: SimulatedBoard, can: Any, node: CANNode) -> None:
    off_the_bus(board, can)
    assert can.state() == can.STATE_BUS_OFF
    assert can.get_counters()[2:5] == [1, 1, 1]
    node.send(5)
    wait(board, 10)
    assert node.sent == []
    can.restart()
    wait(board, 2)
    assert (can.state(), message(can)) == (can.STATE_ACTIVE, (5, b"", 0, 0))


def test_restart_empties_mailboxes_and_counters(board: SimulatedBoard) -> None:
    can = board.machine.CAN(1, RATE)
    can.send(1, b"")
    wait(board, 20)
    can.restart()
    assert (can.state(), can.get_counters()) == (can.STATE_ACTIVE, [0] * 8)
    assert can.send(1, b"") == 0


def test_silent_hears_and_says_nothing(board: SimulatedBoard) -> None:
    node = board.can(1).attach(CANNode())
    can = board.machine.CAN(1, RATE, board.machine.CAN.MODE_SILENT)
    can.set_filters(None)
    can.send(1, b"")
    node.send(2)
    wait(board, 2)
    assert node.received == node.sent == []
    assert message(can) is None
    board.can(1).attach(CANNode())
    wait(board, 2)
    assert message(can) == (2, b"", 0, 0)


@pytest.mark.parametrize("mode", ["MODE_LOOPBACK", "MODE_SILENT_LOOPBACK"])
def test_loopback_hears_itself_alone(board: SimulatedBoard, node: CANNode, mode: str) -> None:
    can = board.machine.CAN(1, RATE, mode=getattr(board.machine.CAN, mode))
    can.set_filters(None)
    node.send(2)
    can.send(1, b"own")
    wait(board)
    assert message(can) == (1, b"own", 0, 0)
    assert message(can) is None
    assert node.received == []


# ---- interrupts


def test_a_handler_drains_what_came(board: SimulatedBoard, can: Any, node: CANNode) -> None:
    got: list[int] = []

    def heard(bus: Any) -> None:
        while bus.irq().flags() & RX:
            got.append(bus.recv()[0])

    can.irq(heard, can.IRQ_RX, hard=True)
    for id in (1, 2, 3, 4, 5):
        node.send(id)
    wait(board, 3)
    assert got == [1, 2, 3, 4, 5]


def test_sent_and_cancelled_messages_are_told_one_by_one(board: SimulatedBoard, can: Any) -> None:
    told: list[tuple[int, int]] = []

    def heard(bus: Any) -> None:
        while flags := bus.irq().flags():
            told.append((flags >> can.IRQ_TX_IDX_SHIFT & can.IRQ_TX_IDX_MASK, flags & 0xF))

    can.irq(heard, can.IRQ_TX)
    assert [can.send(id, b"") for id in (10, 11, 12)] == [0, 1, 2]
    wait(board, 0.02)
    assert can.cancel_send(2)
    assert can.cancel_send(0)
    wait(board)
    # The first is on the wire by then, and arrives.
    assert told == [(2, TX | FAILED), (0, TX), (1, TX)]
    assert not can.cancel_send(1)
    with pytest.raises(IndexError):
        can.cancel_send(3)


def test_states_are_told(board: SimulatedBoard) -> None:
    can = board.machine.CAN(1, RATE)
    states: list[int] = []

    def heard(bus: Any) -> None:
        if bus.irq().flags() & STATE:
            states.append(bus.state())

    can.irq(heard, trigger=can.IRQ_STATE)
    can.send(1, b"")
    wait(board, 20)
    assert states == [can.STATE_WARNING, can.STATE_PASSIVE]


def test_only_some_triggers(can: Any) -> None:
    with pytest.raises(ValueError, match="trigger 0x00000004 unsupported"):
        can.irq(print, 4)
    with pytest.raises(ValueError, match="handler must be None or callable"):
        can.irq(5, RX)


# ---- construction


def test_repr_and_timings(can: Any) -> None:
    # 42 MHz by 7 is twelve quanta a bit, of which the sample point of 75 % takes nine.
    shown = "CAN(1, bitrate=500000, mode=CAN.MODE_NORMAL, sjw=1, tseg1=8, tseg2=3, f_clock=42000000)"
    assert repr(can) == shown
    can.init(RATE, sample_point=87, sjw=2)
    assert can.get_timings() == [RATE, 2, 11, 2, None, None]
    into = [None] * 7
    can.init(RATE, tseg1=10, tseg2=3)
    assert can.get_timings(into) is into
    assert into == [RATE, 1, 10, 3, None, None, None]


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"mode": 5}, "mode"),
        ({"sjw": 5}, "sjw"),
        ({"tseg1": 17, "tseg2": 2}, "tseg1"),
        ({"tseg1": 5}, "tseg2"),
        ({"tseg2": 5}, "tseg1"),
        ({"tseg1": 5, "tseg2": 9}, "tseg2"),
        ({"sample_point": 100}, "sample_point"),
        ({"bitrate": 50_000_000}, "unable to calculate BRP for baudrate"),
    ],
)
def test_arguments_out_of_range(can: Any, options: dict[str, int], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        can.init(**{"bitrate": RATE, **options})


def test_ids(board: SimulatedBoard, can: Any) -> None:
    machine = board.machine
    assert machine.CAN("YA", RATE) is can
    with pytest.raises(ValueError, match=r"CAN\(3\) doesn't exist"):
        machine.CAN(3, RATE)
    with pytest.raises(TypeError):
        machine.CAN(1)


def test_deinit_ends_it(board: SimulatedBoard, can: Any, node: CANNode) -> None:
    can.deinit()
    assert can.state() == can.STATE_STOPPED
    for call in (can.recv, can.irq, can.restart, can.get_counters, lambda: can.send(1, b"")):
        with pytest.raises(OSError, match="EINVAL"):
            call()
    node.send(1)
    wait(board)
    assert node.sent == []


def test_a_trace_shows_frames(board: SimulatedBoard, can: Any, node: CANNode) -> None:
    lines: list[str] = []
    board.board.tap(trace(lines.append, board.board.clock.now_ns))
    node.send(0x123, b"\xde\xad")
    can.send(0x1F0AB, bytes(3), EXT | can.FLAG_RTR)
    wait(board)
    assert [line.partition(" ")[2] for line in lines] == ["can1 tx 0001f0ab#R3", "can1 rx 123#dead"]


def test_who_has_it() -> None:
    for name, has in (("pyboard", True), ("mock", True), ("pico", False), ("esp32", False)):
        with SimulatedBoard(name) as board:
            assert hasattr(board.machine, "CAN") is has


def test_parts_on_the_command_line(board: SimulatedBoard) -> None:
    node = board.attach("can_node@can1,bitrate=250000")
    can = board.machine.CAN(1, 250_000)
    can.send(5, b"hi")
    wait(board)
    assert node.received == [CANFrame(5, b"hi")]
