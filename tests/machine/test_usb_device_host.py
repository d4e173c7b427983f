"""machine.USBDevice with a host: what the callbacks are told, and what plain pyusb sees of the board."""

import errno
from typing import Any

import pytest
import usb.core
import usb.util

from machine_compat.mock.usb.host import VirtualHost
from machine_compat.usbspec.descriptors import BULK, INTERRUPT, configuration, endpoint, interface
from tests.machine.usb_thing import CONFIG, DEVICE, LOOP, STRINGS, Thing

SETUP, DATA, ACK = 1, 2, 3


@pytest.fixture
def thing() -> Thing:
    return Thing()


def stalled(call: Any) -> bool:
    try:
        call()
    except usb.core.USBError as error:
        return error.errno == errno.EPIPE
    return False


def late(call: Any) -> bool:
    try:
        call()
    except usb.core.USBTimeoutError:
        return True
    return False


# ---- enumeration


def test_what_the_host_sees(thing: Thing) -> None:
    thing.become()
    pc = thing.find()
    assert (pc.idVendor, pc.idProduct, pc.bNumConfigurations) == (0xF055, 0x9999, 1)
    assert (pc.manufacturer, pc.product, pc.serial_number) == ("Maker", "Thing", "7")
    assert thing.calls == [("reset",), ("open", LOOP)]


def test_an_association_is_opened_as_one(thing: Thing) -> None:
    pair = bytes((8, 11, 0, 2, 2, 2, 1, 0))
    first = interface(0, (2, 2, 1), bytes((5, 0x24, 0, 0x10, 1)), endpoint(0x81, INTERRUPT, 8, 10))
    second = interface(1, (10, 0, 0), endpoint(0x82, BULK, 64), endpoint(0x02, BULK, 64))
    alone = interface(2, (3, 0, 0), endpoint(0x83, INTERRUPT, 8, 10))
    thing.become(configuration(pair, first, second, alone))
    assert thing.of("open") == [("open", first + second), ("open", alone)]


def test_an_association_goes_with_what_is_before_it(thing: Thing) -> None:
    """As in MicroPython: an interface's descriptors are all up to the next interface."""
    pair = bytes((8, 11, 1, 2, 2, 2, 1, 0))
    alone = interface(0, (3, 0, 0), endpoint(0x83, INTERRUPT, 8, 10))
    first = interface(1, (2, 2, 1), endpoint(0x81, INTERRUPT, 8, 10))
    second = interface(2, (10, 0, 0), endpoint(0x82, BULK, 64), endpoint(0x02, BULK, 64))
    thing.become(configuration(alone, pair, first, second))
    assert thing.of("open") == [("open", alone + pair), ("open", first + second)]
    assert thing.find(detach=(1,)).ctrl_transfer(0x21, 0x30, 0, 1) == 0


def test_endpoints_may_be_used_from_open_on(thing: Thing) -> None:
    thing.at_open = lambda: thing.usb.submit_xfer(0x81, b"first")
    thing.become()
    assert bytes(thing.find().read(0x81, 64)) == b"first"
    thing.run_ms(1)
    assert thing.of("xfer") == [("xfer", 0x81, 0, 5)]


@pytest.mark.parametrize(
    "parts",
    [
        (interface(0, (0xFF, 0, 0)), interface(0, (0xFF, 0, 0), alternate=1)),
        (bytes((9, 4, 0, 0, 1, 0xFF, 0, 0, 0)), endpoint(0x81, BULK, 512)),
        (bytes((9, 4, 0, 0, 1, 0xFF, 0, 0, 0)), endpoint(0x81, BULK, 0)),
        (bytes((5, 0x24, 0, 0x10, 1)), interface(0, (0xFF, 0, 0))),
    ],
    ids=["two settings", "too large", "no size", "no interface"],
)
def test_a_configuration_that_cannot_be(thing: Thing, parts: tuple[bytes, ...]) -> None:
    thing.become(configuration(*parts))
    assert "not accepted: the device stalled it" in thing.host.log[-1]
    device = thing.usb
    assert device.submit_xfer(0x81, b"x") is False


def test_an_endpoint_that_cannot_be_is_told(thing: Thing) -> None:
    thing.become(configuration(bytes((9, 4, 0, 0, 1, 0xFF, 0, 0, 0)), endpoint(0x81, BULK, 512)))
    assert thing.output.endswith("OSError: [Errno 19] ENODEV\n")


# ---- strings


def text_of(thing: Thing, index: int) -> str | None:
    """A string as the host reads it; None where it is told STALL."""
    pc = thing.find()
    return None if stalled(lambda: usb.util.get_string(pc, index)) else usb.util.get_string(pc, index)


def test_strings_from_the_script_and_from_the_firmware(thing: Thing) -> None:
    thing.become(strings={1: "Mine", 2: None, 6: b"bytes", 7: bytearray(b"cut\0here"), 8: "x" * 60, 9: "é"})
    assert [text_of(thing, index) for index in (1, 2, 3)] == ["Mine", "Board in FS mode", "e6605838836b2a2f"]
    assert [text_of(thing, index) for index in (4, 5, 6, 7)] == ["Board CDC", None, "bytes", "cut"]
    assert text_of(thing, 8) == "x" * 40
    # Each byte is a character: boards know no UTF-8 here.
    assert text_of(thing, 9) == "Ã©"
    assert thing.output == ""


@pytest.mark.parametrize("strings", [None, (), []])
def test_no_strings_of_its_own(thing: Thing, strings: object) -> None:
    thing.become(strings=strings)
    assert text_of(thing, 1) == "MicroPython"


def test_the_languages_are_a_whole_descriptor(thing: Thing) -> None:
    thing.become(strings=[b"\x04\x03\x07\x04", "Hersteller"])
    pc = thing.find()
    assert bytes(pc.ctrl_transfer(0x80, 6, 0x0300, 0, 255)) == b"\x04\x03\x07\x04"
    assert pc.langids == (0x0407,)


def test_strings_that_raise(thing: Thing) -> None:
    class Odd:
        def __getitem__(self, index: int) -> object:
            if index == 1:
                raise RuntimeError("no maker")
            return 5 if index == 2 else None

    thing.become(strings=Odd())
    assert text_of(thing, 1) == "MicroPython"
    assert "RuntimeError: no maker" in thing.output
    assert "TypeError: object with buffer protocol required" in thing.output


# ---- transfers


def test_in_transfers(thing: Thing) -> None:
    device, pc = thing.become(), thing.find()
    for data in (b"hello", bytes(range(200)), bytes(64), b"", bytearray(b"array"), memoryview(b"view"), "text"):
        thing.calls.clear()
        assert device.submit_xfer(0x81, data) is True
        sent = data.encode() if isinstance(data, str) else bytes(data)
        if len(sent) == 64:
            # Full packets are sent as they are: the host goes on waiting for the end.
            assert bytes(pc.read(0x81, 64)) == sent
        else:
            assert bytes(pc.read(0x81, 512)) == sent
        thing.run_ms(1)
        assert thing.calls == [("xfer", 0x81, 0, len(sent))]


def test_a_full_packet_does_not_end_a_transfer(thing: Thing) -> None:
    device, pc = thing.become(), thing.find()
    clock = thing.board.clock
    device.submit_xfer(0x81, bytes(64))
    assert len(pc.read(0x81, 512, timeout=50)) == 64
    thing.backend.world.after(5_000_000, lambda: device.submit_xfer(0x81, b""))
    device.submit_xfer(0x81, bytes(64))
    began = clock.now_ns()
    assert len(pc.read(0x81, 512, timeout=50)) == 64
    assert clock.now_ns() - began < 10_000_000


def test_out_transfers_end_short_or_full(thing: Thing) -> None:
    device, pc = thing.become(), thing.find()
    for room, data in ((64, b"short"), (100, bytes(range(70))), (64, bytes(range(64))), (128, b""), (4, b"more")):
        thing.calls.clear()
        buffer = bytearray(room)
        assert device.submit_xfer(0x01, buffer) is True
        assert pc.write(0x01, data) == len(data)
        thing.run_ms(1)
        assert thing.calls == [("xfer", 0x01, 0, len(data))]
        assert bytes(buffer) == data.ljust(room, b"\0")


def test_a_buffer_is_full_between_two_packets(thing: Thing) -> None:
    device, pc = thing.become(), thing.find()
    buffer = bytearray(64)
    device.submit_xfer(0x01, buffer)
    assert pc.write(0x01, bytes(range(100)), timeout=20) == 64
    assert buffer == bytes(range(64))
    device.submit_xfer(0x01, buffer)
    assert pc.write(0x01, b"rest") == 4


def test_a_buffer_that_shrinks_meanwhile(thing: Thing) -> None:
    device, pc = thing.become(), thing.find()
    for buffer in (bytearray(8), bytearray(8)):
        device.submit_xfer(0x01, buffer)
        del buffer[2:]
        assert pc.write(0x01, b"six by") == 6
        thing.run_ms(1)
        assert buffer == b"si"
    thing.replies[SETUP, 9] = kept = bytearray(8)
    thing.replies[DATA, 9] = True
    pc.ctrl_transfer(0x21, 9, 0, 0, b"six by")
    assert kept == b"six by\0\0"


def test_an_endpoint_waits_until_something_is_submitted(thing: Thing) -> None:
    device, pc = thing.become(), thing.find()
    assert late(lambda: pc.read(0x81, 64, timeout=20))
    assert late(lambda: pc.write(0x01, b"x", timeout=20))
    thing.backend.world.after(5_000_000, lambda: device.submit_xfer(0x81, b"late"))
    assert bytes(pc.read(0x81, 64, timeout=20)) == b"late"


def test_the_next_transfer_from_the_callback_of_the_last(thing: Thing) -> None:
    device = thing.usb
    pieces = [b"one", b"two", b"three"]

    def done(ep: int, result: int, count: int) -> None:
        if pieces:
            device.submit_xfer(ep, pieces.pop(0))

    device.config(DEVICE, CONFIG, STRINGS, xfer_cb=done, open_itf_cb=lambda _: done(0x81, 0, 0))
    device.active(True)
    thing.run_ms(400)
    pc = thing.find()
    assert [bytes(pc.read(0x81, 64)) for _ in range(3)] == [b"one", b"two", b"three"]


# ---- stalls


def test_a_halted_endpoint(thing: Thing) -> None:
    device, pc = thing.become(), thing.find()
    device.submit_xfer(0x81, b"lost")
    device.stall(0x81, True)
    assert stalled(lambda: pc.read(0x81, 64))
    assert bytes(pc.ctrl_transfer(0x82, 0, 0, 0x81, 2)) == b"\x01\x00"
    thing.calls.clear()
    pc.clear_halt(0x81)
    thing.run_ms(1)
    # The driver hears of it, and its answer does not count.
    assert thing.calls == [("control", SETUP, bytes((2, 1, 0, 0, 0x81, 0, 0, 0)))]
    assert device.stall(0x81) is False
    device.submit_xfer(0x81, b"anew")
    assert bytes(pc.read(0x81, 64)) == b"anew"
    assert thing.of("xfer") == []
    thing.run_ms(1)
    assert thing.of("xfer") == [("xfer", 0x81, 0, 4)]


def test_the_host_halts_an_endpoint(thing: Thing) -> None:
    device, pc = thing.become(), thing.find()
    thing.replies[SETUP, 3] = False
    pc.ctrl_transfer(0x02, 3, 0, 0x01)
    assert thing.of("control") == [("control", SETUP, bytes((2, 3, 0, 0, 1, 0, 0, 0)))]
    assert device.stall(0x01) is True
    assert stalled(lambda: pc.write(0x01, b"x"))


# ---- control requests


def test_a_request_without_data(thing: Thing) -> None:
    thing.become()
    assert thing.find().ctrl_transfer(0x21, 0x0A, 0x1234, 0) == 0
    thing.run_ms(1)
    setup = bytes.fromhex("210a341200000000")
    assert thing.of("control") == [("control", SETUP, setup), ("control", ACK, setup)]


def test_a_request_that_reads(thing: Thing) -> None:
    thing.become()
    thing.replies[SETUP, 1] = b"twelve bytes"
    pc = thing.find()
    assert bytes(pc.ctrl_transfer(0xA1, 1, 0, 0, 64)) == b"twelve bytes"
    assert bytes(pc.ctrl_transfer(0xA1, 1, 0, 0, 6)) == b"twelve"
    thing.run_ms(1)
    assert [call[1] for call in thing.of("control")] == [SETUP, DATA, ACK] * 2


def test_a_reply_of_whole_packets_is_ended(thing: Thing) -> None:
    thing.become()
    thing.replies[SETUP, 1] = bytes(range(128))
    pc = thing.find()
    assert bytes(pc.ctrl_transfer(0xA1, 1, 0, 0, 200)) == bytes(range(128))
    assert bytes(pc.ctrl_transfer(0xA1, 1, 0, 0, 128)) == bytes(range(128))


def test_a_request_that_writes(thing: Thing) -> None:
    thing.become()
    buffer = bytearray(100)
    thing.replies[SETUP, 9] = buffer
    pc = thing.find()
    assert pc.ctrl_transfer(0x21, 9, 0, 0, bytes(range(80))) == 80
    thing.run_ms(1)
    assert buffer[:80] == bytes(range(80))
    assert [call[1] for call in thing.of("control")] == [SETUP, DATA, ACK]


@pytest.mark.parametrize("no", [False, None, 0, ""])
def test_a_request_that_is_refused(thing: Thing, no: object) -> None:
    thing.become()
    thing.replies[SETUP, 1] = no
    if no == "":
        # A buffer, if an empty one.
        assert bytes(thing.find().ctrl_transfer(0xA1, 1, 0, 0, 8)) == b""
        return
    assert stalled(lambda: thing.find().ctrl_transfer(0xA1, 1, 0, 0, 8))
    assert [call[1] for call in thing.of("control")] == [SETUP]


def test_a_request_refused_after_its_data(thing: Thing) -> None:
    thing.become()
    thing.replies[SETUP, 9] = bytearray(8)
    thing.replies[DATA, 9] = False
    assert stalled(lambda: thing.find().ctrl_transfer(0x21, 9, 0, 0, b"bad"))
    assert [call[1] for call in thing.of("control")] == [SETUP, DATA]


def test_data_that_has_nowhere_to_go(thing: Thing) -> None:
    """True agrees to a request without data; the host's data wait until it gives up."""
    thing.become()
    thing.replies[SETUP, 9] = True
    assert late(lambda: thing.find().ctrl_transfer(0x21, 9, 0, 0, b"data", timeout=50))
    thing.replies[SETUP, 9] = bytearray(4)
    assert thing.find().ctrl_transfer(0x21, 9, 0, 0, b"data") == 4


def test_who_is_asked(thing: Thing) -> None:
    thing.become()
    pc = thing.find()
    thing.replies[SETUP, 6] = b"report"
    assert bytes(pc.ctrl_transfer(0x81, 6, 0x2200, 0, 64)) == b"report"
    assert pc.ctrl_transfer(0x20, 0x30, 0, 0) == 0
    assert pc.ctrl_transfer(0x22, 0x31, 0, 0x81) == 0
    thing.run_ms(1)
    assert [call[2] for call in thing.of("control") if call[1] == SETUP] == [
        bytes.fromhex(setup) for setup in ("8106002200004000", "2030000000000000", "2231000081000000")
    ]
    thing.calls.clear()
    assert stalled(lambda: pc.ctrl_transfer(0x20, 0x30, 0, 5))
    assert stalled(lambda: pc.ctrl_transfer(0x22, 0x30, 0, 0x05))
    assert stalled(lambda: pc.ctrl_transfer(0xC0, 1, 0, 0, 8))
    assert stalled(lambda: pc.ctrl_transfer(0x41, 1, 0, 0, b"x"))
    assert thing.calls == []


def test_interfaces_have_one_setting(thing: Thing) -> None:
    thing.become()
    thing.replies[SETUP, 10] = thing.replies[SETUP, 11] = False
    pc = thing.find()
    assert bytes(pc.ctrl_transfer(0x81, 10, 0, 0, 1)) == b"\0"
    assert pc.ctrl_transfer(0x01, 11, 0, 0) == 0
    thing.run_ms(1)
    assert [call[1] for call in thing.of("control")] == [SETUP, SETUP]


def test_no_callbacks_at_all(thing: Thing) -> None:
    device = thing.usb
    device.config(DEVICE, CONFIG, STRINGS, "not", 1, "callable", [])
    device.active(True)
    thing.run_ms(400)
    pc = thing.find()
    assert stalled(lambda: pc.ctrl_transfer(0x21, 1, 0, 0))
    device.submit_xfer(0x81, b"x")
    assert bytes(pc.read(0x81, 64)) == b"x"
    assert thing.output == ""


# ---- exceptions


def test_exceptions_are_printed_and_are_stalls(thing: Thing) -> None:
    device = thing.usb

    def fail(*_: object) -> None:
        raise ValueError("in a callback")

    device.config(DEVICE, CONFIG, STRINGS, fail, fail, fail, fail)
    device.active(True)
    thing.run_ms(400)
    assert thing.output.count("ValueError: in a callback") == 2
    assert stalled(lambda: thing.find().ctrl_transfer(0x21, 1, 0, 0))
    device.submit_xfer(0x81, b"x")
    thing.find().read(0x81, 64)
    thing.run_ms(1)
    assert thing.output.count("ValueError: in a callback") == 4
    assert "additional" not in thing.output


def test_only_two_of_many_are_printed(thing: Thing) -> None:
    class Odd:
        def __getitem__(self, index: int) -> object:
            raise RuntimeError(f"string {index}")

    thing.become(strings=Odd())
    assert thing.output.count("RuntimeError") == 2
    assert thing.output.endswith("3 additional exceptions in USB callbacks\n")


# ---- resets and cables


def test_a_bus_reset_forgets_transfers(thing: Thing) -> None:
    device, pc = thing.become(), thing.find()
    device.submit_xfer(0x81, b"before")
    thing.calls.clear()
    pc.reset()
    thing.run_ms(1)
    assert thing.calls == [("reset",), ("open", LOOP)]
    assert device.submit_xfer(0x81, b"after") is True
    assert bytes(pc.read(0x81, 64)) == b"after"


def test_a_second_configuration_opens_again(thing: Thing) -> None:
    thing.become()
    pc = thing.find()
    thing.calls.clear()
    pc.set_configuration(1)
    assert thing.calls == []
    pc.ctrl_transfer(0x00, 9, 0, 0)
    thing.run_ms(1)
    assert thing.calls == [("reset",)]
    pc.ctrl_transfer(0x00, 9, 1, 0)
    assert thing.calls == [("reset",), ("open", LOOP)]


def test_the_cable_is_pulled_in_the_middle(thing: Thing) -> None:
    device, pc = thing.become(), thing.find()
    device.submit_xfer(0x01, bytearray(64))
    gadget = thing.backend.gadget
    thing.backend.world.after(5_000_000, lambda: setattr(gadget, "cable", False))
    with pytest.raises(usb.core.USBError) as caught:
        pc.read(0x81, 64, timeout=100)
    assert caught.value.errno == errno.ENODEV
    thing.calls.clear()
    thing.run_ms(200)
    assert thing.find() is None
    assert device.active() is True
    assert device.submit_xfer(0x81, b"x") is False
    thing.calls.clear()
    gadget.cable = True
    thing.run_ms(400)
    assert thing.calls == [("reset",), ("open", LOOP)]
    assert thing.find() is not None
    device.submit_xfer(0x81, b"back")
    assert bytes(thing.find().read(0x81, 64)) == b"back"


def test_a_battery_and_no_host(thing: Thing) -> None:
    thing.backend.gadget.cable = False
    thing.become()
    assert thing.calls == []
    assert thing.host.ports == []
    thing.backend.gadget.cable = True
    thing.run_ms(400)
    assert thing.of("open") == [("open", LOOP)]


def test_another_host(thing: Thing) -> None:
    thing.become()
    laptop = VirtualHost(thing.backend.world)
    thing.backend.gadget.plug_into(lambda device: laptop.plug(device, wait=False), laptop.unplug)
    assert thing.find() is None
    thing.run_ms(400)
    assert thing.of("reset", "open")[-1] == ("open", LOOP)
    assert [port.descriptor.idProduct for port in laptop.ports if port.descriptor] == [0x9999]


def test_a_host_that_pulls_it_out_itself(thing: Thing) -> None:
    device = thing.become()
    thing.host.unplug(thing.backend.gadget)
    thing.run_ms(1)
    assert device.submit_xfer(0x81, b"x") is False
    thing.host.plug(thing.backend.gadget)
    assert device.submit_xfer(0x81, b"x") is True


def test_going_away_and_coming_back_takes_50_ms(thing: Thing) -> None:
    device, pc = thing.become(), thing.find()
    began = thing.board.clock.now_ns()
    device.active(False)
    thing.run_ms(0)
    assert thing.board.clock.now_ns() - began == 50_000_000
    assert thing.find() is None
    with pytest.raises(usb.core.USBError) as caught:
        pc.read(0x81, 64)
    assert caught.value.errno == errno.ENODEV
    thing.calls.clear()
    device.active(True)
    thing.run_ms(100)
    assert thing.find() is None
    thing.run_ms(300)
    assert thing.find() is not None
    assert thing.calls == [("reset",), ("open", LOOP)]


def test_transfers_of_a_device_that_goes_never_end(thing: Thing) -> None:
    device = thing.become()
    device.submit_xfer(0x81, b"x")
    thing.calls.clear()
    device.active(False)
    thing.run_ms(200)
    assert thing.calls == []
