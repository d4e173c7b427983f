"""Runs the two boards in one simulated world, TX to RX, and lets the room cool down and warm up.

python examples/two_boards/simulate.py
"""

from pathlib import Path

from machine_compat.interpreter.life import Program
from machine_compat.simulation import SimulatedBoard

HERE = Path(__file__).parent


def main() -> None:
    with SimulatedBoard("pico") as thermometer, SimulatedBoard("pico", world=thermometer.world) as thermostat:
        sensor = thermometer.attach("ds18b20@GP4", temperature=20.5)
        thermometer.wire("GP0", "GP1", thermostat)
        thermometer.wire("GP1", "GP0", thermostat)
        thermostat.start(Program(HERE / "thermostat.py"))
        thermometer.start(Program(HERE / "thermometer.py"))
        for temperature in (20.5, 19.5, 20.5, 21.5):
            sensor.temperature = temperature
            thermometer.run_on(seconds=2)
        print(thermostat.output, end="")


if __name__ == "__main__":
    main()
