# uctypes: pointers to numbers and structures, followed, moved and set.
import uctypes
from array import array

target = bytearray(b"\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c")
where = uctypes.addressof(target)
NODE = {"low": uctypes.UINT8 | 0, "high": uctypes.UINT16 | 2}
FIELDS = {
    "address": uctypes.UINT32 | 0,
    "bytes": (uctypes.PTR | 0, uctypes.UINT8),
    "words": (uctypes.PTR | 0, uctypes.UINT16),
    "longs": (uctypes.PTR | 0, uctypes.INT32),
    "node": (uctypes.PTR | 0, NODE),
}
holder = bytearray(4)
s = uctypes.struct(uctypes.addressof(holder), FIELDS)
s.address = where
print(s.bytes[0], s.bytes[3], s.words[1], hex(s.longs[2]))
s.bytes[0] = 0xFF
s.words[1] = 0xBEEF
s.longs[2] = -2
print(target)
print(s.node[0].low, hex(s.node[0].high), s.node[1].low, hex(s.node[2].high))
s.node[1].high = 0x1122
print(target)
print(int(s.bytes) == where, int(s.node) == where, int(s.words) == int(s.longs))
s.address = where + 4
print(s.bytes[0], s.node[0].low)

print(uctypes.bytes_at(where, 4), uctypes.bytearray_at(where + 2, 2))
live = uctypes.bytearray_at(where, 12)
live[5] = 0x77
target[6] = 0x66
print(target[5], live[6], type(uctypes.bytes_at(where, 1)).__name__)

numbers = array("H", [1, 2, 3])
view = uctypes.struct(uctypes.addressof(numbers), {"all": (uctypes.ARRAY | 0, uctypes.UINT16 | 3)})
view.all[1] = 500
print(numbers, uctypes.addressof(memoryview(numbers)) == uctypes.addressof(numbers))
