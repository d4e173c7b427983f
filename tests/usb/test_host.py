"""The virtual host as pyusb sees it: enumeration, transfers, time, errors, plug and unplug."""

import errno
import sys
from collections import deque

import pytest
import usb.core
import usb.util

from machine_compat.errors import ConfigError
from machine_compat.mock.usb.descriptors import parse_configuration
from machine_compat.mock.usb.device import Handshake, SimulatedDevice, Speed
from machine_compat.mock.usb.host import VirtualHost
from machine_compat.mock.usb.transfers import USBFault
from machine_compat.mock.world import Standstill, World, nothing
from machine_compat.usbspec.descriptors import (
    BULK,
    INTERRUPT,
    Malformed,
    configuration,
    device_descriptor,
    endpoint,
    interface,
)
from machine_compat.usbspec.requests import Setup

MS = 1_000_000


class Echo(SimulatedDevice):
    """A vendor device: what is written to endpoint 1 is read from it; a request keeps a byte; an interrupt endpoint."""

    device_bytes = device_descriptor(0x1209, 0x0001, 0x0123)
    configuration_bytes = configuration(
        interface(0, (0xFF, 0, 0), endpoint(0x01, BULK, 64), endpoint(0x81, BULK, 64), name=2),
        interface(0, (0xFF, 0, 0), endpoint(0x01, BULK, 32), endpoint(0x81, BULK, 32), alternate=1),
        interface(1, (3, 0, 0), bytes((9, 0x21, 0x11, 1, 0, 1, 0x22, 4, 0)), endpoint(0x82, INTERRUPT, 8, 4)),
    )

    def __init__(self, serial: str = "E1", capacity: int = 4096) -> None:
        super().__init__("maker", "echo", serial)
        self.packets: deque[bytes] = deque()
        self.reports: deque[bytes] = deque()
        self.capacity = capacity
        self.kept = b"\0"

    def request(self, setup: Setup, data: bytes) -> bytes | None:
        if setup.bmRequestType == 0x40 and setup.bRequest == 1:
            self.kept = data or bytes((setup.wValue & 0xFF,))
            return b""
        return self.kept if setup.bmRequestType == 0xC0 and setup.bRequest == 2 else None

    def accept(self, endpoint: int, data: bytes) -> Handshake:
        if sum(map(len, self.packets)) + len(data) > self.capacity:
            return Handshake.NAK
        self.packets.append(data)
        self.ready()
        return Handshake.ACK

    def next_packet(self, endpoint: int) -> bytes | Handshake:
        queue = self.packets if endpoint == 1 else self.reports
        if not queue:
            return Handshake.NAK
        packet = queue.popleft()
        self.ready()
        return packet


@pytest.fixture
def echo(host: VirtualHost) -> Echo:
    return host.plug(Echo())


@pytest.fixture
def device(host: VirtualHost, echo: Echo) -> usb.core.Device:
    return usb.core.find(idVendor=0x1209, backend=host.backend())


# ---- enumeration


def test_a_device_is_known_by_what_it_answered(device: usb.core.Device) -> None:
    assert (device.idVendor, device.idProduct, device.bcdDevice, device.bus, device.address) == (0x1209, 1, 0x123, 1, 2)
    assert (device.speed, device.port_numbers) == (usb.util.SPEED_FULL, (1,))
    assert (device.manufacturer, device.product, device.serial_number) == ("maker", "echo", "E1")
    config = device.get_active_configuration()
    assert [(one.bInterfaceNumber, one.bAlternateSetting, one.bNumEndpoints) for one in config] == [
        (0, 0, 2),
        (0, 1, 2),
        (1, 0, 1),
    ]
    assert list(config[(1, 0)].extra_descriptors)[:2] == [9, 0x21]
    assert config[(1, 0)][0].bInterval == 4


def test_find_without_a_backend_looks_at_the_host_while_it_stands_in_for_libusb(host: VirtualHost, echo: Echo) -> None:
    with host.in_place_of_libusb():
        assert usb.core.find(idVendor=0x1209).serial_number == "E1"


def test_two_devices_and_a_free_port_that_is_taken_again(host: VirtualHost) -> None:
    first, second = host.plug(Echo("A")), host.plug(Echo("B"))
    host.unplug(first)
    host.plug(Echo("C"))
    found = usb.core.find(find_all=True, backend=host.backend())
    assert [(one.serial_number, one.port_number, one.address) for one in found] == [("C", 1, 4), ("B", 2, 3)]
    with pytest.raises(ConfigError, match="plugged in already"):
        host.plug(second)
    with pytest.raises(ConfigError, match="not plugged in"):
        host.unplug(first)


def test_enumeration_takes_the_time_of_debounce_and_reset(world: World, host: VirtualHost) -> None:
    host.plug(Echo())
    assert 160 * MS <= world.now <= 190 * MS
    assert host.log == ["port 1: 1209:0001 at address 2"]
    assert len(host.transfers) == 0


def test_a_device_plugged_in_while_the_world_goes_on(world: World, host: VirtualHost) -> None:
    host.plug(Echo(), wait=False)
    assert usb.core.find(backend=host.backend()) is None
    world.run(300 * MS)
    assert usb.core.find(backend=host.backend()).product == "echo"


class Broken(Echo):
    configuration_bytes = Echo.configuration_bytes[:-1]


class Mute(Echo):
    def give(self, endpoint: int) -> bytes | Handshake:
        return Handshake.NAK


class Refusing(Echo):
    def give(self, endpoint: int) -> bytes | Handshake:
        return Handshake.STALL


class Babbling(Echo):
    device_bytes = device_descriptor(0x1209, 1, 0x0100, ep0_size=7)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (Broken, "a configuration says"),
        (Mute, "did not answer in time"),
        (Refusing, "stalled"),
        (Babbling, "no beginning of a device descriptor"),
    ],
)
def test_a_device_that_enumerates_badly_is_in_the_log_and_nowhere_else(
    host: VirtualHost, kind: type[Echo], said: str
) -> None:
    host.plug(kind())
    assert usb.core.find(backend=host.backend()) is None
    assert host.log[0].startswith("port 1: not accepted: ")
    if kind is not Broken:
        assert said in host.log[0]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\x09\x02", "no configuration descriptor"),
        (configuration()[:4] + b"\x02" + configuration()[5:], "says 2 interfaces and has 0"),
        (configuration(interface(0, (0, 0, 0)))[:13] + b"\x01" + b"\0\0\0\0", "says 1 endpoints and has 0"),
        (b"\x09\x02\x0c\x00\x00\x01\x00\x80\x32\x09\x04\x00", "says it is 9 bytes long, of 3"),
        (b"\x09\x02\xff\x00\x00\x01\x00\x80\x32", "says 255 bytes and has 9"),
    ],
)
def test_a_malformed_configuration_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(Malformed, match=said):
        parse_configuration(data)


# ---- transfers


def test_bytes_go_out_and_come_back_in_packets(device: usb.core.Device, echo: Echo) -> None:
    data = bytes(range(150))
    assert device.write(1, data) == 150
    assert [len(packet) for packet in echo.packets] == [64, 64, 22]
    assert bytes(device.read(0x81, 200)) == data


def test_a_short_packet_ends_a_read(device: usb.core.Device) -> None:
    device.write(1, bytes(10))
    device.write(1, bytes(20))
    assert len(device.read(0x81, 100)) == 10
    assert len(device.read(0x81, 100)) == 20


def test_an_empty_packet_crosses(device: usb.core.Device, echo: Echo) -> None:
    assert device.write(1, b"") == 0
    assert list(echo.packets) == [b""]
    assert len(device.read(0x81, 64)) == 0


def test_control_transfers_both_ways(device: usb.core.Device) -> None:
    assert device.ctrl_transfer(0x40, 1, 0x5A) == 0
    assert bytes(device.ctrl_transfer(0xC0, 2, 0, 0, 8)) == b"\x5a"
    assert device.ctrl_transfer(0x40, 1, 0, 0, bytes(range(200))) == 200
    assert bytes(device.ctrl_transfer(0xC0, 2, 0, 0, 200)) == bytes(range(200))
    assert bytes(device.ctrl_transfer(0xC0, 2, 0, 0, 100)) == bytes(range(100))


def test_a_device_that_goes_while_it_is_enumerated(world: World) -> None:
    for ms in range(0, 190, 3):
        host = VirtualHost(world)
        told: list[object] = []
        host.accepted = told.append
        echo = host.plug(Echo(), wait=False)
        world.run(world.now + ms * MS)
        host.unplug(echo)
        world.run(world.now + 300 * MS)
        assert [line for line in host.log if "not accepted" in line] == []
        assert host.log[-1] == "port 1: disconnected"
        assert told == ([echo] if len(host.log) == 2 else [])


def test_the_log_is_exact(host: VirtualHost, device: usb.core.Device, echo: Echo) -> None:
    device.write(1, b"abc")
    device.read(0x81, 64)
    device.ctrl_transfer(0x40, 1, 7)
    assert host.transfers.counts() == {0x01: 1, 0x81: 1, 0x00: 1}
    out, back, control = host.transfers
    assert (out.device, out.endpoint, out.data, out.fault) == (echo, 1, b"abc", None)
    assert (back.data, back.asked) == (b"abc", 64)
    assert control.setup == bytes((0x40, 1, 7, 0, 0, 0, 0, 0))
    assert out.began < out.ended <= back.began < back.ended
    assert host.transfers.of(Echo()) == []
    host.transfers.clear()
    assert len(host.transfers) == 0


# ---- time


def test_full_speed_transfers_begin_with_a_frame_and_take_a_packet_time_each(
    world: World, device: usb.core.Device
) -> None:
    device.write(1, bytes(64))
    assert world.now % MS == MS // 19
    began = world.now
    device.write(1, bytes(64 * 10))
    assert MS < world.now - began <= MS + 10 * MS // 19


def test_an_interrupt_endpoint_is_asked_once_an_interval(world: World, device: usb.core.Device, echo: Echo) -> None:
    device.detach_kernel_driver(1)
    echo.reports.extend([b"12345678", b"12"])
    assert bytes(device.read(0x82, 16)) == b"1234567812"
    assert world.now % (4 * MS) < MS
    began = world.now
    echo.reports.append(b"1")
    device.read(0x82, 8)
    assert 3 * MS < world.now - began <= 4 * MS


def test_a_read_ends_with_its_timeout_in_world_time(world: World, device: usb.core.Device) -> None:
    began = world.now
    with pytest.raises(usb.core.USBTimeoutError) as caught:
        device.read(0x81, 64, timeout=250)
    assert caught.value.errno == errno.ETIMEDOUT
    assert 250 * MS <= world.now - began <= 252 * MS


def test_what_came_before_the_timeout_is_kept(device: usb.core.Device) -> None:
    device.write(1, bytes(64))
    assert len(device.read(0x81, 128, timeout=20)) == 64


def test_a_device_that_takes_no_more_makes_a_write_time_out(device: usb.core.Device, echo: Echo) -> None:
    echo.capacity = 64
    assert device.write(1, bytes(128), timeout=20) == 64
    with pytest.raises(usb.core.USBTimeoutError):
        device.write(1, bytes(64), timeout=20)


def test_a_read_waits_for_what_the_world_brings(world: World, device: usb.core.Device, echo: Echo) -> None:
    def speak() -> None:
        echo.packets.append(b"late")
        echo.ready()

    world.after(30 * MS, speak)
    began = world.now
    assert bytes(device.read(0x81, 64, timeout=1000)) == b"late"
    assert 30 * MS <= world.now - began <= 31 * MS


def test_waiting_for_ever_for_nothing_is_an_error_not_a_hang(device: usb.core.Device) -> None:
    with pytest.raises(Standstill):
        device.read(0x81, 64, timeout=0)


def test_a_script_waits_in_its_own_task_while_others_go_on(world: World, device: usb.core.Device, echo: Echo) -> None:
    heard: list[bytes] = []

    def speak() -> None:
        echo.packets.append(b"hello")
        echo.ready()

    world.spawn(lambda: heard.append(bytes(device.read(0x81, 64, timeout=500))), "reader", nothing)
    world.after(100 * MS, speak)
    world.run(world.now + 50 * MS)
    assert heard == []
    world.run(world.now + 100 * MS)
    assert heard == [b"hello"]


# ---- errors


def test_a_stall_is_a_pipe_error_and_a_halted_endpoint_is_cleared(
    host: VirtualHost, device: usb.core.Device, echo: Echo
) -> None:
    with pytest.raises(usb.core.USBError) as caught:
        device.ctrl_transfer(0xC0, 99, 0, 0, 4)
    assert (caught.value.errno, caught.value.backend_error_code) == (errno.EPIPE, -9)
    echo.halted.add(0x01)
    with pytest.raises(usb.core.USBError, match="Pipe error"):
        device.write(1, b"x")
    assert bytes(device.ctrl_transfer(0x82, 0, 0, 0x01, 2)) == b"\x01\x00"
    device.clear_halt(1)
    assert device.write(1, b"x") == 1
    assert host.transfers[1].fault is USBFault.PIPE


def test_more_than_was_asked_for_is_an_overflow(device: usb.core.Device) -> None:
    device.write(1, bytes(20))
    with pytest.raises(usb.core.USBError) as caught:
        device.read(0x81, 10)
    assert caught.value.errno == errno.EOVERFLOW


def test_faults_at_the_port(world: World, host: VirtualHost, device: usb.core.Device, echo: Echo) -> None:
    port = host.port(echo)
    port.stall(0x01, 2)
    for _ in range(2):
        with pytest.raises(usb.core.USBError, match="Pipe error"):
            device.write(1, b"x")
    device.write(1, b"x")
    port.mute(0x81)
    with pytest.raises(usb.core.USBTimeoutError):
        device.read(0x81, 64, timeout=10)
    port.mute(0x81, False)
    port.delay(0x81, 40 * MS)
    began = world.now
    assert bytes(device.read(0x81, 64)) == b"x"
    assert world.now - began >= 40 * MS


@pytest.mark.parametrize("endpoint", [0x03, 0x83])
def test_an_endpoint_that_does_not_exist(device: usb.core.Device, host: VirtualHost, endpoint: int) -> None:
    backend = host.backend()
    handle = backend.open_device(host.ports[0])
    with pytest.raises(usb.core.USBError) as caught:
        backend.bulk_write(handle, endpoint, 0, usb.core.array.array("B", b"x"), 10)
    assert caught.value.errno == errno.ENOENT


def test_pulled_out_in_the_middle_of_a_read(
    world: World, host: VirtualHost, device: usb.core.Device, echo: Echo
) -> None:
    world.after(30 * MS, lambda: host.unplug(echo))
    began = world.now
    with pytest.raises(usb.core.USBError) as caught:
        device.read(0x81, 64, timeout=10_000)
    assert caught.value.errno == errno.ENODEV
    assert world.now - began <= 31 * MS
    with pytest.raises(usb.core.USBError, match="No such device"):
        device.write(1, b"x")
    assert usb.core.find(backend=host.backend()) is None
    host.plug(echo)
    again = usb.core.find(backend=host.backend())
    assert again.write(1, b"x") == 1
    assert host.log == [
        "port 1: 1209:0001 at address 2",
        "port 1: disconnected",
        "port 1: 1209:0001 at address 3",
    ]


# ---- who has what


def test_a_kernel_driver_has_its_interface_until_it_is_detached(host: VirtualHost, device: usb.core.Device) -> None:
    assert not device.is_kernel_driver_active(0)
    assert device.is_kernel_driver_active(1)
    with pytest.raises(usb.core.USBError) as caught:
        usb.util.claim_interface(device, 1)
    assert caught.value.errno == errno.EBUSY
    with pytest.raises(usb.core.USBError, match="Resource busy"):
        device.set_configuration()
    device.detach_kernel_driver(1)
    usb.util.claim_interface(device, 1)
    with pytest.raises(usb.core.USBError, match="Resource busy"):
        device.attach_kernel_driver(1)
    usb.util.release_interface(device, 1)
    device.attach_kernel_driver(1)
    assert host.ports[0].drivers == {1: "usbhid"}
    with pytest.raises(usb.core.USBError, match="Entity not found"):
        device.detach_kernel_driver(0)


def test_a_host_without_kernel_drivers_or_configuration(world: World) -> None:
    host = VirtualHost(world, configure=False, kernel_drivers=False)
    host.plug(Echo())
    device = usb.core.find(backend=host.backend())
    with pytest.raises(usb.core.USBError, match="Configuration not set"):
        device.get_active_configuration()
    device.set_configuration()
    assert device.get_active_configuration().bConfigurationValue == 1
    assert not device.is_kernel_driver_active(1)


def test_two_programs_cannot_claim_one_interface(host: VirtualHost, device: usb.core.Device) -> None:
    other = usb.core.find(backend=host.backend())
    usb.util.claim_interface(device, 0)
    with pytest.raises(usb.core.USBError, match="Resource busy"):
        other.write(1, b"x")
    usb.util.dispose_resources(device)
    assert other.write(1, b"x") == 1


def test_a_device_this_user_may_not_open(host: VirtualHost, device: usb.core.Device, echo: Echo) -> None:
    host.port(echo).permitted = False
    with pytest.raises(usb.core.USBError) as caught:
        device.write(1, b"x")
    assert caught.value.errno == errno.EACCES


def test_without_pyusb_its_place_cannot_be_taken(host: VirtualHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "usb.backend.libusb1", None)
    with pytest.raises(ConfigError, match="needs pyusb: pip install"), host.in_place_of_libusb():
        raise AssertionError


def test_alternate_settings_change_the_packet_size(device: usb.core.Device, echo: Echo) -> None:
    device.set_interface_altsetting(0, 1)
    device.write(1, bytes(64))
    assert [len(packet) for packet in echo.packets] == [32, 32]
    assert bytes(device.ctrl_transfer(0x81, 10, 0, 0, 1)) == b"\x01"


def test_a_reset_device_comes_back_as_it_was(host: VirtualHost, device: usb.core.Device, echo: Echo) -> None:
    device.write(1, b"x")
    device.reset()
    assert echo.configured == 1
    assert host.ports[0].address == 2


def test_a_high_speed_device(world: World, host: VirtualHost) -> None:
    class Fast(Echo):
        speed = Speed.HIGH

    host.plug(Fast())
    device = usb.core.find(backend=host.backend())
    assert device.speed == usb.util.SPEED_HIGH
    began = world.now
    device.write(1, b"x")
    assert world.now - began <= 250_000
