"""What follows from an attempt: done, again later, or given up."""

from __future__ import annotations

import email.utils
import random as random_module
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

ATTEMPTS: Final = 13  # with the waits between them about three days
FIRST: Final = 5.0  # seconds
FACTOR: Final = 4.0
LONGEST: Final = 12 * 3600.0
JITTER: Final = 0.2  # of the wait, to either side
DISABLED_AFTER: Final = 3 * 86_400.0  # seconds in which nothing arrived
GONE: Final = 410  # HTTP: the receiver wants no more (RFC 9110, section 15.5.11)
_TELLS_WHEN: Final = frozenset({429, 503})


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended: HTTP's status, or an error where there was no answer."""

    status: int | None = None
    error: str | None = None
    retry_after: str | None = None
    final: bool = False  # it is no use to ask again

    @property
    def arrived(self) -> bool:
        """Whether the receiver has taken it."""
        return self.status is not None and 200 <= self.status < 300


def wait(
    attempt: int,
    outcome: Outcome,
    *,
    now: float,
    random: Callable[[], float] = random_module.random,
) -> float | None:
    """Seconds until the attempt after `attempt` (from 1); None when it is given up.

    The waits grow by FACTOR up to LONGEST, each spread so that what failed together does not come
    again together. A receiver that says when it wants to be asked is heeded within those bounds.
    """
    if attempt >= ATTEMPTS or outcome.final or outcome.status == GONE:
        return None
    bound = min(LONGEST, FIRST * FACTOR ** (attempt - 1))
    spread = bound * (1 + JITTER * (2 * random() - 1))
    wanted = _wanted(outcome, now)
    return spread if wanted is None else max(spread, min(wanted, LONGEST))


def _wanted(outcome: Outcome, now: float) -> float | None:
    """Retry-After in seconds (RFC 9110, section 10.2.3), where it is one."""
    text = (outcome.retry_after or "").strip()
    if outcome.status not in _TELLS_WHEN or not text or len(text) > 100:
        return None
    if text.isascii() and text.isdigit():
        return float(text[:12])
    try:
        return email.utils.parsedate_to_datetime(text).timestamp() - now
    except (ValueError, TypeError, OverflowError):
        return None
