# board: pico
# package: adafruit-circuitpython-mcp230xx
# package: adafruit-circuitpython-busdevice
# attach: mcp23017@i2c0:0x20,inta=GP10,intb=GP11,gpa0=GP12,gpa1=GP13,gpb7=GP14
# seconds: 10
import machine
import sys
from machine import Pin


class I2C(machine.I2C):
    """As much of CircuitPython's busio as the package's bus device asks for."""

    def try_lock(self):
        return True

    def unlock(self):
        pass

    def writeto(self, address, buffer, *, start=0, end=None):
        super().writeto(address, buffer[start:end])

    def writeto_then_readfrom(self, address, out, into, *, out_start=0, out_end=None, in_start=0, in_end=None):
        super().writeto(address, out[out_start:out_end], False)
        super().readfrom_into(address, memoryview(into)[in_start:in_end])


class digitalio:
    class Direction:
        INPUT, OUTPUT = 0, 1

    class Pull:
        UP, DOWN = 1, 2

    class DriveMode:
        PUSH_PULL, OPEN_DRAIN = 0, 1


class busio:
    I2C = I2C


sys.modules["busio"] = busio
sys.modules["digitalio"] = digitalio

from adafruit_mcp230xx.mcp23017 import MCP23017

mcp = MCP23017(I2C(0, scl=Pin(5), sda=Pin(4), freq=400000))
button, led = Pin(12, Pin.OUT, value=1), Pin(13, Pin.IN)
inta, intb = Pin(10, Pin.IN, Pin.PULL_UP), Pin(11, Pin.IN, Pin.PULL_UP)

# Ins and outs
pin = mcp.get_pin(0)
pin.switch_to_input(pull=digitalio.Pull.UP)
lamp = mcp.get_pin(1)
lamp.switch_to_output(value=True)
print(pin.value, led.value(), hex(mcp.iodir), hex(mcp.gppu))
button.value(0)
lamp.value = False
print(pin.value, led.value(), hex(mcp.gpio))
pin.invert_polarity = True
print(pin.value)
pin.invert_polarity = False

# Interrupt on change, both legs together and open drain: kept until the captured port is read.
mcp.interrupt_enable = 0x0001
mcp.interrupt_configuration = 0x0000
mcp.io_control = 0x44
mcp.clear_ints()
print(inta.value(), intb.value())
button.value(1)
button.value(0)
print(inta.value(), intb.value(), mcp.int_flag, mcp.int_capa[0])
print(inta.value(), intb.value(), mcp.int_flag)

# Interrupt on a level: it comes back as long as the leg differs from DEFVAL.
button.value(1)
mcp.default_value = 0x0001
mcp.interrupt_configuration = 0x0001
mcp.clear_ints()
print(inta.value())
button.value(0)
print(inta.value())
mcp.clear_ints()
print(inta.value())
button.value(1)
print(inta.value())
mcp.clear_ints()
print(inta.value())
