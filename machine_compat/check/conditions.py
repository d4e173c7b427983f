"""Tells under which condition a part of a script runs: on which platforms, or only where something was caught or asked.

What a script itself makes sure of (``try: ... except ImportError``, ``if hasattr(machine, "DAC")``) is never missing.
"""

import ast

from machine_compat.check.needs import Need, NeedsKeyword, NeedsModule, NeedsName, OnPlatform
from machine_compat.check.scopes import Scope
from machine_compat.check.values import Literal, Platform, Values

ASKING = frozenset({"hasattr", "getattr", "dir", "uname", "implementation", "platform", "_machine", "machine_name"})
"""Names in a test that ask what board it is; whatever depends on one is left alone."""
ANY_ERROR = frozenset({"Exception", "BaseException"})


def caught(handlers: list[ast.ExceptHandler]) -> frozenset[str]:
    """The names of the exceptions that handlers catch; a bare one counts as BaseException."""
    names = set()
    for handler in handlers:
        if handler.type is None:
            names.add("BaseException")
            continue
        types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        names |= {kind.id for kind in types if isinstance(kind, ast.Name)}
        names |= {kind.attr for kind in types if isinstance(kind, ast.Attribute)}
    return frozenset(names)


def errors_of(need: Need) -> frozenset[str]:
    """What a script sees when a need is not met."""
    if isinstance(need, NeedsModule):
        return ANY_ERROR | {"ImportError"}
    if isinstance(need, NeedsName):
        return ANY_ERROR | {"AttributeError", "ImportError"}
    return ANY_ERROR | ({"TypeError"} if isinstance(need, NeedsKeyword) else {"ValueError", "OSError"})


def asks_the_board(test: ast.expr) -> bool:
    """Whether a test asks what the board is or has."""
    return any(
        (isinstance(node, ast.Name) and node.id in ASKING) or (isinstance(node, ast.Attribute) and node.attr in ASKING)
        for node in ast.walk(test)
    )


def platforms(test: ast.expr, values: Values, scope: Scope) -> OnPlatform | None:
    """The platforms on which a test is true; None where it says nothing so plain."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            found = platforms(inner, values, scope)
            return found.otherwise() if found else None
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return compared(left, op, right, values, scope)
        case ast.BoolOp(op=ast.Or(), values=parts):
            each = [platforms(part, values, scope) for part in parts]
            if all(part is not None and part.among for part in each):
                return OnPlatform(frozenset().union(*(part.names for part in each if part is not None)))
    return None


def compared(left: ast.expr, op: ast.cmpop, right: ast.expr, values: Values, scope: Scope) -> OnPlatform | None:
    """``sys.platform == "rp2"``, either way round, and ``sys.platform in ("rp2", "esp32")``."""
    if isinstance(values.of(right, scope), Platform) and isinstance(op, ast.Eq | ast.NotEq):
        left, right = right, left
    if not isinstance(values.of(left, scope), Platform):
        return None
    if isinstance(op, ast.In | ast.NotIn) and isinstance(right, ast.Tuple | ast.List | ast.Set):
        items = right.elts
    elif isinstance(op, ast.Eq | ast.NotEq):
        items = [right]
    else:
        return None
    names = [values.of(item, scope) for item in items]
    texts = [name.value for name in names if isinstance(name, Literal) and isinstance(name.value, str)]
    if len(texts) != len(names):
        return None
    return OnPlatform(frozenset(texts), isinstance(op, ast.Eq | ast.In))
