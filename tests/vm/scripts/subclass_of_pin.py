# board: pico
# wire: GP2=GP3
# A script's own classes over machine's.
from machine import I2C, Pin


class Led(Pin):
    def __init__(self, number, name):
        super().__init__(number, Pin.OUT, value=0)
        self.name = name

    def blink(self, times):
        for _ in range(times):
            self.on()
            self.off()
        return self.name


led = Led(4, "green")
print(led.blink(2), led.name, isinstance(led, Pin), led.value(), type(led).__name__)


class Bus(I2C):
    def has(self, address):
        return address in self.scan()


bus = Bus(0, scl=Pin(5), sda=Pin(4))
print(bus.has(0x50), isinstance(bus, I2C), type(bus) is Bus)
