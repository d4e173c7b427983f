# Classes: inheritance, properties, special methods.
class Base:
    count = 0

    def __init__(self, n=1):
        self.n = n
        Base.count += 1

    def __repr__(self):
        return "Base(%d)" % self.n

    def __eq__(self, other):
        return self.n == other.n

    def __add__(self, other):
        return Base(self.n + other.n)

    def __getitem__(self, i):
        return self.n * i

    def __len__(self):
        return self.n

    def __contains__(self, x):
        return x == self.n

    def __call__(self, x):
        return x + self.n

    @property
    def double(self):
        return 2 * self.n

    @double.setter
    def double(self, v):
        self.n = v // 2

    @staticmethod
    def s(x):
        return x

    @classmethod
    def make(cls):
        return cls(7)


class Child(Base):
    def __init__(self):
        super().__init__(3)

    def __lt__(self, other):
        return self.n < other.n

    def __enter__(self):
        return self

    def __exit__(self, *a):
        print("left")

    def __iter__(self):
        return iter([self.n])

    def __getattr__(self, name):
        return "no " + name


a, b = Base(1), Child()
print(a, b, a == Base(1), a + b, b[2], len(b), 3 in b, a(1), b.double, Base.count, isinstance(b, Base), issubclass(Child, Base))
b.double = 10
print(b, Base.s(4), Base.make(), b.missing, list(b), bool(Base(0)), type(b).__name__, Child.__name__)
with Child() as c:
    print(c < b)
print(hasattr(a, "n"), hasattr(a, "zz"), getattr(a, "zz", 5), callable(a), callable(5))
setattr(a, "late", 1)
print(a.late, a.__dict__ == {"n": 1, "late": 1}, a.__class__ is Base)
del a.late
print(hasattr(a, "late"))
