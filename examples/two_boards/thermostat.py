# Board 2: hears the temperature over UART, and switches a heater on GP15.

from machine import UART, Pin

heater = Pin(15, Pin.OUT, value=0)
uart = UART(0, baudrate=115200, tx=Pin(0), rx=Pin(1), timeout=100)

while True:
    line = uart.readline()
    if not line or not line.startswith(b"T="):
        continue
    temperature = float(line[2:])
    if temperature < 20.0:
        heater.on()
    elif temperature > 21.0:
        heater.off()
    print("%.2f C, heater %s" % (temperature, "on" if heater.value() else "off"))
