# A level meter: an I2S microphone on GP16 (SCK), GP17 (WS) and GP18 (SD), and a bar for every tenth of a second.
#
#   machine-compat run --board pico --attach inmp441@i2s0,hz=440,level=0.3 examples/vu_meter.py

from array import array

from machine import I2S, Pin

RATE = 8000
microphone = I2S(0, sck=Pin(16), ws=Pin(17), sd=Pin(18), mode=I2S.RX, bits=16, format=I2S.MONO, rate=RATE, ibuf=8000)
samples = array("h", [0] * (RATE // 10))

for _ in range(5):
    microphone.readinto(samples)
    peak = max(abs(sample) for sample in samples)
    print("%5d %s" % (peak, "#" * (peak * 40 // 32768)))

microphone.deinit()
