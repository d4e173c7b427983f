# board: pico
# wire: GP0=GP1
# Tasks on the board's time: a stream over a UART, a flag set by an interrupt, a timeout.
import asyncio, uasyncio, time
from machine import UART, Pin, Timer

uart = UART(0, 9600)
start = time.ticks_ms()


def now():
    return time.ticks_diff(time.ticks_ms(), start)


async def sender():
    writer = asyncio.StreamWriter(uart, {})
    for line in (b"one\n", b"two\n"):
        writer.write(line)
        await writer.drain()
        await asyncio.sleep_ms(100)


async def receiver():
    reader = asyncio.StreamReader(uart)
    for _ in range(2):
        print(await reader.readline(), now() // 100)


async def main():
    flag = asyncio.ThreadSafeFlag()
    Timer(period=50, mode=Timer.ONE_SHOT, callback=lambda t: flag.set())
    task = asyncio.create_task(sender())
    await asyncio.gather(receiver(), flag.wait())
    await task
    try:
        await asyncio.wait_for_ms(flag.wait(), 30)
    except asyncio.TimeoutError:
        print("timeout", now())
    before = now()
    await asyncio.sleep(0.5)
    print(now() - before)
    return 7


print(uasyncio is asyncio, asyncio.run(main()))
