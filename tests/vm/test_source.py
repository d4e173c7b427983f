"""What a script looks like that the VM is to read: the same lines, with what it lacks put in."""

import pytest

from machine_compat.vm.source import for_vm


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("while True: pass", "while (True) and _turn_(): pass"),
        ("while (a or\n       b):\n    c()", "while ((a or\n       b) and _turn_()):\n    c()"),
        ("while n := f():\n\tg()", "while (n := f()) and _turn_():\n\tg()"),
        ("while 'é' in x:  # while y:\n  pass", "while ('é' in x) and _turn_():  # while y:\n  pass"),
        ("while a:\n while b: pass", "while (a) and _turn_():\n while (b) and _turn_(): pass"),
        ("x = 'while y:'\n", "x = 'while y:'\n"),
        ("@micropython.native\ndef f(): pass", "@_plain_\ndef f(): pass"),
        ("@micropython.viper\ndef f(): pass", "@_plain_\ndef f(): pass"),
        ("@micropython.asm_thumb\ndef f(r0): nop()", "@_assembler_\ndef f(r0): nop()"),
        ("@rp2.asm_pio(x=1)\ndef f(): nop()", "@_pio_(x=1)\ndef f(): nop()"),
        ("from machine import Pin, I2C", "_need_('machine', 'Pin', 'I2C'); from machine import Pin, I2C"),
        ("if x: from umachine import Pin as P", "if x: _need_('machine', 'Pin'); from umachine import Pin as P"),
        ("from json import loads\nfrom .machine import x", "from json import loads\nfrom .machine import x"),
        ("while x:\r\n  y()\r\n", "while (x) and _turn_():\n  y()\n"),
        ("if a:\n\tb\n        c", "if a:\n        b\n        c"),
    ],
)
def test_a_script_for_the_vm(source: str, expected: str) -> None:
    assert for_vm(source.encode(), "main.py") == expected


def test_what_cpython_cannot_parse_is_for_micropython_to_judge() -> None:
    assert for_vm(b"while x\n  y = = 2", "main.py") == "while x\n  y = = 2"


def test_what_is_no_text_is_named() -> None:
    with pytest.raises(SyntaxError, match="not UTF-8"):
        for_vm(b"x = '\xff'", "main.py")
