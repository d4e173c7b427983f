# Uses a driver that is compiled to C or not: this script cannot tell, and prints the same.
#
#   python examples/compiled/build.py build/compiled
#   machine-compat run --board pico --attach bme280@i2c0:0x76,temperature=21.5 \
#       --path build/compiled examples/compiled/barometer.py
#
# With --path examples/compiled/driver it is the source that runs.

import time

import bme280
from machine import I2C, Pin

i2c = I2C(0, sda=Pin(4), scl=Pin(5))
sensor = bme280.BME280(i2c)
print(bme280.scan())
for _ in range(3):
    temperature, pressure = sensor.read()
    print("%d ms: %.1f C %.1f hPa" % (time.ticks_ms() // 100 * 100, temperature, pressure))
    time.sleep(1)
try:
    bme280.BME280(i2c, 0x50)
except OSError as error:
    print("OSError", error.errno)
