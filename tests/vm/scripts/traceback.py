# sys.print_exception writes what a board prints: the lines of the script, then the error.
import io
import sys


def inner(n):
    if n == 0:
        raise ValueError("deep")
    inner(n - 1)


def show(f):
    try:
        f()
    except Exception as e:
        text = io.StringIO()
        sys.print_exception(e, text)
        lines = text.getvalue().split("\n")
        print(lines[0], [line.split(", ", 1)[1] for line in lines[1:] if line.startswith("  File")][-3:], lines[-2:])


show(lambda: inner(2))
show(lambda: {}[3])


def bus():
    raise OSError(110)


show(bus)
try:
    exec("x = = 1")
except SyntaxError:
    print("SyntaxError")
