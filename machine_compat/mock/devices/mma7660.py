"""Models the MMA7660FC accelerometer: three axes of 6 bits, tilt, tap and shake, on the pyboard and on breakout boards.

# Ref: Freescale MMA7660FC data sheet rev. 8 (03/2012): electrical characteristics (turn-on time), orientation detection
# logic, tap detection, register definitions. The power switch is the pyboard's (MicroPython ports/stm32/accel.c).
"""

import math

from machine_compat.errors import ConfigError
from machine_compat.mock.chip import I2CChip
from machine_compat.mock.world import Event

XOUT, YOUT, ZOUT, TILT, SRST, SPCNT, INTSU, MODE, SR, PDET, PD = range(11)

COUNTS_PER_G = 64 / 3
"""±1.5 g in 64 codes: 21.33 counts a g."""
ALERT = 0x40
SHAKE, TAP = 0x80, 0x20
LEFT, RIGHT, DOWN, UP = (code << 2 for code in (1, 2, 5, 6))
POLA, BAFRO = 0x1C, 0x03
FRONT, BACK = 1, 2
ACTIVE, TEST, PUSH_PULL, ACTIVE_HIGH = 0x01, 0x04, 0x40, 0x80
GINT, PDINT, PLINT, FBINT = 0x10, 0x04, 0x02, 0x01
AMSRS = 0x01

RATES = (120, 64, 32, 16, 8, 4, 2, 1)
"""Samples a second in active mode, by AMSR."""
TURN_ON_NS = 12_000_000
"""From standby to active; the first sample comes one period after."""
FLAT_G = 0.8
"""Above it, Z says nothing about portrait or landscape any more."""
FACING_G = 0.25
"""Above it, Z tells front from back."""
AXES = "xyz"


class MMA7660(I2CChip):
    """An MMA7660FC. ``x``, ``y``, ``z`` are what it is exposed to, in g; it answers within ±1.5 g.

    Legs besides the bus: ``int``, the interrupt output, and ``avdd``, the analog supply. Where avdd is wired, the chip
    answers only while it is high, and starts anew when it rises; left alone, it is always on.

    Not modelled: auto-sleep and auto-wake. The sample rate is AMSR's, and SRST says so.
    """

    default_address = 0x4C
    option_pins = ("int", "avdd")

    def __init__(self, address: int | None = None, *, x: float = 0.0, y: float = 0.0, z: float = 1.0) -> None:
        super().__init__(address)
        self._g = [self._finite(axis, value) for axis, value in zip(AXES, (x, y, z), strict=True)]
        self.collisions = 0
        """How many of the next reads of XOUT to TILT meet an update: their Alert bit is set, the rest is void."""
        self._pointing = False
        self._pointer = 0
        self._next: Event | None = None
        self._reset()

    def installed(self) -> None:
        self._supply = self.legs["avdd"]
        self.watch("avdd", lambda level, _: self._reset() if level else self._interrupt(False))
        self._interrupt(False)

    # ---- the face

    @property
    def x(self) -> float:
        """The acceleration along X in g; ConfigError for what is no finite number."""
        return self._g[0]

    @x.setter
    def x(self, g: float) -> None:
        self._expose(0, g)

    @property
    def y(self) -> float:
        """The acceleration along Y in g."""
        return self._g[1]

    @y.setter
    def y(self, g: float) -> None:
        self._expose(1, g)

    @property
    def z(self) -> float:
        """The acceleration along Z in g: 1 for a board that lies flat."""
        return self._g[2]

    @z.setter
    def z(self, g: float) -> None:
        self._expose(2, g)

    @property
    def counts(self) -> tuple[int, int, int]:
        """What the next sample will be: 6 bits an axis, -32..31."""
        x, y, z = (max(-32, min(31, round(g * COUNTS_PER_G))) for g in self._g)
        return x, y, z

    def tap(self, axis: str = "z") -> None:
        """Tap it; TILT tells if INTSU asks for taps, PDET leaves the axis on and it samples 120 times a second.

        A tap while TILT still tells of the last one is not detected.
        """
        registers = self._registers
        disabled = registers[PDET] >> 5 & 1 << self._axis(axis)
        enabled = registers[INTSU] & PDINT and not disabled
        if enabled and self._sampling() and registers[SR] & 7 == 0 and not registers[TILT] & TAP:
            self._happened(TAP, PDINT)

    def shake(self, axis: str = "x") -> None:
        """Shake it; TILT tells if INTSU enables the axis."""
        enable = 0x80 >> self._axis(axis)
        if self._registers[INTSU] & enable and self._sampling():
            self._happened(SHAKE, enable)

    def _axis(self, axis: str) -> int:
        if axis not in AXES or len(axis) != 1:
            raise ConfigError(f"{self.name}: {axis!r} is no axis; choose x, y or z")
        return AXES.index(axis)

    def _finite(self, axis: str, g: float) -> float:
        if not isinstance(g, int | float) or not math.isfinite(g):
            raise ConfigError(f"{self.name}: {axis}={g!r} is no acceleration; give a number of g, as 0.5")
        return float(g)

    def _expose(self, axis: int, g: float) -> None:
        self._settle()
        self._g[axis] = self._finite(AXES[axis], g)

    # ---- sampling

    def _reset(self) -> None:
        self._registers = bytearray(PD + 1)
        self._sampled_ns = 0
        self._candidate = 0
        self._agreed = 0
        if self.attached:
            self._interrupt(False)

    def _powered(self) -> bool:
        return len(self._supply.net.terminals) == 1 or bool(self._supply.level)

    def _sampling(self) -> bool:
        return self.attached and self._powered() and bool(self._registers[MODE] & ACTIVE)

    @property
    def _period_ns(self) -> int:
        return 1_000_000_000 // RATES[self._registers[SR] & 7]

    def _settle(self) -> None:
        """Take the samples that are due by now; of many equal ones, as many as the debounce filter can count."""
        if not self._sampling():
            return
        due = (self.world.now - self._sampled_ns) // self._period_ns
        if due > 0:
            self._sampled_ns += due * self._period_ns
            for _ in range(min(due, 8)):
                self._sample(self.counts)

    def _sample(self, counts: tuple[int, int, int]) -> None:
        for register, count in zip((XOUT, YOUT, ZOUT), counts, strict=True):
            self._registers[register] = count & 0x3F
        causes = GINT
        tilt = self._registers[TILT]
        seen = orientation(counts, tilt & (POLA | BAFRO))
        # FILT n wants n + 1 equal readings in a row; test mode does without (MODE, TON).
        needed = 1 if self._registers[MODE] & TEST else (self._registers[SR] >> 5) + 1
        self._agreed = self._agreed + 1 if seen == self._candidate else 1
        self._candidate = seen
        if self._agreed >= needed:
            causes |= PLINT if (seen ^ tilt) & POLA else 0
            causes |= FBINT if (seen ^ tilt) & BAFRO else 0
            self._registers[TILT] = tilt & ~(POLA | BAFRO) | seen
        if self._registers[INTSU] & causes:
            self._interrupt(True)

    def _happened(self, flag: int, cause: int) -> None:
        self._settle()
        self._registers[TILT] |= flag
        if self._registers[INTSU] & cause:
            self._interrupt(True)

    def _tick(self) -> None:
        """One sample at its time: only while somebody may wait for the interrupt."""
        self._next = None
        self._settle()
        self._schedule()

    def _schedule(self) -> None:
        if self._next is None and self._sampling() and self._registers[INTSU]:
            self._next = self.after(max(self._sampled_ns + self._period_ns - self.world.now, 0), self._tick)

    def _interrupt(self, on: bool) -> None:
        """Assert INT, or let it go (MODE, IAH and IPP)."""
        high = bool(self._registers[MODE] & ACTIVE_HIGH)
        level = int(on == high)
        if self._registers[MODE] & PUSH_PULL:
            self.legs["int"].drive(level)
        else:
            self.legs["int"].pull_low(not level)

    # ---- the bus

    def start(self, address: int, read: bool) -> bool:
        self._pointing = not read
        self._settle()
        if self._powered():
            # INT is released as the address is acknowledged, whatever the transfer is for.
            self._interrupt(False)
        return self._powered()

    def write(self, byte: int) -> bool:
        if self._pointing:
            self._pointing = False
            self._pointer = byte
            return True
        register = self._pointer
        self._pointer = register + 1 & 0xFF
        mode = self._registers[MODE]
        if register == MODE:
            self._change_mode(byte)
        elif register <= ZOUT and mode & TEST:
            self._registers[register] = byte & 0x3F
            x, y, z = (signed(self._registers[axis]) for axis in (XOUT, YOUT, ZOUT))
            self._sample((x, y, z))
        elif SPCNT <= register <= PD and not mode & ACTIVE:
            self._registers[register] = byte
        return True

    def _change_mode(self, new: int) -> None:
        """MODE is set only while TON is clear, and TON only while MODE is. Any write clears the readings and TILT."""
        old = self._registers[MODE]
        if old & TEST:
            new &= ~ACTIVE
        if old & ACTIVE or new & ACTIVE:
            new &= ~TEST
        self._registers[XOUT : TILT + 1] = bytes(TILT + 1)
        self._candidate = self._agreed = 0
        self._registers[MODE] = new & 0xFD
        self._registers[SRST] = AMSRS if new & ACTIVE else 0
        if new & ACTIVE and not old & ACTIVE:
            self._sampled_ns = self.world.now + TURN_ON_NS
        self._interrupt(False)
        self._schedule()

    def read(self) -> int:
        register = self._pointer
        self._pointer = register + 1 & 0xFF
        if register > PD:
            return 0
        value = self._registers[register]
        if register > TILT:
            return value
        if self.collisions > 0:
            self.collisions -= 1
            return value | ALERT
        if register == TILT:
            self._registers[TILT] &= ~(TAP | SHAKE)
        return value


def signed(code: int) -> int:
    """The 6-bit two's complement of XOUT, YOUT and ZOUT as a number."""
    return (code & 0x3F ^ 0x20) - 0x20


def orientation(counts: tuple[int, int, int], last: int) -> int:
    """PoLa and BaFro of TILT for a reading; `last` where it is too flat, or too upright, to tell."""
    x, y, z = (count / COUNTS_PER_G for count in counts)
    pola, bafro = last & POLA, last & BAFRO
    if abs(z) < FLAT_G and abs(x) != abs(y):
        sideways = abs(y) > abs(x)
        pola = (RIGHT if y < 0 else LEFT) if sideways else (UP if x < 0 else DOWN)
    if abs(z) > FACING_G:
        bafro = FRONT if z > 0 else BACK
    return pola | bafro


PARTS = {"mma7660": MMA7660, "mma7660fc": MMA7660}
