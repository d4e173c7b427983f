"""Checks a USB device channel from both of its ends: the device is the check, the host is given to it."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from machine_compat.clock import Clock
from machine_compat.contract import Backend, USBDeviceChannel, USBDeviceConfig, USBDeviceEvent
from machine_compat.errors import Fault
from machine_compat.testing.waiting import MS, closed, fault_of

VENDOR, PRODUCT = 0xF055, 0x9999
IN, OUT = 0x81, 0x01
PACKET = 64
DEVICE = bytes.fromhex("120100020000004055f09999000101020301")
CONFIGURATION = bytes.fromhex("09022000010100c032 0904000002ff000000 07058102400000 07050102400000")
STRINGS = {0: b"\x09\x04", 1: "Maker".encode("utf-16-le"), 2: "Thing".encode("utf-16-le"), 3: b"7\0"}
ENUMERATION_MS = 5_000
SETTLE_MS = 100
"""What the host's system may have to do with a device that is configured, before programs have it."""
GET, SET, REFUSED = 1, 2, 3
"""Class requests of the check's own."""
ANSWERS: Mapping[int, bytes | int | None] = {GET: b"answer", SET: PACKET, REFUSED: None}


class Peer(Protocol):
    """The device as a program on the host has it: a pyusb Device."""

    def write(self, endpoint: int, data: bytes, timeout: int) -> int: ...

    def read(self, endpoint: int, count: int, timeout: int) -> Any: ...

    def ctrl_transfer(
        self, kind: int, request: int, value: int, index: int, data_or_length: Any, timeout: int
    ) -> Any: ...

    def clear_halt(self, endpoint: int) -> None: ...


class Device:
    """What the check is on the bus: it answers three class requests, and keeps what happens."""

    def __init__(self, channel: USBDeviceChannel) -> None:
        self.channel = channel
        self.events: list[USBDeviceEvent] = []
        self.received: list[bytes] = []
        self.control_data: list[bytes] = []

    def handle(self, event: USBDeviceEvent, value: int, data: bytes) -> None:
        self.events.append(event)
        match event:
            case USBDeviceEvent.CONFIGURED:
                self.channel.answer(b"")
            case USBDeviceEvent.SETUP:
                self.channel.answer(ANSWERS.get(data[1]))
            case USBDeviceEvent.CONTROL_DATA:
                self.control_data.append(data)
                self.channel.answer(b"")
            case USBDeviceEvent.RECEIVED:
                self.received.append(data)


def check_usb_device(backend: Backend, ref: str, find: Callable[[int, int], Peer | None]) -> None:
    """A device with a bulk endpoint each way appears, is configured, talks, halts and goes.

    find: the device with a vendor and product number, as pyusb finds it on the host at the other end of the cable;
    None while there is none.
    """
    clock = backend.clock()
    channel = backend.usb_device(ref)
    device = Device(channel)
    with closed(channel):
        refused = fault_of(lambda: channel.submit(IN, b"early"), f"{ref}: submit() before there is a host")
        assert refused.fault is Fault.IO, f"{ref}: a transfer on no configuration is IO, not {refused.fault}"
        channel.connect(USBDeviceConfig(DEVICE, CONFIGURATION, STRINGS), device.handle)
        wait_for(clock, lambda: USBDeviceEvent.CONFIGURED in device.events, f"{ref}: no host has configured it")
        clock.wait_until(clock.now_ns() + SETTLE_MS * MS)
        wait_for(clock, lambda: find(VENDOR, PRODUCT) is not None, f"{ref}: the host has no {VENDOR:04x}:{PRODUCT:04x}")
        peer = find(VENDOR, PRODUCT)
        assert peer is not None
        _check_out(device, peer, clock, ref)
        _check_in(device, peer, clock, ref)
        _check_control(device, peer, clock, ref)
        _check_halt(device, peer, ref)
        channel.disconnect()
        wait_for(clock, lambda: find(VENDOR, PRODUCT) is None, f"{ref}: disconnected, and the host still has it")


def wait_for(clock: Clock, happened: Callable[[], bool], otherwise: str) -> None:
    deadline = clock.now_ns() + ENUMERATION_MS * MS
    while not happened():
        assert clock.now_ns() < deadline, otherwise
        clock.wait_until(clock.now_ns() + MS)


def _check_out(device: Device, peer: Peer, clock: Clock, ref: str) -> None:
    channel = device.channel
    for asked, sent in ((PACKET, b"hello"), (2 * PACKET, bytes(range(2 * PACKET))), (PACKET + 1, bytes(PACKET) + b"!")):
        device.received.clear()
        channel.submit(OUT, asked)
        assert peer.write(OUT, sent, 1_000) == len(sent), f"{ref}: the host could not send {len(sent)} bytes"
        wait_for(clock, lambda: bool(device.received), f"{ref}: RECEIVED did not come for {len(sent)} of {asked} bytes")
        assert device.received == [sent], f"{ref}: RECEIVED brought {device.received}, not {sent!r} once"


def _check_in(device: Device, peer: Peer, clock: Clock, ref: str) -> None:
    channel = device.channel
    for data in (b"x", bytes(range(100)), b""):
        device.events.clear()
        channel.submit(IN, data)
        busy = fault_of(lambda: channel.submit(IN, b"more"), f"{ref}: submit() while one is pending")
        assert busy.fault is Fault.BUSY, f"{ref}: a second transfer on an endpoint is BUSY, not {busy.fault}"
        got = bytes(peer.read(IN, 4 * PACKET, 1_000))
        assert got == data, f"{ref}: {data!r} was submitted, the host read {got!r}"
        wait_for(clock, lambda: USBDeviceEvent.SENT in device.events, f"{ref}: the host has all, and no SENT")


def _check_control(device: Device, peer: Peer, clock: Clock, ref: str) -> None:
    got = bytes(peer.ctrl_transfer(0xA1, GET, 0, 0, PACKET, 1_000))
    assert got == b"answer", f"{ref}: a class request was answered with {got!r}"
    got = bytes(peer.ctrl_transfer(0xA1, GET, 0, 0, 3, 1_000))
    assert got == b"ans", f"{ref}: a host that asks for 3 bytes gets 3, not {got!r}"
    device.control_data.clear()
    assert peer.ctrl_transfer(0x21, SET, 0, 0, b"setting", 1_000) == 7, f"{ref}: an OUT stage of 7 bytes was cut"
    wait_for(clock, lambda: b"setting" in device.control_data, f"{ref}: no CONTROL_DATA with an OUT stage's bytes")
    wait_for(clock, lambda: USBDeviceEvent.CONTROL_DONE in device.events, f"{ref}: no CONTROL_DONE")
    failed(lambda: peer.ctrl_transfer(0xA1, REFUSED, 0, 0, PACKET, 1_000), f"{ref}: answer(None) is no STALL")


def _check_halt(device: Device, peer: Peer, ref: str) -> None:
    channel = device.channel
    assert not channel.stalled(IN), f"{ref}: an endpoint is halted from the beginning"
    channel.stall(IN, True)
    assert channel.stalled(IN), f"{ref}: stall() halts an endpoint, stalled() does not say so"
    failed(lambda: peer.read(IN, PACKET, 1_000), f"{ref}: the host could read a halted endpoint")
    peer.clear_halt(IN)
    assert not channel.stalled(IN), f"{ref}: the host has cleared a halt, stalled() does not say so"
    channel.submit(IN, b"again")
    got = bytes(peer.read(IN, PACKET, 1_000))
    assert got == b"again", f"{ref}: after a halt was cleared the host read {got!r}"


def failed(call: Callable[[], object], otherwise: str) -> None:
    """What fails on a bus is an OSError to a pyusb program."""
    try:
        call()
    except OSError:
        return
    raise AssertionError(otherwise)
