# Draws what it is told, one line of JSON a drawing, and prints the buffer after each.
import framebuf
import json
from array import array
from binascii import hexlify

FORMATS = {
    "MONO_VLSB": framebuf.MONO_VLSB,
    "MONO_HLSB": framebuf.MONO_HLSB,
    "MONO_HMSB": framebuf.MONO_HMSB,
    "GS2_HMSB": framebuf.GS2_HMSB,
    "GS4_HMSB": framebuf.GS4_HMSB,
    "GS8": framebuf.GS8,
    "RGB565": framebuf.RGB565,
}


def picture(told):
    """A new frame buffer as asked for: size, format, stride, and what it holds."""
    buffer = bytearray(told["bytes"])
    frame = framebuf.FrameBuffer(buffer, told["width"], told["height"], FORMATS[told["format"]], told["stride"])
    return buffer, frame


def draw(told):
    buffer, frame = picture(told)
    answers = []
    for name, *values in told["calls"]:
        if name == "poly":
            x, y, points, *rest = values
            values = [x, y, array("h", points)] + rest
        elif name == "blit":
            _, sprite = picture(values[0])
            values = [sprite] + values[1:]
            if len(values) == 5:
                values[4] = picture(values[4])[1]
        try:
            answers.append(getattr(frame, name)(*values))
        except ValueError:
            answers.append("ValueError")
    return answers, hexlify(buffer).decode()


while True:
    print(json.dumps(draw(json.loads(input()))))
