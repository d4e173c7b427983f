"""What a board is on USB: TinyUSB's task and MicroPython's drivers, below `machine.USBDevice` and `pyb`'s USB."""
