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
    "os",
    "random",
    "rp2",
    "select",
    "stm",
    "struct",
    "time",
    "uctypes",
)
FROZEN = ("dht", "ds18x20", "neopixel", "onewire", "ssd1306")
OF_PORTS = {"esp": ("esp32", "esp8266"), "esp32": ("esp32",), "rp2": ("rp2",), "stm": ("stm32",)}
