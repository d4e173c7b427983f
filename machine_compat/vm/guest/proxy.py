"""What stands in the script for a board's objects and classes: every use of one is a message."""

import io
import sys

from _host import link

_proxies = {}
_classes = {}


class Proxy:
    """An object of the board's. One of a class that a script derives from its class has attributes of its own."""

    _handle = None
    _class = None

    def __init__(self, *arguments, **options):
        if self._handle is None:
            made = link.call(self._class, "", arguments, options)
            object.__setattr__(self, "_handle", made._handle)
            _proxies[made._handle] = self

    def __getattr__(self, name):
        if name.startswith("__") or self._handle is None:
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
        return link.ask("get", self._handle, name)

    def __setattr__(self, name, value):
        if _classes.get(self._class) is type(self):
            link.ask("set", self._handle, name, link.pack(value, []))
        else:
            object.__setattr__(self, name, value)

    def __repr__(self):
        return link.call(self._handle, "__repr__", (), {})

    def __str__(self):
        return link.call(self._handle, "__str__", (), {})


class Stream(io.IOBase, Proxy):
    """An object of the board's that MicroPython's own code may read and write, as ``print(..., file=uart)``."""

    def ioctl(self, request, argument):
        return 0


def _new(kind, *arguments, **options):
    """What makes an object of a class: for a board's own class the board does."""
    if _classes.get(kind._class) is kind:
        return link.call(kind._class, "", arguments, options)
    return object.__new__(kind)


def _method(name):
    def method(self, *arguments, **options):
        return link.call(self._handle, name, arguments, options)

    return method


def _static(handle, name):
    def function(*arguments, **options):
        return link.call(handle, name, arguments, options)

    return staticmethod(function)


def class_of(handle):
    """The class here for one of the board's."""
    known = _classes.get(handle)
    if known is None:
        name, constants, methods, statics, is_stream, base = link.ask("describe", handle)
        names = {"_class": handle, "__new__": _new}
        if is_stream:
            names["__init__"] = Proxy.__init__
        names.update(constants)
        names.update({name: _method(name) for name in methods})
        names.update({name: _static(handle, name) for name in statics})
        known = _classes[handle] = type(name, (base or (Stream if is_stream else Proxy),), names)
    return known


def of(handle, kind):
    """The one that stands for an object of the board's."""
    known = _proxies.get(handle)
    if known is None:
        known = object.__new__(class_of(kind))
        object.__setattr__(known, "_handle", handle)
        _proxies[handle] = known
    return known


def fill(name, names):
    """Make a module's namespace that of the board's module, name by name as they are asked for."""
    module, every, constants = desk.module(name)

    def find(wanted):
        if wanted not in every:
            raise AttributeError(f"'module' object has no attribute '{wanted}'")
        value = names[wanted] = getattr(module, wanted)
        return value

    names["__all__"] = tuple(every)
    names["__getattr__"] = find
    for key in constants:
        setattr(sys.modules[names["__name__"]], key, constants[key])


def need(name, *wanted):
    """ImportError for a name that a module lacks: its own `__getattr__` could only raise AttributeError."""
    __import__(name)
    for key in wanted:
        if key != "*" and not hasattr(sys.modules[name], key):
            raise ImportError(f"can't import name {key}")


link._FORMS["o"] = lambda value: of(value[1], value[2])
link._FORMS["k"] = lambda value: class_of(value[1])


class Desk:
    """The board's first object, whose methods are all that this code itself asks for."""

    def __getattr__(self, name):
        return lambda *arguments: link.call(0, name, arguments, {})


desk = Desk()
