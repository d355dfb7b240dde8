"""How contacts are sorted and searched: what is looked into."""

from __future__ import annotations

from collections.abc import Iterable

from fairlead.store.search.folding import fold

_LONGEST = 4000


def searched(name: str, company: str, addresses: Iterable[str]) -> str:
    """Everything that a search of contacts looks into, folded."""
    return folded(" ".join((name, company, *addresses)))[:_LONGEST]


def folded(text: str) -> str:
    """`text` as it is compared: without case, accents and runs of blanks ("José" is "jose")."""
    return " ".join(fold(text).split())
