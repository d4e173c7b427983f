"""The faults that a test makes at a port of the virtual host, by endpoint address."""


class Faults:
    """Stalls, silence and delays of a port's endpoints. muted: those that answer nothing but NAK."""

    def __init__(self) -> None:
        self.muted: set[int] = set()
        self._stalls: dict[int, int] = {}
        self._late: dict[int, int] = {}

    def stall(self, endpoint: int, transfers: int = 1) -> None:
        """Have the next transfers on an endpoint end in STALL."""
        self._stalls[endpoint] = transfers

    def mute(self, endpoint: int, on: bool = True) -> None:
        """Have an endpoint answer nothing but NAK."""
        (self.muted.add if on else self.muted.discard)(endpoint)
        self.ready()

    def delay(self, endpoint: int, ns: int) -> None:
        """Have each transfer on an endpoint begin so much later."""
        self._late[endpoint] = ns

    def ready(self) -> None:
        """An endpoint may have something else to say."""
        raise NotImplementedError(f"{type(self).__name__}.ready")

    def late(self, endpoint: int) -> int:
        """How much later a transfer on an endpoint begins, in ns."""
        return self._late.get(endpoint, 0)

    def stalls(self, endpoint: int) -> bool:
        """Whether the transfer that begins now ends in STALL."""
        left = self._stalls.get(endpoint, 0)
        self._stalls[endpoint] = max(0, left - 1)
        return left > 0
