"""Which part of a text is shown for a query, and which letters of it are marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .folding import fold
from .words import LONGEST, is_similar, suffixes

LOOKED_AT = 20_000  # characters of a text in which marks are looked for
SHOWN = 200  # characters of a snippet
BEFORE = 40  # of them before the first mark
MOST_MARKS = 50


@dataclass(frozen=True, slots=True)
class Snippet:
    """A part of a text, and what is marked in it: from and to before which character each.

    Characters are Unicode's code points. Nothing is escaped: it is text, not HTML.
    """

    text: str
    marks: list[tuple[int, int]]


def marks(text: str, words: Sequence[str]) -> list[tuple[int, int]]:
    """Where `words`, which are folded, stand in the text: as they are, begun or mistyped."""
    found = []
    for start, end, word in _spans(text[:LOOKED_AT]):
        if _is_meant(word, words):
            found.append((start, end))
            if len(found) == MOST_MARKS:
                break
    return found


def snippet(text: str, words: Sequence[str]) -> Snippet:
    """The part of the text in which the first marks are; its beginning, if there are none."""
    found = marks(text, words)
    start = _word_start(text, max(0, found[0][0] - BEFORE)) if found else 0
    shown = text[start : start + SHOWN]
    inside = [(first - start, last - start) for first, last in found if last <= start + len(shown)]
    return Snippet(shown, [each for each in inside if each[0] >= 0])


def _word_start(text: str, at: int) -> int:
    """The next place at which a word begins, not far away."""
    if at == 0:
        return 0
    blank = text.find(" ", at, at + BEFORE // 2)
    return blank + 1 if blank >= 0 else at


def _spans(text: str) -> Iterator[tuple[int, int, str]]:
    """The runs of letters and digits: where they begin and end, and folded."""
    start, word = 0, ""
    for at, letter in enumerate(text):
        folded = fold(letter)
        if folded.isalnum() or (folded == "" and word):
            if not word:
                start = at
            word += folded
        elif word:
            yield start, at, word
            word = ""
    if word:
        yield start, len(text), word


def _is_meant(word: str, asked: Sequence[str]) -> bool:
    word = word[:LONGEST]
    ways = [word, *suffixes(word)]
    return any(
        any(way.startswith(each) for way in ways)
        or _is_in_number(word, each)
        or is_similar(each, word)
        for each in asked
    )


def _is_in_number(word: str, asked: str) -> bool:
    """Whether a part of a number or reference that is written in groups was asked for."""
    return len(word) > 1 and any(c.isdigit() for c in asked) and word in asked
