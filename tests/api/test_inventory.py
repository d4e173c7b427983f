"""Holds the examples to the inventory: every documented name is shown, or its difference is named and explained."""

import ast
import re
from collections.abc import Iterator

from tests.api.examples import examples, shown
from tests.api.inventory import Record, difference, differing, records
from tests.api.table import DIFFERENCES, TABLE, table

NAMES = {record.full for record in records()}


def test_every_documented_name_is_shown_or_differs() -> None:
    missing = [record.full for record in records() if record.full not in shown() and difference(record) is None]
    assert not missing, f"neither in tests/api/examples nor in differences.toml: {' '.join(missing)}"


def test_nothing_is_shown_and_differs() -> None:
    assert not [record.full for record in records() if record.full in shown() and difference(record) is not None]


def test_examples_are_of_documented_names() -> None:
    assert not sorted(shown() - NAMES), "names of examples that the inventory lacks"


def test_examples_use_the_names_they_show() -> None:
    unused = [name for example in examples() for name in example.names if plain(name) not in set(words(example.source))]
    assert not unused, "above an example that does without them"


def test_every_keyword_of_a_signature_is_used() -> None:
    unused = [f"{record.full}({word}=)" for record in records() for word in keywords_without_example(record)]
    assert not unused, "in a documented signature, and in no example of the name"


def test_differences_are_of_documented_names() -> None:
    known = NAMES | {record.owner for record in records()} | {record.owner.split(".")[0] for record in records()}
    assert not [entry for entry in differing() if entry.partition("(")[0] not in known]


def test_differences_are_in_the_documentation() -> None:
    text = DIFFERENCES.read_text(encoding="utf-8")
    assert not [entry for entry in differing() if f"`{entry}`" not in text], f"missing in {DIFFERENCES.name}"


def test_the_table_is_current() -> None:
    assert TABLE.read_text(encoding="utf-8") == table(), "run python -m tests.api.table"


def keywords_without_example(record: Record) -> Iterator[str]:
    if difference(record) is not None:
        return
    source = "".join(example.source for example in examples() if record.full in example.names)
    given = {word.arg for word in ast.walk(ast.parse(source)) if isinstance(word, ast.keyword)}
    for keyword in dict.fromkeys(word for call in record.calls for word in keyword_only(call)):
        if keyword not in given and f"{record.full}({keyword}=)" not in differing():
            yield keyword


def plain(full: str) -> str:
    """The name as it stands in a script: calling an object is using `irq`, not `__call__`."""
    name = full.rsplit(".", maxsplit=1)[-1]
    return "(" if name == "__call__" else name


def words(source: str) -> Iterator[str]:
    """Every name, attribute and keyword in some code; an opening bracket for a call of anything."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.alias):
            yield node.name
        elif isinstance(node, ast.Call):
            yield "("


def keyword_only(call: str) -> Iterator[str]:
    """The parameters behind the star of a documented signature."""
    _, star, rest = call.rpartition(")")[0].partition("*, ")
    for part in re.split(r",(?![^()]*\))", rest) if star else ():
        match = re.fullmatch(r"\[?(\w+)(=.*)?\]?", part.strip())
        if match:
            yield match[1]
