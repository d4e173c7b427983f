"""machine.USBDevice: arguments, states and errors as MicroPython's C has them."""

import errno

import pytest

from tests.machine.usb_thing import CONFIG, DEVICE, STRINGS, Thing


@pytest.fixture
def thing() -> Thing:
    return Thing()


def number_of(error: pytest.ExceptionInfo[OSError]) -> int | None:
    return error.value.errno


def test_there_is_one_whatever_the_arguments(thing: Thing) -> None:
    from machine_compat.board import using

    with using(thing.board):
        cls = thing.machine.USBDevice
        assert cls() is cls(1, "two", three=3)
        assert type(cls()) is cls


@pytest.mark.parametrize("board", ["pico", "esp32s3", "xiao_samd21", "mock", "stm32f4disc"])
def test_who_has_it(board: str) -> None:
    builtin = Thing(board).machine.USBDevice.BUILTIN_DEFAULT
    assert (builtin.itf_max, builtin.ep_max, builtin.str_max) == (2, 3, 5)
    assert Thing(board).machine.USBDevice.BUILTIN_CDC is builtin


@pytest.mark.parametrize("board", ["esp32", "esp32c3", "nucleo_f411re", "teensy41", "microbit", "esp8266"])
def test_who_has_not(board: str) -> None:
    with pytest.raises(AttributeError):
        _ = Thing(board).machine.USBDevice


def test_the_builtin_constants(thing: Thing) -> None:
    cls = thing.machine.USBDevice
    none, default = cls.BUILTIN_NONE, cls.BUILTIN_DEFAULT
    assert (none.itf_max, none.ep_max, none.str_max, none.desc_cfg) == (0, 0, 1, b"")
    assert none.desc_dev == default.desc_dev
    assert len(default.desc_dev) == 18
    assert default.desc_dev[8:12].hex() == "8a2e0500"
    assert len(default.desc_cfg) == 75
    assert default.desc_cfg[:9].hex() == "09024b00020100807d"
    assert cls.BUILTIN_NONE is thing.usb.BUILTIN_NONE
    assert (cls.XFER_SUCCESS, cls.XFER_FAILED, cls.XFER_STALLED) == (0, 1, 2)
    assert not hasattr(cls, "BUILTIN_MSC")


def test_a_computer_has_no_builtin_driver() -> None:
    cls = Thing("linux").machine.USBDevice
    assert cls.BUILTIN_DEFAULT is cls.BUILTIN_NONE
    assert not hasattr(cls, "BUILTIN_CDC")


@pytest.mark.parametrize(
    ("args", "wrong"),
    [
        ((1, CONFIG, STRINGS), "desc_dev"),
        ((None, CONFIG, STRINGS), "desc_dev"),
        ((DEVICE, [1, 2], STRINGS), "desc_cfg"),
        ((DEVICE, CONFIG, 7), "desc_strs"),
        ((DEVICE, CONFIG, {1, 2}), "desc_strs"),
        ((5, 5, 5), "desc_dev"),
    ],
)
def test_what_config_does_not_take(thing: Thing, args: tuple[object, ...], wrong: str) -> None:
    with pytest.raises(ValueError, match=rf"^{wrong}$"):
        thing.usb.config(*args)
    with pytest.raises(OSError, match="EINVAL"):
        # Nothing of it was kept.
        thing.usb.active(True)


def test_config_wants_its_strings(thing: Thing) -> None:
    with pytest.raises(TypeError):
        thing.usb.config(DEVICE, CONFIG)


@pytest.mark.parametrize("strings", [None, (), {}, [], {1: "a"}, b"abc", "abc"])
def test_what_strings_may_be(thing: Thing, strings: object) -> None:
    assert thing.usb.config(DEVICE, CONFIG, strings) is None


def test_nothing_to_be(thing: Thing) -> None:
    with pytest.raises(OSError, match="EINVAL") as caught:
        thing.usb.active(True)
    assert number_of(caught) == errno.EINVAL
    assert thing.usb.active() is False
    assert thing.usb.active(False) is False


def test_active_returns_what_was_and_happens_later(thing: Thing) -> None:
    device = thing.usb
    device.config(DEVICE, CONFIG, STRINGS)
    assert device.active(True) is False
    assert device.active() is True
    for call in (lambda: device.submit_xfer(0x81, b"x"), lambda: device.stall(0x81)):
        with pytest.raises(OSError, match="EINVAL"):
            call()
    thing.run_ms(1)
    assert device.stall(0x81) is False
    assert device.active(True) is True
    assert device.active(False) is True
    with pytest.raises(OSError, match="EINVAL"):
        device.submit_xfer(0x81, b"x")
    assert device.active() is False


def test_the_builtin_driver_is_set_while_it_is_off(thing: Thing) -> None:
    device = thing.usb
    assert device.builtin_driver is device.BUILTIN_NONE
    device.builtin_driver = device.BUILTIN_DEFAULT
    assert device.active(True) is False
    with pytest.raises(OSError, match="EINVAL"):
        device.builtin_driver = device.BUILTIN_NONE
    assert device.builtin_driver is device.BUILTIN_DEFAULT
    device.active(False)
    device.builtin_driver = device.BUILTIN_NONE
    assert device.builtin_driver is device.BUILTIN_NONE


def test_submit_checks_in_the_order_of_the_c_code(thing: Thing) -> None:
    device = thing.usb
    with pytest.raises(OSError, match="EINVAL"):
        device.submit_xfer("no number", 7)
    thing.become()
    with pytest.raises(TypeError):
        device.submit_xfer("no number", b"")
    with pytest.raises(TypeError, match="buffer protocol"):
        device.submit_xfer(0x00, 7)
    with pytest.raises(TypeError, match="buffer protocol"):
        device.submit_xfer(0x01, b"for reading only")
    for endpoint in (0x00, 0x80, 0x10, 0x90):
        with pytest.raises(ValueError, match=r"^ep$"):
            device.submit_xfer(endpoint, bytearray(4))
    assert device.submit_xfer(0x82, b"nobody configured it") is False
    assert device.submit_xfer(0x81, b"x") is True
    with pytest.raises(OSError, match="16") as caught:
        device.submit_xfer(0x81, b"y")
    assert number_of(caught) == errno.EBUSY


def test_submit_before_a_host_has_come(thing: Thing) -> None:
    device = thing.usb
    thing.backend.gadget.cable = False
    device.config(DEVICE, CONFIG, STRINGS)
    device.active(True)
    thing.run_ms(500)
    assert device.submit_xfer(0x81, b"x") is False


def test_stall_says_what_was(thing: Thing) -> None:
    device = thing.become()
    assert device.stall(0x81) is False
    assert device.stall(0x81, True) is False
    assert device.stall(0x81) is True
    assert device.stall(0x01) is False
    with pytest.raises(OSError, match="16"):
        device.submit_xfer(0x81, b"x")
    assert device.stall(0x81, False) is True
    assert device.submit_xfer(0x81, b"x") is True
    with pytest.raises(TypeError):
        device.stall("IN")


def test_remote_wakeup_is_the_hosts_to_allow(thing: Thing) -> None:
    device = thing.usb
    assert device.remote_wakeup() is False
    thing.become()
    assert device.remote_wakeup() is False
    pc = thing.find()
    pc.ctrl_transfer(0x00, 3, 1, 0)
    assert bytes(pc.ctrl_transfer(0x80, 0, 0, 0, 2)) == b"\x02\x00"
    gadget = thing.backend.gadget
    gadget.suspend()
    assert device.remote_wakeup() is True
    assert not gadget.suspended
    assert device.remote_wakeup() is False
    pc.ctrl_transfer(0x00, 1, 1, 0)
    gadget.suspend()
    assert device.remote_wakeup() is False
    gadget.resume()


def test_a_script_is_needed_on_for_its_callbacks(thing: Thing) -> None:
    device, listening = thing.usb, thing.board.listening
    device.config(DEVICE, CONFIG, STRINGS)
    device.active(True)
    assert device not in listening
    device.config(DEVICE, CONFIG, STRINGS, reset_cb=print)
    assert device in listening
    device.active(False)
    assert device not in listening


def test_a_board_that_cannot_be_a_device() -> None:
    from machine_compat.board import Board, using
    from machine_compat.contract import Backend
    from machine_compat.machine import build
    from machine_compat.profile import load

    class Plain(Backend):
        name = "a plain computer"

    board = Board(load("linux"), Plain())
    with using(board):
        device = build(board).USBDevice()
        device.config(DEVICE, CONFIG, STRINGS)
        with pytest.raises(OSError, match="EOPNOTSUPP") as caught:
            device.active(True)
        assert number_of(caught) == errno.EOPNOTSUPP
        assert "a plain computer cannot be a USB device" in str(caught.value.__cause__)
        assert device.active() is False
