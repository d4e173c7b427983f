"""`asyncio` on board time: tasks that take turns, flags and locks between them, streams over serial ports and sockets.

CPython's own asyncio is not underneath. It keeps the running loop of a thread in one place, and in a simulated world
every board of that thread may stand in the middle of a task: whoever calls `asyncio.run` second would be refused. It
also takes longer to import than all the rest of a script's start.

# Ref: MicroPython extmod/asyncio/{__init__,core,event,funcs,lock,stream}.py
"""

from collections.abc import Callable
from typing import NoReturn, TypeVar

from machine_compat.board import Board
from machine_compat.modules.asyncio.loop import Loop
from machine_compat.modules.asyncio.network import Network, Server
from machine_compat.modules.asyncio.stream import Stream
from machine_compat.modules.asyncio.sync import Event, Lock, ThreadSafeFlag
from machine_compat.modules.asyncio.task import CancelledError, Sleep, Task, TimeoutError
from machine_compat.modules.asyncio.waiting import Waiting

T = TypeVar("T")


def names(board: Board) -> dict[str, object]:
    """The public names of a board's `asyncio`, with a loop of their own."""
    loop = board.singleton((Loop,), lambda: Loop(board))
    waiting = Waiting(loop)
    stream = bound(Stream, loop)
    server = bound(Server, loop, _board=board, _stream=stream)
    network = Network(board, loop, stream, server)
    public: dict[str, object] = {
        "CancelledError": CancelledError,
        "Event": bound(Event, loop),
        "Lock": bound(Lock, loop),
        "Loop": loop,
        "Server": server,
        "Stream": stream,
        "StreamReader": stream,
        "StreamWriter": stream,
        "Task": Task,
        "ThreadSafeFlag": bound(ThreadSafeFlag, loop),
        "TimeoutError": TimeoutError,
        "__getattr__": lacking,
        "__version__": (3, 0, 0),
        "create_task": loop.create_task,
        "current_task": loop.current_task,
        "gather": waiting.gather,
        "get_event_loop": getter(loop),
        "new_event_loop": loop.renewed,
        "open_connection": network.open_connection,
        "run": loop.run_until_complete,
        "run_until_complete": loop.run_until_complete,
        "sleep": lambda t, /: Sleep(loop, int(t * 1000)),
        "sleep_ms": lambda t, /: Sleep(loop, t),
        "start_server": network.start_server,
        "wait_for": waiting.wait_for,
        "wait_for_ms": waiting.wait_for_ms,
    }
    public["core"] = Core(loop, public)
    return public


def bound(base: type[T], loop: Loop, **own: object) -> type[T]:
    """A class as the scripts of one board know it."""
    return type(base.__name__, (base,), {"__module__": "asyncio", "__doc__": base.__doc__, "_loop": loop, **own})


def getter(loop: Loop) -> Callable[..., Loop]:
    """`get_event_loop`, which once took the sizes of its queues."""
    return lambda runq_len=0, waitq_len=0: loop


def lacking(name: str) -> NoReturn:
    """What a script is told that asks for a name which is not here."""
    raise AttributeError(f"module 'asyncio' has no attribute '{name}'")


class Core:
    """`asyncio.core`: the loop's own module on a board, where drivers look for the task that runs."""

    def __init__(self, loop: Loop, public: dict[str, object]) -> None:
        self._loop = loop
        self.__dict__.update((name, value) for name, value in public.items() if not name.startswith("__"))

    @property
    def cur_task(self) -> Task | None:
        """The task that runs now; None outside any."""
        return self._loop.current

    def ticks(self) -> int:
        """The loop's time in ms since the board started."""
        return self._loop.ticks()
