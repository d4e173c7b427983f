# board: pico
# What analog inputs tell.
from machine import ADC, Pin

adc = ADC(Pin(26))
print(adc, adc.read_u16() == ADC(0).read_u16(), 0 <= adc.read_u16() <= 65535)
sensor = ADC(4)
volts = sensor.read_u16() * 3.3 / 65535
print(round(27 - (volts - 0.706) / 0.001721, 1))
for wrong in (lambda: ADC(Pin(2)), lambda: ADC(99)):
    try:
        wrong()
    except ValueError as e:
        print("ValueError")
