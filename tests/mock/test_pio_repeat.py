"""A machine that may run as a loop does to its pins, registers and FIFOs what one does that executes everything."""

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from machine_compat.contract import StateMachineConfig, Wiring
from machine_compat.mock.backend import MockBackend
from machine_compat.mock.pio_repeat import Loop
from machine_compat.mock.pio_runner import Runner

OUTPUTS, INPUTS = range(4), range(4, 6)
LENGTH = 6

jumps = st.builds(lambda condition, to: condition << 5 | to, st.integers(0, 6), st.integers(0, LENGTH - 1))
moves = st.builds(
    lambda to, operation, source: 0xA000 | to << 5 | operation << 3 | source,
    st.sampled_from((0, 1, 2, 6, 7)), st.integers(0, 2), st.sampled_from((0, 1, 2, 3, 6, 7)),
)  # fmt: skip
sets = st.builds(lambda to, value: 0xE000 | to << 5 | value, st.sampled_from((0, 1, 2)), st.integers(0, 31))
shifts = st.builds(
    lambda base, where, count: base | where << 5 | count,
    st.sampled_from((0x4000, 0x6000)),
    st.integers(0, 3),
    st.integers(1, 3),
)
queues = st.sampled_from((0x8000, 0x8080, 0x80A0, 0x2084, 0x2004))
instructions = st.tuples(st.one_of(jumps, moves, sets, shifts, queues), st.integers(0, 3)).map(
    lambda it: it[0] | it[1] << 8
)


def history(words: list[int], seed: int, watched: bool) -> list[Any]:
    """What a program does while inputs change and words come, seen from outside."""
    backend = MockBackend(Wiring(open_pins=True))
    world = backend.world
    machine: Any = backend.state_machine("pio0/0")
    pins = tuple(f"GP{number}" for number in range(32))
    pinctrl = 4 << 26 | 4 << 20 | 4 << 15
    machine.configure(StateMachineConfig(10_000_000, 256, (LENGTH - 1) << 12 | 4 << 24, 0, pinctrl, 0, pins))
    machine.load(0, tuple(words))
    for gpio in OUTPUTS:
        machine.connect(gpio, 1, 0)
    seen: list[Any] = []
    if watched:
        for gpio in OUTPUTS:
            backend.terminal(f"GP{gpio}").watch(lambda level, time, gpio=gpio: seen.append((time, gpio, level)))
    machine.run(True)
    chance = random.Random(seed)
    for _ in range(6):
        world.run(world.now + chance.randrange(50, 60_000))
        what = chance.randrange(3)
        if what == 0:
            backend.terminal(f"GP{chance.choice(INPUTS)}").drive(chance.randrange(2))
        elif what == 1:
            machine.put(chance.randrange(1 << 32))
        else:
            seen.append(machine.get())
        seen.append([backend.terminal(f"GP{gpio}").level for gpio in OUTPUTS])
    world.run(world.now + 1_000)
    machine.run(False)
    state = machine._machine
    # Edges of two pins at one moment have no order.
    edges = sorted(one for one in seen if isinstance(one, tuple))
    others = [one for one in seen if not isinstance(one, tuple)]
    return [*edges, *others, state.x, state.y, state.pc, state.isr, state.osr, state.cycle]


@pytest.mark.parametrize("watched", [True, False])
@given(words=st.lists(instructions, min_size=LENGTH, max_size=LENGTH), seed=st.integers(0, 1 << 16))
@settings(max_examples=150, deadline=None)
def test_loops_change_nothing(watched: bool, words: list[int], seed: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Runner, "_enter", lambda self, loop: False)
        executed = history(words, seed, watched)
    assert history(words, seed, watched) == executed


def test_loops_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    entered: list[Loop] = []
    enter = Runner._enter
    monkeypatch.setattr(Runner, "_enter", lambda self, loop: entered.append(loop) or enter(self, loop))
    # set x, 31; loop: jmp x_dec, loop [7]; set pins, 1; set pins, 0
    history([0xE03F, 0x0741, 0xE001, 0xE000, 0x0000, 0x0000], 1, True)
    found = {(loop.period, loop.times, tuple(loop.edges)) for loop in entered}
    assert found == {(8, 29, ()), (1 + 32 * 8 + 3, None, (0,))}
