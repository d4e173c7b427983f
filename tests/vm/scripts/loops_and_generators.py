# Loops, generators, comprehensions, unpacking.
def count(n):
    while n:
        got = yield n
        if got:
            print("got", got)
        n -= 1
    return "done"


g = count(3)
print(next(g), g.send("x"), list(g))


def outer():
    result = yield from count(2)
    print(result)


print(list(outer()))
for i in range(10, 0, -3):
    if i == 4:
        continue
    print(i, end=" ")
else:
    print("else")
while True:
    break
else:
    print("never")
print([x * y for x in range(3) for y in range(3) if x != y], {k: v for k, v in zip("ab", (1, 2))}, sorted({3, 1, 2}))
a, *b, c = range(5)
print(a, b, c, *[1, 2], sep="-")
print(list(map(lambda x: x + 1, [1, 2])), list(filter(None, [0, 1, "", 2])), list(enumerate("ab", 1)), list(reversed([1, 2])))
print(sorted("bca", reverse=True), sorted([(2, "a"), (1, "b")], key=lambda t: t[1]), any([0, 1]), all([]), list(zip([1, 2], "ab")))


def f(a, b=2, *args, c, d=4, **kw):
    return a, b, args, c, d, sorted(kw.items())


print(f(1, c=3), f(1, 2, 3, 4, c=5, e=6), f(*[1, 2], **{"c": 3}))
x = 5


def scope():
    global x
    x = 6

    def inner():
        nonlocal y
        y += 1
        return y

    y = 1
    return inner() + inner()


print(scope(), x)
if (n := 10) > 5:
    print(n)
i = 0
while (i := i + 1) < 3:
    print("turn", i)
try:
    next(count(0))
except StopIteration as e:
    print(e.value)
