# A script that ends with an error of a bus.
from machine import I2C

print("before")
I2C(0).writeto(0x42, b"x")
