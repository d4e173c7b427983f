"""Mistakes of the set-up, in a chip or on the wires, reach the caller though a script swallows all."""

import pytest

from machine_compat.errors import DeviceError, Fault
from machine_compat.mock.attach import Place, attach
from machine_compat.mock.chip import Chip, I2CChip
from machine_compat.mock.nets import Contention
from tests.simulation.make import BLINK, Make, Write, lines_of

SWALLOW = """
    from machine import I2C
    from time import sleep_ms

    i2c = I2C(0)
    while True:
        try:
            i2c.writeto(0x33, b"\\x01")
        except Exception as error:
            print("swallowed")
        {pause}
"""


class Faulty(I2CChip):
    default_address = 0x33

    def write(self, byte: int) -> bool:
        raise ZeroDivisionError("no such register")


@pytest.mark.parametrize("pause", ["sleep_ms(10)", "pass"])
def test_a_chip_that_raises_is_named_though_the_script_swallows_all(make: Make, write: Write, pause: str) -> None:
    board = make()
    board.i2c(0).attach(Faulty())
    script = write(SWALLOW.format(pause=pause))
    with pytest.raises(DeviceError) as caught:
        board.run(script, seconds=1)
    assert str(caught.value) == "simulated chip faulty@i2c0 failed: ZeroDivisionError: no such register"
    assert isinstance(caught.value.__cause__, ZeroDivisionError)
    assert lines_of(caught.value, script) == [8]
    assert board.output == "swallowed\n"


def test_a_chip_that_raises_is_raised_once(make: Make, write: Write) -> None:
    board = make()
    board.i2c(0).attach(Faulty())
    script = write("from machine import I2C\nI2C(0).writeto(0x33, b'1')")
    with pytest.raises(DeviceError) as caught:
        board.run(script)
    assert lines_of(caught.value, script) == [2]
    assert board.finished
    board.run_on(ms=10)


class Alarm(Chip):
    """Breaks by itself after 20 ms, or when its leg rises."""

    pins = ("leg",)

    def __init__(self, by_itself: bool) -> None:
        super().__init__()
        self.by_itself = by_itself

    def installed(self) -> None:
        if self.by_itself:
            self.after(20_000_000, self.breaks)
        self.watch("leg", lambda level, time: self.breaks() if level else None)

    def breaks(self) -> None:
        raise KeyError("broken")


RISE = """
    from machine import Pin

    try:
        Pin("LED", Pin.OUT, value=1)
    except Exception:
        pass
"""


@pytest.mark.parametrize("by_itself", [True, False])
@pytest.mark.parametrize("script", [BLINK, RISE])
def test_a_chip_that_raises_by_itself_or_at_an_edge(make: Make, write: Write, by_itself: bool, script: str) -> None:
    board = make()
    attach(board.backend, Alarm(by_itself), Place(pins=("LED",)))
    with pytest.raises(DeviceError, match=r"simulated chip alarm@LED failed: KeyError: 'broken'"):
        board.run(write(script), ms=50)


def test_a_handler_cannot_swallow_it_either(make: Make, write: Write) -> None:
    board = make()
    board.i2c(0).attach(Faulty())
    script = write(
        """
        from machine import I2C, Timer
        from time import sleep

        i2c = I2C(0)
        Timer(-1).init(period=10, callback=lambda timer: i2c.writeto(0x33, b"1"))
        sleep(1)
        """
    )
    with pytest.raises(DeviceError, match="faulty@i2c0"):
        board.run(script)
    assert board.ms < 20
    board.i2c(0).fault(0x33, Fault.NACK_ADDRESS, times=None)
    with pytest.raises(OSError, match="EIO"):
        board.run_on(ms=50)


def test_two_outputs_that_fight_stop_the_run(make: Make, write: Write) -> None:
    board = make()
    board.wire(2, 3)
    script = write(
        """
        from machine import Pin
        from time import sleep_ms

        Pin(2, Pin.OUT, value=1)
        sleep_ms(5)
        try:
            Pin(3, Pin.OUT, value=0)
        except Exception:
            print("swallowed")
        sleep_ms(100)
        print("went on")
        """
    )
    with pytest.raises(Contention, match=r"pico\.GP2 drives high, pico\.GP3 drives low, at 0\.005\d* s") as caught:
        board.run(script)
    assert lines_of(caught.value, script) == [8]
    assert board.output == "swallowed\n"
