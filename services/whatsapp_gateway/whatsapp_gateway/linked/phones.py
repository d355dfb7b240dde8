"""Whether two spellings are one phone: WhatsApp's ids are as the account was made."""

from __future__ import annotations

import re

from fairlead.phone_spellings import key


def same(one: str, other: str) -> bool:
    """Whether they are the same phone, each with its country code, with + or without."""
    first, second = (re.sub(r"\D", "", each, flags=re.ASCII) for each in (one, other))
    return bool(first) and key(f"+{first}") == key(f"+{second}")
