"""Tokens that stand for a user: of sessions (a browser) and of the API (a program).

A token is 256 random bits and only its hash is stored: who reads the database can act as nobody.
A plain hash suffices where guessing is hopeless.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

SESSION = "fs_"
API = "fl_"
IDLE = timedelta(hours=24)
LONGEST = timedelta(days=14)
# The last use is noted at most this often: a write for each request would cost more than it tells.
NOTED = timedelta(minutes=1)


def new(prefix: str) -> str:
    """A new token that begins with `prefix`, which lets scanners of leaked secrets know it."""
    return prefix + secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is stored of `token`: 64 hexadecimal digits."""
    return hashlib.sha256(token.encode()).hexdigest()


def csrf(token: str) -> str:
    """The word that a browser's changes carry beside the cookie; it tells nothing of `token`."""
    mac = hmac.digest(token.encode(), b"csrf", "sha256")
    return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


def ended(created_at: datetime, used_at: datetime, now: datetime) -> bool:
    """Whether a session is over: unused for IDLE, or LONGEST after its start whatever its use."""
    return now >= min(used_at + IDLE, created_at + LONGEST)


def worth_noting(used_at: datetime | None, now: datetime) -> bool:
    """Whether a use at `now` is to be written down, after the last noted one."""
    return used_at is None or now - used_at >= NOTED
