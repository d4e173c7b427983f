"""`network`: interfaces that are connected as this computer is, in the form of each port.

# Ref: MicroPython extmod/modnetwork.c, extmod/network_cyw43.c, ports/esp32/modnetwork_globals.h,
#      ports/esp32/network_common.c, ports/esp8266/modnetwork.c; values of ESP-IDF's and CYW43's headers
"""

from collections.abc import Mapping
from typing import Final

from machine_compat.board import Board
from machine_compat.machine.peripheral import made_for, to_int
from machine_compat.modules.network.host import connection
from machine_compat.modules.network.lan import LAN
from machine_compat.modules.network.wlan import WLAN, StationOfESP32, StationOfESP8266, common_settings

HOSTNAME_MAX: Final = 32
Constants = Mapping[str, int]
INTERFACES: Constants = {"STA_IF": 0, "AP_IF": 1}
CYW43: Constants = {
    "STAT_IDLE": 0,
    "STAT_CONNECTING": 1,
    "STAT_WRONG_PASSWORD": -3,
    "STAT_NO_AP_FOUND": -2,
    "STAT_CONNECT_FAIL": -1,
    "STAT_GOT_IP": 3,
}
CYW43_WLAN: Constants = {
    "IF_STA": 0,
    "IF_AP": 1,
    "SEC_OPEN": 0,
    "SEC_WPA_WPA2": 0x00400006,
    "SEC_WPA3": 0x01000004,
    "SEC_WPA2_WPA3": 0x01400004,
    "PM_NONE": 0x10,
    "PM_PERFORMANCE": 0xA11142,
    "PM_POWERSAVE": 0xA11C82,
}
AUTH: Constants = {
    "AUTH_OPEN": 0,
    "AUTH_WEP": 1,
    "AUTH_WPA_PSK": 2,
    "AUTH_WPA2_PSK": 3,
    "AUTH_WPA_WPA2_PSK": 4,
}
ESP32: Constants = {
    **AUTH,
    "AUTH_WPA2_ENTERPRISE": 5,
    "AUTH_WPA3_PSK": 6,
    "AUTH_WPA2_WPA3_PSK": 7,
    "AUTH_WAPI_PSK": 8,
    "AUTH_OWE": 9,
    "MODE_11B": 1,
    "MODE_11G": 2,
    "MODE_11N": 4,
    "MODE_LR": 8,
    "STAT_IDLE": 1000,
    "STAT_CONNECTING": 1001,
    "STAT_GOT_IP": 1010,
    "STAT_NO_AP_FOUND": 201,
    "STAT_WRONG_PASSWORD": 202,
    "STAT_BEACON_TIMEOUT": 200,
    "STAT_ASSOC_FAIL": 203,
    "STAT_CONNECT_FAIL": 203,
    "STAT_HANDSHAKE_TIMEOUT": 204,
    "STAT_NO_AP_FOUND_W_COMPATIBLE_SECURITY": 210,
    "STAT_NO_AP_FOUND_IN_AUTHMODE_THRESHOLD": 211,
    "STAT_NO_AP_FOUND_IN_RSSI_THRESHOLD": 212,
    "ETH_INITIALIZED": 0,
    "ETH_STARTED": 1,
    "ETH_STOPPED": 2,
    "ETH_CONNECTED": 3,
    "ETH_DISCONNECTED": 4,
    "ETH_GOT_IP": 5,
    "PHY_LAN8710": 0,
    "PHY_LAN8720": 1,
    "PHY_IP101": 2,
    "PHY_RTL8201": 3,
    "PHY_DP83848": 4,
    "PHY_KSZ8041": 5,
    "PHY_KSZ8081": 6,
}
SECURITY: Constants = {"SEC_OPEN": 0, "SEC_WEP": 1, "SEC_WPA": 2, "SEC_WPA2": 3, "SEC_WPA_WPA2": 4}
ESP32_WLAN: Constants = {
    **SECURITY,
    "IF_STA": 0,
    "IF_AP": 1,
    "SEC_WPA2_ENT": 5,
    "SEC_WPA3": 6,
    "SEC_WPA2_WPA3": 7,
    "SEC_WAPI": 8,
    "SEC_OWE": 9,
    "PM_NONE": 0,
    "PM_PERFORMANCE": 1,
    "PM_POWERSAVE": 2,
    "PROTOCOL_DEFAULT": 7,
    "PROTOCOL_LR": 8,
    "BANDWIDTH_20": 1,
    "BANDWIDTH_40": 2,
}
ESP8266: Constants = {
    **AUTH,
    "MODE_11B": 1,
    "MODE_11G": 2,
    "MODE_11N": 3,
    "STAT_IDLE": 0,
    "STAT_CONNECTING": 1,
    "STAT_WRONG_PASSWORD": 2,
    "STAT_NO_AP_FOUND": 3,
    "STAT_CONNECT_FAIL": 4,
    "STAT_GOT_IP": 5,
}
ESP8266_WLAN: Constants = {
    **SECURITY,
    "IF_STA": 0,
    "IF_AP": 1,
    "PM_NONE": 0,
    "PM_PERFORMANCE": 2,
    "PM_POWERSAVE": 1,
}


def names(board: Board) -> dict[str, object]:
    settings = Settings(board)
    common: dict[str, object] = {
        "country": settings.country,
        "hostname": settings.hostname,
        "ipconfig": settings.ipconfig,
    }
    match board.port.name:
        case "esp32":
            wlan = with_constants(board, StationOfESP32, ESP32_WLAN)
            own = {"LAN": lan(board), "WLAN": wlan, "phy_mode": settings.phy_mode}
            return {**common, **INTERFACES, **ESP32, **own}
        case "esp8266":
            wlan = with_constants(board, StationOfESP8266, ESP8266_WLAN)
            return {**common, **INTERFACES, **ESP8266, "WLAN": wlan, "phy_mode": settings.phy_mode}
        case "stm32" | "renesas-ra":
            return {**common, **INTERFACES}
        case "mimxrt":
            return {**common, "LAN": lan(board)}
        case _:
            wlan = with_constants(board, WLAN, CYW43_WLAN)
            return {**common, **INTERFACES, **CYW43, "WLAN": wlan}


def with_constants(board: Board, base: type[WLAN], constants: Constants) -> type[WLAN]:
    """The class as a port has it."""
    made = made_for(board, base, "network")
    made.__name__ = made.__qualname__ = "WLAN"
    if base is WLAN:
        made.chip = "CYW43"
    for name, value in constants.items():
        setattr(made, name, value)
    return made


def lan(board: Board) -> type[LAN]:
    return made_for(board, LAN, "network")


class Settings:
    """The functions of `network` for one board."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._country = "XX"
        self._phy_mode = 3
        self._known = common_settings(board)

    def country(self, code: str | None = None, /) -> str | None:
        """The country whose rules the radio keeps, two letters; ValueError for any other text."""
        if code is None:
            return self._country
        if len(code) != 2:
            raise ValueError
        self._country = code
        return None

    def hostname(self, name: str | None = None, /) -> object:
        """The name in the network; ValueError for one of more than 32 letters."""
        if name is None:
            return self._known["hostname"]
        if len(name) > HOSTNAME_MAX:
            raise ValueError
        self._known["hostname"] = name
        return None

    def ipconfig(self, param: str | None = None, /, **settings: object) -> object:
        """The DNS server, or "prefer"; settings are taken and change nothing of this computer's."""
        if param is None:
            unknown = [name for name in settings if name not in ("dns", "prefer")]
            if unknown:
                raise ValueError("unexpected key")
            return None
        if param == "dns":
            return connection().dns
        if param == "prefer":
            return 4
        raise ValueError("unexpected key")

    def phy_mode(self, mode: int | None = None, /) -> int | None:
        """The radio's mode: MODE_11B, MODE_11G or MODE_11N."""
        if mode is None:
            return self._phy_mode
        self._phy_mode = to_int(mode)
        return None
