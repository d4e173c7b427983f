# board: pico
# package: micropython-servo
# wire: GP0=GP1
# seconds: 5
from machine import Pin, time_pulse_us
from math import pi
from time import sleep_ms

from servo import Servo

servo = Servo(pin_id=0)
signal = Pin(1, Pin.IN)


def pulse():
    """Width in us of a whole pulse, once the period in which it was set is over."""
    sleep_ms(45)
    while signal.value():
        pass
    return time_pulse_us(signal, 1)


for angle in (0, 45, 90, 135, 180):
    servo.write(angle)
    off_by = abs(pulse() - servo.read_us())
    print(angle, round(servo.read_us()), round(servo.read()), "measured" if off_by <= 5 else off_by)

servo.write_rad(pi / 2)
print(round(servo.read_us()), "%.3f" % servo.read_rad())

servo.write_us(1500)
high = pulse()
low = time_pulse_us(signal, 0)
print(abs(high - 1500) <= 5, abs(high + low - 20000) <= 20)
print(servo.pwm.freq(), abs(servo.pwm.duty_ns() - 1500000) < 1000)

servo.off()
sleep_ms(45)
print(signal.value(), time_pulse_us(signal, 1, 50000))

narrow = Servo(2, min_us=1000, max_us=2000, max_deg=270)
narrow.write(135)
print(round(narrow.read_us()), round(narrow.read()))
