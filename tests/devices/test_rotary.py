"""Holds the rotary encoder to its Gray code, read edge by edge as a driver does."""

from machine_compat.mock.devices.rotary import Rotary
from machine_compat.mock.nets import Terminal, connect
from machine_compat.mock.world import World

MS = 1_000_000
STEPS = {(0b11, 0b01): 1, (0b01, 0b00): 1, (0b00, 0b10): 1, (0b10, 0b11): 1}
STEPS |= {(new, old): -1 for old, new in STEPS}


class Board:
    """Counts quarters of a cycle at every edge; the code is clk, dt."""

    def __init__(self, knob: Rotary) -> None:
        self.world = World()
        self.clk, self.dt, self.sw = (Terminal(self.world, name) for name in ("GP10", "GP11", "GP12"))
        knob.install(self.world, "rotary")
        for pin, leg in ((self.clk, "clk"), (self.dt, "dt"), (self.sw, "sw")):
            connect(pin, knob.legs[leg])
        self.sw.pull(1)
        self.code = self.read()
        self.quarters = 0
        self.codes = [self.code]
        self.clk.watch(self.edge)
        self.dt.watch(self.edge)

    def read(self) -> int:
        return self.clk.level << 1 | self.dt.level

    def edge(self, level: int, time: int) -> None:
        old, self.code = self.code, self.read()
        self.quarters += STEPS[old, self.code]
        self.codes.append(self.code)


def test_both_contacts_rest_open() -> None:
    assert Board(Rotary()).code == 0b11


def test_a_detent_clockwise() -> None:
    knob = Rotary()
    board = Board(knob)
    knob.turn(+1, ms=20)
    board.world.run(20 * MS)
    assert board.codes == [0b11, 0b01, 0b00, 0b10, 0b11]
    assert board.clk.net.edges[-2:] == [0, 10 * MS]
    assert board.dt.net.edges[-2:] == [5 * MS, 15 * MS]
    assert knob.position == 1


def test_turns_queue_up() -> None:
    knob = Rotary()
    board = Board(knob)
    knob.turn(+3)
    knob.turn(-5)
    board.world.run(60 * MS - 1)
    assert (board.quarters, knob.position) == (12, 3)
    board.world.run(1000 * MS)
    assert (board.quarters, knob.position) == (-8, -2)
    assert board.code == 0b11


def test_chattering_contacts_come_to_the_same() -> None:
    knob = Rotary(bounce_us=1000)
    board = Board(knob)
    knob.turn(+2)
    board.world.run(1000 * MS)
    assert board.quarters == 8
    assert len(board.codes) == 1 + 2 * 4 * 5


def test_the_knob_is_a_button_too() -> None:
    knob = Rotary()
    board = Board(knob)
    knob.press(ms=30)
    assert (board.sw.level, knob.pressed) == (0, True)
    board.world.run(30 * MS)
    assert (board.sw.level, knob.pressed) == (1, False)


def test_pullups_can_be_left_to_the_board() -> None:
    assert Board(Rotary(pullup=0)).code == 0
