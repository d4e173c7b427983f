"""A file as the chip's raw flash: what one run writes the next one finds, and others' tools can read."""

import io
import os
import signal
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest
from dissect.fat.fat import FATFS
from littlefs import LittleFS

from machine_compat.cli import main
from machine_compat.errors import ConfigError
from machine_compat.simulation import SimulatedBoard
from tests.simulation.make import Make, Write

MIB = 1 << 20
VFS = 2 * MIB
"""Where an ESP32's partition for files begins, which is as long."""
SECTOR = 4096

COUNT = {
    "esp32": """
        from esp32 import Partition
        flash = Partition('vfs')
        """,
    "pico": """
        import rp2
        flash = rp2.Flash()
        """,
    "pyboard": """
        import pyb
        flash = pyb.Flash(start=0)
        """,
}
AGAIN = """
block = bytearray(flash.ioctl(5, 0))
flash.readblocks(3, block)
print(block[0])
block[0] = (block[0] + 1) % 256
flash.writeblocks(3, block)
"""
PLACE = {"esp32": VFS + 3 * SECTOR, "pico": 2 * MIB - 1408 * 1024 + 3 * SECTOR, "pyboard": 0x4000 + 3 * 512}
SIZE = {"esp32": 4 * MIB, "pico": 2 * MIB, "pyboard": MIB}


@pytest.fixture
def image(tmp_path: Path) -> Path:
    return tmp_path / "flash.bin"


def played(name: str, script: Path, image: Path | None) -> str:
    with SimulatedBoard(name, flash_image=image) as board:
        board.run(script)
        return board.output


@pytest.mark.parametrize("name", COUNT)
def test_what_is_written_is_there_in_the_next_run(name: str, write: Write, image: Path) -> None:
    script = write(dedent(COUNT[name]) + AGAIN)
    assert [played(name, script, image) for _ in range(3)] == ["255\n", "0\n", "1\n"]
    content = image.read_bytes()
    assert len(content) == SIZE[name]
    assert content[PLACE[name]] == 2
    assert content.count(b"\xff") == SIZE[name] - 1


@pytest.mark.parametrize("name", COUNT)
def test_without_a_file_nothing_is_kept(name: str, write: Write, tmp_path: Path) -> None:
    script = write(dedent(COUNT[name]) + AGAIN)
    assert [played(name, script, None) for _ in range(2)] == ["255\n", "255\n"]
    assert list(tmp_path.iterdir()) == [script]


def test_the_board_that_has_everything_keeps_each_in_its_place(write: Write, image: Path) -> None:
    script = write("""
        import esp, esp32, pyb, rp2
        pyb.Flash(start=0).writeblocks(0, b'pyb' + bytes(509))
        rp2.Flash().writeblocks(0, b'rp2' + bytes(4093))
        esp32.Partition('vfs').writeblocks(511, b'esp' + bytes(4093))
        print(esp.flash_size(), esp.flash_read(0x3ff000, 3), esp.flash_read(0xa0000, 3))
    """)
    assert played("mock", script, image) == "4194304 b'esp' b'rp2'\n"
    content = image.read_bytes()
    assert (content[4 * MIB + 0x4000 :][:3], content[640 * 1024 :][:3]) == (b"pyb", b"rp2")


def test_a_larger_file_is_a_larger_chips(write: Write, image: Path) -> None:
    image.write_bytes(b"\xff" * (8 * MIB))
    script = write("""
        import esp
        esp.flash_write(0, b'\\x0f')
        esp.flash_write(0, b'\\xf1')
        print(esp.flash_read(0, 1))
    """)
    assert played("esp32", script, image) == "b'\\x01'\n"
    assert image.stat().st_size == 8 * MIB
    assert image.read_bytes()[0] == 1


def test_it_outlives_resets_and_a_board_that_is_renewed(write: Write, image: Path) -> None:
    script = write(dedent(COUNT["pico"]) + AGAIN + "import machine\nif block[0] < 2:\n    machine.reset()\n")
    with SimulatedBoard("pico", flash_image=image) as board:
        board.run(script)
        assert board.output == "255\n0\n1\n"
        board.renew()
        board.run(script)
        assert board.output == "2\n"


def test_settings_that_were_committed_are_in_it(write: Write, image: Path) -> None:
    script = write("""
        from esp32 import NVS
        settings = NVS('app')
        try:
            print(settings.get_i32('runs'))
        except OSError as e:
            print(e.args[1])
            settings.set_i32('runs', 0)
        settings.set_i32('runs', settings.get_i32('runs') + 1)
        settings.commit()
        settings.set_i32('runs', 100)
    """)
    assert [played("esp32", script, image) for _ in range(3)] == ["ESP_ERR_NVS_NOT_FOUND\n", "1\n", "2\n"]
    assert [played("esp32", script, None) for _ in range(2)] == ["ESP_ERR_NVS_NOT_FOUND\n"] * 2


# ---- files that are none


def refused(name: str, image: Path) -> str:
    with pytest.raises(ConfigError) as raised:
        SimulatedBoard(name, flash_image=image)
    message = str(raised.value)
    assert "\n" not in message
    return message


def test_two_boards_on_one_file_are_refused(make: Make, image: Path) -> None:
    first = make("pico", flash_image=image)
    message = refused("pico", image)
    assert str(image) in message
    assert "give each board a file of its own" in message
    first.close()
    make("pico", flash_image=image)


def test_a_file_that_is_too_small_stays_as_it_is(image: Path) -> None:
    image.write_bytes(b"abc")
    message = refused("esp32", image)
    assert str(image) in message
    assert "3 bytes, and the board's flash has 4194304" in message
    assert image.read_bytes() == b"abc"


def test_a_read_only_file_is_refused_even_to_root(image: Path) -> None:
    image.write_bytes(b"\xff" * (2 * MIB))
    image.chmod(0o444)
    message = refused("pico", image)
    assert str(image) in message
    assert "make it writable, or run on a copy" in message


def test_a_folder_a_missing_folder_and_a_device_are_refused(tmp_path: Path) -> None:
    assert "a folder; name a file" in refused("pico", tmp_path)
    assert f"there is no folder {tmp_path / 'none'}" in refused("pico", tmp_path / "none" / "flash.bin")
    assert "not an ordinary file" in refused("pico", Path(os.devnull))


def test_a_board_whose_scripts_reach_no_flash_makes_no_file(image: Path) -> None:
    assert "scripts reach no raw flash on board ek_ra6m2" in refused("ek_ra6m2", image)
    assert not image.exists()


# ---- the command


def test_the_command_keeps_it_too(write: Write, image: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = write(dedent(COUNT["pico"]) + AGAIN)
    words = ["run", "--fast", "--board", "pico", "--flash-image", str(image), str(script)]
    assert [main(words), main(words)] == [0, 0]
    assert capsys.readouterr().out == "255\n0\n"


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--vm", "both", "--board", "pico"], "one board's: leave --flash-image out"),
        (["--board", "rpi"], "--flash-image is for simulated boards"),
    ],
)
def test_a_run_that_has_no_use_for_it_says_so(
    words: list[str], reason: str, write: Write, image: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", *words, "--flash-image", str(image), str(write("pass"))]) == 2
    assert reason in capsys.readouterr().err
    assert not image.exists()


LOGGER = """
    import os, vfs
    from esp32 import Partition
    flash = Partition('vfs', 512)
    try:
        vfs.mount(vfs.VfsFat(flash), '/log')
    except OSError:
        vfs.VfsFat.mkfs(flash)
        vfs.mount(vfs.VfsFat(flash), '/log')
    number = 0
    while True:
        with open('/log/%d.txt' % (number % 20), 'a') as file:
            file.write('line %d\\n' % number)
        number += 1
        if number == 30:
            print('ready')
"""


def logging(script: Path, image: Path, ending: signal.Signals) -> int:
    words = ["run", "--fast", "--guard", "0", "--board", "esp32", "--flash-image", str(image), str(script)]
    command = [sys.executable, "-m", "machine_compat", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(ending)
        return process.wait(timeout=30)


def test_ctrl_c_leaves_a_whole_file_system(write: Write, image: Path) -> None:
    script = write(LOGGER)
    for _ in range(3):
        assert logging(script, image, signal.SIGINT) == 130
    check_fat(image.read_bytes()[VFS:])


def test_after_a_crash_the_next_run_goes_on(write: Write, image: Path) -> None:
    script = write(LOGGER)
    assert logging(script, image, signal.SIGKILL) == -signal.SIGKILL
    assert logging(script, image, signal.SIGINT) == 130
    content = FATFS(io.BytesIO(image.read_bytes()[VFS:]))
    assert content.get("0.txt").open().read().startswith(b"line 0\nline 20\n")


def check_fat(volume: bytes) -> None:
    """Both tables say the same, every cluster in use is one file's, and a file's clusters are what its size needs."""
    system = FATFS(io.BytesIO(volume))
    reserved, tables = int.from_bytes(volume[14:16], "little"), volume[16]
    length = int.from_bytes(volume[22:24], "little") * 512
    copies = {volume[reserved * 512 + index * length :][:length] for index in range(tables)}
    assert len(copies) == 1
    taken: list[int] = []
    for file in system.get("/").iterdir():
        chain = list(system.fat.chain(file.cluster)) if file.size else []
        assert len(chain) == -(-file.size // system.cluster_size)
        assert file.open().read().startswith(b"line ")
        taken += chain
    assert len(taken) == len(set(taken))


# ---- others' tools


def test_others_read_the_fat_that_a_script_makes(write: Write, image: Path) -> None:
    script = write("""
        import os, vfs
        from esp32 import Partition
        flash = Partition('vfs', 512)
        vfs.VfsFat.mkfs(flash)
        vfs.mount(vfs.VfsFat(flash), '/data')
        os.mkdir('/data/2024')
        with open('/data/2024/a longer name.csv', 'w') as file:
            for number in range(3000):
                file.write('%d\\n' % number)
        vfs.umount('/data')
    """)
    played("esp32", script, image)
    found = FATFS(io.BytesIO(image.read_bytes()[VFS:])).get("2024/a longer name.csv")
    assert found.open().read() == b"".join(b"%d\n" % number for number in range(3000))


def test_others_read_and_write_the_littlefs_of_a_script(write: Write, image: Path) -> None:
    script = write("""
        import os, vfs
        from rp2 import Flash
        flash = Flash()
        try:
            vfs.mount(vfs.VfsLfs2(flash), '/data')
            print(open('/data/answer').read())
        except OSError:
            vfs.VfsLfs2.mkfs(flash)
            vfs.mount(vfs.VfsLfs2(flash), '/data')
            with open('/data/question', 'w') as file:
                file.write('how many?')
    """)
    assert played("pico", script, image) == ""
    start = 640 * 1024
    content = image.read_bytes()
    theirs = LittleFS(block_size=SECTOR, block_count=1408 // 4, mount=False)
    theirs.context.buffer = bytearray(content[start:])
    theirs.mount()
    with theirs.open("question") as file:
        assert file.read() == "how many?"
    with theirs.open("answer", "w") as file:
        file.write("42")
    image.write_bytes(content[:start] + bytes(theirs.context.buffer))
    assert played("pico", script, image) == "42\n"
