"""Waiting for the store, where work is under way that must not be forgotten."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import eventlet

from fairlead.store import is_away, is_overdue, is_serialization

T = TypeVar("T")

AWAY_SECONDS = 0.5  # between tries


def patiently(action: Callable[[], T]) -> T:
    """What `action` returns; while the store is away, or another transaction stands in the way, it
    is done again and again.

    For work that was claimed: it would else lie until its lease runs out, and count as tried.
    """
    while True:
        try:
            return action()
        except Exception as error:
            if not (is_away(error) or is_serialization(error) or is_overdue(error)):
                raise
            eventlet.sleep(AWAY_SECONDS)
