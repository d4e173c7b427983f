# Answer each line on a serial port, numbered.
#
#   machine-compat run --board pico --attach gps@uart1 --for 3 examples/uart_echo.py

from machine import UART, Pin

uart = UART(1, baudrate=9600, tx=Pin(8), rx=Pin(9), timeout=200)
count = 0

while True:
    line = uart.readline()
    if line:
        count += 1
        print(count, line)
        uart.write(b"%d: " % count + line)
