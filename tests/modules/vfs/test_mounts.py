"""Where file systems are mounted, and who is asked what: seen by one that a script wrote itself."""

from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., tuple[Any, ...]]

RECORDER = """
import os, sys, vfs
class Recorder:
    def __init__(self, name):
        self.name = name
        self.asked = []
    def __repr__(self):
        return self.name
    def mount(self, readonly, mkfs):
        self.asked.append(("mount", readonly, mkfs))
    def umount(self):
        self.asked.append(("umount",))
    def ilistdir(self, path):
        self.asked.append(("ilistdir", path))
        yield (self.name + ".txt", 0x8000, 0)
    def chdir(self, path):
        self.asked.append(("chdir", path))
        if path == "/gone":
            raise OSError(2)
    def getcwd(self):
        return "/inside"
    def open(self, path, mode):
        self.asked.append(("open", path, mode))
    def __getattr__(self, name):
        if name not in ("mkdir", "rmdir", "remove", "rename", "stat", "statvfs"):
            raise AttributeError(name)
        return lambda *paths: self.asked.append((name,) + paths)
    def told(self):
        told = self.asked
        self.asked = []
        return told
def number(function, *args, **keywords):
    try:
        function(*args, **keywords)
    except OSError as error:
        return error.errno
"""


def printed(run: Run, source: str, board: str = "pico") -> list[str]:
    return run(board, RECORDER + source)[0].output.splitlines()


def test_paths_in_the_current_directory_are_passed_on_as_they_are(run: Run) -> None:
    source = """
a = Recorder("a")
vfs.mount(a, "/a")
os.chdir("/a")
print(os.getcwd(), a.told())
os.mkdir("x"), os.remove("../y"), os.rename("x", b"z"), os.stat(""), os.statvfs("/a"), open("./f", "wb"), os.listdir()
os.rmdir("/a/x/.."), os.chdir("sub")
print(a.told())
os.chdir("/")
print(os.getcwd(), os.listdir()[:1], os.listdir(b"/a"), a.told())
os.mkdir("a/n")
print(a.told(), number(os.mkdir, "/a"), number(os.mkdir, "/"), number(os.rename, "/a/x", "/x"))
os.remove("a")
print(a.told())
"""
    assert printed(run, source) == [
        "/a/inside [('mount', False, False), ('chdir', '/')]",
        "[('mkdir', 'x'), ('remove', '../y'), ('rename', 'x', b'z'), ('stat', ''), ('statvfs', '/'),"
        " ('open', './f', 'wb'), ('ilistdir', ''), ('rmdir', '/x/..'), ('chdir', 'sub')]",
        "/ ['a'] ['a.txt'] [('ilistdir', b'/')]",
        "[('mkdir', '/n')] 17 17 1",
        "[('remove', '/')]",
    ]


def test_a_directory_that_is_not_there_changes_nothing(run: Run) -> None:
    source = """
vfs.mount(Recorder("a"), "/a")
vfs.mount(Recorder("b"), "/b")
os.chdir("/b")
print(number(os.chdir, "/a/gone"), number(os.chdir, "/none"), os.getcwd())
vfs.umount("/b")
print(os.getcwd())
os.chdir("/a")
vfs.umount("/a")
print(os.getcwd(), number(os.chdir, "a"))
"""
    assert printed(run, source) == ["2 2 /b/inside", "/", "/ 2"]


def test_the_order_of_mounts(run: Run) -> None:
    source = """
a, b, c, d = map(Recorder, "abcd")
vfs.mount(a, "/x/y", readonly=1)
vfs.mount(b, "/x", mkfs=True)
print(vfs.mount(), a.told(), b.told())
open("/x/y/f"), open("/x/z")
print(a.told(), b.told())
print(number(vfs.mount, c, "/x"), number(vfs.mount, c, "/x/z"), c.told())
vfs.mount(c, "/")
vfs.mount(d, "/d")
print(vfs.mount(), os.listdir("/"))
open("f"), os.chdir("/e"), os.chdir("/")
print(c.told(), os.getcwd())
vfs.umount(b), vfs.umount("/x/y"), vfs.umount(c), vfs.umount("/d")
print(vfs.mount(), a.told(), os.listdir("/"), number(vfs.umount, c), number(vfs.umount, "/d"))
try:
    vfs.mount(a)
except TypeError:
    print("TypeError")
"""
    assert printed(run, source) == [
        "[(a, '/x/y'), (b, '/x')] [('mount', 1, False)] [('mount', False, True)]",
        "[('open', '/f', 'r')] [('open', '/z', 'r')]",
        "1 1 [('mount', False, False), ('mount', False, False)]",
        "[(a, '/x/y'), (b, '/x'), (d, '/d'), (c, '/')] ['x/y', 'x', 'd', 'c.txt']",
        "[('mount', False, False), ('ilistdir', '/'), ('open', 'f', 'r'), ('chdir', '/e'), ('chdir', '/')] /",
        "[] [('umount',)] ['main.py'] 22 22",
        "TypeError",
    ]


def test_nothing_at_the_root(run: Run) -> None:
    source = """
vfs.umount("/")
print(os.stat("/"), os.statvfs("/")[:9], os.listdir("/"), os.getcwd())
verbs = (os.chdir, os.listdir, os.mkdir, os.remove, os.stat)
print([number(verb, path) for verb in verbs for path in ("x", "/x")])
print(number(open, "/"), number(os.remove, "/"), number(os.rmdir, ""), number(os.mkdir, "/"))
"""
    assert printed(run, source) == [
        f"{(0x4000, *(0,) * 9)} {(0,) * 9} [] /",
        str([19] * 10),
        "1 1 1 17",
    ]


def test_a_module_is_looked_for_by_stat(run: Run) -> None:
    source = """
import io
class Stream(io.IOBase):
    def __init__(self, data):
        self.data = data
    def readinto(self, buf):
        piece, self.data = self.data[:len(buf)], self.data[len(buf):]
        buf[:len(piece)] = piece
        return len(piece)
    def ioctl(self, request, argument):
        asked.append("ioctl %d" % request)
        return 20 if request == 11 else 0
class Files:
    files = {
        "/one.py": b"x = 1\\n" + b"# nothing\\n" * 50 + b"import folder.two\\n",
        "/folder/__init__.py": b"",
        "/folder/two.py": b"y = 2",
        "/bad.py": b"no python",
        "/old.mpy": b"M",
    }
    def mount(self, readonly, mkfs):
        pass
    def umount(self):
        pass
    def stat(self, path):
        asked.append(path)
        if path == "/folder":
            return (0x4000,) + (0,) * 9
        return (0x8000, 0, 0, 0, 0, 0, len(self.files[path]), 0, 0, 0)
    def open(self, path, mode):
        return Stream(self.files[path])
asked = []
vfs.mount(Files(), "/own")
sys.path.append("/own")
import one
print(one.x, one.folder.two.y, one.__file__, one.folder.__path__)
print(asked)
for name in ("bad", "old", "none"):
    asked.clear()
    try:
        __import__(name)
    except (SyntaxError, ImportError) as error:
        print(type(error).__name__, str(error)[:20], asked)
"""
    closed, two = ["ioctl 11", "ioctl 4"], ["/folder/two", "/folder/two.py"]
    assert printed(run, source) == [
        "1 2 /own/one.py /own/folder",
        str(["/one", "/one.py", *closed, "/folder", "/folder/__init__.py", *closed, *two, *closed]),
        f"SyntaxError invalid syntax (bad. {['/bad', '/bad.py', *closed]}",
        f"ImportError /own/old.mpy is comp {['/old', '/old.py', '/old.mpy']}",
        f"ImportError no module named 'non {['/none', '/none.py', '/none.mpy']}",
    ]


def test_a_module_is_loaded_as_it_is_now(run: Run) -> None:
    source = """
class Ram:
    def __init__(self):
        self.data = bytearray(200 * 512)
    def readblocks(self, block, buf):
        buf[:] = self.data[block * 512:block * 512 + len(buf)]
    def writeblocks(self, block, buf):
        self.data[block * 512:block * 512 + len(buf)] = buf
    def ioctl(self, request, argument):
        return {4: 200, 5: 512}.get(request)
vfs.mount(Ram(), "/sd", mkfs=True)
sys.path.append("/sd")
for value in range(3):
    with open("/sd/changing.py", "w") as file:
        file.write("value = %d" % value)
    import changing
    print(changing.value)
    del sys.modules["changing"]
os.remove("/sd/changing.py")
os.chdir("/sd")
try:
    import changing
except ImportError as error:
    print(error)
with open("beside.py", "w") as file:
    file.write("print(__file__)")
import beside
"""
    assert printed(run, source) == ["0", "1", "2", "no module named 'changing'", "beside.py"]


def test_littlefs_1_is_said_to_be_missing(run: Run) -> None:
    source = """
class Old:
    def readblocks(self, block, buf, offset=0):
        data = (b"\\xff" * 40 + b"littlefs").ljust(4096, b"\\xff")
        buf[:] = data[offset:offset + len(buf)]
    def writeblocks(self, block, buf, offset=0):
        pass
    def ioctl(self, request, argument):
        return {4: 64, 5: 4096}.get(request)
print(hasattr(vfs, "VfsLfs1"), hasattr(os, "VfsLfs1"))
vfs.mount(Old(), "/old")
"""
    with pytest.raises(OSError, match="ENODEV") as caught:
        run("pico", RECORDER + source)
    assert "VfsLfs1" in caught.value.__notes__[0]


def test_littlefs_tells_what_its_device_said(run: Run) -> None:
    source = """
class Ram:
    def __init__(self):
        self.data = bytearray(b"\\xff" * 64 * 1024)
        self.answer = 0
    def readblocks(self, block, buf, offset):
        place = block * 1024 + offset
        buf[:] = self.data[place:place + len(buf)]
        if self.answer == "raise":
            raise ValueError("the cable is out")
        return self.answer
    def writeblocks(self, block, buf, offset):
        place = block * 1024 + offset
        self.data[place:place + len(buf)] = buf
        self.written = True
        return self.answer
    def ioctl(self, request, argument):
        if request == 6:
            self.data[argument * 1024:argument * 1024 + 1024] = b"\\xff" * 1024
            return 0
        return {4: 64, 5: 1024}.get(request)
ram = Ram()
vfs.VfsLfs2.mkfs(ram)
system = vfs.VfsLfs2(ram)
with system.open("f", "w") as file:
    file.write("data" * 1000)
system.mkdir("d")
for answer in (-5, -30, 7, "x", "raise"):
    system = vfs.VfsLfs2(ram)
    before = bytes(ram.data)
    ram.answer = answer
    ram.written = False
    try:
        print(number(system.stat, "f"), number(system.mkdir, "e"), ram.written, ram.data == before)
    except (ValueError, TypeError) as error:
        print(error, ram.written, ram.data == before)
    ram.answer = 0
system = vfs.VfsLfs2(ram)
print(len(system.open("f").read()), sorted(entry[0] for entry in system.ilistdir()))
"""
    assert printed(run, source) == [
        "5 5 False True",
        "30 30 False True",
        "22 22 False True",
        "can't convert str to int False True",
        "the cable is out False True",
        "4000 ['d', 'f']",
    ]
