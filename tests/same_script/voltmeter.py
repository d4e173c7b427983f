# Log an analog input, as most scripts read one: the average of a few samples, in volts.
# volts: {adc}=1.25

import time

import wiring
from machine import ADC

FULL_SCALE_V = 3.3

adc = ADC(wiring.ADC)
for _ in range(3):
    total = 0
    for _ in range(8):
        total += adc.read_u16()
        time.sleep_ms(1)
    print("%.2f V" % (total / 8 * FULL_SCALE_V / 65535))
