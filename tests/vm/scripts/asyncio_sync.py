# Events and locks between tasks.
import asyncio


async def waiter(event, name):
    await event.wait()
    print(name, "woken")


async def guarded(lock, name):
    async with lock:
        print(name, "in")
        await asyncio.sleep_ms(5)
        print(name, "out")


async def waits(ms):
    await asyncio.sleep_ms(ms)


async def fails():
    await asyncio.sleep_ms(1)
    raise ValueError("inside")


async def main():
    event, lock = asyncio.Event(), asyncio.Lock()
    tasks = [asyncio.create_task(waiter(event, n)) for n in "xyz"]
    await asyncio.sleep_ms(10)
    print(event.is_set())
    event.set()
    for t in tasks:
        await t
    event.clear()
    print(event.is_set(), lock.locked())
    await asyncio.gather(guarded(lock, "one"), guarded(lock, "two"))
    try:
        await asyncio.create_task(fails())
    except ValueError as e:
        print("caught", e)
    print(await asyncio.gather(fails(), waits(2), return_exceptions=True) != [])
    t = asyncio.create_task(waits(1))
    print(t.done())
    await t
    print(t.done(), asyncio.current_task() is not t)


asyncio.run(main())
