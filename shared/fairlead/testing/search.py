"""A plain model of search, to compare the real one with: slow, and without any index."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from ..store.search.words import COMPARED, errors_of, suffixes, words


def grade(text: str, asked: Sequence[str]) -> int | None:
    """How well a text answers to all of these folded words: 0 as asked, 1 begun so, 2 mistyped;
    None where it has not all of them."""
    found = [_grade_of(word, words(text)) for word in asked]
    return None if None in found else max((each for each in found if each is not None), default=0)


def _grade_of(asked: str, theirs: frozenset[str]) -> int | None:
    if asked in theirs:
        return 0
    if any(way.startswith(asked) for word in theirs for way in (word, *suffixes(word))):
        return 1
    return 2 if any(_may_mean(asked, word) for word in theirs) else None


def _may_mean(asked: str, word: str) -> bool:
    """Whether both are the same without so many letters each."""
    if not word.isalpha():
        return False
    most = errors_of(asked)
    return most > 0 and bool(_without(asked, most) & _without(word, most))


def _without(word: str, most: int) -> set[str]:
    word = word[:COMPARED]
    lengths = range(max(1, len(word) - most), len(word) + 1)
    return {"".join(kept) for length in lengths for kept in itertools.combinations(word, length)}
