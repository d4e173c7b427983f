"""This file keeps the tests here for the bench's guest: elsewhere they would meet a computer's own devices."""

import os
from collections.abc import Iterator

import pytest

GUEST = "BENCH_GUEST" in os.environ

collect_ignore_glob = [] if GUEST else ["test_*.py"]


@pytest.fixture(scope="session", autouse=True)
def _silent_kernel() -> Iterator[None]:
    """Fail at the end when the kernel has complained: then the rig itself is wrong, whatever the tests say."""
    yield
    complaints = [line for line in kernel_log() if "cut here" in line or "BUG:" in line]
    assert not complaints, "see dmesg"


def kernel_log() -> list[str]:
    """The kernel's messages since it started."""
    log = os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK)
    lines = []
    try:
        while True:
            lines.append(os.read(log, 8192).decode(errors="replace"))
    except BlockingIOError:
        return lines
    finally:
        os.close(log)
