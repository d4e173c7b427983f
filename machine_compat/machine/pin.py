"""`machine.Pin`: one GPIO pin.

# Ref: MicroPython ports/rp2/machine_pin.c, ports/esp32/machine_pin.c, ports/stm32/pin.c
"""

from functools import partial
from typing import Any, Self

from machine_compat.board import ANALOG
from machine_compat.contract import Edge, Line, LineConfig, Mode, Pull
from machine_compat.errors import BusError
from machine_compat.machine.exti import exti_lines
from machine_compat.machine.irq import IRQ, EdgeIRQ, Handler
from machine_compat.machine.peripheral import fail, to_int
from machine_compat.machine.pin_names import NamedPin
from machine_compat.machine.pins import pin_of
from machine_compat.profile import Spot

_READ: Any = object()
_UNSET: Any = object()


class Pin(NamedPin):
    """Pin(id, mode=None, pull=None, *, value=None, ...)

    id: a number, a board or chip name, or another Pin. With nothing more, the pin is looked up and not touched. There
    is one object a pin. Raises ValueError for a pin the board does not have.
    """

    def __new__(cls, id: object, *args: object, **options: object) -> Self:
        return cls._at(pin_of(cls._board, id))

    @classmethod
    def _at(cls, spot: Spot) -> Self:
        """The pin there, by no name of the script's."""
        return cls._board.singleton((cls, spot.ref), lambda: cls._make(spot))

    @classmethod
    def _make(cls, spot: Spot) -> Self:
        pin = object.__new__(cls)
        pin._spot = spot
        pin._mode = None
        pin._pull = None
        pin._latch = 0
        pin._af = -1
        pin._irq = None
        cls._board.line(spot.ref, pin)
        return pin

    def __init__(
        self, id: object, mode: int | None = None, pull: object = _UNSET, af: int = -1, **options: Any
    ) -> None:
        if mode is not None or pull is not _UNSET or options:
            self._configure(mode, pull, af, options)

    def init(self, mode: int | None = None, pull: object = _UNSET, af: int = -1, **options: Any) -> None:
        """Re-configure; arguments as for the constructor."""
        if mode is None and self._board.port.name == "stm32":
            raise TypeError("'mode' argument required")
        self._configure(mode, pull, af, options)

    def bind(self, channel: Line, /) -> None:
        self._line = channel
        self._read = channel.read
        self._write = channel.write

    # ---- configuration

    def _configure(self, mode: int | None, pull: Any, af: int, options: dict[str, Any]) -> None:
        board = self._board
        port = board.port
        value = options.pop("value", None)
        for option in options:
            if option not in port.pin_options:
                raise TypeError("extra keyword arguments given")
        alt = af if options.get("alt", -1) == -1 else options["alt"]
        chosen = self._mode_of(mode)
        if mode in port.pin_alternates and alt not in port.pin_alternate_numbers:
            raise ValueError(f"invalid pin af: {alt}")
        if self._spot.ref in board.profile.input_only and chosen in (Mode.OUT, Mode.OPEN_DRAIN):
            raise ValueError("pin can only be input")
        level = None
        if value is not None:
            level = 1 if value else 0
        elif chosen is Mode.OPEN_DRAIN and self._mode != mode:
            level = 1
        board.claim(self._spot.ref, self._lost)
        line_pull = self._pull_of(pull)
        if mode is not None:
            self._mode = mode
            self._af = alt
        if line_pull is not None:
            self._pull = line_pull
        if "drive" in options:
            self._drive = to_int(options["drive"])
        if chosen is None and mode is None and self._mode is None and line_pull is not None:
            chosen = Mode.IN
        if chosen is not None:
            self._apply(LineConfig(chosen, line_pull, level))

    def _apply(self, config: LineConfig) -> None:
        try:
            self._line.configure(config)
        except BusError as error:
            fail(self._board, "Pin", error)

    def _mode_of(self, mode: int | None) -> Mode | None:
        port = self._board.port
        if mode is None:
            return port.pin_modes.get(self._mode) if self._mode is not None else None
        if mode in port.pin_modes:
            return port.pin_modes[mode]
        if mode in port.pin_alternates:
            return None
        raise ValueError(f"invalid pin mode: {mode}")

    def _pull_of(self, pull: Any) -> Pull | None:
        """The pull to set; None leaves it alone."""
        port = self._board.port
        if pull is _UNSET:
            pull = port.pin_pull_default
        if pull == -1:
            return None
        if pull is None:
            return Pull.NONE
        if pull not in port.pin_pulls:
            raise ValueError(f"invalid pin pull: {pull}")
        return port.pin_pulls[pull]

    def _lost(self) -> None:
        """Another peripheral took the pin."""
        self._mode = next(iter(self._board.port.pin_alternates), None)

    # ---- level

    def value(self, x: object = _READ, /) -> int | None:
        """The level at the pad, 0 or 1; with an argument, set the output to its truth."""
        try:
            if x is not _READ:
                self._write(1 if x else 0)
                return None
            return self._read()
        except BusError as error:  # an adapter that was unplugged, say
            fail(self._board, "Pin", error)

    __call__ = value

    def on(self) -> None:
        self.value(1)

    def off(self) -> None:
        self.value(0)

    def high(self) -> None:
        self.value(1)

    def low(self) -> None:
        self.value(0)

    def toggle(self) -> None:
        try:
            self._line.toggle()
        except BusError as error:
            fail(self._board, "Pin", error)

    # ---- interrupts

    def irq(self, handler: Handler | None = _UNSET, trigger: Any = _UNSET, **options: Any) -> EdgeIRQ | None:
        """Call ``handler(pin)`` on edges; with no arguments, just the interrupt object."""
        port = self._board.port
        for option in options:
            if option not in port.pin_irq_options:
                raise TypeError("extra keyword arguments given")
        if self._irq is None:
            self._irq = (IRQ if port.pin_irq_flags else EdgeIRQ)(self._board, self, self._watch)
        if handler is not _UNSET or trigger is not _UNSET or options:
            both = port.irq_falling | port.irq_rising
            mask = both if trigger is _UNSET else trigger
            if to_int(mask) & ~both:
                raise ValueError(port.bad_trigger(to_int(mask)))
            chosen = None if handler is _UNSET else handler
            if port.exti and chosen is not None:
                stop = partial(self._irq.attach, None, mask, hard=False)
                exti_lines(self._board).take_for(self, stop, partial(self._edges_of, mask))
            self._irq.attach(chosen, mask, bool(options.get("hard")))
        return self._irq if port.pin_irq_returns else None

    def _edges_of(self, trigger: int) -> Edge:
        port = self._board.port
        edges = Edge(0)
        if trigger & port.irq_rising == port.irq_rising:
            edges |= Edge.RISING
        if trigger & port.irq_falling == port.irq_falling:
            edges |= Edge.FALLING
        return edges

    def _watch(self, trigger: int) -> None:
        edges = self._edges_of(trigger)
        self._line.watch(edges, self._edge if edges else None)
        if self._board.port.exti and not edges:
            exti_lines(self._board).free(self)

    def _edge(self, edge: Edge, time_ns: int) -> None:
        port = self._board.port
        if self._irq is not None:
            self._irq.fire(port.irq_rising if edge is Edge.RISING else port.irq_falling)

    # ---- for other classes of the facade

    @property
    def line(self) -> Line:
        """The pin's channel."""
        return self._line

    def become(self, kind: Mode) -> None:
        """Change the mode and nothing else, as buses moved by hand do; an open-drain output starts released."""
        modes = self._board.port.pin_modes
        self._configure(next(mode for mode, its_kind in modes.items() if its_kind is kind), -1, -1, {})

    # ---- what it is set to

    def __repr__(self) -> str:
        spot, port = self._spot, self._board.port
        pull = {Pull.UP: "PULL_UP", Pull.DOWN: "PULL_DOWN"}.get(self._pull or Pull.NONE)
        return port.pin_repr(spot.cpu, spot.number, self._mode_name(), pull, self._alternate_name(), self._drive)

    def _mode_name(self) -> str:
        if self._use() not in ("", ANALOG) and self._board.port.pin_alternates:
            return "ALT"
        constants = self._board.port.constants.get("Pin", {})
        now = self._mode_now()
        mode = constants.get("IN", 0) if now is None else now
        return next((name for name in MODE_NAMES if name in constants and constants[name] == mode), str(mode))

    def _alternate_name(self) -> str | None:
        """What the pin is connected to, in the port's words; None while it is the script's own."""
        board = self._board
        use = self._use()
        if use == ANALOG:
            return None
        alternates = board.profile.alternates.get(self._spot.ref, ())
        if use:
            there = (f"Pin.{alternate.name}" for alternate in alternates if alternate.unit.startswith(use))
            return next(there, use) if board.port.pin_alternates else None
        if self._af < 0 or self._mode not in board.port.pin_alternates:
            return None
        for alternate in alternates:
            if alternate.number == self._af:
                return f"Pin.{alternate.name}"
        named = {**board.port.constants.get("Pin", {}), **board.profile.constants_of("Pin")}.items()
        return next((name[4:] for name, value in named if name[:4] == "ALT_" and value == self._af), str(self._af))

    def _use(self) -> str:
        """What has the pin; ANALOG only on ports whose pins have such a mode."""
        use = self._board.use_of(self._spot.ref)
        return "" if use == ANALOG and Mode.ANALOG not in self._board.port.pin_modes.values() else use

    def _mode_now(self) -> int | None:
        if self._use() == ANALOG:
            return next(number for number, mode in self._board.port.pin_modes.items() if mode is Mode.ANALOG)
        return self._mode

    def mode(self) -> int:
        return self._mode_now() or 0

    def pull(self) -> int:
        wanted = self._pull or Pull.NONE
        return next((number for number, pull in self._board.port.pin_pulls.items() if pull is wanted), 0)

    def af(self) -> int:
        return max(0, self._af)

    def drive(self, strength: int | None = None, /) -> int | None:
        if strength is None:
            return self._drive
        self._drive = strength
        return None

    IN: int
    OUT: int
    AF_PP: int
    PULL_UP: int
    _drive = 2
    _mode: int | None
    _pull: Pull | None
    _latch: int
    _af: int
    _irq: EdgeIRQ | None
    _line: Line


MODE_NAMES = ("IN", "OUT", "OPEN_DRAIN", "ALT", "ALT_OPEN_DRAIN", "ANALOG")
