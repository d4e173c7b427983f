"""This file shows that I2C, SPI, serial ports, PWM and analog inputs of a Linux board work as MicroPython's."""

import errno
import logging
from contextlib import closing
from pathlib import Path

import pytest
import spidev

from machine_compat.contract import I2CConfig, LineConfig, Mode, PWMConfig, Read, SPIConfig, UARTConfig, Write
from machine_compat.errors import BusError, ConfigError, Fault, Unsupported
from tests.bench.plan import SPI_CPHA, SPI_CPOL, SPI_CS_HIGH
from tests.bench.rig import Rig
from tests.linux.board import Runner, backend_on


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


# ---- I2C


def test_a_scan_finds_the_chips(runner: Runner) -> None:
    with Rig("bme280@i2c1:0x76", "24c32@i2c1:0x50") as rig:
        assert runner.run(rig, "from machine import I2C\nprint(I2C(1).scan())") == "[80, 118]\n"


@pytest.mark.parametrize("name", ["1", '"/dev/i2c-1"'])
def test_a_chip_by_the_bus_number_or_its_path(runner: Runner, name: str) -> None:
    with Rig("bme280@i2c1:0x76") as rig:
        script = f"from machine import I2C\nprint(I2C({name}).readfrom_mem(0x76, 0xD0, 1))"
        assert runner.run(rig, script, board="linux") == "b'`'\n"


def test_an_absent_chip_is_enodev(runner: Runner) -> None:
    script = """
        from machine import I2C
        try:
            I2C(1).readfrom(0x33, 1)
        except OSError as error:
            print(error.errno, error)
    """
    with Rig() as rig:
        assert runner.run(rig, script) == "19 [Errno 19] ENODEV\n"


def test_a_chip_that_vanishes_is_enodev_and_comes_back(runner: Runner) -> None:
    with Rig("24c32@i2c1:0x50") as rig, backend_on(rig) as backend:
        bus = backend.i2c("i2c1")
        bus.configure(I2CConfig())
        assert len(bus.transfer(0x50, [Write(b"\0\0"), Read(4)])) == 4
        rig.detach("24c32")
        with pytest.raises(BusError) as caught:
            bus.transfer(0x50, [Write(b"\0\0"), Read(4)])
        assert caught.value.fault is Fault.NACK_ADDRESS
        rig.attach("24c32@i2c1:0x50")
        assert len(bus.transfer(0x50, [Write(b"\0\0"), Read(4)])) == 4


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        (errno.ENXIO, Fault.NACK_ADDRESS),
        (errno.EREMOTEIO, Fault.NACK_ADDRESS),
        (errno.ENODEV, Fault.NACK_ADDRESS),
        (errno.ETIMEDOUT, Fault.TIMEOUT),
        (errno.EAGAIN, Fault.ARBITRATION),
        (errno.EIO, Fault.IO),
        (errno.EOPNOTSUPP, Fault.UNSUPPORTED),
    ],
)
def test_what_adapters_answer(number: int, fault: Fault) -> None:
    # The kernel itself tries again after a lost arbitration.
    with Rig("24c32@i2c1:0x50") as rig, backend_on(rig) as backend:
        bus = backend.i2c("i2c1")
        bus.configure(I2CConfig())
        rig.fail_i2c(1, *[number] * 8)
        with pytest.raises(BusError) as caught:
            bus.transfer(0x50, [Write(b"\0\0")])
        assert caught.value.fault is fault
        assert isinstance(caught.value.__cause__, OSError)


def test_an_empty_write_that_an_adapter_refuses_is_asked_again_by_reading(runner: Runner) -> None:
    with Rig("24c32@i2c1:0x50") as rig:
        rig.fail_i2c(1, errno.EOPNOTSUPP)
        assert runner.run(rig, "from machine import I2C\nprint(I2C(1).scan())") == "[80]\n"


def test_a_message_longer_than_smbus_knows() -> None:
    data = bytes(range(256)) * 4
    with Rig("24c32@i2c1:0x50") as rig, backend_on(rig) as backend:
        bus = backend.i2c("i2c1")
        bus.configure(I2CConfig())
        for at in range(0, len(data), 32):
            bus.transfer(0x50, [Write(at.to_bytes(2, "big") + data[at : at + 32])])
            backend.clock().wait_until(backend.clock().now_ns() + 6_000_000)
        assert bus.transfer(0x50, [Write(b"\0\0"), Read(1024)]) == data
        with pytest.raises(Unsupported, match="at most 8192 bytes"):
            bus.transfer(0x50, [Read(8193)])


def test_an_address_with_a_kernel_driver_names_it() -> None:
    with Rig("24c32@i2c1:0x50") as rig, backend_on(rig) as backend:
        adapter = Path("/sys/bus/i2c/devices/i2c-1")
        (adapter / "new_device").write_text("dummy 0x50")
        try:
            bus = backend.i2c("i2c1")
            bus.configure(I2CConfig())
            with pytest.raises(BusError, match="0x50 of /dev/i2c-1 is held by the kernel's driver dummy") as caught:
                bus.transfer(0x50, [Read(1)])
            assert caught.value.fault is Fault.BUSY
        finally:
            (adapter / "delete_device").write_text("0x50")


def test_an_adapter_that_is_unplugged() -> None:
    with Rig("24c32@i2c1:0x50") as rig, backend_on(rig) as backend:
        bus = backend.i2c("i2c1")
        bus.configure(I2CConfig())
        rig.unplug()
        with pytest.raises(BusError, match=r"has gone|is closed") as caught:
            bus.transfer(0x50, [Write(b"\0\0"), Read(4)])
        assert caught.value.fault is Fault.IO


def test_a_bus_that_is_not_there() -> None:
    with Rig() as rig, backend_on(rig) as backend, pytest.raises(ConfigError, match="there is no /dev/i2c-7"):
        backend.i2c("i2c7").configure(I2CConfig())


def test_pins_that_are_not_the_buss_own() -> None:
    with Rig() as rig, backend_on(rig) as backend, pytest.raises(ConfigError, match="has SCL on GPIO3"):
        backend.i2c("i2c1").configure(I2CConfig(scl="GPIO5", sda="GPIO4"))


# ---- SPI

FLASH = """
    from machine import Pin, SPI
    cs = Pin({cs}, Pin.OUT, value=1)
    spi = SPI(0, 5_000_000)
    def command(*out, read=0):
        cs(0)
        spi.write(bytes(out))
        reply = spi.read(read)
        cs(1)
        return reply
    print(command(0x9F, read=3).hex())
    command(0x06)
    command(0x02, 0, 0, 0, *range(200))
    while command(0x05, read=1)[0] & 1:
        pass
    print(command(0x03, 0, 0, 0, read=200) == bytes(range(200)))
"""


@pytest.mark.parametrize(("chip", "cs"), [("CE0", 8), ("CE1", 7), ("GPIO25", 25)])
def test_a_flash_is_selected_by_a_pin(runner: Runner, chip: str, cs: int) -> None:
    with Rig(f"w25q16@spi0:{chip}") as rig:
        assert runner.run(rig, FLASH.format(cs=cs)) == "ef4015\nTrue\n"


def test_a_buffer_is_exchanged_in_place(runner: Runner) -> None:
    script = """
        from machine import SPI
        spi = SPI(0, 1_000_000, firstbit={firstbit})
        buffer = bytearray(range(256))
        spi.write_readinto(buffer, buffer)
        print(buffer == bytes(range(256)))
    """
    # The controller sends the highest bit first, and only so: the other order is made here.
    with Rig(wires=(("GPIO10", "GPIO9"),)) as rig:
        for firstbit in ("SPI.MSB", "SPI.LSB"):
            assert runner.run(rig, script.format(firstbit=firstbit)) == "True\n"


def test_two_chips_on_both_kernel_selects(runner: Runner) -> None:
    script = """
        from machine import Pin, SPI
        spi = SPI(0)
        ids = []
        for cs in (Pin(8, Pin.OUT, value=1), Pin(7, Pin.OUT, value=1)) * 2:
            cs(0)
            spi.write(b"\\x9f")
            ids.append(spi.read(3).hex())
            cs(1)
        print(ids)
    """
    with Rig("w25q16@spi0:CE0", "w25q32@spi0:CE1") as rig:
        assert runner.run(rig, script) == "['ef4015', 'ef4016', 'ef4015', 'ef4016']\n"


def test_a_kernel_select_is_a_level_like_any_other() -> None:
    with Rig() as rig, backend_on(rig) as backend:
        bus, select = backend.spi("spi0"), backend.line("GPIO8")
        select.configure(LineConfig(Mode.OUT, level=1))
        bus.configure(SPIConfig())
        pin = rig.pin("GPIO8")
        levels = []
        for level in (0, 0, 1):
            select.write(level)
            bus.transfer(b"\x9f\0\0")
            levels.append(pin.level)
        assert levels == [0, 0, 1]
        assert select.read() == 1


def test_a_controller_that_cannot_leave_its_select_alone() -> None:
    with Rig(spi_modes=SPI_CPHA | SPI_CPOL | SPI_CS_HIGH) as rig, backend_on(rig) as backend:
        bus, select = backend.spi("spi0"), backend.line("GPIO8")
        select.configure(LineConfig(Mode.OUT, level=1))
        bus.configure(SPIConfig())
        with pytest.raises(Unsupported, match="dtoverlay=spi0-0cs"):
            bus.transfer(b"clocks for a card")
        select.write(0)
        assert len(bus.transfer(b"abc")) == 3


def test_a_device_keeps_the_mode_it_had() -> None:
    with Rig() as rig, closing(spidev.SpiDev(0, 0)) as other:
        with backend_on(rig) as backend:
            bus = backend.spi("spi0")
            bus.configure(SPIConfig(polarity=1))
            bus.transfer(b"x")
        with closing(spidev.SpiDev(0, 0)) as later:
            assert (later.mode, later.no_cs) == (other.mode, other.no_cs) == (0, False)


def test_what_is_longer_than_a_message_of_spidev() -> None:
    data = bytes(range(256)) * 40
    with Rig(wires=(("GPIO10", "GPIO9"),)) as rig, backend_on(rig) as backend:
        bus = backend.spi("spi0")
        bus.configure(SPIConfig(10_000_000))
        assert bus.longest == 4096
        assert bus.transfer(data) == data


# ---- UART

TALK = """
    from machine import UART
    uart = UART({name}, 9600, timeout=500, timeout_char=200)
    print(uart.write(b"hello\\nworld"))
    print(uart.readline(), uart.read(5), uart.any())
    uart.init(timeout=0, timeout_char=0)
    print(uart.read(1), uart.readline())
    uart.flush()
    print(uart.txdone())
"""
SAID = "11\nb'hello\\n' b'world' 0\nNone None\nTrue\n"


@pytest.mark.parametrize("number", [0, 1], ids=["16550", "pty"])
def test_a_peer_answers(runner: Runner, number: int) -> None:
    with Rig("echo@uart0", "echo@uart1") as rig:
        assert runner.run(rig, TALK.format(name=number)) == SAID
        assert runner.run(rig, TALK.format(name=repr(rig.uart(number))), board="linux") == SAID


def test_pins_that_are_not_the_ports_own(runner: Runner) -> None:
    with Rig() as rig, pytest.raises(ConfigError, match="has TX on GPIO14, and the kernel cannot move it to GPIO4"):
        runner.run(rig, "from machine import Pin, UART\nUART(0, 9600, tx=Pin(4), rx=Pin(5))")


def test_an_edge_interrupts_a_read(runner: Runner) -> None:
    script = """
        from machine import Pin, Timer, UART
        out, key, uart = Pin(5, Pin.OUT, value=0), Pin(6, Pin.IN), UART(0, 9600, timeout=20_000)
        key.irq(lambda pin: uart.write(b"edge"), Pin.IRQ_RISING)
        Timer(period=50, mode=Timer.ONE_SHOT, callback=lambda timer: out(1))
        print(uart.read(4))
    """
    with Rig("echo@uart0", wires=(("GPIO5", "GPIO6"),)) as rig:
        assert runner.run(rig, script) == "b'edge'\n"


def test_reception_interrupts_a_sleep(runner: Runner) -> None:
    script = """
        import time
        from machine import UART
        uart = UART(0, 115200)
        events = []
        uart.irq(lambda u: events.append(u.irq().flags()), UART.IRQ_RXIDLE)
        uart.write(b"ping")
        time.sleep_ms(1_000)
        print(events == [UART.IRQ_RXIDLE], uart.read())
    """
    with Rig("echo@uart0") as rig:
        assert runner.run(rig, script) == "True b'ping'\n"


def test_a_port_that_hangs_up(runner: Runner) -> None:
    with Rig("echo@uart1") as rig, backend_on(rig) as backend:
        port = backend.uart("uart1")
        port.configure(UARTConfig())
        rig.hang_up(1)
        with pytest.raises(BusError, match="hung up") as caught:
            port.read(1, 500_000_000)
        assert caught.value.fault is Fault.IO
        with pytest.raises(BusError, match="hung up"):
            port.write(b"x")


def test_a_port_in_use_says_by_whom() -> None:
    with Rig() as rig, backend_on(rig) as one, backend_on(rig) as other:
        one.uart("uart0").configure(UARTConfig())
        with pytest.raises(ConfigError, match="is in use by another process"):
            other.uart("uart0").configure(UARTConfig())


# ---- PWM, ADC, watchdog


def test_pwm_dims_a_led() -> None:
    with Rig("led@GPIO18") as rig, backend_on(rig) as backend:
        pwm = backend.pwm("GPIO18")
        for config, brightness in (
            (PWMConfig(1_000_000, 250_000), 0.25),
            (PWMConfig(500_000, 375_000), 0.75),
            (PWMConfig(500_000, 100_000, invert=True), 0.8),
        ):
            pwm.configure(config)
            assert rig["led"].brightness == pytest.approx(brightness)
        pwm.close()
        assert rig["led"].brightness == 0


@pytest.mark.parametrize(
    ("pwm_label", "pins"),
    [
        ("1f00098000.pwm", ("GPIO12", "GPIO13", "GPIO18", "GPIO19")),
        ("fe20c000.pwm", ("GPIO12", "GPIO13")),
        ("3f20c000.pwm", ("GPIO18", "GPIO19")),
    ],
    ids=["Pi 5", "Pi 4", "Pi 3"],
)
def test_the_pwm_channels_of_each_model(pwm_label: str, pins: tuple[str, ...]) -> None:
    with Rig(pwm_label=pwm_label, pwm=pins) as rig, backend_on(rig) as backend:
        for number, pin in enumerate(pins):
            backend.pwm(pin).configure(PWMConfig(1_000_000, 100_000 * (number + 1)))
        assert [round(rig.pin(pin).pwm.duty, 3) for pin in pins] == [0.1, 0.2, 0.3, 0.4][: len(pins)]


def test_pwm_by_its_duty(runner: Runner) -> None:
    script = "from machine import PWM, Pin\nled = PWM(Pin(18), freq=1000)\nled.duty_u16(16384)\nprint(led.duty_u16())"
    with Rig("led@GPIO18") as rig:
        assert runner.run(rig, script) == "16384\n"


def test_pwm_elsewhere_is_refused(runner: Runner) -> None:
    with Rig() as rig, pytest.raises(ConfigError, match="no PWM on GPIO5: the board has it on GPIO12, GPIO13, GPIO18"):
        runner.run(rig, "from machine import PWM, Pin\nPWM(Pin(5), freq=50, duty_u16=100)")


@pytest.mark.parametrize("name", ["1", '"voltage1"', '"ads1015/voltage1"'])
def test_a_voltage_is_measured(runner: Runner, name: str) -> None:
    with Rig() as rig:
        rig.pin("A1").volts = 1.65
        assert abs(int(runner.run(rig, f"from machine import ADC\nprint(ADC({name}).read_u16())")) - 32_768) < 32


def test_the_watchdog_is_fed_and_let_go(runner: Runner) -> None:
    state = Path("/sys/class/watchdog/watchdog0/state")
    script = f"""
        from pathlib import Path
        from machine import WDT
        wdt = WDT(timeout=5000)
        wdt.feed()
        print(Path("{state}").read_text())
    """
    with Rig() as rig:
        assert runner.run(rig, script).strip() == "active"
        assert state.read_text() == "inactive\n"


def test_another_frequency_than_asked_for_is_told(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    node = tmp_path / "bus/i2c/devices/i2c-1/of_node"
    node.mkdir(parents=True)
    (node / "clock-frequency").write_bytes((100_000).to_bytes(4, "big"))
    with Rig() as rig, backend_on(rig) as backend, caplog.at_level(logging.WARNING, "machine_compat"):
        backend._sysfs = tmp_path
        bus = backend.i2c("i2c1")
        for _ in range(2):
            bus.configure(I2CConfig(400_000))
        assert [record.getMessage().partition(" (")[0] for record in caplog.records] == [
            "/dev/i2c-1 runs at 100000 Hz, as the kernel was told; freq=400000 changes nothing"
        ]
