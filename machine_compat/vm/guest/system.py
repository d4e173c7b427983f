"""`sys` of the board: its platform, arguments and keyboard, and all else MicroPython's."""

import sys
from collections import namedtuple
from sys import *

from _host.proxy import desk

_told = desk.sys()

implementation = namedtuple("implementation", ("name", "version", "_machine", "_mpy", "_build"))(
    "micropython", sys.implementation.version, _told["machine"], sys.implementation._mpy, _told["build"]
)
platform = _told["platform"]
stdin = _told["stdin"]
argv = sys.argv
argv[:] = _told["argv"]
path = sys.path
path[:] = [_told["path"][0], ".frozen"] + _told["path"][1:]
