"""Ids that sort by the time they were made (UUID version 7, RFC 9562 §5.7)."""

from __future__ import annotations

import secrets
import time
from uuid import UUID

from ..real_locks import real_lock

_RANDOM_BITS = 74
_STEP_BITS = 32

_lock = real_lock()
_last = 0  # milliseconds and the random bits behind them, as one number


def new_id() -> UUID:
    """A new UUIDv7, greater than every one this process made before.

    Within one millisecond, and while the clock stands or goes back, the random part grows by a
    random step (RFC 9562 §6.2, method 2); should it run over, the id is a millisecond ahead.
    """
    global _last
    now = time.time_ns() // 1_000_000
    with _lock:
        if now > _last >> _RANDOM_BITS:
            _last = now << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)
        else:
            _last += 1 + secrets.randbits(_STEP_BITS)
        number = _last
    random = number & (1 << _RANDOM_BITS) - 1
    return UUID(
        int=(number >> _RANDOM_BITS) << 80
        | 0x7 << 76
        | (random >> 62) << 64
        | 0b10 << 62
        | random & (1 << 62) - 1
    )
