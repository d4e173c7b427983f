# board: pico
# wire: GP0=GP1
# An interrupt when the line falls idle.
from machine import UART
import time

uart = UART(0, 9600)
got = []


def arrived(u):
    got.append((u is uart, u.read()))


irq = uart.irq(arrived, UART.IRQ_RXIDLE)
uart.write(b"first")
time.sleep_ms(20)
uart.write(b"second")
time.sleep_ms(20)
print(got, irq.trigger() == UART.IRQ_RXIDLE)
uart.irq(None)
uart.write(b"third")
time.sleep_ms(20)
print(len(got), uart.read())
