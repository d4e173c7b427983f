"""machine.I2S: plays to a converter and records from a microphone, waiting, in the background, or polled."""

import struct
import wave
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from machine_compat.mock.devices.i2s_dac import I2SDAC
from machine_compat.mock.devices.tone import Tone
from machine_compat.simulation import SimulatedBoard

On = Callable[[str], Any]
RATE = 8_000


class Audio:
    """A Pico with a converter on its first and a microphone on its second I2S."""

    def __init__(self) -> None:
        self.sim = SimulatedBoard("pico")
        self.failures: list[BaseException] = []
        self.sim.board.handler_failed = self.failures.append
        self.machine = self.sim.machine
        self.dac: I2SDAC = self.sim.attach("i2sdac@i2s0")
        self.mic: Tone = self.sim.attach("tone@i2s1,hz=1000,level=1")

    def out(self, format: int = 1, bits: int = 16, ibuf: int = 401, rate: int = RATE) -> Any:
        I2S = self.machine.I2S
        return I2S(0, sck=16, ws=17, sd=18, mode=I2S.TX, bits=bits, format=format, rate=rate, ibuf=ibuf)

    def into(self, format: int = 1, bits: int = 16, ibuf: int = 8_001) -> Any:
        I2S = self.machine.I2S
        return I2S(1, sck=20, ws=21, sd=22, mode=I2S.RX, bits=bits, format=format, rate=RATE, ibuf=ibuf)

    def wait(self, ms: float) -> None:
        self.sim.board.sleep_ns(round(ms * 1_000_000))


@pytest.fixture
def audio() -> Iterator[Audio]:
    one = Audio()
    with one.sim:
        yield one


def stereo(count: int) -> bytes:
    return b"".join(struct.pack("<hh", n, -n) for n in range(1, count + 1))


# ---- playing


def test_frames_arrive_at_their_rate(audio: Audio) -> None:
    i2s = audio.out()
    assert i2s.write(stereo(8)) == 32
    assert audio.dac.samples == []
    audio.wait(0.5)
    assert audio.dac.samples == [(1, -1), (2, -2), (3, -3), (4, -4)]
    audio.wait(10)
    assert len(audio.dac.samples) == 8
    assert (audio.dac.rate, audio.dac.bits, audio.dac.underruns) == (RATE, 16, 0)


def test_mono_is_on_both_channels(audio: Audio) -> None:
    audio.out(format=0).write(struct.pack("<hhh", 5, -6, 7))
    audio.wait(1)
    assert audio.dac.samples == [(5, 5), (-6, -6), (7, 7)]


def test_32_bits(audio: Audio) -> None:
    audio.out(bits=32).write(struct.pack("<ii", 1 << 30, -5))
    audio.wait(1)
    assert audio.dac.samples == [(1 << 30, -5)]


def test_write_waits_until_the_rest_fits_the_buffer(audio: Audio) -> None:
    # 401 bytes hold 100 frames; 300 frames take 37.5 ms, of which the last 100 are still to be played.
    i2s = audio.out()
    began = audio.sim.ms
    assert i2s.write(stereo(300)) == 1200
    assert audio.sim.ms - began == pytest.approx(25, abs=0.2)
    audio.wait(20)
    assert [left for left, _ in audio.dac.samples] == list(range(1, 301))
    assert audio.dac.underruns == 0


def test_a_frame_may_come_in_pieces(audio: Audio) -> None:
    i2s = audio.out()
    data = stereo(3)
    assert [i2s.write(piece) for piece in (data[:1], data[1:6], data[6:])] == [1, 5, 6]
    audio.wait(1)
    assert audio.dac.samples == [(1, -1), (2, -2), (3, -3)]


def test_a_gap_is_silence_that_is_counted(audio: Audio) -> None:
    i2s = audio.out()
    i2s.write(stereo(2))
    audio.wait(1)
    i2s.write(stereo(1))
    audio.wait(1)
    assert audio.dac.samples == [(1, -1), (2, -2), *[(0, 0)] * 6, (1, -1)]
    assert audio.dac.underruns == 1
    audio.dac.clear()
    assert audio.dac.samples == []


def test_what_was_played_can_be_listened_to(audio: Audio, tmp_path: Path) -> None:
    audio.out().write(stereo(4))
    audio.wait(1)
    audio.dac.save(tmp_path / "played.wav")
    with wave.open(str(tmp_path / "played.wav")) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, RATE)
        assert file.readframes(9) == stereo(4)


# ---- recording


def test_a_tone_is_recorded(audio: Audio) -> None:
    samples = array("h", bytes(2 * 2 * 8))
    assert audio.into().readinto(samples) == 32
    # 1 kHz at 8000 frames a second: eight a period, on both channels.
    assert list(samples[::2]) == list(samples[1::2]) == [0, 23170, 32767, 23170, 0, -23170, -32767, -23170]


def test_mono_takes_the_left_channel(audio: Audio) -> None:
    audio.mic.play([(1, 9), (2, 9), (3, 9)])
    buffer = bytearray(8)
    audio.into(format=0).readinto(buffer)
    assert struct.unpack("<hhhh", buffer) == (1, 2, 3, 0)


def test_readinto_waits_for_its_frames(audio: Audio) -> None:
    i2s = audio.into()
    began = audio.sim.ms
    i2s.readinto(bytearray(4 * 80))
    assert audio.sim.ms - began == pytest.approx(10, abs=0.3)


def test_what_nobody_reads_is_lost(audio: Audio) -> None:
    # 801 bytes hold 100 received frames.
    i2s = audio.into(ibuf=801)
    audio.mic.play((n, n) for n in range(1, 10_000))
    audio.wait(100)
    buffer = array("h", bytes(4 * 101))
    i2s.readinto(buffer)
    assert list(buffer[::2]) == [*range(1, 101), 801]


def test_without_a_source_there_is_silence(switch_on: On) -> None:
    I2S = switch_on("esp32").machine.I2S
    i2s = I2S(0, sck=14, ws=13, sd=12, mode=I2S.RX, bits=16, format=I2S.MONO, rate=RATE, ibuf=1000)
    buffer = bytearray(b"\xff" * 8)
    assert i2s.readinto(buffer) == 8
    assert buffer == bytes(8)


# ---- in the background


def test_a_handler_is_called_when_a_write_is_done(audio: Audio) -> None:
    i2s = audio.out()
    calls: list[float] = []
    i2s.irq(lambda each: calls.append(audio.sim.ms))
    began = audio.sim.ms
    assert i2s.write(stereo(300)) == 1200
    assert audio.sim.ms == began
    audio.wait(50)
    assert len(calls) == 1
    assert calls[0] - began == pytest.approx(25, abs=0.3)
    assert len(audio.dac.samples) == 300
    i2s.irq(None)
    i2s.write(stereo(300))
    assert len(calls) == 1


def test_a_handler_that_writes_on_plays_without_a_gap(audio: Audio) -> None:
    i2s = audio.out()
    left = 9

    def more(each: Any) -> None:
        nonlocal left
        if left:
            left -= 1
            each.write(stereo(40))

    i2s.irq(more)
    i2s.write(stereo(40))
    audio.wait(100)
    assert len(audio.dac.samples) == 400
    assert audio.dac.underruns == 0


def test_a_handler_is_called_when_a_buffer_is_full(audio: Audio) -> None:
    i2s = audio.into()
    audio.mic.play(range(1, 100))
    full: list[bytes] = []
    buffer = bytearray(4 * 20)
    i2s.irq(lambda each: full.append(bytes(buffer)))
    assert i2s.readinto(buffer) == 80
    assert buffer == bytes(80)
    audio.wait(5)
    assert [each[:6:4] for each in full] == [b"\x01\x02"]


def test_handlers_must_be_callable_and_may_fail(audio: Audio) -> None:
    i2s = audio.out()
    with pytest.raises(ValueError, match="invalid callback"):
        i2s.irq(5)
    i2s.irq(lambda each: 1 // 0)
    i2s.write(stereo(1))
    audio.wait(1)
    assert [type(error) for error in audio.failures] == [ZeroDivisionError]


def test_streams_play_in_asyncio(audio: Audio, tmp_path: Path) -> None:
    script = tmp_path / "main.py"
    script.write_text(
        "import asyncio\n"
        "from machine import I2S, Pin\n"
        "pins = {'sck': Pin(16), 'ws': Pin(17), 'sd': Pin(18)}\n"
        "i2s = I2S(0, **pins, mode=I2S.TX, bits=16, format=I2S.STEREO, rate=8000, ibuf=401)\n"
        "async def main():\n"
        "    out = asyncio.StreamWriter(i2s)\n"
        "    out.write(bytes(range(200)) * 8)\n"
        "    await out.drain()\n"
        "    print('played')\n"
        "asyncio.run(main())\n"
    )
    audio.sim.run(script, ms=200)
    assert audio.sim.output == "played\n"
    frames = b"".join(struct.pack("<hh", *frame) for frame in audio.dac.samples)
    assert frames == bytes(range(200)) * 8


# ---- errors and forms


def test_the_wrong_direction_and_pieces_of_frames(audio: Audio) -> None:
    with pytest.raises(OSError, match="EPERM"):
        audio.out().readinto(bytearray(4))
    i2s = audio.into()
    with pytest.raises(OSError, match="EPERM"):
        i2s.write(b"1234")
    with pytest.raises(OSError, match="EINVAL"):
        i2s.readinto(bytearray(3))
    assert i2s.readinto(bytearray()) == 0


def test_deinit_stops_the_clock(audio: Audio) -> None:
    i2s = audio.out()
    assert audio.sim.pin(17).pwm is not None
    i2s.write(stereo(8))
    i2s.deinit()
    audio.wait(5)
    assert audio.dac.samples == []
    assert audio.sim.pin(17).pwm is None


def test_word_select_has_the_frame_rate(audio: Audio) -> None:
    audio.out()
    select, clock = audio.sim.pin(17).pwm, audio.sim.pin(16).pwm
    assert select is not None
    assert clock is not None
    assert (select.frequency, clock.frequency) == (pytest.approx(RATE), pytest.approx(RATE * 32, rel=0.01))


def test_repr_and_singletons(audio: Audio) -> None:
    I2S = audio.machine.I2S
    i2s = I2S(0, sck=16, ws=17, sd=18, mode=I2S.TX, bits=16, format=I2S.MONO, rate=11025, ibuf=4000)
    assert repr(i2s) == "I2S(id=0,\nsck=16,\nws=17,\nsd=18,\nmode=1,\nbits=16, format=0,\nrate=11025, ibuf=4000)"
    assert audio.out() is i2s


GOOD: dict[str, Any] = {"sck": 16, "ws": 17, "sd": 18, "mode": 1, "bits": 16, "format": 0, "rate": RATE, "ibuf": 1000}


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"ws": 19}, r"invalid ws \(must be sck\+1\)"),
        ({"mode": 2}, "invalid mode"),
        ({"bits": 24}, "invalid bits"),
        ({"format": 2}, "invalid format"),
        ({"ibuf": 0}, "invalid ibuf"),
    ],
)
def test_what_the_port_cannot_do(audio: Audio, wrong: dict[str, int], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        audio.machine.I2S(0, **{**GOOD, **wrong})
    with pytest.raises(ValueError, match="invalid id"):
        audio.machine.I2S(2, **GOOD)
    with pytest.raises(TypeError):
        audio.machine.I2S(0, **{**GOOD, "mck": 19})


def test_the_pyboard_wants_pin_objects_that_its_chip_can_connect(switch_on: On) -> None:
    machine = switch_on("pyboard").machine
    I2S, Pin = machine.I2S, machine.Pin
    pins = {"sck": Pin("Y6"), "ws": Pin("Y5"), "sd": Pin("Y8")}
    options = {"mode": I2S.TX, "bits": 16, "format": I2S.STEREO, "rate": RATE, "ibuf": 1000}
    assert repr(I2S(2, **pins, **options)).startswith("I2S(id=2,\nsck=B13,\nws=B12,\nsd=B15,\nmode=512,")
    with pytest.raises(ValueError, match="SCK not a Pin type"):
        I2S(2, **{**pins, "sck": "Y6"}, **options)
    with pytest.raises(ValueError, match="invalid WS pin"):
        I2S(2, **{**pins, "ws": Pin("X1")}, **options)
    with pytest.raises(ValueError, match="invalid id"):
        I2S(1, **pins, **options)


# ---- shift


@pytest.mark.parametrize(
    ("bits", "shift", "before", "after"),
    [
        (16, 1, [100, -100, 0x4000], [200, -200, -0x8000]),
        (16, -1, [101, -101], [50, -51]),
        (32, 2, [5, -5], [20, -20]),
        (32, -31, [5, -5], [0, -1]),
    ],
)
def test_shift(audio: Audio, bits: int, shift: int, before: list[int], after: list[int]) -> None:
    samples = array("h" if bits == 16 else "i", before)
    audio.machine.I2S.shift(buf=samples, bits=bits, shift=shift)
    assert list(samples) == after


def test_shift_knows_two_sizes(audio: Audio) -> None:
    with pytest.raises(ValueError, match="invalid bits"):
        audio.machine.I2S.shift(buf=bytearray(4), bits=24, shift=1)
