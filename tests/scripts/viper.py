# board: pico
# What 32-bit registers do: every number below is a real board's.
import array
import uctypes

_SHIFT = const(5)


@micropython.viper
def fnv1a(data: ptr8, count: int) -> uint:
    result = uint(0x811C9DC5)
    for i in range(count):
        result = (result ^ data[i]) * 0x01000193
    return result


@micropython.viper
def xorshift(state: uint) -> uint:
    state ^= state << 13
    state ^= state >> 17
    state ^= state << _SHIFT
    return state


@micropython.viper
def crc32(data: ptr8, count: int) -> uint:
    polynomial = uint(0xEDB88320)
    crc = uint(0xFFFFFFFF)
    for i in range(count):
        crc ^= data[i]
        for _ in range(8):
            low = crc & 1
            crc = crc >> 1
            if int(low):
                crc ^= polynomial
    return ~crc


@micropython.viper
def djb2(text) -> int:
    h = 5381
    data = ptr8(text)
    for i in range(int(len(text))):
        h = (h << 5) + h + data[i]
    return h


@micropython.viper
def shifts(x: int) -> object:
    return (x >> 4, uint(x) >> uint(4), x << 4, -x, ~x, uint(x) * uint(x))


print(hex(fnv1a(b"hello world", 11)), hex(crc32(b"123456789", 9)), djb2("a longer text that overflows"))
state = 1
for _ in range(3):
    state = xorshift(state)
print(state, shifts(-5), shifts(0x7FFFFFFF), shifts(-0x80000000))


@micropython.viper
def swap_halves(words: ptr32, count: int):
    for i in range(count):
        w = uint(words[i])
        words[i] = (w << 16) | (w >> 16)


@micropython.viper
def fill(b: ptr8, h: ptr16, w: ptr32, value: int):
    b[0] = value
    h[2] = value
    w[3] = value


@micropython.viper
def loads(b: ptr8, h: ptr16, w: ptr32) -> object:
    return (b[0], h[0], w[0], b[15], h[7], w[3])


words = array.array("I", [0x12345678, 0xFFFF0000])
swap_halves(words, 2)
print([hex(word) for word in words])
memory = bytearray(16)
fill(memory, memory, memory, -2)
print(memory.hex(), loads(memory, memory, memory), loads(b"\xff" * 16, b"\xff" * 16, b"\xff" * 16))


@micropython.viper
def through_address(address: int, offset: int) -> int:
    p = ptr8(address + offset)
    return p[0] + p[-1]


@micropython.viper
def toggle(pin: int):
    gpio_xor = ptr32(0xD000001C)
    gpio_xor[0] = 1 << pin


@micropython.viper
def outputs() -> int:
    return ptr32(0xD0000010)[0]


from machine import Pin

print(through_address(uctypes.addressof(b"\x05\x06\x07"), 1))
led = Pin(25, Pin.OUT, value=0)
toggle(25)
print(led.value(), outputs() == 1 << 25)
toggle(25)
print(led.value(), outputs())


def refused(source):
    try:
        exec("@micropython.viper\n" + source)
    except (ViperTypeError, NotImplementedError) as error:
        print(type(error).__name__, error)


refused("def f(n): return n + 1")
refused("def f(n: int): return n")
refused("def f(a: int, b: uint) -> bool: return a < b")
refused("def f(a: uint) -> int: return a // a")
refused("def f(p: ptr8) -> int: return p")
refused("def f():\n x = 0\n x = None")
refused("def f(x: int) -> int:\n return x & 0xFFFFFFFF")
try:
    fnv1a(b"", "12")
except TypeError as error:
    print("TypeError", error)
