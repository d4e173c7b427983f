"""Finds the class behind a backend URL: nothing is imported before a board asks for it.

    mock://                 scheme mock: the simulated board
    ft232h://FT7X2K/2       scheme ft232h, place FT7X2K/2: what the place means is the backend's own affair
    linux://?i2c=1          scheme linux, no place, option i2c

A backend of a third party is an entry point of the group ``machine_compat.backends``: its name is the scheme, its
value the class. It is looked for only under schemes that are not known here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Protocol, cast

from machine_compat.contract import Backend, Wiring
from machine_compat.errors import ConfigError

GROUP = "machine_compat.backends"


@dataclass(frozen=True, slots=True)
class Scheme:
    """Where a backend's class is, as ``module:Class``, and what must be installed before it can be imported."""

    target: str
    install: str


SCHEMES: Mapping[str, Scheme] = {
    "mock": Scheme("machine_compat.mock.backend:MockBackend", "pip install machine-compat"),
    "linux": Scheme("machine_compat.backends.linux:LinuxBackend", "pip install machine-compat[linux]"),
    "ft232h": Scheme("machine_compat.backends.ft232h:FT232HBackend", "pip install machine-compat[usb]"),
    "mcp2221": Scheme("machine_compat.backends.mcp2221:MCP2221Backend", "pip install machine-compat[usb]"),
    "ch341": Scheme("machine_compat.backends.ch341:CH341Backend", "pip install machine-compat[usb]"),
}
"""The backends of this library; a new one is one line."""


@dataclass(frozen=True, slots=True)
class Address:
    """A backend URL in its parts: ``scheme://place?key=value&key=value``."""

    scheme: str
    place: str = ""
    options: Mapping[str, str] = field(default_factory=dict)


def address(url: str) -> Address:
    """The parts of a backend URL; ConfigError for what is none."""
    scheme, separator, rest = url.partition("://")
    if not separator or not scheme.replace("-", "").replace("_", "").isalnum():
        raise ConfigError(f"backend {url!r} is no URL; write it as in mock:// or ft232h://SERIAL")
    place, _, query = rest.partition("?")
    options: dict[str, str] = {}
    for word in query.split("&") if query else ():
        key, equals, value = word.partition("=")
        if not key or not equals or key in options:
            raise ConfigError(f"backend {url!r}: {word!r} is no key=value, or is there twice")
        options[key] = value
    return Address(scheme.lower(), place.rstrip("/"), options)


class Opener(Protocol):
    """How a backend's class is called."""

    def __call__(self, wiring: Wiring, place: str, options: Mapping[str, str], /) -> Backend: ...


def open_backend(url: str, wiring: Wiring) -> Backend:
    """Open the backend of a URL: its class is called with the board's wiring, the URL's place and its options."""
    where = address(url)
    opener = cast(Opener, backend_class(url))
    return opener(wiring, where.place, where.options)


def backend_class(url: str, schemes: Mapping[str, Scheme] = SCHEMES) -> type[Backend]:
    """The class that opens a backend URL.

    Raises ConfigError for an unknown scheme, naming those there are, and for a backend that cannot be imported, saying
    what to install.
    """
    scheme = address(url).scheme
    known = schemes.get(scheme)
    if known is None:
        return third_party(url, scheme, schemes)
    module, _, name = known.target.partition(":")
    try:
        found: object = getattr(import_module(module), name)
    except ImportError as error:
        raise ConfigError(f"backend {url!r} needs {error.name or error}: {known.install}") from error
    return checked(url, found)


def third_party(url: str, scheme: str, schemes: Mapping[str, Scheme]) -> type[Backend]:
    """The class that an installed package offers for a scheme."""
    from importlib.metadata import entry_points

    offered = entry_points(group=GROUP)
    for entry in offered:
        if entry.name == scheme:
            try:
                found: object = entry.load()
            except Exception as error:  # whatever a package of somebody else's does when it is imported
                raise ConfigError(f"backend {url!r}: {entry.value} cannot be loaded: {error}") from error
            return checked(url, found)
    choices = ", ".join(f"{name}://" for name in sorted({*schemes, *offered.names}))
    raise ConfigError(f"no backend for {url!r}; there are {choices}, or install a package that brings {scheme}://")


def checked(url: str, found: object) -> type[Backend]:
    if isinstance(found, type) and issubclass(found, Backend):
        return found
    raise ConfigError(f"backend {url!r}: {found!r} is no machine_compat.contract.Backend")
