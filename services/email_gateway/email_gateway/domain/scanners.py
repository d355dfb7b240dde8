"""Networks from which mail filters follow links, with a browser's user agent and at any time."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Final, TypeAlias

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

# Only what their owners publish. Safe Links comes from Microsoft's cloud, whose addresses are
# anybody's servers too: a person clicks from there only on a desktop that runs there.
PUBLISHED: Final[dict[str, tuple[str, ...]]] = {
    # Exchange Online Protection: endpoint sets 9 and 10 of Microsoft 365's list for the world
    # (https://endpoints.office.com/endpoints/worldwide), as of 2026.
    "Microsoft": (
        "40.92.0.0/15",
        "40.107.0.0/16",
        "52.100.0.0/14",
        "52.238.78.88/32",
        "104.47.0.0/17",
        "2a01:111:f400::/48",
        "2a01:111:f403::/48",
    ),
    # Where Safe Links was seen to come from (github.com/mautic/mautic/issues/9400): within
    # Microsoft's 40.80.0.0/12.
    "Microsoft Safe Links": ("40.94.0.0/16",),
    # Email Gateway Defense (https://campus.barracuda.com/product/emailgatewaydefense).
    "Barracuda": ("209.222.80.0/21",),
}


def network(text: str) -> Network:
    """A network as `192.0.2.0/24`; raises ValueError."""
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        raise ValueError("is no network such as 192.0.2.0/24") from None


class Scanners:
    """The published networks, and those that an operator has found beside them."""

    def __init__(self, further: Iterable[Network] = ()) -> None:
        published = [network(each) for ranges in PUBLISHED.values() for each in ranges]
        self._networks = (*published, *further)

    def holds(self, address: str) -> bool:
        """Whether a mail filter may ask from this address; not for what is no address."""
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
        return any((mapped or found) in each for each in self._networks)
