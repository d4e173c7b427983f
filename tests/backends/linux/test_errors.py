"""What the kernel's errors become, and what their messages say to do."""

import errno
import os
import stat
from pathlib import Path

import pytest

from machine_compat.backends.linux.errors import bus_error, held_by, needing, node_error, permission
from machine_compat.errors import BusError, ConfigError, Fault, Unsupported


def error(number: int) -> OSError:
    return OSError(number, os.strerror(number))


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        # Documentation/i2c/fault-codes.rst
        (errno.ENXIO, Fault.NACK_ADDRESS),
        (errno.EREMOTEIO, Fault.NACK_ADDRESS),
        (errno.ENODEV, Fault.NACK_ADDRESS),
        (errno.ETIMEDOUT, Fault.TIMEOUT),
        (errno.EAGAIN, Fault.ARBITRATION),
        (errno.EBUSY, Fault.BUSY),
        (errno.EIO, Fault.IO),
        (errno.EPROTO, Fault.IO),
    ],
)
def test_a_transfers_error_is_a_fault(number: int, fault: Fault) -> None:
    found = bus_error(error(number), "/dev/i2c-1, address 0x76")
    assert (found.fault, found.acked) == (fault, 0)
    assert str(found) == f"/dev/i2c-1, address 0x76: {os.strerror(number)}"


@pytest.mark.parametrize("number", [errno.EOPNOTSUPP, errno.EINVAL, errno.EMSGSIZE])
def test_what_an_adapter_cannot_do_is_unsupported(number: int) -> None:
    assert isinstance(bus_error(error(number), "/dev/i2c-1"), Unsupported)


def test_a_device_that_has_gone_is_no_absent_chip(tmp_path: Path) -> None:
    found = bus_error(error(errno.ENODEV), "i2c", str(tmp_path / "i2c-9"))
    assert found.fault is Fault.IO
    assert "i2c-9 has gone: the adapter was unplugged" in str(found)


@pytest.mark.parametrize(
    ("number", "node", "words"),
    [
        (errno.ENOENT, "/dev/i2c-1", "there is no /dev/i2c-1: .*modprobe i2c-dev.*dtparam=i2c_arm=on"),
        (errno.ENOENT, "/dev/spidev0.0", "there is no /dev/spidev0.0: .*dtparam=spi=on"),
        (errno.ENXIO, "/dev/ttyUSB0", "there is no /dev/ttyUSB0: .*plugged in"),
        (errno.EIO, "/dev/ttyS0", f"/dev/ttyS0 cannot be opened: {os.strerror(errno.EIO)}"),
    ],
)
def test_a_device_that_cannot_be_opened(number: int, node: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        raise node_error(error(number), node)


def test_a_group_to_join(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    node = tmp_path / "i2c-1"
    node.touch()
    node.chmod(stat.S_IRUSR | stat.S_IWUSR | stat.S_IRGRP | stat.S_IWGRP)
    monkeypatch.setattr("grp.getgrgid", lambda number: type("Group", (), {"gr_name": "i2c"}))
    assert permission(str(node)) == "sudo usermod -aG i2c $USER, then log in again"


def test_a_rule_where_no_group_may(tmp_path: Path) -> None:
    node = tmp_path / "i2c-1"
    node.touch()
    node.chmod(stat.S_IRUSR | stat.S_IWUSR)
    assert permission(str(node)) == (
        'put KERNEL=="i2c-*", GROUP="i2c", MODE="0660" into /etc/udev/rules.d/60-i2c.rules, '
        "then sudo usermod -aG i2c $USER and log in again"
    )


def test_who_has_a_device_open(tmp_path: Path) -> None:
    node = tmp_path / "ttyS0"
    node.touch()
    process = tmp_path / "proc/812"
    (process / "fd").mkdir(parents=True)
    (process / "fd/3").symlink_to(node)
    (process / "comm").write_text("gpsd\n")
    assert held_by(str(node), str(tmp_path / "proc")) == " (gpsd, process 812)"
    assert held_by(str(tmp_path / "other"), str(tmp_path / "proc")) == ""


def test_a_missing_package_names_what_installs_it() -> None:
    with (
        pytest.raises(
            ConfigError, match=r"UART needs the Python package pyserial: pip install machine-compat\[linux\]"
        ),
        needing("pyserial", "UART"),
    ):
        raise ImportError("no")


def test_a_bus_error_is_no_os_error() -> None:
    assert not issubclass(BusError, OSError)
    assert not issubclass(ConfigError, OSError)
