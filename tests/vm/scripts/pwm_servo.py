# board: pico
# Pulses and their width.
from machine import PWM, Pin

pwm = PWM(Pin(15), freq=50, duty_u16=0)
print(pwm)
for us in (500, 1500, 2500):
    pwm.duty_ns(us * 1000)
    print(pwm.duty_ns() // 1000, pwm.duty_u16(), pwm.freq())
pwm.freq(1000)
pwm.duty_u16(70000 & 0xFFFF)
print(pwm.freq(), pwm.duty_u16())
pwm.deinit()
for wrong in (lambda: PWM(Pin(15), freq=0), lambda: PWM("none")):
    try:
        wrong()
    except (ValueError, TypeError) as e:
        print(type(e).__name__)
