"""Lets `python -m machine_compat` be the command `machine-compat`."""

import sys

from machine_compat.cli import main

if __name__ == "__main__":
    sys.exit(main())
