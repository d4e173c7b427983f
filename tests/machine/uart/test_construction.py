"""Making a UART: what each port takes, refuses and shows."""

import pytest

from tests.machine.uart.bench import Bench


def test_repr_on_rp2(pico: Bench) -> None:
    uart = pico.machine.UART(0)
    assert repr(uart) == (
        "UART(0, baudrate=115200, bits=8, parity=None, stop=1, tx=0, rx=1, txbuf=256, rxbuf=256, timeout=0, "
        "timeout_char=1, invert=None, irq=0)"
    )
    uart.init(9600, 7, 1, 2, tx=12, rx=pico.machine.Pin(13), timeout=50, invert=uart.INV_TX | uart.INV_RX, rxbuf=64)
    uart.irq(print, uart.IRQ_RXIDLE)
    assert repr(uart) == (
        "UART(0, baudrate=9600, bits=7, parity=1, stop=2, tx=12, rx=13, txbuf=256, rxbuf=64, timeout=50, "
        f"timeout_char=2, invert=INV_TX|INV_RX, irq={uart.IRQ_RXIDLE})"
    )


def test_repr_on_esp32(esp32: Bench) -> None:
    uart = esp32.machine.UART(1, tx=4, rx=5)
    plain = (
        "UART(1, baudrate=115200, bits=8, parity=None, stop=1, tx=4, rx=5, rts=-1, cts=-1, txbuf=256, rxbuf=256, "
        "timeout=0, timeout_char=0, irq=0"
    )
    assert repr(uart) == f"{plain})"
    uart.init(invert=uart.INV_TX, flow=uart.RTS | uart.CTS, rts=18, cts=19)
    assert repr(uart) == plain.replace("rts=-1, cts=-1", "rts=18, cts=19") + ", invert=INV_TX, flow=RTS|CTS)"


def test_repr_on_stm32(pyboard: Bench) -> None:
    uart = pyboard.machine.UART(1)
    assert repr(uart) == "UART(1)"
    uart.init(9600)
    fields = "bits=8, parity=None, stop=1, flow=0, timeout=0, timeout_char=3, rxbuf=64"
    assert repr(uart) == f"UART(1, baudrate=9600, {fields})"
    uart.irq(print, uart.IRQ_RX)
    assert repr(uart) == f"UART(1, baudrate=9600, {fields}; irq=0x20)"
    uart.deinit()
    assert repr(uart) == "UART(1)"


def test_one_object_an_id_and_the_id_alone_changes_nothing(pico: Bench) -> None:
    uart = pico.machine.UART(1, 9600, timeout=7)
    assert pico.machine.UART(1) is uart
    assert "baudrate=9600" in repr(uart)
    assert "timeout=7" in repr(uart)
    assert pico.machine.UART(1, 4800) is uart
    assert "baudrate=4800" in repr(uart)
    assert "timeout=7" in repr(uart)
    assert pico.machine.UART(0) is not uart


def test_stm32_sets_what_is_not_given_to_its_default(pyboard: Bench) -> None:
    uart = pyboard.machine.UART(1, 9600, timeout=7, parity=0, bits=7)
    uart.init(19200)
    assert repr(uart) == (
        "UART(1, baudrate=19200, bits=8, parity=None, stop=1, flow=0, timeout=0, timeout_char=2, rxbuf=64)"
    )
    with pytest.raises(TypeError, match="'baudrate' argument required"):
        uart.init(timeout=5)


def test_names_on_the_pyboard(pyboard: Bench) -> None:
    assert pyboard.machine.UART("XB", 9600) is pyboard.machine.UART(1)
    assert pyboard.machine.UART("XA", 9600) is pyboard.machine.UART(4)
    with pytest.raises(ValueError, match=r"UART\(XC\) doesn't exist"):
        pyboard.machine.UART("XC", 9600)
    with pytest.raises(ValueError, match=r"UART\(9\) doesn't exist"):
        pyboard.machine.UART(9, 9600)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"tx": 2}, "bad TX pin"),
        ({"tx": 4}, "bad TX pin"),
        ({"rx": 0}, "bad RX pin"),
        ({"cts": 3}, "bad CTS pin"),
        ({"rts": 2}, "bad RTS pin"),
        ({"invert": 4}, "bad inversion mask"),
        ({"flow": 4}, "bad hardware flow control mask"),
        ({"rxbuf": 32_767}, "rxbuf too large"),
        ({"txbuf": 32_767}, "txbuf too large"),
    ],
)
def test_what_rp2_refuses(pico: Bench, options: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        pico.machine.UART(0, 9600, **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"bits": 9}, "invalid data bits"),
        ({"stop": 3}, "invalid stop bits"),
        ({"invert": 1}, "invalid inversion mask"),
        ({"flow": 4}, "invalid flow control mask"),
    ],
)
def test_what_esp32_refuses(esp32: Bench, options: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        esp32.machine.UART(1, 9600, **options)


def test_ids_that_do_not_exist(pico: Bench, esp32: Bench) -> None:
    with pytest.raises(ValueError, match=r"UART\(2\) doesn't exist"):
        pico.machine.UART(2)
    with pytest.raises(ValueError, match=r"UART\(3\) does not exist"):
        esp32.machine.UART(3)
    with pytest.raises(TypeError):
        pico.machine.UART(1.0)


def test_what_stm32_refuses(pyboard: Bench) -> None:
    uart = pyboard.machine.UART
    with pytest.raises(ValueError, match="unsupported combination of bits and parity"):
        uart(1, 9600, bits=7)
    with pytest.raises(ValueError, match="set baudrate 1281 is not within 5% of desired value"):
        uart(1, 300)
    with pytest.raises(TypeError, match="extra keyword arguments given"):
        uart(1, 9600, tx="X1")


def test_arguments_no_port_knows(pico: Bench) -> None:
    with pytest.raises(TypeError, match="extra keyword arguments given"):
        pico.machine.UART(0, 9600, read_buf_len=64)
    with pytest.raises(TypeError, match="can't convert float to int"):
        pico.machine.UART(0, 9600.0)


def test_a_refused_setting_changes_nothing(pico: Bench) -> None:
    uart = pico.machine.UART(0, 9600)
    before = repr(uart)
    with pytest.raises(ValueError, match="bad RX pin"):
        uart.init(4800, tx=12, rx=12)
    assert repr(uart) == before


def test_names_a_port_lacks(pico: Bench, esp32: Bench, pyboard: Bench, mock: Bench) -> None:
    assert not hasattr(pico.machine.UART, "IRQ_RX")
    assert not hasattr(pico.machine.UART, "readchar")
    assert not hasattr(esp32.machine.UART, "IRQ_TXIDLE")
    assert not hasattr(pyboard.machine.UART, "INV_TX")
    assert hasattr(pyboard.machine.UART, "readchar")
    for name in ("IRQ_RX", "IRQ_RXIDLE", "IRQ_TXIDLE", "IRQ_BREAK", "INV_RTS", "RTS", "CTS", "writechar"):
        assert hasattr(mock.machine.UART, name)
