"""The bytes of an NVS partition: Espressif's own generator makes the same ones."""

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from machine_compat.modules.esp32.nvs_pages import TEXT, NoRoom, Raw, Values, formatted, parsed

SIZE = 0x6000
BLOB = bytes(range(256)) * 36
TABLE = """\
key,type,encoding,value
wifi,namespace,,
count,data,i32,-7
small,data,u8,200
name,data,string,hello world
cert,file,binary,{blob}
app,namespace,,
big,data,u64,12345678901234
tiny,data,hex2bin,0102
"""
SETTINGS: Values = {
    ("wifi", "count"): -7,
    ("wifi", "small"): Raw(0x01, b"\xc8" + b"\xff" * 7),
    ("wifi", "name"): Raw(TEXT, b"hello world\0"),
    ("wifi", "cert"): BLOB,
    ("app", "big"): Raw(0x08, (12345678901234).to_bytes(8, "little")),
    ("app", "tiny"): b"\1\2",
}


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A partition that Espressif's generator has made."""
    folder = tmp_path_factory.mktemp("nvs")
    (folder / "blob").write_bytes(BLOB)
    (folder / "table.csv").write_text(TABLE.format(blob=folder / "blob"))
    tool = [sys.executable, "-m", "esp_idf_nvs_partition_gen", "generate", "table.csv", "nvs.bin", hex(SIZE)]
    subprocess.run(tool, cwd=folder, check=True, capture_output=True)
    return (folder / "nvs.bin").read_bytes()


def test_what_the_generator_makes_is_understood(theirs: bytes) -> None:
    assert parsed(theirs) == SETTINGS


def test_the_generator_makes_the_same_bytes(theirs: bytes) -> None:
    assert formatted(SETTINGS, SIZE) == theirs


NAME = st.text("abcdefgh_0123", min_size=1, max_size=15)
VALUE = st.integers(-(1 << 31), (1 << 31) - 1) | st.binary(max_size=5000)


@given(st.dictionaries(st.tuples(NAME, NAME), VALUE, max_size=4))
def test_settings_come_back(values: Values) -> None:
    image = formatted(values, SIZE)
    assert len(image) == SIZE
    assert parsed(image) == values


def test_an_erased_partition_and_one_of_noise_have_no_settings() -> None:
    assert parsed(b"\xff" * SIZE) == parsed(bytes(SIZE)) == parsed(bytes(range(256)) * (SIZE // 256)) == {}


@pytest.mark.parametrize("place", [64 + 32, 64 + 32 + 8, 64 + 32 + 24])
def test_an_entry_with_a_flipped_bit_is_left_out(place: int) -> None:
    image = bytearray(formatted({("app", "one"): 1, ("app", "two"): 2}, SIZE))
    image[place] ^= 1
    assert parsed(image) == {("app", "two"): 2}


def test_one_page_stays_free() -> None:
    pages = SIZE // 4096 - 1
    room = pages * 125 * 32 - 3 * 32  # a part's own entry in each page, the namespace's and the index
    assert parsed(formatted({("a", "b"): bytes(room)}, SIZE)) == {("a", "b"): bytes(room)}
    with pytest.raises(NoRoom):
        formatted({("a", "b"): bytes(room + 33)}, SIZE)


def test_a_full_partition_keeps_what_it_had(bench: Callable[[str], Any]) -> None:
    NVS = bench("esp32").module("esp32").NVS
    settings = NVS("app")
    settings.set_i32("answer", 42)
    settings.commit()
    settings.set_blob("large", bytes(SIZE))
    with pytest.raises(OSError, match="ESP_ERR_NVS_NOT_ENOUGH_SPACE"):
        settings.commit()
    settings.erase_key("large")
    settings.commit()
    assert NVS("app").get_i32("answer") == 42


def test_what_others_have_put_there_stays(bench: Callable[[str], Any], theirs: bytes) -> None:
    esp32 = bench("esp32").module("esp32")
    partition = esp32.Partition("nvs")
    assert partition is not None
    partition.writeblocks(0, theirs)
    settings = esp32.NVS("wifi")
    assert settings.get_i32("count") == -7
    with pytest.raises(OSError, match="ESP_ERR_NVS_NOT_FOUND"):
        settings.get_i32("small")
    settings.set_i32("count", 8)
    settings.commit()
    image = bytearray(SIZE)
    partition.readblocks(0, image)
    assert parsed(bytes(image)) == SETTINGS | {("wifi", "count"): 8}
