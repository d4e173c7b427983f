"""Makes modules whose names come into being when they are asked for, so that a script loads only what it uses."""

import types
from collections.abc import Callable, Iterable


class LazyModule(types.ModuleType):
    """A module of one board.

    find: gives the value of a name, once for each name; raises AttributeError for a name the board lacks. names: all
    names there are, for dir() and ``import *``.
    """

    def __init__(self, name: str, doc: str, find: Callable[[str], object], names: Callable[[], Iterable[str]]) -> None:
        super().__init__(name, doc)
        self.__dict__["_find"] = find
        self.__dict__["_names"] = names

    def __getattr__(self, name: str) -> object:
        if name == "__all__":
            return self.__dir__()
        if name.startswith("__"):
            raise AttributeError(name)
        value = self.__dict__[name] = self.__dict__["_find"](name)
        return value

    def __dir__(self) -> list[str]:
        return sorted(self.__dict__["_names"]())
