"""`esp32.ULP`: refused, as its programs are machine code of a processor that is not simulated."""

from typing import NoReturn

from machine_compat.machine.peripheral import Peripheral


class ULP(Peripheral):
    """ULP(): NotImplementedError."""

    RESERVE_MEM = 2040

    def __init__(self) -> None:
        refuse()

    def set_wakeup_period(self, period_index: int, period_us: int, /) -> None:
        refuse()

    def load_binary(self, load_addr: int, program_binary: object, /) -> None:
        refuse()

    def run(self, entry_point: int, /) -> None:
        refuse()


def refuse() -> NoReturn:
    raise NotImplementedError(
        "esp32.ULP: programs of the ULP coprocessor are machine code and cannot run on this computer"
    )
