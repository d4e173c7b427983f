"""The scripts of MicroPython's tests that print something else here, by the reason why.

A reason without a word in docs/differences.md is of no concern to a hardware script, and says so by itself.
"""

import sys

DIFFERENT: dict[str, tuple[str, ...]] = {
    "the repr of an exception has no comma at its end": (
        "basics/deque_micropython", "basics/python34", "extmod/asyncio_gather", "extmod/asyncio_gather_notimpl",
        "micropython/native_gen", "micropython/viper_error", "micropython/viper_misc3", "ports/stm32/i2c_error",
        "ports/stm32/pyb_f405",
    ),
    "what CPython raises has CPython's words": (
        "basics/builtin_str_hex", "basics/subclass_native_exc_new", "micropython/heapalloc_exc_compressed",
        "micropython/heapalloc_exc_compressed_emg_exc", "micropython/native_with", "micropython/viper_with",
    ),
    "CPython's grammar and compiler: what they take, refuse, and say of a syntax error": (
        "basics/assign_expr_syntaxerror", "basics/builtin_compile", "basics/parser", "basics/sys_tracebacklimit",
        "basics/try_except_break", "micropython/decorator_error", "micropython/opt_level_lineno",
        "micropython/viper_args", "misc/non_compliant_lexer", "stress/fun_call_limit",
    ),
    "CPython can what MicroPython has not implemented": (
        "basics/dict_fixed", "basics/exception_chain", "basics/fun_code_micropython", "basics/module2",
        "extmod/hashlib_final", "extmod/marshal_micropython", "micropython/native_fun_attrs",
        "micropython/native_fun_attrs_code", "misc/non_compliant",
    ),
    "MicroPython's `re` leaves out what CPython's has, and has limits of its own": (
        "extmod/re_debug", "extmod/re_limit", "extmod/re_split_empty", "extmod/re_split_notimpl",
        "extmod/re_stack_overflow",
    ),
    "limits of names, code and recursion are a board's": (
        "stress/bytecode_limit", "stress/qstr_limit", "stress/recursive_data",
    ),
    "arrays and structs of objects and of pointers are missing": (
        "basics/array_micropython", "basics/struct_micropython",
    ),
    "a bytearray cannot be added to itself in place, as in CPython": ("basics/bytearray_add_self",),
    "bytes and str compare without a warning": ("basics/bytes_compare3",),
    "floats have double precision, and CPython's digits": ("float/float_format_ftoe", "float/string_format_modulo3"),
    "the same seed gives the same run": ("extmod/random_seed_default",),
    "`_X = const()` stays a variable": ("micropython/const",),
    "an exception in a thread ends the run with it, instead of a word on the terminal": ("thread/thread_exc2",),
    "a frame buffer is no buffer before Python 3.12": ("extmod/framebuf1",),
    "a file named like a built-in module does not replace it": ("import/builtin_ext",),
    "paths are those of a board, or of this run, instead of the Unix build's": ("import/import_file", "io/argv"),
    "the terminal's streams are a board's, which have no file number": (
        "basics/sys_stdio", "basics/sys_stdio_buffer", "io/file_stdio", "io/file_stdio2",
    ),
    "the Unix build prints one line more than a board": ("micropython/meminfo",),
    "MicroPython 1.29 does it as here; these tests are older": (
        "basics/int_bytes", "basics/int_bytes_int64", "basics/int_bytes_intbig", "extmod/vfs_blockdev_invalid",
        "micropython/const_error", "ports/stm32/can", "ports/stm32/can2",
    ),
    "RTC registers are memory that does nothing": ("ports/stm32/rtc",),
    "SPI.PERIPHERAL is not simulated": ("ports/stm32/spi",),
    "`heap_lock` locks nothing": ("extmod/vfs_fat_finaliser", "ports/esp32/check_err_str"),
    "compiled `.mpy` files are machine code of a board": ("extmod/vfs_userfs",),
    "littlefs-python takes blocks of 128 bytes and more": ("extmod/vfs_lfs_superblock",),
    "a script has no pins for the pyboard": ("extmod_hardware/machine_pwm on pyboard",),
    "a DMA transfer takes no time": ("ports/rp2/rp2_dma",),
}  # fmt: skip
"""Names are of folder and script, and of the board where only one differs."""

LATER = ("basics/generator_pep479", "basics/slice_op")
"""What CPython itself does otherwise from 3.12 on."""

NOT_LATER = ("extmod/framebuf1",)
"""What differs only before Python 3.12."""


def different(folder: str, board: str) -> set[str]:
    """The scripts of a folder that are known to differ on a board, with this Python."""
    named = {name for names in DIFFERENT.values() for name in names}
    if sys.version_info >= (3, 12):
        named = (named | set(LATER)) - set(NOT_LATER)
    found = set()
    for name in named:
        path, _, only = name.partition(" on ")
        where, _, script = path.rpartition("/")
        if where == folder and only in ("", board):
            found.add(script)
    return found
