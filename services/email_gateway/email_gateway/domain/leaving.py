"""Leaving a list by mail: what List-Unsubscribe names (RFC 2369, 3.2) and how it is known again."""

from __future__ import annotations

import re
from urllib.parse import quote

_SUBJECT = re.compile(r"\s*unsubscribe[ +]+([A-Za-z0-9_.-]{20,80})\s*", re.IGNORECASE)


def mailto(address: str, token: str) -> str:
    """Where the mail goes. `token` says who leaves: a mail program may write from any address."""
    return f"mailto:{quote(address, safe='@+')}?subject=unsubscribe%20{token}"


def token_in(subject: str) -> str | None:
    """The token of a mail that leaves a list; None in any other mail."""
    found = _SUBJECT.fullmatch(subject[:200])
    return found[1] if found else None
