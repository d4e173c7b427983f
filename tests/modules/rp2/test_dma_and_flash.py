"""rp2.DMA copies memory and feeds FIFOs; rp2.Flash is a block device."""

from array import array
from collections.abc import Callable
from typing import Any

import pytest

On = Callable[[str], Any]


@pytest.fixture
def pico(bench: On) -> Any:
    made = bench("pico")
    made.rp2 = made.module("rp2")
    return made


def test_memory_to_memory(pico: Any) -> None:
    source, target = bytearray(range(16)), bytearray(16)
    dma = pico.rp2.DMA()
    assert repr(dma) == "DMA(0)"
    done: list[object] = []
    dma.irq(done.append)
    dma.config(read=source, write=target, count=4, ctrl=dma.pack_ctrl(irq_quiet=0), trigger=True)
    assert target == source
    assert dma.active()
    pico.run_ms(1)
    assert not dma.active()
    assert (done, dma.count, dma.irq().flags()) == ([dma], 0, 1)
    uctypes = pico.module("uctypes")
    assert dma.read == uctypes.addressof(source) + 16


def test_bytes_swapped_and_rings(pico: Any) -> None:
    dma = pico.rp2.DMA()
    target = bytearray(8)
    dma.config(read=b"\1\2\3\4\5\6\7\10", write=target, count=4, ctrl=dma.pack_ctrl(size=1, bswap=1), trigger=True)
    assert target == b"\2\1\4\3\6\5\10\7"
    dma.active(0)
    dma.config(read=b"abcd", write=target, count=8, ctrl=dma.pack_ctrl(size=0, ring_size=2, ring_sel=0), trigger=True)
    assert target == b"abcdabcd"


def test_chained_channels_and_registers(pico: Any) -> None:
    first, second = pico.rp2.DMA(), pico.rp2.DMA()
    target = bytearray(8)
    second.config(read=b"WXYZ", write=memoryview(target)[4:], count=1, ctrl=second.pack_ctrl())
    first.config(read=b"abcd", write=target, count=1, ctrl=first.pack_ctrl(chain_to=second.channel), trigger=True)
    pico.run_ms(1)
    assert target == b"abcdWXYZ"
    assert (len(first.registers), first.registers[3] & 1, first.registers[2]) == (16, 1, 0)
    assert repr(first.registers) == repr(first.registers[2:4]) == "<memoryview>"
    # A control channel that writes the other's read address and starts it by that.
    addresses = array("I", [pico.module("uctypes").addressof(bytearray(b"next"))])
    second.write = target
    first.config(read=addresses, write=second.registers[15:], count=1, ctrl=first.pack_ctrl(), trigger=True)
    pico.run_ms(1)
    assert target[:4] == b"next"


def test_ctrl(pico: Any) -> None:
    dma = pico.rp2.DMA()
    fields = dma.unpack_ctrl(dma.pack_ctrl(treq_sel=4, inc_read=0))
    assert fields["treq_sel"] == 4
    assert (fields["size"], fields["inc_read"], fields["inc_write"], fields["irq_quiet"], fields["enable"]) == (
        2,
        0,
        1,
        1,
        1,
    )
    assert dma.pack_ctrl(default=0, high_pri=1) == 2
    with pytest.raises(ValueError, match="bad field value"):
        dma.pack_ctrl(size=4)
    with pytest.raises(TypeError):
        dma.pack_ctrl(nonsense=1)
    others = [pico.rp2.DMA() for _ in range(11)]
    with pytest.raises(OSError, match="16"):
        pico.rp2.DMA()
    others[3].close()
    assert pico.rp2.DMA().channel == 4
    with pytest.raises(ValueError, match="channel closed"):
        others[3].active()


def test_state_machines_fetch_their_words(pico: Any) -> None:
    rp2, word = pico.rp2, pico.rp2.asm_pio_encode
    echo = [[word(text, 0) for text in ("pull()", "mov(isr, invert(osr))", "push()")], -1, -1, 2 << 12, 0]
    machine = rp2.StateMachine(1, [*echo, None, None, None, -1], freq=1_000_000)
    sent, got = array("I", range(20)), array("I", [0] * 20)
    out, back = rp2.DMA(), rp2.DMA()
    back.config(read=machine, write=got, count=20, ctrl=back.pack_ctrl(treq_sel=5, inc_read=0), trigger=True)
    out.config(read=sent, write=machine, count=20, ctrl=out.pack_ctrl(treq_sel=1, inc_write=0), trigger=True)
    assert (out.count, back.count) == (16, 20)
    machine.active(1)
    pico.run_ms(1)
    assert [word ^ 0xFFFF_FFFF for word in got] == list(sent)
    assert not out.active()
    assert not back.active()


def test_a_timer_paces(pico: Any) -> None:
    rp2 = pico.rp2
    timer = rp2.DMATimer(freq=10_000)
    assert timer.freq == pytest.approx(10_000, rel=1e-3)
    dma, target = rp2.DMA(), bytearray(10)
    dma.config(
        read=bytes(range(1, 11)), write=target, count=10, ctrl=dma.pack_ctrl(size=0, treq_sel=timer.treq), trigger=True
    )
    pico.run_ms(0.45)
    assert target == bytes([1, 2, 3, 4, 5, 0, 0, 0, 0, 0])
    pico.run_ms(1)
    assert not dma.active()
    timer.close()
    assert rp2.DMATimer(0, ratio=(1, 2)).freq == 62_500_000
    with pytest.raises(OSError, match="16"):
        rp2.DMATimer(0)
    with pytest.raises(ValueError, match="ratio"):
        rp2.DMATimer(ratio=(3, 2))


def test_flash(pico: Any) -> None:
    flash = pico.rp2.Flash()
    assert (flash.ioctl(4, 0), flash.ioctl(5, 0), flash.ioctl(3, 0)) == (352, 4096, 0)
    block = bytearray(4096)
    flash.readblocks(0, block)
    assert block == b"\xff" * 4096
    flash.writeblocks(3, b"abc".ljust(4096, b"\0"))
    flash.writeblocks(3, b"\x01", 0)
    flash.readblocks(3, block)
    assert block[:4] == bytes((ord("a") & 1, ord("b"), ord("c"), 0))
    pico.board.power_cycle("HARD")
    piece = pico.module("rp2").Flash(start=3 * 4096, len=8192)
    few = bytearray(3)
    piece.readblocks(0, few)
    assert (few, piece.ioctl(4, 0)) == (b"\x01bc", 2)
    assert piece.ioctl(6, 0) == 0
    piece.readblocks(0, few, 1)
    assert few == b"\xff\xff\xff"
    with pytest.raises(OSError, match="EIO"):
        piece.readblocks(2, few)
    with pytest.raises(ValueError, match=r"^$"):
        pico.module("rp2").Flash(start=1)


def test_bootsel(pico: Any) -> None:
    assert pico.rp2.bootsel_button() == 0
    assert pico.rp2.const(5) == 5
