# board: pico
# wire: GP2=GP3
# Tasks and an interrupt share a pin.
import asyncio
import time
from machine import Pin

out, into = Pin(2, Pin.OUT, value=0), Pin(3, Pin.IN)
edges = []
start = time.ticks_ms()
into.irq(lambda pin: edges.append(time.ticks_diff(time.ticks_ms(), start)), Pin.IRQ_RISING)


async def blink(ms, times):
    for _ in range(times):
        out.toggle()
        await asyncio.sleep_ms(ms)


async def watch():
    while len(edges) < 3:
        await asyncio.sleep_ms(1)
    return len(edges)


async def main():
    print(await asyncio.gather(blink(10, 6), watch()))


asyncio.run(main())
print(edges)
