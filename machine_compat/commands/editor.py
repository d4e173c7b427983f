"""Asks for lines with readline, which gives editing and a history, while board time goes on.

readline calls PyOS_InputHook ten times a second while it waits, and each time the world catches up with the wall clock.
The hook is CPython's, one for the process: it is there only while a line is asked for.
"""

import ctypes
import readline
import signal
import threading

from machine_compat.commands.report import FAILED, report
from machine_compat.commands.session import Session
from machine_compat.errors import DeviceError

HOOK = ctypes.PYFUNCTYPE(ctypes.c_int)
AGAIN_S = 0.02


class Editor:
    """A prompt at a terminal."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._hook = HOOK(self._catch_up)
        self._slot = ctypes.c_void_p.in_dll(ctypes.pythonapi, "PyOS_InputHook")
        self._before = self._slot.value
        session.signals.interrupt_prompt = self._interrupt
        readline.parse_and_bind("tab: tab-insert")

    def ask(self, prompt: str) -> str | None:
        """One line; None at the end of what is typed. Raises KeyboardInterrupt."""
        self._slot.value = ctypes.cast(self._hook, ctypes.c_void_p).value
        try:
            return input(prompt)
        except EOFError:
            return None
        finally:
            self._slot.value = self._before

    def _catch_up(self) -> int:
        session = self._session
        world = session.world
        try:
            world.run(max(world.now, session.pacer.board_ns))
        except DeviceError as error:
            session.failed = FAILED
            report(error)
        return 0

    def _interrupt(self) -> None:
        if self._slot.value == self._before:
            raise KeyboardInterrupt
        # Python notices a signal at the hook's first bytecode, from where an exception does not reach `input`. Without
        # the hook it does, so the signal is sent once more.
        self._slot.value = self._before
        main = threading.main_thread().ident
        if main is not None:
            threading.Timer(AGAIN_S, signal.pthread_kill, (main, signal.SIGINT)).start()
