"""This file joins a tty of the guest to a simulated serial line: bytes on one side, frames on the other."""

import contextlib
import fcntl
import os
import struct
import termios
import tty

from machine_compat.contract import UARTChannel, UARTConfig, UARTEvent

TCGETS2 = 0x802C_542A
TERMIOS2 = struct.Struct("<4I20s2I")
"""struct termios2: flags of input, output, control and local modes; characters; speeds of input and output."""

BUFFER = 1 << 16
LONGEST_BURST = 1 << 12
DATA_BITS = {termios.CS5: 5, termios.CS6: 6, termios.CS7: 7, termios.CS8: 8}


class SerialPort:
    """A port whose near end a program opens at `path`, and whose far end is the board end of a simulated UART.

    node: "ttyS0" has its far end at ttyS1; "pty" is a new pseudo-terminal.
    """

    def __init__(self, node: str, channel: UARTChannel) -> None:
        self._channel = channel
        if node == "pty":
            self._far, self._near = os.openpty()
        else:
            flags = os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK
            self._near = os.open(f"/dev/{node}", flags)
            self._far = os.open(f"/dev/{node[:-1]}{int(node[-1]) ^ 1}", flags)
        # Else the near end's echo would send back what comes in before a program opens it.
        tty.setraw(self._near)
        tty.setraw(self._far)
        os.set_blocking(self._far, False)
        self.path = os.ttyname(self._near)
        self._config = UARTConfig()
        self.refresh()
        channel.watch(UARTEvent.RX | UARTEvent.RX_IDLE, self._heard)

    def fileno(self) -> int:
        return self._far

    def refresh(self) -> None:
        """Take over the speed and format that the program has chosen by now."""
        config = settings(self._near)
        if config != self._config:
            self._config = config
            self._channel.configure(config)

    def pump(self) -> None:
        """Send on what the program has written."""
        self.refresh()
        data = os.read(self._far, BUFFER // 2)
        if data:
            self._channel.write(data)

    def _heard(self, event: UARTEvent) -> None:
        # What comes without a pause is passed on in one piece: the emulated processor would tear it apart.
        if event is UARTEvent.RX and self._channel.waiting() < LONGEST_BURST:
            return
        # Nobody holds up a serial line: what the program does not fetch in time is lost.
        with contextlib.suppress(BlockingIOError):
            os.write(self._far, self._channel.read(BUFFER, 0))

    def close(self) -> None:
        """Hang up."""
        os.close(self._far)
        os.close(self._near)


def settings(file: int) -> UARTConfig:
    """The line discipline's settings of a tty, as a simulated UART has them."""
    _, _, control, _, _, _, speed = TERMIOS2.unpack(fcntl.ioctl(file, TCGETS2, bytes(TERMIOS2.size)))
    parity = None if not control & termios.PARENB else 1 if control & termios.PARODD else 0
    return UARTConfig(
        baudrate=speed or 9600,
        bits=DATA_BITS[control & termios.CSIZE],
        parity=parity,
        stop=2 if control & termios.CSTOPB else 1,
        tx_buffer=BUFFER,
        rx_buffer=BUFFER,
    )
