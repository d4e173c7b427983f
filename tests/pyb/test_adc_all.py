"""pyb.ADCAll: channels at any resolution, and what the chip knows of itself."""

from typing import Any

import pytest


def test_channels_at_their_resolution(pyboard: Any) -> None:
    pyboard.wire("X1").supply(1.65)
    values = [pyboard.pyb.ADCAll(bits).read_channel(0) for bits in (6, 8, 10, 12)]
    assert values == pytest.approx([32, 128, 512, 2048], abs=1)
    with pytest.raises(ValueError, match="not a valid ADC Channel: 19"):
        pyboard.pyb.ADCAll(12).read_channel(19)
    with pytest.raises(ValueError, match="resolution 9 not supported"):
        pyboard.pyb.ADCAll(9)


def test_the_chip_knows_its_temperature_and_voltages(pyboard: Any) -> None:
    adc = pyboard.pyb.ADCAll(12, 0x70000)
    assert adc.read_core_temp() == pytest.approx(27, abs=0.5)
    assert adc.read_core_vref() == pytest.approx(1.21, abs=0.001)
    assert adc.read_core_vbat() == pytest.approx(3.3, abs=0.01)
    assert adc.read_vref() == pytest.approx(3.3, abs=0.01)
    assert repr(adc) == "<ADCAll>"


def test_the_reference_corrects_for_another_supply(pyboard: Any) -> None:
    # With 3.0 V every reading is a tenth too high.
    pyboard.wire("core_vref").supply(1.21 * 1.1)
    pyboard.wire("core_vbat").supply(1.65 * 1.1)
    adc = pyboard.pyb.ADCAll(12)
    assert adc.read_vref() == pytest.approx(3.0, abs=0.01)
    assert adc.read_core_vbat() == pytest.approx(3.3, abs=0.01)


def test_the_channels_of_the_mask_become_analog(pyboard: Any) -> None:
    pins = [pyboard.pyb.Pin(name) for name in ("X1", "X2", "X3")]
    for pin in pins:
        pin.init(pin.IN)
    pyboard.pyb.ADCAll(12, 0b011)
    assert [pin.mode() for pin in pins] == [pin.ANALOG, pin.ANALOG, pin.IN]
    assert repr(pins[0]) == "Pin(Pin.cpu.A0, mode=Pin.ANALOG)"
    pins[0].init(pins[0].OUT)
    assert pins[0].mode() == pins[0].OUT
    pyboard.pyb.DAC(1)
    assert pyboard.pyb.Pin("X5").mode() == pins[0].ANALOG
