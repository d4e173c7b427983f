"""`socket`: this computer's own sockets in MicroPython's shape, which are streams as well.

A call that has to wait lets board time pass, a millisecond for each of the computer's, so that timers, handlers and
other boards go on; only `getaddrinfo` stops everything until it has an answer.

# Ref: MicroPython extmod/modsocket.c, py/stream.c; docs/library/socket.rst
"""

import errno
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Self
from weakref import WeakSet

from machine_compat.board import Board
from machine_compat.flash import board_errors
from machine_compat.machine.peripheral import Peripheral, made_for, readable, to_int, writable
from machine_compat.machine.stream import CHUNK, POLLIN, POLLOUT, Stream
from machine_compat.modules.select import Polled, wait
from machine_compat.oserror import EAGAIN, ETIMEDOUT, os_error

NO_NAME = -2
"""What lwIP's getaddrinfo gives for a name that nobody knows."""
NAMES = (
    "AF_INET AF_INET6 SOCK_STREAM SOCK_DGRAM SOCK_RAW SOL_SOCKET SO_REUSEADDR SO_BROADCAST SO_KEEPALIVE SO_SNDTIMEO"
    " SO_RCVTIMEO IPPROTO_IP IPPROTO_ICMP IPPROTO_TCP IPPROTO_UDP IPPROTO_IPV6 TCP_NODELAY IP_ADD_MEMBERSHIP"
    " IP_DROP_MEMBERSHIP"
)
"""The constants, with this computer's values."""

REUSE = (socket.SOL_SOCKET, socket.SO_REUSEADDR)
"""The option by which a server may listen where one has just been."""

Address = tuple[Any, ...]


def names(board: Board) -> dict[str, object]:
    made = made_for(board, Socket, "socket")
    made.__name__ = made.__qualname__ = "socket"
    constants = {name: int(getattr(socket, name)) for name in NAMES.split() if hasattr(socket, name)}
    return {"getaddrinfo": getaddrinfo, "socket": made, **constants}


def getaddrinfo(
    host: str, port: int | str, af: int = 0, type: int = 0, proto: int = 0, flags: int = 0, /
) -> list[tuple[int, int, int, str, Address]]:
    """[(family, type, protocol, "", address)]: the first address of a host, IPv4 unless it is asked for another.

    OSError(-2) where the name is not known. The computer is waited for, and board time with it.
    """
    try:
        found = socket.getaddrinfo(host or None, port, af or socket.AF_INET, type or socket.SOCK_STREAM, proto, flags)
    except OSError as error:
        raise OSError(NO_NAME) from error
    return [(int(family), int(kind), number, "", address) for family, kind, number, _, address in found[:1]]


class Socket(Peripheral, Stream):
    """socket(af=AF_INET, type=SOCK_STREAM, proto=0)

    Raises OSError with a board's errno: ECONNREFUSED, EHOSTUNREACH, EADDRINUSE, ...; EAGAIN for what a socket that
    does not block would have to wait for, ETIMEDOUT after its timeout.
    """

    def __init__(self, af: int = socket.AF_INET, type: int = socket.SOCK_STREAM, proto: int = 0, /) -> None:
        with board_errors():
            self._take(socket.socket(to_int(af), to_int(type), to_int(proto)))

    def _take(self, own: socket.socket) -> None:
        own.setblocking(False)
        self._socket = own
        self._timeout_ms: int | None = None
        board = self._board
        board.singleton(("open sockets",), lambda: closed_by_reset(board)).add(self)

    def detached(self) -> tuple[socket.socket, int | None]:
        """The computer's socket, which is somebody else's from now on, and the timeout in ms."""
        own = self._socket
        self._socket = socket.socket()
        self._socket.close()
        return own, self._timeout_ms

    def fileno(self) -> int:
        return self._socket.fileno()

    # ---- waiting

    def _wait(self, events: int) -> None:
        """Until something can be read or written; OSError EAGAIN, ETIMEDOUT."""
        if self._timeout_ms == 0:
            raise os_error(EAGAIN)
        if not wait(self._board, [Polled(self, events)], self._timeout_ms):
            raise os_error(ETIMEDOUT)

    def _retried(self, events: int, attempt: Callable[[], Any]) -> Any:
        while True:
            with board_errors():
                try:
                    return attempt()
                except (BlockingIOError, InterruptedError):
                    pass
            self._wait(events)

    def settimeout(self, value: float | None, /) -> None:
        """Seconds that a call may wait; None without an end, 0 not at all."""
        self._timeout_ms = None if value is None else int(value * 1000)

    def setblocking(self, flag: object, /) -> None:
        self._timeout_ms = None if flag else 0

    def setsockopt(self, level: int, optname: int, value: object, /) -> None:
        """An option of this computer's sockets; value is an int or a buffer."""
        setting = int(value) if isinstance(value, int) else readable(value)
        with board_errors():
            self._socket.setsockopt(to_int(level), to_int(optname), setting)

    # ---- connections

    def bind(self, address: Address, /) -> None:
        with board_errors():
            self._socket.bind(tuple(address))

    def listen(self, backlog: int = 2, /) -> None:
        with board_errors():
            self._socket.listen(to_int(backlog))

    def accept(self) -> tuple[Self, Address]:
        """(socket, address) of the next connection."""
        own, address = self._retried(POLLIN, self._socket.accept)
        made = object.__new__(type(self))
        made._take(own)
        return made, address

    def connect(self, address: Address, /) -> None:
        """Connect; a socket that does not block raises OSError EINPROGRESS and goes on by itself."""
        with board_errors():
            number = self._socket.connect_ex(tuple(address))
            if number in (errno.EINPROGRESS, errno.EWOULDBLOCK) and self._timeout_ms != 0:
                self._wait(POLLOUT)
                self.check_connected()
            elif number:
                raise OSError(number, "")

    def check_connected(self) -> None:
        """OSError ECONNREFUSED, EHOSTUNREACH, ... for a connection that did not come about."""
        with board_errors():
            number = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if number:
                raise OSError(number, "")

    def send(self, data: object, /) -> int:
        """Send; how many bytes were taken."""
        content = readable(data)
        return to_int(self._retried(POLLOUT, lambda: self._socket.send(content)))

    def sendall(self, data: object, /) -> None:
        content = memoryview(readable(data))
        while content:
            content = content[self.send(content) :]

    def sendto(self, data: object, address: Address, /) -> int:
        content = readable(data)
        return to_int(self._retried(POLLOUT, lambda: self._socket.sendto(content, tuple(address))))

    def recv(self, bufsize: int, flags: int = 0, /) -> bytes:
        """Up to so many bytes; none at the end of a connection."""
        data: bytes = self._retried(POLLIN, lambda: self._socket.recv(to_int(bufsize), to_int(flags)))
        return data

    def recvfrom(self, bufsize: int, flags: int = 0, /) -> tuple[bytes, Address]:
        data, address = self._retried(POLLIN, lambda: self._socket.recvfrom(to_int(bufsize), to_int(flags)))
        return data, address

    # ---- as a stream

    def _receive(self, size: int) -> bytes | None:
        try:
            return self.recv(size)
        except OSError as error:
            if error.errno == EAGAIN:
                return None
            raise

    def _send(self, data: bytes) -> int | None:
        done = 0
        while done < len(data):
            try:
                done += self.send(data[done:])
            except OSError as error:
                if error.errno != EAGAIN:
                    raise
                return done or None
        return done

    def read(self, nbytes: int = -1, /) -> bytes | None:
        """Exactly so many bytes, fewer at the connection's end, or all until then; None where nothing is there yet."""
        size = to_int(nbytes)
        data = bytearray()
        while size < 0 or len(data) < size:
            part = self._receive(CHUNK if size < 0 else size - len(data))
            if part is None and not data:
                return None
            if not part:
                break
            data += part
        return bytes(data)

    def readinto(self, buf: object, nbytes: int = -1, /) -> int | None:
        """Fill a buffer as `read` reads."""
        view = writable(buf)
        limit = to_int(nbytes)
        data = self.read(len(view) if limit < 0 else min(limit, len(view)))
        if data is None:
            return None
        view[: len(data)] = data
        return len(data)

    def makefile(self, *_: object) -> Self:
        """The socket, which is a stream already."""
        return self

    def close(self) -> None:
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        # One that is dropped is closed without a warning; one that could not be made has nothing to close.
        with suppress(AttributeError, OSError):
            self._socket.close()

    def __repr__(self) -> str:
        return f"<socket state={0 if self._socket.fileno() < 0 else 1} timeout={self._timeout_ms}>"


def closed_by_reset(board: Board) -> WeakSet[Socket]:
    """A set for open sockets; those still open when the board is reset are closed then."""
    sockets: WeakSet[Socket] = WeakSet()

    def close() -> None:
        for one in list(sockets):
            one.close()

    board.at_reset.append(close)
    return sockets
