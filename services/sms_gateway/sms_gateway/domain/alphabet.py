"""The GSM 7-bit default alphabet with its extension table (3GPP TS 23.038, 6.2.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator

ESCAPE = 0x1B

# Each character at its own code. The one at 0x1B is the escape, which stands for no character.
_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅå"
    "Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"
    " !\"#¤%&'()*+,-./"
    "0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNO"
    "PQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmno"
    "pqrstuvwxyzäöñüà"
)
_EXTENSION = {
    "\f": 0x0A,
    "^": 0x14,
    "{": 0x28,
    "}": 0x29,
    "\\": 0x2F,
    "[": 0x3C,
    "~": 0x3D,
    "]": 0x3E,
    "|": 0x40,
    "€": 0x65,
}

_CODES = {character: chr(code) for code, character in enumerate(_BASIC) if code != ESCAPE}
_CODES |= {character: chr(ESCAPE) + chr(code) for character, code in _EXTENSION.items()}
_EXTENDED = {code: character for character, code in _EXTENSION.items()}
# Every text goes through these, so it is C that walks over its characters.
_AS_OCTETS = str.maketrans(_CODES)
_FOREIGN = re.compile(f"[^{re.escape(''.join(_CODES))}]")
_DOUBLE = re.compile(f"[{re.escape(''.join(_EXTENSION))}]")


def septets(text: str) -> int:
    """How many of its septets the alphabet needs for `text`, which has nothing foreign."""
    return len(text) + len(_DOUBLE.findall(text))


def foreign(text: str) -> Iterator[tuple[int, str]]:
    """The characters of `text` that the alphabet does not have, each with its place."""
    return ((found.start(), found[0]) for found in _FOREIGN.finditer(text))


def encode(text: str) -> bytes:
    """`text` with one septet in each octet, as SMPP carries it.

    Raises ValueError that names what is foreign.
    """
    for place, character in foreign(text):
        raise ValueError(f"{character!r} at {place} is not in the GSM alphabet")
    return text.translate(_AS_OCTETS).encode("latin-1")


def decode(octets: bytes) -> str:
    """The text of unpacked septets.

    Whatever an unknown escape sequence stands for, its second septet is shown as the basic table
    has it, and two escapes as a space (TS 23.038, 6.2.1.1). The bit that septets do not have is
    ignored.
    """
    text: list[str] = []
    escaped = False
    for octet in octets:
        code = octet & 0x7F
        if escaped:
            escaped = False
            text.append(" " if code == ESCAPE else _EXTENDED.get(code, _BASIC[code]))
        elif code == ESCAPE:
            escaped = True
        else:
            text.append(_BASIC[code])
    return "".join(text)
