"""`machine-compat run --usb vhci` where there is no kernel to plug the board into, and where it makes no sense."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from machine_compat.cli import main
from machine_compat.mock.usb import vhci
from machine_compat.mock.usb.usbip import Submit
from machine_compat.mock.usb.vhci import Controller

GET_DEVICE = Submit(1, 0x80, 64, bytes.fromhex("8006000100004000"))


@pytest.fixture
def script(tmp_path: Path) -> str:
    file = tmp_path / "main.py"
    file.write_text("import time\ntime.sleep_ms(150)\nprint('done')\n", encoding="utf-8")
    return str(file)


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[socket.socket]]:
    """The kernel's ends of the sockets given to a made-up controller, which asks at once."""
    ends: list[socket.socket] = []

    def take(self: Controller, number: int, file: int, speed: int) -> None:
        ends.append(socket.fromfd(file, socket.AF_UNIX, socket.SOCK_STREAM))
        ends[-1].sendall(GET_DEVICE.encode())

    folder = tmp_path / "vhci_hcd.0"
    folder.mkdir()
    (folder / "status").write_text("hub port sta spd dev\nhs 0000 004 000 00000000 000000 0-0\n", encoding="ascii")
    monkeypatch.setattr(Controller, "take", take)
    monkeypatch.setattr(vhci, "CONTROLLER", folder)
    yield ends
    for end in ends:
        end.close()


def test_without_the_module(script: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vhci, "CONTROLLER", Path("/nowhere"))
    assert main(["run", "--usb", "vhci", script]) == 2
    assert "--usb vhci: the kernel's driver vhci_hcd is not loaded: sudo modprobe vhci-hcd" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--fast"], "--usb needs a board in real time: leave --fast out"),
        (["--board", "ft232h"], "--usb is for simulated boards, and board ft232h is real"),
        (["--vm", "both"], "--vm both runs two boards, and --usb plugs one in"),
    ],
)
def test_what_does_not_go_together(
    script: str, kernel: list[socket.socket], capsys: pytest.CaptureFixture[str], options: list[str], says: str
) -> None:
    assert main(["run", "--usb", "vhci", *options, script]) == 2
    assert says in capsys.readouterr().err
    assert kernel == []


def test_the_kernel_meets_the_board_while_its_script_runs(
    script: str, kernel: list[socket.socket], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "--board", "pico", "--usb", "vhci", script]) == 0
    assert "done" in capsys.readouterr().out
    [end] = kernel
    assert end.recv(1000)[48:50] == b"\x12\x01"
    assert end.recv(1000) == b""
