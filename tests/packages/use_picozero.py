# board: pico
# package: picozero
# wire: GP2=GP3
# wire: GP14=GP15
# wire: GP16=GP17
# seconds: 10
from machine import Pin
from time import sleep, ticks_diff, ticks_ms

from picozero import (
    LED,
    RGBLED,
    Button,
    PWMChannelAlreadyInUse,
    Speaker,
    Stepper,
    pico_led,
    pico_temp_sensor,
)

# The board's own LED and thermometer
print(pico_led, pico_led.is_lit)
pico_led.on()
print(pico_led.value, pico_led.is_lit)
pico_led.toggle()
print(pico_led.value, pico_led.is_lit)
print(isinstance(pico_temp_sensor.temp, float))

# A digital LED, its edges timed on a second pin
times = []
watch = Pin(3, Pin.IN)
watch.irq(lambda pin: times.append(ticks_ms()), Pin.IRQ_RISING | Pin.IRQ_FALLING)
led = LED(2, pwm=False)
led.blink(on_time=0.1, off_time=0.05, n=3)
sleep(1)
print([10 * round(ticks_diff(after, before) / 10) for before, after in zip(times, times[1:])], led.value)
start = ticks_ms()
led.blink(on_time=0.02, n=2, wait=True)
print(80 <= ticks_diff(ticks_ms(), start) < 90, len(times))
led.on(t=0.1)
print(led.value)
sleep(0.15)
print(led.value)
led.close()

# A dimmed LED
dimmer = LED(4)
dimmer.brightness = 0.5
print(dimmer, round(dimmer.brightness, 2), dimmer.freq, dimmer.is_active)
dimmer.pulse(fade_in_time=0.4, fade_out_time=0.4, n=1)
sleep(0.22)
print(round(dimmer.brightness, 1))
sleep(0.32)
print(round(dimmer.brightness, 1))
sleep(0.5)
print(round(dimmer.brightness, 1), dimmer.is_active)
try:
    LED(20)
except PWMChannelAlreadyInUse as error:
    print(error)
dimmer.close()

# A button, pressed by a pin wired to it
finger = Pin(15, Pin.OUT, value=1)
button = Button(14)
button.when_pressed = lambda: print("pressed")
button.when_released = lambda: print("released")
for level in (0, 1):
    finger(level)
    sleep(0.1)
    print(button.is_pressed)
# Contacts that bounce for 10 ms count once.
for level in (0, 1, 0):
    finger(level)
    sleep(0.005)
sleep(0.1)
print(button.is_pressed)
finger(1)
sleep(0.1)
button.close()
finger(0)
sleep(0.1)

# A speaker, its rising edges counted on a second pin
edges = 0


def on_edge(pin):
    global edges
    edges += 1


listen = Pin(17, Pin.IN)
listen.irq(on_edge, Pin.IRQ_RISING, hard=True)
speaker = Speaker(16)
print(speaker.freq, speaker.volume)
speaker.play("a4", duration=0.5, wait=False)
sleep(0.05)
before = edges
sleep(0.2)
print(abs(edges - before - 88) <= 1)
sleep(0.5)
before = edges
sleep(0.1)
print(edges - before, speaker.volume)
start = ticks_ms()
speaker.play([("c4", 0.1), ("e4", 0.1)])
print(200 <= ticks_diff(ticks_ms(), start) < 210, speaker.freq)
speaker.close()

# Three colours on two PWM slices
rgb = RGBLED(6, 7, 8)
rgb.color = (255, 128, 0)
print(rgb, rgb.color)
rgb.toggle()
print(rgb.color)
rgb.toggle()
print(rgb.color)
rgb.blink(on_times=0.1, colors=((1, 0, 0), (0, 1, 0)), n=1)
sleep(0.05)
print(rgb.value)
sleep(0.1)
print(rgb.value)
sleep(0.1)
print(rgb.value)
rgb.close()

# A stepper's four coils
motor = Stepper((10, 11, 12, 13), step_sequence="full", step_delay=0.005)
coils = [Pin(number) for number in (10, 11, 12, 13)]
for direction in ("cw", "cw", "cw", "cw", "ccw"):
    motor.step(1, direction)
    print("".join(str(coil.value()) for coil in coils), motor.step_count)
start = ticks_ms()
motor.turn(360 * 20 / 2048, "ccw")
print(100 <= ticks_diff(ticks_ms(), start) < 110, motor.step_count)
motor.close()
print("".join(str(coil.value()) for coil in coils))
