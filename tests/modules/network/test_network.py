"""network: scripts that wait for a connection get one, on board time, with this computer's address."""

from collections.abc import Callable
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest

from machine_compat.modules.network import host

Run = Callable[..., tuple[Any, ...]]

WAITING = """
import network, time
wlan = network.WLAN(network.STA_IF)
print(wlan is network.WLAN(), wlan.active(), wlan.isconnected(), wlan.ifconfig()[0])
wlan.active(True)
started = time.ticks_ms()
wlan.connect("anything", "any key")
print(wlan.status() == network.STAT_CONNECTING, wlan.isconnected())
while not wlan.isconnected():
    time.sleep_ms(100)
print(time.ticks_diff(time.ticks_ms(), started) // 100, wlan.status() == network.STAT_GOT_IP)
print(wlan.config("ssid"), wlan.config("essid"), wlan.status("rssi"), len(wlan.config("mac")))
print(wlan.ifconfig()[0])
wlan.disconnect()
print(wlan.isconnected(), wlan.status() == network.STAT_IDLE)
"""


@pytest.mark.parametrize("board", ["pico_w", "esp32", "esp32c3", "esp8266", "mock"])
def test_the_usual_wait_ends(run: Run, board: str) -> None:
    lines = run(board, WAITING)[0].output.splitlines()
    address = host.connection().address
    assert lines == [
        "True False False 0.0.0.0",
        "True False",
        "15 True",
        "anything anything -50 6",
        address,
        "False True",
    ]
    assert IPv4Address(address)


def test_boards_without_a_radio(run: Run) -> None:
    source = "try:\n    import network\nexcept ImportError as error:\n    print(error)\n"
    assert run("pico", source)[0].output == "no module named 'network'\n"
    source = "import network\nprint(hasattr(network, 'WLAN'), network.hostname())\n"
    assert run("pyboard", source)[0].output == "False mpy-pyboard\n"
    assert run("teensy41", "import network\nprint(network.LAN().isconnected())\n")[0].output == "False\n"


def test_an_interface_that_is_off(run: Run) -> None:
    source = """
        import network
        wlan = network.WLAN()
        for call in (lambda: wlan.connect("x", "y"), wlan.scan):
            try:
                print(call())
            except OSError as error:
                print(error)
    """
    assert run("pico_w", source)[0].output == "[Errno 1] EPERM\n" * 2
    assert run("esp32", source)[0].output == "Wifi Not Started\n" * 2


def test_scan(run: Run) -> None:
    source = """
        import network, time
        wlan = network.WLAN()
        wlan.active(1)
        started = time.ticks_ms()
        for ssid, bssid, channel, rssi, security, hidden in wlan.scan():
            print(ssid, len(bssid), channel, rssi, security, hidden)
        print(time.ticks_diff(time.ticks_ms(), started))
    """
    assert run("pico_w", source)[0].output == "b'machine-compat' 6 6 -50 5 0\n2000\n"
    assert run("esp32", source)[0].output == "b'machine-compat' 6 6 -50 3 0\n2000\n"


def test_an_access_point(run: Run) -> None:
    source = """
        import network
        ap = network.WLAN(network.WLAN.IF_AP)
        ap.config(ssid="Mine", key="secret", channel=11)
        ap.active(True)
        print(ap.config("ssid"), ap.config("channel"), ap.ifconfig()[0], ap.status("stations"), ap.isconnected())
        print(ap is network.WLAN(network.AP_IF), ap is not network.WLAN())
    """
    assert run("pico_w", source)[0].output == "Mine 11 192.168.4.1 [] False\nTrue True\n"


def test_settings(run: Run) -> None:
    source = """
        import network
        wlan = network.WLAN()
        wlan.ifconfig(("10.1.2.3", "255.255.0.0", "10.1.0.1", "8.8.8.8"))
        print(wlan.ifconfig(), wlan.ipconfig("addr4"), wlan.ipconfig("dhcp4"))
        wlan.ipconfig(addr4="10.9.8.7/8", gw4="10.0.0.1")
        print(wlan.ifconfig()[:3])
        wlan.ipconfig(dhcp4=True)
        print(wlan.ifconfig()[0])
        network.hostname("thing")
        network.country("DE")
        print(network.hostname(), wlan.config("hostname"), network.country())
        def refused(call):
            try:
                call()
            except ValueError as error:
                print(error)
        refused(lambda: wlan.config("nothing"))
        refused(lambda: wlan.config(nothing=1))
        refused(lambda: wlan.ifconfig(("1.2.3", "", "", "")))
        refused(lambda: wlan.ipconfig("nothing"))
        refused(lambda: wlan.status("nothing"))
        refused(lambda: network.hostname("h" * 33))
        refused(lambda: network.country("DEU"))
        refused(lambda: network.WLAN(7))
    """
    assert run("pico_w", source)[0].output.splitlines() == [
        "('10.1.2.3', '255.255.0.0', '10.1.0.1', '8.8.8.8') ('10.1.2.3', '255.255.0.0') False",
        "('10.9.8.7', '255.0.0.0', '10.0.0.1')",
        "0.0.0.0",
        "thing thing DE",
        "unknown config param",
        "unknown config param",
        "invalid arguments",
        "unexpected key",
        "unknown status param",
        "",
        "",
        "invalid WLAN interface identifier",
    ]


def test_a_wired_interface(run: Run) -> None:
    source = """
        import network
        lan = network.LAN(mdc=23, mdio=18, phy_type=network.PHY_LAN8720, phy_addr=1)
        print(lan.isconnected(), lan.status() == network.ETH_INITIALIZED)
        lan.active(True)
        print(lan.isconnected(), lan.status() == network.ETH_GOT_IP, lan.ifconfig()[0])
    """
    output = run("esp32", source)[0].output
    assert output == f"False True\nTrue True {host.connection().address}\n"


def test_what_the_computer_tells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    routes, resolver = tmp_path / "route", tmp_path / "resolv.conf"
    address = host.connection().address
    monkeypatch.setattr(host, "ROUTES", routes)
    monkeypatch.setattr(host, "RESOLVER", resolver)
    first = address.rpartition(".")[0]
    if address != host.ALONE.address:
        assert host.connection() == host.Connection(address, "255.255.255.0", f"{first}.1", f"{first}.1")
    resolver.write_text("# none\nnameserver ::1\nnameserver 9.9.9.9\n")
    if address != host.ALONE.address:
        assert host.connection().dns == "9.9.9.9"


def test_bluetooth_says_that_it_is_not_there(run: Run) -> None:
    source = "try:\n    import bluetooth\nexcept ImportError as error:\n    print(error)\n"
    assert "no radio" in run("esp32", source)[0].output
    assert "no radio" in run("pico_w", source.replace("bluetooth", "ubluetooth"))[0].output
    assert run("pyboard", source)[0].output == "no module named 'bluetooth'\n"
