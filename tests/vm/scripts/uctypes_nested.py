# uctypes: structures in structures, their sizes and what they refuse.
import uctypes

INNER = {"a": uctypes.UINT8 | 0, "b": uctypes.UINT32 | 4}
PACKED = {"a": uctypes.UINT8 | 0, "b": uctypes.UINT32 | 1}
OUTER = {
    "head": uctypes.UINT16 | 0,
    "inner": (4, INNER),
    "again": (12, {"deep": (0, {"byte": uctypes.UINT8 | 1}), "word": uctypes.UINT16 | 2}),
}
LAYOUTS = (uctypes.LITTLE_ENDIAN, uctypes.BIG_ENDIAN, uctypes.NATIVE)


def tried(action):
    try:
        return action()
    except Exception as error:
        return type(error).__name__


for layout in LAYOUTS:
    print([uctypes.sizeof(fields, layout) for fields in (INNER, PACKED, OUTER, {}, {"x": uctypes.UINT16 | 3})])
    buffer = bytearray(range(16))
    s = uctypes.struct(uctypes.addressof(buffer), OUTER, layout)
    print(hex(s.head), s.inner.a, hex(s.inner.b), s.again.deep.byte, hex(s.again.word))
    s.inner.b = 0x01020304
    s.again.deep.byte = 0xEE
    s.again.word = 0x5566
    print(bytes(buffer), uctypes.sizeof(s), uctypes.sizeof(s.inner), uctypes.sizeof(s.again.deep))
    print(uctypes.addressof(s.inner) - uctypes.addressof(s), uctypes.addressof(s.again.deep) - uctypes.addressof(s))

buffer = bytearray(16)
at = uctypes.addressof(buffer)
s = uctypes.struct(at, OUTER)
print(tried(lambda: s.nothing), tried(lambda: setattr(s, "nothing", 1)), tried(lambda: setattr(s, "inner", 1)))
print(tried(lambda: s[0]), tried(lambda: s.inner[0]), tried(lambda: setattr(s, "head", "text")))
print(tried(lambda: uctypes.sizeof(5)), tried(lambda: uctypes.sizeof(s, uctypes.NATIVE)), tried(lambda: uctypes.struct(at)))
print(tried(lambda: uctypes.struct(at, {"bad": "text"}).bad), type(uctypes.struct(at, {"t": (1, 2, 3, 4)}).t).__name__)
print(uctypes.sizeof(bytearray(5)), bytes(uctypes.struct(at, {"a": (uctypes.ARRAY | 0, uctypes.UINT8 | 3)})))
