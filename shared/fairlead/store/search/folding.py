"""Letters as they are compared: without case, accents and the ways of writing one letter."""

from __future__ import annotations

import unicodedata

# Letters that Unicode does not take apart, as they are written where a keyboard lacks them.
_PLAIN = {
    "ł": "l",
    "ø": "o",
    "đ": "d",
    "ð": "d",
    "ħ": "h",
    "ŧ": "t",
    "ŋ": "n",
    "ı": "i",
    "æ": "ae",
    "œ": "oe",
    "þ": "th",
    "ĸ": "k",
}


class _Table(dict[int, str]):
    """What each letter becomes, found when it is first met. `str.translate` reads it."""

    def __missing__(self, code: int) -> str:
        self[code] = found = _letter(chr(code))
        return found


def _letter(letter: str) -> str:
    # Twice: some letters have case only after they are taken apart (Unicode 3.13, D146).
    parts = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", letter).casefold())
    return "".join(_bare(part) for part in parts)


def _bare(part: str) -> str:
    if part == "\0" or unicodedata.category(part).startswith("M"):
        return ""  # accents, vowel signs; and what no database takes
    if part.isdecimal():
        return str(unicodedata.decimal(part))
    return _PLAIN.get(part, part)


_TABLE = _Table()


def fold(text: str) -> str:
    """`text` as it is compared: "Ørsted STRASSE" and "orsted straße" are the same.

    Each letter by itself, so that the folded text is the folded letters one after another.
    """
    return text.translate(_TABLE)
