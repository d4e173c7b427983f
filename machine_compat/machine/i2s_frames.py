"""From a script's audio samples to the frames on the wire, and back: mono is on both channels.

# Ref: MicroPython extmod/machine_i2s.c
"""

from typing import NamedTuple

RECEIVED_FRAME = 8
"""Bytes that a received frame takes in the driver's buffer, whatever the script wants of it."""


class I2SFormat(NamedTuple):
    """Bits of a sample, and whether a script's frame has two."""

    bits: int
    stereo: bool

    @property
    def frame_bytes(self) -> int:
        """Bytes of a frame in the script's buffers."""
        return self.bits // 8 * (2 if self.stereo else 1)

    def buffer_frames(self, ibuf: int, receive: bool) -> int:
        """How many frames the driver's buffer holds; one byte of it stays free."""
        return max(1, (ibuf - 1) // (RECEIVED_FRAME if receive else self.frame_bytes))

    def on_wire(self, size: int) -> int:
        """Bytes on the wire of so many in the script's buffer."""
        return size if self.stereo else 2 * size

    def to_wire(self, data: bytes) -> bytes:
        """Whole frames as they are sent."""
        if self.stereo:
            return data
        size = self.bits // 8
        frames = bytearray(2 * len(data))
        for byte in range(size):
            frames[byte :: 2 * size] = frames[size + byte :: 2 * size] = data[byte::size]
        return bytes(frames)

    def from_wire(self, frames: bytes) -> bytes:
        """Frames as the script gets them: of mono the left channel."""
        if self.stereo:
            return frames
        size = self.bits // 8
        data = bytearray(len(frames) // 2)
        for byte in range(size):
            data[byte::size] = frames[byte :: 2 * size]
        return bytes(data)


def shifted(view: memoryview, bits: int, shift: int) -> None:
    """Shift each sample to the left, or with a negative shift to the right; what does not fit is cut off."""
    size = bits // 8
    samples = view[: len(view) // size * size].cast("h" if size == 2 else "i")
    half = 1 << bits - 1
    for index, sample in enumerate(samples):
        value = sample << shift if shift >= 0 else sample >> -shift
        samples[index] = (value + half) % (2 * half) - half
