"""The base of a USB bridge's backend: its constructor, what its URL may say, which adapter it has, and its clock."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Generic, Protocol, TypeVar, runtime_checkable

from machine_compat.bridge.find import Wanted, find, port_of, serial_of
from machine_compat.bridge.poller import RATE_HZ, Poller
from machine_compat.clock import Clock, RealClock
from machine_compat.contract import Backend, Wiring
from machine_compat.errors import ConfigError

if TYPE_CHECKING:
    from usb.backend import IBackend
    from usb.core import Device


@runtime_checkable
class ScriptClock(Protocol):
    """A clock that knows where the script runs, as a simulated world's does."""

    def in_script(self) -> bool: ...


class BridgeEngine(Protocol):
    """What a backend drives its chip with."""

    def poll(self) -> int | None:
        """The levels of all pins, or None while somebody else has the turn."""

    def close(self) -> None: ...


E = TypeVar("E", bound=BridgeEngine)


class BridgeBackend(Backend, Generic[E]):
    """A backend on a USB adapter.

    place and options: what the URL says before and after ``?``. usb_backend: pyusb's; None takes libusb. clock: what
    its polls are timed by, the computer's own unless the adapter is simulated. Raises ConfigError for an option that
    does not exist, and for an adapter that cannot be found or opened.

    A bridge gives its `scheme`, the (vendor, product) `ids` of its chips, the options it `knows`, and `_open`.
    """

    scheme: ClassVar[str]
    ids: ClassVar[Mapping[tuple[int, int], object]]
    knows: ClassVar[tuple[str, ...]] = ("port", "poll")

    def __init__(
        self,
        wiring: Wiring,
        place: str = "",
        options: Mapping[str, str] | None = None,
        *,
        usb_backend: "IBackend | None" = None,
        clock: Clock | None = None,
    ) -> None:
        self.wiring = wiring
        self._usb_backend = usb_backend
        self._clock: Clock = RealClock() if clock is None else clock
        self._options = dict(options or {})
        for option in self._options:
            if option not in self.knows:
                raise ConfigError(f"{self.scheme}:// has no option {option!r}; it has {', '.join(self.knows)}")
        rate = self._number("poll", RATE_HZ, 10_000)
        serial = self._serial(place)
        self._wanted = Wanted(self.scheme, self.name, self.ids, serial, self._options.get("port", ""))
        self._engine = self._open()
        self._poller = Poller(self._clock, rate, self._engine.poll)

    def _serial(self, place: str) -> str:
        """The serial number that the URL's place is, or begins with; "" for none."""
        return place

    @abstractmethod
    def _open(self) -> E:
        """Read the options that are the bridge's own, and open the chip."""

    def _find(self) -> tuple["Device", str]:
        """The adapter and its serial number. What was found first is what is looked for when it was unplugged."""
        device = find(self._wanted, self._usb_backend)
        serial = serial_of(device) or ""
        port = self._wanted.port or ("" if serial else port_of(device))
        self._wanted = replace(self._wanted, serial=serial, port=port)
        return device, serial

    def clock(self) -> Clock:
        return self._clock

    def close(self) -> None:
        self._poller.close()
        self._engine.close()
        if isinstance(self._clock, RealClock):
            self._clock.close()

    def in_script(self) -> bool:
        clock = self._clock
        return clock.in_script() if isinstance(clock, ScriptClock) else super().in_script()

    # ---- what the URL says

    def _number(self, option: str, default: int, most: int) -> int:
        text = self._options.get(option, str(default))
        if not (text.isascii() and text.isdigit()) or not 1 <= int(text) <= most:
            raise ConfigError(f"{self.scheme}://?{option}={text}: give a whole number from 1 to {most}")
        return int(text)

    def _switch(self, option: str) -> bool:
        text = self._options.get(option, "no")
        if text not in ("yes", "no"):
            raise ConfigError(f"{self.scheme}://?{option}={text}: give yes or no")
        return text == "yes"

    def _only(self, ref: str, *refs: str) -> None:
        """ConfigError unless a ref is one of those there are."""
        if ref not in refs:
            raise ConfigError(f"the {self.name} has no {ref!r}; it has {', '.join(refs)}")
