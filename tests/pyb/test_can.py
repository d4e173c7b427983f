"""pyb.CAN: filter banks, two FIFOs with callbacks, and the errors of a bus."""

from collections.abc import Iterator
from typing import Any

import pytest

from machine_compat.contract import CANFrame
from machine_compat.mock.devices.can_node import CANNode
from machine_compat.simulation import SimulatedBoard

RATE = 500_000


class Bench:
    """A board with a node on its first bus."""

    def __init__(self, name: str = "pyboard") -> None:
        self.sim = SimulatedBoard(name)
        self.failures: list[BaseException] = []
        self.sim.board.handler_failed = self.failures.append
        self.pyb: Any = self.sim.firmware.load("pyb")
        self.node = self.sim.can(1).attach(CANNode())

    def can(self, mode: str = "NORMAL", **options: Any) -> Any:
        CAN = self.pyb.CAN
        return CAN(1, getattr(CAN, mode), baudrate=RATE, sample_point=75, **options)

    def everything(self, can: Any, fifo: int = 0) -> Any:
        can.setfilter(0, can.MASK16, fifo, (0, 0, 0, 0))
        return can

    def wait(self, ms: float = 1) -> None:
        self.sim.board.sleep_ns(round(ms * 1_000_000))

    def hear(self, id: int, data: bytes = b"", **options: Any) -> None:
        """A frame from the node."""
        self.node.send(id, data, **options)
        self.wait()


@pytest.fixture
def bench() -> Iterator[Bench]:
    one = Bench()
    with one.sim:
        yield one


def test_messages_go_both_ways(bench: Bench) -> None:
    can = bench.everything(bench.can())
    can.send("hello", 123)
    can.send(7, 0x12345, extframe=True)
    bench.wait()
    assert bench.node.received == [CANFrame(123, b"hello"), CANFrame(0x12345, b"\x07", True)]
    bench.hear(0x11, b"abc")
    assert can.any(0)
    assert not can.any(1)
    assert can.recv(0) == [0x11, False, False, 0, b"abc"]
    assert not can.any(0)


def test_recv_waits(bench: Bench) -> None:
    can = bench.everything(bench.can())
    bench.sim.at(bench.sim.ms + 20, lambda: bench.node.send(5))
    assert can.recv(0, timeout=100)[0] == 5
    began = bench.sim.ms
    with pytest.raises(OSError, match="ETIMEDOUT"):
        can.recv(0, timeout=30)
    assert bench.sim.ms - began == pytest.approx(30, abs=0.1)
    with pytest.raises(TypeError):
        can.recv(2)


def test_recv_fills_a_list(bench: Bench) -> None:
    can = bench.everything(bench.can())
    into = [0, 0, 0, 0, memoryview(bytearray(8))]
    bench.hear(0x30, b"12345")
    assert can.recv(0, into) is into
    assert (into[:4], bytes(into[4])) == ([0x30, False, False, 0], b"12345")
    bench.hear(0x31, b"12345678")
    assert bytes(can.recv(0, into)[4]) == b"12345678"
    bench.hear(0x31)
    with pytest.raises(TypeError):
        can.recv(0, [0, 0, 0, 0, bytearray(8)])


@pytest.mark.parametrize(
    ("mode", "params", "passes", "stopped"),
    [
        ("LIST16", (1, 2, 3, 4), (1, 4), (0, 5)),
        ("MASK16", (0x100, 0x700, 0x230, 0x7F0), (0x1AB, 0x23F), (0x2AB,)),
        ("LIST32", (0x1000, 0x2000), (0x1000, 0x2000), (0x3000,)),
        ("MASK32", (0x12300, 0x1FF00), (0x123FF, 0x12300), (0x12400,)),
    ],
)
def test_filters(
    bench: Bench, mode: str, params: tuple[int, ...], passes: tuple[int, ...], stopped: tuple[int]
) -> None:
    can = bench.can()
    can.setfilter(0, getattr(can, mode), 1, params)
    for id in (*stopped, *passes):
        bench.hear(id)
    assert [can.recv(1)[0] for _ in passes] == list(passes)
    assert not can.any(1)


@pytest.mark.parametrize(
    ("mode", "params", "extended", "passes", "stopped"),
    [
        ("RANGE", (0x10, 0x20), False, (0x10, 0x20), (0x0F, 0x21)),
        ("DUAL", (0x1000, 0x2000), True, (0x1000, 0x2000), (0x1001,)),
        ("MASK", (0x100, 0x700), False, (0x1AB,), (0x2AB,)),
    ],
)
def test_filters_of_chips_with_can_fd(
    mode: str, params: tuple[int, int], extended: bool, passes: tuple[int, ...], stopped: tuple[int, ...]
) -> None:
    bench = Bench("mock")
    with bench.sim:
        can = bench.can()
        can.setfilter(0, getattr(can, mode), 0, params, extframe=extended)
        for id in (*stopped, *passes):
            bench.hear(id)
        assert [can.recv(0)[0] for _ in passes] == list(passes)
        assert not can.any(0)


def test_the_pyboard_has_none_of_them(bench: Bench) -> None:
    assert not hasattr(bench.pyb.CAN, "RANGE")


def test_remote_frames_can_be_filtered(bench: Bench) -> None:
    can = bench.can()
    can.setfilter(0, can.LIST16, 0, (1, 2, 3, 4), rtr=(True, True, False, False))
    for id in (1, 3):
        bench.hear(id, remote=True)
        bench.hear(id)
    assert can.recv(0)[:3] == [1, False, True]
    assert can.recv(0)[:3] == [3, False, False]
    can.setfilter(0, can.MASK16, 0, (0, 0, 0, 0), rtr=(True, True))
    bench.hear(9)
    bench.hear(10, remote=True)
    assert can.recv(0)[0] == 10


def test_the_match_index_counts_the_filters_of_a_fifo(bench: Bench) -> None:
    can = bench.can()
    can.setfilter(0, can.LIST16, 0, (1, 2, 3, 4))
    can.setfilter(1, can.LIST32, 1, (0x1000, 0x2000))
    can.setfilter(2, can.LIST32, 0, (0x3000, 0x4000))
    for id in (3, 0x4000, 0x2000):
        bench.hear(id)
    assert [can.recv(0)[3], can.recv(0)[3], can.recv(1)[3]] == [2, 5, 1]
    can.clearfilter(0)
    bench.hear(3)
    assert not can.any(0)


@pytest.mark.parametrize(
    ("bank", "mode", "fifo", "params"),
    [(0, 4, 0, (0, 0)), (0, 0, 0, (0, 0)), (0, 2, 0, (0, 0, 0, 0)), (14, 0, 0, (0, 0, 0, 0)), (0, 0, 2, (0, 0, 0, 0))],
)
def test_what_no_filter_can_be(bench: Bench, bank: int, mode: int, fifo: int, params: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="CAN filter parameter error"):
        bench.can().setfilter(bank, mode, fifo, params)


def test_callbacks_say_pending_full_and_overflow(bench: Bench) -> None:
    can = bench.everything(bench.can())
    reasons: list[int] = []
    can.rxcallback(0, lambda bus, reason: reasons.append(reason))
    for id in range(5):
        bench.hear(id)
    assert reasons == [0, 1, 2]
    assert [can.recv(0)[0] for _ in range(3)] == [0, 1, 4]
    bench.hear(9)
    assert reasons == [0, 1, 2, 0]
    can.rxcallback(0, None)
    can.recv(0)
    bench.hear(9)
    assert reasons == [0, 1, 2, 0]


def test_an_error_in_a_callback_ends_it(bench: Bench) -> None:
    can = bench.everything(bench.can())
    can.rxcallback(0, lambda bus, reason: 1 // 0)
    bench.hear(1)
    assert [type(error) for error in bench.failures] == [ZeroDivisionError]
    assert "uncaught exception in CAN(1) rx interrupt handler" in bench.sim.output
    can.recv(0)
    bench.hear(2)
    assert len(bench.failures) == 1


def test_send_finds_a_mailbox_or_none(bench: Bench) -> None:
    can = bench.can()
    for _ in range(3):
        can.send(b"", 1)
    with pytest.raises(OSError, match="16"):
        can.send(b"", 1)
    with pytest.raises(ValueError, match="CAN data field too long"):
        can.send(bytes(9), 1)
    bench.wait(2)
    began = bench.sim.ms
    can.send(b"", 1, timeout=50)
    assert 0.09 < bench.sim.ms - began < 0.2
    bench.node.connected = False
    with pytest.raises(OSError, match="ETIMEDOUT"):
        can.send(b"", 2, timeout=5)


def test_error_states(bench: Bench) -> None:
    can = bench.can()
    assert can.state() == can.ERROR_ACTIVE
    bench.node.connected = False
    can.send(b"", 1)
    bench.wait(20)
    assert can.state() == can.ERROR_PASSIVE
    assert can.info() == [128, 0, 1, 1, 0, 1, 0, 0]
    can.restart()
    assert (can.state(), can.info()[:2]) == (can.ERROR_ACTIVE, [0, 0])


def test_with_auto_restart_it_comes_back_from_bus_off(bench: Bench) -> None:
    can = bench.can(auto_restart=True)
    assert repr(can) == "CAN(1, CAN.NORMAL, auto_restart=True)"
    stranger = bench.sim.can(1).attach(CANNode(bitrate=125_000))
    can.send(b"", 1)
    states = set()
    for _ in range(4):
        stranger.connected = True
        for _ in range(30):
            bench.wait(0.05)
            states.add(can.state())
    assert can.BUS_OFF in states
    stranger.connected = False
    bench.wait(10)
    assert can.state() in (can.ERROR_ACTIVE, can.ERROR_WARNING)
    assert [frame.id for frame in bench.node.received] == [1]


@pytest.mark.parametrize("mode", ["LOOPBACK", "SILENT_LOOPBACK"])
def test_loopback(bench: Bench, mode: str) -> None:
    can = bench.everything(bench.can(mode))
    can.send(b"me", 5)
    assert can.recv(0, timeout=10) == [5, False, False, 0, b"me"]


def test_construction_and_deinit(bench: Bench) -> None:
    CAN = bench.pyb.CAN
    unused = CAN("YB")
    assert (repr(unused), unused.state()) == ("CAN(2)", CAN.STOPPED)
    with pytest.raises(ValueError, match=r"CAN\(3\) doesn't exist"):
        CAN(3)
    with pytest.raises(ValueError, match="couldn't match baudrate 499999 and sample point 99"):
        CAN(1, CAN.NORMAL, baudrate=499_999, sample_point=99)
    can = bench.can()
    assert can is CAN(1)
    can.deinit()
    assert repr(can) == "CAN(1)"
    with pytest.raises(ValueError, match=r"^$"):
        can.restart()


def test_the_prescaler_and_segments_make_the_bit_rate(bench: Bench) -> None:
    CAN = bench.pyb.CAN
    # 42 MHz / (7 * (1 + 8 + 3)) = 500 kHz
    can = CAN(1, CAN.NORMAL, 7, bs1=8, bs2=3)
    can.send(b"", 1)
    bench.wait()
    assert len(bench.node.received) == 1
