# The compiler knows const and the emitters without an import.
_MASK = const(0x0F)
WIDTH = const(128)


@micropython.native
def low(value):
    return value & _MASK


@micropython.viper
def total(buffer, count: int) -> int:
    source = ptr8(buffer)
    result = uint(0)
    for index in range(count):
        result += source[index]
    return int(result)


@micropython.viper
def swap(buffer: ptr16, count: int):
    for index in range(count):
        word = buffer[index]
        buffer[index] = (word << 8) | (word >> 8)


@micropython.bytecode
def plain():
    return WIDTH


from array import array

print(low(0x1234), total(b"\x01\x02\xff", 3), plain())
words = array("H", [0x1234, 0xFF00])
swap(words, 2)
print([hex(word) for word in words])

import micropython
from micropython import const as other

print(other(3), micropython.const(4), other is const)
