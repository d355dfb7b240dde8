"""Network addresses: which are public, and connecting to those that were looked at.

For hosts that users name: mail servers, feeds, webhooks. What is checked must be what is connected
to, so names are resolved here once, and `connect` takes addresses alone.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

_Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network


def _networks(*texts: str) -> tuple[_Network, ...]:
    return tuple(ipaddress.ip_network(text) for text in texts)


# The IANA special-purpose address registries (RFC 6890), without their few exceptions; Python's own
# `is_global` follows another edition with each release.
_SPECIAL_4: Final = _networks(
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.31.196.0/24",
    "192.52.193.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "192.175.48.0/24",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/3",  # multicast and reserved
    "168.63.129.16/32",  # Azure's platform, which its machines alone reach
)
_GLOBAL_6: Final = ipaddress.IPv6Network("2000::/3")  # all that is given out so far
_SPECIAL_6: Final = _networks("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
# RFC 6052 section 2.1 and RFC 8215: the last four bytes are an IPv4 address.
_NAT64: Final = _networks("64:ff9b::/96", "64:ff9b:1::/48")
_LEAST: Final = 0.1  # seconds for an address, however late it is


def resolve(host: str, port: int) -> list[str]:
    """The addresses of `host`, in the resolver's order; raises OSError."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:  # a label that is empty or too long
        raise OSError(f"no host can have this name: {error}") from None
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def public(addresses: Iterable[str]) -> list[str]:
    """Those of `addresses` that are on the public internet."""
    return [each for each in addresses if is_public(each)]


def is_public(address: str) -> bool:
    """Whether `address` is one of the public internet, of one host.

    Not so are private, loopback, link-local, shared, documentation, multicast and reserved
    addresses (the IANA special-purpose registries, RFC 6890), metadata addresses of clouds, and
    IPv6 addresses that stand for such an IPv4 address. Raises ValueError for what is no address.
    """
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = _inner(found)
        if inner is None:
            return found in _GLOBAL_6 and not any(found in each for each in _SPECIAL_6)
        found = inner
    return not any(found in each for each in _SPECIAL_4)


def _inner(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that `address` leads to: mapped, translated, compatible or by 6to4."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if any(address in network for network in _NAT64) or int(address) >> 32 == 0:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def connect(addresses: Sequence[str], port: int, seconds: float) -> socket.socket:
    """A connection to the first of `addresses` that takes one, within `seconds` for all together.

    None of them is given all the time while others wait. Raises OSError, that of the last one.
    """
    until = time.monotonic() + seconds
    failed: OSError = OSError("there is no address")
    for place, address in enumerate(addresses):
        patience = max(_LEAST, (until - time.monotonic()) / (len(addresses) - place))
        try:
            return socket.create_connection((address, port), patience)
        except OSError as error:
            failed = error
    raise failed
