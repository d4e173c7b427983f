"""This file says how this computer is connected: its address, its network and its routers."""

import socket
import struct
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface
from pathlib import Path

ROUTES = Path("/proc/net/route")
RESOLVER = Path("/etc/resolv.conf")
FAR_AWAY = ("192.0.2.1", 9)
"""An address of no network (RFC 5737): where a datagram to it would leave from is where this computer is connected."""


@dataclass(frozen=True, slots=True)
class Connection:
    """IPv4 settings, each in dots."""

    address: str
    mask: str
    gateway: str
    dns: str

    def as_tuple(self) -> tuple[str, str, str, str]:
        return self.address, self.mask, self.gateway, self.dns


NOWHERE = Connection("0.0.0.0", "0.0.0.0", "0.0.0.0", "0.0.0.0")
ALONE = Connection("127.0.0.1", "255.0.0.0", "127.0.0.1", "127.0.0.1")
"""A computer without a network still reaches itself."""


def connection() -> Connection:
    """How this computer is connected now. Nothing is sent to find out; what it does not tell is guessed of a /24."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(FAR_AWAY)
            address = str(probe.getsockname()[0])
        except OSError:
            return ALONE
    mask, gateway = _routed(IPv4Address(address))
    return Connection(address, mask, gateway, _resolver() or gateway)


def _routed(address: IPv4Address) -> tuple[str, str]:
    """The mask of an address's network and the router of all others (Linux, net/ipv4/fib_trie.c)."""
    guessed = IPv4Interface(f"{address}/24").network
    mask, gateway = str(guessed.netmask), str(guessed.network_address + 1)
    try:
        lines = ROUTES.read_text().splitlines()[1:]
    except OSError:
        return mask, gateway
    for line in lines:
        fields = line.split()
        target, router, bits = (_address(fields[index]) for index in (1, 2, 7))
        if target == bits == IPv4Address(0):
            gateway = str(router)
        elif int(address) & int(bits) == int(target):
            mask = str(bits)
    return mask, gateway


def _address(text: str) -> IPv4Address:
    """An address as /proc/net/route writes it: eight hexadecimal digits of the machine's own byte order."""
    return IPv4Address(struct.pack("=I", int(text, 16)))


def _resolver() -> str | None:
    try:
        lines = RESOLVER.read_text().splitlines()
    except OSError:
        return None
    servers = (line.split()[1] for line in lines if line.startswith("nameserver ") and len(line.split()) > 1)
    return next((server for server in servers if ":" not in server), None)
