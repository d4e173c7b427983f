"""Makes the VM a board: its modules, its files, its builtins; then runs the script."""

import builtins
import os
import sys

import vfs

from _host import clock, link, runtime, system, tasks
from _host.files import Flash
from _host.proxy import desk, need

namespace = {"__name__": "__main__"}


def furnish():
    """Give scripts the board's modules, under both of their names, and what their compiler knows by itself."""
    for name, module in (("sys", system), ("time", clock), ("micropython", runtime)):
        sys.modules[name] = sys.modules["u" + name] = module
    tasks.install()
    for name in ("asyncio", "collections", "io", "os"):
        sys.modules["u" + name] = __import__(name)
    board = desk.module("os")[0]
    for name in ("stat", "uname", "urandom"):
        setattr(os, name, getattr(board, name))
    builtins._turn_ = link.turn
    builtins._need_ = need
    builtins._plain_ = runtime.native
    builtins._pio_ = runtime.asm_pio
    builtins._assembler_ = runtime.asm_thumb
    builtins.micropython = runtime
    builtins.input = desk.function("input")
    builtins.ptr8 = builtins.ptr16 = builtins.ptr32 = lambda value: value
    builtins.uint = int
    vfs.umount("/")
    vfs.mount(Flash(), "/")


def main():
    for file, shown, source in desk.files():
        namespace["__file__"] = shown
        exec(compile(source, file, "exec"), namespace)


furnish()
link.run(main)
