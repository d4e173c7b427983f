"""The USB/IP stream without a kernel: golden messages, and a device that answers them on a pair of sockets."""

import errno
import socket
import struct
from collections.abc import Iterator
from dataclasses import replace

import pytest

from machine_compat.errors import ConfigError
from machine_compat.mock.usb.device import Handshake, SimulatedDevice
from machine_compat.mock.usb.kernel_port import KernelPort
from machine_compat.mock.usb.usbip import NO_FLAGS, Decoder, Flags, IsoPacket, Submit, Unlink, submitted, unlinked
from machine_compat.mock.world import World
from machine_compat.usbspec.descriptors import BULK, INTERRUPT, configuration, device_descriptor, endpoint, interface
from machine_compat.usbspec.requests import Setup

MS = 1_000_000
GET_DEVICE = bytes.fromhex("80 06 00 01 00 00 40 00")


# ---- the codec, against messages put together from the kernel's documentation


def test_a_request_for_a_descriptor() -> None:
    message = bytes.fromhex(
        "00000001 00000d05 00010002 00000001 00000000"
        "00000200 00000040 ffffffff 00000000 00000004 8006000100004000"
    )  # fmt: skip
    [request] = Decoder().feed(message)
    assert request == Submit(0xD05, 0x80, 64, GET_DEVICE, flags=Flags(0x200))


def test_data_follows_a_request_that_sends() -> None:
    message = bytes.fromhex(
        "00000001 00000007 00010002 00000000 00000002"
        "00000040 00000003 00000000 00000000 00000000 0000000000000000 abcdef"
    )  # fmt: skip
    [request] = Decoder().feed(message)
    assert request == Submit(7, 0x02, 3, data=b"\xab\xcd\xef", flags=Flags.ZERO_PACKET)


def test_an_unlink() -> None:
    message = bytes.fromhex("00000002 00000009 00010002 00000000 00000000 00000007") + bytes(24)
    assert list(Decoder().feed(message)) == [Unlink(9, 7)]


def test_the_answers() -> None:
    request = Submit(0xD05, 0x80, 64, GET_DEVICE)
    head = bytes.fromhex("00000003 00000d05 00000000 00000000 00000000")
    ended = bytes.fromhex("00000000 00000002 00000000 00000000 00000000 0000000000000000")
    assert submitted(request, 0, 2, b"\x12\x01") == head + ended + b"\x12\x01"
    stalled = bytes.fromhex("ffffffe0 00000000 00000000 00000000 00000000 0000000000000000")
    assert submitted(request, -errno.EPIPE, 0) == head + stalled
    gone = bytes.fromhex("00000004 00000009 00000000 00000000 00000000 ffffff98") + bytes(24)
    assert unlinked(Unlink(9, 7), -errno.ECONNRESET) == gone


REQUESTS = [
    Submit(1, 0x80, 18, GET_DEVICE),
    Submit(2, 0x02, 5, data=b"hello", flags=Flags.ZERO_PACKET),
    Unlink(3, 2),
    Submit(4, 0x81, 16, packets=(IsoPacket(0, 8), IsoPacket(8, 8))),
    Submit(5, 0x01, 4, data=b"isoc", packets=(IsoPacket(0, 4),)),
    Submit(6, 0x02, 0),
]


@pytest.mark.parametrize("size", [1, 7, 47, 48, 1000])
def test_requests_are_cut_out_of_a_stream_in_pieces_of_any_size(size: int) -> None:
    stream = b"".join(request.encode() for request in REQUESTS)
    decoder = Decoder()
    pieces = [stream[start : start + size] for start in range(0, len(stream), size)]
    assert [request for piece in pieces for request in decoder.feed(piece)] == REQUESTS


@pytest.mark.parametrize(
    "head",
    [
        struct.pack(">5I", 3, 1, 0, 0, 0),
        struct.pack(">5I2I", 1, 1, 0, 0, 2, 0, 1 << 30),
        struct.pack(">5I4I", 1, 1, 0, 1, 1, 0, 8, 0, 1 << 30),
    ],
    ids=["an answer", "too much data", "too many packets"],
)
def test_what_is_no_request_is_refused(head: bytes) -> None:
    with pytest.raises(ConfigError, match="is no request of USB/IP"):
        list(Decoder().feed(head.ljust(48, b"\0")))


# ---- a device on the stream


class Scripted(SimulatedDevice):
    """A device of eight-byte packets: bulk endpoints 1, 0x81; interrupt endpoint 0x82, asked every 4 ms."""

    def __init__(self) -> None:
        super().__init__("Maker", "Thing")
        pipes = endpoint(0x01, BULK, 8), endpoint(0x81, BULK, 8), endpoint(0x82, INTERRUPT, 8, 4)
        self.device_bytes = device_descriptor(0x1209, 0x0001, 0x0100, ep0_size=8)
        self.configuration_bytes = configuration(interface(0, (0xFF, 0, 0), *pipes))
        self.taken: list[bytes] = []
        self.room = 100
        self.packets: dict[int, list[bytes]] = {1: [], 2: []}
        self.resets = 0
        self.wanted: list[bytes] = []

    def settled(self) -> None:
        self.resets += not self.configured

    def accept(self, endpoint: int, data: bytes) -> Handshake:
        if not self.room:
            return Handshake.NAK
        self.room -= 1
        self.taken.append(data)
        return Handshake.ACK

    def next_packet(self, endpoint: int) -> bytes | Handshake:
        return self.packets[endpoint].pop(0) if self.packets[endpoint] else Handshake.NAK

    def request(self, setup: Setup, data: bytes) -> bytes | None:
        if setup.bRequest == 1:
            self.wanted.append(data)
            return bytes(range(setup.wLength)) if setup.device_to_host else b""
        return None

    def say(self, endpoint: int, *packets: bytes) -> None:
        self.packets[endpoint] += packets
        self.ready()


class Kernel:
    """The kernel's end: what it would ask, and what it is answered as (number, status, actual, data)."""

    def __init__(self) -> None:
        self.world = World()
        self.device = Scripted()
        self.gone = 0
        self.reconnected = 0
        self.stream, theirs = socket.socketpair()
        self.port = KernelPort(self.world, self.device, theirs, self)
        self.device.plugged(self.port)
        self._number = 0

    def reconnect(self, port: KernelPort) -> None:
        self.reconnected += 1

    def left(self, port: KernelPort) -> None:
        self.gone += 1

    def ask(self, request: Submit | Unlink) -> int:
        self._number += 1
        self.stream.sendall(replace(request, number=self._number).encode())
        self.port.serve()
        return self._number

    def answers(self) -> list[tuple[int, int, int, bytes]]:
        """What has come since the last time; an answer to an Unlink has actual -1."""
        found = []
        data = b""
        try:
            data = self.stream.recv(1 << 16, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return []
        while data:
            command, number, _, _, _, status, actual = struct.unpack(">5I2i", data[:28])
            coming = actual if command == 3 and number in self.coming else 0
            found.append((number, status, actual if command == 3 else -1, data[48 : 48 + coming]))
            data = data[48 + coming :]
        return found


class Host(Kernel):
    """A kernel that keeps in mind which of its transfers bring data, and asks in a word."""

    def __init__(self) -> None:
        super().__init__()
        self.coming: set[int] = set()

    def read(self, endpoint: int, length: int, flags: Flags = NO_FLAGS) -> int:
        self.coming.add(self._number + 1)
        return self.ask(Submit(0, endpoint, length, flags=flags))

    def write(self, data: bytes, flags: Flags = NO_FLAGS) -> int:
        return self.ask(Submit(0, 0x01, len(data), data=data, flags=flags))

    def get(self, setup: Setup) -> int:
        self.coming.add(self._number + 1)
        return self.ask(Submit(0, 0x80, setup.wLength, setup.encode()))

    def put(self, setup: Setup, data: bytes = b"") -> int:
        return self.ask(Submit(0, 0x00, len(data), setup.encode(), data))

    def enumerate(self) -> None:
        self.get(Setup(0x80, 6, 0x0100, 0, 64))
        self.get(Setup(0x80, 6, 0x0100, 0, 18))
        self.get(Setup(0x80, 6, 0x0200, 0, 9))
        self.get(Setup(0x80, 6, 0x0200, 0, len(self.device.configuration_bytes)))
        self.put(Setup(0x00, 9, 1, 0, 0))


@pytest.fixture
def fresh() -> Iterator[Host]:
    host = Host()
    yield host
    host.stream.close()
    host.port.close()


@pytest.fixture
def host(fresh: Host) -> Host:
    fresh.enumerate()
    fresh.answers()
    return fresh


def test_it_is_enumerated_with_its_packet_size_not_known_at_first(fresh: Host) -> None:
    fresh.enumerate()
    first, device, head, whole, chosen = [answer[1:] for answer in fresh.answers()]
    assert first == (0, 8, fresh.device.device_bytes[:8])
    assert device == (0, 18, fresh.device.device_bytes)
    assert head == (0, 9, fresh.device.configuration_bytes[:9])
    assert whole == (0, len(fresh.device.configuration_bytes), fresh.device.configuration_bytes)
    assert chosen == (0, 0, b"")
    assert fresh.device.configured == 1


def test_what_linux_asks_after_a_reset_of_the_bus_is_one(host: Host) -> None:
    before = host.device.resets
    host.get(Setup(0x80, 6, 0x0100, 0, 64))
    assert (host.device.resets, host.device.configured) == (before + 1, 0)


def test_control_requests_with_data_both_ways(host: Host) -> None:
    host.put(Setup(0x40, 1, 0, 0, 20), bytes(20))
    host.get(Setup(0xC0, 1, 0, 0, 20))
    assert host.device.wanted == [bytes(20), b""]
    assert [answer[1:] for answer in host.answers()] == [(0, 20, b""), (0, 20, bytes(range(20)))]


def test_a_request_that_is_stalled_is_epipe_and_the_next_one_works(host: Host) -> None:
    host.get(Setup(0xC0, 99, 0, 0, 4))
    host.put(Setup(0x40, 99, 0, 0, 4), bytes(4))
    host.get(Setup(0xC0, 1, 0, 0, 2))
    assert [answer[1:] for answer in host.answers()] == [
        (-errno.EPIPE, 0, b""),
        (-errno.EPIPE, 4, b""),
        (0, 2, b"\0\1"),
    ]


def test_out_is_cut_into_packets(host: Host) -> None:
    host.write(bytes(range(20)))
    assert host.device.taken == [bytes(range(8)), bytes(range(8, 16)), bytes(range(16, 20))]
    assert host.answers()[0][1:] == (0, 20, b"")


@pytest.mark.parametrize(("count", "sizes"), [(0, [0]), (7, [7]), (8, [8, 0]), (16, [8, 8, 0]), (17, [8, 8, 1])])
def test_a_packet_of_nothing_ends_full_ones_if_the_kernel_wants_that(host: Host, count: int, sizes: list[int]) -> None:
    host.write(bytes(count), Flags.ZERO_PACKET)
    assert [len(packet) for packet in host.device.taken] == sizes


def test_without_that_wish_there_is_none(host: Host) -> None:
    host.write(bytes(16))
    assert [len(packet) for packet in host.device.taken] == [8, 8]


def test_out_waits_while_the_device_has_no_room(host: Host) -> None:
    host.device.room = 1
    first, second = host.write(bytes(16)), host.write(b"next")
    assert host.answers() == []
    host.device.room = 9
    host.device.ready()
    host.world.run(MS)
    assert [answer[:3] for answer in host.answers()] == [(first, 0, 16), (second, 0, 4)]
    assert host.device.taken == [bytes(8), bytes(8), b"next"]


def test_in_waits_until_there_is_something(host: Host) -> None:
    number = host.read(0x81, 64)
    host.world.run(MS)
    assert host.answers() == []
    host.device.say(1, b"12345678", b"9")
    host.world.run(2 * MS)
    assert host.answers() == [(number, 0, 9, b"123456789")]


def test_in_ends_when_it_is_full_or_a_packet_is_short(host: Host) -> None:
    host.device.say(1, b"12345678", b"abcdefgh", b"", b"ij")
    numbers = [host.read(0x81, length) for length in (16, 64, 64)]
    assert host.answers() == [
        (numbers[0], 0, 16, b"12345678abcdefgh"),
        (numbers[1], 0, 0, b""),
        (numbers[2], 0, 2, b"ij"),
    ]


def test_a_short_packet_where_none_may_be_and_one_that_is_too_long(host: Host) -> None:
    host.device.say(1, b"short", b"12345678")
    host.read(0x81, 8, Flags.SHORT_NOT_OK)
    host.read(0x81, 4)
    assert [answer[1:] for answer in host.answers()] == [
        (-errno.EREMOTEIO, 5, b"short"),
        (-errno.EOVERFLOW, 4, b"1234"),
    ]


def test_a_halted_endpoint_is_epipe_until_it_is_cleared(host: Host) -> None:
    host.put(Setup(0x02, 3, 0, 0x81, 0))
    host.read(0x81, 8)
    host.put(Setup(0x02, 1, 0, 0x81, 0))
    host.device.say(1, b"now")
    host.read(0x81, 8)
    assert [answer[1] for answer in host.answers()] == [0, -errno.EPIPE, 0, 0]


def test_an_interrupt_endpoint_is_asked_no_oftener_than_it_says(host: Host) -> None:
    host.device.say(2, b"one", b"two")
    first, second = host.read(0x82, 8), host.read(0x82, 8)
    assert host.answers() == []
    host.world.run(4 * MS)
    assert host.answers() == [(first, 0, 3, b"one")]
    host.world.run(7 * MS)
    assert host.answers() == []
    host.world.run(8 * MS)
    assert host.answers() == [(second, 0, 3, b"two")]


def test_an_unlinked_transfer_never_ends_and_the_next_one_is_served(host: Host) -> None:
    waiting, other = host.read(0x81, 8), host.read(0x81, 8)
    unlink = host.ask(Unlink(0, waiting))
    assert host.answers() == [(unlink, -errno.ECONNRESET, -1, b"")]
    host.device.say(1, b"data")
    host.world.run(MS)
    assert host.answers() == [(other, 0, 4, b"data")]


def test_what_has_crossed_is_not_lost_with_an_unlinked_transfer(host: Host) -> None:
    reading = host.read(0x81, 64)
    host.device.say(1, b"12345678")
    host.world.run(MS)
    host.device.room = 1
    writing = host.write(bytes(16))
    first, second = host.ask(Unlink(0, reading)), host.ask(Unlink(0, writing))
    assert host.answers() == [
        (reading, -errno.ECONNRESET, 8, b"12345678"),
        (first, 0, -1, b""),
        (writing, -errno.ECONNRESET, 8, b""),
        (second, 0, -1, b""),
    ]


def test_an_unlink_that_comes_too_late(host: Host) -> None:
    number = host.write(b"x")
    unlink = host.ask(Unlink(0, number))
    assert [answer[:3] for answer in host.answers()] == [(number, 0, 1), (unlink, 0, -1)]


def test_an_endpoint_that_is_not_there(host: Host) -> None:
    host.ask(Submit(0, 0x0F, 1, data=b"x"))
    assert host.answers()[0][1:3] == (-errno.EPROTO, 0)


def test_isochronous_packets_are_all_missed(host: Host) -> None:
    host.ask(Submit(0, 0x01, 4, data=b"isoc", packets=(IsoPacket(0, 4),)))
    answer = host.stream.recv(1000)
    assert struct.unpack(">i", answer[20:24]) == (-errno.EXDEV,)
    assert struct.unpack(">3Ii", answer[48:]) == (0, 4, 0, -errno.EXDEV)


def test_a_kernel_that_closes_its_end_lets_go(host: Host) -> None:
    host.stream.close()
    host.port.serve()
    assert host.gone == 1
    host.device.say(1, b"nobody hears")
    host.world.run(MS)


def test_what_waits_ends_before_the_plug_is_pulled(host: Host) -> None:
    reading = host.read(0x81, 64)
    host.device.say(1, b"12345678")
    host.world.run(MS)
    host.device.room = 0
    host.stream.sendall(Submit(99, 0x01, 4, data=b"late").encode())
    host.port.pull()
    assert host.answers() == [(reading, -errno.ESHUTDOWN, 8, b"12345678"), (99, -errno.ESHUTDOWN, 0, b"")]
    host.device.ready()
    host.world.run(2 * MS)
    assert host.answers() == []


def test_a_device_that_wants_to_reconnect_tells_its_host(host: Host) -> None:
    host.port.reconnect()
    assert host.reconnected == 1
