# board: pico
# Functions of the module itself.
import machine
from machine import *

print(machine.freq(), len(machine.unique_id()), type(machine.unique_id()) is bytes, machine.reset_cause() == PWRON_RESET)
print(Pin is machine.Pin, callable(disable_irq), isinstance(Pin(1), machine.Pin), hasattr(machine, "Pin"), hasattr(machine, "nothing"))
machine.mem32[0x20000000] = 0x12345678
print(hex(machine.mem8[0x20000000]), hex(machine.mem16[0x20000002]), machine.mem32[0x20000000])
try:
    machine.nothing
except AttributeError:
    print("AttributeError")
try:
    from machine import nothing
except ImportError as e:
    print(e)
state = machine.disable_irq()
machine.enable_irq(state)
machine.lightsleep(5)
machine.idle()
machine.freq(133_000_000)
print(machine.freq())
