"""The lines with which mail programs begin a quote: recognised one by one, in bounded time."""

import re
from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from typing import Final

from .languages import LANGUAGES, Language

# The line above a quote is short even with two long names; a longer line is somebody's text.
MAX_LINE: Final = 400
# "On <date>, <name> <address> wrote:" is wrapped at 72 to 78 columns.
MAX_WRAP: Final = 4
# A program wraps what does not fit: a shorter line with the next word is a line of its own.
MIN_WRAPPED: Final = 45
# Labels with wrapped lists of recipients between them; also bounds the work at each line.
MAX_HEADER_LINES: Final = 24
MAX_LABEL: Final = 30
MIN_LABELS: Final = 3
# An opener of this length says by itself what the line is ("odesílatel"), wherever it stands.
LONG_OPENER: Final = 5
# A date that begins the line, perhaps after the day of the week.
DATE_LEAD: Final = 30

_DECORATION: Final = " \t\u00a0-\u2010\u2011\u2012\u2013\u2014\u2015_*=~#|"
_RULE: Final = re.compile(r"[\s\-\u2013\u2014_=*]*[\-\u2013\u2014_=]{5,}[\s\-\u2013\u2014_=*]*")
_ADDRESS: Final = re.compile(r"[^\s<>@:,;\"()\[\]]@[^\s<>@:,;\"()\[\]]")
_DATE: Final = re.compile(
    r"\d{1,4}\s?[./-]\s?\d{1,2}\s?[./-]\s?\d{2,4}|\b(?:19|20)\d\d\b|\d{1,2}\.\s?\w{3,12}\b"
    r"|\b[^\W\d_]{3,9}\.?\s\d{1,2}\b"
)
_YEAR: Final = re.compile(r"\b(?:19|20)\d\d\b|\d{1,2}\s?[./-]\s?\d{1,2}\s?[./-]\s?\d\d\b|年")
_TIME: Final = re.compile(r"\d{1,2}[:.h]\d{2}")
_WORDS: Final = re.compile(r"[^\W\d_]+(?:[/(][^\W\d_]+\)?)?")
COLONS: Final = (":", "\uff1a")  # the second is how Chinese and Japanese write it


class Label(Enum):
    """The fields of a quoted header block."""

    SENDER = "sender"
    DATE = "date"
    RECEIVER = "receiver"
    COPY = "copy"
    SUBJECT = "subject"


def _all(choose: Callable[[Language], Iterable[str]]) -> frozenset[str]:
    return frozenset(word for language in LANGUAGES.values() for word in choose(language))


VERBS: Final = _all(lambda language: language.verbs)
# Scripts without spaces: the verb is the end of a longer run of letters.
_JOINED_VERBS: Final = tuple(verb for verb in VERBS if verb[-1] > "\u2fff")
OPENERS: Final = _all(lambda language: language.openers)
_OPENINGS: Final = tuple(
    opener if opener[-1] > "\u2fff" else f"{opener} " for opener in sorted(OPENERS)
)
_TELLING_WORDS: Final = tuple(f" {word} " for word in OPENERS if len(word) >= LONG_OPENER)
ORIGINALS: Final = _all(lambda language: language.original)
FORWARDS: Final = _all(lambda language: language.forwarded)
LABELS: Final[dict[str, Label]] = {
    word: label
    for label in reversed(Label)
    for language in LANGUAGES.values()
    for word in getattr(language, label.value)
}


def is_quoted(line: str) -> bool:
    """Whether the line has a quote's `>` before it. `>From ` is an mbox's mark and no quote."""
    bare = line.lstrip()
    return bare.startswith(">") and not bare.startswith(">From ")


def is_rule(line: str) -> bool:
    """Whether the line belongs over a header block: Outlook's 32 underscores, a bare title."""
    if len(line) > MAX_LINE:
        return False
    return (
        bool(_RULE.fullmatch(line)) or line.strip(_DECORATION).rstrip(":").casefold() in ORIGINALS
    )


def is_original(line: str) -> bool:
    """Whether the line says "Original message" between dashes, in any language we know.

    Zoho writes the whole "On ... wrote" between dashes instead.
    """
    bare = line.strip()
    if len(bare) > MAX_LINE or not bare.startswith(("--", "__", "==", "\u2014", "\u2013\u2013")):
        return False
    inner = bare.strip(_DECORATION).rstrip(":").casefold()
    if inner in ORIGINALS:
        return True
    return bare.endswith("--") and _has_verb(inner) and bool(_ADDRESS.search(inner))


def is_forward(line: str) -> bool:
    """Whether the line introduces a message that is passed on: news to us, not a quote."""
    bare = line.strip()
    if len(bare) > MAX_LINE:
        return False
    inner = bare.strip(_DECORATION).rstrip(" :\u00a0\uff1a").casefold()
    return inner in FORWARDS and (bare[-1] in COLONS or bare.startswith(("--", "\u2014", "==")))


def attribution_start(lines: Sequence[str], end: int, quote_follows: bool) -> int | None:
    """Return where "On ... wrote:" begins whose last line is `lines[end]`; None if it is none.

    Such a line may be wrapped over MAX_WRAP lines. It names a time and a person; with a quote under
    it less is enough, because a sentence that ends in "wrote:" is not followed by `>`.
    """
    joined = ""
    weak: int | None = None
    for start in range(end, max(-1, end - MAX_WRAP), -1):
        line = lines[start].strip()
        if not line or is_quoted(line) or len(line) > MAX_LINE:
            break
        if joined and len(line) + len(joined.split(None, 1)[0]) < MIN_WRAPPED:
            break
        joined = f"{line} {joined}".strip()
        text = joined.casefold()
        if _is_strong(text, quote_follows):
            return start
        if quote_follows and weak is None and _is_weak(text):
            weak = start
    return weak


def begins_header_block(lines: Sequence[str], start: int) -> bool:
    """Whether a quoted header block begins at `lines[start]`.

    A block is three different known labels, of which one has an address, or one a date and there is
    a subject: "From: Prague / To: Vienna" is what customers of a travel company write.
    """
    found: dict[Label, str] = {}
    gap = False
    for line in lines[start : start + MAX_HEADER_LINES]:
        label, value = _labelled(line)
        if label is not None:
            found.setdefault(label, value)
        elif gap or not found:
            break  # text, or the second empty line in a row
        elif line.strip() and found.keys().isdisjoint({Label.RECEIVER, Label.COPY}):
            break  # only lists of recipients are long enough to be wrapped
        gap = not line.strip()
    return _is_header_block(found)


def _is_header_block(found: dict[Label, str]) -> bool:
    if len(found) < MIN_LABELS:
        return False
    people = (found.get(label, "") for label in (Label.SENDER, Label.RECEIVER, Label.COPY))
    if any(_ADDRESS.search(value) for value in people):
        return True
    date = found.get(Label.DATE, "")
    return Label.SUBJECT in found and bool(_DATE.search(date) or _TIME.search(date))


def _labelled(line: str) -> tuple[Label | None, str]:
    bare = line[:MAX_LINE].lstrip(" \t\u00a0*_|")
    position = min((bare.find(colon) for colon in COLONS if colon in bare), default=-1)
    if not 0 < position <= MAX_LABEL:
        return None, ""
    return LABELS.get(bare[:position].strip(" \t\u00a0*_").casefold()), bare[position + 1 :]


def _has_verb(text: str) -> bool:
    words = _WORDS.findall(text)
    return not VERBS.isdisjoint(words) or any(
        word.endswith(_JOINED_VERBS) for word in words if word[-1] > "\u2fff"
    )


def _has_opener(text: str) -> bool:
    padded = f" {text} "
    return text.startswith(_OPENINGS) or any(word in padded for word in _TELLING_WORDS)


def _is_strong(text: str, quote_follows: bool) -> bool:
    """A time and a person. Without a quote below, an address or the full date and hour as well."""
    dated = _DATE.search(text) or _TIME.search(text)
    if not dated:
        return False
    address = bool(_ADDRESS.search(text))
    if not _has_verb(text):
        return address and text.endswith(COLONS) and text[:-1].rstrip().endswith((">", ")", "]"))
    if address:
        return True
    led = dated.start() < DATE_LEAD or _has_opener(text)
    return led and (quote_follows or bool(_YEAR.search(text) and _TIME.search(text)))


def _is_weak(text: str) -> bool:
    """Two of three: a verb, an address, a colon at the end. Only a quote below makes it enough."""
    return _has_verb(text) + bool(_ADDRESS.search(text)) + text.endswith(COLONS) >= 2
