# board: pico
# package: micropython-i2c-lcd
# attach: lcd1602@i2c0:0x27
# seconds: 5
from machine import I2C, Pin

from lcd_i2c import LCD

lcd = LCD(addr=0x27, cols=16, rows=2, i2c=I2C(0, scl=Pin(5), sda=Pin(4), freq=100000))
print(lcd.addr, lcd.cols, lcd.rows, lcd.charsize)
lcd.begin()
print(lcd.cursor_position)

lcd.print("to be cleared")
print(lcd.cursor_position)
lcd.clear()
print(lcd.cursor_position)

# The pattern goes into the character generator's memory, not onto the display.
lcd.create_char(location=0, charmap=[0x00, 0x0A, 0x1F, 0x1F, 0x0E, 0x04, 0x00, 0x00])
lcd.set_cursor(col=0, row=0)
lcd.print("Hello, World!")
lcd.cursor_position = (4, 5)
print(lcd.cursor_position)
lcd.print("machine")
print(lcd.cursor_position)

lcd.cursor()
lcd.blink()
lcd.no_blink()
lcd.no_cursor()
lcd.scroll_display_left()
lcd.scroll_display_right()
lcd.no_display()
lcd.display()
lcd.no_backlight()
print(lcd.get_backlight(), lcd.backlightval)
lcd.set_backlight(True)
print(lcd.get_backlight(), lcd.backlightval)

# From the last column to the left: the text stands reversed.
lcd.set_cursor(col=15, row=1)
lcd.right_to_left()
lcd.print("<-")
lcd.left_to_right()
print(lcd.cursor_position)
