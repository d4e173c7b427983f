# board: pico
# package: micropython-stepper
# wire: GP2=GP5
# wire: GP3=GP6
# seconds: 5
from machine import Pin
from time import sleep_ms

from stepper import Stepper

# The step and direction pins are wired to two inputs, where the pulses are counted as the motor's driver would.
step_in = Pin(5, Pin.IN)
direction_in = Pin(6, Pin.IN)
pulses = [0, 0]


def on_step(pin):
    pulses[direction_in.value()] += 1


step_in.irq(on_step, Pin.IRQ_RISING, hard=True)

motor = Stepper(2, 3, 4, steps_per_rev=200, speed_sps=100)
motor.target(20)
sleep_ms(105)
print(motor.get_pos(), pulses)
sleep_ms(200)
print(motor.get_pos(), pulses)

motor.speed(500)
motor.target_deg(-90)
sleep_ms(200)
print(motor.get_pos(), motor.get_pos_deg(), "%.4f" % motor.get_pos_rad(), pulses)

motor.free_run(1)
sleep_ms(105)
motor.stop()
print(motor.get_pos(), pulses)
sleep_ms(100)
print(motor.get_pos(), direction_in.value())

motor.speed_rps(2.5)
motor.free_run(-1)
sleep_ms(21)
motor.free_run(0)
print(motor.get_pos(), pulses)

enable = Pin(4)
motor.enable(False)
print(motor.is_enabled(), enable.value())
motor.target(0)
motor.track_target()
sleep_ms(100)
print(motor.get_pos(), pulses)
motor.enable(True)
print(motor.is_enabled(), enable.value())
motor.stop()

reverse = Stepper(Pin(2, Pin.OUT), Pin(3, Pin.OUT), invert_dir=True, speed_sps=1000)
reverse.stop()
reverse.step(1)
reverse.step(-1)
reverse.step(-1)
reverse.step(0)
print(reverse.get_pos(), pulses)
