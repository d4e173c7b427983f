# board: pico
# Loops of every shape let the board's time go on.
from machine import Timer
import time

hits = 0


def hit(t):
    global hits
    hits += 1


timer = Timer(period=5, callback=hit)
while hits < 2: pass
while (hits
       < 4):
    continue
while not (done := hits >= 6):
    x = 1
while True:
    if hits > 7: break
else:
    print("never")
n = 0
while n < 3 and hits < 100: n += 1; m = "while x:"
print(hits >= 8, done, n, m)
def wait(limit):
	while hits < limit:	pass
	return "tabs"
print(wait(10), [h for h in (hits,) if h > 9] != [])
timer.deinit()
