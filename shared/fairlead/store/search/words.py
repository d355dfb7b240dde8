"""The words of a text, of a query, and what a word may be asked for by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

from .folding import fold

LONGEST = 40  # letters of a word; more are cut off, in texts and in queries
MOST_WORDS = 1000  # of a text; what comes later is not found
LONGEST_TEXT = 100_000  # characters that are looked at
MOST_ASKED = 8  # words of a query; the others are left out
LONGEST_QUERY = 500
COMPARED = 12  # letters in which typing errors are looked for
ONE_ERROR, TWO_ERRORS = 4, 8  # letters that a query's word needs for so many

# Runs of letters and digits, and such runs held together: TRP-2026-0099, 12:30, O'Brien. Each
# begins to match wherever a letter stands and never gives back what it took: linear on any text.
_PART = re.compile(r"[^\W_]+")
_CHUNK = re.compile(r"[^\W_]+(?:[-./:,'’_][^\W_]+)*")
# Digits in groups, as phone numbers are written, that are not the end of a reference.
_NUMBER = re.compile(r"(?<![\w\-./])\d[\d\s().\-/]*\d")
_DIGITS = range(7, 21)
_DIGIT = re.compile(r"\d")
# Scripts that put no blanks between words: Han and kana, Thai, Lao, Khmer, Burmese.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff]"
)


def words(*texts: str) -> frozenset[str]:
    """The words by which somebody finds these texts: at most MOST_WORDS, the first ones."""
    found: dict[str, None] = {}
    room = LONGEST_TEXT
    for text in texts:
        for word in _words(fold(text[:room])):
            found[word[:LONGEST]] = None
            if len(found) == MOST_WORDS:
                return frozenset(found)
        room = max(0, room - len(text))
    return frozenset(found)


def query_words(query: str) -> list[str]:
    """The words of a query, all of which a text must have; at most MOST_ASKED."""
    found: dict[str, None] = {}
    rest = fold(query[:LONGEST_QUERY])
    for written in _NUMBER.findall(rest):
        if (number := _number(written)) is not None:
            found[_dialled(number)] = None
            rest = rest.replace(written, " ")
    for chunk in _CHUNK.findall(rest):
        for word in [_joined(chunk)] if _is_one(chunk) else _PART.findall(chunk):
            found[_dialled(word[:LONGEST])] = None
    return list(found)[:MOST_ASKED]


def _words(folded: str) -> Iterator[str]:
    for chunk in _CHUNK.findall(folded):
        parts = _PART.findall(chunk)
        yield from parts
        if len(parts) > 1:
            yield _joined(chunk)
    for written in _NUMBER.findall(folded):
        if (number := _number(written)) is not None:
            yield number


def _joined(chunk: str) -> str:
    return "".join(_PART.findall(chunk[: 2 * LONGEST]))


def _is_one(chunk: str) -> bool:
    """Whether somebody who writes it so means it as one word: a reference, an hour, O'Brien."""
    return _DIGIT.search(chunk) is not None or not set(chunk) & set("-./:,_")


def _number(written: str) -> str | None:
    """Groups of digits that may be a phone number, as one."""
    groups = re.findall(r"\d+", written)
    number = "".join(groups)
    return number if len(groups) > 1 and len(number) in _DIGITS else None


def _dialled(word: str) -> str:
    """A phone number without the 00 or 0 that is dialled before what is kept of it."""
    is_phone = word.isdigit() and len(word) in _DIGITS
    return word.lstrip("0") or word if is_phone else word


def suffixes(word: str) -> list[str]:
    """Where else than at its beginning somebody may begin to write a word.

    At any digit and where digits end, so that a part of a phone number or a reference is found; at
    any letter of a script without blanks.
    """
    starts = range(1, len(word))
    if _UNSPACED.search(word):
        return [word[at:] for at in starts]
    if not _DIGIT.search(word):
        return []
    return [
        word[at:]
        for at in starts
        if len(word) - at > 1 and (word[at].isdigit() or word[at - 1].isdigit())
    ]


def errors_of(word: str) -> int:
    """How many typing errors a query's word may have."""
    if len(word) < ONE_ERROR or not _is_plain(word):
        return 0
    return 2 if len(word) >= TWO_ERRORS else 1


def remains(word: str, errors: int) -> set[str]:
    """What is left of the word's first letters without `errors` of them."""
    word = word[:COMPARED]
    kept = len(word) - errors
    return {"".join(letters) for letters in combinations(word, kept)} if kept > 0 else set()


def typos(word: str) -> Iterator[tuple[int, str]]:
    """What is left of a text's word without some letters, and for how many errors it serves."""
    if len(word) < ONE_ERROR - 1 or not _is_plain(word):
        return
    for errors in range(3 if len(word) >= TWO_ERRORS - 2 else 2):
        for rest in remains(word, errors):
            yield max(errors, 1), rest


def mistyped(asked: str) -> Iterator[tuple[int, str]]:
    """Which of `typos` a word has for which `asked` may have been meant."""
    allowed = errors_of(asked)
    for errors in range(allowed + 1 if allowed else 0):
        for rest in remains(asked, errors):
            for theirs in range(1, allowed + 1):
                yield theirs, rest


def is_similar(asked: str, word: str) -> bool:
    """Whether `word` may be what was meant by `asked`, which has some letters wrong.

    What both have left without so many letters each must be the same. So it is for a letter too
    many, too few, another one, two exchanged (any edit distance up to `errors_of(asked)`), and for
    a letter moved.
    """
    allowed = errors_of(asked)
    if not allowed or asked == word or not _is_plain(word):
        return False
    asked, word = asked[:COMPARED], word[:COMPARED]
    return max(len(asked), len(word)) - _in_common(asked, word) <= allowed


def _in_common(one: str, other: str) -> int:
    """The length of the longest common subsequence."""
    row = [0] * (len(other) + 1)
    for letter in one:
        above = 0
        for at, theirs in enumerate(other, 1):
            above, row[at] = row[at], above + 1 if letter == theirs else max(row[at], row[at - 1])
    return row[-1]


def _is_plain(word: str) -> bool:
    """Whether typing errors are looked for in it: no numbers, where each digit counts."""
    return word.isalpha() and not _UNSPACED.search(word)
