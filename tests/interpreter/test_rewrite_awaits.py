"""This file states that a script's generators and coroutines wait for each other, as they are one thing on a board."""

from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from machine_compat.simulation import SimulatedBoard

Run = Callable[[str], str]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """Runs a script's text and returns what it printed."""
    with SimulatedBoard("pico") as board:

        def go(source: str) -> str:
            (tmp_path / "main.py").write_text(dedent(source), encoding="utf-8")
            board.run(tmp_path / "main.py", seconds=5)
            return board.output

        yield go


def test_a_generator_is_awaited(run: Run) -> None:
    assert (
        run("""
        def question(n):
            answer = yield n
            return answer * 2
        async def asks():
            return await question(1) + await question(2)
        coroutine = asks()
        print(coroutine.send(None), coroutine.send(10))
        try:
            coroutine.send(20)
        except StopIteration as end:
            print(end.value)
    """)
        == "1 2\n60\n"
    )


def test_a_generator_waits_for_coroutines(run: Run) -> None:
    assert (
        run("""
        import asyncio, time
        async def nap(ms):
            await asyncio.sleep_ms(ms)
            return ms
        def both():
            first = yield from nap(10)
            yield from asyncio.sleep_ms(5)
            return first
        async def main():
            print(await both(), time.ticks_ms())
        asyncio.run(main())
        asyncio.run(both())
        print(time.ticks_ms())
    """)
        == "10 15\n30\n"
    )


def test_async_with_and_async_for_take_generator_methods(run: Run) -> None:
    assert (
        run("""
        import asyncio
        class Source:
            def __init__(self):
                self.left = 2
            def __aenter__(self):
                yield from asyncio.sleep_ms(1)
                return self
            def __aexit__(self, *error):
                yield from asyncio.sleep_ms(1)
            def __aiter__(self):
                return self
            def __anext__(self):
                yield from asyncio.sleep_ms(1)
                self.left -= 1
                if self.left < 0:
                    raise StopAsyncIteration
                return self.left
        async def main():
            async with Source() as source:
                async for item in source:
                    print(item)
        asyncio.run(main())
    """)
        == "1\n0\n"
    )


def test_generators_still_are_iterators(run: Run) -> None:
    assert (
        run("""
        class C:
            def each(self):
                yield 1
                yield from (n for n in (2, 3))
        print(list(C().each()), sum(n for n in C().each()))
    """)
        == "[1, 2, 3] 6\n"
    )
