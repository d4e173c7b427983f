"""PIO state machines as channels of the simulated board."""

from collections.abc import Callable

from machine_compat.contract import StateMachineChannel, StateMachineConfig
from machine_compat.mock.clock import WorldClock
from machine_compat.mock.nets import Terminal
from machine_compat.mock.pio_block import WORD, PIOBlock
from machine_compat.mock.pio_runner import Runner


def block_of(blocks: dict[str, PIOBlock], name: str, clock: WorldClock, find: Callable[[str], Terminal]) -> PIOBlock:
    """The block of that name, made when it is first asked for."""
    if name not in blocks:
        blocks[name] = PIOBlock(clock, find)
    return blocks[name]


class MockStateMachine(StateMachineChannel):
    """A state machine of a block."""

    __slots__ = ("_block", "_index", "_machine", "_runner", "_wanted")

    def __init__(self, block: PIOBlock, index: int) -> None:
        self._block = block
        self._index = index
        self._runner = Runner(block, index)
        self._machine = self._runner.machine
        self._machine.fifo_moved = self._fifo_moved
        self._wanted = ""
        """The FIFO that the script waits for."""

    def configure(self, config: StateMachineConfig, /) -> None:
        self._runner.configure(config)

    def load(self, offset: int, words: tuple[int, ...], /) -> None:
        self._block.memory[offset : offset + len(words)] = words

    def connect(self, gpio: int, output: int, level: int, /) -> None:
        in_loop = self._runner.settle()
        self._block.connect(gpio, output, level)
        if in_loop:
            self._runner.go_on()

    def disconnect(self, gpio: int, /) -> None:
        self._runner.settle()
        self._block.disconnect(gpio)
        self._runner.go_on()

    def run(self, on: bool, /) -> None:
        (self._runner.start if on else self._runner.stop)()

    def restart(self) -> None:
        self._runner.settle()
        self._machine.restart()
        self._runner.go_on()

    def execute(self, instruction: int, /) -> None:
        self._runner.settle()
        self._machine.forced = instruction
        cycle = self._machine.cycle
        if self._machine.step():
            self._machine.cycle = cycle
        self._runner.go_on()

    def put(self, word: int, /) -> bool:
        machine = self._machine
        if len(machine.tx) >= machine.tx_size:
            self._wanted = "tx"
            return False
        in_loop = self._runner.settle()
        machine.tx.append(word & WORD)
        if in_loop:
            self._runner.go_on()
        self._runner.fed("tx")
        return True

    def get(self) -> int | None:
        machine = self._machine
        if not machine.rx:
            self._wanted = "rx"
            return None
        in_loop = self._runner.settle()
        word = machine.rx.popleft()
        if in_loop:
            self._runner.go_on()
        self._runner.fed("rx")
        return word

    def levels(self) -> tuple[int, int]:
        return len(self._machine.tx), len(self._machine.rx)

    def watch(self, handler: Callable[[], None] | None, /) -> None:
        self._block.handlers[self._index] = handler
        if handler is not None and self._block.flags >> self._index & 1:
            self._block.raise_flag(self._index)

    def close(self) -> None:
        self.watch(None)
        self._runner.stop()
        for gpio in range(32):
            if self._block.connected >> gpio & 1:
                self._block.disconnect(gpio)

    def _fifo_moved(self, which: str) -> None:
        if which == self._wanted:
            self._wanted = ""
            self._block.clock.wake()
