"""A board, a host and a cable doing anything in any order: nothing unforeseen is raised, and nothing is left stuck."""

from collections.abc import Callable

import usb.core
from hypothesis import given, settings
from hypothesis import strategies as st

from machine_compat.usbspec.descriptors import BULK, endpoint, interface
from tests.machine.usb_thing import CONFIG, DEVICE, Thing

BESIDE = interface(2, (0xFF, 0, 0), endpoint(0x83, BULK, 64), endpoint(0x03, BULK, 64))
EPS = st.sampled_from([0x81, 0x01, 0x83, 0x03, 0x82, 0x05])


class Tangle(Thing):
    """A board with everything that can be done to it; what may fail, fails with an error of its kind."""

    def script(self, call: Callable[[], object]) -> None:
        try:
            call()
        except OSError as error:
            if error.errno not in (16, 22):
                raise

    def program(self, call: Callable[[usb.core.Device], object]) -> None:
        found = [*usb.core.find(find_all=True, backend=self.host.backend())]
        for pc in found:
            try:
                for number in (0, 1):
                    if pc.is_kernel_driver_active(number):
                        pc.detach_kernel_driver(number)
                call(pc)
            except (usb.core.USBError, NotImplementedError):
                pass
            except ValueError as error:
                if "Invalid endpoint" not in str(error):
                    raise

    def submit(self, ep: int, size: int) -> None:
        self.script(lambda: self.usb.submit_xfer(ep, bytearray(size)))

    def stall(self, ep: int, on: bool) -> None:
        self.script(lambda: self.usb.stall(ep, on))

    def switch(self, on: bool, builtin: bool) -> None:
        device = self.usb
        if not device.active():
            device.builtin_driver = device.BUILTIN_DEFAULT if builtin else device.BUILTIN_NONE
            config = CONFIG
            if builtin:
                merged = bytearray(device.BUILTIN_DEFAULT.desc_cfg + BESIDE)
                merged[2], merged[4] = len(merged), 3
                config = bytes(merged)
            device.config(DEVICE, config, None, self._open, self._reset, self._control, self._xfer)
        device.active(on)

    def print(self, size: int) -> None:
        out = self.board.stdout
        assert out is not None
        out.write("x" * size)

    def read(self, ep: int, size: int) -> None:
        self.program(lambda pc: pc.read(ep | 0x80, size, timeout=5))

    def write(self, ep: int, size: int) -> None:
        self.program(lambda pc: pc.write(ep & 0x7F, bytes(size), timeout=5))

    def ask(self, kind: int, request: int, index: int, size: int) -> None:
        data = size if kind & 0x80 else bytes(size)
        self.program(lambda pc: pc.ctrl_transfer(kind, request, 0, index, data, timeout=20))

    def reset(self) -> None:
        self.program(lambda pc: pc.reset())

    def cable(self, there: bool) -> None:
        self.backend.gadget.cable = there


REPLIES = st.one_of(st.booleans(), st.none(), st.binary(max_size=80), st.builds(bytearray, st.integers(0, 80)))
DEEDS = st.one_of(
    st.tuples(st.just("submit"), EPS, st.integers(0, 200)),
    st.tuples(st.just("stall"), EPS, st.booleans()),
    st.tuples(st.just("switch"), st.booleans(), st.booleans()),
    st.tuples(st.just("print"), st.integers(0, 700)),
    st.tuples(st.just("read"), EPS, st.integers(1, 200)),
    st.tuples(st.just("write"), EPS, st.integers(0, 200)),
    st.tuples(
        st.just("ask"),
        st.sampled_from([0x21, 0xA1, 0x22, 0x81, 0x02, 0x80, 0x00, 0xC0]),
        st.sampled_from([0, 1, 3, 6, 9, 10, 11, 0x20, 0x21, 0x22]),
        st.sampled_from([0, 1, 2, 0x81, 0x01]),
        st.integers(0, 100),
    ),
    st.tuples(st.just("reset")),
    st.tuples(st.just("cable"), st.booleans()),
    st.tuples(st.just("run_ms"), st.sampled_from([0, 1, 20, 200])),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(DEEDS, max_size=30), st.dictionaries(st.tuples(st.integers(1, 3), st.integers(0, 11)), REPLIES))
def test_anything_in_any_order(deeds: list[tuple[object, ...]], replies: dict[tuple[int, int], object]) -> None:
    thing = Tangle()
    thing.usb.active(False)
    thing.replies = replies
    for name, *args in deeds:
        getattr(thing, str(name))(*args)
    thing.cable(True)
    thing.replies = {}
    thing.become()
    thing.run_ms(6_000)
    device, pc = thing.usb, thing.find()
    buffer = bytearray(8)
    assert device.submit_xfer(0x01, buffer)
    assert pc.write(0x01, b"in order") == 8
    thing.run_ms(1)
    assert buffer == b"in order"
    assert device.submit_xfer(0x81, buffer)
    assert bytes(pc.read(0x81, 64)) == b"in order"
    assert pc.ctrl_transfer(0x21, 1, 0, 0) == 0
    assert "Traceback" not in thing.output
