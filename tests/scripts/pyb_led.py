# board: pyboard
# seconds: 2
import pyb

led = pyb.LED(1)
started = pyb.millis()
while True:
    led.toggle()
    print(led, led.intensity(), pyb.elapsed_millis(started) // 250)
    pyb.delay(250)
