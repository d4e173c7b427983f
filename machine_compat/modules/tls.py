"""`tls`, as `ssl` is called where it is built in."""

from machine_compat.modules.ssl import names

__all__ = ("names",)
