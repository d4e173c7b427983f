# Set a DS3231 and read it while it goes on.
# attach: ds3231@{i2c}

import time

import wiring
from machine import I2C

ADDRESS = 0x68
i2c = I2C(wiring.I2C)


def bcd(number):
    return number // 10 << 4 | number % 10


def next_second():
    """Wait until it goes on: a busy computer that looked at fixed times could miss one."""
    last = i2c.readfrom_mem(ADDRESS, 0, 1)
    for _ in range(150):
        time.sleep_ms(10)
        if i2c.readfrom_mem(ADDRESS, 0, 1) != last:
            break


def show():
    second, minute, hour, weekday, day, month, year = i2c.readfrom_mem(ADDRESS, 0, 7)
    print("20%02x-%02x-%02x %02x:%02x:%02x, day %d of the week" % (year, month, day, hour, minute, second, weekday))


print("stopped before:", bool(i2c.readfrom_mem(ADDRESS, 0x0F, 1)[0] & 0x80))
i2c.writeto_mem(ADDRESS, 0, bytes(map(bcd, (58, 59, 23, 4, 28, 2, 24))))
i2c.writeto_mem(ADDRESS, 0x0F, b"\x00")
show()
next_second()
show()
next_second()
show()

high, low = i2c.readfrom_mem(ADDRESS, 0x11, 2)
print("%.2f C" % (high + (low >> 6) / 4))
print("stopped since:", bool(i2c.readfrom_mem(ADDRESS, 0x0F, 1)[0] & 0x80))
