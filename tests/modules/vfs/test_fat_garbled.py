"""FAT volumes that are short or garbled: a clear OSError, an end, and nothing written outside the volume."""

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.modules.vfs.card import Card

ALLOWED = {
    errno.EIO, errno.ENODEV, errno.EINVAL, errno.ENOENT, errno.EACCES, errno.EEXIST, errno.EISDIR, errno.ENOTDIR,
    errno.ENOSPC,
}  # fmt: skip
MOST_ACCESSES = 100_000
DEEPEST = 5
PARTITION = 8
"""Where the volume begins on a card with a partition table."""


def filled(vfs: Any, blocks: int) -> Any:
    """A card with some files and folders, of fragments."""
    card = Card(blocks)
    vfs.VfsFat.mkfs(card)
    system = vfs.VfsFat(card)
    system.mkdir("folder")
    files = [system.open(name, "wb") for name in ("one.txt", "a long name, really.txt", "folder/inner.bin")]
    for piece in range(4):
        for file in files:
            file.write(bytes([piece]) * 600)
            file.flush()
    for file in files:
        file.close()
    card.writes.clear()
    return card


def partitioned(card: Any) -> Any:
    """The same volume in a partition in the middle of a larger card."""
    larger = Card(card.blocks + 2 * PARTITION)
    larger.sectors = {block + PARTITION: data for block, data in card.sectors.items()}
    entry = bytes((0, 0, 0, 0, 6, 0, 0, 0)) + PARTITION.to_bytes(4, "little") + card.blocks.to_bytes(4, "little")
    larger.sectors[0] = (bytes(446) + entry).ljust(510, b"\0") + b"\x55\xaa"
    return larger


@pytest.fixture(scope="module")
def cards(vfs: Any) -> dict[int, Any]:
    """A volume of each width."""
    return {12: filled(vfs, 120), 16: filled(vfs, 9000), 32: filled(vfs, 9_000_000)}


@contextmanager
def only(numbers: set[int]) -> Iterator[None]:
    """Nothing but OSErrors with these numbers, in the form they have on a board."""
    try:
        yield
    except OSError as error:
        if error.errno not in numbers or error.args != (error.errno,):
            raise


def walk(system: Any, path: str = "", deep: int = DEEPEST) -> Iterator[tuple[str, int]]:
    for name, kind, *_ in list(system.ilistdir(path or "/")):
        yield f"{path}/{name}", kind
        if kind == 0x4000 and deep:
            with only(ALLOWED):
                yield from walk(system, f"{path}/{name}", deep - 1)


def attempt(action: Callable[..., object], *arguments: object) -> None:
    with only(ALLOWED):
        action(*arguments)


def rewrite(system: Any, path: str, mode: str) -> None:
    with system.open(path, mode) as file:
        file.write(b"new" * 400)


def read(system: Any, path: str) -> None:
    with system.open(path, "rb") as file:
        file.read(5000)
        file.seek(-10, 2)
        file.read()


def use(system: Any) -> None:
    """All that can be done with a volume."""
    found: list[tuple[str, int]] = []
    attempt(lambda: found.extend(walk(system)))
    for path, kind in found[:12]:
        attempt(system.stat, path)
        if kind != 0x4000:
            attempt(read, system, path)
            attempt(rewrite, system, path, "a")
            attempt(rewrite, system, path, "r+")
    attempt(system.statvfs, "/")
    attempt(system.mkdir, "new folder")
    attempt(rewrite, system, "new folder/new file", "w")
    attempt(system.rename, "folder", "new folder/moved")
    for path, kind in found[:12]:
        attempt(system.rmdir if kind == 0x4000 else system.remove, path)
    attempt(system.umount)


def hold(vfs: Any, card: Any) -> None:
    """Mount and use a card: only errors that FatFs gives."""
    with only({errno.EIO, errno.ENODEV}):
        system = vfs.VfsFat(card)
        system.mount(False, False)
        use(system)
    assert card.accesses < MOST_ACCESSES


CHANGES = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 511), st.binary(min_size=1, max_size=40)), min_size=1, max_size=12
)


@settings(deadline=None, max_examples=150)
@given(st.sampled_from([12, 16, 32]), CHANGES)
def test_garbled_blocks(vfs: Any, cards: dict[int, Any], bits: int, changes: list[tuple[int, int, bytes]]) -> None:
    card = cards[bits].copy()
    used = sorted(card.sectors)
    for which, offset, data in changes:
        card.change(used[which % len(used)], offset, data)
    hold(vfs, card)


@settings(deadline=None, max_examples=150)
@given(st.sampled_from([12, 16, 32]), st.lists(st.tuples(st.integers(11, 89), st.integers(0, 255)), max_size=6))
def test_garbled_boot_sectors(vfs: Any, cards: dict[int, Any], bits: int, changes: list[tuple[int, int]]) -> None:
    card = cards[bits].copy()
    boot = 63 if bits == 32 else 0
    for place, value in changes:
        card.change(boot, place, bytes((value,)))
    hold(vfs, card)


@settings(deadline=None, max_examples=100)
@given(st.sampled_from([12, 16]), CHANGES)
def test_nothing_is_written_outside_the_partition(
    vfs: Any, cards: dict[int, Any], bits: int, changes: list[tuple[int, int, bytes]]
) -> None:
    card = partitioned(cards[bits])
    used = sorted(card.sectors)[2:]  # neither the partition table nor what says how large the volume is
    for which, offset, data in changes:
        card.change(used[which % len(used)], offset, data)
    hold(vfs, card)
    assert all(PARTITION <= block < PARTITION + cards[bits].blocks for block in card.writes)


@settings(deadline=None, max_examples=60)
@given(st.sampled_from([12, 16, 32]), st.integers(0, 200))
def test_short_cards(vfs: Any, cards: dict[int, Any], bits: int, blocks: int) -> None:
    card = cards[bits].copy()
    card.blocks = blocks
    hold(vfs, card)


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=2048))
def test_noise(vfs: Any, noise: bytes) -> None:
    card = Card(100)
    for block in range(4):
        card.change(block, 0, noise[block * 512 : (block + 1) * 512])
    hold(vfs, card)


def test_clusters_that_go_round(vfs: Any) -> None:
    card = filled(vfs, 9000)
    entry = int.from_bytes(card.sectors[card_root(card)][32 + 26 : 32 + 28], "little")
    # The second cluster of a file leads back to its first.
    second = int.from_bytes(card.sectors[1][entry * 2 : entry * 2 + 2], "little")
    card.change(1, second * 2, entry.to_bytes(2, "little"))
    system = vfs.VfsFat(card)
    for action in (lambda: system.open("one.txt", "rb"), lambda: system.open("one.txt", "ab")):
        with pytest.raises(OSError, match="EIO"):
            action()
    free = system.statvfs("/")[3]
    system.remove("one.txt")
    assert system.statvfs("/")[3] == free + 2


def card_root(card: Any) -> int:
    return 1 + int.from_bytes(card.sectors[0][22:24], "little")


@pytest.mark.parametrize("size", [1, 256, 1000, 8192])
def test_sectors_that_no_fat_has(vfs: Any, size: int) -> None:
    for action in (vfs.VfsFat, vfs.VfsFat.mkfs):
        with pytest.raises(OSError, match="EIO"):
            action(Card(1000, size))
