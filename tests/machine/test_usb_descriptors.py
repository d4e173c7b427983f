"""How a configuration's descriptors are taken apart, whatever bytes a script gives."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from machine_compat.machine.usb.builtin import cdc_configuration
from machine_compat.machine.usb.cdc import CDC
from machine_compat.machine.usb.configuration import bind
from machine_compat.machine.usb.control import Requests
from machine_compat.machine.usb.descriptors import (
    associated,
    can_open,
    claim,
    string_content,
    string_indexes,
    walk,
    whole,
)
from machine_compat.machine.usb.runtime import RuntimeDriver
from machine_compat.usbspec.descriptors import BULK, INTERRUPT, ISOCHRONOUS, configuration, endpoint, interface
from tests.machine.usb_thing import CONFIG, DEVICE, Thing

PAIR = bytes((8, 11, 0, 2, 2, 2, 1, 0))


def test_walking() -> None:
    assert [place for place, _ in walk(CONFIG)] == [0, 9, 18, 25]
    assert [piece[1] for _, piece in walk(CONFIG, 18)] == [5, 5]


@pytest.mark.parametrize("data", [b"", b"\x09", b"\x00\x04", b"\x01\x04\x09\x02"])
def test_walking_ends(data: bytes) -> None:
    assert list(walk(data)) == []


def test_whole_is_what_the_length_says() -> None:
    assert whole(CONFIG + b"more") == CONFIG
    assert whole(CONFIG[:20]) == CONFIG[:20]


def test_what_belongs_together() -> None:
    config = configuration(PAIR, interface(0, (2, 2, 1)), interface(1, (10, 0, 0)), interface(2, (3, 0, 0)))
    assert [associated(config, place) for place in (17, 26, 35)] == [2, 1, 1]


def test_a_claim_ends_at_the_next_interface_or_a_bad_endpoint() -> None:
    one = interface(0, (3, 0, 0), endpoint(0x81, INTERRUPT, 8, 10))
    bad = endpoint(0x82, BULK, 65)
    config = configuration(one, interface(1, (3, 0, 0), endpoint(0x01, BULK, 64)))
    assert claim(config, 9, 1) == (16, (0x81,), False)
    assert claim(config, 9, 2) == (32, (0x81, 0x01), False)
    assert claim(config, 9, 5) == (32, (0x81, 0x01), False)
    assert claim(configuration(one, bad), 9, 1) == (16, (0x81,), True)


@pytest.mark.parametrize(
    ("piece", "fits"),
    [
        (endpoint(0x81, BULK, 64), True),
        (endpoint(0x8F, BULK, 64), True),
        (endpoint(0x90, BULK, 64), False),
        (endpoint(0x80, BULK, 64), False),
        (endpoint(0x81, BULK, 65), False),
        (endpoint(0x81, BULK, 0), False),
        (endpoint(0x81, INTERRUPT, 64), True),
        (endpoint(0x81, ISOCHRONOUS, 1023), True),
        (endpoint(0x81, 0, 64), False),
        (b"\x03\x05\x81", False),
    ],
)
def test_endpoints_that_can_be(piece: bytes, fits: bool) -> None:
    assert can_open(piece) is fits


def test_strings() -> None:
    config = configuration(bytes((8, 11, 0, 2, 2, 2, 1, 9)), interface(0, (2, 2, 1), name=6))
    assert string_indexes(DEVICE, config) == [0, 1, 2, 3, 9, 6]
    assert string_content(1, b"ab\0c") == b"a\0b\0"
    assert string_content(1, b"") == b""
    assert string_content(1, b"x" * 50) == b"x\0" * 40
    assert string_content(0, b"\x04\x03\x09\x04") == b"\x09\x04"
    assert string_content(0, b"\x52" + bytes(81)) is None
    assert string_content(0, b"") is None


def drivers(thing: Thing, builtin: bool) -> list[RuntimeDriver | CDC]:
    device = thing.usb
    device.builtin_driver = device.BUILTIN_DEFAULT if builtin else device.BUILTIN_NONE
    return [device._driver, CDC(thing.board, device._stack)]


@pytest.mark.parametrize("builtin", [True, False])
def test_whose_the_builtin_interfaces_are(builtin: bool) -> None:
    thing = Thing()
    both = drivers(thing, builtin)
    requests = Requests(lambda reply: None)
    assert bind(cdc_configuration() + interface(2, (3, 0, 0), endpoint(0x83, BULK, 64)), both, requests)
    owner = both[1] if builtin else both[0]
    assert requests.interfaces == {0: owner, 1: owner, 2: both[0]}
    assert requests.endpoints == {0x81: owner, 0x82: owner, 0x02: owner, 0x83: both[0]}


def test_the_builtin_driver_takes_nothing_else() -> None:
    thing = Thing()
    requests = Requests(lambda reply: None)
    assert not bind(configuration(interface(0, (3, 0, 0))), drivers(thing, True), requests)
    assert bind(configuration(interface(2, (3, 0, 0))), drivers(thing, True), requests)


PIECES = st.one_of(
    st.binary(max_size=12),
    st.builds(interface, st.integers(0, 3), st.sampled_from([(2, 2, 1), (10, 0, 0), (3, 0, 0)])),
    st.builds(endpoint, st.integers(0, 255), st.integers(0, 3), st.integers(0, 2000), st.integers(0, 255)),
    st.builds(lambda first, count: bytes((8, 11, first, count, 2, 2, 1, 0)), st.integers(0, 3), st.integers(0, 255)),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=8), st.booleans())
def test_no_bytes_do_harm(parts: list[bytes], builtin: bool) -> None:
    """Any bytes are taken or refused, and the host that was sent them is none the worse."""
    body = b"".join(parts)
    config = bytes((9, 2)) + (9 + len(body)).to_bytes(2, "little") + bytes((1, 1, 0, 0x80, 50)) + body
    thing = Thing()
    bind(config, drivers(thing, builtin), Requests(lambda reply: None))
    thing.become(config, builtin=builtin)
    thing.become(builtin=builtin, config=configuration(interface(2, (255, 0, 0), endpoint(0x84, BULK, 64))))
    assert thing.usb.submit_xfer(0x84, b"well")
    assert bytes(thing.find().read(0x84, 64)) == b"well"
