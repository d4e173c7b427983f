# uctypes: arrays of numbers and of structures, their elements, lengths and edges.
import uctypes

POINT = {"x": uctypes.INT16 | 0, "y": uctypes.INT16 | 2}
FIELDS = {
    "bytes": (uctypes.ARRAY | 0, uctypes.UINT8 | 4),
    "signed": (uctypes.ARRAY | 0, uctypes.INT8 | 4),
    "words": (uctypes.ARRAY | 4, uctypes.UINT16 | 3),
    "longs": (uctypes.ARRAY | 12, uctypes.INT32 | 2),
    "points": (uctypes.ARRAY | 4, 4, POINT),
}


def tried(action):
    try:
        return action()
    except Exception as error:
        return type(error).__name__


def put(array, index, value):
    array[index] = value
    return array[index]


for layout in (uctypes.LITTLE_ENDIAN, uctypes.BIG_ENDIAN, uctypes.NATIVE):
    buffer = bytearray(range(0xF0, 0x100)) + bytearray(8)
    s = uctypes.struct(uctypes.addressof(buffer), FIELDS, layout)
    print(uctypes.sizeof(s), uctypes.sizeof(FIELDS, layout))
    print(type(s.bytes).__name__, bytes(s.bytes), [s.signed[i] for i in range(4)])
    print([s.words[i] for i in range(3)], [s.longs[i] for i in range(2)])
    print([(s.points[i].x, s.points[i].y) for i in range(4)])
    print(put(s.words, 1, -2), put(s.words, 2, 0x12345), put(s.longs, 0, 1 << 31), put(s.signed, 3, 200))
    s.points[3].x = -7
    s.points[0].y = 300
    s.bytes[0] = 0x55
    s.bytes[1:3] = b"\x01\x02"
    print(bytes(buffer))
    print(tried(lambda: s.words[3]), tried(lambda: s.words[-1]), tried(lambda: s.points[4]), tried(lambda: s.bytes[4]))
    print(tried(lambda: put(s, "words", 1)), tried(lambda: setattr(s, "words", 1)), tried(lambda: setattr(s, "points", 1)))
    print(tried(lambda: len(s.words)), tried(lambda: s.nothing))
    print(uctypes.addressof(s.points[1]) - uctypes.addressof(s), uctypes.addressof(s.words) - uctypes.addressof(s))
