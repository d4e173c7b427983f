"""This file shows that simulated serial peers are real to the kernel, with pyserial as the judge."""

import pytest
import serial

from tests.bench.rig import Rig

ECHOES = ("echo@uart0", "echo@uart1")
PORTS = pytest.mark.parametrize("number", [0, 1], ids=["16550", "pty"])


@PORTS
@pytest.mark.parametrize("speed", [9600, 115_200])
def test_a_peer_answers(number: int, speed: int) -> None:
    with Rig(*ECHOES) as rig, serial.Serial(rig.uart(number), speed, timeout=5) as port:
        port.write(b"hello, world\n")
        assert port.readline() == b"hello, world\n"


@PORTS
def test_every_byte_passes(number: int) -> None:
    data = bytes(range(256))
    with Rig(*ECHOES) as rig, serial.Serial(rig.uart(number), 115_200, timeout=5) as port:
        port.write(data)
        assert port.read(256) == data


@PORTS
def test_a_peer_speaks_first(number: int) -> None:
    with Rig(f"gps@uart{number}") as rig, serial.Serial(rig.uart(number), 9600, timeout=5) as port:
        assert port.readline().startswith(b"$G")


def test_the_wrong_speed_is_noise() -> None:
    with Rig("gps@uart1") as rig, serial.Serial(rig.uart(1), 57_600, timeout=5) as port:
        assert not port.read(16).startswith(b"$G")


def test_a_line_that_hangs_up() -> None:
    with Rig("echo@uart1") as rig, serial.Serial(rig.uart(1), timeout=5) as port:
        rig.hang_up(1)
        with pytest.raises((OSError, serial.SerialException)):
            port.write(b"anybody?")
