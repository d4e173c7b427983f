"""Keeps backend URLs leading to their classes, and every wrong one to a line that says what to do."""

import importlib.metadata
from importlib.metadata import EntryPoint, EntryPoints

import pytest

from machine_compat.contract import Backend
from machine_compat.errors import ConfigError
from machine_compat.mock.backend import MockBackend
from machine_compat.registry import GROUP, SCHEMES, Scheme, address, backend_class


def offer(monkeypatch: pytest.MonkeyPatch, **targets: str) -> None:
    """Have installed packages offer backends."""
    points = EntryPoints(EntryPoint(name, target, GROUP) for name, target in targets.items())
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda *, group: points.select(group=group))


@pytest.mark.parametrize(
    ("url", "scheme", "place", "options"),
    [
        ("mock://", "mock", "", {}),
        ("ft232h://FT7X2K/2", "ft232h", "FT7X2K/2", {}),
        ("LINUX://?i2c=1&spi=0.1", "linux", "", {"i2c": "1", "spi": "0.1"}),
        ("micropython:///dev/ttyACM0/?baudrate=115200", "micropython", "/dev/ttyACM0", {"baudrate": "115200"}),
    ],
)
def test_an_address_has_its_parts(url: str, scheme: str, place: str, options: dict[str, str]) -> None:
    found = address(url)
    assert (found.scheme, found.place, dict(found.options)) == (scheme, place, options)


@pytest.mark.parametrize("url", ["", "mock", "mock:", "://x", "a b://x", "mock://?x", "mock://?=1", "mock://?a=1&a=2"])
def test_what_is_no_address_is_refused_in_one_line(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        address(url)
    assert repr(url) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_mock_is_found() -> None:
    assert backend_class("mock://") is MockBackend


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_backend_says_how_to_install_it(scheme: str) -> None:
    assert SCHEMES[scheme].install.startswith("pip install ")


def test_known_schemes_do_not_look_for_entry_points(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise AssertionError("looked for entry points")

    monkeypatch.setattr(importlib.metadata, "entry_points", refuse)
    assert issubclass(backend_class("mock://"), Backend)


def test_an_unknown_scheme_names_those_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    offer(monkeypatch, theirs="package:Class")
    with pytest.raises(ConfigError) as caught:
        backend_class("ours://x")
    assert "'ours://x'" in str(caught.value)
    assert "mock://, theirs://" in str(caught.value)


def test_a_package_that_is_missing_is_named_with_what_installs_it() -> None:
    schemes = {"chip": Scheme("no_such_package.backend:Chip", "pip install machine-compat[usb]")}
    with pytest.raises(ConfigError, match=r"'chip://' needs no_such_package: pip install machine-compat\[usb\]"):
        backend_class("chip://", schemes)


def test_an_installed_package_brings_a_backend(monkeypatch: pytest.MonkeyPatch) -> None:
    offer(monkeypatch, theirs="machine_compat.mock.backend:MockBackend")
    assert backend_class("theirs://place") is MockBackend


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("machine_compat.errors:Fault", "is no machine_compat.contract.Backend"),
        ("machine_compat.mock.backend:Nothing", "cannot be loaded"),
        ("no_such_package:Nothing", "cannot be loaded"),
    ],
)
def test_an_entry_point_that_is_no_backend_is_named(monkeypatch: pytest.MonkeyPatch, target: str, message: str) -> None:
    offer(monkeypatch, theirs=target)
    with pytest.raises(ConfigError, match=message):
        backend_class("theirs://")
