"""A board's life with MicroPython itself as its interpreter."""

from collections.abc import Callable

from machine_compat.board import Board
from machine_compat.interpreter.life import Life, Program
from machine_compat.mock.clock import WorldClock
from machine_compat.vm.calls import Calls
from machine_compat.vm.desk import Desk
from machine_compat.vm.install import Installation, find
from machine_compat.vm.process import Process


class VMLife(Life):
    """A fresh MicroPython in a process of its own, which ends with this life."""

    def __init__(self, board: Board, program: Program, installation: Installation) -> None:
        super().__init__(board, program)
        self._board = board
        self._installation = installation

    def run(self) -> None:
        """Run the program's files in the VM; raises what they raise, as ScriptError.

        Afterwards the VM waits for the handlers that the script has left behind.
        """
        board = self._board
        process = Process(self._installation)
        board.at_reset.append(process.end)
        calls = Calls(board, process, Desk(board, self.loader, self.program), horizon_of(board))
        try:
            _, *failure = calls.serve()
            if failure:
                raise calls.error(*failure)
        except BaseException:
            process.end()
            raise


def lives(installation: Installation | None = None) -> Callable[[Board, Program], Life]:
    """What makes a simulated board's lives, for its ``power.new_life``; ConfigError says what is not installed."""
    installed = find() if installation is None else installation
    return lambda board, program: VMLife(board, program, installed)


def horizon_of(board: Board) -> Callable[[], int]:
    clock = board.clock
    assert isinstance(clock, WorldClock)
    world = clock.world
    return lambda: world.due - world.now
