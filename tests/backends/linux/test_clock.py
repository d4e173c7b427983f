"""Real time whose waits end when something wants the script."""

import os
from collections.abc import Iterator
from contextlib import closing

import pytest

from machine_compat.backends.linux.clock import LinuxClock
from machine_compat.backends.linux.watcher import Watcher
from machine_compat.testing import check_clock


@pytest.fixture
def clock() -> Iterator[LinuxClock]:
    with closing(LinuxClock()) as there:
        yield there


def test_the_contract(clock: LinuxClock) -> None:
    check_clock(clock)


def test_a_wake_that_came_before_the_wait_ends_it(clock: LinuxClock) -> None:
    clock.wake()
    clock.wait_until(None)


def test_a_file_ends_a_wait(clock: LinuxClock) -> None:
    reading, writing = os.pipe()
    os.write(writing, b"x")
    assert clock.wait_for(reading, None)
    os.read(reading, 1)
    assert not clock.wait_for(reading, clock.now_ns())
    os.close(reading)
    os.close(writing)


def test_wakes_nudge_a_script_that_does_not_wait(clock: LinuxClock) -> None:
    nudges: list[bool] = []
    clock.nudge = lambda: nudges.append(clock.waiting)
    clock.wake()
    assert nudges == [False]


def test_a_watched_file_is_told_of_until_it_is_removed(clock: LinuxClock) -> None:
    reading, writing = os.pipe()
    heard: list[bytes] = []

    def ready() -> None:
        heard.append(os.read(reading, 1))
        clock.wake()

    with closing(Watcher()) as watcher:
        watcher.add(reading, ready)
        for byte in (b"a", b"b"):
            os.write(writing, byte)
            while byte not in heard:
                clock.wait_until(None)
        watcher.remove(reading)
        os.write(writing, b"c")
        clock.wait_until(clock.now_ns() + 1_000_000)
        assert heard == [b"a", b"b"]
    os.close(reading)
    os.close(writing)


def test_a_file_that_fails_is_watched_no_longer(clock: LinuxClock, caplog: pytest.LogCaptureFixture) -> None:
    reading, writing = os.pipe()

    def ready() -> None:
        clock.wake()
        raise OSError(5, "Input/output error")

    with closing(Watcher()) as watcher:
        watcher.add(reading, ready)
        os.write(writing, b"x")
        clock.wait_until(None)
        watcher.remove(reading)
    assert caplog.messages == ["a watched device has gone: Input/output error"]
    os.close(reading)
    os.close(writing)
