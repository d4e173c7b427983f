"""File systems on block devices: mounted, seen by open, os and import, and kept through resets."""

from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., tuple[Any, ...]]

RAM = """
import os, sys, vfs
class Ram:
    def __init__(self, blocks, size=512):
        self.size = size
        self.data = bytearray(blocks * size)
    def readblocks(self, block, buf, offset=0):
        place = block * self.size + offset
        buf[:] = self.data[place:place + len(buf)]
    def writeblocks(self, block, buf, offset=0):
        place = block * self.size + offset
        self.data[place:place + len(buf)] = buf
    def ioctl(self, op, arg):
        if op == 4:
            return len(self.data) // self.size
        if op == 5:
            return self.size
        if op == 6:
            return 0
def number(function, *args):
    try:
        function(*args)
    except OSError as error:
        return error.errno
"""
KINDS = [("VfsFat", 300, 512), ("VfsFat", 6000, 512), ("VfsFat", 300, 4096), ("VfsLfs2", 64, 4096)]
SD_PICO = "sdcard@spi0:GP17,size=8M"


def printed(run: Run, source: str, *attached: str, board: str = "pico") -> list[str]:
    return run(board, RAM + source, *attached)[0].output.splitlines()


@pytest.mark.parametrize(("kind", "blocks", "size"), KINDS)
def test_files_and_folders(run: Run, kind: str, blocks: int, size: int) -> None:
    source = f"""
device = Ram({blocks}, {size})
vfs.{kind}.mkfs(device)
system = vfs.{kind}(device)
vfs.mount(system, "/sd")
print(vfs.mount() == [(system, "/sd")], os.listdir("/")[0], os.listdir("/sd"))
with open("/sd/a long name, ä.txt", "w") as file:
    for line in range(1000):
        file.write("%d\\n" % line)
with open("/sd/a long name, ä.txt", "a") as file:
    file.write("end")
with open("/sd/a long name, ä.txt", "r+b") as file:
    file.seek(2000)
    file.write(b"XY")
    print(file.tell(), file.seek(0, 2))
with open("/sd/a long name, ä.txt") as file:
    lines = file.readlines()
print(len(lines), lines[526:528], lines[-1])
os.mkdir("/sd/data")
os.chdir("/sd/data")
for index in range(50):
    with open("file %d.bin" % index, "wb") as file:
        file.write(bytes([index]) * index * 20)
for index in range(0, 50, 2):
    os.remove("file %d.bin" % index)
print(len(os.listdir()), os.stat("file 7.bin")[0:7], open("file 49.bin", "rb").read() == b"1" * 980)
os.rename("file 7.bin", "/sd/seven")
os.rename("/sd/data", "/sd/other")
os.chdir("..")
print(os.getcwd(), sorted(os.listdir()), len(os.listdir("other")), sorted(os.listdir(b"/sd"))[0][:6])
for name in os.listdir("other"):
    os.remove("other/" + name)
os.rmdir("other")
free = os.statvfs("/sd")[3]
os.remove("/sd/a long name, ä.txt")
os.remove("/sd/seven")
print(os.listdir("/sd"), os.statvfs("/sd")[3] > free, os.stat("/sd")[0] == 0x4000)
vfs.umount("/sd")
print(os.getcwd(), "sd" in os.listdir("/"), vfs.mount())
"""
    assert printed(run, source) == [
        "True sd []",
        "2002 3893",
        "1000 ['526\\n', '52XY528\\n'] end",
        "25 (32768, 0, 0, 0, 0, 0, 140) True",
        "/sd ['a long name, ä.txt', 'other', 'seven'] 24 b'a long'",
        "[] True True",
        "/ False []",
    ]


@pytest.mark.parametrize(("kind", "blocks", "size"), KINDS)
def test_what_is_there_is_found_again(run: Run, kind: str, blocks: int, size: int) -> None:
    source = f"""
device = Ram({blocks}, {size})
print(number(vfs.mount, device, "/sd"))
vfs.{kind}.mkfs(device)
vfs.mount(vfs.{kind}(device), "/sd")
with open("/sd/kept.txt", "w") as file:
    file.write("kept")
vfs.umount("/sd")
os.mount(device, "/again", readonly=True)
print(type(vfs.mount()[0][0]).__name__, open("/again/kept.txt").read(), os.stat("/again/kept.txt")[7] > 0)
print(number(open, "/again/new", "w"), number(os.mkdir, "/again/x"), number(os.remove, "/again/kept.txt"))
print(number(os.rename, "/again/kept.txt", "/again/y"), number(os.rename, "/again/kept.txt", "/elsewhere"))
"""
    nothing_there = "19"
    assert printed(run, source) == [nothing_there, f"{kind} kept True", "30 30 30", "30 1"]


@pytest.mark.parametrize(("kind", "a_folder_is_no_file"), [("VfsFat", 13), ("VfsLfs2", 21)])
def test_errors(run: Run, kind: str, a_folder_is_no_file: int) -> None:
    source = f"""
device = Ram(128, 4096)
vfs.{kind}.mkfs(device)
vfs.mount(vfs.{kind}(device), "/sd")
open("/sd/file", "w").close()
os.mkdir("/sd/full")
open("/sd/full/x", "w").close()
print(number(open, "/sd/none"), number(open, "/sd/none/x", "w"), number(open, "/sd/full", "w"))
print(number(open, "/sd/file", "x"), number(os.mkdir, "/sd/full"), number(os.mkdir, "/sd"), number(os.remove, "/sd"))
print(number(os.rmdir, "/sd/full") in (13, 39), number(os.stat, "/sd/none"), number(os.chdir, "/sd/file"))
print(number(vfs.mount, device, "/sd"), number(vfs.umount, "/none"), number(os.listdir, "/sd/none"))
def fill():
    with open("/sd/big", "wb") as file:
        for _ in range(200):
            file.write(bytes(4096))
print(number(fill))
"""
    assert printed(run, source) == [f"2 2 {a_folder_is_no_file}", "17 17 17 22", "True 2 2", "1 22 2", "28"]


def test_names_that_fat_does_not_take(run: Run) -> None:
    source = """
device = Ram(200)
vfs.mount(device, "/sd", mkfs=True)
print([number(open, "/sd/" + name, "w") for name in ("a:b", "x*", "...", 'q"', "tab\\t")])
for name in ("UPPER.TXT", "lower.txt", "No.Dots.At.All", ".hidden", "a" * 200, "Ä.b"):
    open("/sd/" + name, "w").close()
print(os.listdir("/sd") == ["UPPER.TXT", "lower.txt", "No.Dots.At.All", ".hidden", "a" * 200, "Ä.b"])
print(os.stat("/sd/upper.txt") == os.stat("/sd/UPPER.TXT"), number(open, "/sd/LOWER.TXT", "x"))
"""
    assert printed(run, source) == ["[22, 22, 22, 22, 22]", "True", "True 17"]


def test_imports_come_from_what_is_mounted(run: Run) -> None:
    source = """
device = Ram(200)
vfs.mount(device, "/sd", mkfs=True)
os.mkdir("/sd/lib")
os.mkdir("/sd/lib/package")
for name, text in (("one.py", "x = 1"), ("package/__init__.py", "from . import two"), ("package/two.py", "y = 2")):
    with open("/sd/lib/" + name, "w") as file:
        file.write(text)
sys.path.append("/sd/lib")
import one, package
print(one.x, one.__file__, package.two.y)
vfs.umount("/sd")
try:
    import package.three
except ImportError as error:
    print(error)
"""
    assert printed(run, source) == ["1 /sd/lib/one.py 2", "no module named 'package.three'"]


def test_the_root_can_be_another_file_system(run: Run) -> None:
    source = """
print(os.listdir("/"))
vfs.umount("/")
print(number(open, "main.py"), number(vfs.umount, "/"))
device = Ram(200)
vfs.mount(device, "/", mkfs=True)
with open("new.txt", "w") as file:
    file.write("here")
print(os.listdir("/"), open("/new.txt").read())
vfs.mount(Ram(100), "/sd", mkfs=True)
print(os.listdir())
"""
    assert printed(run, source) == ["['main.py']", "19 22", "['new.txt'] here", "['sd', 'new.txt']"]


def test_a_file_system_of_the_scripts_own(run: Run) -> None:
    source = """
import io
class Memory:
    def mount(self, readonly, mkfs):
        print("mount", readonly, mkfs)
    def umount(self):
        print("umount")
    def ilistdir(self, path):
        yield ("f", 0x8000, 0, 3)
    def stat(self, path):
        if path != "/f":
            raise OSError(2)
        return (0x8000, 0, 0, 0, 0, 0, 3, 0, 0, 0)
    def open(self, path, mode):
        return io.StringIO("%s %s" % (path, mode))
vfs.mount(Memory(), "/ram", readonly=True)
print(os.listdir("/ram"), os.stat("/ram/f")[6], open("/ram/f").read(), number(os.stat, "/ram/g"))
vfs.umount("/ram")
"""
    assert printed(run, source) == ["mount True False", "['f'] 3 /f r 2", "umount"]


def test_a_device_that_is_none(run: Run) -> None:
    source = """
for wrong in (5, object()):
    try:
        vfs.mount(wrong, "/x")
    except TypeError as error:
        print(error)
class Broken(Ram):
    def readblocks(self, block, buf, offset=0):
        return -5
print(number(vfs.mount, Broken(100), "/x"), vfs.mount())
"""
    assert printed(run, source)[-1] == "5 []"


LOG = """
try:
    vfs.mount(device, "/sd")
    print("there")
except OSError:
    vfs.{kind}.mkfs(device)
    vfs.mount(device, "/sd")
    print("made")
with open("/sd/log.txt", "a") as file:
    file.write("boot\\n")
print(open("/sd/log.txt").read().split())
if machine.reset_cause() == machine.PWRON_RESET:
    machine.reset()
"""
AGAIN = ["made", "['boot']", "there", "['boot', 'boot']"]


@pytest.mark.parametrize("kind", ["VfsFat", "VfsLfs2"])
@pytest.mark.parametrize(
    ("board", "device"),
    [
        ("pico", "rp2.Flash()"),
        ("esp32", "esp32.Partition('vfs')"),
        ("esp32", "esp32.Partition.find(esp32.Partition.TYPE_DATA, label='vfs')[0]"),
    ],
)
def test_flash_keeps_it_through_a_reset(run: Run, board: str, device: str, kind: str) -> None:
    module = device.partition(".")[0]
    source = f"import machine, {module}\ndevice = {device}\n" + LOG.format(kind=kind)
    assert printed(run, source, board=board) == AGAIN


def test_the_pyboards_flash(run: Run) -> None:
    source = "import machine, pyb\ndevice = pyb.Flash(start=0)\n" + LOG.format(kind="VfsFat")
    assert printed(run, source, board="pyboard") == AGAIN


@pytest.mark.parametrize("size", ["2M", "8M", "64M"])
def test_a_card_on_spi(run: Run, size: str) -> None:
    source = (
        "import machine, sdcard\n"
        "from machine import Pin, SPI\n"
        "device = sdcard.SDCard(SPI(0, sck=Pin(18), mosi=Pin(19), miso=Pin(16)), Pin(17))\n"
    )
    assert printed(run, source + LOG.format(kind="VfsFat"), f"sdcard@spi0:GP17,size={size}") == AGAIN


def test_cards_of_every_kind(run: Run) -> None:
    source = """
import sdcard
from machine import Pin, SPI
try:
    card = sdcard.SDCard(SPI(0, sck=Pin(18), mosi=Pin(19), miso=Pin(16)), Pin(17))
except OSError as error:
    print(error)
else:
    data = bytes(range(256)) * 6
    card.writeblocks(5, data)
    one, three = bytearray(512), bytearray(1536)
    card.readblocks(6, one)
    card.readblocks(5, three)
    print(card.ioctl(4, 0), card.ioctl(5, 0), one == data[512:1024], three == data)
    print(number(card.readblocks, card.sectors + 10, one))
"""
    assert printed(run, source, SD_PICO) == ["16384 512 True True", "5"]
    assert printed(run, source, "sdcard@spi0:GP17,size=8M,version=1") == ["16384 512 True True", "5"]
    assert printed(run, source, "sdcard@spi0:GP17,size=4G") == ["8388608 512 True True", "5"]
    assert printed(run, source) == ["no SD card"]


@pytest.mark.parametrize(("board", "slot"), [("esp32", "slot=1"), ("pyboard", "")])
def test_a_card_in_a_slot(run: Run, board: str, slot: str) -> None:
    source = f"import machine\ndevice = machine.SDCard({slot})\n" + LOG.format(kind="VfsFat")
    assert printed(run, source, "sdcard@sd1,size=8M", board=board) == AGAIN
