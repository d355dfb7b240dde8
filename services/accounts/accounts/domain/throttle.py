"""How failed sign-ins are slowed down.

An attempt is counted before its password is looked at, and taken back when it was right: so
attempts that run at once, on however many replicas, cannot slip through together. Two tallies
are kept, one of the pair of network address and email, and a wider one of the network address,
which stops somebody who tries one password on many users. A tally drains with time, so that the
mistypes of many weeks do not add up.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

FORGIVEN = timedelta(minutes=30)  # after this, one failure less counts
LONGEST = timedelta(minutes=15)
_DOUBLINGS = 12  # 2**12 s is beyond LONGEST; a count of millions must not make a huge number


@dataclass(frozen=True, slots=True)
class Tally:
    """When the failures so far will all be forgiven, and when the next attempt is looked at."""

    clear_at: datetime
    open_at: datetime

    def failures(self, now: datetime) -> int:
        """How many failures count at `now`."""
        return max(0, math.ceil((self.clear_at - now) / FORGIVEN))


@dataclass(frozen=True, slots=True)
class Limit:
    """One tally's name, how many failures cost nothing, and whether success clears them all."""

    key: str
    free: int
    forgiving: bool = True

    def wait(self, tally: Tally, now: datetime) -> float:
        """Seconds until the next attempt, 0.0 for at once."""
        if tally.failures(now) <= self.free:
            return 0.0
        return max(0.0, (tally.open_at - now).total_seconds())

    def failed(self, tally: Tally, now: datetime) -> Tally:
        """The tally with one failure more: past `free` the wait doubles from 1 s to 15 min."""
        more = Tally(max(tally.clear_at, now) + FORGIVEN, now)
        beyond = more.failures(now) - self.free
        if beyond <= 0:
            return more
        wait = timedelta(seconds=2 ** min(beyond - 1, _DOUBLINGS))
        return Tally(more.clear_at, now + min(wait, LONGEST))

    def succeeded(self, tally: Tally, now: datetime) -> Tally:
        """The tally after an attempt that was counted as failed and then turned out to be right."""
        return fresh(now) if self.forgiving else Tally(tally.clear_at - FORGIVEN, now)


def fresh(now: datetime) -> Tally:
    """A tally of nothing."""
    return Tally(now, now)


def sign_in_limits(email: str, remote: str) -> tuple[Limit, ...]:
    """The tallies of a sign-in: of the pair, and of the network address alone."""
    return (
        Limit(_key("pair", email, remote), free=5),
        # An office behind one address signs in with many users, and mistypes now and then. One's
        # own success does not clear the others' failures.
        Limit(_key("remote", remote), free=50, forgiving=False),
    )


def password_limits(user: UUID) -> tuple[Limit, ...]:
    """The tally of attempts to change the password of a user who is signed in."""
    return (Limit(_key("password", user.hex), free=5),)


def code_limits(user: UUID) -> tuple[Limit, ...]:
    """The tally of codes of a second factor: of the user, from wherever they are tried."""
    return (Limit(_key("code", user.hex), free=5),)


def reset_limits(email: str, remote: str) -> tuple[Limit, ...]:
    """The tallies of requests for a new password: each counts, for none of them fails."""
    return (
        Limit(_key("reset", email), free=3, forgiving=False),
        Limit(_key("resets from", remote), free=20, forgiving=False),
    )


def _key(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
