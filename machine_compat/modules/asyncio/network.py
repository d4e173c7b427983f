"""Connections and servers of a board's asyncio, over its sockets.

Tasks that wait for the network let board time pass as its sockets do, a millisecond for each of the computer's; only
the look-up of a name stops everything until it has an answer.

# Ref: MicroPython extmod/asyncio/stream.py, open_connection, start_server, Server; docs/library/asyncio.rst
"""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

from machine_compat.board import Board
from machine_compat.machine.peripheral import made_for, to_int
from machine_compat.machine.stream import POLLIN, POLLOUT
from machine_compat.modules.asyncio.loop import Loop
from machine_compat.modules.asyncio.stream import Stream
from machine_compat.modules.asyncio.task import CancelledError, Coroutine, Sleep, Task
from machine_compat.oserror import EINPROGRESS
from machine_compat.traces import write_exception

if TYPE_CHECKING:
    from machine_compat.modules.socket import Address, Socket

Serve = Callable[[Stream, Stream], Coroutine]
"""What a server calls with each new connection, as the stream to read and the stream to write."""


class Network:
    """The functions that open connections, for one loop; ImportError on a board whose firmware has no sockets."""

    def __init__(self, board: Board, loop: Loop, stream: type[Stream], server: "type[Server]") -> None:
        self._board = board
        self._loop = loop
        self._stream = stream
        self._server = server

    async def open_connection(
        self, host: str, port: int, ssl: Any = None, server_hostname: str | None = None
    ) -> tuple[Stream, Stream]:
        """Connect to a host by TCP: its stream, twice.

        ssl: True, or an SSLContext. Raises OSError(-2) for a name that is not known. A connection that is refused
        tells so when it is first read or written, as on a board; with TLS at once.
        """
        one, address = self._socket(host, port)
        try:
            one.connect(address)
        except OSError as error:
            if error.errno != EINPROGRESS:
                raise
        await self._loop.ready(one, POLLOUT)
        if ssl:
            one.check_connected()
            context = self._context() if ssl is True else ssl
            one = context.wrap_socket(one, server_hostname=server_hostname or host, do_handshake_on_connect=False)
            one.setblocking(False)
        stream = self._stream(one)
        return stream, stream

    async def start_server(self, callback: Serve, host: str, port: int, backlog: int = 5, ssl: Any = None) -> "Server":
        """Have ``callback(reader, writer)`` run as a task of its own for each connection that comes.

        ssl: an SSLContext with the server's certificate. Raises OSError EADDRINUSE, EACCES, ...
        """
        from machine_compat.modules.socket import REUSE

        one, address = self._socket(host, port)
        one.setsockopt(*REUSE, 1)
        one.bind(address)
        one.listen(to_int(backlog))
        server = self._server(one, callback, ssl)
        try:
            # So that its task has begun and can tidy up when it is cancelled.
            await Sleep(self._loop, 0)
        except CancelledError:
            server.task.cancel()
            raise
        return server

    def _socket(self, host: str, port: int) -> "tuple[Socket, Address]":
        """A socket that does not block, for an address."""
        if not self._board.has_module("socket"):
            raise ImportError("no module named 'socket'")
        from machine_compat.modules.socket import Socket, getaddrinfo

        family, kind, protocol, _, address = getaddrinfo(host, port)[0]
        one = made_for(self._board, Socket, "socket")(family, kind, protocol)
        one.setblocking(False)
        return one, address

    def _context(self) -> Any:
        from machine_compat.modules.ssl import CLIENT, SSLContext

        return made_for(self._board, SSLContext, "ssl")(CLIENT)


class Server:
    """A server that runs; `start_server` makes it. ``async with server`` closes it at the end."""

    _board: Board
    _loop: Loop
    _stream: type[Stream]

    def __init__(self, listening: "Socket", callback: Serve, ssl: Any) -> None:
        self._closed = False
        self.task: Task = self._loop.create_task(self._serve(listening, callback, ssl))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()
        await self.wait_closed()

    def close(self) -> None:
        """Take no more connections; those that are open go on."""
        self._closed = True
        self.task.cancel()

    async def wait_closed(self) -> None:
        """Wait until nobody listens any more."""
        await self.task

    async def _serve(self, listening: "Socket", callback: Serve, ssl: Any) -> None:
        while True:
            try:
                await self._loop.ready(listening, POLLIN)
            except CancelledError:
                listening.close()
                if self._closed:
                    return
                raise
            try:
                one, address = listening.accept()
            except OSError:
                continue  # the other side has thought better of it
            if ssl:
                try:
                    one = ssl.wrap_socket(one, server_side=True, do_handshake_on_connect=False)
                except OSError as error:
                    write_exception(error, self._board.stdout or sys.stdout)
                    one.close()
                    continue
            one.setblocking(False)
            stream = self._stream(one, {"peername": address})
            self._loop.create_task(callback(stream, stream))
