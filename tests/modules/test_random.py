"""MicroPython's `random`; after a seed, the numbers MicroPython 1.29 itself draws."""

import random as cpython
from collections import Counter
from types import SimpleNamespace

import pytest

from machine_compat.board import Board
from machine_compat.interpreter.table import from_file
from machine_compat.mock.backend import MockBackend
from machine_compat.profile import load


@pytest.fixture
def board() -> Board:
    profile = load("pico")
    return Board(profile, MockBackend(profile.wiring()))


@pytest.fixture
def random(board: Board) -> SimpleNamespace:
    return from_file(board, "random")


@pytest.mark.parametrize(
    ("seed", "words", "below_100", "letters", "steps"),
    [
        (0, [2002156, 1421650768, 1366029939], [87, 96, 61], "bae", [4, 7, 7]),
        (1, [2002244, 1862853106, 2677483614], [92, 31, 12], "dce", [1, 1, 4]),
        (-1, [2002036, 1862488162, 1184655364], [], "", []),
    ],
)
def test_a_seed_gives_the_numbers_of_a_board(
    random: SimpleNamespace, seed: int, words: list[int], below_100: list[int], letters: str, steps: list[int]
) -> None:
    random.seed(seed)
    assert [random.getrandbits(32) for _ in words] == words
    assert [random.randrange(100) for _ in below_100] == below_100
    assert "".join(random.choice("abcdef") for _ in letters) == letters
    assert [random.randrange(10, 0, -3) for _ in steps] == steps


def test_every_run_draws_the_same(board: Board) -> None:
    first, second = from_file(board, "random"), from_file(board, "random")
    drawn = [first.getrandbits(32) for _ in range(5)]
    assert drawn == [second.getrandbits(32) for _ in range(5)]
    first.seed()
    board.sleep_ns(1)
    second.seed()
    assert [first.getrandbits(32) for _ in range(5)] != [second.getrandbits(32) for _ in range(5)]


def test_cpythons_own_is_left_alone(random: SimpleNamespace) -> None:
    state = cpython.getstate()
    random.seed(5)
    random.random()
    assert cpython.getstate() == state


def test_numbers_are_in_their_ranges(random: SimpleNamespace) -> None:
    assert set(Counter(random.randint(-2, 2) for _ in range(200))) == {-2, -1, 0, 1, 2}
    assert {random.randrange(3) for _ in range(100)} == {0, 1, 2}
    assert {random.randrange(1, 10, 4) for _ in range(100)} == {1, 5, 9}
    assert all(0 <= random.random() < 1 for _ in range(100))
    assert all(-1 <= random.uniform(-1, 2) < 2 for _ in range(100))
    assert all(random.getrandbits(7) < 128 for _ in range(100))
    assert random.getrandbits(0) == 0
    assert (random.random() * (1 << 23)).is_integer()


def test_ranges_that_are_empty(random: SimpleNamespace) -> None:
    for arguments in ((0,), (-5,), (5, 5), (0, 10, -1), (0, 10, 0)):
        with pytest.raises(ValueError, match=r"^$|arg 3"):
            random.randrange(*arguments)
    with pytest.raises(ValueError, match=r"^$"):
        random.randint(2, 1)
    with pytest.raises(IndexError):
        random.choice([])


@pytest.mark.parametrize(
    ("name", "arguments", "error"),
    [
        ("getrandbits", (33,), ValueError),
        ("getrandbits", (-1,), ValueError),
        ("getrandbits", ("a",), TypeError),
        ("randint", (1.5, 2), TypeError),
        ("seed", (1.5,), TypeError),
        ("randrange", (1 << 40,), OverflowError),
    ],
)
def test_wrong_arguments(
    random: SimpleNamespace, name: str, arguments: tuple[object, ...], error: type[Exception]
) -> None:
    with pytest.raises(error):
        getattr(random, name)(*arguments)
