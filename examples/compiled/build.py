"""Compiles driver/bme280.py, as it is, to a CPython extension, into a folder or the current one.

    python examples/compiled/build.py lib
    machine-compat run --attach bme280@i2c0:0x76 --path lib examples/compiled/barometer.py

Needs Cython, setuptools and a C compiler.
"""

import sys
from pathlib import Path

from Cython.Build import cythonize
from setuptools import Distribution, Extension

import machine_compat

HERE = Path(__file__).resolve().parent
# With this file included, `from machine import I2C` asks the board that loads the module.
INCLUDE = ["/FI" if sys.platform == "win32" else "-include", "machine_compat.h"]


def build(source, folder):
    """Compile a module into a folder; what comes between is left in folder/build."""
    module = Extension(
        source.stem, [str(source)], include_dirs=[machine_compat.get_include()], extra_compile_args=INCLUDE
    )
    modules = cythonize([module], build_dir=str(folder / "build"), language_level=3, quiet=True)
    command = Distribution({"ext_modules": modules}).get_command_obj("build_ext")
    command.build_lib = str(folder)
    command.build_temp = str(folder / "build")
    command.ensure_finalized()
    command.run()


if __name__ == "__main__":
    build(HERE / "driver" / "bme280.py", Path(*sys.argv[1:2]).resolve())
