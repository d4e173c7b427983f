"""Simulates an I2S converter with a loudspeaker, as the MAX98357A or PCM5102A: it keeps what the board plays."""

# Ref: Philips Semiconductors I2S bus specification (1996); Maxim MAX98357A/MAX98357B datasheet, "Digital Audio
# Interface".

import wave
from pathlib import Path

from machine_compat.contract import I2SConfig
from machine_compat.errors import ConfigError
from machine_compat.mock.i2s import I2SSink

Frame = tuple[int, int]


class I2SDAC(I2SSink):
    """A converter that records. Silence before the first frame and after the last is no part of what was played."""

    def __init__(self) -> None:
        super().__init__()
        self._played = bytearray()
        self._bits = 16
        self._rate = 0
        self._gap = 0
        self._underruns = 0

    @property
    def samples(self) -> list[Frame]:
        """All frames so far, (left, right) as signed numbers of `bits` bits."""
        self.settle()
        size = self._bits // 8
        view = memoryview(bytes(self._played)).cast("h" if size == 2 else "i")
        return list(zip(view[::2], view[1::2], strict=True))

    @property
    def bits(self) -> int:
        """Bits of a sample, 16 or 32."""
        self.settle()
        return self._bits

    @property
    def rate(self) -> int:
        """Frames a second; 0 before anything was played."""
        self.settle()
        return self._rate

    @property
    def underruns(self) -> int:
        """How often sound broke off for a while because the board had no frame ready."""
        self.settle()
        return self._underruns

    def clear(self) -> None:
        """Forget what was played."""
        self.settle()
        self._played.clear()
        self._gap = self._underruns = 0

    def save(self, path: str | Path) -> None:
        """Write what was played to a WAV file; ConfigError while there is nothing."""
        self.settle()
        if not self._rate:
            raise ConfigError(f"{self.name}: nothing was played yet")
        with wave.open(str(path), "wb") as file:
            file.setnchannels(2)
            file.setsampwidth(self._bits // 8)
            file.setframerate(self._rate)
            file.writeframes(bytes(self._played))

    def hear(self, frames: bytes, config: I2SConfig) -> None:
        if (config.bits, config.rate) != (self._bits, self._rate):
            # Another format is another recording.
            self._played.clear()
            self._bits, self._rate = config.bits, config.rate
            self._gap = 0
        if self._played and self._gap:
            self._underruns += 1
            self._played += bytes(self._gap * config.frame_bytes())
        self._gap = 0
        self._played += frames

    def silence(self, frames: int) -> None:
        self._gap += frames


PARTS = {"i2sdac": I2SDAC, "max98357a": I2SDAC, "pcm5102a": I2SDAC}
