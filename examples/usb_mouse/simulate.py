"""Runs the mouse on a simulated pyboard and the PC's program, as it is, at the other end of the cable.

python examples/usb_mouse/simulate.py    needs pyusb
"""

import runpy
from pathlib import Path

from machine_compat.interpreter.life import Program
from machine_compat.simulation import SimulatedBoard

HERE = Path(__file__).parent


def main() -> None:
    with SimulatedBoard("pyboard") as board:
        host = board.usb
        [accelerometer] = board.parts
        board.start(Program(HERE))
        board.run_on(ms=500)
        accelerometer.x, accelerometer.y = 0.5, 0.3
        board.at(board.ms + 1000, lambda: board.press("SW", ms=100))
        with host.in_place_of_libusb():
            runpy.run_path(str(HERE / "pc.py"), run_name="__main__")
        print(board.output, end="")


if __name__ == "__main__":
    main()
