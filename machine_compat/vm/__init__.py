"""A real MicroPython on a simulated board: the judge of what scripts do here.

The npm package of MicroPython, compiled to WebAssembly, runs a script in Node beside this process. Its `machine`, its
clock and its files are those of a SimulatedBoard in this process: each use of them is a message on a pipe, answered by
the facade. So the language is MicroPython's own, and the wires are the same as for a run on CPython.

    install.py   finds Node and the package           runner.mjs   Node's half: the pipe, and the VM on it
    process.py   the child process and its messages    guest/       MicroPython's half, in MicroPython
    values.py    what a message carries                life.py      a board's life with a VM as its interpreter
    calls.py     answers what the script asks          judge.py     a script on both, and the first difference
    source.py    a script as the VM is to read it
"""
