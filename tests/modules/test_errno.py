"""MicroPython's `errno`: the numbers of boards, on any computer."""

from machine_compat.board import Board
from machine_compat.interpreter.table import from_file
from machine_compat.mock.backend import MockBackend
from machine_compat.profile import load


def test_numbers_and_names() -> None:
    profile = load("pico")
    board = Board(profile, MockBackend(profile.wiring()))
    errno = from_file(board, "errno")
    assert (errno.EIO, errno.ENODEV, errno.EAGAIN, errno.ETIMEDOUT, errno.EOPNOTSUPP) == (5, 19, 11, 110, 95)
    assert errno.errorcode[110] == "ETIMEDOUT"
    assert {number: name for name, number in vars(errno).items() if name.startswith("E")} == errno.errorcode
    assert not hasattr(errno, "EBUSY")
    errno.errorcode.clear()
    assert from_file(board, "errno").errorcode[2] == "ENOENT"
