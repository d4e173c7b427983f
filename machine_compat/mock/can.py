"""CAN between simulated boards: controllers on one net arbitrate, acknowledge, and count each other's errors.

A controller comes with its transceiver, whose far side is the `bus` leg of its socket: who hangs on the net of that leg
shares the bus.

# Ref: Bosch CAN Specification 2.0 (1991): 6 (error handling), 7 (fault confinement); STM32F405 reference manual RM0090,
# 32.7.3 (mailboxes) and 32.4.5 (loop back mode).
"""

from collections.abc import Callable
from typing import NamedTuple

from machine_compat.contract import CANChannel, CANConfig, CANErrors, CANEvent, CANFrame, CANMode
from machine_compat.mock.can_bits import ERROR_BITS, INTERMISSION_BITS, SUSPEND_BITS, frame_bits, priority
from machine_compat.mock.nets import Terminal
from machine_compat.mock.sockets import Socket
from machine_compat.mock.world import Event

WARNING, PASSIVE, OFF = 96, 128, 256
RECOVERY_BITS = 128 * 11
ALONE_NS = 1_000_000
"""How often an error-passive sender that nobody hears tries again: on a wire it does so without a pause, but from then
on nothing changes until somebody joins."""

Report = Callable[[CANEvent, CANFrame | int | None], object]


class Transmission(NamedTuple):
    """A frame on the wire, and who is there to hear it."""

    sender: "Controller"
    slot: int
    frame: CANFrame
    nodes: tuple["Controller", ...]


class Controller:
    """A CAN controller on a terminal; `report` is told of its events."""

    def __init__(self, terminal: Terminal, report: Report) -> None:
        terminal.owner = self
        self.terminal = terminal
        self.config: CANConfig | None = None
        self.on_wire: Transmission | None = None
        """What occupies the bus, as far as this controller knows."""
        self.slots: dict[int, CANFrame] = {}
        self.transmit_errors = self.receive_errors = 0
        self.bus_off = False
        self._report = report
        self._given_up: set[int] = set()
        self._level = 0
        self._wish: Event | None = None

    # ---- what its owner does

    def configure(self, config: CANConfig | None) -> None:
        """Join the bus, or with None leave it; begin anew in either case."""
        self.config = config
        self.restart()

    def restart(self) -> None:
        self.slots.clear()
        self._given_up.clear()
        self.transmit_errors = self.receive_errors = self._level = 0
        self.bus_off = False
        for node in self._neighbours():
            node.kick()

    def send(self, slot: int, frame: CANFrame) -> None:
        self.slots[slot] = frame
        self.kick()

    def cancel(self, slot: int) -> bool:
        if slot not in self.slots:
            return False
        wire = self.on_wire
        if wire is not None and wire.sender is self and wire.slot == slot and wire.frame is self.slots[slot]:
            self._given_up.add(slot)
        else:
            del self.slots[slot]
            self._report(CANEvent.FAILED, slot)
        return True

    # ---- the bus

    def _hears(self) -> bool:
        """Whether it takes part in the bus, and not just in its own loop."""
        return self.config is not None and self.config.mode in (CANMode.NORMAL, CANMode.SILENT) and not self.bus_off

    @property
    def _silent(self) -> bool:
        return self.config is not None and self.config.mode is CANMode.SILENT

    @property
    def _looped(self) -> bool:
        return self.config is not None and self.config.mode in (CANMode.LOOPBACK, CANMode.SILENT_LOOPBACK)

    @property
    def _passive(self) -> bool:
        return self._level >= 2

    def _neighbours(self) -> list["Controller"]:
        """Who shares the bus, itself included."""
        owners = (terminal.owner for terminal in self.terminal.net.terminals)
        others = [owner for owner in owners if isinstance(owner, Controller) and owner is not self and owner._hears()]
        return [self] if self._looped else [self, *others]

    def kick(self) -> None:
        """Look whether something can be sent now, once all who act at this time have acted."""
        if self.slots and self.on_wire is None and self._wish is None:
            self._wish = self.terminal.world.at(self.terminal.world.now, self._arbitrate)

    def _wants(self) -> bool:
        return bool(self.slots) and self.config is not None and not self.bus_off and not self._silent

    def _first(self) -> tuple[list[int], int]:
        return min((priority(frame), slot) for slot, frame in self.slots.items())

    def _arbitrate(self) -> None:
        self._wish = None
        nodes = self._neighbours()
        senders = [node for node in nodes if node._wants()]
        if not senders or any(node.on_wire is not None for node in nodes):
            return
        winner = min(senders, key=Controller._first)
        slot = winner._first()[1]
        sent = Transmission(winner, slot, winner.slots[slot], tuple(nodes))
        for node in nodes:
            node.on_wire = sent
        self.terminal.world.after(winner._bits_ns(frame_bits(sent.frame)), lambda: self._sent(sent))

    def _bits_ns(self, count: int) -> int:
        return count * 1_000_000_000 // self.config.bitrate if self.config is not None else 0

    def _sent(self, sent: Transmission) -> None:
        """The frame is over: see who understood it, who acknowledged, and who complained."""
        sender, config = sent.sender, sent.sender.config
        there = sender._neighbours()
        others = [node for node in sent.nodes if node is not sender and node in there]
        pause = INTERMISSION_BITS
        if config is not None and sender.slots.get(sent.slot) is sent.frame:
            fit = [node for node in others if node.config is not None and node.config.bitrate == config.bitrate]
            spoilt = any(node not in fit and not node._silent and not node._passive for node in others)
            acknowledged = sender._looped or any(not node._silent for node in fit)
            if acknowledged and not spoilt:
                sender._succeeded(sent, [sender] if sender._looped else fit)
            else:
                alone = sender._failed(sent.slot, others, spoilt)
                pause += ERROR_BITS + SUSPEND_BITS * sender._passive
                if alone:
                    self.terminal.world.after(ALONE_NS, lambda: self._idle(sent))
                    return
        self.terminal.world.after(sender._bits_ns(pause), lambda: self._idle(sent))

    def _succeeded(self, sent: Transmission, hearers: list["Controller"]) -> None:
        self.transmit_errors = max(0, self.transmit_errors - 1)
        del self.slots[sent.slot]
        self._given_up.discard(sent.slot)
        for node in hearers:
            node.receive_errors = 120 if node.receive_errors > 127 else max(0, node.receive_errors - 1)
            node._report(CANEvent.RECEIVED, sent.frame)
            node._graded()
        self._report(CANEvent.SENT, sent.slot)
        self._graded()

    def _failed(self, slot: int, others: list["Controller"], spoilt: bool) -> bool:
        """Count the errors; whether the sender is where it will stay: nobody heard it, and nobody will."""
        for node in others:
            # One for the error, eight for the dominant bits that follow the flag of who does not see where bits end.
            seen = 1 if node.config is not None and node._bits_ns(1) == self._bits_ns(1) else 9
            node.receive_errors = min(255, node.receive_errors + seen)
            node._graded()
        alone = self._passive and not spoilt
        if not alone:
            self.transmit_errors += 8
        if slot in self._given_up:
            self._given_up.discard(slot)
            del self.slots[slot]
            self._report(CANEvent.FAILED, slot)
        self._graded()
        return alone

    def _idle(self, sent: Transmission) -> None:
        """The bus is free again."""
        for node in sent.nodes:
            if node.on_wire is sent:
                node.on_wire = None
        for node in (*sent.nodes, *sent.sender._neighbours()):
            node.kick()

    def _graded(self) -> None:
        """Tell when the counters have crossed a limit; 256 transmit errors take the controller off the bus."""
        if self.transmit_errors >= OFF:
            self.bus_off = True
            self.transmit_errors = 255
            if self.config is not None and self.config.auto_restart:
                self.terminal.world.after(self._bits_ns(RECOVERY_BITS), self._recover)
        worst = max(self.transmit_errors, self.receive_errors)
        level = 3 if self.bus_off else sum(worst >= limit for limit in (WARNING, PASSIVE))
        if level != self._level:
            self._level = level
            self._report(CANEvent.STATE, None)

    def _recover(self) -> None:
        if self.bus_off:
            self.bus_off = False
            self.transmit_errors = self.receive_errors = 0
            self._graded()
            self.kick()


class MockCAN(CANChannel):
    """A controller on the legs of a socket. One that was closed works again once it is configured."""

    __slots__ = ("_controller", "_handler", "_socket")

    def __init__(self, socket: Socket) -> None:
        self._socket = socket
        self._handler: Report | None = None
        self._controller = Controller(socket.leg("bus"), self._report)

    def configure(self, config: CANConfig, /) -> None:
        self._socket.plug(tx=config.tx, rx=config.rx)
        self._socket.take("tx", "rx")
        self._controller.configure(config)

    def send(self, slot: int, frame: CANFrame, /) -> None:
        self._controller.send(slot, frame)

    def cancel(self, slot: int, /) -> bool:
        return self._controller.cancel(slot)

    def errors(self) -> CANErrors:
        one = self._controller
        return CANErrors(one.transmit_errors, one.receive_errors, one.bus_off)

    def restart(self) -> None:
        self._controller.restart()

    def watch(self, handler: Callable[[CANEvent, CANFrame | int | None], None] | None, /) -> None:
        self._handler = handler

    def close(self) -> None:
        self._handler = None
        self._controller.configure(None)
        self._socket.release()

    def _report(self, event: CANEvent, value: CANFrame | int | None) -> None:
        if self._handler is not None:
            self._handler(event, value)
