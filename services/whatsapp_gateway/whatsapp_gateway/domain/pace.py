"""How fast a number may write, in all and to one account.

A turn is a moment for each number and chat before which nothing leaves; each message moves it on by
an interval, and some may leave ahead of it at once (the generic cell rate algorithm, ITU-T I.371).
Kept in the store, it holds for all processes together.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from contracts.whatsapp_gateway import WhatsAppConnectionKind, WhatsAppPace


@dataclass(frozen=True, slots=True)
class Rate:
    """A message each `interval` seconds, and `burst` at once. `jitter` adds up to so many
    intervals by chance, because nobody types like a clock."""

    interval: float
    burst: int = 1
    jitter: float = 0.0


# Meta: one message each six seconds to one account, short bursts allowed; more are refused with
# 131056. A linked device has no written limit, and those that write like machines are banned.
_TO_ONE: Final = {
    WhatsAppConnectionKind.SANDBOX: Rate(0.0, 1000),
    WhatsAppConnectionKind.CLOUD: Rate(6.0, 10),
    WhatsAppConnectionKind.LINKED: Rate(1.5, 4, jitter=1.0),
}
WARM_AFTER: Final = dt.timedelta(days=14)
COLD_SHARE: Final = 0.1  # of the people whom a new number may write to first on a day


def to_one(kind: WhatsAppConnectionKind) -> Rate:
    """How fast one account may be written to."""
    return _TO_ONE[kind]


def in_all(kind: WhatsAppConnectionKind, pace: WhatsAppPace) -> Rate:
    """How fast a number may write."""
    jitter = 0.5 if kind is WhatsAppConnectionKind.LINKED else 0.0
    return Rate(60.0 / pace.per_minute, max(1, min(20, pace.per_minute // 6)), jitter)


@dataclass(frozen=True, slots=True)
class Turn:
    """`wait` seconds until it is one's turn; at none, `next_at` is the turn after it."""

    wait: float
    next_at: dt.datetime


def turn(next_at: dt.datetime | None, now: dt.datetime, rate: Rate, chance: float = 0.0) -> Turn:
    """Whether a message may leave now; `chance` is 0 to 1."""
    theirs = max(next_at or now, now)
    ahead = (theirs - now).total_seconds() - (rate.burst - 1) * rate.interval
    if ahead > 0:
        return Turn(ahead, theirs)
    step = rate.interval * (1 + rate.jitter * chance)
    return Turn(0.0, theirs + dt.timedelta(seconds=step))


def people_a_day(pace: WhatsAppPace, since: dt.datetime, now: dt.datetime) -> int:
    """How many a number may write to first within a day, that is in use `since` then."""
    age = max(0.0, min(1.0, (now - since) / WARM_AFTER))
    return max(1, round(pace.people_a_day * (COLD_SHARE + (1 - COLD_SHARE) * age)))
