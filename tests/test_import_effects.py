"""Keeps imports free of effects: no thread, process, socket, file or patch, and nothing heavy before it is needed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = "machine_compat"
ROOT = Path(__file__).resolve().parent.parent / PACKAGE

# Cost too much at start for a command that may not need them.
LATE = ["asyncio", "greenlet", "importlib.metadata"]

# An audit hook sees processes, sockets, opened files and, from Python 3.12, threads that ended again; the fingerprint
# sees names put into CPython's own modules. Bytecode is not written, so the only files an import opens are code.
WATCH_IMPORTS = """
import builtins, importlib, json, os, signal, sys, threading, time

effects = []
FORBIDDEN = ("_thread.start", "subprocess.", "os.fork", "os.posix_spawn", "socket.", "signal.")

def watch(event, arguments):
    code = event == "open" and str(arguments[0]).endswith((".py", ".pyc", ".so", ".pyd"))
    if event.startswith(FORBIDDEN) or (event == "open" and not code):
        effects.append(f"{event} {arguments[:1]}")

def fingerprint():
    names = {f"{m.__name__}.{k}": id(v) for m in (builtins, os, sys, threading, time) for k, v in vars(m).items()}
    hooks = [list(map(repr, found)) for found in (sys.meta_path, sys.path_hooks, sys.path)]
    return names, hooks, [signal.getsignal(number) for number in signal.valid_signals()]

modules = json.loads(sys.argv[1])
before = fingerprint()
sys.addaudithook(watch)
for module in modules:
    already = len(effects)
    importlib.import_module(module)
    effects[already:] = [f"{module}: {effect}" for effect in effects[already:]]
after = fingerprint()
changed = [name for name in before[0] | after[0] if before[0].get(name) != after[0].get(name)]
effects += [f"changed {name}" for name in changed]
effects += ["changed sys's import hooks or path"] * (before[1] != after[1])
effects += ["changed a signal handler"] * (before[2] != after[2])
effects += [f"thread {thread.name}" for thread in threading.enumerate() if thread is not threading.main_thread()]
print(json.dumps({"effects": effects, "loaded": sorted(sys.modules)}))
"""


def watch_imports(modules: list[str], folder: Path = ROOT.parent) -> dict[str, list[str]]:
    """What importing `modules` from `folder` in a fresh interpreter does and loads.

    -S leaves out site-packages' .pth files, which may load modules before the first of ours; the paths come back by
    PYTHONPATH.
    """
    program = [sys.executable, "-S", "-B", "-W", "error", "-c", WATCH_IMPORTS, json.dumps(modules)]
    paths = [str(folder), *(path for path in sys.path if path.endswith("site-packages"))]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
    done = subprocess.run(program, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answer: dict[str, list[str]] = json.loads(done.stdout)
    return answer


def test_importing_any_module_has_no_effects() -> None:
    # What is in vm/guest is for MicroPython alone.
    mine = [path for path in sorted(ROOT.rglob("*.py")) if path.parent != ROOT / "vm" / "guest"]
    files = [path.relative_to(ROOT.parent) for path in mine]
    # Not the plugin, which needs pytest around it, nor the program that `python -m` runs.
    modules = [".".join(file.with_suffix("").parts) for file in files if file.stem not in {"pytest_plugin", "__main__"}]
    assert modules
    assert watch_imports([module.removesuffix(".__init__") for module in modules])["effects"] == []


def test_the_command_loads_nothing_that_it_may_not_need() -> None:
    loaded = watch_imports([PACKAGE, f"{PACKAGE}.cli"])["loaded"]
    assert [name for name in LATE if name in loaded] == []


@pytest.mark.parametrize(
    ("source", "effect"),
    [
        ("import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()", "thread Thread-1"),
        (
            "import subprocess, sys\nsubprocess.run([sys.executable, '-V'], stdout=subprocess.DEVNULL)",
            "noisy: subprocess.Popen",
        ),
        ("import os\nos.close(os.open(os.devnull, os.O_RDONLY))", "noisy: open"),
        ("import time\ntime.sleep_ms = time.sleep", "changed time.sleep_ms"),
        ("import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)", "changed a signal handler"),
        ("import sys\nsys.meta_path.append(object())", "changed sys's import hooks or path"),
    ],
)
def test_an_effect_is_seen(tmp_path: Path, source: str, effect: str) -> None:
    (tmp_path / "noisy.py").write_text(source, encoding="utf-8")
    effects = watch_imports(["noisy"], tmp_path)["effects"]
    assert any(seen.startswith(effect) for seen in effects), effects
