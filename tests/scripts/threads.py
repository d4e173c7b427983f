# board: pico
# Threads share the board's time; a lock keeps them apart.
import _thread, time

lock = _thread.allocate_lock()
log = []
done = 0


def worker(name, pause, times=3):
    global done
    for turn in range(times):
        with lock:
            log.append((name, turn))
            time.sleep_ms(pause)
    done += 1


_thread.start_new_thread(worker, ("a", 10))
_thread.start_new_thread(worker, ("b", 10), {"times": 2})
start = time.ticks_ms()
while done < 2:
    pass
print(len(log), sorted(set(log)) == [("a", 0), ("a", 1), ("a", 2), ("b", 0), ("b", 1)])
print(50 <= time.ticks_diff(time.ticks_ms(), start) < 60)

print(lock.locked(), lock.acquire(), lock.locked(), lock.acquire(0))
lock.release()
me = _thread.get_ident()
others = []
_thread.start_new_thread(lambda: others.append(_thread.get_ident()), ())
time.sleep_ms(1)
print(others[0] != me, len(others))


def leaves():
    _thread.exit()
    print("never")


_thread.start_new_thread(leaves, ())
flag = []
_thread.start_new_thread(lambda: (time.sleep_ms(20), flag.append(1)), ())
while not flag:
    time.sleep_ms(1)
print("end")
