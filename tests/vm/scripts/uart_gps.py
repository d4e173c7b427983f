# board: pico
# attach: gps@uart1
# seconds: 5
# Sentences of a GPS receiver, taken apart.
from machine import UART

uart = UART(1, 9600, timeout=2000)


def checksum(text):
    total = 0
    for byte in text:
        total ^= byte
    return total


for _ in range(4):
    line = uart.readline()
    if not line or line[:1] != b"$":
        continue
    body, _, check = line[1:].strip().partition(b"*")
    print(body.split(b",")[0], checksum(body) == int(check, 16), len(body))
