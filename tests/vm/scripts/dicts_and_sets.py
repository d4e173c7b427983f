# Dictionaries and sets.
d = {"a": 1}
d.update({"b": 2})
d.setdefault("c", []).append(3)
print(sorted(d), d.get("x"), d.get("x", 5), d.pop("a"), "b" in d, len(d), d.pop("zz", None))
print(sorted(d.items(), key=lambda t: t[0]), dict([(1, 2)]), dict(x=1), {1: 1, True: 2, 1.0: 3})
s = {1, 2} | {3}
s.add(4)
s.discard(9)
print(sorted(s), sorted(s & {1, 9}), sorted(s - {1}), sorted(s ^ {1, 7}), {1} <= s, s.isdisjoint({8}))
print(frozenset([1, 2]) == {1, 2}, sorted(set("hello")))
l = [3, 1, 2]
l.sort()
l.insert(0, 9)
l.extend((5, 6))
print(l, l.index(5), l.count(9), l.pop(), l.pop(0), l[1:3], l[::-1], l * 2, [1, 2] < [1, 3])
l[1:2] = [7, 8, 9]
del l[0]
l.remove(9)
l.reverse()
print(l, l.copy() == l, (1, 2) + (3,), (1,) * 2, tuple("ab"), (1, 2).index(2))
l.clear()
print(l, not l)
for f in (lambda: d["no"], lambda: [].pop(), lambda: {}.popitem(), lambda: [].remove(1), lambda: (1).x, lambda: {[]: 1}):
    try:
        f()
    except (KeyError, IndexError, ValueError, AttributeError, TypeError) as e:
        print(type(e).__name__)
