# board: pico
# package: micropython-ssd1306
# attach: ssd1306@i2c0:0x3c
# seconds: 5
from machine import I2C, Pin

import ssd1306

# The package's own driver, not the newer one with rotate() that boards carry in their firmware.
print(hasattr(ssd1306.SSD1306_I2C, "rotate"))

i2c = I2C(0, scl=Pin(5), sda=Pin(4), freq=400000)
print(i2c.scan())
display = ssd1306.SSD1306_I2C(128, 64, i2c, addr=0x3C)
print(display.width, display.height, display.pages, len(display.buffer))

display.fill(1)
display.show()

display.fill(0)
display.text("Hello!", 0, 0)
display.rect(0, 16, 24, 12, 1)
display.fill_rect(4, 20, 16, 4, 1)
display.hline(32, 63, 64, 1)
display.vline(127, 32, 32, 1)
display.line(100, 10, 120, 30, 1)
display.pixel(64, 40, 1)
display.show()
for y in range(8):
    print("".join("#" if display.pixel(x, y) else "." for x in range(48)))
print(bytes(display.buffer[:8]))

display.contrast(0x40)
display.invert(True)
display.invert(False)
display.poweroff()
display.poweron()
