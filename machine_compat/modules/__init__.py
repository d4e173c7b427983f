"""The other modules boards have, one file each.

A file either has its names at top level with ``__all__``, or a function ``names(board)`` that gives the names of the
module for one board. The two tuples are what a script can import, in the order MicroPython looks: what is built in
comes before the script's own folders, what boards ship as frozen Python comes after them.
"""

BUILT_IN = (
    "_onewire",
    "_thread",
    "array",
    "asyncio",
    "collections",
    "errno",
    "framebuf",
    "gc",
    "io",
    "json",
    "micropython",
    "os",
    "random",
    "select",
    "struct",
    "time",
)
FROZEN = ("dht", "ds18x20", "neopixel", "onewire", "ssd1306")
