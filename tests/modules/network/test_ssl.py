"""ssl: TLS over the board's sockets, against CPython's own server."""

import socket
import ssl
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., tuple[Any, ...]]


HERE = Path(__file__).resolve().parent
KEY, CERTIFICATE = HERE / "localhost.key", HERE / "localhost.crt"
"""Of nobody but these tests: they say that they are localhost for a hundred years."""


def serve() -> int:
    """Echo one line over TLS; the port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE, KEY)
    listener = socket.create_server(("127.0.0.1", 0))

    def echo() -> None:
        with listener:
            plain, _ = listener.accept()
            with plain:
                try:
                    connection = context.wrap_socket(plain, server_side=True)
                except (ssl.SSLError, ConnectionError):
                    return
                with connection:
                    connection.sendall(connection.recv(100).upper() + b"\n" + b"x" * 5000)

    threading.Thread(target=echo, daemon=True).start()
    return int(listener.getsockname()[1])


CLIENT = """
import socket, {module} as ssl
s = socket.socket()
s.connect(("127.0.0.1", {port}))
{wrap}
s.write(b"hello")
print(s.readline(), len(s.read()), s.recv(1))
s.close()
"""
WRAPS = {
    "ssl": 's = ssl.wrap_socket(s, server_hostname="localhost")',
    "tls": "c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)\nc.verify_mode = ssl.CERT_NONE\ns = c.wrap_socket(s)",
}


@pytest.mark.parametrize("module", WRAPS)
def test_a_client(run: Run, module: str) -> None:
    source = CLIENT.format(module=module, port=serve(), wrap=WRAPS[module])
    assert run("pico_w", source)[0].output == "b'HELLO\\n' 5000 b''\n"


def test_certificates_are_looked_at_when_asked_for(run: Run) -> None:
    trusted = f"""
c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
print(c.verify_mode == ssl.CERT_REQUIRED)
c.load_verify_locations(cadata={CERTIFICATE.read_bytes()!r})
s = c.wrap_socket(s, server_hostname="localhost")
"""
    source = CLIENT.format(module="ssl", port=serve(), wrap=trusted)
    assert run("esp32", source)[0].output == "True\nb'HELLO\\n' 5000 b''\n"
    strange = 's = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).wrap_socket(s, server_hostname="localhost")'
    with pytest.raises(OSError, match=r"(?i)certificate"):
        run("esp32", CLIENT.format(module="ssl", port=serve(), wrap=strange))


P256 = bytes.fromhex("a00a06082a8648ce3d030107")
"""The name of the key's curve, which is beside it in RFC 5208, and in it in RFC 5915."""


@pytest.mark.parametrize("old", [False, True], ids=["RFC 5208", "RFC 5915"])
def test_a_certificate_and_a_key_in_der(run: Run, old: bool) -> None:
    key = ssl.PEM_cert_to_DER_cert(KEY.read_text().replace("PRIVATE KEY", "CERTIFICATE"))
    if old:
        inner = key[key.index(bytes.fromhex("306b020101")) + 2 :]
        secret, public = inner[:37], inner[37:]
        content = secret + P256 + public
        key = b"\x30" + bytes((len(content),)) + content
    source = f"""
        import ssl
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain({ssl.PEM_cert_to_DER_cert(CERTIFICATE.read_text())!r}, {key!r})
        for bad in b"", b"0", {key[:-9]!r}:
            try:
                context.load_cert_chain({CERTIFICATE.read_bytes()!r}, bad)
            except ValueError as e:
                print(e)
    """
    assert run("pico_w", source)[0].output == "invalid cert or key\n" * 3


def test_a_server_that_hangs_up_instead_of_agreeing(run: Run) -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def hang_up() -> None:
        with listener, listener.accept()[0] as connection:
            connection.recv(5000)

    threading.Thread(target=hang_up, daemon=True).start()
    source = f"""
        import socket, ssl
        s = socket.socket()
        s.connect(("127.0.0.1", {listener.getsockname()[1]}))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.verify_mode = ssl.CERT_NONE
        try:
            context.wrap_socket(s)
        except OSError as e:
            print(e)
    """
    assert run("pico_w", source)[0].output == "[Errno 104] ECONNRESET\n"
