# board: pyboard
# attach: memory@X1,X2:0x42
# seconds: 2
from machine import I2C, Pin

i2c = I2C(scl=Pin('X1'), sda=Pin('X2'))
print(i2c)
print([hex(address) for address in i2c.scan()])
print(i2c.writeto(0x42, b'4'))
print(i2c.readfrom(0x42, 4))
i2c.writeto_mem(0x42, 0x12, b'\x21\x43')
i2c.writeto_mem(0x42, 0x12, b'')
print(i2c.readfrom_mem(0x42, 0x12, 2))
try:
    i2c.writeto(0x43, b'4')
except OSError as error:
    print(error)
