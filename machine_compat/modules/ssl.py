"""`ssl`: TLS over the board's sockets, by CPython's own.

# Ref: MicroPython extmod/modtls_mbedtls.c, lib/micropython-lib's ssl; docs/library/ssl.rst
"""

import base64
import ssl
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from machine_compat.board import Board
from machine_compat.flash import board_errors, mounted
from machine_compat.machine.peripheral import Peripheral, made_for, readable, to_int
from machine_compat.machine.stream import POLLIN, POLLOUT
from machine_compat.modules.socket import Socket
from machine_compat.oserror import os_error

CLIENT, SERVER = 0, 1
ECONNRESET = 104
NONE, OPTIONAL, REQUIRED = 0, 1, 2
KEYS = {b"\2\1\0\2": "RSA PRIVATE KEY", b"\2\1\1\4": "EC PRIVATE KEY"}
"""What PEM calls a DER key that begins with a version and a number (RFC 8017) or bytes (RFC 5915); else: PKCS #8."""


def names(board: Board) -> dict[str, object]:
    context = made_for(board, SSLContext, "ssl")

    def wrap_socket(
        sock: Socket,
        *,
        server_side: bool = False,
        key: Any = None,
        cert: Any = None,
        cert_reqs: int = NONE,
        cadata: Any = None,
        server_hostname: str | None = None,
        do_handshake: bool = True,
    ) -> TLSSocket:
        """A socket with TLS, whose certificate is looked at only if that is asked for."""
        made = context(SERVER if server_side else CLIENT)
        if cert or key:
            made.load_cert_chain(cert, key)
        if cadata:
            made.load_verify_locations(cadata=cadata)
        made.verify_mode = cert_reqs
        return made.wrap_socket(
            sock, server_side=server_side, do_handshake_on_connect=do_handshake, server_hostname=server_hostname
        )

    return {
        "CERT_NONE": NONE,
        "CERT_OPTIONAL": OPTIONAL,
        "CERT_REQUIRED": REQUIRED,
        "PROTOCOL_TLS_CLIENT": CLIENT,
        "PROTOCOL_TLS_SERVER": SERVER,
        "SSLContext": context,
        "wrap_socket": wrap_socket,
    }


def content_of(der: bytes) -> int:
    """Where the content of a DER sequence begins, behind its length."""
    return 2 + (der[1] & 0x7F if len(der) > 1 and der[1] & 0x80 else 0)


class SSLContext(Peripheral):
    """SSLContext(protocol): certificates, and how those of the other side are looked at.

    Raises ValueError for a protocol that is neither PROTOCOL_TLS_CLIENT nor PROTOCOL_TLS_SERVER.
    """

    def __init__(self, protocol: int, /) -> None:
        if to_int(protocol) not in (CLIENT, SERVER):
            raise ValueError("invalid protocol")
        self._own = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT if protocol == CLIENT else ssl.PROTOCOL_TLS_SERVER)
        self.verify_mode = REQUIRED if protocol == CLIENT else NONE

    @property
    def verify_mode(self) -> int:
        return int(self._own.verify_mode)

    @verify_mode.setter
    def verify_mode(self, mode: int) -> None:
        wanted = ssl.VerifyMode(to_int(mode))
        if wanted != ssl.CERT_REQUIRED:
            self._own.check_hostname = False
        self._own.verify_mode = wanted

    def get_ciphers(self) -> list[str]:
        return [cipher["name"] for cipher in self._own.get_ciphers()]

    def load_cert_chain(self, certfile: object, keyfile: object) -> None:
        """The own certificate and key: files of the flash, or what is in them, PEM or DER."""
        with tempfile.TemporaryDirectory(prefix="machine-compat-") as folder:
            certificate, key = Path(folder) / "certificate", Path(folder) / "key"
            certificate.write_bytes(self._pem(certfile, "CERTIFICATE"))
            key.write_bytes(self._pem(keyfile, "PRIVATE KEY"))
            try:
                self._own.load_cert_chain(certificate, key)
            except OSError as error:
                raise ValueError("invalid cert or key") from error

    def load_verify_locations(self, cafile: object = None, cadata: object = None) -> None:
        """The certificates to trust: a file of the flash, or what is in it, PEM or DER."""
        content = self._pem(cafile if cadata is None else readable(cadata), "CERTIFICATE")
        try:
            self._own.load_verify_locations(cadata=content.decode("ascii"))
        except (OSError, UnicodeDecodeError) as error:
            raise ValueError("invalid cert") from error

    def _pem(self, source: object, label: str) -> bytes:
        if isinstance(source, str):
            with board_errors():
                data = mounted(self._board).resolve(source).read_bytes()
        else:
            data = readable(source)
        if data.lstrip().startswith(b"-----"):
            return data
        if label == "PRIVATE KEY":
            label = KEYS.get(data[content_of(data) :][:4], label)
        text = base64.encodebytes(data).decode("ascii")
        return f"-----BEGIN {label}-----\n{text}-----END {label}-----\n".encode("ascii")

    def wrap_socket(
        self,
        sock: Socket,
        *,
        server_side: bool = False,
        do_handshake_on_connect: bool = True,
        server_hostname: str | None = None,
    ) -> "TLSSocket":
        """A socket with TLS in place of one without; OSError when the two sides do not agree."""
        made = object.__new__(made_for(self._board, TLSSocket, "ssl"))
        made.begin(sock, self._own, bool(server_side), server_hostname)
        if do_handshake_on_connect:
            made.do_handshake()
        return made


class TLSSocket(Socket):
    """What `wrap_socket` gives: a stream whose bytes nobody on the way can read."""

    _socket: ssl.SSLSocket

    def begin(self, sock: Socket, context: ssl.SSLContext, server_side: bool, hostname: str | None) -> None:
        """Take over a socket."""
        if not isinstance(sock, Socket):
            raise TypeError(f"'{type(sock).__name__}' object is no socket of this board's")
        plain, timeout_ms = sock.detached()
        self._take(
            context.wrap_socket(
                plain, server_side=server_side, do_handshake_on_connect=False, server_hostname=hostname or None
            )
        )
        self._timeout_ms = timeout_ms
        self._wanted = 0
        """What TLS itself has to wait for before anything can be read or written."""

    def _needs(self, flags: int) -> int:
        """What the computer is to be asked for in place of some events; 0: there is something to read."""
        if flags & POLLIN and self._socket.pending():
            return 0
        return self._wanted or flags

    def do_handshake(self) -> None:
        """Agree with the other side; OSError where that does not come about, ECONNRESET where it has gone."""
        self._retried(POLLIN | POLLOUT, self._socket.do_handshake)

    def cipher(self) -> tuple[str, str]:
        """(cipher suite, version of TLS)"""
        suite = self._socket.cipher() or ("", "", 0)
        return suite[0], suite[1]

    def getpeercert(self, binary_form: object, /) -> bytes | None:
        """The other side's certificate, in DER."""
        return self._socket.getpeercert(True)

    def _retried(self, events: int, attempt: Callable[[], Any]) -> Any:
        while True:
            self._wanted = 0
            try:
                return attempt()
            except ssl.SSLWantReadError:
                wanted = self._wanted = POLLIN
            except ssl.SSLWantWriteError:
                wanted = self._wanted = POLLOUT
            except (BlockingIOError, InterruptedError):
                wanted = events
            except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
                if events == POLLIN:
                    return b""
                raise os_error(ECONNRESET) from None
            except ssl.SSLError as error:
                raise OSError(error.errno, str(error.reason or error)) from error
            self._wait(wanted)
