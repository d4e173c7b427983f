"""`Pin.value(x)` beside the mock pin of gpiozero, the library people test Raspberry Pi programs with."""

from gpiozero.pins.mock import MockFactory

from benchmarks.measure import Result, seconds
from machine_compat.simulation import SimulatedBoard

CALLS = 20_000


def run() -> list[Result]:
    factory = MockFactory()
    theirs = factory.pin(4)
    theirs.function = "output"

    def gpiozero_pin() -> None:
        for _ in range(CALLS):
            theirs.state = False
            theirs.state = True

    with SimulatedBoard("pico") as board:
        ours = board.machine.Pin(4, board.machine.Pin.OUT)

        def machine_pin() -> None:
            for _ in range(CALLS):
                ours.value(0)
                ours.value(1)

        ratio = seconds(gpiozero_pin) / seconds(machine_pin, 15)
    factory.reset()
    return [Result("pin", "gpiozero MockFactory pin, beside Pin.value", ratio, 3, "x", higher=True)]
