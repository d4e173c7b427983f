# uctypes: every number, in each byte order, loaded and stored.
import uctypes

KINDS = ("UINT8", "INT8", "UINT16", "INT16", "UINT32", "INT32", "UINT64", "INT64")
LAYOUTS = ("LITTLE_ENDIAN", "BIG_ENDIAN", "NATIVE")
DATA = b"\x81\x42\xc3\x24\xa5\x66\xe7\x18\x99"

for layout in LAYOUTS:
    for kind in KINDS:
        fields = {"first": getattr(uctypes, kind), "next": 1 | getattr(uctypes, kind)}
        buffer = bytearray(DATA)
        s = uctypes.struct(uctypes.addressof(buffer), fields, getattr(uctypes, layout))
        # NATIVE structures are aligned: what is not on its own boundary is not asked for there.
        loaded = [s.first] if layout == "NATIVE" else [s.first, s.next]
        for value in (0, 1, -1, 0x7F, 0x80, 0x1234, -0x1234, 0x89ABCDEF, -(1 << 31)):
            s.first = value
            loaded.append(s.first)
        print(layout, kind, loaded, bytes(buffer))

for layout in LAYOUTS:
    buffer = bytearray(16)
    fields = {"f": uctypes.FLOAT32, "d": 8 | uctypes.FLOAT64}
    s = uctypes.struct(uctypes.addressof(buffer), fields, getattr(uctypes, layout))
    for value in (0, 1.5, -2.25, 1e10, 7):
        s.f = value
        s.d = value
        print(layout, s.f, s.d, bytes(buffer))

print([getattr(uctypes, name) for name in ("SHORT", "INT", "LONG", "LONGLONG", "USHORT", "UINT", "ULONG", "ULONGLONG")])
