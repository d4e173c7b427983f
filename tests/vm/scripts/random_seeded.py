# The same seed gives the same numbers.
import random

for seed in (1, 12345, 0, 0xFFFFFFFF):
    random.seed(seed)
    print([random.getrandbits(8) for _ in range(6)], random.getrandbits(32), random.getrandbits(1))
    print([random.randint(1, 6) for _ in range(6)], random.randrange(100), random.randrange(5, 50, 5))
    print(random.choice("abcdef"), random.choice([1, 2, 3]))
print(random.getrandbits(0))
for wrong in (lambda: random.getrandbits(33), lambda: random.getrandbits(-1), lambda: random.randrange(0), lambda: random.choice([]), lambda: random.randint(5, 1)):
    try:
        print(wrong())
    except (ValueError, IndexError) as e:
        print(type(e).__name__)
