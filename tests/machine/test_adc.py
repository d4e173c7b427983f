"""machine.ADC and ADCBlock: voltages on wires as the numbers of each port."""

from collections.abc import Callable
from typing import Any

import pytest

from machine_compat.mock.nets import Terminal, connect

On = Callable[[str], Any]


def put_volts(on: Any, ref: str, volts: float) -> Terminal:
    source = Terminal(on.backend.world, "bench supply")
    source.supply(volts)
    connect(on.wire(ref), source)
    return source


def test_rp2_scales_twelve_bits_to_sixteen(switch_on: On) -> None:
    pico = switch_on("pico")
    source = put_volts(pico, "GP26", 1.65)
    adc = pico.machine.ADC(pico.machine.Pin(26))
    assert adc.read_u16() == 0x7FF << 4 | 0x7FF >> 8 or adc.read_u16() == 0x800 << 4 | 0x800 >> 8
    source.supply(3.3)
    assert adc.read_u16() == 65535
    source.supply(0)
    assert adc.read_u16() == 0


def test_rp2_channels_pins_and_names(switch_on: On) -> None:
    pico = switch_on("pico")
    machine = pico.machine
    put_volts(pico, "GP27", 3.3)
    for source in (1, 27, machine.Pin(27), "GP27"):
        adc = machine.ADC(source)
        assert adc.read_u16() == 65535
        assert repr(adc) == "<ADC channel=1>"


def test_rp2_core_temperature(switch_on: On) -> None:
    pico = switch_on("pico")
    put_volts(pico, "core_temp", 0.706)
    adc = pico.machine.ADC(pico.machine.ADC.CORE_TEMP)
    volts = adc.read_u16() * 3.3 / 65535
    assert 27 - (volts - 0.706) / 0.001721 == pytest.approx(27, abs=0.5)
    assert repr(adc) == "<ADC channel=4>"


def test_rp2_errors_and_what_it_lacks(switch_on: On) -> None:
    machine = switch_on("pico").machine
    for source in (5, "GP5", machine.Pin(5)):
        with pytest.raises(ValueError, match=r"^Pin doesn't have ADC capabilities$"):
            machine.ADC(source)
    with pytest.raises(ValueError, match=r"^invalid pin$"):
        machine.ADC(77)
    for call in (machine.ADC, lambda: machine.ADC(0, 1), lambda: machine.ADC(0, atten=3)):
        with pytest.raises(TypeError):
            call()
    for name in ("read", "read_uv", "atten", "width", "block", "deinit"):
        assert not hasattr(machine.ADC(0), name)


def test_esp32_attenuations_set_the_full_scale(switch_on: On) -> None:
    esp = switch_on("esp32")
    machine = esp.machine
    put_volts(esp, "GPIO32", 0.55)
    adc = machine.ADC(machine.Pin(32))
    assert repr(adc) == "ADC(Pin(32), atten=3)"
    assert adc.read() == pytest.approx(0.55 / 3.3 * 4095, abs=1)
    adc.atten(machine.ADC.ATTN_0DB)
    assert adc.read() == pytest.approx(2048, abs=1)
    assert adc.read_u16() == pytest.approx(32768, abs=17)
    assert adc.read_uv() == 550_000
    assert repr(adc) == "ADC(Pin(32), atten=0)"
    assert repr(machine.ADC(32, atten=2)) == "ADC(Pin(32), atten=2)"


def test_esp32_one_object_a_pin(switch_on: On) -> None:
    machine = switch_on("esp32").machine
    assert machine.ADC(34) is machine.ADC(machine.Pin(34))


def test_esp32_width_belongs_to_the_converter(switch_on: On) -> None:
    esp = switch_on("esp32")
    machine = esp.machine
    put_volts(esp, "GPIO32", 3.3)
    put_volts(esp, "GPIO33", 3.3)
    one, other = machine.ADC(32), machine.ADC(33)
    one.width(machine.ADC.WIDTH_9BIT)
    assert (one.read(), other.read(), other.read_u16()) == (511, 511, 65535)
    assert other.read_uv() == 3_300_000
    assert repr(one.block()) == "ADCBlock(1, bits=9)"
    with pytest.raises(ValueError, match=r"^invalid bit-width$"):
        one.width(13)


def test_esp32_deinit_switches_the_converter_off(switch_on: On) -> None:
    machine = switch_on("esp32").machine
    adc, neighbour = machine.ADC(32), machine.ADC(33)
    adc.deinit()
    with pytest.raises(OSError, match="EPERM"):
        neighbour.read()
    adc.init(atten=0)
    assert neighbour.read() == 0


def test_esp32_errors(switch_on: On) -> None:
    machine = switch_on("esp32").machine
    with pytest.raises(ValueError, match=r"^invalid pin$"):
        machine.ADC(5)
    for atten in (4, -1):
        with pytest.raises(ValueError, match=r"^invalid attenuation$"):
            machine.ADC(32).atten(atten)
    with pytest.raises(TypeError):
        machine.ADC(32, 3)
    with pytest.raises(TypeError):
        machine.ADC(32, bits=3)


def test_esp32_blocks(switch_on: On) -> None:
    esp = switch_on("esp32")
    adc = esp.machine.ADC(32)
    block = adc.block()
    assert block.connect(4) is adc
    assert block.connect(esp.machine.Pin(33)) is esp.machine.ADC(33)
    assert block.connect(5, esp.machine.Pin(33), atten=1) is esp.machine.ADC(33, atten=1)
    for arguments in ((9,), (4, esp.machine.Pin(33)), (esp.machine.Pin(25),)):
        with pytest.raises(ValueError, match=r"^no matching ADC$"):
            block.connect(*arguments)


def test_stm32_channels_names_and_inside(switch_on: On) -> None:
    pyboard = switch_on("pyboard")
    machine = pyboard.machine
    put_volts(pyboard, "A0", 3.3)
    for source in ("X1", 0, machine.Pin("A0")):
        assert machine.ADC(source).read_u16() == 65535
    assert repr(machine.ADC("X1")) == "<ADC1 channel=0>"
    assert machine.ADC(machine.ADC.VREF).read_u16() == 65535
    put_volts(pyboard, "core_vref", 1.21)
    assert machine.ADC(machine.ADC.CORE_VREF).read_u16() == pytest.approx(1.21 / 3.3 * 65535, abs=17)
    with pytest.raises(ValueError, match=r"^Pin\(B6\) does not have ADC capabilities$"):
        machine.ADC("B6")


def test_mock_takes_any_pin_and_every_method(switch_on: On) -> None:
    mock = switch_on("mock")
    put_volts(mock, "GP34", 1.0)
    adc = mock.machine.ADC(mock.machine.Pin(34), atten=mock.machine.ADC.ATTN_11DB)
    assert adc.read_uv() == pytest.approx(1_000_000, abs=1_000)
    adc.width(mock.machine.ADC.WIDTH_10BIT)
    assert adc.read() == pytest.approx(310, abs=1)
    assert repr(mock.machine.ADC(0)) == "<ADC channel=0>"


def test_a_floating_input_follows_a_digital_driver(switch_on: On) -> None:
    mock = switch_on("mock")
    connect(mock.wire("GP26"), mock.wire("GP2"))
    mock.machine.Pin(2, mock.machine.Pin.OUT, value=1)
    assert mock.machine.ADC(26).read_u16() == 65535
