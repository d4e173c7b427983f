# Tasks take turns on the board's time.
import asyncio
import time

start = time.ticks_ms()


def now():
    return time.ticks_diff(time.ticks_ms(), start)


async def worker(name, ms, times):
    for i in range(times):
        print(name, i, now())
        await asyncio.sleep_ms(ms)
    return name


async def main():
    print(await asyncio.gather(worker("a", 100, 3), worker("b", 70, 4)))
    task = asyncio.create_task(worker("c", 1000, 9))
    await asyncio.sleep(0.5)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        print("cancelled", now())
    try:
        await asyncio.wait_for(worker("slow", 5000, 1), 0.2)
    except asyncio.TimeoutError:
        print("timeout", now())
    print(await asyncio.wait_for(worker("d", 10, 1), 1), now())
    return 42


print(asyncio.run(main()), now())
