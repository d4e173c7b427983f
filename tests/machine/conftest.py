"""Boards for the tests of machine's classes: each in a world of its own, driven from the test's own code."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from machine_compat.board import using
from tests.machine.switched import Switched


@pytest.fixture
def switch_on() -> Iterator[Callable[[str], Switched]]:
    """Makes a board of that name the current one."""
    with ExitStack() as stack:

        def on(name: str) -> Switched:
            switched = Switched(name)
            stack.enter_context(using(switched.board))
            return switched

        yield on
