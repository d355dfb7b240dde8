"""Which words somebody is known by, and which of them are nobody else's."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from .search import folded

SHORTEST = 6  # letters of what is looked for everywhere; less stands in too many words
LONGEST = 320


def told_apart(name: str) -> bool:
    """Whether a name can be looked for everywhere: a first name alone is many people's."""
    return len(name.split()) > 1 and len(name) >= SHORTEST


def certain(
    names: Iterable[str], addresses: Iterable[str], namesakes: Collection[str]
) -> list[str]:
    """Those of somebody's names and addresses that mean him wherever they stand; `namesakes` are
    the folded names that somebody else has too."""
    hers = [name for name in names if told_apart(name) and folded(name) not in namesakes]
    return tidy([*hers, *(each for each in addresses if len(each) >= SHORTEST)])


def tidy(words: Iterable[str]) -> list[str]:
    """Each once, without those that are blank."""
    return list(dict.fromkeys(word.strip()[:LONGEST] for word in words if word.strip()))
