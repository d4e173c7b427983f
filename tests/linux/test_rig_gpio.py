"""This file shows that the lines of the rig are real to the kernel, with gpiod as the judge."""

from datetime import timedelta

import gpiod
import pytest
from gpiod.line import Bias, Direction, Drive, Edge, Value

from tests.bench.plan import LINES
from tests.bench.rig import Rig

SOON = timedelta(seconds=5)
LOW, HIGH = Value.INACTIVE, Value.ACTIVE


def output(rig: Rig, offset: int, level: Value = LOW, drive: Drive = Drive.PUSH_PULL) -> gpiod.LineRequest:
    settings = gpiod.LineSettings(direction=Direction.OUTPUT, output_value=level, drive=drive)
    return gpiod.request_lines(rig.gpiochip, consumer="test", config={offset: settings})


def inputs(rig: Rig, offset: int, bias: Bias = Bias.AS_IS, edges: Edge = Edge.NONE, room: int = 0) -> gpiod.LineRequest:
    settings = gpiod.LineSettings(direction=Direction.INPUT, bias=bias, edge_detection=edges)
    return gpiod.request_lines(rig.gpiochip, consumer="test", config={offset: settings}, event_buffer_size=room or None)


def edges_of(request: gpiod.LineRequest, count: int) -> list[gpiod.EdgeEvent]:
    """The next `count` edges; fewer when there are no more for a while."""
    found: list[gpiod.EdgeEvent] = []
    while len(found) < count and request.wait_edge_events(SOON):
        found += request.read_edge_events()
    return found


def test_the_chip_says_what_it_is() -> None:
    with Rig() as rig, gpiod.Chip(rig.gpiochip) as chip:
        assert chip.get_info().label == "pinctrl-bcm2711"
        assert chip.line_offset_from_id("GPIO17") == 17
        assert chip.get_line_info("ID_SDA").offset == 0


def test_the_chip_can_be_another() -> None:
    with Rig(gpio_label="pinctrl-rp1", line_names=("KEY", "LED", *LINES[2:])) as rig, gpiod.Chip(rig.gpiochip) as chip:
        assert chip.get_info().label == "pinctrl-rp1"
        assert chip.line_offset_from_id("LED") == 1


def test_an_output_lights_a_led() -> None:
    with Rig("led@GPIO5") as rig:
        with output(rig, 5, HIGH) as line:
            assert rig["led"].lit
            line.set_value(5, LOW)
            assert not rig["led"].lit
        levels = [edge.level for edge in rig.pin("GPIO5").edges]
    assert levels == [1, 0]


def test_a_line_that_is_let_go_floats() -> None:
    with Rig() as rig:
        output(rig, 5, HIGH).release()
        rig.pin("GPIO5").drive(0)
        with inputs(rig, 5) as line:
            assert line.get_value(5) is LOW


def test_an_input_follows_the_world() -> None:
    with Rig() as rig, inputs(rig, 6) as line:
        seen = []
        for level in (1, 0, 1):
            rig.pin("GPIO6").drive(level)
            seen.append(line.get_value(6))
    assert seen == [HIGH, LOW, HIGH]


def test_bias_pulls_an_open_line() -> None:
    with Rig() as rig:
        with inputs(rig, 6, Bias.PULL_UP) as line:
            assert line.get_value(6) is HIGH
            rig.pin("GPIO6").drive(0)
            assert line.get_value(6) is LOW
            rig.pin("GPIO6").drive(None)
            assert line.get_value(6) is HIGH
        with inputs(rig, 6, Bias.PULL_DOWN) as line:
            assert line.get_value(6) is LOW


def test_open_drain_lets_others_pull_low() -> None:
    with Rig() as rig, output(rig, 6, HIGH, Drive.OPEN_DRAIN) as line:
        rig.pin("GPIO6").drive(0)
        line.set_value(6, HIGH)
        assert rig.pin("GPIO6").level == 0


def test_a_button_makes_edges_with_their_times() -> None:
    with Rig("button@GPIO17,pullup=1") as rig, inputs(rig, 17, edges=Edge.BOTH) as line:
        assert line.get_value(17) is HIGH
        rig["button"].press(20)
        down, up = edges_of(line, 2)
    assert (down.event_type, up.event_type) == (down.Type.FALLING_EDGE, up.Type.RISING_EDGE)
    assert 15 < (up.timestamp_ns - down.timestamp_ns) / 1e6 < 200


def test_hundreds_of_edges_arrive_in_order() -> None:
    soldered = (("GPIO22", "GPIO23"),)
    with Rig(wires=soldered) as rig, output(rig, 22) as out, inputs(rig, 23, edges=Edge.BOTH, room=512) as back:
        for number in range(400):
            out.set_value(22, LOW if number & 1 else HIGH)
        edges = edges_of(back, 400)
    assert [edge.line_seqno for edge in edges] == list(range(1, 401))
    assert [edge.event_type is edge.Type.RISING_EDGE for edge in edges] == [True, False] * 200


def test_a_line_in_use_says_by_whom() -> None:
    with Rig() as rig, output(rig, 5), gpiod.Chip(rig.gpiochip) as chip:
        assert chip.get_line_info(5).consumer == "test"
        assert chip.get_line_info(8).consumer == "spi0 CS0"
        with pytest.raises(OSError, match="busy"):
            output(rig, 8)


def test_two_outputs_on_one_wire_are_reported() -> None:
    with Rig() as rig:
        rig.pin("GPIO6").drive(0)
        with pytest.raises(OSError, match="Input/output"):
            output(rig, 6, HIGH)
        [failure] = rig.failures()
    assert "two outputs on one net" in str(failure)


def test_a_rig_that_is_pulled_out_takes_its_lines_with_it() -> None:
    with Rig() as rig, output(rig, 5) as line:
        rig.unplug()
        with pytest.raises(OSError, match="No such device"):
            line.set_value(5, HIGH)
