"""This file is the process that holds the far side of rigs: one after the other, for the process that started it.

A process of its own, because drivers wait for the far side inside system calls in which a program may hold Python's
global lock (py-spidev does). Requests come over the connection whose file descriptor is the first argument, as tuples
of an operation and its arguments; each is answered with (True, result) or (False, exception).
"""

import contextlib
import os
import selectors
import sys
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Connection

from machine_compat.errors import ConfigError
from tests.bench.far_side import FarSide
from tests.bench.plan import Plan, USBPlan
from tests.bench.side import Side
from tests.bench.usb_side import USBSide

Options = Mapping[str, object]


class Server:
    """Serves the drivers of one rig and the requests of one program, whichever comes first."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._side: Side | None = None
        self._selector = selectors.DefaultSelector()
        self._selector.register(connection, selectors.EVENT_READ, self._request)

    def run(self) -> None:
        """Serve until the program is gone."""
        with contextlib.suppress(EOFError, ConnectionResetError):
            while True:
                side = self._side
                for key, _ in self._selector.select(side.idle_s() if side else None):
                    key.data()
                if self._side:
                    self._side.run()

    def _request(self) -> None:
        operation, *arguments = self._connection.recv()
        handlers: dict[str, Callable[..., object]] = {
            "plug": self._plug, "unplug": self._unplug, "attach": self._attach, "detach": self._detach,
            "get": self._get, "set": self._set, "call": self._call, "fail_i2c": self._fail_i2c,
            "hang_up": self._hang_up, "failures": self._failures,
        }  # fmt: skip
        try:
            if self._side:
                self._side.run()
            answer = (True, handlers[operation](*arguments))
        except Exception as error:  # whoever asked is to see it
            answer = (False, error)
        self._connection.send(answer)

    # ---- rigs

    @property
    def side(self) -> Side:
        if self._side is None:
            raise ConfigError("the rig is unplugged")
        return self._side

    @property
    def rig(self) -> FarSide:
        """The side, where it is the small computer."""
        if not isinstance(self._side, FarSide):
            raise ConfigError("no rig with buses of its own is plugged in")
        return self._side

    def _plug(self, plan: Plan | USBPlan) -> list[str]:
        side = self._side = USBSide(plan) if isinstance(plan, USBPlan) else FarSide(plan)
        for file, serve in side.files().items():
            self._selector.register(file, selectors.EVENT_READ, serve)
        return side.nodes()

    def _unplug(self) -> list[Exception]:
        side = self.side
        for file in side.files():
            self._selector.unregister(file)
        side.unplug()
        self._side = None
        return side.failures

    def _hang_up(self, number: int) -> None:
        port = self.rig.ports.pop(number)
        self._selector.unregister(port)
        port.close()

    def _failures(self) -> list[Exception]:
        failures, self.side.failures = self.side.failures, []
        return failures

    # ---- chips and pins

    def _attach(self, spec: str) -> None:
        self.side.attach(spec)

    def _detach(self, name: str) -> None:
        self.side.detach(self._spec(name))

    def _fail_i2c(self, bus: int, errors: list[int]) -> None:
        self.rig.fail_i2c(bus, errors)

    def _spec(self, name: str) -> str:
        found = [spec for spec in self.side.chips if name in (spec, spec.partition("@")[0])]
        if len(found) != 1:
            raise ConfigError(f"{name} names {len(found)} chips of {', '.join(self.side.chips) or 'none'}")
        return found[0]

    def _target(self, kind: str, name: str) -> object:
        return self.side.pin(name) if kind == "pin" else self.side.chips[self._spec(name)]

    def _get(self, kind: str, name: str, attribute: str) -> tuple[bool, object]:
        """Whether the attribute is a method; its value if it is none."""
        value = getattr(self._target(kind, name), attribute)
        return (True, None) if callable(value) else (False, value)

    def _set(self, kind: str, name: str, attribute: str, value: object) -> None:
        target = self._target(kind, name)
        if not hasattr(target, attribute):
            raise ConfigError(f"{name} has no {attribute!r} to set")
        setattr(target, attribute, value)

    def _call(self, kind: str, name: str, method: str, arguments: Sequence[object], options: Options) -> object:
        return getattr(self._target(kind, name), method)(*arguments, **options)


if __name__ == "__main__":
    Server(Connection(int(sys.argv[1]))).run()
    # Python's own tidying up would take longer than it has served.
    os._exit(0)
