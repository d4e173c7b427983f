# A frame on an OLED display, by the driver that boards ship.
# attach: ssd1306@{i2c}:0x3c

import ssd1306
import wiring
from machine import I2C

display = ssd1306.SSD1306_I2C(128, 64, I2C(wiring.I2C, freq=400_000))
display.rect(0, 0, 128, 64, 1)
display.text("same script", 20, 12)
display.line(8, 56, 119, 28, 1)
display.fill_rect(8, 30, 16, 10, 1)
display.pixel(64, 60, 1)
display.show()
print("shown", sum(display.buffer))
