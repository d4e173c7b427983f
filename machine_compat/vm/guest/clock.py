"""`time` with the board's time; what is arithmetic is MicroPython's own."""

import utime
from _host.proxy import desk

_board = desk.module("time")[0]
_epoch = desk.epoch_s()

sleep = _board.sleep
sleep_ms = _board.sleep_ms
sleep_us = _board.sleep_us
ticks_ms = _board.ticks_ms
ticks_us = _board.ticks_us
ticks_cpu = _board.ticks_cpu
time = _board.time
time_ns = _board.time_ns
ticks_add = utime.ticks_add
ticks_diff = utime.ticks_diff


def gmtime(seconds=None):
    return utime.gmtime((time() if seconds is None else seconds) + _epoch)


def localtime(seconds=None):
    return utime.localtime((time() if seconds is None else seconds) + _epoch)


def mktime(parts):
    return int(utime.mktime(parts)) - _epoch
