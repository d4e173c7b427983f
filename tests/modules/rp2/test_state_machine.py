"""rp2.StateMachine and PIO on simulated pins: programs of the kind that the documentation shows."""

import array
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

On = Callable[[str], Any]
Run = Callable[..., tuple[Any, ...]]


def test_blink(run: Run) -> None:
    board, *_ = run(
        "pico",
        """
        import time, rp2
        from machine import Pin

        @rp2.asm_pio(set_init=rp2.PIO.OUT_LOW)
        def blink():
            wrap_target()
            set(pins, 1)   [31]
            nop()          [31]
            nop()          [31]
            nop()          [31]
            nop()          [31]
            set(pins, 0)   [31]
            nop()          [31]
            nop()          [31]
            nop()          [31]
            nop()          [31]
            wrap()

        sm = rp2.StateMachine(0, blink, freq=2000, set_base=Pin("LED"))
        print(sm, sm.active())
        sm.active(1)
        time.sleep(3)
        sm.active(0)
        time.sleep(1)
        """,
    )
    assert board.output == "StateMachine(0) False\n"
    edges = board.pin("LED").edges
    assert [edge.level for edge in edges[:3]] == [1, 0, 1]
    assert len(edges) == 38
    gaps = {round(later.ms - earlier.ms, 6) for earlier, later in pairwise(edges)}
    assert gaps == {80.0}


def test_ws2812_by_pio_lights_a_strip(run: Run) -> None:
    _, strip = run(
        "pico",
        """
        import array, time, rp2
        from machine import Pin

        @rp2.asm_pio(sideset_init=rp2.PIO.OUT_LOW, out_shiftdir=rp2.PIO.SHIFT_LEFT, autopull=True, pull_thresh=24)
        def ws2812():
            T1 = 2
            T2 = 5
            T3 = 3
            wrap_target()
            label("bitloop")
            out(x, 1)               .side(0)    [T3 - 1]
            jmp(not_x, "do_zero")   .side(1)    [T1 - 1]
            jmp("bitloop")          .side(1)    [T2 - 1]
            label("do_zero")
            nop()                   .side(0)    [T2 - 1]
            wrap()

        sm = rp2.StateMachine(4, ws2812, freq=8_000_000, sideset_base=Pin(22))
        sm.active(1)
        colours = array.array("I", [g << 16 | r << 8 | b for r, g, b in ((255, 0, 0), (1, 2, 3), (0, 128, 64))])
        sm.put(colours, 8)
        time.sleep_ms(1)
        """,
        "ws2812@GP22,count=3",
    )
    assert strip.pixels == [(255, 0, 0), (1, 2, 3), (0, 128, 64)]


UART_TX = """
import time, rp2
from machine import Pin, UART

@rp2.asm_pio(sideset_init=rp2.PIO.OUT_HIGH, out_init=rp2.PIO.OUT_HIGH, out_shiftdir=rp2.PIO.SHIFT_RIGHT)
def uart_tx():
    pull()
    set(x, 7)  .side(0)       [7]
    label("bitloop")
    out(pins, 1)              [6]
    jmp(x_dec, "bitloop")
    nop()      .side(1)       [6]
"""


def test_uart_tx_by_pio_is_heard_by_a_uart(run: Run, tmp_path: Any) -> None:
    from machine_compat.simulation import SimulatedBoard

    with SimulatedBoard("pico") as board:
        board.wire("GP10", "GP1")
        file = tmp_path / "main.py"
        file.write_text(
            UART_TX
            + """
uart = UART(0, 115200, tx=0, rx=1)
sm = rp2.StateMachine(1, uart_tx, freq=8 * 115200, sideset_base=Pin(10), out_base=Pin(10))
sm.active(1)
for char in "hello":
    sm.put(ord(char))
time.sleep_ms(2)
print(uart.read())
""",
            encoding="utf-8",
        )
        board.run(file)
        assert board.output == "b'hello'\n"


def test_uart_rx_by_pio_hears_a_uart(run: Run, tmp_path: Any) -> None:
    from machine_compat.simulation import SimulatedBoard

    with SimulatedBoard("pico") as board:
        board.wire("GP0", "GP10")
        file = tmp_path / "main.py"
        file.write_text(
            """
import time, rp2
from machine import Pin, UART

@rp2.asm_pio(in_shiftdir=rp2.PIO.SHIFT_RIGHT)
def uart_rx():
    label("start")
    wait(0, pin, 0)
    set(x, 7)                 [10]
    label("bitloop")
    in_(pins, 1)
    jmp(x_dec, "bitloop")     [6]
    jmp(pin, "good_stop")
    irq(block, 4)
    wait(1, pin, 0)
    jmp("start")
    label("good_stop")
    push(block)

uart = UART(0, 9600, tx=0, rx=1)
sm = rp2.StateMachine(0, uart_rx, freq=8 * 9600, in_base=Pin(10), jmp_pin=Pin(10))
sm.active(1)
uart.write("PIO!")
print("".join(chr(sm.get() >> 24) for _ in range(4)), sm.rx_fifo())
""",
            encoding="utf-8",
        )
        board.run(file, seconds=1)
        assert board.output == "PIO! 0\n"


PWM = """
import time, rp2
from machine import Pin

@rp2.asm_pio(sideset_init=rp2.PIO.OUT_LOW)
def pwm():
    pull(noblock) .side(0)
    mov(x, osr)
    mov(y, isr)
    label("pwmloop")
    jmp(x_not_y, "skip")
    nop()         .side(1)
    label("skip")
    jmp(y_dec, "pwmloop")

sm = rp2.StateMachine(0, pwm, freq=10_000_000, sideset_base=Pin(15))
sm.put(1023)
sm.exec("pull()")
sm.exec("mov(isr, osr)")
sm.active(1)
sm.put(255)
"""


def test_pwm_by_pio_costs_no_more_for_a_longer_time(run: Run) -> None:
    board, *_ = run("pico", PWM + "time.sleep(3600)\nsm.put(511)\ntime.sleep(3600)\n")
    state = board.pin("GP15").pwm
    assert state.frequency == pytest.approx(10e6 / (1024 * 2 + 4))
    assert state.duty == pytest.approx(0.5, abs=0.01)


def test_a_repeating_machine_looks_the_same_when_it_is_watched(bench: On) -> None:
    seen = []
    for watch_late in (False, True):
        pico = bench("pico")
        edges = [] if watch_late else pico.edges("GP15")
        scope: dict[str, Any] = {"__name__": "script"}
        rp2 = pico.module("rp2")
        exec(PWM.replace("import time, rp2", "").replace("from machine import Pin", ""), {
            **scope, "rp2": rp2, "Pin": pico.machine.Pin})  # fmt: skip
        pico.run_ms(5)
        if watch_late:
            edges = pico.edges("GP15")
        start = pico.now
        pico.run_ms(2)
        seen.append([(time - start, level) for time, level in edges if time > start])
        pico.board.close()
    assert seen[0] == seen[1]
    assert len(seen[0]) > 10


def test_a_full_speed_delay_loop_is_free(bench: On) -> None:
    pico = bench("pico")
    rp2 = pico.module("rp2")
    word = rp2.asm_pio_encode
    # mov(x, invert(null)); loop: jmp(x_dec, loop); set(pins, 1): 2 ** 32 cycles of 8 ns.
    program = [
        [word("mov(x, invert(null))", 0), 0x0041, word("set(pins, 1)", 0), 0x0003],
        -1,
        -1,
        3 << 12,
        0,
        None,
        2,
        None,
        -1,
    ]
    machine = rp2.StateMachine(0, program, set_base=pico.machine.Pin(3))
    edges = pico.edges("GP3")
    began = time.perf_counter()
    machine.active(1)
    started = pico.now
    pico.run_ms(36_000)
    assert time.perf_counter() - began < 5
    # The machine's cycles have begun at time 0, when it was configured.
    assert edges == [(-(-started // 8) * 8 + (1 + (1 << 32)) * 8, 1)]


def test_fifos_block_both_sides(run: Run) -> None:
    board, *_ = run(
        "pico",
        """
        import array, time, rp2
        from machine import Pin

        @rp2.asm_pio()
        def echo():
            pull()
            mov(isr, osr)
            push()

        sm = rp2.StateMachine(0, echo, freq=2000)
        for n in range(4):
            sm.put(n)
        print(sm.tx_fifo(), sm.rx_fifo())
        sm.active(1)
        time.sleep_ms(20)
        print(sm.tx_fifo(), sm.rx_fifo())
        for n in range(4):
            sm.put(n + 4)
        time.sleep_ms(20)
        print(sm.tx_fifo(), sm.rx_fifo())
        print([sm.get() for _ in range(8)])
        t = time.ticks_us()
        sm.put(0x12345678)
        print(hex(sm.get(None, 16)), 1000 <= time.ticks_diff(time.ticks_us(), t) < 2500)
        sm.put(b"ab")
        buffer = bytearray(2)
        print(sm.get(buffer) is buffer, buffer)
        sm.put(array.array("H", [1, 2]), 4)
        print(sm.get(array.array("I", [0, 0])))
        sm.put(-1)
        print(sm.get())
        """,
    )
    assert board.output.splitlines() == [
        "4 0", "0 4", "3 4", "[0, 1, 2, 3, 4, 5, 6, 7]", "0x1234 True", "True bytearray(b'ab')",
        "array('I', [16, 32])", "4294967295",
    ]  # fmt: skip


def test_a_script_that_waits_for_a_fifo_waits_in_board_time(run: Run) -> None:
    board, *_ = run(
        "pico", "import rp2\nsm = rp2.StateMachine(0)\nprint('before')\nsm.get()\nprint('after')\n", seconds=2
    )
    assert board.output == "before\n"
    assert not board.finished


def test_interrupts(run: Run) -> None:
    board, *_ = run(
        "pico",
        """
        import time, rp2
        from machine import Pin

        @rp2.asm_pio()
        def irq_test():
            wrap_target()
            nop()          [31]
            irq(0)
            nop()          [31]
            irq(1)
            wrap()

        pio = rp2.PIO(0)
        pio.irq(lambda p: print(p, p.irq().flags()))
        sm = rp2.StateMachine(0, irq_test, freq=2000)
        sm.active(1)
        time.sleep_ms(70)
        sm.active(0)
        pio.irq(None)
        """,
    )
    assert board.output == "PIO(0) 256\nPIO(0) 512\nPIO(0) 256\nPIO(0) 512\n"


def test_a_machines_own_interrupt_and_a_flag_that_blocks(run: Run) -> None:
    board, *_ = run(
        "pico",
        """
        import time, rp2

        @rp2.asm_pio()
        def tell():
            pull()
            mov(isr, osr)
            push()
            irq(block, rel(0))

        sms = [rp2.StateMachine(n, tell, freq=100_000) for n in (0, 1)]
        sms[1].irq(lambda sm: print(sm, sm.get(), sm.irq().flags()))
        for sm in sms:
            sm.active(1)
            sm.put(7)
            sm.put(8)
        time.sleep_ms(1)
        print(sms[0].tx_fifo(), sms[0].rx_fifo(), sms[1].tx_fifo())
        """,
    )
    assert board.output == "StateMachine(1) 7 1\nStateMachine(1) 8 1\n1 1 0\n"


def test_machines_wait_for_each_others_flags_and_pins(bench: On) -> None:
    pico = bench("pico")
    rp2, Pin = pico.module("rp2"), pico.machine.Pin
    word = rp2.asm_pio_encode
    waiting = [word(text, 0) for text in ("wait(1, irq, 4)", "set(pins, 1)", "wait(1, gpio, 9)", "set(pins, 0)")]
    waiting = [waiting, -1, -1, 3 << 12, 0, None, 2, None, -1]
    giving = [[word("pull()", 0), word("irq(4)", 0)], -1, -1, 1 << 12, 0, None, None, None, -1]
    one = rp2.StateMachine(0, waiting, freq=1_000_000, set_base=Pin(2))
    other = rp2.StateMachine(1, giving, freq=1_000_000)
    edges = pico.edges("GP2")
    one.active(1)
    other.active(1)
    pico.run_ms(1)
    assert edges == []
    other.put(0)
    pico.run_ms(1)
    assert [level for _, level in edges] == [1]
    pressed = pico.now
    Pin(9, Pin.OUT, value=1)
    pico.run_ms(1)
    assert [level for _, level in edges] == [1, 0]
    assert 0 < edges[1][0] - pressed <= 3_000


def test_exec_restart_and_pins_taken_back(bench: On) -> None:
    pico = bench("pico")
    rp2, Pin = pico.module("rp2"), pico.machine.Pin
    program = rp2.asm_pio(set_init=(rp2.PIO.OUT_HIGH, rp2.PIO.IN_LOW))(lambda: None)
    program[0].append(rp2.asm_pio_encode("nop()", 0))
    machine = rp2.StateMachine(2, program, set_base=Pin(6))
    assert [pico.wire(ref).level for ref in ("GP6", "GP7")] == [1, 0]
    assert [pico.wire(ref).strong for ref in ("GP6", "GP7")] == [1, None] or pico.wire("GP7").strong is None
    machine.exec("set(pins, 0)")
    machine.exec("set(pindirs, 3)")
    assert [pico.wire(ref).level for ref in ("GP6", "GP7")] == [0, 0]
    machine.exec(0xE003)
    assert [pico.wire(ref).level for ref in ("GP6", "GP7")] == [1, 1]
    assert "PIO0" in repr(Pin(6))
    pin = Pin(6, Pin.OUT, value=0)
    machine.exec("set(pins, 3)")
    assert (pin.value(), pico.wire("GP7").level) == (0, 1)
    machine.restart()
    assert machine.active() is False


def test_program_memory_is_shared_and_runs_out(bench: On) -> None:
    pico = bench("pico")
    rp2 = pico.module("rp2")

    def program(length: int) -> list[Any]:
        return [[0xA042] * length, -1, -1, 0, 0, None, None, None, -1]

    pio = rp2.PIO(0)
    first, second = program(20), program(12)
    pio.add_program(first)
    rp2.StateMachine(0, second)
    assert (first[1], second[1]) == (12, 0)
    with pytest.raises(OSError, match="ENOMEM"):
        pio.add_program(program(1))
    rp2.PIO(1).add_program(program(1))
    pio.remove_program(second)
    assert second[1] == -1
    pio.add_program(program(5))
    with pytest.raises(ValueError, match="prog not in instruction memory"):
        pio.remove_program(second)
    pio.remove_program()
    pio.add_program(program(32))


def test_what_is_refused(bench: On) -> None:
    pico = bench("pico")
    rp2 = pico.module("rp2")
    program = [[0xA042], -1, -1, 0, 0, None, None, None, -1]
    with pytest.raises(ValueError, match="invalid PIO"):
        rp2.PIO(2)
    for number in (8, -1):
        with pytest.raises(ValueError, match="invalid StateMachine"):
            rp2.StateMachine(number)
    with pytest.raises(ValueError, match="invalid StateMachine"):
        rp2.PIO(0).state_machine(4)
    for freq in (1, 126_000_000):
        with pytest.raises(ValueError, match="freq out of range"):
            rp2.StateMachine(0, program, freq=freq)
    with pytest.raises(TypeError):
        rp2.StateMachine(0, program, nonsense=1)
    with pytest.raises(ValueError, match="unsupported buffer type"):
        rp2.StateMachine(0).put(array.array("f", [1.0]))
    assert rp2.PIO(1).state_machine(2) is rp2.StateMachine(6)


@pytest.mark.parametrize("name", ["esp32", "pyboard"])
def test_only_boards_with_an_rp_chip_have_rp2(run: Run, name: str) -> None:
    with pytest.raises(ImportError, match="no module named 'rp2'"):
        run(name, "import rp2")
