# board: pico
# wire: GP0=GP5
# wire: GP1=GP4
# select.poll on two serial ports wired to each other.
import select, time
from machine import UART, Timer

one, other = UART(0, 9600), UART(1, 9600, timeout=50)
poller = select.poll()
poller.register(other, select.POLLIN)

start = time.ticks_ms()
print(poller.poll(100), time.ticks_diff(time.ticks_ms(), start))

Timer(period=30, mode=Timer.ONE_SHOT, callback=lambda t: one.write("ping\n"))
start = time.ticks_ms()
for obj, event in poller.ipoll(1000):
    print(obj is other, event == select.POLLIN, 30 <= time.ticks_diff(time.ticks_ms(), start) <= 35)
print(other.readline())

poller.modify(other, select.POLLIN | select.POLLOUT)
print([event for _, event in poller.poll(0)] == [select.POLLOUT])
poller.unregister(other)
poller.register(one, select.POLLIN)
other.write(b"pong")
print(len(poller.poll(-1)), one.read(1))
time.sleep_ms(10)
print(one.any(), one.read(10), one.read())
