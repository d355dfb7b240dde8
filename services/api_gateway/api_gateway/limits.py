"""Rate limits: a bucket of requests for each user, token or address."""

from __future__ import annotations

import ipaddress
import math
import time
from collections import OrderedDict
from dataclasses import dataclass

from flask import request

from fairlead.errors import TooMany

REMEMBERED = 50_000  # buckets; the one longest unused is forgotten first
_ROUNDING = 1e-6  # of a request, lost when times are added up as floats


def household(address: str) -> str:
    """What counts as one visitor: an address, of IPv6 the /64 that one line is given."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return address
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((int(found) >> 64 << 64, 64)))


def visitor() -> str:
    """Who sent the request at hand, as far as his address tells."""
    return household(request.remote_addr or "")


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


class Limiter:
    """Lets through `burst` requests at once and `per_second` in the long run, for each key.

    Each process counts for itself, so with n replicas a client may reach n times as much.
    """

    def __init__(self, *, per_second: float, burst: int) -> None:
        self._rate = per_second
        self._burst = burst
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, key: str, now: float | None = None) -> None:
        """Count one request; raises TooMany with `retry_after` seconds."""
        now = time.monotonic() if now is None else now
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = _Bucket(float(self._burst), now)
            if len(self._buckets) > REMEMBERED:
                self._buckets.popitem(last=False)
        self._buckets.move_to_end(key)
        bucket.tokens = min(self._burst, bucket.tokens + (now - bucket.at) * self._rate)
        bucket.at = now
        if bucket.tokens < 1 - _ROUNDING:
            # Rounded up: who comes back after these seconds is let through.
            wait = math.ceil((1 - bucket.tokens) / self._rate)
            raise TooMany(
                "gateway.too_many_requests",
                f"Too many requests; come back in {wait} seconds",
                retry_after=wait,
            )
        bucket.tokens -= 1
