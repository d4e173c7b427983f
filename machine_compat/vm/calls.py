"""Answers what the script in the VM asks of its board: one message, one answer, and handlers in between.

A message is ``[turns, verb, ...]``: how many turns of ``while`` loops the script has made since its last message, and
what it wants. An answer is ``[limit, "ok", value, changed buffers]`` or ``[limit, "error", class, arguments]``; limit
is the turn before which nothing will happen on the board, so that the VM need not ask earlier. In place of an answer
``[limit, "call", function, arguments]`` runs a handler first, which may send messages of its own.
"""

import codecs
from collections.abc import Callable
from typing import Any

from machine_compat.board import Board
from machine_compat.interpreter.life import IDLE_NS
from machine_compat.vm.classes import described
from machine_compat.vm.desk import Desk
from machine_compat.vm.process import Process
from machine_compat.vm.values import Buffers, ScriptError, Values

TURNS = 10_000
"""The most turns of a loop before the VM asks, so that a script which spins is seen to be alive."""


class Calls:
    """The board's end of the link to one VM."""

    def __init__(self, board: Board, process: Process, desk: Desk, horizon_ns: Callable[[], int]) -> None:
        """horizon_ns: for how long nothing will happen in the world."""
        self._board = board
        self._process = process
        self._horizon_ns = horizon_ns
        self._text = codecs.getincrementaldecoder("utf-8")("backslashreplace")
        self.values = Values(self._call)
        self.values.handle(desk)
        self._verbs: dict[str, Callable[..., object]] = {
            "call": self._call_method,
            "get": self._get,
            "set": self._set,
            "describe": self._describe,
            "now": self._now,
            "turn": lambda _: None,
        }
        self._stopped: KeyboardInterrupt | None = None
        """Ctrl-C that came in a loop, for the next message that has an answer."""

    def serve(self) -> list[Any]:
        """Answer until the script, or the handler that was called last, is at its end; what it ended with."""
        while True:
            turns, verb, *rest = self._process.receive()
            if turns:
                self._pass(turns * IDLE_NS)
            if verb == "print":
                self._print(rest[0])
            elif verb in self._verbs:
                self._process.send(self._answer(self._verbs[verb], rest))
            else:
                return [verb, *rest]

    def _pass(self, ns: int) -> None:
        try:
            self._board.clock.spend(ns)
            self._board.interrupts.run()
        except KeyboardInterrupt as stopped:
            self._stopped = stopped

    def _answer(self, verb: Callable[..., object], fields: list[Any]) -> list[object]:
        buffers = Buffers()
        stopped, self._stopped = self._stopped, None
        try:
            if stopped is not None:
                raise stopped
            value = self.values.pack_back(verb(buffers, *fields), buffers)
        except (Exception, KeyboardInterrupt) as error:
            if not is_script_error(error):
                raise
            name = next(kind.__name__ for kind in type(error).__mro__ if kind.__module__ == "builtins")
            return [self._limit(), "error", name, self.values.pack_all(error.args)]
        return [self._limit(), "ok", value, self.values.changes(buffers)]

    def _limit(self) -> int:
        """The next turn of a loop that must be told, from 1."""
        if self._board.interrupts.waiting:
            return 1
        return max(1, min(TURNS, -(-self._horizon_ns() // IDLE_NS)))

    # ---- verbs

    def _call_method(self, buffers: Buffers, handle: int, name: str, items: list[Any], options: list[Any]) -> object:
        target = self.values.thing(handle)
        function = getattr(target, name) if name else target
        arguments = [self.values.unpack(item, buffers) for item in items]
        return function(*arguments, **{key: self.values.unpack(item, buffers) for key, item in options})

    def _get(self, _: Buffers, handle: int, name: str) -> object:
        return getattr(self.values.thing(handle), name)

    def _set(self, buffers: Buffers, handle: int, name: str, value: Any) -> None:
        setattr(self.values.thing(handle), name, self.values.unpack(value, buffers))

    def _describe(self, _: Buffers, handle: int) -> object:
        return described(self.values.thing(handle))

    def _now(self, _: Buffers) -> int:
        return (self._board.clock.now_ns() - self._board.booted_ns) // 1_000_000

    def _print(self, characters: str) -> None:
        text = self._text.decode(characters.encode("latin-1"))
        if self._board.stdout is not None and text:
            self._board.stdout.write(text)

    # ---- the other way

    def _call(self, number: int, arguments: tuple[object, ...]) -> object:
        """Run a function of the script's in the VM; raises what it raises."""
        self._process.send([self._limit(), "call", number, self.values.pack_all(arguments)])
        verb, *rest = self.serve()
        if verb == "return":
            return self.values.unpack(rest[0], Buffers())
        raise self.error(*rest)

    def error(self, name: str, items: list[Any], traceback: str) -> BaseException:
        """What stands here for an exception of the script's."""
        values = tuple(self.values.unpack(item, Buffers()) for item in items)
        if name == "SystemExit":
            return SystemExit(*values)
        if name == "KeyboardInterrupt":
            return KeyboardInterrupt()
        return ScriptError(name, values, traceback)


def is_script_error(error: BaseException) -> bool:
    """Whether an exception is one that scripts know; what is wrong with the set-up is not for them to catch."""
    return type(error).__module__ == "builtins" or isinstance(error, OSError)
