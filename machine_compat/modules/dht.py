"""The `dht` driver that boards ship: DHT11 and DHT22 thermometers and hygrometers.

# Ref: Aosong AM2302 product manual, "Single-bus communication"; Aosong DHT11 product manual, 5.
"""

from machine_compat.machine.pulses import dht_readinto

__all__ = ("DHT11", "DHT22", "DHTBase")


class DHTBase:
    """DHTBase(pin): a sensor on a pin, and the five bytes of its last answer."""

    def __init__(self, pin: object) -> None:
        self.pin = pin
        self.buf = bytearray(5)

    def measure(self) -> None:
        """Ask the sensor. OSError ETIMEDOUT: it does not answer; Exception("checksum error")."""
        dht_readinto(self.pin, self.buf)
        if sum(self.buf[:4]) & 0xFF != self.buf[4]:
            raise Exception("checksum error")


class DHT11(DHTBase):
    def humidity(self) -> int:
        """Percent."""
        return self.buf[0]

    def temperature(self) -> int:
        """°C."""
        return self.buf[2]


class DHT22(DHTBase):
    # Divided by 10, not multiplied by 0.1: in double precision only that prints as a board's single precision does.

    def humidity(self) -> float:
        """Percent, in tenths."""
        return int.from_bytes(self.buf[:2], "big") / 10

    def temperature(self) -> float:
        """°C, in tenths; the highest bit is a sign."""
        tenths = int.from_bytes(self.buf[2:4], "big")
        return -(tenths & 0x7FFF) / 10 if tenths & 0x8000 else tenths / 10
