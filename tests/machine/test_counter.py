"""machine.Counter: edges of a pin, by hand and from a PWM output, in a direction, a range, and through a filter."""

from collections.abc import Callable
from typing import Any

import pytest

from machine_compat.machine.counter import Counter
from machine_compat.mock.nets import Terminal, connect

On = Callable[[str], Any]
MS = 1_000_000


class Hand:
    """Somebody who moves a pin from outside."""

    def __init__(self, on: Any, ref: str, level: int = 0) -> None:
        self.on = on
        self.terminal = Terminal(on.backend.world, f"hand on {ref}")
        connect(on.wire(ref), self.terminal)
        self.terminal.drive(level)

    def pulse(self, count: int = 1, high_ns: int = 1000, low_ns: int = 1000) -> None:
        """So many pulses, each high and then low for a while."""
        for _ in range(count):
            for level, ns in ((1, high_ns), (0, low_ns)):
                self.terminal.drive(level)
                self.on.board.sleep_ns(ns)


@pytest.fixture
def esp32(switch_on: On) -> Any:
    return switch_on("esp32")


@pytest.fixture
def hand(esp32: Any) -> Hand:
    return Hand(esp32, "GPIO4")


def test_rising_edges_count_up(esp32: Any, hand: Hand) -> None:
    counter = esp32.machine.Counter(0, 4)
    hand.pulse(5)
    assert counter.value() == 5


@pytest.mark.parametrize(("edge", "pulses"), [(Counter.RISING, 1), (Counter.FALLING, 0), (3, 1)])
def test_edges_are_chosen(esp32: Any, hand: Hand, edge: int, pulses: int) -> None:
    counter = esp32.machine.Counter(0, 4, edge=edge)
    hand.terminal.drive(1)
    assert counter.value() == pulses
    hand.terminal.drive(0)
    assert counter.value() == (2 if edge == 3 else 1)


def test_down(esp32: Any, hand: Hand) -> None:
    Counter = esp32.machine.Counter
    counter = Counter(0, esp32.machine.Pin(4), direction=Counter.DOWN)
    hand.pulse(3)
    assert counter.value() == -3


def test_value_gives_what_was_before_it_is_set(esp32: Any, hand: Hand) -> None:
    counter = esp32.machine.Counter(0, 4)
    hand.pulse(3)
    assert counter.value(100) == 3
    hand.pulse()
    assert counter.value() == 101


def test_a_pwm_output_is_counted_at_its_frequency(esp32: Any) -> None:
    esp32.machine.PWM(esp32.machine.Pin(5), freq=1000, duty_u16=32768)
    connect(esp32.wire("GPIO5"), esp32.wire("GPIO4"))
    counter = esp32.machine.Counter(0, 4)
    counter.value(0)
    esp32.run_ms(100)
    assert counter.value() in (99, 100)


def test_short_pulses_do_not_pass_the_filter(esp32: Any, hand: Hand) -> None:
    counter = esp32.machine.Counter(0, 4, filter_ns=1000)
    hand.pulse(5, high_ns=500)
    assert counter.value() == 0
    hand.pulse(5, high_ns=1500, low_ns=1500)
    assert counter.value() == 5
    hand.pulse(3, high_ns=1500, low_ns=400)
    hand.on.board.sleep_ns(2000)
    assert counter.value() == 6


def test_the_filter_of_the_chip_has_ten_bits(esp32: Any) -> None:
    port = esp32.board.port
    assert [port.counter_filter_ns(ns) for ns in (0, 12, 13, 1000, 1_000_000)] == [0, 0, 12, 1000, 12787]


def test_several_count_one_pin_that_is_also_a_pin(esp32: Any, hand: Hand) -> None:
    machine = esp32.machine
    edges: list[int] = []
    machine.Pin(4, machine.Pin.IN).irq(lambda pin: edges.append(pin.value()), machine.Pin.IRQ_RISING)
    counters = [machine.Counter(0, 4), machine.Counter(1, 4, edge=Counter.FALLING)]
    hand.pulse(2)
    assert [counter.value() for counter in counters] == [2, 2]
    assert edges == [1, 1]


def test_an_id_alone_is_the_counter_there_is(esp32: Any, hand: Hand) -> None:
    machine = esp32.machine
    counter = machine.Counter(0, 4)
    hand.pulse(2)
    assert machine.Counter(0) is counter
    assert counter.value() == 2
    counter.init(4)
    assert counter.value() == 0
    with pytest.raises(ValueError, match="PCNT in use"):
        machine.Encoder(0, 4, 5)
    with pytest.raises(ValueError, match="invalid id"):
        machine.Counter(8, 4)
    with pytest.raises(TypeError):
        machine.Counter(1, 4, max=5)


def test_deinit_stops_it_until_init(esp32: Any, hand: Hand) -> None:
    counter = esp32.machine.Counter(0, 4)
    counter.deinit()
    with pytest.raises(RuntimeError, match="not initialised"):
        counter.value()
    counter.init(4)
    hand.pulse()
    assert counter.value() == 1


def test_each_port_has_its_own_names(switch_on: On) -> None:
    for name, has in (("esp32", True), ("mock", True), ("pico", False), ("pyboard", False)):
        machine = switch_on(name).machine
        assert hasattr(machine, "Counter") is hasattr(machine, "Encoder") is has
    counter = switch_on("esp32").machine.Counter
    assert not hasattr(counter, "cycles")
    assert not hasattr(counter, "irq")


# ---- what mimxrt has besides, on the board that has everything


@pytest.fixture
def mock(switch_on: On) -> Any:
    return switch_on("mock")


def test_a_range_rolls_over_and_counts_its_cycles(mock: Any) -> None:
    hand = Hand(mock, "GP4")
    counter = mock.machine.Counter(0, src=4, min=10, max=12)
    assert counter.value() == 10
    hand.pulse(7)
    assert (counter.value(), counter.cycles()) == (11, 2)
    assert counter.cycles(0) == 2
    down = mock.machine.Counter(1, 4, direction=mock.machine.Counter.DOWN, min=10, max=12)
    hand.pulse()
    assert (down.value(), down.cycles()) == (12, -1)


def test_a_pin_gives_the_direction(mock: Any) -> None:
    hand, direction = Hand(mock, "GP4"), Hand(mock, "GP5")
    counter = mock.machine.Counter(0, 4, direction=mock.machine.Pin(5))
    hand.pulse(5)
    direction.terminal.drive(1)
    hand.pulse(2)
    assert counter.value() == 3


def test_index_and_reset_pulses(mock: Any) -> None:
    hand, index, reset = (Hand(mock, ref) for ref in ("GP4", "GP5", "GP6"))
    counter = mock.machine.Counter(0, 4, index=5, reset=6)
    events: list[int] = []
    counter.irq(lambda each: events.append(each.irq().flags()), counter.IRQ_INDEX | counter.IRQ_RESET)
    hand.pulse(3)
    index.pulse()
    assert (counter.value(), counter.cycles()) == (0, 1)
    hand.pulse(2)
    reset.pulse()
    assert (counter.value(), counter.cycles()) == (0, 1)
    assert events == [counter.IRQ_INDEX, counter.IRQ_RESET]


def test_a_match_is_told_once_and_shown_on_a_pin(mock: Any) -> None:
    hand = Hand(mock, "GP4")
    counter = mock.machine.Counter(0, 4, match=3, match_pin=7)
    events: list[int] = []
    irq = counter.irq(lambda each: events.append(each.value()), counter.IRQ_MATCH, hard=True)
    levels = []
    for _ in range(4):
        hand.pulse()
        levels.append(mock.wire("GP7").level)
    assert levels == [0, 0, 1, 0]
    counter.value(0)
    hand.pulse(3)
    assert events == [3]
    irq.trigger(counter.IRQ_MATCH)
    counter.value(2)
    hand.pulse()
    assert events == [3, 3]


def test_roll_over_and_under_are_told(mock: Any) -> None:
    hand, direction = Hand(mock, "GP4"), Hand(mock, "GP5")
    counter = mock.machine.Counter(0, 4, direction=mock.machine.Pin(5), max=3)
    events: list[int] = []
    counter.irq(lambda each: events.append(each.irq().flags()), counter.IRQ_ROLL_OVER | counter.IRQ_ROLL_UNDER)
    hand.pulse(4)
    direction.terminal.drive(1)
    hand.pulse(1)
    assert events == [counter.IRQ_ROLL_OVER, counter.IRQ_ROLL_UNDER]
    with pytest.raises(ValueError, match="trigger 0x0004 unsupported"):
        counter.irq(print, 4)
