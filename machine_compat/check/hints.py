"""Knows what a script can use instead of what a board lacks."""

from machine_compat.check.needs import NeedsKeyword, NeedsModule, NeedsName

INSTEAD: dict[tuple[str, str], tuple[tuple[str, str], str]] = {
    ("machine", "DAC"): (("machine", "PWM"), "PWM behind a low-pass filter"),
    ("machine", "PinBase"): (("machine", "Signal"), "a class of your own"),
    ("machine", "rng"): (("", ""), "os.urandom()"),
    ("machine", "sleep"): (("machine", "lightsleep"), "lightsleep()"),
    ("machine", "lightsleep"): (("machine", "sleep"), "sleep()"),
    ("machine", "I2C"): (("machine", "SoftI2C"), "SoftI2C"),
    ("machine", "SPI"): (("machine", "SoftSPI"), "SoftSPI"),
    ("machine", "SoftI2C"): (("machine", "I2C"), "I2C"),
    ("machine", "SoftSPI"): (("machine", "SPI"), "SPI"),
    ("machine", "HARD_RESET"): (("machine", "PWRON_RESET"), "PWRON_RESET"),
    ("Pin", "toggle"): (("Pin", "value"), "p.value(not p.value())"),
    ("Pin", "low"): (("Pin", "off"), "off()"),
    ("Pin", "high"): (("Pin", "on"), "on()"),
    ("Pin", "on"): (("Pin", "value"), "value(1)"),
    ("Pin", "off"): (("Pin", "value"), "value(0)"),
    ("Pin", "PULL_NONE"): (("", ""), "None"),
    ("Pin", "OUT_PP"): (("Pin", "OUT"), "OUT"),
    ("Pin", "OUT_OD"): (("Pin", "OPEN_DRAIN"), "OPEN_DRAIN"),
    ("Pin", "cpu"): (("Pin", "board"), "Pin.board"),
    ("ADC", "read"): (("ADC", "read_u16"), "read_u16()"),
    ("ADC", "read_uv"): (("ADC", "read_u16"), "read_u16()"),
    ("PWM", "duty"): (("PWM", "duty_u16"), "duty_u16()"),
    ("PWM()", "duty"): (("PWM()", "duty_u16"), "duty_u16="),
    ("PWM()", "duty_u16"): (("PWM()", "duty"), "duty="),
    ("UART", "IRQ_RX"): (("UART", "IRQ_RXIDLE"), "IRQ_RXIDLE"),
    ("UART", "IRQ_RXIDLE"): (("UART", "IRQ_RX"), "IRQ_RX"),
    ("UART", "readchar"): (("UART", "read"), "read(1)"),
    ("UART", "writechar"): (("UART", "write"), "write()"),
    ("RTC", "init"): (("RTC", "datetime"), "datetime()"),
    ("RTC", "now"): (("RTC", "datetime"), "datetime()"),
    ("RTC", "datetime"): (("RTC", "now"), "now()"),
    ("Timer", "ONE_SHOT"): (("Timer", "ONESHOT"), "ONESHOT"),
    ("Timer", "ONESHOT"): (("Timer", "ONE_SHOT"), "ONE_SHOT"),
}
"""What is missing: what has to be there instead (nothing, where it always is), and the words for it."""

MODULES = {
    "pyb": "machine has most of it",
    "neopixel": "copy neopixel.py beside the script",
    "onewire": "copy onewire.py beside the script, if the board has _onewire",
    "ds18x20": "copy ds18x20.py beside the script",
    "dht": "copy dht.py beside the script",
    "rp2": "PIO is the RP2's alone",
    "usb.device": "copy micropython-lib's usb/device into lib",
}
FIXED = {
    "I2C()": frozenset({"scl", "sda"}),
    "SPI()": frozenset({"sck", "mosi", "miso"}),
    "UART()": frozenset({"tx", "rx", "rts", "cts"}),
}
"""The keywords that choose a bus's pins."""


def alternative(need: NeedsName | NeedsKeyword) -> tuple[tuple[str, str], str] | None:
    """What has to be there instead, and its words."""
    if isinstance(need, NeedsName):
        return INSTEAD.get((need.entry, need.name))
    return INSTEAD.get((need.entry, need.keyword))


def for_module(need: NeedsModule) -> str:
    if need.name not in MODULES and need.name.partition(".")[0] == "usb":
        return "CircuitPython, computers and machine_compat have a USB host"
    return MODULES.get(need.name, "")


def pins_are_fixed(need: NeedsKeyword) -> bool:
    return need.keyword in FIXED.get(need.entry, ())
