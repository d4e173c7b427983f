# board: pico
# attach: ds18b20@GP4
# A thermometer on one wire.
import time
from machine import Pin
import ds18x20
import onewire

bus = onewire.OneWire(Pin(4))
sensor = ds18x20.DS18X20(bus)
roms = sensor.scan()
print(len(roms), roms[0][0] == 0x28, onewire.OneWire.crc8(bus, roms[0]) if False else len(roms[0]))
sensor.convert_temp()
time.sleep_ms(750)
print(sensor.read_temp(roms[0]))
