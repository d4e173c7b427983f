"""The other modules boards have, one file each.

A file either has its names at top level with ``__all__``, or a function ``names(board)`` that gives the names of the
module for one board. The two tuples are what a script can import, in the order MicroPython looks: what is built in
comes before the script's own folders, what boards ship as frozen Python comes after them. A name in OF_PORTS is
there on boards of these ports alone, and on the simulated board that has everything.
"""

BUILT_IN = (
    "_onewire",
    "_thread",
    "array",
    "asyncio",
    "collections",
    "errno",
    "esp",
    "esp32",
    "framebuf",
    "gc",
    "io",
    "json",
    "micropython",
    "network",
    "os",
    "random",
    "rp2",
    "select",
    "socket",
    "ssl",
    "stm",
    "struct",
    "time",
    "tls",
    "uctypes",
    "vfs",
)
FROZEN = ("bluetooth", "dht", "ds18x20", "lcd160cr", "neopixel", "onewire", "sdcard", "ssd1306", "usb")
PACKAGES = frozenset(("usb",))
"""Frozen packages that are open: what a folder of the same name lacks is theirs, and the other way round. Their file
has a function ``part(board, name)`` for what is in them; it raises ImportError."""
OF_PORTS = {"esp": ("esp32", "esp8266"), "esp32": ("esp32",), "rp2": ("rp2",), "stm": ("stm32",)}
