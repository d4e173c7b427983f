"""The child process in which MicroPython runs, and the messages to and from it: one line of JSON each."""

import json
import os
import select
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from machine_compat.errors import ConfigError
from machine_compat.vm.install import Installation

HERE = Path(__file__).parent
CHUNK = 1 << 16
LOOK_S = 0.2
"""How long a read waits at a time: between two, this thread hears what was raised in it from outside."""


class Process:
    """MicroPython in Node, at the other end of two pipes.

    Each side sends only when it is its turn, so at most one message is on its way to the VM.
    """

    def __init__(self, installation: Installation) -> None:
        runner, guest = HERE / "runner.mjs", HERE / "guest"
        command = [installation.node, str(runner), str(installation.package), str(guest)]
        # A session of its own: Ctrl-C is for this process, which tells the script.
        self._child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self._arrived = bytearray()
        self.ended = False

    def send(self, message: list[object]) -> None:
        """One message to the VM; ConfigError if it is gone."""
        assert self._child.stdin is not None
        try:
            self._child.stdin.write(json.dumps(message).encode() + b"\n")
            self._child.stdin.flush()
        except BrokenPipeError:
            raise self._gone() from None

    def receive(self) -> list[Any]:
        """The VM's next message; ConfigError if it is gone."""
        assert self._child.stdout is not None
        pipe = self._child.stdout.fileno()
        while (end := self._arrived.find(b"\n")) < 0:
            if sys.platform != "win32" and not select.select([pipe], [], [], LOOK_S)[0]:
                continue
            data = os.read(pipe, CHUNK)
            if not data:
                raise self._gone()
            self._arrived += data
        line = self._arrived[:end]
        del self._arrived[: end + 1]
        message: list[Any] = json.loads(line)
        return message

    def end(self) -> None:
        """Stop the VM wherever it is; again does no harm."""
        if self.ended:
            return
        self.ended = True
        self._child.kill()
        self._child.wait()
        for pipe in (self._child.stdin, self._child.stdout, self._child.stderr):
            # What was still to be sent to a process that is gone makes closing fail.
            with suppress(BrokenPipeError):
                if pipe is not None:
                    pipe.close()

    def _gone(self) -> ConfigError:
        assert self._child.stderr is not None
        self._child.kill()
        said = self._child.stderr.read().decode(errors="replace").strip()
        self.end()
        return ConfigError(f"the MicroPython VM ended: {said.splitlines()[-1] if said else 'it said nothing'}")
