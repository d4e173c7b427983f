# uctypes: bitfields of every size and byte order, at every place.
import uctypes

KINDS = (("BFUINT8", 8), ("BFINT8", 8), ("BFUINT16", 16), ("BFINT16", 16), ("BFUINT32", 32), ("BFINT32", 32))


def bits(kind, position, length):
    return getattr(uctypes, kind) | position << uctypes.BF_POS | length << uctypes.BF_LEN


for layout in (uctypes.LITTLE_ENDIAN, uctypes.BIG_ENDIAN, uctypes.NATIVE):
    for kind, size in KINDS:
        seen = []
        for position in range(0, size, 3):
            for length in (1, 4, size - position):
                if not 0 < length <= min(31, size - position):
                    continue
                buffer = bytearray(b"\x96\x5a\xc3\x0f")
                s = uctypes.struct(uctypes.addressof(buffer), {"field": bits(kind, position, length)}, layout)
                before = s.field
                s.field = 0x2A5
                seen.append((position, length, before, s.field, bytes(buffer)))
        print(layout, kind, seen)

# A register as data sheets draw it.
CONTROL = {
    "word": uctypes.UINT16,
    "enable": bits("BFUINT16", 0, 1),
    "mode": bits("BFUINT16", 1, 3),
    "rate": bits("BFUINT16", 4, 8),
    "top": bits("BFUINT16", 12, 4),
}
buffer = bytearray(2)
control = uctypes.struct(uctypes.addressof(buffer), CONTROL, uctypes.LITTLE_ENDIAN)
control.enable = 1
control.mode = 0b101
control.rate = 0x5A
control.top = 0xF
print(hex(control.word), buffer, uctypes.sizeof(control))
control.mode = 8
print(hex(control.word), control.enable, control.mode, control.rate, control.top)
control.word = 0x1234
print(control.enable, control.mode, control.rate, control.top)
