"""Runs the keyboard on a simulated board and the PC's program, as it is, at the other end of the cable.

python examples/usb_keyboard/simulate.py    needs pyusb
"""

import runpy
from pathlib import Path

from machine_compat.interpreter.life import Program
from machine_compat.simulation import SimulatedBoard

HERE = Path(__file__).parent


def main() -> None:
    with SimulatedBoard("pico") as board:
        host = board.usb
        board.start(Program(HERE / "keyboard.py"))
        board.run_on(ms=500)
        for index, key in enumerate(("GP10", "GP11", "GP12")):
            board.at(board.ms + 100 * (index + 1), lambda key=key: board.press(key, ms=40))
        with host.in_place_of_libusb():
            runpy.run_path(str(HERE / "pc.py"), run_name="__main__")
        print("Caps Lock is", "on" if board.pin("LED").level else "off")


if __name__ == "__main__":
    main()
