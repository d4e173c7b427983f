"""rp2.asm_pio: programs against the words that the datasheet's encodings give."""

from typing import Any

import pytest

from machine_compat.modules.rp2.assembler import PIOASMError, asm_pio, asm_pio_encode

# The names a program may use come with asm_pio; what stands here is never called.
nop = jmp = wait = in_ = out = push = pull = mov = irq = word = label = wrap = wrap_target = lambda *_: None
x = y = pins = pindirs = null = isr = osr = pc = status = pin = gpio = 0
x_dec = y_dec = not_x = not_y = x_not_y = not_osre = noblock = block = iffull = ifempty = clear = 0
rel = invert = reverse = lambda value: value


def delayed_once() -> None:
    nop()


def words(**options: Any) -> Any:
    return lambda function: list(asm_pio(**options)(function)[0])


def test_every_instruction() -> None:
    @words()
    def program() -> None:
        label("a")
        jmp("b")
        jmp(not_x, "a")
        jmp(x_dec, "b")
        jmp(not_y, "a")
        jmp(y_dec, "b")
        jmp(x_not_y, "a")
        jmp(pin, "b")
        jmp(not_osre, "a")
        label("b")
        wait(1, gpio, 5)
        wait(0, pin, 3)
        wait(1, irq, 4)
        wait(1, irq, rel(2))
        in_(pins, 8)
        in_(null, 32)
        out(pins, 1)
        out(pindirs, 4)
        out(isr, 32)

    assert program == [
        0x0008, 0x0020, 0x0048, 0x0060, 0x0088, 0x00A0, 0x00C8, 0x00E0, 0x2085, 0x2023, 0x20C4, 0x20D2, 0x4008, 0x4060,
        0x6001, 0x6084, 0x60C0,
    ]  # fmt: skip


def test_the_other_instructions() -> None:
    @words()
    def program() -> None:
        push()
        push(noblock)
        push(iffull, noblock)
        pull()
        pull(noblock)
        pull(ifempty)
        mov(x, y)
        mov(pins, invert(osr))
        mov(isr, reverse(x))
        mov(pc, status)
        irq(3)
        irq(clear, 2)
        irq(block, rel(0))
        nop()
        word(0x1234)

    assert program == [
        0x8020, 0x8000, 0x8040, 0x80A0, 0x8080, 0x80E0, 0xA022, 0xA00F, 0xA0D1, 0xA0A5, 0xC003, 0xC042, 0xC030, 0xA042,
        0x1234,
    ]  # fmt: skip


def test_delays_sides_and_wrap() -> None:
    program = asm_pio(sideset_init=(0, 0))(delayed)
    assert list(program[0]) == [0xA042 | 1 << 11 | 7 << 8, 0xA042 | 2 << 11, 0xA042 | 3 << 11]
    assert program[3] == 1 << 7 | 1 << 12
    assert program[5:8] == [None, None, (0, 0)]


def delayed() -> None:
    nop().side(1)[7]
    wrap_target()
    nop().side(2)
    wrap()
    nop().side(3)


def test_a_side_set_that_some_instructions_lack_has_an_enable_bit() -> None:
    def program() -> None:
        nop().side(1).delay(2)
        nop()[7]

    made = asm_pio(sideset_init=0)(program)
    assert list(made[0]) == [0xA042 | 1 << 12 | 1 << 11 | 2 << 8, 0xA042 | 7 << 8]
    assert made[3] == 1 << 30 | 1 << 12


def test_registers() -> None:
    made = asm_pio(
        out_shiftdir=1, in_shiftdir=1, autopush=True, autopull=True, push_thresh=8, pull_thresh=32, fifo_join=2,
        side_pindir=True, out_init=(2, 3), set_init=1,
    )(delayed_once)  # fmt: skip
    assert made[4] == 2 << 30 | 0 << 25 | 8 << 20 | 1 << 19 | 1 << 18 | 1 << 17 | 1 << 16
    assert made[3] == 1 << 29
    assert made[1:3] == [-1, -1]
    assert made[5:8] == [(2, 3), 1, None]


@pytest.mark.parametrize(
    ("message", "body", "options"),
    [
        ("delay too large", lambda: nop()[32], {}),
        ("delay too large", lambda: nop().side(0)[16], {"sideset_init": 0}),
        ("no sideset", lambda: nop().side(1), {}),
        ("sideset too large", lambda: nop().side(2), {"sideset_init": 0}),
        ("duplicate label a", lambda: (label("a"), label("a")), {}),
        ("unknown label nowhere", lambda: jmp("nowhere"), {}),
        ("invalid bit count 33", lambda: in_(pins, 33), {}),
        ("invalid bit count 0", lambda: out(pins, 0), {}),
    ],
)
def test_what_cannot_be_assembled(message: str, body: Any, options: dict[str, Any]) -> None:
    with pytest.raises(PIOASMError, match=message):
        asm_pio(**options)(body)


def test_the_modules_own_names_and_closures_are_seen() -> None:
    ticks = 3

    def program() -> None:
        for _ in range(2):
            nop()[ticks]

    assert list(asm_pio()(program)[0]) == [0xA342, 0xA342]
    assert nop() is None


def test_one_instruction_as_text() -> None:
    assert asm_pio_encode("set(pins, 1)", 0) == 0xE001
    assert asm_pio_encode("out(exec, 16)", 0) == 0x60F0
    assert asm_pio_encode("nop().side(1)", 2, True) == 0xA042 | 1 << 12 | 1 << 11
    with pytest.raises(PIOASMError, match="expecting exactly 1 instruction"):
        asm_pio_encode("nop(); nop()", 0)
