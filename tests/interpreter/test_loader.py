"""How a board's scripts find modules, run them, and keep to themselves."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from machine_compat.simulation import SimulatedBoard

Run = Callable[..., str]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """Writes files into the board's folder, runs main.py of them, and returns what it printed."""
    boards: list[SimulatedBoard] = []

    def go(main: str, files: dict[str, str] | None = None, *, path: tuple[Path, ...] = (), name: str = "pico") -> str:
        write(tmp_path, {"main.py": main, **(files or {})})
        board = SimulatedBoard(name, path=path)
        boards.append(board)
        board.run(tmp_path / "main.py", seconds=1)
        return board.output

    yield go
    for board in boards:
        board.close()


def write(folder: Path, files: dict[str, str]) -> None:
    for name, source in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(source), encoding="utf-8")


def failure(run: Run, main: str, files: dict[str, str] | None = None) -> BaseException:
    """What a script raises."""
    try:
        run(main, files)
    except BaseException as error:
        return error
    raise AssertionError("nothing was raised")


# ---- which module


def test_what_is_built_in_comes_first(run: Run) -> None:
    names = ("machine", "time", "sys", "os", "micropython", "gc")
    fake = {f"{name}.py": "fake = True" for name in names}
    main = "print(any(hasattr(__import__(name), 'fake') for name in ('" + "', '".join(names) + "')))"
    assert run(main, fake) == "False\n"


def test_the_script_comes_before_path_frozen_and_cpython(run: Run, tmp_path: Path) -> None:
    more = tmp_path / "elsewhere"
    names = ("driver", "neopixel", "colorsys")
    write(more, {f"{name}.py": "where = 'path'" for name in names})
    main = "import driver, neopixel, colorsys\nprint(driver.where, neopixel.where, colorsys.where)"
    assert run(main, path=(more,)) == "path path path\n"
    mine = {f"{name}.py": "where = 'script'" for name in names}
    assert run(main, mine, path=(more,)) == "script script script\n"


def test_frozen_and_cpython_modules_are_there(run: Run) -> None:
    main = "import neopixel, math, colorsys\nprint(neopixel.NeoPixel.__name__, math.pi, colorsys.__name__)"
    assert run(main) == "NeoPixel 3.141592653589793 colorsys\n"


def test_lib_is_searched_after_the_folder_itself(run: Run) -> None:
    files = {"lib/one.py": "where = 'lib'", "lib/two.py": "where = 'lib'", "two.py": "where = 'root'"}
    assert run("import one, two\nprint(one.where, two.where)", files) == "lib root\n"


PLAIN = (
    "array", "asyncio", "binascii", "collections", "errno", "hashlib", "heapq", "io", "json", "machine", "os", "random",
    "re", "select", "socket", "ssl", "struct", "sys", "time", "zlib",
)  # fmt: skip


@pytest.mark.parametrize("name", PLAIN)
def test_u_names_are_the_same_module(run: Run, name: str) -> None:
    assert run(f"import {name}, u{name}\nprint({name} is u{name})", name="pico_w") == "True\n"


def test_a_u_name_of_the_scripts_own_is_its_own(run: Run) -> None:
    assert run("import umqtt, uasync\nprint(umqtt.x, uasync.x)", {"umqtt.py": "x = 1", "uasync.py": "x = 2"}) == "1 2\n"


def test_parts_of_asyncio(run: Run) -> None:
    main = """
        import uasyncio.core
        from asyncio.stream import StreamReader
        from uasyncio import Event, core
        import asyncio
        print(StreamReader is asyncio.StreamReader, core is asyncio, uasyncio is asyncio)
        try:
            import asyncio.queues
        except ImportError as error:
            print(error)
    """
    assert run(main) == "True True True\nno module named 'asyncio.queues'\n"


def test_a_module_is_one_object_and_runs_once(run: Run) -> None:
    main = "import a\nimport a as b\nfrom a import n\nimport c\nprint(a is b, a.n is n, c.a is a)"
    assert run(main, {"a.py": "print('run')\nn = [1]", "c.py": "import a"}) == "run\nTrue True True\n"


# ---- packages


def test_packages(run: Run) -> None:
    files = {
        "pkg/__init__.py": "from .one import ONE\nfrom . import two\nprint(__name__, __path__, __file__)",
        "pkg/one.py": "ONE = 1\nprint(__name__, __file__)",
        "pkg/two.py": "from .inner import deep\nTWO = deep.DEEP",
        "pkg/inner/__init__.py": "",
        "pkg/inner/deep.py": "from ..one import ONE\nDEEP = ONE + 1",
    }
    main = """
        import pkg.inner.deep
        import pkg.one as one
        from pkg import two
        from pkg.inner import deep as d
        print(pkg.ONE, one.ONE, two.TWO, d is pkg.inner.deep)
    """
    assert run(main, files).splitlines() == [
        "pkg.one pkg/one.py",
        "pkg pkg pkg/__init__.py",
        "1 1 2 True",
    ]


def test_submodules_may_be_called_like_others(run: Run) -> None:
    files = {
        "pkg/__init__.py": "from .typing import List\nfrom .const import ANSWER\nfrom . import time as t, machine",
        "pkg/typing.py": "List = 'mine'",
        "pkg/const.py": "from micropython import const\nANSWER = const(42)",
        "pkg/time.py": "import time\nsleep = time.sleep_ms",
        "pkg/machine.py": "who = 'mine'",
    }
    main = """
        import pkg, time, machine
        print(pkg.List, pkg.ANSWER, pkg.t is time)
        print(pkg.machine.who, hasattr(machine, "who"))
    """
    assert run(main, files) == "mine 42 False\nmine False\n"


def test_a_folder_without_init_is_a_package(run: Run) -> None:
    files = {"drivers/led.py": "from .base import B\nNAME = B + 1", "drivers/base.py": "B = 1"}
    main = "from drivers import led\nimport drivers.base\nprint(led.NAME, drivers.base.B, drivers.__path__)"
    assert run(main, files) == "2 1 drivers\n"


def test_relative_imports_beyond_the_top(run: Run) -> None:
    error = failure(run, "import a", {"a.py": "from . import b", "b.py": ""})
    assert (type(error), str(error)) == (ImportError, "can't perform relative import")
    error = failure(run, "import p.q", {"p/__init__.py": "", "p/q.py": "from ... import b"})
    assert (type(error), str(error)) == (ImportError, "can't perform relative import")


def test_modules_that_import_each_other(run: Run) -> None:
    files = {
        "p/__init__.py": "from . import a",
        "p/a.py": "from . import b\ndef f():\n    return b.g()",
        "p/b.py": "from . import a\nimport p.a\ndef g():\n    return a.__name__",
        "x.py": "import y\nX = 1\ndef f():\n    return y.Y",
        "y.py": "import x\nY = hasattr(x, 'X')",
    }
    assert run("import p, x\nprint(p.a.f(), x.f())", files) == "p.a False\n"


def test_star_imports(run: Run) -> None:
    files = {"a.py": "x = 1\n_y = 2\nfrom machine import *"}
    main = "from a import *\nfrom time import *\nprint(x, '_y' in globals(), Pin(2), ticks_diff(5, 3))"
    assert run(main, files) == "1 False Pin(GPIO2, mode=IN) 2\n"


def test_packages_of_cpython_stay_cpythons(run: Run) -> None:
    main = "import xml.dom.minidom\nfrom email import message\nprint(xml.dom.minidom.__name__, message.__name__)"
    assert run(main) == "xml.dom.minidom email.message\n"
    assert "email.message" in sys.modules


# ---- what is not there


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("import nowhere", "no module named 'nowhere'"),
        ("import nowhere.at_all", "no module named 'nowhere'"),
        ("import pkg.nowhere", "no module named 'pkg.nowhere'"),
        ("from pkg import nowhere", "can't import name nowhere"),
        ("from machine import Nothing", "can't import name Nothing"),
        ("from flat import nothing", "can't import name nothing"),
        ("import flat.nothing", "no module named 'flat.nothing'"),
        ("import machine.nothing", "no module named 'machine.nothing'"),
        ("import _thread.nothing", "no module named '_thread.nothing'"),
    ],
)
def test_import_errors(run: Run, statement: str, text: str) -> None:
    error = failure(run, statement, {"pkg/__init__.py": "", "flat.py": ""})
    assert (type(error), str(error)) == (ImportError, text)
    assert isinstance(error, ImportError)


def test_a_module_that_is_missing_inside_another_is_the_one_named(run: Run) -> None:
    error = failure(run, "from pkg import sub", {"pkg/__init__.py": "", "pkg/sub.py": "import nowhere"})
    assert str(error) == "no module named 'nowhere'"


def test_compiled_modules_are_refused_by_name(run: Run) -> None:
    error = failure(run, "import fast", {"fast.mpy": "M"})
    assert "fast.mpy is compiled for a board" in str(error)
    assert run("import fast\nprint(fast.x)", {"fast.py": "x = 1"}) == "1\n"


def test_a_module_that_fails_is_not_kept(run: Run) -> None:
    main = """
        import sys
        for module in ("bad", "pkg.bad"):
            for _ in range(2):
                try:
                    __import__(module)
                except ZeroDivisionError:
                    print(module, module in sys.modules)
        import pkg
        print(hasattr(pkg, "bad"))
    """
    files = {"bad.py": "print('bad')\n1 / 0", "pkg/__init__.py": "", "pkg/bad.py": "1 / 0"}
    assert run(main, files).splitlines() == [
        "bad", "bad False", "bad", "bad False", "pkg.bad False", "pkg.bad False", "False",
    ]  # fmt: skip


# ---- sys


def test_modules_and_path_are_the_loaders_own(run: Run) -> None:
    files = {"conf.py": "print('conf')", "drivers/led.py": "print('led', __file__)", "made.py": "x = 1"}
    files["drivers/chip.py"] = ""
    main = """
        import sys, conf
        del sys.modules["conf"]
        import conf
        print("conf" in sys.modules, "machine" in sys.modules, sys.modules["conf"] is conf)
        sys.path.append("/drivers")
        import led
        sys.path.insert(0, "nowhere")
        import made
        print(sys.path)
        sys.path = ["/drivers"]
        import chip
        print(chip.__file__, sys.path)
    """
    assert run(main, files).splitlines() == [
        "conf", "conf", "True False True", "led /drivers/led.py", "['nowhere', '', '/lib', '/drivers']",
        "/drivers/chip.py ['/drivers']",
    ]  # fmt: skip


def test_a_module_written_by_the_script_can_be_imported(run: Run) -> None:
    main = """
        import os
        with open("made.py", "w") as file:
            file.write("x = 7")
        os.mkdir("/more")
        with open("/more/other.py", "w") as file:
            file.write("print(__file__)")
        import made, sys
        sys.path.append("/more")
        import other
        os.chdir("/more")
        del sys.modules["other"]
        sys.path.pop()
        import other
        print(made.x)
    """
    assert run(main) == "/more/other.py\nother.py\n7\n"


def test_what_the_script_is(run: Run) -> None:
    files = {"a.py": "print(__name__, __file__)", "lib/b.py": "print(__name__, __file__)"}
    main = "import a, b, sys, __main__\nprint(__name__, __file__, __main__.__name__, sys.argv[1:], sys.platform)"
    assert run(main, files) == "a a.py\nb /lib/b.py\n__main__ main.py __main__ [] rp2\n"


def test_a_file_beside_a_module_is_found_through_its_name(run: Run) -> None:
    files = {
        "lib/font/__init__.py": "data = open(__file__.rsplit('/', 1)[0] + '/font.txt').read()",
        "lib/font/font.txt": "glyphs",
    }
    assert run("import font\nprint(font.data)", files) == "glyphs\n"


def test_implementation(run: Run) -> None:
    main = """
        import sys
        i = sys.implementation
        print(i.name, i[0], i.version is i[1], len(i.version), i._machine, i._build)
        print(sys.version_info[:2], sys.maxsize, sys.byteorder)
        print(str(i)[:32])
        print(hasattr(i, "cache_tag"))
    """
    assert run(main).splitlines() == [
        "micropython micropython True 4 Raspberry Pi Pico with RP2040 RPI_PICO",
        f"(3, 4) 2147483647 {sys.byteorder}",
        "(name='micropython', version=(1,",
        "False",
    ]


@pytest.mark.parametrize(
    ("statement", "status"),
    [("sys.exit()", None), ("sys.exit(3)", 3), ("sys.exit('no')", "no"), ("raise SystemExit", None)],
)
def test_exit(tmp_path: Path, statement: str, status: object) -> None:
    write(tmp_path, {"main.py": f"import sys\n{statement}\nprint('on')"})
    with SimulatedBoard("pico") as board:
        board.run(tmp_path / "main.py")
        assert (board.exit_status, board.output, board.finished) == (status, "", True)


# ---- lives


def test_boot_and_main_share_a_namespace(tmp_path: Path) -> None:
    write(tmp_path, {"boot.py": "import machine\nx = 1", "main.py": "print(x, machine.__name__, __name__, __file__)"})
    with SimulatedBoard("pico") as board:
        board.run(tmp_path)
        assert board.output == "1 machine __main__ main.py\n"


def test_a_reset_begins_with_fresh_modules(tmp_path: Path) -> None:
    files = {
        "conf.py": "print('conf')\nvalue = []",
        "main.py": """
            import machine, conf, sys
            print(conf.value, 'x' in globals(), sys.path)
            x = 1
            conf.value.append(1)
            sys.path.append("more")
            if machine.reset_cause() == machine.PWRON_RESET:
                machine.reset()
        """,
    }
    write(tmp_path, files)
    with SimulatedBoard("pico") as board:
        board.run(tmp_path, seconds=1)
        assert board.output == "conf\n[] False ['', '/lib']\n" * 2


def test_two_boards_share_nothing(tmp_path: Path) -> None:
    write(tmp_path, {"main.py": "import conf\nconf.value.append(1)\nprint(conf.value)", "conf.py": "value = []"})
    for _ in range(2):
        with SimulatedBoard("pico") as board:
            board.run(tmp_path / "main.py")
            assert board.output == "[1]\n"


def test_nothing_enters_cpython(run: Run) -> None:
    files = {"conf_of_the_script.py": "", "pkg_of_the_script/__init__.py": "", "pkg_of_the_script/sub.py": ""}
    before, path, hooks = set(sys.modules), list(sys.path), list(sys.meta_path)
    run("import conf_of_the_script, pkg_of_the_script.sub, machine, utime\nimport sys\nsys.path.append('x')", files)
    entered = {name for name in set(sys.modules) - before if not name.startswith("machine_compat")}
    assert not {name for name in entered if "script" in name or name in ("machine", "utime", "main", "__main__")}
    assert (sys.path, sys.meta_path) == (path, hooks)


# ---- builtins


def test_what_needs_no_import(run: Run) -> None:
    main = """
        X = const(5)
        @micropython.native
        def f(n):
            return n + X
        @micropython.viper
        def g(buf, n: int) -> int:
            p = ptr8(buf)
            w = ptr16(buf)
            total = uint(0)
            for i in range(n):
                total += p[i]
            return int(total)
        @micropython.bytecode
        def h():
            return 1
        print(f(1), g(bytearray(b"abc"), 3), h())
        try:
            exit
        except NameError as error:
            print(error)
    """
    assert run(main).splitlines() == ["6 294 1", "name 'exit' is not defined"]


def test_print(run: Run) -> None:
    main = """
        import io, sys
        out = io.StringIO()
        print("a", 1, sep="-", end="!", file=out)
        print(out.getvalue())
        print("to stdout", file=sys.stdout)
        with open("log.txt", "w") as file:
            print("to a file", 5, file=file)
        print(open("log.txt").read(), end="")
        class Sink:
            def write(self, text):
                out.write(text)
        print("sink", file=Sink())
        print(out.getvalue(), end="")
        print()
    """
    assert run(main) == "a-1!\nto stdout\nto a file 5\na-1!sink\n\n"


def test_text_is_compiled_as_scripts_are(run: Run) -> None:
    main = """
        b = bytearray(2)
        exec("b[0] = 0x1FF")
        exec("class A:\\n    def __init__(self):\\n        self.__x = 1\\nprint(A().__dict__)")
        print(b[0], eval("OSError(19).errno"), eval(" (5).to_bytes(2, 'little', True)"))
        code = compile("b[1] = 258\\nprint(b[1])", "made.py", "exec")
        exec(code)
        print(eval(compile("1 + 2", "<x>", "eval")))
        space = {"n": 4}
        exec("import machine\\nm = n * 2\\nk = const(3)", space)
        print(space["m"], space["k"], eval("n + 1", space), "m" in globals())
        print(eval("n", {}, {"n": 9}))
        def f():
            local = 1
            exec("made = 5")
            try:
                eval("local")
            except NameError:
                print("no locals")
        f()
        print(made)
        class C:
            exec("inside = 1")
        print(C.inside)
        open("more.py", "w").write("b[0] = 259\\nloaded = __name__")
        execfile("more.py")
        print(loaded, b[0])
        try:
            compile("1", "x", "nonsense")
        except ValueError as error:
            print(error)
        try:
            execfile("nowhere.py")
        except OSError as error:
            print(error)
    """
    assert run(main).splitlines() == [
        "{'__x': 1}", "255 19 b'\\x05\\x00'", "2", "3", "8 3 5 False", "9", "no locals", "5", "1", "__main__ 3",
        "bad compile mode", "[Errno 2] ENOENT",
    ]  # fmt: skip


def test_a_loop_in_text_lets_time_pass(run: Run) -> None:
    main = """
        from machine import Timer
        done = []
        Timer(period=10, mode=Timer.ONE_SHOT, callback=done.append)
        exec("while not done:\\n    pass\\nprint('done')")
    """
    assert run(main) == "done\n"


def test_text_may_be_in_any_buffer(run: Run) -> None:
    assert run("exec(memoryview(b'print(1)'))\nprint(eval(bytearray(b' 1 + 1')))") == "1\n2\n"


@pytest.mark.parametrize("call", ["exec('1', 'no dict')", "eval('1', {}, 5)", "exec(5)"])
def test_text_runs_in_dicts(run: Run, call: str) -> None:
    assert isinstance(failure(run, call), TypeError)


def test_assertions_go_with_the_optimisation_level(run: Run) -> None:
    main = """
        import micropython
        def level(number):
            micropython.opt_level(number)
            print(micropython.opt_level(), end=" ")
            exec("print(__debug__)")
        level(0)
        level(1)
        exec("assert 0")
        level(3)
        import unchecked
        level(0)
        try:
            exec("assert 0")
        except AssertionError:
            print("checked")
    """
    files = {"unchecked.py": "assert False\nprint('imported')"}
    assert run(main, files) == "0 True\n1 False\n3 False\nimported\n0 True\nchecked\n"


def test_modules_imported_by_a_name_made_at_run_time(run: Run) -> None:
    files = {
        "kit/__init__.py": """
            def __getattr__(name):
                return getattr(__import__("parts", None, None, True, 1), name)
        """,
        "kit/parts.py": "wheel = 4",
    }
    assert run("import kit\nprint(kit.wheel)", files) == "4\n"


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        ("__import__(1)", TypeError),
        ("__import__('')", ValueError),
        ("__import__('os', level=-1)", ValueError),
        ("__import__('os', 'no dict', None, (), 1)", TypeError),
    ],
)
def test_names_of_modules_are_looked_at(run: Run, call: str, kind: type[Exception]) -> None:
    assert type(failure(run, call)) is kind


def test_exit_without_a_status_has_none(run: Run) -> None:
    main = """
        import sys
        for status in ((), (0,), ("text",)):
            try:
                sys.exit(*status)
            except SystemExit as leave:
                print(leave.args)
    """
    assert run(main) == "()\n(0,)\n('text',)\n"


def test_an_exception_is_printed_to_streams_alone(run: Run) -> None:
    main = """
        import sys
        try:
            sys.print_exception(ValueError("no"), 1)
        except OSError as error:
            print(error)
    """
    assert run(main) == "stream operation not supported\n"


def test_threads_have_numbers_and_dicts(run: Run) -> None:
    main = """
        import _thread, time
        seen = []
        started = _thread.start_new_thread(lambda *, a: seen.append((a, _thread.get_ident())), (), {"a": 1})
        time.sleep_ms(1)
        print(seen == [(1, started)], _thread.get_ident() not in (0, started))
        try:
            _thread.start_new_thread(print, (), ())
        except TypeError as error:
            print(error)
    """
    assert run(main) == "True True\nexpecting a dict for keyword args\n"


def test_the_collectors_threshold_is_in_blocks(run: Run) -> None:
    main = """
        import gc
        for amount in (None, 1, 100, -5):
            print(gc.threshold() if amount is None else gc.threshold(amount), gc.threshold())
    """
    assert run(main) == "-1 -1\nNone 0\nNone 96\nNone -1\n"


def test_builtins_are_the_boards_own(run: Run) -> None:
    main = """
        import builtins
        builtins.abs = lambda number: "changed"
        print(abs(-1), builtins.const is const)
        import other
    """
    assert run(main, {"other.py": "print(abs(-2))"}) == "changed True\nchanged\n"
    assert abs(-1) == 1
