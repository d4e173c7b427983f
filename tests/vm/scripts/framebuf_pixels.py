# Every format, pixel by pixel, also outside.
import framebuf

for name, size in (("MONO_VLSB", 32), ("MONO_HLSB", 32), ("MONO_HMSB", 32), ("GS2_HMSB", 64), ("GS4_HMSB", 128), ("GS8", 256), ("RGB565", 512)):
    buf = bytearray(size)
    fb = framebuf.FrameBuffer(buf, 16, 16, getattr(framebuf, name))
    for i in range(20):
        fb.pixel(i, i, i * 37)
        fb.pixel(15 - i, i, 0xFFFF)
    print(name, bytes(buf))
    print([fb.pixel(x, 3) for x in range(-1, 17)])
    fb.fill(1)
    fb.fill_rect(3, 4, 5, 6, 0)
    fb.scroll(2, -1)
    print(bytes(buf))
