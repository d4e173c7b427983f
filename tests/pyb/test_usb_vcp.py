"""pyb.USB_VCP: the serial port to the host, and its bytes both ways."""

import pytest

from tests.pyb.usb_pc import Plugged

ECHO = """
vcp = pyb.USB_VCP()
while True:
    line = vcp.readline()
    if line:
        vcp.write(b"<" + line + b">")
    pyb.delay(1)
"""


def test_bytes_both_ways(plugged: Plugged) -> None:
    port = plugged.ready(ECHO)
    port.write(b"hello\n")
    assert port.read(8, timeout_ms=50) == b"<hello\n>"


def test_it_is_connected_some_milliseconds_after_a_program_opens_it(plugged: Plugged) -> None:
    port = plugged.ready(
        """
vcp = pyb.USB_VCP(0)
print(vcp is pyb.USB_VCP(), vcp, vcp.isconnected(), pyb.have_cdc())
while not vcp.isconnected():
    pyb.delay(1)
print("open", pyb.have_cdc())
while vcp.isconnected():
    pyb.delay(1)
print("closed")
""",
    )
    assert plugged.output == "True USB_VCP(0) False False\nopen True\n"
    port.close()
    plugged.run_ms(10)
    assert plugged.output.endswith("closed\n")


def test_reads_never_wait(plugged: Plugged) -> None:
    port = plugged.ready(
        """
vcp = pyb.USB_VCP()
buffer = bytearray(4)
print(vcp.any(), vcp.read(), vcp.read(3), vcp.readline(), vcp.readinto(buffer), vcp.readlines(), vcp.read(0))
while not vcp.any():
    pyb.delay(1)
print(vcp.read(2), vcp.readline(), vcp.readinto(buffer), bytes(buffer), vcp.readinto(buffer, 1), vcp.any())
print(vcp.readlines(), vcp.read(), vcp.any())
with vcp as same:
    print(same is vcp, vcp.close() is vcp)
""",
    )
    assert plugged.output == "False None None None None [] b''\n"
    port.write(b"ab--\ncdefgone\ntwo\nthr")
    plugged.run_ms(50)
    assert plugged.output.splitlines()[1:] == [
        "b'ab' b'--\\n' 4 b'cdef' 1 True",
        "[b'one\\n', b'two\\n', b'thr'] None False",
        "True True",
    ]


def test_lines_by_iteration(plugged: Plugged) -> None:
    port = plugged.ready("vcp = pyb.USB_VCP()\npyb.delay(400)\nfor line in vcp: print(line)\nprint('over')\n")
    port.write(b"one\ntwo\n")
    plugged.run_ms(200)
    assert plugged.output == "b'one\\n'\nb'two\\n'\nover\n"


def test_recv_and_send_wait_for_each_byte(plugged: Plugged) -> None:
    port = plugged.ready(
        """
vcp = pyb.USB_VCP()
def timed(call):
    start = pyb.millis()
    got = call()
    print(got, pyb.elapsed_millis(start) // 10)
timed(lambda: vcp.recv(4, timeout=200))
timed(lambda: vcp.recv(4, timeout=200))
timed(lambda: vcp.recv(bytearray(2), timeout=50))
timed(lambda: vcp.recv(bytearray(9), timeout=50))
timed(lambda: vcp.send(b"abc", timeout=0))
timed(lambda: vcp.send(300))
""",
        ms=200,
    )
    plugged.board.at(plugged.board.ms + 140, lambda: port.write(b"1"))
    plugged.board.at(plugged.board.ms + 240, lambda: port.write(b"2"))
    plugged.board.at(plugged.board.ms + 700, lambda: port.write(b"345"))
    plugged.run_ms(1000)
    lines = plugged.output.splitlines()
    assert [line.rpartition(" ")[0] for line in lines] == ["b''", "b'12'", "0", "0", "abc3", ",1"]
    assert [int(line.rpartition(" ")[2]) for line in lines[2:]] == [5, 5, 0, 0]
    assert port.read(100, timeout_ms=10).endswith(b"abc3 0\r\n\x2c1 0\r\n")


def test_sending_to_nobody_times_out(plugged: Plugged) -> None:
    assert plugged.host.log == []
    plugged.run(
        "vcp = pyb.USB_VCP()\nstart = pyb.millis()\n"
        "print(vcp.send(b'abc', timeout=120), pyb.elapsed_millis(start))\nprint(vcp.write(b'kept'))"
    )
    assert plugged.output == "0 120\nkept4\n"


def test_a_host_that_does_not_read_holds_up_what_is_written(plugged: Plugged) -> None:
    """Half a second a byte once the buffer is full; with CTS a write takes what there is room for."""
    assert plugged.host.log == []
    plugged.run(
        """
import select
vcp = pyb.USB_VCP()
while not vcp.isconnected():
    pyb.delay(1)
poll = select.poll()
poll.register(vcp, select.POLLOUT)
print(bool(poll.poll(0)))
vcp.init(flow=vcp.CTS)
sizes = [vcp.write(b"x" * 2000), vcp.write(b"y")]
full = bool(poll.poll(0))
vcp.init(flow=0)
start = pyb.millis()
vcp.write(b"zz")
took = pyb.elapsed_millis(start)
pyb.delay(3000)
print(sizes, full, took)
""",
        ms=300,
    )
    device = plugged.device(1, 2)
    device.ctrl_transfer(0x21, 0x22, 1, 1)
    plugged.run_ms(2000)
    data = b""
    while len(data) < 1024:
        data += bytes(device.read(0x83, 64))
    # What found no room has driven out the oldest; the host had the first packet before that.
    assert data.endswith(b"xzz")
    plugged.run_ms(3000)
    assert plugged.output.endswith("zz[1018, None] False 1000\n")


def test_without_rts_what_finds_no_room_is_lost(plugged: Plugged) -> None:
    port = plugged.ready("vcp = pyb.USB_VCP()\npyb.delay(600)\nprint(len(vcp.read()))\n")
    port.write(bytes(range(32, 132)) * 20)
    plugged.run_ms(500)
    assert plugged.output == "1023\n"


def test_with_rts_the_host_waits(plugged: Plugged) -> None:
    port = plugged.ready(
        "vcp = pyb.USB_VCP()\nvcp.init(flow=vcp.RTS)\npyb.delay(600)\ngot = 0\n"
        "while got < 2000:\n    got += len(vcp.read(100) or b'')\n    pyb.delay(1)\nprint(got)\n",
    )
    port.write(bytes(range(32, 132)) * 20)
    plugged.run_ms(200)
    assert port.out_waiting > 0
    plugged.run_ms(500)
    assert (plugged.output, port.out_waiting) == ("2000\n", 0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("pyb.USB_VCP(1)", "ValueError "),
        ("pyb.USB_VCP(-1)", "ValueError "),
        ("pyb.USB_VCP('0')", "TypeError can't convert str to int"),
        ("vcp.irq(1)", "ValueError handler must be None or callable"),
        ("vcp.irq(print, 2)", "ValueError unsupported trigger"),
        ("vcp.irq(print, hard=True)", "ValueError hard unsupported"),
        ("vcp.write(1)", "TypeError object with buffer protocol required"),
        ("vcp.recv('x')", "TypeError object with buffer protocol required"),
        ("vcp.recv(b'x')", "TypeError object with buffer protocol required"),
        ("vcp.recv(-1)", "b''"),
        ("(vcp.RTS, vcp.CTS, vcp.IRQ_RX)", "(1, 2, 1)"),
    ],
)
def test_arguments(plugged: Plugged, call: str, message: str) -> None:
    plugged.run(
        f"vcp = pyb.USB_VCP()\ntry:\n    print({call})\nexcept Exception as e:\n    print(type(e).__name__, e)\n"
    )
    assert plugged.output == f"{message}\n"


def test_line_settings_are_kept_and_say_8n1(plugged: Plugged) -> None:
    port = plugged.ready("pyb.delay(10000)")
    port.configure(57600, bits=7, parity=1, stop=2)
    plugged.run_ms(5)
    port.close()
    device = plugged.device(1, 2)
    assert bytes(device.ctrl_transfer(0xA1, 0x21, 0, 1, 7)) == (57600).to_bytes(4, "little") + b"\0\0\x08"


def test_a_cable_that_is_pulled_out(plugged: Plugged) -> None:
    port = plugged.ready("vcp = pyb.USB_VCP()\npyb.delay(320)\nwhile vcp.isconnected(): pyb.delay(1)\nprint('gone')\n")
    plugged.board.gadget.cable = False
    plugged.run_ms(20)
    assert not port.open
    plugged.board.gadget.cable = True
    plugged.run_ms(300)
    assert b"gone" in plugged.serial().read()
