# Board 1: measures with a DS18B20 on GP4, and reports over UART.

import time

import ds18x20
import onewire
from machine import UART, Pin

bus = ds18x20.DS18X20(onewire.OneWire(Pin(4)))
rom = bus.scan()[0]
uart = UART(0, baudrate=115200, tx=Pin(0), rx=Pin(1))

while True:
    bus.convert_temp()
    time.sleep_ms(750)
    uart.write("T=%.2f\n" % bus.read_temp(rom))
