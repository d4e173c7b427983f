"""A serial port of the virtual host on a pseudo terminal, where programs of this computer open it, as pyserial does.

Line settings that such a program makes reach the device, and on Linux also whether there is one: DTR and RTS are up
while a program has the terminal open. Elsewhere there is no telling, and they are always up.

The terminal is looked at every 5 ms of the world's time, which should keep pace with the wall clock; a world that does
not is held at each look, so that others get their turn.
"""

import errno
import os
import select
import sys
import time
from contextlib import suppress
from pathlib import Path

from machine_compat.errors import ConfigError
from machine_compat.mock.usb.cdc_acm import BUFFER, SerialPort
from machine_compat.mock.world import Event

LOOK_NS = 5_000_000
TURN_S = 0.002
"""How long, of the wall clock's time, a world without a pace waits for a byte: the kernel takes its time, too."""
SPEEDS = (
    50, 75, 110, 134, 150, 200, 300, 600, 1200, 1800, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800,
    500000, 576000, 921600, 1000000, 1152000, 1500000, 2000000, 2500000, 3000000, 3500000, 4000000,
)  # fmt: skip


class PTY:
    """Carries bytes between a serial port and a terminal until the port closes.

    path: what other programs open. in_use: whether one does. link: a name for it, removed at the end. Raises
    ConfigError where this system has no pseudo terminals, where the port is on one, and where the link's name is taken.
    """

    sees_programs = sys.platform == "linux"
    """Whether this system tells who has the other end open."""

    def __init__(self, serial: SerialPort, link: Path | None = None) -> None:
        if not hasattr(os, "openpty"):
            raise ConfigError("this system has no pseudo terminals: Linux and macOS have them")
        if serial.arrived is not None:
            raise ConfigError("the serial port is on a pseudo terminal already")
        self._serial = serial
        self._world = serial.host.world
        self.in_use = serial.dtr
        self._master, slave = os.openpty()
        self._slave: int | None = slave
        self._unsent = b""
        self._link: Path | None = None
        self._event: Event | None = None
        try:
            self.path = self._set_up(slave, link)
        except BaseException:
            self._close()
            raise
        serial.arrived = self._forward
        serial.hung_up = self._close
        self._look()

    def _set_up(self, slave: int, link: Path | None) -> str:
        import tty

        self._terminal = path = os.ttyname(slave)
        tty.setraw(slave)
        os.set_blocking(self._master, False)
        self._settings = self._read_settings()
        if link is not None:
            try:
                link.symlink_to(path)
            except OSError as error:
                raise ConfigError(f"{link} cannot be made a link to {path}: {error.strerror}") from error
            self._link = link
        if self.sees_programs:
            # It outlives the programs that come and go; elsewhere only while it is held open here.
            os.close(slave)
            self._slave = None
        return str(link or path)

    def _close(self) -> None:
        if self._event is not None:
            self._event.cancel()
        for fd in (self._master, self._slave):
            if fd is not None:
                os.close(fd)
        if self._link is not None:
            with suppress(OSError):
                self._link.unlink()

    # ---- bytes

    def _look(self) -> None:
        """Take what programs have written, unless the device is behind; apply settings they have changed."""
        self._event = self._world.after(LOOK_NS, self._look)
        self._use(self._there())
        settings = self._read_settings()
        if settings != self._settings:
            self._settings = settings
            self._apply()
        if self._serial.out_waiting < BUFFER:
            # EIO: nobody has it open.
            with suppress(OSError):
                self._serial.write(os.read(self._master, BUFFER))
        self._forward()

    def _there(self) -> bool:
        """Whether a program has the terminal open, or has left something in it."""
        patience = 0 if self._world.pacer is not None else TURN_S
        if not self.sees_programs:
            select.select([self._master], [], [], patience)
            return True
        asked = select.poll()
        asked.register(self._master, select.POLLIN)
        found = dict(asked.poll(patience * 1000)).get(self._master, 0)
        gone = bool(found & select.POLLHUP) and not found & select.POLLIN
        if gone:
            # What is hung up does not wait.
            time.sleep(patience)
        return not gone

    def _use(self, there: bool) -> None:
        if there != self.in_use:
            self.in_use = there
            (self._serial.go_on if there else self._leave)()

    def _leave(self) -> None:
        """The program has gone; the next one does not see what this one has not read."""
        import termios

        self._serial.rest()
        self._unsent = b""
        termios.tcflush(self._master, termios.TCOFLUSH)

    @property
    def delivered(self) -> bool:
        """Whether the program that is there, if one is, has read all that the host has had from the device."""
        import fcntl
        import termios

        if self._unsent or self._serial.in_waiting:
            return False
        if not self.in_use or not self.sees_programs:
            return True
        other = os.open(self._terminal, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        try:
            return not any(fcntl.ioctl(other, termios.FIONREAD, bytes(4)))
        finally:
            os.close(other)

    def _forward(self) -> None:
        """Hand on what the device has sent; what does not fit stays with the port, and then with the device."""
        while self.in_use and (self._unsent or self._serial.in_waiting):
            self._unsent = self._unsent or self._serial.read()
            try:
                sent = os.write(self._master, self._unsent)
            except OSError as error:
                if error.errno != errno.EAGAIN:
                    raise
                return
            self._unsent = self._unsent[sent:]

    # ---- settings

    def _read_settings(self) -> tuple[int, int]:
        """The speed and the control flags of the terminal."""
        import termios

        found = termios.tcgetattr(self._master if self._slave is None else self._slave)
        return found[5], found[2]

    def _apply(self) -> None:
        import termios

        code, flags = self._settings
        baudrate = next((speed for speed in SPEEDS if getattr(termios, f"B{speed}", None) == code), None)
        if baudrate is None:
            return  # 0, which hangs up a modem, or a speed that termios has no name for
        bits = 5 + (flags & termios.CSIZE) // termios.CS6
        parity = (1 if flags & termios.PARODD else 0) if flags & termios.PARENB else None
        self._serial.configure(baudrate, bits, parity, 2 if flags & termios.CSTOPB else 1)
