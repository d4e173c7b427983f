"""This file shows that adapters which do less than a Raspberry Pi's, or speak otherwise, serve a script too."""

import errno
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from machine_compat.cli import main
from machine_compat.contract import I2CConfig, Read, Write
from machine_compat.errors import BusError, Fault, Unsupported
from tests.bench.rig import ROOT, Rig
from tests.linux.board import Runner, backend_on

CHIPS = ("24c32@i2c1:0x50", "bme280@i2c1:0x76")
PROBED = """
    from machine import I2C
    i2c = I2C(1)
    print(i2c.scan())
    for address in (0x33, 0x50):
        try:
            print(address, i2c.writeto(address, b""))
        except OSError as error:
            print(address, error)
    print(i2c.readfrom_mem(0x50, 0x10, 3, addrsize=16))
"""


@pytest.mark.parametrize(
    ("nak", "shortest"),
    [(errno.EREMOTEIO, 0), (errno.EREMOTEIO, 1), (errno.ENXIO, 1), (errno.ETIMEDOUT, 1), (errno.EIO, 0)],
)
def test_who_is_there_is_asked_without_disturbing_anybody(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], nak: int, shortest: int
) -> None:
    # Drivers have several words for a NAK, said at once. shortest=1: the adapter has no empty messages.
    with Rig(*CHIPS, no_acknowledge=nak, i2c_shortest=shortest) as rig:
        before = bytes(range(256)) * 16
        rig["24c32"].load(before)
        said = Runner(tmp_path).run(rig, PROBED)
        assert said.splitlines() == ["[80, 118]", "51 [Errno 19] ENODEV", "80 0", "b'\\x10\\x11\\x12'"]
        assert main(["scan", "--board", "rpi"]) == 0
        assert [line[:6] for line in capsys.readouterr().out.splitlines()[2:]] == ["  0x50", "  0x76"]
        assert rig["24c32"].save() == before


@pytest.mark.parametrize(
    ("nak", "fault"),
    [(errno.EREMOTEIO, Fault.NACK_ADDRESS), (errno.ENXIO, Fault.NACK_ADDRESS), (errno.ETIMEDOUT, Fault.TIMEOUT)],
)
def test_a_longer_transfer_fails_as_the_adapter_says(nak: int, fault: Fault) -> None:
    with Rig(no_acknowledge=nak) as rig, backend_on(rig) as backend:
        bus = backend.i2c("i2c1")
        bus.configure(I2CConfig())
        with pytest.raises(BusError) as caught:
            bus.transfer(0x33, [Write(b"\0"), Read(2)])
        assert caught.value.fault is fault


def test_a_message_beyond_the_adapters_limit() -> None:
    with Rig(*CHIPS, i2c_longest=64) as rig, backend_on(rig) as backend:
        bus = backend.i2c("i2c1")
        bus.configure(I2CConfig())
        assert len(bus.transfer(0x50, [Write(b"\0\0"), Read(64)])) == 64
        with pytest.raises(Unsupported, match="the adapter does not take 2 messages of 67 bytes in all"):
            bus.transfer(0x50, [Write(b"\0\0"), Read(65)])


# ---- writes without a STOP, which wait for what comes next

KEPT = """
    import machine, sys
    from machine import I2C
    if machine.reset_cause() == machine.PWRON_RESET:
        I2C(1).writeto(0x50, b"\\0\\0kept", False)
        {end}
"""


@pytest.mark.parametrize("end", ["pass", "machine.reset()", "sys.exit(3)", "1 / 0", "I2C(1).deinit()", "I2C(1).scan()"])
def test_a_write_without_stop_is_sent_in_the_end(tmp_path: Path, end: str) -> None:
    with Rig(*CHIPS) as rig:
        runner = Runner(tmp_path)
        if end == "1 / 0":
            with pytest.raises(ZeroDivisionError):
                runner.run(rig, KEPT.format(end=end))
        else:
            runner.run(rig, KEPT.format(end=end))
        assert rig["24c32"].save()[:4] == b"kept"


ENDLESS = """
import time
from machine import I2C
I2C(1).writeto(0x50, b"\\0\\0kept", False)
print("go")
while True:
    time.sleep(1)
"""


def test_a_write_without_stop_is_sent_before_sigterm_ends_the_run(tmp_path: Path) -> None:
    script = tmp_path / "main.py"
    script.write_text(ENDLESS, encoding="utf-8")
    with Rig(*CHIPS) as rig:
        command = [sys.executable, "-m", "machine_compat", "run", "--board", "rpi", str(script)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"go\n"
            assert rig["24c32"].save()[:4] == b"\xff" * 4
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 143
        assert rig["24c32"].save()[:4] == b"kept"
