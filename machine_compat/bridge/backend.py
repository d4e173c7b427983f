"""The base of a USB bridge's backend: what its URL may say, and on whose clock it is."""

from collections.abc import Collection, Mapping
from typing import Protocol, runtime_checkable

from machine_compat.bridge.poller import RATE_HZ
from machine_compat.clock import Clock, RealClock
from machine_compat.contract import Backend
from machine_compat.errors import ConfigError


@runtime_checkable
class ScriptClock(Protocol):
    """A clock that knows where the script runs, as a simulated world's does."""

    def in_script(self) -> bool: ...


class BridgeBackend(Backend):
    """A backend on a USB adapter.

    scheme: of its URL. options: what the URL says after ``?``; known: what it may. clock: what its polls are timed by,
    the computer's own unless the adapter is simulated. Raises ConfigError for an option that does not exist.
    """

    def __init__(self, scheme: str, options: Mapping[str, str] | None, known: Collection[str], clock: Clock | None):
        self._scheme = scheme
        self._options = dict(options or {})
        self._clock: Clock = RealClock() if clock is None else clock
        for option in self._options:
            if option not in known:
                raise ConfigError(f"{scheme}:// has no option {option!r}; it has {', '.join(known)}")

    def clock(self) -> Clock:
        return self._clock

    def close(self) -> None:
        if isinstance(self._clock, RealClock):
            self._clock.close()

    def in_script(self) -> bool:
        clock = self._clock
        return clock.in_script() if isinstance(clock, ScriptClock) else super().in_script()

    def _number(self, option: str, default: int, most: int) -> int:
        text = self._options.get(option, str(default))
        if not (text.isascii() and text.isdigit()) or not 1 <= int(text) <= most:
            raise ConfigError(f"{self._scheme}://?{option}={text}: give a whole number from 1 to {most}")
        return int(text)

    def _switch(self, option: str) -> bool:
        text = self._options.get(option, "no")
        if text not in ("yes", "no"):
            raise ConfigError(f"{self._scheme}://?{option}={text}: give yes or no")
        return text == "yes"

    def _poll_rate(self) -> int:
        return self._number("poll", RATE_HZ, 10_000)

    def _only(self, ref: str, *refs: str) -> None:
        """ConfigError unless a ref is one of those there are."""
        if ref not in refs:
            raise ConfigError(f"the {self.name} has no {ref!r}; it has {', '.join(refs)}")
