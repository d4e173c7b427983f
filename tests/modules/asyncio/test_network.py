"""asyncio's connections and servers, with CPython's sockets in a thread at the other end."""

import socket
import ssl
import threading
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from machine_compat.simulation import SimulatedBoard

HERE = Path(__file__).resolve().parent
CERTIFICATE, KEY = (HERE.parent / "network" / f"localhost.{kind}" for kind in ("crt", "key"))
Play = Callable[..., SimulatedBoard]


@pytest.fixture
def play(tmp_path: Path) -> Play:
    """Runs a script's text on a board with a network until it ends."""

    def play(source: str, name: str = "pico_w", seconds: float | None = 20) -> SimulatedBoard:
        script = tmp_path / "main.py"
        script.write_text("import asyncio, time\n" + dedent(source), encoding="utf-8")
        with SimulatedBoard(name) as board:
            board.run(script, seconds=seconds)
            assert board.finished
            return board

    return play


def served(answer: Callable[[socket.socket], None], context: ssl.SSLContext | None = None) -> int:
    """Serve one connection on this computer; the port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with listener:
            connection, _ = listener.accept()
            with connection if context is None else context.wrap_socket(connection, server_side=True) as one:
                answer(one)

    threading.Thread(target=serve, daemon=True).start()
    return int(listener.getsockname()[1])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def echo(connection: socket.socket) -> None:
    while data := connection.recv(4096):
        connection.sendall(data.upper())


class Client(threading.Thread):
    """Connects until somebody listens, and keeps what comes back until the end."""

    def __init__(self, port: int, request: bytes) -> None:
        super().__init__(daemon=True)
        self._port = port
        self._request = request
        self.answer = b""
        self.start()

    def run(self) -> None:
        while True:
            try:
                with socket.create_connection(("127.0.0.1", self._port), timeout=10) as connection:
                    connection.sendall(self._request)
                    connection.shutdown(socket.SHUT_WR)
                    while part := connection.recv(4096):
                        self.answer += part
                    return
            except ConnectionRefusedError:
                continue


def test_a_client_reads_and_writes_while_other_tasks_run(play: Play) -> None:
    board = play(f"""
        ticks = 0

        async def tick():
            global ticks
            while True:
                await asyncio.sleep_ms(1)
                ticks += 1

        async def main():
            asyncio.create_task(tick())
            reader, writer = await asyncio.open_connection("127.0.0.1", {served(echo)})
            print(reader is writer)
            writer.write(b"first\\nsecond")
            await writer.drain()
            print(await reader.readline(), await reader.readexactly(6))
            writer.close()
            await writer.wait_closed()

        asyncio.run(main())
    """)
    assert board.output == "True\nb'FIRST\\n' b'SECOND'\n"


def test_board_time_goes_on_while_a_task_waits_for_the_other_side(play: Play) -> None:
    def asked(connection: socket.socket) -> None:
        connection.sendall(connection.recv(2) + b"ne")

    board = play(f"""
        async def main():
            reader, writer = await asyncio.open_connection("127.0.0.1", {served(asked)})
            begun = time.ticks_ms()
            try:
                await asyncio.wait_for_ms(reader.read(4), 50)
            except asyncio.TimeoutError:
                print(50 <= time.ticks_diff(time.ticks_ms(), begun) < 53)
            writer.write("go")
            await writer.drain()
            print(await reader.readexactly(4))
            try:
                await reader.readexactly(1)
            except EOFError:
                print("end")
            await writer.wait_closed()

        asyncio.run(main())
    """)
    assert board.output == "True\nb'gone'\nend\n"


def test_more_than_the_connection_takes_at_once_waits_for_room(play: Play) -> None:
    got: list[int] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        """Read the first connection once there is a second."""
        with listener, listener.accept()[0] as first, listener.accept()[0]:
            got.append(sum(len(data) for data in iter(lambda: first.recv(1 << 16), b"")))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    board = play(f"""
        PORT = {listener.getsockname()[1]}

        async def main():
            _, writer = await asyncio.open_connection("127.0.0.1", PORT)
            for number in range(32):
                writer.write(bytes(1_000_000))
            print(len(writer.out_buf) > 0)
            await asyncio.open_connection("127.0.0.1", PORT)
            await writer.drain()
            print(len(writer.out_buf))
            await writer.wait_closed()

        asyncio.run(main())
    """)
    thread.join(10)
    assert board.output == "True\n0\n"
    assert got == [32_000_000]


def test_what_is_refused_is_told_by_the_first_read(play: Play) -> None:
    board = play(f"""
        import errno

        async def main():
            reader, writer = await asyncio.open_connection("127.0.0.1", {free_port()})
            try:
                await reader.read(1)
            except OSError as e:
                print(e.errno == errno.ECONNREFUSED)
            await writer.wait_closed()

        asyncio.run(main())
    """)
    assert board.output == "True\n"


def test_a_name_that_is_not_known_is_an_error_at_once(play: Play) -> None:
    board = play("""
        async def main():
            try:
                await asyncio.open_connection("host.invalid", 80)
            except OSError as e:
                print(e.args)

        asyncio.run(main())
    """)
    assert board.output == "(-2,)\n"


@pytest.mark.parametrize("name", ["pico", "pyboard"])
def test_a_board_without_sockets_says_so(play: Play, name: str) -> None:
    board = play(
        """
        async def main():
            for one in asyncio.open_connection("localhost", 80), asyncio.start_server(None, "0.0.0.0", 80):
                try:
                    await one
                except ImportError as e:
                    print(e)

        asyncio.run(main())
    """,
        name,
    )
    assert board.output == "no module named 'socket'\n" * 2


SERVER = """
    import {module} as asyncio

    served = 0

    async def serve(reader, writer):
        global served
        line = await reader.readline()
        writer.write(writer.get_extra_info("peername")[0] + " " + line.decode())
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        served += 1

    async def main():
        async with await asyncio.start_server(serve, "127.0.0.1", {port}) as server:
            print(isinstance(server, asyncio.Server))
            while served < {clients}:
                await asyncio.sleep_ms(5)
        await server.wait_closed()
        print("closed")

    asyncio.run(main())
"""


@pytest.mark.parametrize("module", ["asyncio", "uasyncio"])
def test_a_server_answers_several_clients(play: Play, module: str) -> None:
    port = free_port()
    clients = [Client(port, b"client %d\n" % number) for number in range(5)]
    board = play(SERVER.format(module=module, port=port, clients=len(clients)))
    assert board.output == "True\nclosed\n"
    for number, client in enumerate(clients):
        client.join(10)
        assert client.answer == b"127.0.0.1 client %d\n" % number
    # Nobody listens there any more.
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


def test_a_server_and_its_client_on_one_board(play: Play) -> None:
    board = play(f"""
        PORT = {free_port()}

        async def serve(reader, writer):
            while data := await reader.read(100):
                writer.write(bytes(reversed(data)))
                await writer.drain()
            await writer.wait_closed()

        async def main():
            server = await asyncio.start_server(serve, "127.0.0.1", PORT, backlog=1)
            reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
            writer.write(b"abc")
            await writer.drain()
            print(await reader.read(10))
            await writer.wait_closed()
            server.close()
            await server.wait_closed()
            try:
                await asyncio.start_server(serve, "127.0.0.1", PORT)
                await asyncio.start_server(serve, "127.0.0.1", PORT)
            except OSError as e:
                print(e.errno)

        asyncio.run(main())
    """)
    assert board.output == "b'cba'\n98\n"


def test_a_server_whose_task_is_cancelled_lets_the_port_go(play: Play) -> None:
    board = play(f"""
        PORT = {free_port()}

        async def main():
            server = await asyncio.start_server(print, "127.0.0.1", PORT)
            server.task.cancel()
            try:
                await server.wait_closed()
            except asyncio.CancelledError:
                print("cancelled")
            server = await asyncio.start_server(print, "127.0.0.1", PORT)
            server.close()
            print(await server.wait_closed())

        asyncio.run(main())
    """)
    assert board.output == "cancelled\nNone\n"


def test_a_reset_closes_what_was_open(play: Play) -> None:
    port = free_port()
    board = play(f"""
        import machine

        async def main():
            await asyncio.start_server(print, "127.0.0.1", {port})
            print(machine.reset_cause() == machine.PWRON_RESET)
            if machine.reset_cause() == machine.PWRON_RESET:
                machine.reset()

        asyncio.run(main())
    """)
    assert board.output == "True\nFalse\n"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


# ---- TLS


def test_a_client_with_tls(play: Play) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE, KEY)
    board = play(f"""
        import ssl

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cadata={CERTIFICATE.read_bytes()!r})

        async def main():
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", {served(echo, context)}, ssl=context, server_hostname="localhost")
            writer.write(b"one\\ntwo" + bytes(50_000))
            await writer.drain()
            # The bytes of one TLS record are read bit by bit.
            print(await reader.readline(), await reader.readexactly(3), len(await reader.readexactly(50_000)))
            await writer.wait_closed()

        asyncio.run(main())
    """)
    assert board.output == "b'ONE\\n' b'TWO' 50000\n"


def test_a_certificate_that_is_not_trusted_is_refused(play: Play) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE, KEY)

    def refused(connection: socket.socket) -> None:
        raise AssertionError("nothing is to be said")

    def serve(listener: socket.socket) -> None:
        with listener, listener.accept()[0] as connection, pytest.raises(ssl.SSLError):
            refused(context.wrap_socket(connection, server_side=True))

    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=serve, args=[listener], daemon=True)
    thread.start()
    board = play(f"""
        async def main():
            reader, writer = await asyncio.open_connection("localhost", {listener.getsockname()[1]}, ssl=True)
            try:
                writer.write(b"secret")
                await writer.drain()
            except OSError as e:
                print("CERTIFICATE" in str(e))
            await writer.wait_closed()

        asyncio.run(main())
    """)
    thread.join(10)
    assert board.output == "True\n"


def test_a_server_with_tls(play: Play) -> None:
    port = free_port()
    trusted = ssl.create_default_context(cafile=CERTIFICATE)
    answers: list[bytes] = []

    def client() -> None:
        while not answers:
            try:
                with (
                    socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
                    trusted.wrap_socket(plain, server_hostname="localhost") as connection,
                ):
                    connection.sendall(b"hello\n")
                    answers.append(connection.recv(100))
            except ConnectionRefusedError:
                continue

    thread = threading.Thread(target=client, daemon=True)
    thread.start()
    board = play(f"""
        import ssl

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain({CERTIFICATE.read_bytes()!r}, {KEY.read_bytes()!r})
        over = asyncio.Event()

        async def serve(reader, writer):
            writer.write((await reader.readline()).upper())
            await writer.drain()
            await writer.wait_closed()
            over.set()

        async def main():
            async with await asyncio.start_server(serve, "127.0.0.1", {port}, ssl=context):
                await over.wait()

        asyncio.run(main())
    """)
    thread.join(10)
    assert board.output == ""
    assert answers == [b"HELLO\n"]
