"""The kernel as a host, without one: its sysfs files are made up, and its end of each socket is the test's."""

import os
import select
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from machine_compat.errors import ConfigError
from machine_compat.interpreter.pace import Pacer
from machine_compat.mock.usb.ch341 import CH341A
from machine_compat.mock.usb.ft232h import FT232H
from machine_compat.mock.usb.mcp2221 import MCP2221A
from machine_compat.mock.usb.usbip import Submit
from machine_compat.mock.usb.vhci import Controller, KernelHost, PortStatus
from machine_compat.mock.world import World

MS = 1_000_000
HEAD = "hub port sta spd dev      sockfd local_busid"
VERSION = Submit(7, 0x80, 2, bytes.fromhex("c05f00000000 0200"))
"""What a CH341A answers without being configured."""


class MadeUp(Controller):
    """A controller with three ports for full and high speed; what the kernel would hold is in `sockets`."""

    def __init__(self, folder: Path) -> None:
        self.states = {0: 4, 1: 4, 2: 4}
        self.sockets: dict[int, socket.socket] = {}
        self.calls: list[tuple[str, int, int]] = []
        self._status = folder / "status"
        self.write()
        super().__init__(folder)

    def write(self) -> None:
        rows = [
            f"hs  {number:04} {state:03} 000 00000000 000000 1-{number + 1}" for number, state in self.states.items()
        ]
        self._status.write_text("\n".join([HEAD, *rows, "ss  0003 004 000 00000000 000000 0-0"]) + "\n")

    def take(self, number: int, file: int, speed: int) -> None:
        self.calls.append(("take", number, speed))
        self.sockets[number] = socket.socket(fileno=os.dup(file))
        self.states[number] = 6
        self.write()

    def give_back(self, number: int) -> None:
        self.calls.append(("give back", number, 0))
        self.sockets.pop(number).close()

    def free_again(self, number: int) -> None:
        self.states[number] = 4
        self.write()


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[MadeUp]:
    controller = MadeUp(tmp_path)
    yield controller
    for end in controller.sockets.values():
        end.close()


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def host(world: World, kernel: MadeUp) -> Iterator[KernelHost]:
    host = KernelHost(world, controller=kernel)
    yield host
    host.close()


# ---- sysfs


def test_the_ports_are_read_from_status(kernel: MadeUp) -> None:
    assert kernel.ports()[1] == PortStatus("hs", 1, 4, "1-2")
    assert kernel.free() == [0, 1, 2]


def test_a_module_that_is_not_loaded(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="modprobe vhci-hcd"):
        Controller(tmp_path / "vhci_hcd.0")


def test_a_computer_that_is_not_linux(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(ConfigError, match="needs Linux, and this is darwin"):
        Controller(tmp_path)


def test_what_is_written_to_attach_and_detach(tmp_path: Path) -> None:
    controller = Controller(tmp_path)
    controller.take(3, 9, 2)
    controller.give_back(3)
    assert (tmp_path / "attach").read_text() == "3 9 65540 2"
    assert (tmp_path / "detach").read_text() == "3"


def test_a_user_who_may_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, text: str) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "write_text", refuse)
    with pytest.raises(ConfigError, match="attach is for root alone: run this with sudo"):
        Controller(tmp_path).take(0, 1, 2)


def test_a_kernel_that_refuses(tmp_path: Path) -> None:
    (tmp_path / "attach").mkdir()
    with pytest.raises(ConfigError, match="the kernel refuses '0 1 65537 2'"):
        Controller(tmp_path).take(0, 1, 2)


# ---- plugging


def test_a_device_is_given_to_the_kernel_with_its_speed(host: KernelHost, kernel: MadeUp) -> None:
    fast = host.attach(FT232H())
    slow = host.attach(CH341A())
    assert kernel.calls == [("take", 0, 3), ("take", 2, 2)]
    assert host.bus_id(fast) == "1-1"
    assert fast.port is host.port(fast)
    assert slow.port is host.port(slow)


def test_a_device_twice_and_one_too_many(host: KernelHost) -> None:
    device = host.attach(CH341A())
    with pytest.raises(ConfigError, match="CH341A is plugged in already"):
        host.attach(device)
    host.attach(CH341A())
    host.attach(CH341A())
    with pytest.raises(ConfigError, match="all ports of vhci_hcd are taken"):
        host.attach(CH341A())


def test_a_device_that_the_kernel_refuses_is_not_plugged_in(
    host: KernelHost, kernel: MadeUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(number: int, file: int, speed: int) -> None:
        raise ConfigError("no")

    device = CH341A()
    monkeypatch.setattr(kernel, "take", refuse)
    with pytest.raises(ConfigError, match="no"):
        host.attach(device)
    assert device.port is None
    with pytest.raises(ConfigError, match="CH341A is not plugged in"):
        host.port(device)


def test_a_device_that_is_pulled_out_may_be_plugged_in_again(host: KernelHost, kernel: MadeUp) -> None:
    device = host.attach(CH341A())
    host.detach(device)
    assert device.port is None
    assert kernel.calls[-1] == ("give back", 2, 0)
    with pytest.raises(ConfigError, match="CH341A is not plugged in"):
        host.detach(device)
    host.attach(device)
    assert host.log == ["port 2: CH341A connected", "port 2: CH341A disconnected", "port 1: CH341A connected"]


def test_a_port_rests_before_it_is_used_again(world: World, host: KernelHost, kernel: MadeUp) -> None:
    for number in (2, 1, 0, 2):
        device = host.attach(CH341A())
        assert host.port(device).number == number
        host.detach(device)
        kernel.free_again(number)
        world.run(world.now + 100 * MS)
    world.run(world.now + 1_000 * MS)
    assert host.port(host.attach(CH341A())).number == 2


def test_a_kernel_that_lets_go_by_itself(host: KernelHost, kernel: MadeUp) -> None:
    device = host.attach(CH341A())
    kernel.sockets[2].close()
    host.serve()
    assert device.port is None
    assert host.log[-1] == "port 2: CH341A disconnected"


def test_a_device_that_reconnects_comes_back_to_its_port_once_that_is_free(
    world: World, host: KernelHost, kernel: MadeUp
) -> None:
    device = host.attach(MCP2221A())
    host.port(device).reconnect()
    world.run(50 * MS)
    assert device.port is None
    world.run(500 * MS)
    assert device.port is None
    kernel.free_again(2)
    world.run(700 * MS)
    assert host.port(device).number == 2


def test_a_port_that_is_never_free_again_is_given_up(world: World, host: KernelHost) -> None:
    device = host.attach(MCP2221A())
    host.port(device).reconnect()
    world.run(3_000 * MS)
    assert host.port(device).number == 1


def test_at_the_end_nothing_is_held(kernel: MadeUp, world: World) -> None:
    before = len(os.listdir("/proc/self/fd")) if sys.platform == "linux" else 0
    host = KernelHost(world, controller=kernel)
    devices = [host.attach(CH341A()), host.attach(FT232H())]
    host.close()
    assert [device.port for device in devices] == [None, None]
    assert kernel.sockets == {}
    if before:
        assert len(os.listdir("/proc/self/fd")) == before
    world.run(100 * MS)
    assert host.log[-2:] == ["port 2: CH341A disconnected", "port 0: FT232H disconnected"]


# ---- time


def test_a_world_that_never_waits_looks_at_the_kernel_all_the_same(
    world: World, host: KernelHost, kernel: MadeUp
) -> None:
    host.attach(CH341A())
    kernel.sockets[2].sendall(VERSION.encode())
    world.run(20 * MS)
    assert kernel.sockets[2].recv(100)[-2:] == b"\x31\x00"


def test_a_paced_world_is_woken_by_the_kernel(world: World, kernel: MadeUp) -> None:
    clock = [0]

    def sleep(seconds: float) -> None:
        """The wall clock, on which the kernel asks 3 ms after the start."""
        clock[0] += min(round(seconds * 1e9), 1 * MS)
        if clock[0] == 3 * MS:
            kernel.sockets[2].sendall(VERSION.encode())
        host.wait(0)

    pacer = Pacer(world, now_ns=lambda: clock[0], sleep=sleep)
    host = KernelHost(world, lambda: pacer.board_ns, kernel)
    host.attach(CH341A())
    answered: list[int] = []

    def look() -> None:
        if not answered and select.select([kernel.sockets[2]], [], [], 0)[0]:
            answered.append(world.now)

    pacer.start()
    world.run(8 * MS, lambda: bool(look()))
    pacer.stop()
    host.close()
    assert answered == [3 * MS]


def test_its_file_is_readable_when_the_kernel_asks(host: KernelHost, kernel: MadeUp) -> None:
    host.attach(CH341A())
    assert select.select([host], [], [], 0)[0] == []
    kernel.sockets[2].sendall(VERSION.encode())
    assert select.select([host], [], [], 0)[0] == [host]
    host.serve()
    assert select.select([host], [], [], 0)[0] == []
