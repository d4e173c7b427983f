# board: pico
# attach: dht22@GP15
# Humidity and temperature by the length of pulses.
import dht
from machine import Pin

sensor = dht.DHT22(Pin(15))
sensor.measure()
print(sensor.temperature(), sensor.humidity())
try:
    dht.DHT11(Pin(10)).measure()
except OSError as e:
    print(e)
