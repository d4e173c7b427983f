# What is raised where, and how try, finally and with behave.
def attempt(f, *args):
    try:
        print(f(*args))
    except Exception as e:
        print(type(e).__name__, e.args if isinstance(e, (KeyError, StopIteration)) else "")


attempt(lambda: {}["k"])
attempt(lambda: [][1])
attempt(lambda: 1 / 0)
attempt(lambda: int("x"))
attempt(lambda: next(iter(())))
attempt(lambda: None.x)
attempt(lambda: undefined_name)
try:
    b"\xff".decode()
except UnicodeError:
    print("UnicodeError")
attempt(lambda: 1 + "1")
attempt(lambda: "a" * -1)
attempt(lambda: bytes([256]))
attempt(lambda: bytearray([1, -1]))
attempt(lambda: chr(-1))
attempt(lambda: __import__("no_such_module"))


class Manager:
    def __enter__(self):
        print("in")
        return 5

    def __exit__(self, kind, value, tb):
        print("out", kind.__name__ if kind else None)
        return kind is ValueError


with Manager() as m:
    print(m)
with Manager():
    raise ValueError
try:
    with Manager():
        raise KeyError(1)
except KeyError as e:
    print(e.args)
finally:
    print("finally")


def order():
    try:
        return "try"
    finally:
        print("first")


print(order())
try:
    try:
        raise ValueError("inner")
    except ValueError as e:
        raise RuntimeError("outer") from e
except RuntimeError as e:
    print(e)
