# board: pico
# wire: GP0=GP1
# What is sent is received: whole, by lines, into buffers, with time-outs.
from machine import Pin, UART
import time

uart = UART(0, baudrate=9600, tx=Pin(0), rx=Pin(1), timeout=50)
print(uart)
print(uart.write(b"one\ntwo\nthree"), uart.any())
uart.flush()
time.sleep_ms(5)
print(uart.any(), uart.readline(), uart.readline(), uart.readline())
start = time.ticks_ms()
print(uart.read(1), time.ticks_diff(time.ticks_ms(), start))
buf = bytearray(4)
uart.write("abcdef")
time.sleep_ms(20)
print(uart.readinto(buf), buf, uart.readinto(buf, 1), buf, uart.read())
print(uart.read(), uart.readinto(buf), uart.readline(), uart.txdone())
print("printed", 5, file=uart)
time.sleep_ms(20)
print(uart.read())
uart.init(115200, bits=8, parity=0, stop=1)
uart.write(bytearray(b"\x00\xff\x80"))
time.sleep_ms(5)
print(uart.read(), uart)
for line in (b"a\n", b"b\n"):
    uart.write(line)
time.sleep_ms(5)
for line in uart:
    print(line)
for wrong in (lambda: UART(7), lambda: UART(0, 9600, bits=3), lambda: uart.write(5)):
    try:
        wrong()
    except (ValueError, TypeError) as e:
        print(type(e).__name__)
