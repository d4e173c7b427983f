"""This file is the far side of a rig's kernel drivers: a simulated board, in real time, that does what they ask for."""

import errno
import time
from collections.abc import Callable
from itertools import groupby
from pathlib import Path

from machine_compat.contract import ADCChannel, I2CBus, I2CConfig, Op, PWMConfig, Read, SPIConfig, Write
from machine_compat.errors import BusError, ConfigError, DeviceError, Fault
from machine_compat.mock.chip import Chip, SPIChip
from machine_compat.mock.nets import Terminal
from machine_compat.mock.waveforms import draw_spi
from machine_compat.simulation import SimulatedBoard
from tests.bench.device import Device, Event, Kind, LineState, Message, PulseState, messages_of
from tests.bench.plan import SPI_CPHA, SPI_CPOL, SPI_LSB_FIRST, Plan
from tests.bench.serial_port import SerialPort
from tests.bench.side import Readable

BOARD = Path(__file__).with_name("rig.toml")
NO_TIME = 8_000_000_000
"""A bus speed in Hz at which the world's clock stands still: how long a transfer takes, the real one shows."""

ERRNO = {Fault.TIMEOUT: errno.ETIMEDOUT, Fault.ARBITRATION: errno.EAGAIN, Fault.BUSY: errno.EBUSY}
WRONG = (BusError, ConfigError, DeviceError, OSError)
"""What can go wrong in the world."""

SERIAL_REFRESH_NS = 20_000_000


class FarSide:
    """A rig: its devices in the kernel, and the world behind them."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.board = SimulatedBoard(str(BOARD))
        self.world = self.board.world
        self.chips: dict[str, Chip] = {}
        self.failures: list[Exception] = []
        """What went wrong in the world where nobody could be told: two outputs on one wire, a chip's own error."""
        self._start = time.monotonic_ns()
        self._refreshed = 0
        for spec in plan.chips:
            self.attach(spec)
        for one, other in plan.wires:
            self.board.wire(one, other)
        self._open_buses()
        self.device = Device(plan)
        self._lines = [FarLine(self, offset) for offset in range(len(plan.line_names))]
        self.ports = {
            number: SerialPort(node, self.board.backend.uart(f"uart{number}")) for number, node in enumerate(plan.uarts)
        }

    def _open_buses(self) -> None:
        backend = self.board.backend
        self._i2c: dict[int, I2CBus] = {number: backend.i2c(f"i2c{number}") for number in self.plan.i2c_buses}
        for bus in self._i2c.values():
            bus.configure(I2CConfig(frequency=NO_TIME))
        self._i2c_failures: dict[int, list[int]] = {number: [] for number in self._i2c}
        self._spi = backend.spi(f"spi{self.plan.spi_bus}")
        self._spi_mode = -1
        self._pwm = [backend.pwm(pin) for pin in self.plan.pwm]
        self._adc: list[ADCChannel] = [backend.adc(pin) for pin in self.plan.adc]
        for pin in self.plan.pwm:
            backend.terminal(pin).passive = True

    def nodes(self) -> list[str]:
        """The paths of the serial ports."""
        return [port.path for port in self.ports.values()]

    def files(self) -> dict[Readable, Callable[[], None]]:
        return {self.device: self.serve} | {port: self._pump(port) for port in self.ports.values()}

    def _pump(self, port: SerialPort) -> Callable[[], None]:
        def pump() -> None:
            self.run()
            port.pump()

        return pump

    def pin(self, name: str) -> object:
        return self.board.pin(name)

    def attach(self, spec: str) -> None:
        self.chips[spec] = self.board.attach(spec)

    def detach(self, spec: str) -> None:
        """Take a chip off all its wires."""
        for leg in self.chips.pop(spec).legs.values():
            leg.disconnect()

    def fail_i2c(self, bus: int, errors: list[int]) -> None:
        """Have the next transfers on a bus fail with these errnos."""
        self._i2c_failures[bus] = errors

    # ---- time

    def run(self) -> None:
        """Let the world catch up with the clock on the wall."""
        now = time.monotonic_ns() - self._start
        if now - self._refreshed > SERIAL_REFRESH_NS:
            self._refreshed = now
            for port in self.ports.values():
                port.refresh()
        try:
            self.world.run(now)
        except WRONG as error:
            self.failures.append(error)

    def idle_s(self) -> float:
        """How long nothing will happen in the world by itself; an hour is as good as for ever."""
        return min(max(0.0, (self._start + self.world.due - time.monotonic_ns()) / 1e9), 3600)

    # ---- what drivers ask for

    def serve(self) -> None:
        """Answer the event that waits, if one does."""
        event = self.device.next_event()
        if event is None:
            return
        self.run()
        answers: dict[Kind, Callable[[Event], tuple[int, bytes]]] = {
            Kind.LINE: self._line, Kind.SPI: self._transfer_spi, Kind.I2C: self._transfer_i2c,
            Kind.PWM: self._modulate, Kind.ADC: self._sample,
        }  # fmt: skip
        value, reply = -errno.EIO, b""
        try:
            value, reply = answers[event.kind](event)
        except WRONG as error:
            self.failures.append(error)
        self.device.answer(value, reply)

    def _line(self, event: Event) -> tuple[int, bytes]:
        self._lines[event.channel].set(LineState(event.flags))
        return 0, b""

    def _transfer_spi(self, event: Event) -> tuple[int, bytes]:
        if event.flags != self._spi_mode:
            self._spi_mode = event.flags
            self._spi.configure(
                SPIConfig(
                    baudrate=NO_TIME,
                    polarity=int(bool(event.flags & SPI_CPOL)),
                    phase=int(bool(event.flags & SPI_CPHA)),
                    lsb_first=bool(event.flags & SPI_LSB_FIRST),
                )
            )
        reply = self._spi.transfer(event.data)
        mosi = self.board.backend.socket(f"spi{self.plan.spi_bus}").leg("mosi")
        if any(
            isinstance(terminal.owner, Chip) and not isinstance(terminal.owner, SPIChip)
            for terminal in mosi.net.terminals
        ):
            self._shift_out(mosi, event)
        return 0, reply

    def _shift_out(self, mosi: Terminal, event: Event) -> None:
        """Show a chip that hangs on MOSI alone, as NeoPixels do, the very edges."""
        config = SPIConfig(baudrate=event.first, phase=int(bool(event.flags & SPI_CPHA)))
        _, changes, _ = draw_spi(self.world.now, config, event.data, b"")
        for time_ns, level in changes:
            self.world.run(time_ns)
            mosi.drive(level)

    def _transfer_i2c(self, event: Event) -> tuple[int, bytes]:
        failures = self._i2c_failures[event.channel]
        if failures:
            return -failures.pop(0), b""
        bus = self._i2c[event.channel]
        messages = messages_of(event)
        reply = b""
        try:
            for address, group in groupby(messages, lambda message: message.address):
                ops = [op_of(message) for message in group]
                reply += bus.transfer(address, ops)
        except BusError as error:
            return -ERRNO.get(error.fault, self.plan.no_acknowledge), b""
        return 0, reply

    def _modulate(self, event: Event) -> tuple[int, bytes]:
        channel = self._pwm[event.channel]
        if event.flags & PulseState.ENABLED:
            channel.configure(PWMConfig(event.first, event.second, bool(event.flags & PulseState.INVERTED)))
        else:
            channel.close()
        return 0, b""

    def _sample(self, event: Event) -> tuple[int, bytes]:
        return self._adc[event.channel].sample() >> 4, b""

    # ---- the end

    def unplug(self) -> None:
        """Pull the rig out: its devices vanish, and programs that have them open are told."""
        self.device.close()
        for port in self.ports.values():
            port.close()
        self.ports.clear()


class FarLine:
    """One line of the gpiochip, as a terminal of the world."""

    def __init__(self, side: FarSide, offset: int) -> None:
        self._terminal = side.board.backend.terminal(f"GPIO{offset}")
        self._device = side.device
        self._offset = offset
        self._output = False
        if offset not in side.plan.latches:
            self._terminal.watch(self._changed)
            self.set(LineState.OUTPUT | LineState.HIGH if offset in side.plan.spi_selects else LineState(0))

    def set(self, state: LineState) -> None:
        """Do what the kernel has done to the line."""
        self._terminal.pull(1 if state & LineState.PULL_UP else 0 if state & LineState.PULL_DOWN else None)
        self._output = bool(state & LineState.OUTPUT)
        if self._output:
            self._terminal.drive(int(bool(state & LineState.HIGH)))
        else:
            self._terminal.release()
            self._device.drive(self._offset, self._terminal.level)

    def _changed(self, level: int, time: int) -> None:
        if not self._output:
            self._device.drive(self._offset, level)


def op_of(message: Message) -> Op:
    return Read(message.wanted) if message.data is None else Write(message.data)
