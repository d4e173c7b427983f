"""This file runs scripts of a Linux board on the rig, in the test's own process."""

import io
import textwrap
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from machine_compat import registry
from machine_compat.backends.linux import LinuxBackend
from machine_compat.interpreter.direct import DirectRun, open_board
from machine_compat.interpreter.life import Program
from machine_compat.interpreter.terminal import Output
from machine_compat.profile import Profile, load
from tests.bench.rig import Rig


def profile_on(rig: Rig, board: str = "rpi", allowed: str = "") -> Profile:
    """A board with the rig's serial ports, whose paths differ from run to run; allowed: options, ``soft_pwm=yes``."""
    profile = load(board)
    url = f"{profile.backend.partition('?')[0]}?uart0={rig.uart(0)}&uart1={rig.uart(1)}"
    return profile._replace(backend="&".join(filter(None, (url, allowed))))


@contextmanager
def backend_on(rig: Rig, board: str = "rpi", allowed: str = "") -> Iterator[LinuxBackend]:
    profile = profile_on(rig, board, allowed)
    with closing(registry.open_backend(profile.backend, profile.wiring())) as backend:
        assert isinstance(backend, LinuxBackend)
        yield backend


class Runner:
    """Runs scripts from a folder; `output` is what they printed, `failures` what their handlers raised."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.output = ""
        self.failures: list[BaseException] = []
        self.status: object = None

    def run(self, rig: Rig, script: str, *, board: str = "rpi", seconds: float | None = None, allowed: str = "") -> str:
        """Run a script to its end, without standing by for its handlers afterwards; raises what it raises."""
        file = self.folder / "main.py"
        file.write_text(textwrap.dedent(script) + "\nraise SystemExit\n", encoding="utf-8")
        there = open_board(profile_on(rig, board, allowed), self.folder)
        text = io.StringIO()
        there.stdout = Output(text.write)
        there.handler_failed = self.failures.append
        try:
            self.status = DirectRun(there, Program(file)).run(seconds)
        finally:
            self.output = text.getvalue()
        return self.output

    @staticmethod
    def meanwhile(action: Callable[[], object]) -> threading.Thread:
        """Do something beside a script that is about to run."""
        thread = threading.Thread(target=action)
        thread.start()
        return thread
