"""What WhatsApp calls people and groups.

A number without plus, a hidden id that ends in `@lid`, a business-scoped id such as `US.134…`, or a
group's, which ends in `@g.us`. They go back to the network byte by byte as they came; for
comparing, the spellings of one mobile (Brazil, Argentina, Mexico) are one.
"""

from __future__ import annotations

import re

from fairlead import phone_spellings

_NUMBER = re.compile(r"\+?([1-9]\d{5,14})(?::\d+)?(?:@(?:s\.whatsapp\.net|c\.us))?", re.ASCII)
_LID = re.compile(r"(\d{6,20})(?::\d+)?@lid", re.ASCII)
_BUSINESS = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}", re.ASCII)
_GROUP = re.compile(r"[\w.=-]{5,100}@g\.us", re.ASCII)


def normalised(address: str) -> str:
    """`address` without the number of a device; raises ValueError where it is none."""
    written = address.strip()
    if found := _NUMBER.fullmatch(written):
        return found[1]
    if found := _LID.fullmatch(written):
        return f"{found[1]}@lid"
    if _BUSINESS.fullmatch(written) or _GROUP.fullmatch(written):
        return written
    raise ValueError("is no WhatsApp account: a number with its country code, or an id of WhatsApp")


def key(address: str) -> str:
    """One spelling for all of one account's."""
    try:
        plain = normalised(address)
    except ValueError:
        return address.strip().casefold()[:320]
    return phone_spellings.key(f"+{plain}")[1:] if plain.isdigit() else plain


def is_number(address: str) -> bool:
    """Whether it is a phone number."""
    return _NUMBER.fullmatch(address.strip()) is not None


def is_group(address: str) -> bool:
    """Whether it is a group's."""
    return _GROUP.fullmatch(address.strip()) is not None


def digits(e164: str) -> str:
    """A number as the network writes it."""
    return e164.lstrip("+")
