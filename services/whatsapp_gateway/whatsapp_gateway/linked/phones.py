"""Whether two spellings are one phone: WhatsApp's ids keep what countries have changed since."""

from __future__ import annotations

import re

# Brazil put a 9 before its mobiles in 2016, Mexico dropped a 1 in 2019, and the 9 of Argentina is
# dialled from abroad alone. WhatsApp's ids are as the account was made.
_SPELLINGS = (
    (re.compile(r"55([1-9]\d)([6-9]\d{7})", re.ASCII), r"55\g<1>9\g<2>"),
    (re.compile(r"521(\d{10})", re.ASCII), r"52\1"),
    (re.compile(r"549(\d{10})", re.ASCII), r"54\1"),
)


def key(phone: str) -> str:
    """One spelling, in digits, for all of a phone; not always one that can be called."""
    digits = re.sub(r"\D", "", phone, flags=re.ASCII)
    for pattern, spelling in _SPELLINGS:
        if pattern.fullmatch(digits):
            return pattern.sub(spelling, digits)
    return digits


def same(one: str, other: str) -> bool:
    """Whether they are the same phone."""
    return bool(key(one)) and key(one) == key(other)
