"""A draft composed with what the inbox knows at this moment."""

from __future__ import annotations

from eventlet import tpool

from contracts.inbox import Draft
from fairlead.context import Context
from fairlead.service import ServiceStore

from . import knowing
from .domain.composing import Composed, compose
from .domain.knowledge import Knowledge


def composed(
    store: ServiceStore, draft: Draft, author: Context
) -> tuple[list[Composed], Knowledge]:
    """The messages that `draft` of `author` becomes, and what they were made with."""
    with store.reading() as session:
        known = knowing.gather(session, draft, author)
    # Rendering is up to some tenths of a second for each message that a hostile template makes.
    return tpool.execute(compose, draft, known), known
