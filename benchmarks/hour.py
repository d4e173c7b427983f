"""A board hour of a 10 ms Timer that toggles a pin."""

import tempfile
from pathlib import Path

from benchmarks.measure import Result, seconds
from machine_compat.simulation import SimulatedBoard

SCRIPT = """
from machine import Pin, Timer
import time

led = Pin("LED", Pin.OUT)
Timer(period=10, callback=lambda timer: led.toggle())
while True:
    time.sleep(1)
"""


def run() -> list[Result]:
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "main.py"
        script.write_text(SCRIPT)

        def hour() -> None:
            with SimulatedBoard("pico") as board:
                board.run(script, seconds=3600)
                assert len(board.pin("LED").edges) in range(359_000, 361_000)

        return [Result("hour", "360,000 timer ticks in one board hour", seconds(hour, 2), 2, "s")]
