"""Runs a state machine in board time, each instruction at its cycle.

A machine is an event of the world as long as it goes on by itself: the event executes its instructions up to whatever
is due next, then waits for its turn again. While it stalls it is none, and while it repeats itself (see pio_repeat)
it is one at most, so only a machine that does something new in each cycle costs time for each. An input is looked at in
the cycle that uses it; the two cycles that a real pin takes to get there are not simulated.
"""

from machine_compat.contract import StateMachineConfig
from machine_compat.mock.nets import Terminal
from machine_compat.mock.pio_block import PIOBlock
from machine_compat.mock.pio_machine import Machine
from machine_compat.mock.pio_repeat import Loop, LoopWave, Memory, Snapshot
from machine_compat.mock.world import Event

BATCH = 20_000
"""Instructions an event executes at most, so that whoever runs the world can break off."""
LEISURE_NS = 50_000
"""A loop that moves pins and takes longer than this for an instruction is executed: its edges are then on record."""
PACED_NS = 1_000_000
"""How far ahead of the next event a machine runs while the world keeps to real time."""


class Runner:
    """Runs a machine in board time."""

    def __init__(self, block: PIOBlock, index: int) -> None:
        self.block = block
        self.world = block.world
        self.machine = Machine(block, index)
        self.machine.moved = self._moved
        self.on = False
        self._origin = 0
        self._steps = 0
        self._memory = Memory()
        self._event: Event | None = None
        self._watched: list[Terminal] = []
        self._loop: Loop | None = None
        self._waves: list[Terminal] = []

    # ---- time: cycle n begins at origin + n * divider / clock

    def time_of(self, cycle: int) -> int:
        config = self.machine.settings
        return self._origin + cycle * (config.divider or 1 << 24) * 1_000_000_000 // (256 * config.clock)

    def cycle_at(self, time: int) -> int:
        """The last cycle that has begun by then."""
        config = self.machine.settings
        return ((time - self._origin + 1) * 256 * config.clock - 1) // ((config.divider or 1 << 24) * 1_000_000_000)

    def configure(self, config: StateMachineConfig) -> None:
        self.stop()
        self._origin = self.world.now
        self.machine.cycle = 0
        self._memory.clear()
        self.block.name_pins(config.pins)
        self.machine.configure(config)

    # ---- on and off

    def stop(self) -> None:
        self.settle()
        self.on = False
        self._rest()

    def start(self) -> None:
        self.settle()
        self.on = True
        self.go_on()

    def _rest(self) -> None:
        """Be no event of the world, and look at nothing."""
        if self._event is not None:
            self._event.cancel()
            self._event = None
        for terminal in self._watched:
            terminal.unwatch(self._input)
        self._watched.clear()

    def go_on(self) -> None:
        """Execute from the next cycle on; also what a stalled machine does that may have what it waits for."""
        self._rest()
        machine = self.machine
        if not self.on and machine.forced is None:
            return
        now = self.world.now
        if self.time_of(machine.cycle) < now:
            machine.cycle = self.cycle_at(now - 1) + 1
        self._event = self.world.at(self.time_of(machine.cycle), self._run)

    def _input(self, level: int, time: int) -> None:
        """A pin changed that a stall or a loop depends on."""
        self.settle()
        self.go_on()

    # ---- executing

    def _run(self) -> None:
        """Execute what is due, and what comes before anything else happens."""
        self._event = None
        self.settle()
        world, machine, memory = self.world, self.machine, self._memory
        latest = world.now + PACED_NS if world.pacer is not None else None
        for _ in range(BATCH):
            time = self.time_of(machine.cycle)
            if time > world.now:
                if time >= world.due or (latest is not None and time > latest):
                    break
                world.now = time
            if not self.on and machine.forced is None:
                return
            before = machine.pc
            self._steps += 1
            if not machine.step():
                self._stall()
                return
            if machine.pc <= before and machine.forced is None and self.on:
                loop = memory.find(machine.pc, self._snapshot())
                if loop is not None and self._enter(loop):
                    return
        self._event = world.at(self.time_of(machine.cycle), self._run)

    def _stall(self) -> None:
        what, gpio = self.machine.awaited or ("", 0)
        if what == "flag":
            if self.go_on not in self.block.waiting:
                self.block.waiting.append(self.go_on)
        elif what == "pin":
            terminal = self.block.terminal(gpio)
            if terminal is not None:
                self._watch(terminal)

    def fed(self, which: str) -> None:
        """A FIFO has what a stall may wait for."""
        if self._event is None and self.machine.awaited == (which, 0):
            self.go_on()

    def _watch(self, terminal: Terminal) -> None:
        self._watched.append(terminal)
        terminal.watch(self._input)

    def _moved(self, changed: int, levels: int) -> None:
        if self.block.muted:
            return
        while changed:
            bit = changed & -changed
            changed ^= bit
            self._memory.edge(self.machine.cycle, bit.bit_length() - 1, 1 if levels & bit else 0)

    # ---- repeating

    def _snapshot(self) -> Snapshot:
        machine, edges = self.machine, self._memory.edge_count
        counts = machine.x, machine.y, machine.x_looks, machine.y_looks
        return Snapshot(machine.cycle, self._steps, machine.state(), *counts, edges)

    def _enter(self, loop: Loop) -> bool:
        """Let a loop run by itself; False where it looks at pins that have moved, or moves its
        own slowly enough."""
        machine, block = self.machine, self.block
        if any(gpio in loop.edges or block.read(gpio) != level for gpio, level in machine.seen.items()):
            return False
        if loop.edges and self.time_of(loop.period) - self._origin > loop.steps * LEISURE_NS:
            return False
        self._loop = loop
        for gpio in loop.edges:
            terminal = block.terminal(gpio)
            if terminal is not None and block.connected & block.dirs & 1 << gpio:
                self._waves.append(terminal)
                terminal.strong = None
                terminal.modulate(LoopWave(self, loop, gpio, block.levels >> gpio & 1))
        for gpio in machine.seen:
            terminal = block.terminal(gpio)
            if terminal is not None:
                self._watch(terminal)
        if loop.end is not None:
            self._event = self.world.at(self.time_of(loop.end), self._run)
        return True

    def settle(self) -> bool:
        """Be where the machine is by now, if it was in a loop, executing the instructions of the last time round.

        Returns whether it was, and has to be told to go on.
        """
        loop = self._loop
        if loop is None:
            return False
        self._loop = None
        self._rest()
        machine, block = self.machine, self.block
        here = self.cycle_at(self.world.now)
        turns = max(0, here - loop.first) // loop.period
        if loop.times is not None:
            turns = min(turns, loop.times)
        machine.cycle = loop.first + turns * loop.period
        machine.x -= turns * loop.dx
        machine.y -= turns * loop.dy
        if turns != loop.times or loop.edges:
            self._memory.clear()
        for terminal in self._waves:
            terminal.wave = terminal.source = terminal.strong = None
        block.muted = True
        machine.frozen = True
        try:
            while turns != loop.times and machine.cycle <= here and machine.step():
                pass
        finally:
            block.muted = False
            machine.frozen = False
        if self._waves:
            self._waves.clear()
            block.show(sum(1 << gpio for gpio in loop.edges))
        return True
