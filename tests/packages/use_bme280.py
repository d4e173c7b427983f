# board: pico
# package: adafruit-circuitpython-bme280
# package: adafruit-circuitpython-busdevice
# attach: bme280@i2c0:0x77,temperature=23.4,pressure=987.6,humidity=61.5
# seconds: 10
import machine
import sys
import time


class I2C(machine.I2C):
    """As much of CircuitPython's busio as the package's bus device asks for."""

    def try_lock(self):
        return True

    def unlock(self):
        pass

    def writeto(self, address, buffer, *, start=0, end=None):
        super().writeto(address, buffer[start:end])

    def readfrom_into(self, address, buffer, *, start=0, end=None):
        super().readfrom_into(address, memoryview(buffer)[start:end])


class busio:
    I2C = SPI = I2C


class digitalio:
    DigitalInOut = None


sys.modules["busio"] = busio
sys.modules["digitalio"] = digitalio

from adafruit_bme280 import advanced

sensor = advanced.Adafruit_BME280_I2C(I2C(0, scl=machine.Pin(5), sda=machine.Pin(4), freq=400000))


def show():
    print("%.2f C %.2f hPa %.2f %%" % (sensor.temperature, sensor.pressure, sensor.humidity))


def measured_ms():
    start = time.ticks_us()
    sensor.mode = advanced.MODE_FORCE
    while sensor._get_status() & 0x08:
        pass
    return time.ticks_diff(time.ticks_us(), start) / 1000


show()
print("%.1f %.1f" % (sensor.measurement_time_typical, sensor.measurement_time_max))
print("in time:", 0 <= measured_ms() - sensor.measurement_time_typical < 1)

# Sleep and not forced mode, whose measurement would still run: what is written to it then is not heard.
sensor.mode = advanced.MODE_SLEEP
sensor.overscan_temperature = sensor.overscan_pressure = sensor.overscan_humidity = advanced.OVERSCAN_X16
sensor.iir_filter = advanced.IIR_FILTER_X16
print("%.1f %.1f" % (sensor.measurement_time_typical, sensor.measurement_time_max))
print("in time:", 0 <= measured_ms() - sensor.measurement_time_typical < 1)
print(sensor._read_byte(0xF4) & 3 == advanced.MODE_SLEEP)
show()

sensor.standby_period = advanced.STANDBY_TC_125
sensor.mode = advanced.MODE_NORMAL
time.sleep_ms(300)
show()
print(sensor._read_byte(0xF4) & 3 == advanced.MODE_NORMAL)
