"""A text in parts: which encoding it needs, where it is cut, what each part weighs.

One character that the GSM alphabet does not have makes the whole text UCS-2, which carriers read
as UTF-16. A text of several parts loses room in each to the header that joins them (TS 23.040,
9.2.3.24.1), and no part ends between an escape and its character or within a surrogate pair.
"""

from __future__ import annotations

import enum
import unicodedata
from dataclasses import dataclass

from . import alphabet

MOST_PARTS = 255  # the header counts in one octet


class Encoding(enum.Enum):
    """How the text goes over the air."""

    GSM_7 = "gsm_7"
    UCS_2 = "ucs_2"


class Reference(enum.Enum):
    """How many bits number the texts of several parts between two phones."""

    BITS_8 = 8
    BITS_16 = 16


_SINGLE = {Encoding.GSM_7: 160, Encoding.UCS_2: 70}
_JOINED = {
    (Encoding.GSM_7, Reference.BITS_8): 153,
    (Encoding.GSM_7, Reference.BITS_16): 152,
    (Encoding.UCS_2, Reference.BITS_8): 67,
    (Encoding.UCS_2, Reference.BITS_16): 66,
}

# What typographers, word processors and phones put in place of a plain character.
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′‵`´ʹʻʼˈ＇", "'"),
        **dict.fromkeys("“”„‟″‶«»〝〞＂", '"'),
        **dict.fromkeys("‐‑‒–—―−﹣－", "-"),
        **dict.fromkeys("\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006", " "),
        **dict.fromkeys("\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t", " "),
        **dict.fromkeys("\u00ad\u200b\u2060\ufeff", None),  # joiners stay: emoji are made of them
        "…": "...",
        "\u2028": "\n",
        "\u2029": "\n",
        "•": "-",
        "·": "-",
    }
)


class TooLong(ValueError):
    """The text needs more parts than there can be."""


@dataclass(frozen=True, slots=True)
class Forcing:
    """The first character that made a text UCS-2, and its place."""

    place: int
    character: str


@dataclass(frozen=True, slots=True)
class Split:
    """A text cut into parts.

    `units` has the septets or UTF-16 units of each part; `left` says how many more fit into the
    last one.
    """

    encoding: Encoding
    parts: list[str]
    units: list[int]
    left: int
    forced_by: Forcing | None

    @property
    def total(self) -> int:
        """How many parts a carrier will count."""
        return len(self.parts)


def prepared(text: str, *, plain: bool = False) -> str:
    """`text` as it is best sent: composed (NFC), so that é is one character of the alphabet and
    not two of none; with `plain`, typographic characters as their plain ones.

    Not for a machine's commands, which leave as they were written (mission H6).
    """
    composed = unicodedata.normalize("NFC", text)
    return composed.translate(_PLAIN) if plain else composed


def split(text: str, reference: Reference = Reference.BITS_8, *, latin_1: bool = False) -> Split:
    """Cut `text`, which is changed in nothing. An empty text is one empty part. By a route that
    takes Latin-1 in place of the GSM alphabet (`latin_1`) what only the latter has needs UCS-2.

    Raises TooLong above 255 parts.
    """
    stranger = next(alphabet.foreign(text), None)
    if stranger is None and latin_1:
        stranger = next(((n, each) for n, each in enumerate(text) if each > "\xff"), None)
    encoding = Encoding.UCS_2 if stranger else Encoding.GSM_7
    room = _SINGLE[encoding]
    whole = _units(text, encoding)
    if whole <= room:
        parts, units = [text], [whole]
    else:
        room = _JOINED[encoding, reference]
        parts, units = _cut(text, [_units(each, encoding) for each in text], room)
    if len(parts) > MOST_PARTS:
        raise TooLong(f"it would need {len(parts)} parts; {MOST_PARTS} is the most")
    forced_by = Forcing(*stranger) if stranger else None
    return Split(encoding, parts, units, room - units[-1], forced_by)


def _units(text: str, encoding: Encoding) -> int:
    if encoding is Encoding.GSM_7:
        return alphabet.septets(text)
    return len(text.encode("utf-16-be", "surrogatepass")) // 2


def _cut(text: str, weights: list[int], room: int) -> tuple[list[str], list[int]]:
    begins, units = [0], [0]
    for place, weight in enumerate(weights):
        if units[-1] + weight > room:
            begins.append(place)
            units.append(0)
        units[-1] += weight
    ends = [*begins[1:], len(text)]
    return [text[begin:end] for begin, end in zip(begins, ends, strict=True)], units
