"""Viper functions: 32-bit arithmetic against a model in C's terms, types as the emitter gives them, pointers."""

import ast
import builtins
import ctypes
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from machine_compat.board import Board
from machine_compat.interpreter.rewrite import compile_script, hooks
from machine_compat.interpreter.rewrite.viper import ViperTypeError
from machine_compat.interpreter.rewrite.viper.runtime import hooks as viper_hooks
from machine_compat.machine.addresses import HEAP
from machine_compat.machine.memory import memory_map
from machine_compat.modules import micropython
from machine_compat.simulation import SimulatedBoard

NUMBERS = st.one_of(
    st.integers(-(1 << 31), (1 << 32) - 1),
    st.sampled_from([0, 1, -1, 2, 31, 32, 0x7FFFFFFF, -0x80000000, 0x80000000, 0xFFFFFFFF]),
)
NAMES = ("a", "b", "u", "v")
"""Two int and two uint parameters."""


@pytest.fixture(scope="module")
def board() -> Iterator[Board]:
    simulated = SimulatedBoard("pico")
    yield simulated.board
    simulated.close()


def run(board: Board, source: str) -> dict[str, Any]:
    known = {**vars(builtins), **hooks(int), **viper_hooks(board), "micropython": micropython, "const": int}
    namespace: dict[str, Any] = {"__builtins__": known}
    exec(compile_script(textwrap.dedent(source), "main.py"), namespace)
    return namespace


def function(board: Board, source: str) -> Callable[..., Any]:
    """The viper function f of a source."""
    made = run(board, "@micropython.viper\n" + textwrap.dedent(source))["f"]
    assert callable(made)
    return made


# ---- arithmetic, against C


class Register:
    """What a C compiler for a 32-bit ARM computes: int32_t or uint32_t, the type of the left operand."""

    def __init__(self, value: int, signed: bool) -> None:
        self.signed = signed
        self.value = (ctypes.c_int32 if signed else ctypes.c_uint32)(value).value

    def of(self, value: int) -> "Register":
        return Register(value, self.signed)

    def binary(self, op: str, other: "Register") -> "Register":
        a, b = self.value, other.value
        if op in ("<<", ">>"):
            count = b & 0xFF
            return self.of((a << count) if op == "<<" else (a >> count))
        return self.of({"+": a + b, "-": a - b, "*": a * b, "&": a & b, "|": a | b, "^": a ^ b}[op])


Expression = tuple[str, Callable[[dict[str, Register]], Register]]


def leaf(name: str) -> Expression:
    return name, lambda known: known[name]


def constant(value: int) -> Expression:
    return f"({value})", lambda known: Register(value, True)


def combine(parts: tuple[Expression, str, Expression]) -> Expression:
    (left, left_model), op, (right, right_model) = parts
    return f"({left} {op} {right})", lambda known: left_model(known).binary(op, right_model(known))


def changed(parts: tuple[str, Expression]) -> Expression:
    op, (text, model) = parts
    if op in ("int", "uint"):
        return f"{op}({text})", lambda known: Register(model(known).value, op == "int")

    def negated(known: dict[str, Register]) -> Register:
        operand = model(known)
        return operand.of(-operand.value if op == "-" else ~operand.value)

    return f"({op}{text})", negated


EXPRESSIONS = st.recursive(
    st.one_of(st.sampled_from(NAMES).map(leaf), st.integers(-(1 << 30), (1 << 30) - 1).map(constant)),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "&", "|", "^", "<<", ">>"]), inner).map(combine),
        st.tuples(st.sampled_from(["-", "~", "int", "uint"]), inner).map(changed),
    ),
    max_leaves=8,
)


@settings(deadline=None)
@given(EXPRESSIONS, st.tuples(NUMBERS, NUMBERS, NUMBERS, NUMBERS))
def test_expressions_are_those_of_c(board: Board, expression: Expression, numbers: tuple[int, ...]) -> None:
    text, model = expression
    # Parts that are constant are computed by the parser, with numbers of any size, before the emitter sees them.
    assume(not has_constant_part(text))
    known = {name: Register(value, name in "ab") for name, value in zip(NAMES, numbers, strict=True)}
    wanted = model(known)
    kind = "int" if wanted.signed else "uint"
    f = function(board, f"def f(a: int, b: int, u: uint, v: uint) -> {kind}:\n    x = {text}\n    return x")
    assert f(*numbers) == wanted.value, text


def has_constant_part(text: str) -> bool:
    """Whether an operator or a cast has constant operands alone."""
    for node in ast.walk(ast.parse(text, mode="eval")):
        if isinstance(node, ast.BinOp | ast.UnaryOp | ast.Call):
            operands = node.args if isinstance(node, ast.Call) else [node]
            names = [part for operand in operands for part in ast.walk(operand) if isinstance(part, ast.Name)]
            if not names and not isinstance(getattr(node, "operand", None), ast.Constant):
                return True
    return False


@settings(deadline=None)
@given(NUMBERS, NUMBERS)
def test_comparisons(board: Board, x: int, y: int) -> None:
    compare = function(
        board,
        """
        def f(a: int, b: int, u: uint, v: uint) -> object:
            return (a < b, a + 1 > b - 1, u < v, u - v >= v, a <= b < 7, u == v, a != b)
        """,
    )
    a, b, u, v = Register(x, True), Register(y, True), Register(x, False), Register(y, False)
    one = Register(1, True)
    assert compare(x, y, x, y) == (
        a.value < b.value,
        a.binary("+", one).value > b.binary("-", one).value,
        u.value < v.value,
        u.binary("-", v).value >= v.value,
        a.value <= b.value < 7,
        u.value == v.value,
        a.value != b.value,
    )


@settings(deadline=None)
@given(NUMBERS, NUMBERS.filter(lambda number: number & 0xFFFFFFFF != 0))
def test_division_rounds_down(board: Board, x: int, y: int) -> None:
    divide = function(board, "def f(a: int, b: int) -> object: return (a // b, a % b)")
    a, b = Register(x, True).value, Register(y, True).value
    assert divide(x, y) == (Register(a // b, True).value, a % b)


@settings(deadline=None)
@given(st.binary(min_size=8, max_size=16), st.integers(0, 1), NUMBERS)
def test_stores_and_loads_of_every_width(board: Board, data: bytes, at: int, value: int) -> None:
    f = function(
        board,
        """
        def f(b: ptr8, h: ptr16, w: ptr32, at: int, v: int) -> object:
            loaded = (b[at], h[at], w[at])
            b[at] = v
            b[at] += v
            h[at + 1] = v
            w[1] ^= v
            return loaded
        """,
    )
    buffer, model = bytearray(data), bytearray(data)
    loaded = f(buffer, buffer, buffer, at, value)
    halves = (ctypes.c_uint16 * 4).from_buffer(model)
    words = (ctypes.c_int32 * 2).from_buffer(model)
    assert loaded == (model[at], halves[at], words[at])
    model[at] = 2 * value & 0xFF
    halves[at + 1] = value & 0xFFFF
    words[1] ^= ctypes.c_int32(value).value
    assert buffer == model


# ---- the types that variables have, and what is refused


REFUSED = {
    "def f(n): return n + 1": "can't do binary op between 'object' and 'int'",
    "def f(n):\n for i in range(n): pass": "can't do binary op between 'int' and 'object'",
    "def f(n: uint):\n for i in range(n): pass": "comparison of int and uint",
    "def f(n: int): return n": "return expected 'object' but got 'int'",
    "def f() -> int: return uint(1)": "return expected 'int' but got 'uint'",
    "def f():\n x = 0\n x = None": "local 'x' has type 'int' but source is 'None'",
    "def f(x: int):\n x = uint(x)": "local 'x' has type 'int' but source is 'uint'",
    "def f(x: int) -> int: return x & 0x40000000": "can't do binary op between 'int' and 'object'",
    "def f(x: int) -> int: return x & (1 << 30)": "can't do binary op between 'int' and 'object'",
    "def f(x: int) -> int: return x ** 2": "binary op __pow__ not implemented",
    "def f(x: int) -> int: return x / 2": "binary op __truediv__ not implemented",
    "def f(x: ptr8) -> int: return x": "return expected 'int' but got 'ptr8'",
    "def f(x: ptr8) -> int: return (x + 1)[0]": "can't do binary op between 'ptr8' and 'int'",
    "def f(x: ptr8, n) -> int: return x[n]": "can't load with 'object' index",
    "def f(x: ptr8, n): x[0] = n": "can't store 'object'",
    "def f(x: ptr) -> int: return x[0]": "can't load from 'ptr'",
    "def f(x: bool) -> bool: return not x": "can't do unary op of 'bool'",
    "def f(x):\n try:\n  x()\n except OSError as e:\n  pass": "local 'e' has type 'object' but source is 'None'",
    "def f(x):\n y = x\n del y": "local 'y' has type 'object' but source is 'None'",
    "def f(x): return x is None": "can't do binary op between 'object' and 'None'",
    "def f(x: bytearray): pass": "unknown type 'bytearray'",
    "def f(x: int, y): return x or y": "can't choose between 'int' and 'object'",
    "def f(x):\n y = x\n return lambda: y": "local 'y' used before type known",
    "def f(x):\n y = x\n return [z + y for z in x]": "local 'y' used before type known",
    "def f(x: int): x.y": "can't load attribute of 'int'",
    "def f(x: int): return lambda: 1": "return expected 'object' but got 'int'",
    "def f(x: int):\n x[0] += 1": "can't store to 'int'",
}


@pytest.mark.parametrize("source", REFUSED)
def test_what_a_board_does_not_compile(board: Board, source: str) -> None:
    with pytest.raises(ViperTypeError) as refusal:
        function(board, source)
    assert str(refusal.value) == REFUSED[source]


def test_a_refusal_names_the_line(board: Board) -> None:
    with pytest.raises(ViperTypeError) as refusal:
        run(board, "x = 1\n\n@micropython.viper\ndef name(a):\n    b = 1\n    return a + b\n")
    place = refusal.traceback[-1]
    assert (str(place.path), place.lineno + 1, place.name) == ("main.py", 6, "name")


def test_unsupported_statements(board: Board) -> None:
    for source in (
        "def f(): yield 1",
        "def f(x): return sum(y for y in x)",
        "def f():\n try:\n  pass\n except OSError:\n  raise",
        "async def f(): pass",
    ):
        with pytest.raises(NotImplementedError, match="native"):
            function(board, source)
    for source, message in (("def f(): print(ptr8(1))", "conversion to object"), ("def f(): int(int)", "casting")):
        with pytest.raises(NotImplementedError, match=message):
            function(board, source)
    with pytest.raises(SyntaxError, match="annotation must be an identifier"):
        function(board, "def f() -> None: pass")


def test_only_marked_functions_change(board: Board) -> None:
    made = run(
        board,
        """
        @micropython.native
        def native(x: int):
            return x * x
        @micropython.viper
        def outer(x):
            @micropython.native
            def inner(y):
                return y * y
            return inner(x)
        def plain(x):
            return x * x
        """,
    )
    assert made["native"](1 << 20) == made["outer"](1 << 20) == made["plain"](1 << 20) == 1 << 40


def test_objects_stay_pythons(board: Board) -> None:
    f = function(
        board,
        """
        def f(a, b):
            "Doc."
            total = a * b
            parts = [x + a for x in (a, b) if x]
            text = f"{total}"
            a, b = b, a
            return (total, parts, text, a is b, sorted({a, b}), {"a": a}, (lambda y: y + a)(b))
        """,
    )
    assert f(1 << 40, 3) == (
        3 << 40,
        [1 << 41, 3 + (1 << 40)],
        str(3 << 40),
        False,
        [3, 1 << 40],
        {"a": 3},
        3 + (1 << 40),
    )
    assert f.__doc__ == "Doc."


def test_values_become_objects(board: Board) -> None:
    f = function(
        board,
        """
        def f(x: int, flag: bool, u: uint):
            shared = x + 1
            number = int(x < 3)
            return (x + 1, flag, shared, number, [x * 2], bool(x), u + 1, x if flag else -x)
        """,
    )
    assert str(f(2, [0], -1)) == "(3, True, 3, 1, [4], True, 0, 2)"
    assert f(0x7FFFFFFF, 0, 5)[0] == -0x80000000


def test_globals_are_objects(board: Board) -> None:
    made = run(
        board,
        """
        @micropython.viper
        def f(u: uint):
            global stored
            stored = u + u
            return stored
        """,
    )
    assert (made["f"](-1), made["stored"]) == (0xFFFFFFFE, 0xFFFFFFFE)


def test_arguments(board: Board) -> None:
    f = function(board, "def f(x: int, y: bool, z: uint = 3) -> int: return x")
    assert f(True, "", 1) == 1
    assert f(1 << 33 | 5, 0, 0) == 5
    for arguments in ((1.5, 0, 0), ("1", 0, 0), (None, 0, 0)):
        with pytest.raises(TypeError, match="can't convert"):
            f(*arguments)
    with pytest.raises(TypeError):
        f(1, 2)  # a board's viper functions know no defaults
    with pytest.raises(TypeError):
        f(x=1, y=2, z=3)


def test_what_is_returned_without_a_value(board: Board) -> None:
    for kind, wanted in (("int", 0), ("uint", 0), ("bool", False), ("ptr8", 0), ("object", None)):
        assert repr(function(board, f"def f() -> {kind}: pass")()) == repr(wanted)
        assert repr(function(board, f"def f() -> {kind}:\n    return None")()) == repr(wanted)


def test_constants(board: Board) -> None:
    made = run(
        board,
        """
        _MASK = const(0xF0)
        WIDTH = const(1 << 4)
        @micropython.viper
        def f(x: int) -> int:
            return (x & _MASK) + (1 << 31 >> 31) * WIDTH
        LATER = const(3)
        """,
    )
    assert made["f"](0x1FF) == 0xF0 + 16
    with pytest.raises(ViperTypeError):
        function(board, "def f(x: int) -> int: return x + LATER\nLATER = const(3)")


def test_a_while_loop_is_compiled_body_first(board: Board) -> None:
    f = function(
        board,
        """
        def f(n: int) -> int:
            while True:
                m = n * 2
                while m > 100:
                    m -= 10
                    last = m
                return m
        """,
    )
    assert f(60) == 100


# ---- pointers


def test_addresses(board: Board) -> None:
    f = function(board, "def f(x: ptr8) -> ptr: return ptr(x)")
    buffer = bytearray(b"abcdef")
    address = f(buffer)
    assert address >= HEAP
    g = function(board, "def f(a: int) -> int:\n p = ptr8(a + 2)\n p[0] = p[1] + 1\n return p[-2]")
    assert g(address) == ord("a")
    assert buffer == b"abeb"[:2] + b"edef"[:1] + b"def"
    h = function(board, "def f(x: ptr8) -> int:\n words = ptr16(int(x) + 2)\n return words[1] + int(uint(ptr32(x)))")
    assert h(buffer) == int.from_bytes(b"ef", "little") + address


def test_registers(board: Board) -> None:
    f = function(board, "def f(value: int) -> int:\n r = ptr32(0x20000000)\n r[1] = value\n return r[1]")
    assert f(0x80000001) == -0x7FFFFFFF
    assert memory_map(board).read(0x20000004, 4) == 0x80000001


def test_outside_of_a_buffer(board: Board) -> None:
    f = function(board, "def f(b: ptr8, i: int) -> int:\n b[i] = 1\n return b[i]")
    assert f(bytearray(4), 3) == 1
    for index in (4, -1):
        with pytest.raises(IndexError):
            f(bytearray(4), index)
    with pytest.raises(TypeError):
        f(b"bytes", 0)
    with pytest.raises(TypeError, match="can't convert list to int"):
        f([1], 0)
    assert function(board, "def f(h: ptr16) -> int: return h[0]")(b"abc") == 0x6261
    with pytest.raises(IndexError):
        function(board, "def f(h: ptr16) -> int: return h[1]")(b"abc")


def test_shifts_by_more_than_a_register(board: Board) -> None:
    source = "def f(x: int, n: int) -> object: return (x << n, x >> n, (x + 0) << (n + 0), (x + 0) >> (n + 0))"
    assert function(board, source)(-4, 32) == (0, -1, 0, -1)
    assert function(board, source)(5, -1) == (0, 0, 0, 0)
    esp32 = SimulatedBoard("esp32")
    assert function(esp32.board, source)(-4, 33) == (-8, -2, -8, -2)
    esp32.close()
