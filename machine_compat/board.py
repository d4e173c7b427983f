"""A board: its profile, the MicroPython port it speaks like, its backend, clock and interrupts, and what is open on it.

The facade asks its board for channels and never knows what is behind them. The *current* board is what facade classes
use that were imported outside a script (`machine_compat.install`); a script's own classes carry their board.
"""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, Protocol, TypeVar, cast
from weakref import WeakSet

from machine_compat.channels import Openings
from machine_compat.clock import Clock
from machine_compat.contract import Backend, Watchdog
from machine_compat.errors import ConfigError
from machine_compat.interrupts import Interrupts
from machine_compat.ports import Port, names, port
from machine_compat.profile import Profile, Spot
from machine_compat.raw_flash import Image

C = TypeVar("C")
CTRL_C = 3
OFF = "OFF"
"""The `reset_cause` of a board that is switched off."""
ANALOG = "analog"
"""What a converter claims a pin for."""


class TextOut(Protocol):
    """What `print` needs of a stream."""

    def write(self, text: str, /) -> object: ...

    def flush(self) -> object: ...


class TextIn(Protocol):
    """What `input` needs of a stream."""

    def readline(self, limit: int = -1, /) -> str: ...


class Restart(BaseException):
    """The board resets: the script ends here, and no handler of its own may stop that."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


MAIN_SCRIPT = ("main script",)
"""What boot.py may put into a board's `singletons`: the file to run after it instead of main.py."""


class Board(Openings):
    """One board. Channels are opened once and shared: ``Pin(25)`` twice is one line.

    A pin has one function at a time: whatever is configured last takes it, and `claim` tells the one before.
    """

    booted = False
    """Whether boot.py is over: what it may configure stays as it is from then on."""
    running = False
    """Whether a script runs that can be stopped."""
    interrupt_char = CTRL_C
    """The byte that stops a script when it comes from the board's own terminal; -1: none does."""
    interrupted: KeyboardInterrupt | None = None
    """What was raised in the script because of that."""

    def __init__(self, profile: Profile, backend: Backend, flash: Path | None = None) -> None:
        super().__init__(backend)
        self.profile = profile
        self.port: Port = port(profile.port, profile.foreign, profile.file)
        self.clock: Clock = backend.clock()
        self.interrupts = Interrupts(self.clock, backend.in_script)
        self.flash: Path | Callable[[], Path] | None = flash
        """The folder that is the board's file system, or what makes it when it is first asked for."""
        self.flash_point = self.port.flash_point
        self.image: Image | None = None
        """The file behind the chip's raw flash; None is memory, forgotten at power-off."""
        self.stdout: TextOut | None = None
        """Where the script prints; None is this process's own standard output."""
        self.stdin: TextIn | None = None
        self.singletons: dict[tuple[object, ...], object] = {}
        """Facade objects that exist once, such as Pin(25); a reset forgets them."""
        self.classes: dict[type, Any] = {}
        """The facade's classes as made for this board, by the class they are made from."""
        self.retained: dict[str, object] = {}
        """What outlives a reset: RTC memory, and the like."""
        self.reset_cause = "PWRON"
        self.booted_ns = 0
        self.restart: Callable[[str], None] | None = None
        """Resets the board without unwinding the script, where a runner can do that."""
        self.handler_failed: Callable[[BaseException], None] = show_failure
        """Told of an exception in an interrupt handler, which must not reach the code it interrupted."""
        self.spawn: Callable[[Callable[[], None], str], None] = start_daemon
        """Starts a thread of the script."""
        self.thread_number: Callable[[], int] = threading.get_ident
        """The number of the calling thread, as start_thread gives it; the script itself has one, too."""
        self.at_reset: list[Callable[[], None]] = []
        self.listening: WeakSet[object] = WeakSet()
        """What may still call a handler of the script's: timers that run, interrupts that are switched on."""
        self._functions: dict[str, Callable[[], None]] = {}
        self._uses: dict[str, str] = {}
        self._watchdog: Watchdog | None = None
        self._threads = 0

    # ---- what the port has, and this board of it

    def lacking(self, entry: str) -> frozenset[str]:
        """The names under an entry ("machine", or a class of it) that other ports have and this board lacks."""
        own = self.profile.lacking(entry)
        return self.port.absent.get(entry, frozenset()) | names.lacking(self.port.name, entry) | own

    def has_module(self, name: str) -> bool:
        """Whether the port has a module that not every port has; True for any other."""
        return name not in names.lacking(self.port.name, "modules") and name not in self.profile.lacks_modules

    # ---- pins by the names scripts use

    def spot(self, name: object) -> Spot:
        """The pin a script means by a number or a name, a computer's by (chip, line); ValueError if none."""
        profile = self.profile
        if isinstance(name, tuple) and profile.open_pins and len(name) == 2:
            name = f"{name[0]}/{name[1]}"
        if isinstance(name, int) and self.port.pin_numbers:
            ref = profile.numbers.get(int(name))
            if ref is not None:
                return profile.spots[ref]
            if profile.open_pins and name >= 0:
                return Spot(f"GP{int(name)}", f"GPIO{int(name)}", int(name))
        elif isinstance(name, str) and name:
            ref = profile.board_names.get(name, name)
            if ref in profile.spots:
                return profile.spots[ref]
            for spot in profile.spots.values():
                if spot.cpu == name:
                    return spot
            if profile.open_pins:
                return Spot(name, name)
        elif isinstance(name, int | str):
            pass
        else:
            raise TypeError(f"can't convert {type(name).__name__} to a pin")
        raise ValueError(self.port.bad_pin(name))

    # ---- who has a pin

    def claim(self, ref: str, lose: Callable[[], None], use: str = "") -> None:
        """Take a pin for a function; whoever had it is told through its own `lose`.

        use: the kind of peripheral that has it then, as "PWM", or ANALOG; "" for the script's own pin.
        """
        self._uses[ref] = use
        before = self._functions.get(ref)
        if before == lose:
            return
        self._functions[ref] = lose
        if before is not None:
            before()

    def use_of(self, ref: str) -> str:
        """The kind of peripheral that has a pin: "PWM", "UART"; "" while it is the script's own."""
        return self._uses.get(ref, "")

    def watchdog(self) -> Watchdog:
        if self._watchdog is None:
            self._watchdog = self.backend.watchdog(self._expired)
        return self._watchdog

    # ---- time

    def sleep_ns(self, ns: int) -> None:
        """Wait, running handlers as they come."""
        clock, interrupts = self.clock, self.interrupts
        deadline = clock.now_ns() + ns
        while True:
            left = interrupts.run()
            if clock.now_ns() >= deadline:
                return
            if not left:
                clock.wait_until(deadline)

    # ---- life

    def reset(self, cause: str) -> None:
        """Start again from boot.py; does not return to a script."""
        if self.restart is not None:
            self.restart(cause)
        raise Restart(cause)

    def interrupt(self) -> None:
        """Stop the script with KeyboardInterrupt once it is looked after: Ctrl-C came from the board's own terminal."""
        self.interrupts.look_after(self._interrupt, at_once=False)

    def _interrupt(self) -> None:
        if self.running:
            self.interrupted = KeyboardInterrupt()
            raise self.interrupted

    def _expired(self) -> None:
        """The watchdog was not fed."""
        if self.restart is None:
            raise Restart("WDT")
        self.restart("WDT")

    def start_thread(self, body: Callable[[], None]) -> int:
        """Run something beside the script; returns the thread's number."""
        self._threads += 1
        self.spawn(body, f"thread {self._threads}")
        return self._threads

    def power_cycle(self, cause: str) -> None:
        """Everything as after a reset: channels closed, handlers forgotten; what is retained stays."""
        self.reset_cause = cause
        self.booted = False
        self.interrupt_char = CTRL_C
        self._forget()
        self.listening.clear()
        self.interrupts.clear()
        if self._watchdog is not None:
            self._watchdog.stop()
            self._watchdog = None
        # A terminal on the USB port stays connected through a soft reset.
        self.close_channels(keep="usb_device" if cause == "SOFT" else "")
        self.singletons.clear()
        self._threads = 0
        self.booted_ns = self.clock.now_ns()

    def close_channels(self, keep: str = "") -> None:
        """Close all channels but those of the kind to keep."""
        self._functions.clear()
        self._uses.clear()
        self.channels.close(keep)

    def close(self) -> None:
        """Give everything back."""
        try:
            self._forget()
            self.close_channels()
        finally:
            if self.image is not None:
                self.image.close()
            self.backend.close()

    def _forget(self) -> None:
        """Tell all who want to know that the script's life is over."""
        forgetting, self.at_reset = self.at_reset, []
        for forget in forgetting:
            forget()

    def singleton(self, key: tuple[object, ...], make: Callable[[], C]) -> C:
        """The object that exists once under this key."""
        if key not in self.singletons:
            self.singletons[key] = make()
        return cast(C, self.singletons[key])


def start_daemon(body: Callable[[], None], name: str) -> None:
    threading.Thread(target=body, name=name, daemon=True).start()


def show_failure(error: BaseException) -> None:
    sys.excepthook(type(error), error, error.__traceback__)


_current: ContextVar[Board | None] = ContextVar("machine_compat board", default=None)


def current() -> Board:
    """The board that facade classes without one of their own use."""
    board = _current.get()
    if board is None:
        raise ConfigError("no board: run the script with `machine-compat run`, or call machine_compat.install() first")
    return board


def use(board: Board | None) -> Board | None:
    """Make a board the current one; returns the one before."""
    before = _current.get()
    _current.set(board)
    return before


@contextmanager
def using(board: Board) -> Iterator[Board]:
    """Make a board the current one for a while."""
    token = _current.set(board)
    try:
        yield board
    finally:
        _current.reset(token)
