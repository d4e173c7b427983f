"""Says so when an adapter cannot clock a bus as it was asked to."""

import logging

log = logging.getLogger("machine_compat")

CLOSE = 0.9
"""A clock that is slower than this part of what was asked for is worth a warning; so is one that is faster at all."""


def report(adapter: str, bus: str, asked: int, real: int) -> None:
    """Log the real frequency in Hz where it is another: a warning, or for a divider's rounding down an info."""
    if real != asked:
        level = logging.INFO if CLOSE * asked <= real <= asked else logging.WARNING
        log.log(level, "%s: %s runs at %d Hz; it was asked for %d Hz", adapter, bus, real, asked)
