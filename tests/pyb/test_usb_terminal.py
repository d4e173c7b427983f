"""pyb.USB_VCP as the board's terminal: what is typed and printed there, Ctrl-C, and what waits for it."""

import pytest

from tests.pyb.usb_pc import Plugged


def test_whoever_runs_the_script_is_connected_while_nobody_looks_at_the_host(plugged: Plugged) -> None:
    plugged.board.type("typed\n")
    plugged.run(
        "vcp = pyb.USB_VCP()\nprint(vcp.isconnected(), vcp.any(), vcp.readline(), vcp.any(), vcp.read())\n"
        "print(vcp.write('written\\n'), vcp.send(b'sent\\n'), vcp.send(33))\n"
    )
    assert plugged.output == "True True b'typed\\n' False None\nwritten\nsent\n!8 5 1\n"


def test_what_the_script_leaves_is_for_stdin(plugged: Plugged) -> None:
    port = plugged.ready(
        """
import sys
vcp = pyb.USB_VCP()
while not vcp.any():
    pyb.delay(1)
print(vcp.read(2), sys.stdin.readline(), vcp.any())
print(input())
print(vcp.read())
""",
    )
    port.write(b"abcd\r")
    plugged.run_ms(20)
    assert plugged.output == "b'ab' cd\n False\n"
    plugged.board.type("by hand\n")
    plugged.run_ms(20)
    assert plugged.output.endswith("by hand\nNone\n")


def test_the_latest_kilobyte_waits_for_a_program(plugged: Plugged) -> None:
    assert plugged.host.log == []
    plugged.run("vcp = pyb.USB_VCP()\nprint(vcp.write(b'x' * 3000))\n")
    port = plugged.host.serial(plugged.board.gadget)
    plugged.run_ms(50)
    assert port.read() == b"x" * 1018 + b"3000\r\n"


def test_ctrl_c_stops_the_script_where_it_is(plugged: Plugged) -> None:
    stopped = "try:\n    pyb.delay(10000)\nexcept KeyboardInterrupt as e:\n    print(repr(e))\npyb.delay(9000)"
    port = plugged.ready(stopped)
    port.write(b"\x03")
    plugged.run_ms(20)
    assert plugged.output == "KeyboardInterrupt()\n"
    port.write(b"\x03")
    plugged.run_ms(20)
    assert plugged.board.finished
    assert plugged.output.endswith("line 6, in <module>\nKeyboardInterrupt: \n")
    assert b"KeyboardInterrupt" in port.read()


def test_another_byte_or_none_may_stop_it(plugged: Plugged) -> None:
    port = plugged.ready(
        """
vcp = pyb.USB_VCP()
vcp.setinterrupt(-1)
while not vcp.any():
    pyb.delay(1)
print(vcp.read())
vcp.setinterrupt(ord("q"))
try:
    while True:
        pass
except KeyboardInterrupt:
    print("stopped", vcp.read())
""",
    )
    port.write(b"a\x03b")
    plugged.run_ms(20)
    assert plugged.output == "b'a\\x03b'\n"
    port.write(b"\x03cqd")
    plugged.run_ms(20)
    assert plugged.output.endswith("stopped b'\\x03cd'\n")


def test_a_reset_brings_ctrl_c_back(plugged: Plugged) -> None:
    port = plugged.ready(
        "import machine\nprint('life')\npyb.delay(200)\npyb.USB_VCP().setinterrupt(-1)\n"
        "if machine.reset_cause() == machine.PWRON_RESET: machine.soft_reset()\n",
        ms=190,
    )
    port.write(b"\x03")
    plugged.run_ms(50)
    assert "KeyboardInterrupt" in plugged.output


def test_kbd_intr_is_the_same_setting(plugged: Plugged) -> None:
    port = plugged.ready("import micropython\nmicropython.kbd_intr(-1)\npyb.delay(390)\nprint(pyb.USB_VCP().read())\n")
    port.write(b"\x03")
    plugged.run_ms(50)
    assert plugged.output == "b'\\x03'\n"


def test_an_irq_is_over_with_a_reset(plugged: Plugged) -> None:
    port = plugged.ready(
        "import machine\nif machine.reset_cause() == machine.PWRON_RESET:\n"
        "    pyb.USB_VCP().irq(print)\n    machine.soft_reset()\nprint('again')\npyb.delay(900)\n",
    )
    port.write(b"a")
    plugged.run_ms(50)
    assert plugged.output == "again\n"


def test_an_irq_for_new_data(plugged: Plugged) -> None:
    port = plugged.ready(
        """
vcp = pyb.USB_VCP()
def told(port):
    print("irq", port is vcp, port.read())
vcp.irq(handler=told, trigger=vcp.IRQ_RX)
vcp.irq()
""",
    )
    port.write(b"a")
    plugged.run_ms(10)
    port.write(b"bc")
    plugged.run_ms(10)
    assert plugged.output == "irq True b'a'\nirq True b'bc'\n"
    assert plugged.board.finished


def test_an_irq_for_what_is_typed_and_the_end_of_it(plugged: Plugged) -> None:
    plugged.run(
        "vcp = pyb.USB_VCP()\nvcp.irq(lambda port: print(port.read()))\n"
        "pyb.delay(30)\nvcp.irq(handler=None)\npyb.delay(30)\nprint(vcp.irq(lambda port: 1 // 0, 0))\n",
        ms=10,
    )
    plugged.board.type("x")
    plugged.run_ms(25)
    plugged.board.type("y")
    plugged.run_ms(100)
    assert plugged.output == "b'x'\nNone\n"


def test_what_an_irq_raises_is_told(plugged: Plugged) -> None:
    port = plugged.ready("pyb.USB_VCP().irq(lambda port: 1 // 0)\npyb.delay(10000)")
    port.write(b"a")
    with pytest.raises(ZeroDivisionError):
        plugged.run_ms(10)


def test_select_waits_for_it_and_a_uart(plugged: Plugged) -> None:
    port = plugged.ready(
        """
import select
vcp, uart = pyb.USB_VCP(0), pyb.UART(1, 9600)
vcp.setinterrupt(-1)
while True:
    ready, _, _ = select.select([vcp, uart], [], [])
    print([type(one).__name__ for one in ready], vcp.read() if vcp in ready else uart.read())
""",
    )
    port.write(b"from the PC\x03")
    plugged.run_ms(20)
    assert plugged.output == "['USB_VCP'] b'from the PC\\x03'\n"


def test_asyncio_streams_read_and_write_it(plugged: Plugged) -> None:
    port = plugged.ready(
        """
import asyncio
async def main():
    reader, writer = asyncio.StreamReader(pyb.USB_VCP()), asyncio.StreamWriter(pyb.USB_VCP(), {})
    while True:
        line = await reader.readline()
        writer.write(b"got " + line)
        await writer.drain()
asyncio.run(main())
""",
    )
    port.write(b"one\n")
    assert port.read(8, timeout_ms=20) == b"got one\n"
