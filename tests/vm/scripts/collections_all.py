# deque, namedtuple, OrderedDict.
from collections import OrderedDict, deque, namedtuple

d = deque((), 3)
for i in range(5):
    d.append(i)
print(list(d), len(d), d.popleft(), d.pop(), bool(d), d[0])
d.appendleft(9)
d.extend([7, 8])
print(list(d))
strict = deque((1,), 2, 1)
strict.append(2)
for f in (lambda: strict.append(3), lambda: deque((), 2).popleft(), lambda: deque((), 1).pop(), lambda: d[5]):
    try:
        f()
    except IndexError as e:
        print("IndexError")
for wrong in (lambda: deque(), lambda: deque([1]), lambda: deque((), -1)):
    try:
        print(wrong())
    except (TypeError, ValueError) as e:
        print(type(e).__name__)
Point = namedtuple("Point", ("x", "y"))
p = Point(1, y=2)
print(p, p.x, p[1], p == (1, 2), isinstance(p, tuple), p + (3,))
print(namedtuple("T", "a b")(3, 4))
for wrong in (lambda: Point(1), lambda: Point(1, 2, 3), lambda: setattr(p, "x", 5), lambda: p.z):
    try:
        wrong()
    except (TypeError, AttributeError) as e:
        print(type(e).__name__)
o = OrderedDict([("b", 1), ("a", 2)])
o["c"] = 3
print(list(o.keys()), o.popitem(), list(o.items()))
