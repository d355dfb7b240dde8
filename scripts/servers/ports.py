"""Free TCP ports on loopback for servers that must keep theirs over a restart."""

from __future__ import annotations

import random
import socket

# Below Linux' ephemeral range (32768-60999): there a client's outgoing connection may be given
# the port of a server that is down for a moment, and the server cannot come back on it.
LOWEST, HIGHEST = 15_000, 32_767


def is_free(port: int) -> bool:
    """Whether a server could listen on 127.0.0.1:`port` now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_ports(count: int) -> list[int]:
    """`count` different ports on which nothing listens, drawn at random so that runs side by
    side do not draw the same; raises OSError when none can be found."""
    draws = random.SystemRandom().sample(range(LOWEST, HIGHEST + 1), 500)
    found = [port for _, port in zip(range(count), filter(is_free, draws), strict=False)]
    if len(found) < count:
        raise OSError(f"no {count} free ports between {LOWEST} and {HIGHEST}")
    return found
