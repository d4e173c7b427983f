"""What the buses of bridges refuse alike: pins that are elsewhere, and addresses that they cannot send."""

from machine_compat.errors import ConfigError, Unsupported


def expect_pins(bus: str, **pins: tuple[str | None, str]) -> None:
    """ConfigError unless each signal's pin, if one is asked for, is the one it has."""
    for signal, (asked, has) in pins.items():
        if asked not in (None, has):
            raise ConfigError(f"{bus}: {signal} is {has} on this bridge, not {asked}")


def expect_seven_bits(address: int) -> None:
    """Unsupported for an I2C address of ten bits."""
    if not 0 <= address <= 0x7F:
        raise Unsupported(f"I2C address {address:#x}: this bridge has 7-bit addresses")
