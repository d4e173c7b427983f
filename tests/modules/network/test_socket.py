"""socket: this computer's sockets with MicroPython's methods, which wait on board time."""

import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., tuple[Any, ...]]


def served(answer: Callable[[socket.socket], None]) -> int:
    """Serve one connection on this computer; the port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with listener:
            connection, _ = listener.accept()
            with connection:
                answer(connection)

    threading.Thread(target=serve, daemon=True).start()
    return int(listener.getsockname()[1])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def web(connection: socket.socket) -> None:
    while b"\r\n\r\n" not in connection.recv(1000):
        pass
    connection.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: 10\r\n\r\n0123456789")


def test_a_request_as_scripts_make_it(run: Run) -> None:
    source = f"""
        import usocket as socket
        address = socket.getaddrinfo("127.0.0.1", {served(web)}, 0, socket.SOCK_STREAM)[0]
        s = socket.socket(address[0], address[1], address[2])
        s.connect(address[-1])
        print(s.write(b"GET / HTTP/1.0\\r\\n\\r\\n"))
        print(s.readline(), s.makefile("rb") is s)
        while True:
            line = s.readline()
            if not line or line == b"\\r\\n":
                break
        buffer = bytearray(4)
        print(s.read(3), s.readinto(buffer), buffer, s.read(), s.read(), s.recv(5))
        s.close()
    """
    assert run("pico_w", source)[0].output.splitlines() == [
        "18",
        "b'HTTP/1.0 200 OK\\r\\n' True",
        "b'012' 4 bytearray(b'3456') b'789' b'' b''",
    ]


def test_a_server_in_a_script(run: Run) -> None:
    """Two threads of the script talk to each other, and a timer goes on."""
    source = """
        import socket, _thread, time
        from machine import Timer
        ticks = []
        timer = Timer(period=5, callback=ticks.append)
        server = socket.socket()
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", PORT))
        server.listen(1)
        def client():
            s = socket.socket()
            s.connect(("127.0.0.1", PORT))
            time.sleep_ms(50)
            s.send("ping")
            print(s.recv(100))
            s.close()
        _thread.start_new_thread(client, ())
        connection, address = server.accept()
        print(type(connection) is socket.socket, address[0])
        data = connection.recv(100)
        print(data)
        connection.sendall(data + b"!")
        print(connection.recv(1), len(ticks) >= 8)
        timer.deinit()
    """.replace("PORT", str(free_port()))
    lines = run("pico_w", source)[0].output.splitlines()
    assert sorted(lines) == sorted(["True 127.0.0.1", "b'ping'", "b'ping!'", "b'' True"])


def test_datagrams(run: Run) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as far:
        far.bind(("127.0.0.1", 0))
        far.settimeout(10)

        def echo() -> None:
            data, address = far.recvfrom(100)
            far.sendto(data.upper(), address)

        thread = threading.Thread(target=echo, daemon=True)
        thread.start()
        source = f"""
            import socket
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            print(s.sendto(b"hello", ("127.0.0.1", {far.getsockname()[1]})))
            data, address = s.recvfrom(100)
            print(data, address[0])
        """
        assert run("esp32", source)[0].output == "5\nb'HELLO' 127.0.0.1\n"
        thread.join()


def test_timeouts_and_sockets_that_do_not_block(run: Run) -> None:
    source = """
        import socket, time, errno
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.bind(("127.0.0.1", 0))
        def number(call, *args):
            try:
                return call(*args)
            except OSError as error:
                return error.errno
        s.settimeout(0.2)
        started = time.ticks_ms()
        print(number(s.recv, 10), 200 <= time.ticks_diff(time.ticks_ms(), started) < 250)
        s.setblocking(False)
        print(number(s.recv, 10), s.read(5), s.readline())
        s.close()
        print(number(s.recv, 10))
        print(number(socket.socket().connect, ("127.0.0.1", 1)))
        try:
            socket.getaddrinfo("no.such.host.invalid", 80)
        except OSError as error:
            print(error.args)
    """
    assert run("pico_w", source)[0].output.splitlines() == ["110 True", "11 None None", "9", "111", "(-2,)"]


def test_poll(run: Run) -> None:
    port = free_port()
    source = f"""
        import socket, select
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.bind(("127.0.0.1", {port}))
        poll = select.poll()
        poll.register(s, select.POLLIN)
        print(poll.poll(20))
        s.sendto(b"x", ("127.0.0.1", {port}))
        print([(one is s, events) for one, events in poll.poll(1000)])
    """
    assert run("pico_w", source)[0].output == "[]\n[(True, 1)]\n"


def test_a_reset_closes_sockets(run: Run) -> None:
    port = free_port()
    source = f"""
        import machine, socket
        s = socket.socket()
        s.bind(("127.0.0.1", {port}))
        s.listen(1)
        print("bound")
        if machine.reset_cause() == machine.PWRON_RESET:
            machine.reset()
    """
    assert run("pico_w", source)[0].output == "bound\nbound\n"


@pytest.mark.parametrize("board", ["pico", "pyboard"])
def test_boards_without_a_network(run: Run, board: str) -> None:
    source = "try:\n    import socket\nexcept ImportError as error:\n    print(error)\n"
    assert run(board, source)[0].output == "no module named 'socket'\n"
