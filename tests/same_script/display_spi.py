# The same display on SPI, where a pin says whether a byte is a command.
# attach: ssd1306@{spi}:{cs},dc={dc}

import ssd1306
import wiring
from machine import SPI, Pin

spi = SPI(wiring.SPI, baudrate=1_000_000)
display = ssd1306.SSD1306_SPI(128, 64, spi, Pin(wiring.DC), Pin(wiring.SPARE), Pin(wiring.CS))
for radius in range(4, 32, 9):
    display.ellipse(64, 32, 2 * radius, radius, 1)
display.text("SPI", 52, 28)
display.invert(1)
display.show()
print("shown", sum(display.buffer))
