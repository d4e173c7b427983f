# board: esp32
# seconds: 5
# What outlives a reset, and what a board says of the reset before.
import machine, time

NAMES = {getattr(machine, name): name for name in dir(machine) if name.endswith("_RESET")}
rtc = machine.RTC()
life = len(rtc.memory())
print(life, NAMES[machine.reset_cause()], "left" in globals())
left = True
rtc.memory(rtc.memory() + b".")
try:
    if life == 0:
        machine.reset()
    if life == 1:
        machine.soft_reset()
    if life == 2:
        machine.deepsleep(1500)
    if life == 3:
        machine.WDT(timeout=200)
        while True:
            time.sleep_ms(10)
finally:
    print("the end" if life == 4 else "this never runs on a board")
