"""`network.WLAN`: a wireless interface that finds whatever network a script looks for.

Any name and any key connect, after what a router takes on board time; the addresses are this computer's.

# Ref: MicroPython extmod/network_cyw43.c, ports/esp32/network_wlan.c, ports/esp8266/network_wlan.c
"""

from typing import Any, NamedTuple, Self

from machine_compat.board import Board
from machine_compat.machine.peripheral import readable, to_int
from machine_compat.modules.network.host import Connection
from machine_compat.modules.network.interface import Interface
from machine_compat.oserror import EINVAL, EPERM, os_error

STA, AP = 0, 1
CONNECT_NS = 1_500_000_000
"""What joining a network and getting an address takes."""
SCAN_NS = 2_000_000_000
RSSI = -50
"""Signal strength in dBm."""
ROUTER = b"\x02\x4d\x43\x00\x01\x00"
CHANNEL = 6
ACCESS_POINT = Connection("192.168.4.1", "255.255.255.0", "192.168.4.1", "192.168.4.1")
FOUND = b"machine-compat"
"""The network that a scan always finds."""
ALIASES = {"essid": "ssid", "authmode": "security", "dhcp_hostname": "hostname"}
UNREAD = frozenset(("key", "password", "mac", "monitor", "trace"))
"""Settings that are taken, and make no difference."""


def common_settings(board: Board) -> dict[str, object]:
    """What all interfaces of a board share: its "hostname"."""
    default = "PicoW" if board.port.name == "rp2" else f"mpy-{board.port.platform}"
    return board.singleton(("network",), lambda: {"hostname": default})


class States(NamedTuple):
    """What `status` tells on a port."""

    idle: int
    connecting: int
    connected: int


class WLAN(Interface):
    """WLAN(interface_id=IF_STA): the one object of a station or of an access point; ValueError for any other id."""

    states = States(0, 1, 3)
    refusal: OSError | int | None = EPERM
    """What connecting or scanning raises while the interface is off: an errno, an error like this, or nothing."""
    wpa2 = 5
    """What a scan says of a network with WPA2."""
    chip: str | None = None
    """What a port's repr begins with."""
    _config: dict[str, object]
    _joined_ns: int | None

    def __new__(cls, interface_id: int = STA, /) -> Self:
        number = to_int(interface_id)
        if number not in (STA, AP):
            raise ValueError("invalid WLAN interface identifier")
        return cls._board.singleton((cls, number), lambda: cls._make(number))

    @classmethod
    def _make(cls, number: int) -> Self:
        self = object.__new__(cls)
        Interface.__init__(self)
        self.number = number
        self._joined_ns = None
        name = "" if number == STA else f"MPY-{self.mac()[3:].hex()}"
        self._config = {
            "ssid": name,
            "channel": CHANNEL if number == STA else 1,
            "hidden": False,
            "security": 0,
            "pm": 0,
            "txpower": 20,
            "reconnects": -1,
            "max_clients": 4,
            "antenna": 0,
            "protocol": 7,
            "bandwidth": 1,
        }
        return self

    def __init__(self, interface_id: int = STA, /) -> None:
        """Everything is done by now."""

    # ---- a station

    def active(self, is_active: object = None, /) -> bool:
        if is_active is not None and not is_active:
            self._joined_ns = None
        return super().active(is_active)

    def deinit(self) -> None:
        self.active(False)

    def connect(self, ssid: object = None, key: object = None, /, **options: Any) -> None:
        """Join a network, in the background. Without a name it is the last one again."""
        self._require_active()
        if ssid is None:
            ssid = options.get("ssid", self._config["ssid"])
        self._config["ssid"] = readable(ssid).decode()
        self._joined_ns = self._board.clock.now_ns() + CONNECT_NS

    def disconnect(self) -> None:
        self._joined_ns = None

    def isconnected(self) -> bool:
        """Whether a station has an address; no station ever comes to an access point."""
        clock = self._board.clock
        clock.spend(self._board.profile.call_ns)
        return self._joined_ns is not None and clock.now_ns() >= self._joined_ns

    def settings(self) -> Connection:
        if self.number == AP and self._static is None:
            return ACCESS_POINT
        return super().settings()

    def status(self, param: str | None = None, /) -> object:
        """The state, or "rssi" in dBm of a station, or "stations" of an access point."""
        if param is None:
            if self.number == AP:
                return self.states.connected if self._active else self.states.idle
            if self.isconnected():
                return self.states.connected
            return self.states.idle if self._joined_ns is None else self.states.connecting
        if param == "rssi" and self.number == STA:
            return RSSI
        if param == "stations" and self.number == AP:
            return []
        raise ValueError("unknown status param")

    def scan(self, *_: object, **options: object) -> list[tuple[bytes, bytes, int, int, int, int]]:
        """[(ssid, bssid, channel, RSSI, security, hidden)]: "machine-compat", and what was connected to before."""
        if self.number == AP:
            raise os_error(EINVAL)
        self._require_active()
        self._board.sleep_ns(SCAN_NS)
        own = str(self._config["ssid"]).encode()
        return [(name, ROUTER, CHANNEL, RSSI, self.wpa2, 0) for name in dict.fromkeys((FOUND, own)) if name]

    def _require_active(self) -> None:
        if not self._active and self.refusal is not None:
            raise os_error(self.refusal) if isinstance(self.refusal, int) else OSError(*self.refusal.args)

    # ---- settings

    def config(self, param: str | None = None, /, **settings: Any) -> object:
        """One setting, or new values of some; ValueError "unknown config param"."""
        known = common_settings(self._board)
        if param is not None:
            name = ALIASES.get(param, param)
            if name == "mac":
                return self.mac()
            if name == "hostname":
                return known.get(name)
            if name not in self._config:
                raise ValueError("unknown config param")
            return self._config[name]
        for given, value in settings.items():
            name = ALIASES.get(given, given)
            if name == "hostname":
                known[name] = value
            elif name in self._config:
                self._config[name] = readable(value).decode() if name == "ssid" else value
            elif name not in UNREAD:
                raise ValueError("unknown config param")
        return None

    def __repr__(self) -> str:
        if self.chip is None:
            return "<WLAN>"
        kind, state = "AP" if self.number == AP else "STA", "up" if self.isconnected() else "down"
        return f"<{self.chip} {kind} {state} {self.settings().address}>"


class StationOfESP32(WLAN):
    """ESP-IDF's."""

    states = States(1000, 1001, 1010)
    refusal = OSError("Wifi Not Started")
    wpa2 = 3


class StationOfESP8266(WLAN):
    """Espressif's SDK's."""

    states = States(0, 1, 5)
    refusal = None
    wpa2 = 3
