"""StreamReader and StreamWriter over serial ports, the terminal, and streams of a script."""

from collections.abc import Callable

from machine_compat.mock.chip import UARTPeer
from machine_compat.simulation import SimulatedBoard

Run = Callable[..., SimulatedBoard]


class Peer(UARTPeer):
    """Sends what it is told to, and keeps what it hears."""

    def __init__(self, baudrate: int | None = None) -> None:
        super().__init__(baudrate)
        self.heard = b""

    def receive(self, data: bytes) -> None:
        self.heard += data


def test_a_stream_reads_lines_from_a_uart(run: Run, board: SimulatedBoard) -> None:
    peer = board.uart(0).attach(Peer(115_200))
    board.at(50, lambda: peer.send(b"one\r\ntw"))
    board.at(80, lambda: peer.send(b"o\r\n"))
    run("""
        uart = machine.UART(0, 115200)
        reader = asyncio.StreamReader(uart)
        async def blink():
            while True:
                await asyncio.sleep_ms(20)
                print(".", end="")
        async def main():
            asyncio.create_task(blink())
            for _ in range(2):
                print(await reader.readline(), time.ticks_ms())
        asyncio.run(main())
    """)
    assert board.output == "..b'one\\r\\n' 50\n..b'two\\r\\n' 80\n"


def test_the_ways_to_read(run: Run, board: SimulatedBoard) -> None:
    peer = board.uart(0).attach(Peer(115_200))
    for ms in (10, 20, 30, 40):
        board.at(ms, lambda: peer.send(b"abc"))
    run("""
        reader = asyncio.StreamReader(machine.UART(0, 115200))
        async def main():
            print(await reader.readexactly(5), time.ticks_ms())
            await asyncio.sleep_ms(5)
            print(await reader.read(1))
            await asyncio.sleep_ms(10)
            buf = bytearray(2)
            print(await reader.readinto(buf), buf)
            print(await reader.read(1), time.ticks_ms())
            try:
                await asyncio.wait_for_ms(reader.readexactly(9), 100)
            except asyncio.TimeoutError:
                print(time.ticks_ms())
        asyncio.run(main())
    """)
    assert board.output == "b'abcab' 20\nb'c'\n2 bytearray(b'ab')\nb'c' 35\n135\n"


def test_a_stream_writes_to_a_uart(run: Run, board: SimulatedBoard) -> None:
    peer = board.uart(0).attach(Peer(9600))
    run("""
        writer = asyncio.StreamWriter(machine.UART(0, 9600), {"name": "gsm"})
        async def main():
            writer.write("AT\\r\\n")
            writer.write(bytes(600))
            await writer.drain()
            print(writer.get_extra_info("name"), writer.out_buf)
            await writer.awrite(b"end")
            await asyncio.sleep(1)
        asyncio.run(main())
    """)
    assert peer.heard == b"AT\r\n" + bytes(600) + b"end"
    assert board.output == "gsm b''\n"


def test_a_task_that_writes_and_drains_lets_others_run(run: Run, board: SimulatedBoard) -> None:
    board.uart(0).attach(Peer(115_200))
    run("""
        writer = asyncio.StreamWriter(machine.UART(0, 115200))
        async def talk():
            while True:
                writer.write(b"x")
                await writer.drain()
        async def main():
            asyncio.create_task(talk())
            await asyncio.sleep_ms(10)
            print(time.ticks_ms())
        asyncio.run(main())
    """)
    assert board.output == "10\n"


def test_a_stream_is_anything_with_ioctl(run: Run) -> None:
    """Drivers make streams of their own, which the loop asks every millisecond."""
    board = run("""
        import io
        class Due(io.IOBase):
            def ioctl(self, request, flags):
                return flags & 1 if request == 3 and time.ticks_ms() >= 25 else 0
            def read(self, n):
                return b"due"
            def close(self):
                print("closed")
        async def main():
            async with asyncio.StreamReader(Due()) as stream:
                print(await stream.read(3), time.ticks_ms())
        asyncio.run(main())
    """)
    assert board.output == "b'due' 25\nclosed\n"


def test_a_stream_reads_what_is_typed(run: Run, board: SimulatedBoard) -> None:
    board.at(30, lambda: board.type("hello\n"))
    run("""
        import sys
        async def main():
            print(await asyncio.StreamReader(sys.stdin).readline(), time.ticks_ms())
        asyncio.run(main())
    """)
    assert board.output == "b'hello\\n' 30\n"


def test_a_stream_hands_on_what_it_is_given(run: Run) -> None:
    board = run("""
        class Sink:
            takes = None
            def write(self, data):
                print(data)
                return self.takes
        sink = Sink()
        writer = asyncio.StreamWriter(sink)
        sink.takes = 2
        writer.write("ab")
        writer.write(bytearray(b"cd"))
        writer.write(b"efg")
        writer.write(b"h")
        print(writer.out_buf)
    """)
    assert board.output == "ab\nbytearray(b'cd')\nb'efg'\nb'gh'\n"
