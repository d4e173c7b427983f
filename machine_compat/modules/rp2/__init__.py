"""`rp2`: programmable I/O, DMA and flash of an RP2040 or RP2350."""

from machine_compat.board import Board
from machine_compat.machine.peripheral import made_for
from machine_compat.modules.rp2.assembler import PIOASMError, asm_pio, asm_pio_encode
from machine_compat.modules.rp2.dma import DMA
from machine_compat.modules.rp2.dma_timer import DMATimer
from machine_compat.modules.rp2.flash import Flash
from machine_compat.modules.rp2.pio import PIO
from machine_compat.modules.rp2.state_machine import StateMachine


def names(board: Board) -> dict[str, object]:
    classes = (PIO, StateMachine, DMA, DMATimer, Flash)
    return {
        **{kind.__name__: made_for(board, kind, "rp2") for kind in classes},
        "PIOASMError": PIOASMError,
        "asm_pio": asm_pio,
        "asm_pio_encode": asm_pio_encode,
        "bootsel_button": bootsel_button(board),
        "const": const,
        "country": country(board),
    }


def const(value: object, /) -> object:
    """The value itself; the module has it from micropython."""
    return value


def bootsel_button(board: Board) -> object:
    """`bootsel_button` of a board: a button at the pin that its profile gives the role "bootsel", to GND."""

    def pressed() -> int:
        """1 while the BOOTSEL button is held down."""
        board.clock.spend(1_000)
        ref = board.profile.roles.get("bootsel")
        if ref is None:
            return 0
        from machine_compat.machine.pin import Pin

        return 1 - made_for(board, Pin)(ref).line.read()

    return pressed


def country(board: Board) -> object:
    """`country` of a board: the radio's regulatory domain, two letters."""
    chosen = ["XX"]

    def country(code: str | None = None, /) -> str | None:
        if code is None:
            return chosen[0]
        if len(code) != 2:
            raise ValueError("country code must be 2 characters")
        chosen[0] = code.upper()
        return None

    return country
