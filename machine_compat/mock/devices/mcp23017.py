"""Models the MCP23017: two ports of eight legs with direction, polarity, pull-ups, and interrupts on change."""

# Ref: Microchip MCP23017/MCP23S17, DS20001952C: sections 3.2 "Serial interface", 3.5 "Configuration and control
# registers", 3.6 "Interrupt logic".

from functools import partial

from machine_compat.mock.devices.port_expander import PortExpander

# The registers of port A as addressed with IOCON.BANK = 0; those of port B are one up.
IODIR, IPOL, GPINTEN, DEFVAL, INTCON, IOCON = 0x00, 0x02, 0x04, 0x06, 0x08, 0x0A
GPPU, INTF, INTCAP, GPIO, OLAT = 0x0C, 0x0E, 0x10, 0x12, 0x14
SIZE = 0x16
BANK, MIRROR, SEQOP, ODR, INTPOL = 0x80, 0x40, 0x20, 0x04, 0x02
PER_BANK = 0x0B
"""Registers of one port; with IOCON.BANK = 1 those of port B begin at 0x10."""


class MCP23017(PortExpander):
    """An MCP23017 (address 0x20..0x27): ``S 20W 00 fe P`` makes GPA0 an output; see RegisterChip for the form.

    Legs, all option pins: gpa0 to gpa7, gpb0 to gpb7, inta, intb, and reset (active low, high when left open).
    Python face: ``registers`` at their addresses with IOCON.BANK = 0, ``levels(port)`` and ``hold(leg, level)``.
    """

    default_address = 0x20
    ports = (tuple(f"gpa{bit}" for bit in range(8)), tuple(f"gpb{bit}" for bit in range(8)))
    option_pins = (*ports[0], *ports[1], "inta", "intb", "reset")

    def __init__(self, address: int | None = None) -> None:
        super().__init__(address)
        self.registers = bytearray(SIZE)
        self.pointer = 0
        self._pointed = False
        self._before = [0, 0]

    def installed(self) -> None:
        super().installed()
        for port, names in enumerate(self.ports):
            for name in names:
                self.watch(name, partial(self._changed, port))
        self.legs["reset"].pull(1)
        self.watch("reset", self._reset_leg)
        self._power_on()

    def _power_on(self) -> None:
        self.registers[:] = b"\xff\xff" + bytes(SIZE - 2)
        self.pointer = 0
        for port in (0, 1):
            self._set_legs(port)
            self._before[port] = self._value(port)
        self._set_interrupts()

    def _reset_leg(self, level: int, time: int) -> None:
        if not level:
            self._power_on()

    # ---- on the wire

    def start(self, address: int, read: bool) -> bool:
        self._pointed = read
        return bool(self.legs["reset"].level)

    def write(self, byte: int) -> bool:
        if not self._pointed:
            self._pointed = True
            self.pointer = byte
            return True
        place = self._place(self.pointer)
        if place is not None:
            self._write_register(*place, byte)
        self._advance()
        return True

    def read(self) -> int:
        place = self._place(self.pointer)
        value = 0 if place is None else self._read_register(*place)
        self._advance()
        return value

    def _place(self, address: int) -> tuple[int, int] | None:
        """The register (of port A) and the port at an address; None where there is none."""
        if not self.registers[IOCON] & BANK:
            return (address & ~1, address & 1) if address < SIZE else None
        port, number = address >> 4, address & 0x0F
        return (number * 2, port) if port < 2 and number < PER_BANK else None

    def _advance(self) -> None:
        iocon = self.registers[IOCON]
        if iocon & SEQOP:
            # Byte mode stays where it is, or goes to and fro between the two ports of a pair.
            if not iocon & BANK:
                self.pointer ^= 1
            return
        last = 0x10 + PER_BANK - 1 if iocon & BANK else SIZE - 1
        self.pointer = self.pointer + 1 if self.pointer < last else 0

    def _write_register(self, register: int, port: int, value: int) -> None:
        if register in (INTF, INTCAP):
            return
        if register == IOCON:
            self.registers[IOCON] = self.registers[IOCON + 1] = value & ~1
            self._set_interrupts()
            return
        register = OLAT if register == GPIO else register
        self.registers[register + port] = value
        if register in (IODIR, GPPU, OLAT):
            self._set_legs(port)
        if register == IPOL:
            # No level changed, only how it is read.
            self._before[port] = self._value(port)
        self._compare(port)

    def _read_register(self, register: int, port: int) -> int:
        if register not in (GPIO, INTCAP):
            return self.registers[register + port]
        value = self._value(port) if register == GPIO else self.registers[INTCAP + port]
        self._before[port] = self._value(port)
        self.registers[INTF + port] = 0
        self._compare(port)
        self._set_interrupts()
        return value

    # ---- legs

    def _value(self, port: int) -> int:
        """What the GPIO register reads: the levels, inverted where IPOL says so."""
        return self.levels(port) ^ self.registers[IPOL + port]

    def _set_legs(self, port: int) -> None:
        inputs, latch = self.registers[IODIR + port], self.registers[OLAT + port]
        pulls = self.registers[GPPU + port]
        for bit, leg in enumerate(self.port_legs[port]):
            leg.pull(1 if pulls >> bit & 1 else None)
            leg.drive(None if inputs >> bit & 1 else latch >> bit & 1)

    # ---- interrupts

    def _changed(self, port: int, level: int, time: int) -> None:
        self._compare(port)

    def _compare(self, port: int) -> None:
        """Raise the port's interrupt if an enabled input calls for one; the first is kept until it is read."""
        registers = self.registers
        value = self._value(port)
        against_default = registers[INTCON + port]
        changed = (value ^ self._before[port]) & ~against_default
        differs = (value ^ registers[DEFVAL + port]) & against_default
        self._before[port] = value
        causes = (changed | differs) & registers[GPINTEN + port] & registers[IODIR + port]
        if causes and not registers[INTF + port]:
            registers[INTF + port] = causes
            registers[INTCAP + port] = value
            self._set_interrupts()

    def _set_interrupts(self) -> None:
        iocon = self.registers[IOCON]
        active = [bool(self.registers[INTF]), bool(self.registers[INTF + 1])]
        if iocon & MIRROR:
            active = [any(active)] * 2
        for name, on in zip(("inta", "intb"), active, strict=True):
            leg = self.legs[name]
            if iocon & ODR:
                leg.pull_low(on)
            else:
                leg.drive(int(on) if iocon & INTPOL else int(not on))


PARTS = {"mcp23017": MCP23017}
