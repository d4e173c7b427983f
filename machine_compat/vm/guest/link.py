"""The script's end of the link to its board: messages, values packed for the way, handlers that the board calls.

The forms are described beside the board's end, in values.py and calls.py.
"""

import array
import builtins
import io
import json
import struct
import sys
from binascii import hexlify, unhexlify

import js
import micropython

GUEST = '  File "/lib/_host/'

functions = []
_numbers = {}
_turns = 0
_limit = 1
_given = ()


def turn():
    """Every turn of a while loop: tells the board when enough have come together for something to happen there."""
    global _turns
    _turns += 1
    if _turns >= _limit:
        ask("turn")
    return True


def ask(verb, *fields):
    """Send a message and give what comes back; handlers that the board calls in between run here."""
    return _talk([_count(), verb] + list(fields), ())


def call(handle, name, arguments, options):
    """Call a method of a board's object, or with no name the object itself."""
    buffers = []
    items = [pack(value, buffers) for value in arguments]
    pairs = [[key, pack(options[key], buffers)] for key in options]
    return _talk([_count(), "call", handle, name, items, pairs], buffers)


def run(main):
    """Run the script, tell the board how it ended, and stay for the handlers that the board may call still."""
    failure = []
    try:
        main()
    except BaseException as error:
        failure = described(error)
    reply = _exchange([_count(), "ended"] + failure)
    while True:
        reply = _exchange(_handled(reply))


def _talk(message, buffers):
    global _given, _limit
    reply = _exchange(message)
    while reply[1] == "call":
        reply = _exchange(_handled(reply))
    _limit = reply[0]
    if reply[1] == "error":
        raise exception(reply[2], reply[3])
    _given = buffers
    for index, code, content in reply[3]:
        if code == "l":
            buffers[index][:] = unpack(content)
            continue
        data = unhexlify(content)
        memoryview(buffers[index])[:] = data if code == "B" else array.array(code, data)
    return unpack(reply[2])


def _exchange(message):
    return json.loads(js.host_exchange(json.dumps(message)))


def _count():
    global _turns
    turns, _turns = _turns, 0
    return turns


def _handled(reply):
    """Run a function that the board calls; the message that says how it went.

    It runs as what MicroPython has scheduled: so what it schedules itself waits until it has returned. Within such a
    function, where MicroPython starts no other, it is called as it is.
    """
    answers = []

    def deliver(_):
        if not answers:
            answers.append(_run(reply))

    try:
        micropython.schedule(deliver, None)
    except RuntimeError:
        pass
    turns = 0
    while not answers and turns < 3:  # here MicroPython looks at what is scheduled
        turns += 1
    deliver(None)
    return answers[0]


def _run(reply):
    global _limit
    _limit = reply[0]
    try:
        value = pack(functions[reply[2]](*[unpack(item) for item in reply[3]]), [])
    except BaseException as error:
        return [_count(), "raise"] + described(error)
    return [_count(), "return", value]


# ---- exceptions


def exception(name, arguments):
    kind = getattr(builtins, name, RuntimeError)
    return kind(*[unpack(item) for item in arguments])


def described(error):
    """[class, arguments, traceback without this code's own lines]"""
    text = io.StringIO()
    sys.print_exception(error, text)
    lines = [line for line in text.getvalue().split("\n") if not line.startswith((GUEST, '  File "<stdin>"'))]
    items = []
    for value in error.args:
        try:
            items.append(pack(value, []))
        except TypeError:
            items.append(repr(value))
    return [type(error).__name__, items, "\n".join(lines)]


# ---- values


def pack(value, buffers):
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return ["f", hexlify(struct.pack(">d", value)).decode()]
    if isinstance(value, bytes):
        return ["b", hexlify(value).decode()]
    if isinstance(value, tuple):
        return ["t"] + [pack(item, buffers) for item in value]
    if isinstance(value, list):
        items = [pack(item, buffers) for item in value]
        buffers.append(value)
        return ["l"] + items
    if isinstance(value, dict):
        return ["d"] + [[pack(key, buffers), pack(value[key], buffers)] for key in value]
    if isinstance(value, slice):
        return ["s", value.start, value.stop, value.step]
    handle = getattr(value, "_handle", None)
    if handle is not None:
        return ["o", handle]
    try:
        view = memoryview(value)
    except TypeError:
        return ["c", _number(value)]
    buffers.append(value)
    form = "m" if isinstance(value, memoryview) else "B"
    return [form, _code(value, view), hexlify(bytes(view)).decode()]


def _code(value, view):
    """The type code of a buffer's elements, which nothing but an array's repr tells."""
    text = repr(value)
    if text.startswith("array('"):
        return text[7]
    return {1: "B", 2: "H", 4: "I", 8: "Q"}[view.itemsize]


def _number(function):
    if not callable(function):
        raise TypeError(f"can't pass {type(function).__name__} to the board")
    known = _numbers.get(function)
    if known is None:
        known = _numbers[function] = len(functions)
        functions.append(function)
    return known


def unpack(value):
    if not isinstance(value, list):
        return value
    return _FORMS[value[0]](value)


def _named(value):
    from collections import namedtuple

    return namedtuple(value[1], tuple(value[2]))(*[unpack(item) for item in value[3]])


def _buffer(value):
    data = unhexlify(value[2])
    return bytearray(data) if value[1] == "B" else array.array(value[1], data)


_FORMS = {
    "f": lambda value: struct.unpack(">d", unhexlify(value[1]))[0],
    "b": lambda value: unhexlify(value[1]),
    "B": _buffer,
    "m": lambda value: memoryview(_buffer(value)),
    "a": lambda value: _given[value[1]],
    "t": lambda value: tuple([unpack(item) for item in value[1:]]),
    "l": lambda value: [unpack(item) for item in value[1:]],
    "d": lambda value: {unpack(key): unpack(item) for key, item in value[1:]},
    "n": _named,
    "c": lambda value: functions[value[1]],
}
"""How to unpack each form; proxy.py adds the board's objects and classes."""
